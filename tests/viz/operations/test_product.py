"""The box diagram, the shape rule, the unit's pictures and the bars say what the engine computed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import product
from engine.operations.product import ORDERS
from engine.operations.product_speed import Settings, Snapshot
from engine.timing.measuring import Sample
from viz import theme
from viz.operations.product import axis_colors, cut_words, product_scene
from viz.operations.product_rule import commuted_scene, misfit_html, misfit_scene, rule_html
from viz.operations.product_speed import speed_figure, speed_words
from viz.tensors.cells import first_cells, short
from viz.training.dense_layer import largest_words, sum_words, unit_scene

CASES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 2, 3, 4), (4,)),
    ((2, 2, 3, 4), (4, 2)),
    ((2, 1, 3, 2), (4, 2, 3)),
    ((12, 12), (12, 12)),
    ((5, 1, 2), (2, 3)),
    ((2, 3), (3, 3, 2)),
]


def built(x_shape, y_shape, order="dot", seed=0):
    generator = np.random.default_rng(seed)
    x, y = generator.integers(-9, 10, x_shape), generator.integers(-9, 10, y_shape)
    found = product.product_shape(x_shape, y_shape)
    partial = product.partial_products(x, y, order) if product.playable(found) else None
    return x, y, x @ y, partial, product_scene(x, y, x @ y, found, partial, order)


def numbers(scene, block):
    """Index of each drawn cell of a block → its number in the scene."""
    first = first_cells(scene.blocks)[block]
    return {tuple(index): first + place for place, index in enumerate(scene.blocks[block].indices.tolist())}


def texts(scene, frame, block):
    """What the cells of a block show in a frame, in its own order."""
    first, drawn = first_cells(scene.blocks)[block], scene.blocks[block]
    return [scene.frames[frame].texts.get(first + place, text) for place, text in enumerate(drawn.texts)]


@pytest.mark.parametrize(("x_shape", "y_shape"), CASES)
@pytest.mark.parametrize("order", ORDERS)
def test_every_frame_shows_the_sums_so_far_and_the_last_the_product(x_shape, y_shape, order):
    _, _, result, partial, scene = built(x_shape, y_shape, order)
    assert len(scene.frames) == len(partial.states) + 1
    indices = [tuple(index) for index in scene.blocks[2].indices.tolist()]
    for step, (state, begun) in enumerate(zip(partial.states, partial.begun, strict=True)):
        assert texts(scene, step, 2) == [short(state[index]) if begun[index] else "" for index in indices]
    assert texts(scene, -1, 2) == [short(result[index]) for index in indices]
    assert [block.shape for block in scene.blocks] == [x_shape, y_shape, result.shape]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 100))
def test_pointing_at_a_result_cell_lights_exactly_its_row_and_its_column(case, seed):
    """What is lit, multiplied pairwise and summed, is the cell."""
    x, y, result, _, scene = built(*case, seed=seed)
    known = {cell: index for block in (0, 1) for index, cell in numbers(scene, block).items()}
    for index, cell in numbers(scene, 2).items():
        relation = scene.relations[cell]
        row, column = ([known[at] for at in relation.lit[name]] for name in ("data", "prediction"))
        assert len(row) == len(column) == x.shape[-1]
        assert sum(x[one] * y[other] for one, other in zip(row, column, strict=True)) == result[index]
        assert relation.lit["gradient"] == [cell]
        assert relation.text.endswith(f" = {short(result[index])}")
        spelled = relation.text.split(": ")[1].split(" = ")[0].replace("(", "").replace(")", "")
        assert sum(int(a) * int(b) for a, b in re.findall(r"(-?\d+) × (-?\d+)", spelled)) == result[index]


def test_pointing_at_a_number_of_x_lights_every_cell_it_is_part_of():
    _, _, _, _, scene = built((2, 3), (3, 4))
    cell = numbers(scene, 0)[1, 2]
    assert scene.relations[cell].lit["gradient"] == [numbers(scene, 2)[1, column] for column in range(4)]
    assert scene.relations[cell].lit["prediction"] == [numbers(scene, 1)[2, column] for column in range(4)]
    assert scene.relations[cell].text == "It is multiplied by row 2 of y and added into row 1 of the result."


@pytest.mark.parametrize(
    ("order", "step", "caption"),
    [
        ("dot", 1, "Row 0 of x · column 1 of y: 1 × 6 + 2 × 8 = 22"),
        ("outer", 1, "Term 1, 2 of 2: column 1 of x times row 1 of y, added into every cell"),
        ("rows", 3, "Row 1 of the result: add x[1, 1] × row 1 of y = (-4) × [7, 8]"),
        ("columns", 2, "Column 1 of the result: add y[0, 1] × column 0 of x = 6 × [1, 3]"),
    ],
)
def test_captions_spell_the_step_with_its_numbers(order, step, caption):
    x, y = np.array([[1, 2], [3, -4]]), np.array([[5, 6], [7, 8]])
    partial = product.partial_products(x, y, order)
    scene = product_scene(x, y, x @ y, product.product_shape(x.shape, y.shape), partial, order)
    assert scene.frames[step].caption == caption


@pytest.mark.parametrize(("x_shape", "y_shape"), CASES)
@pytest.mark.parametrize("narrow", [False, True])
def test_rows_of_x_and_columns_of_y_run_into_the_result(x_shape, y_shape, narrow):
    """The box diagram: x left of, and y above the result, row by row and column by column; nothing overlaps."""
    _, _, result, _, scene = built(x_shape, y_shape)
    pose = (scene.narrow if narrow else scene.poses)[0]
    firsts = [*first_cells(scene.blocks), len(pose.positions)]
    x, y, z = (pose.positions[firsts[block] : firsts[block + 1]] for block in range(3))
    assert x[:, 0].max() + 1 < z[:, 0].min() and y[:, 1].max() + 1 < z[:, 1].min()
    if len(x_shape) > 1 and len(y_shape) == 2 == len(x_shape):
        assert np.unique(x[:, 1]).tolist() == np.unique(z[:, 1]).tolist()
        assert np.unique(y[:, 0]).tolist() == np.unique(z[:, 0]).tolist()
    assert len(np.unique(np.concatenate([x, y, z]).round(4), axis=0)) == len(x) + len(y) + len(z)
    marked = {(mark.block, mark.axis) for mark in pose.axes}
    ranks = (len(x_shape), len(y_shape), result.ndim)
    assert marked == {(block, axis) for block, rank in enumerate(ranks) for axis in range(rank)}


@pytest.mark.parametrize(("x_shape", "y_shape"), CASES)
def test_the_shared_axis_has_one_colour_and_the_others_keep_theirs(x_shape, y_shape):
    first, second, left = axis_colors(len(x_shape), len(y_shape))
    shared = second[-2] if len(y_shape) > 1 else second[0]
    assert first[-1] == shared
    assert left[-1:] == (second[-1:] if len(y_shape) > 1 else first[:-1][-1:])
    if len(x_shape) > 1:
        assert first[-2] in left
    assert len(set(first)) == len(first) and len(set(second)) == len(second)


def test_a_product_too_large_to_play_is_cut_and_says_the_whole_sums():
    x, y = np.ones((128, 784), np.float32), np.ones((784, 512), np.float32)
    found = product.product_shape(x.shape, y.shape)
    scene = product_scene(x, y, x @ y, found, None, "dot")
    assert len(scene.frames) == 1
    assert [len(block.indices) for block in scene.blocks] == [144, 144, 144]
    assert scene.blocks[0].kept[1] == (*range(11), None, 783)
    assert set(scene.blocks[2].fills) == {"positive"}
    relation = scene.relations[numbers(scene, 2)[127, 511]]
    assert relation.text == ("row 127 of x · column 511 of y: 1 × 1 + 1 × 1 + 1 × 1 + 1 × 1 + … (784 terms) = 784")


def test_of_a_long_axis_terms_are_drawn_where_there_are_numbers():
    """Images begin and end with empty pixels: their first eleven products are all 0."""
    x, y = np.zeros((128, 784), np.float32), np.arange(784 * 20).reshape(784, 20)
    x[:, 400:412] = 0.5
    found = product.product_shape(x.shape, y.shape)
    scene = product_scene(x, y, x @ y, found, None, "dot")
    assert scene.blocks[0].kept[1] == scene.blocks[1].kept[0] == (None, *range(400, 412), None)
    relation = scene.relations[numbers(scene, 2)[0, 1]]
    assert relation.text.startswith("row 0 of x · column 1 of y: … + 0.5 × 8001 + 0.5 × 8021 +")
    assert "Drawn are terms 400 to 411 of the shared axis" in cut_words(scene)
    # An ellipsis on either side.
    assert sum(label.text == "…" for label in scene.poses[0].labels) == 4
    x[0, 0] = 1
    assert product_scene(x, y, x @ y, found, None, "dot").blocks[0].kept[1] == (*range(11), None, 783)
    assert "Drawn are the first 11 and the last of each long axis" in cut_words(
        product_scene(x, y, x @ y, found, None, "dot")
    )


@pytest.mark.parametrize(("x_shape", "y_shape"), [((2, 4), (3, 2)), ((), (3,)), ((2,), (3,)), ((2, 3, 4), (2, 5, 4))])
def test_two_that_do_not_fit_stand_beside_each_other(x_shape, y_shape):
    scene = misfit_scene(np.ones(x_shape), np.ones(y_shape), "They do not fit.", (True, False))
    assert [block.shape for block in scene.blocks] == [x_shape, y_shape] and scene.blocks[0].editable
    colors = {(mark.block, mark.axis): mark.color for mark in scene.poses[0].axes}
    if x_shape:
        assert colors[0, len(x_shape) - 1] == colors[1, max(len(y_shape) - 2, 0)]
    assert "no product" in misfit_html(x_shape, y_shape)


def test_the_rule_shows_each_size_in_the_colour_of_its_axis():
    found = product.product_shape((2, 3), (3, 4))
    html = rule_html((2, 3), (3, 4), found)
    sizes = re.findall(r"light-dark\((#\w+), (#\w+)\)\">(\d+)</b>", html)
    names = ["data", "weights", "weights", "prediction", "data", "prediction"]
    assert sizes == [(theme.LIGHT[name], theme.DARK[name], size) for name, size in zip(names, "233424", strict=True)]
    assert "8 cells × 3 terms = 24 multiply–adds" in html
    assert html.count("class=gone") == 2
    assert "np.dot" not in html
    batched = rule_html((5, 2, 3), (5, 3, 4), product.product_shape((5, 2, 3), (5, 3, 4)))
    assert "np.dot differs here: it takes every sheet of x with every sheet of y and gives (5, 2, 5, 4)." in batched


def test_the_other_order_stands_beside_it():
    x, y = np.array([[1, 2, 3]]), np.array([[4], [5], [6]])
    found = product.commuted(x, y)
    scene = commuted_scene(x, y, x @ y, found)
    assert [block.shape for block in scene.blocks] == [(1, 1), (3, 3)]
    assert scene.blocks[1].texts == [short(value) for value in (y @ x).ravel()]
    assert "≠" in {label.text for label in scene.poses[0].labels}
    # Both axes of y @ x are the one that x @ y sums away.
    assert [mark.color for mark in scene.poses[0].axes if mark.block == 1] == ["weights", "weights"]
    alone = commuted_scene(x, y[:, :1] @ x, x @ (y @ x), product.commuted(x, y @ x))
    assert [block.name for block in alone.blocks] == ["(x @ y)"]


def test_the_units_pictures_hold_its_products():
    generator = np.random.default_rng(3)
    inputs = generator.random(784).astype(np.float32)
    weights = generator.normal(size=784).astype(np.float32)
    found = product.unit_sum(inputs, weights, 0.5)
    scene = unit_scene(inputs, weights, found, 7)
    assert [block.shape for block in scene.blocks] == [(28, 28)] * 3
    signs = np.where(found.products < 0, "negative", "positive")
    assert list(scene.blocks[2].fills) == signs.tolist()
    np.testing.assert_allclose(scene.blocks[2].strengths, np.abs(found.products) / np.abs(found.products).max())
    pixel = 28 * 13 + 14
    assert scene.relations[pixel].lit == {"gradient": [pixel, 784 + pixel, 1568 + pixel]}
    one, other = f"{inputs[pixel]:.2f}", f"{weights[pixel]:.3f}"
    assert scene.relations[pixel].text.startswith(f"pixel (13, 14): {one} × ")
    assert other in scene.relations[pixel].text
    up, down = largest_words(inputs, weights, found)
    assert f"pixel {divmod(int(found.rising[0]), 28)}" in up.splitlines()[2]
    assert f"{found.products[found.rising[0]] / found.up:.1%}" in up
    assert f"{found.products[found.falling].sum() / found.down:.0%} of all products below 0" in down
    words = sum_words(found, 7)
    assert f"= **{found.total:.3f}**" in words and f"= **{found.activation:.3f}**" in words


def test_a_unit_that_sees_nothing_has_no_largest_pixel():
    blank = np.zeros(784, np.float32)
    found = product.unit_sum(blank, np.ones(784, np.float32), -0.5)
    assert largest_words(blank, blank, found) == ("**Push the sum up**: no pixel.", "**Pull it down**: no pixel.")
    assert "= **-0.500**" in sum_words(found, 0) and "= **0.000**" in sum_words(found, 0)


def test_the_bars_are_the_medians():
    samples = {"loops": (Sample(2.0, 0.5),), "NumPy": (Sample(0.02, 10),), "JAX": (Sample(0.01, 10),)}
    now = Snapshot("finished", Settings(128, 784, 512), samples, 0.025, 1.0)
    figure = speed_figure(now)
    [bars] = [trace for trace in figure.data if trace.name == "seconds"]
    assert list(bars.x) == [4.0, 0.002, 0.001]
    assert bars.text[0] == " 4.00 s · 0.0257 GFLOP/s"
    assert figure.layout.xaxis.type == "log"
    words = speed_words(now)
    assert "**2,000 times** as long as NumPy and **4,000 times** as long as JAX" in words
    assert "it made 50% of the product" in words
    empty = Snapshot("new", Settings(), {"loops": (), "NumPy": (), "JAX": ()}, None, 0.0)
    assert len(speed_figure(empty).data[0].x) == 0 and speed_words(empty) == ""
