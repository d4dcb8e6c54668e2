"""What the stack board draws: the chain's layers, the points it moves, and what the engine found of both."""

from typing import TYPE_CHECKING

import numpy as np

from engine.geometry.layer_stack import (
    ACTIVATIONS,
    MAX_ENTRY,
    MAX_LAYERS,
    ROUNDING_SAFETY,
    Chain,
    Found,
    Layer,
    Witness,
)

if TYPE_CHECKING:
    from viz.components.stack_board import Affine, Data
    from viz.components.stack_board import Layer as LayerData
    from viz.components.stack_board import Witness as WitnessData

TOLERANCES = (0.001, 0.01, 0.05, 0.2)
"""Distances beyond which a point can be said to disagree, in units of the plane."""


def layers(chain: Chain) -> list["LayerData"]:
    """The chain's layers as the board speaks of them.

    >>> layers(Chain(np.eye(2)[None], np.zeros((1, 2)), ("relu",)))
    [{'W': [1.0, 0.0, 0.0, 1.0], 'b': [0.0, 0.0], 'activation': 'relu'}]
    """
    return [
        {**_plain(Layer(W, b)), "activation": activation}
        for W, b, activation in zip(chain.weights, chain.biases, chain.activations, strict=True)
    ]


def board(
    chain: Chain,
    points: np.ndarray,
    found: Found,
    *,
    corners: np.ndarray,
    fitter: np.ndarray,
    random: list[Layer],
    selected: int,
    tolerance: float,
    version: int,
) -> "Data":
    """All the board needs.

    The board computes everything itself while something is dragged; found is shown as soon as the chain rests. corners:
    ends of the pairs whose middles are tried. fitter: the engine's, for these points. random: a layer for every seed.
    selected: the layer to edit, from 0. version: differs when the chain was set from outside the board.
    """
    return {
        "layers": layers(chain),
        "points": points.ravel().tolist(),
        "corners": corners.ravel().tolist(),
        "fitter": fitter.tolist(),
        "random": [_plain(layer) for layer in random],
        "activations": list(ACTIVATIONS),
        "most": {"layers": MAX_LAYERS, "entry": MAX_ENTRY},
        "safety": ROUNDING_SAFETY,
        "tolerances": list(TOLERANCES),
        "tolerance": tolerance,
        "selected": selected,
        "version": version,
        "found": {
            "products": [_plain(layer) for layer in found.products],
            "single": _plain(found.single),
            "distances": found.distances.tolist(),
            "exact": found.exact,
            "changed": found.changed,
            "witness": _witness(found.witness),
        },
    }


def _plain(layer: Layer) -> "Affine":
    return {"W": layer.W.ravel().tolist(), "b": layer.b.tolist()}


def _witness(seen: Witness | None) -> "WitnessData | None":
    if seen is None:
        return None
    return {
        "a": seen.a.tolist(),
        "m": seen.m.tolist(),
        "c": seen.c.tolist(),
        "f_a": seen.f_a.tolist(),
        "f_m": seen.f_m.tolist(),
        "f_c": seen.f_c.tolist(),
        "gap": float(seen.gap),
    }
