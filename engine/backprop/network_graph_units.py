"""What the network's graph says of each hidden unit, and JAX's printed equations of the loss and of its gradient."""

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.backprop.graph_backward import Backward
from engine.backprop.graph_nodes import Graph
from engine.backprop.network_graph import GradientGraph, gradient_graph, network_graph, network_loss
from engine.training.network import CLASSES, PIXELS

WEIGHTS = ("W1", "b1", "W2", "b2")


class Units(NamedTuple):
    """Every hidden unit at one pass. weights, gradients: (units, 28, 28), the columns of W1 and of dloss/dW1.

    norms: (units,) of the gradients. active: (units,) on how many samples relu lets the unit's sum through.
    """

    weights: np.ndarray
    gradients: np.ndarray
    norms: np.ndarray
    active: np.ndarray
    samples: int

    @property
    def dead(self) -> np.ndarray:
        """(units,) bool: relu gives 0 on every one of these samples, so no gradient reaches the unit's weights."""
        return self.active == 0


def units_of(graph: Graph, backward: Backward) -> Units:
    """The columns of W1 and of its gradient as images; which units relu lets through. graph: of ``network_graph``."""
    hidden = [value for node, value in zip(graph.nodes, backward.values, strict=True) if node.group == "relu"][-1]
    W1 = graph.index("W1")
    weights, gradients = (
        np.asarray(array).T.reshape(-1, 28, 28) for array in (backward.values[W1], backward.adjoints[W1])
    )
    active = (np.atleast_2d(hidden) > 0).sum(axis=0)
    norms = np.linalg.norm(gradients.reshape(len(gradients), -1).astype(np.float64), axis=1)
    return Units(weights, gradients, norms, active, len(np.atleast_2d(hidden)))


@lru_cache(maxsize=16)
def printed(*, samples: int | None = None, hidden_units: int = 512) -> tuple[str, str]:
    """jax.make_jaxpr of the loss and of its value_and_grad for W1, b1, W2, b2, as JAX prints them.

    >>> ["log" in text for text in printed(hidden_units=4)]
    [True, True]
    """
    batch = () if samples is None else (samples,)
    shapes = [
        (PIXELS, hidden_units),
        (hidden_units,),
        (hidden_units, CLASSES),
        (CLASSES,),
        (*batch, PIXELS),
        (*batch, CLASSES),
    ]
    given = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes]
    gradient = jax.value_and_grad(network_loss, argnums=(0, 1, 2, 3))
    return str(jax.make_jaxpr(network_loss)(*given)), str(jax.make_jaxpr(gradient)(*given))


@lru_cache(maxsize=16)
def paired(*, samples: int | None = None, hidden_units: int = 512) -> GradientGraph:
    """The gradient's jaxpr for W1, b1, W2, b2, beside ``network_graph`` of the same shapes; traced once."""
    return gradient_graph(network_graph(samples=samples, hidden_units=hidden_units), WEIGHTS)
