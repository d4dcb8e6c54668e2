"""Cells and board of the Gradient page carry the engine's numbers, in W's shape and colours."""

import json

import numpy as np
import pytest

from engine.descent import gradient
from engine.descent.gradient import PROBLEMS
from viz import theme
from viz.descent import gradient as viz
from viz.tensors.cells import first_cells, short


def shown(problem):
    at = problem.weights, problem.x, problem.targets
    return at, gradient.gradient(*at)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_gradient_has_the_shape_and_the_axis_colours_of_w(name):
    problem = PROBLEMS[name]
    _, found = shown(problem)
    scene = viz.model_scene(problem, found)
    x, weights, predictions, targets, slopes = scene.blocks
    assert slopes.shape == weights.shape == problem.weights.shape
    assert list(slopes.texts) == [short(value) for value in found.gradient.ravel()]
    assert list(predictions.texts) == [short(value) for value in (problem.x @ problem.weights).ravel()]
    assert [block.editable for block in scene.blocks] == [True, True, False, True, False]
    for pose in (*scene.poses, *scene.narrow):
        colors = {(mark.block, mark.axis): mark.color for mark in pose.axes}
        assert [colors[1, axis] for axis in (0, 1)] == [colors[4, axis] for axis in (0, 1)] == list(theme.AXES[1:3])
        # The axis that the product sums away has one colour in x and in W; what stays keeps its own.
        assert colors[0, x.indices.shape[1] - 1] == colors[1, 0]
        assert colors[2, predictions.indices.shape[1] - 1] == colors[3, targets.indices.shape[1] - 1] == colors[1, 1]


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_two_cells_share_a_place_and_rows_of_the_narrow_picture_are_apart(name):
    problem = PROBLEMS[name]
    scene = viz.model_scene(problem, shown(problem)[1])
    for pose in (*scene.poses, *scene.narrow):
        gaps = np.abs(pose.positions[:, None] - pose.positions[None]).max(axis=2) + 9 * np.eye(len(pose.positions))
        assert gaps.min() >= 1 - 1e-6
    starts = [*first_cells(scene.blocks), None]
    tops = [scene.narrow[0].positions[starts[k] : starts[k + 1], 1] for k in range(5)]
    assert tops[1].max() + 2 < tops[2].min() and tops[3].max() + 2 < tops[4].min()


def test_pointing_at_an_entry_lights_both_and_says_the_way_uphill():
    problem = PROBLEMS["pairs"]
    scene = viz.model_scene(problem, shown(problem)[1])
    first = first_cells(scene.blocks)
    relation = scene.relations[first[1] + 1]
    assert relation.lit == {"gradient": [first[1] + 1, first[4] + 1]}
    assert relation.text == "∂loss/∂W[0, 1] = +2.833: a slightly larger W[0, 1] raises the loss"
    assert "= −2.25: a slightly smaller W[0, 0] raises the loss" in scene.relations[first[4]].text


def test_the_words_give_loss_and_shape():
    problem = PROBLEMS["sample"]
    words = viz.model_words(problem, shown(problem)[1])
    error = problem.x @ problem.weights - problem.targets
    assert f"= **{np.mean(error**2):.5g}**" in words and "both have the shape (2, 2)" in words


@pytest.mark.parametrize(("largest", "reach"), [(0.0, 3.0), (3.0, 3.0), (3.01, 6.0), (-50.0, 96.0)])
def test_the_window_doubles_until_w_is_inside(largest, reach):
    weights = np.array([[0.5, largest]])
    assert viz.window(weights) == reach
    values = viz.slice_values(weights)
    assert (values[0], values[-1]) == (-reach, reach) and 0 in values


def test_the_board_gets_every_number_and_is_plain_json():
    problem = PROBLEMS["pairs"]
    at, found = shown(problem)
    polynomial = gradient.quadratic(*at)
    slices = gradient.slices(*at, viz.slice_values(problem.weights))
    slopes = gradient.slopes(*at, np.array([0, 2]), gradient.directions())
    built = viz.board(
        problem,
        found,
        polynomial,
        slices=slices,
        pair=(0, 2),
        angles=gradient.directions(),
        slopes=slopes,
        limit=5.0,
        line=gradient.along(*at, viz.line_values(5.0)),
        largest=gradient.largest_rate(*at),
        rate=0.5,
        start=problem.weights,
        version=3,
    )
    data = json.loads(json.dumps(built, allow_nan=False))
    assert data["names"] == ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"]
    assert data["found"]["gradient"] == found.gradient.ravel().tolist()
    assert data["found"]["slices"] == slices.tolist() and data["found"]["slopes"] == slopes.tolist()
    assert data["polynomial"]["curvature"] == polynomial.curvature.tolist()
    assert len(data["found"]["lineValues"]) == len(data["found"]["line"]) and data["found"]["lineValues"][-1] == 5.0
    flat = viz.board(
        problem, found, polynomial, slices=slices, pair=(0, 2), angles=gradient.directions(), slopes=slopes, limit=5.0,
        line=slopes, largest=np.array(np.nan), rate=0.5, start=problem.weights, version=3,
    )  # fmt: skip
    assert flat["found"]["largest"] is None
