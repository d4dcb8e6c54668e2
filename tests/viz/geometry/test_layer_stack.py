"""The stack board's data are the engine's numbers, and plain JSON."""

import json

import numpy as np
import pytest

from engine.geometry import layer_stack as stack
from engine.geometry.layer_stack import CHAINS
from viz.geometry import layer_stack as viz


def built(name, place="all", **changes):
    chain, points = CHAINS[name][1], stack.cloud(place)
    found = stack.examine(chain, points)
    settings = {"selected": 1, "tolerance": 0.01, "version": 4, "random": [stack.random_affine(k) for k in range(3)]}
    board = viz.board(
        chain, points, found, corners=stack.corners(), fitter=stack.fitter(points), **(settings | changes)
    )
    return chain, points, found, json.loads(json.dumps(board, allow_nan=False))


@pytest.mark.parametrize("name", CHAINS)
def test_the_layers_survive_the_way_to_the_browser_and_back(name):
    chain, _, _, data = built(name)
    again = stack.chain_of(data["layers"])
    np.testing.assert_array_equal(again.weights, chain.weights)
    np.testing.assert_array_equal(again.biases, chain.biases)
    assert again.activations == chain.activations


def test_row_major_entries_points_and_settings():
    _, points, _, data = built("affine", "patch")
    assert data["layers"][1] == {"W": [1.0, 0.6, 0.0, 1.0], "b": [0.3, -0.4], "activation": "none"}
    assert data["points"][:4] == [*points[0], *points[1]] and len(data["points"]) == 400
    assert data["corners"][:4] == [-1.5, -1.5, -1.0, -1.5] and len(data["corners"]) == 98
    assert (data["selected"], data["tolerance"], data["version"]) == (1, 0.01, 4)
    second = stack.random_affine(1)
    assert data["random"][1] == {"W": second.W.ravel().tolist(), "b": second.b.tolist()}
    assert data["most"] == {"layers": 6, "entry": 10.0} and 0.05 in data["tolerances"]


def test_what_the_engine_found_is_shown_as_it_is():
    _, points, found, data = built("relu")
    seen = data["found"]
    assert seen["single"] == {"W": found.single.W.ravel().tolist(), "b": found.single.b.tolist()}
    assert seen["distances"] == found.distances.tolist() and len(seen["distances"]) == len(points)
    assert seen["products"] == [] and seen["exact"] is False and seen["changed"] == found.changed
    assert seen["witness"]["f_m"] == found.witness.f_m.tolist() and seen["witness"]["gap"] == found.witness.gap
    affine = built("affine")[3]["found"]
    assert affine["witness"] is None and affine["exact"] is True
    assert len(affine["products"]) == 3 and affine["products"][-1] == affine["single"]


def test_the_browsers_way_to_the_best_layer_gives_the_engines():
    """Its rows are the shipped fitter times the outputs."""
    _, _, found, data = built("tanh")
    rows = np.array(data["fitter"]) @ found.outputs
    np.testing.assert_allclose(
        [*rows[:2].T.ravel(), *rows[2]], [*data["found"]["single"]["W"], *data["found"]["single"]["b"]]
    )
