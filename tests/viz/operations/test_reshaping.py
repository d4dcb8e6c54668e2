"""Every cell travels to where NumPy puts its element; threads, brackets, presence and words are right at every step."""

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.reshaping_steps import parse_source, walk
from viz import theme
from viz.operations import digit_reshaping, reshaping
from viz.tensors.cells import tensor_block, tensor_layout

CASES = settings(max_examples=40, derandomize=True, deadline=None)
SMALL = st.lists(st.integers(1, 4), max_size=3).map(tuple)
IMAGE = (np.arange(784) % 251).astype(np.uint8).reshape(28, 28)


def shape_source(shape):
    return parse_source(str(shape), {})


def expected_places(array):
    """Element → position, as a picture of this array of element numbers by itself would draw it."""
    layout = tensor_layout(tensor_block(array, "y"), spread=True)
    return dict(zip(array.ravel().tolist(), layout.positions.tolist(), strict=True))


def arrays_of(shape, order, targets):
    arrays = [np.arange(prod(shape)).reshape(shape)]
    if order is not None:
        arrays.append(arrays[-1].transpose(order))
    for target in targets:
        arrays.append(arrays[-1].reshape(target))
    return arrays


@CASES
@given(SMALL, st.data())
def test_each_elements_path_ends_where_numpy_puts_it(shape, data):
    order = data.draw(st.one_of(st.none(), st.permutations(range(len(shape)))))
    targets = [shape[::-1], (-1, 1)]
    arrays = arrays_of(shape, order, targets)
    steps = walk(shape, 8, order=order, targets=targets)
    scene = reshaping.path_scene(shape_source(shape), steps)
    elements = [int(value) for value in scene.blocks[0].values]
    assert elements == list(range(prod(shape)))
    for frame, array in zip(scene.frames, arrays, strict=True):
        pose = scene.poses[frame.pose]
        if array.ndim == 2 and max(array.shape) > 12:
            continue
        assert dict(zip(elements, pose.positions.tolist(), strict=True)) == expected_places(array)
        assert pose.presence.all()


@CASES
@given(SMALL, st.data())
def test_the_thread_is_the_order_in_memory(shape, data):
    order = data.draw(st.one_of(st.none(), st.permutations(range(len(shape)))))
    targets = [(prod(shape),), shape]
    arrays = arrays_of(shape, order, targets)
    scene = reshaping.path_scene(shape_source(shape), walk(shape, 8, order=order, targets=targets))
    for pose, (before, now) in zip(scene.narrow[1:], pairwise(arrays), strict=True):
        owner = now if now.base is None else now.base
        in_memory = np.asarray(owner).ravel(order="K").tolist()
        assert list(pose.thread) == [element for element in in_memory if pose.presence[element]]
        assert before.size == now.size


def test_a_transposed_bracket_keeps_its_colour_and_travels_with_its_axis():
    scene = reshaping.path_scene(shape_source((2, 3, 4)), walk((2, 3, 4), 8, order=(2, 0, 1)))
    before, after = scene.poses
    assert [mark.color for mark in before.axes] == list(theme.AXES[:3])
    assert [mark.color for mark in after.axes] == list(theme.AXES[:3])
    assert [mark.text for mark in after.axes] == ["axis 1 (was 0): 2", "axis 2 (was 1): 3", "axis 0 (was 2): 4"]


def test_identity_is_a_colour_by_row_a_strength_by_column_and_a_number():
    scene = reshaping.path_scene(parse_source("[[7, 8], [7, 8]]", {}), walk((2, 2), 8, targets=[(4,)]))
    block = scene.blocks[0]
    assert list(block.fills) == ["data", "data", "weights", "weights"]
    assert block.strengths[0] == block.strengths[2] < block.strengths[1]
    assert list(block.texts) == ["7", "8", "7", "8"]
    source, steps = parse_source("[[7, 8], [7, 8]]", {}), walk((2, 2), 8, targets=[(4,)])
    assert list(reshaping.path_scene(source, steps, numbered=True).blocks[0].texts) == ["0", "1", "2", "3"]
    assert scene.relations[2].text == "Element 2 in row-major order: (2, 2) at [1, 0] → (4,) at [2]"


def test_long_axes_are_cut_and_the_same_elements_are_drawn_after_a_transpose():
    steps = walk((300, 20), 8, order=(1, 0))
    scene = reshaping.path_scene(shape_source((300, 20)), steps)
    wide = [set(np.flatnonzero(pose.presence)) for pose in scene.poses]
    assert wide[0] == wide[1] and len(wide[0]) == 144
    assert {label.text for label in scene.poses[1].labels} == {"x.transpose(1, 0)", "⋮", "…"}
    assert scene.blocks[0].texts[-1] == "5999"


def test_elements_drawn_at_one_step_only_wait_unseen_at_the_dots():
    scene = reshaping.path_scene(shape_source((12, 12)), walk((12, 12), 8, targets=[(-1,)]))
    square, line = scene.poses
    assert square.presence.all()
    hidden = np.flatnonzero(line.presence == 0)
    assert len(hidden) == 144 - 20
    dots = next(label for label in line.labels if label.text == "…")
    assert np.allclose(line.positions[hidden] + 0.5, (dots.x, dots.y))
    assert not set(line.thread) & set(hidden.tolist())


@pytest.mark.parametrize(
    ("shape", "order", "targets", "says"),
    [
        ((3, 4), None, [(2, -1)], "Reshaped to (2, 6). -1 is 6, for 12 / 2 = 6. The elements keep their order."),
        ((3, 4), (1, 0), [(12,)], "Reshaped to (12,). A copy: the elements are written anew, along a new thread."),
        ((3, 4), (0, 1), [], "Transposed to (3, 4). Every axis keeps its place, so nothing moves."),
    ],
)
def test_captions(shape, order, targets, says):
    scene = reshaping.path_scene(shape_source(shape), walk(shape, 8, order=order, targets=targets))
    assert scene.frames[-1].caption == says


def test_cards_tell_strides_and_why_a_copy():
    html = reshaping.memory_html(shape_source((3, 4)), walk((3, 4), 8, order=(1, 0), targets=[(12,), (4, 3)]))
    assert "strides (32, 8) bytes" in html and "strides (8, 32) bytes" in html
    assert "y2 = y1.reshape(12)" in html and "y3 = y2.reshape(4, 3)" in html
    assert "A copy: no one stride walks axes 0 and 1 as one, for 8 is not 3 × 32." in html
    assert html.count("A view") == 2


@CASES
@given(SMALL, st.data())
def test_the_contrast_counts_what_differs_and_frames_what_does_not(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    turned = np.arange(prod(shape)).reshape(shape).transpose(order)
    other = np.arange(prod(shape)).reshape(turned.shape)
    scene = reshaping.contrast_scene(shape_source(shape), order)
    count = prod(shape)
    apart = np.flatnonzero(turned.ravel() != other.ravel())
    stay = set(turned.ravel()[turned.ravel() == other.ravel()].tolist()) if len(apart) else set()
    assert set(scene.frames[1].lit.get("truth", ())) == stay | {element + count for element in stay}
    first, second = scene.poses[1].positions[:count], scene.poses[1].positions[count:]
    left, right = expected_places(turned), expected_places(other)
    np.testing.assert_allclose(first - first[0], [np.subtract(left[e], left[0]) for e in range(count)], atol=1e-9)
    np.testing.assert_allclose(second - second[0], [np.subtract(right[e], right[0]) for e in range(count)], atol=1e-9)
    if len(apart):
        assert f"{len(apart)} of {count} elements are in different places" in scene.frames[1].caption
    else:
        assert f"all {count} elements agree" in scene.frames[1].caption


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0, 2), (1,) * 8, (2,) * 8, (10**4, 10**4)])
def test_any_shape_is_drawn_in_bounded_size(shape):
    steps = walk(shape, 8, order=tuple(reversed(range(len(shape)))), targets=[(-1,)])
    scene = reshaping.path_scene(shape_source(shape), steps)
    cells = len(scene.blocks[0].indices)
    assert (cells == 0) == (0 in shape) and cells <= 1300
    for poses in (scene.poses, scene.narrow):
        assert all(pose.presence.sum() <= reshaping.MAX_CELLS for pose in poses)
        assert all(pose.positions.shape == (cells, 2) for pose in poses)


@pytest.mark.parametrize("number", range(18))
def test_every_width_holds_numpys_rows_of_the_digit(number):
    scene = digit_reshaping.widths_scene(IMAGE)
    pose = scene.poses[scene.frames[number].pose]
    width = 28 if number == 0 else 19 + number
    rows = 784 // width
    expected = IMAGE.ravel()[: rows * width].reshape(rows, width)
    shown = np.flatnonzero(pose.presence)
    places = np.round(pose.positions[shown] - pose.positions[shown].min(axis=0)).astype(int)
    found = np.zeros((rows, width), int)
    found[places[:, 1], places[:, 0]] = [int(scene.blocks[0].values[cell]) for cell in shown]
    np.testing.assert_array_equal(found, expected)
    assert [mark.text for mark in pose.axes] == [f"axis 0: {rows}", f"axis 1: {width}"]
    if width != 28:
        assert (
            f"{rows} rows of {width} pixels use {rows * width}; {784 - rows * width} " in scene.frames[number].caption
        )


def test_the_digit_slips_the_way_the_caption_says():
    assert digit_reshaping.width_caption(27).endswith("From row to row the digit slips 1 column to the right.")
    assert digit_reshaping.width_caption(29).endswith("From row to row the digit slips 1 column to the left.")
    scene = digit_reshaping.widths_scene(IMAGE)
    pose = scene.poses[1 + list(digit_reshaping.WIDTHS).index(27)]
    above, below = pose.positions[3 * 28 + 10], pose.positions[4 * 28 + 10]
    assert (below - above).tolist() == [1, 1]


def test_the_flat_digit_comes_back_and_the_transpose_is_the_transpose():
    scene = digit_reshaping.flat_scene(IMAGE)
    first, line, last = scene.poses
    assert first.positions.tolist() == last.positions.tolist()
    assert line.presence.all()
    reading = sorted(range(784), key=lambda cell: line.positions[cell].tolist()[::-1])
    assert reading == list(range(784))
    assert [mark.text for mark in line.axes] == ["axis 0: 784, on 14 lines"]
    turned = digit_reshaping.transpose_scene(IMAGE)
    np.testing.assert_array_equal(turned.poses[1].positions, turned.poses[0].positions[:, ::-1])
    assert [mark.color for mark in turned.poses[1].axes] == [mark.color for mark in turned.poses[0].axes]
    assert turned.relations[29 + 1].text == "(28, 28) at [1, 2] → (28, 28) at [2, 1]"
