"""Where cells stand and what stands in them, against rectangles, NumPy's own indexing and Python's own floats."""

import base64
import itertools
import json
import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz import theme
from viz.components.live_cells import encode
from viz.tensors.cells import (
    GAP,
    MAX_CELL,
    NARROW,
    STACK,
    WIDE,
    Frame,
    Pose,
    Relation,
    Scene,
    arrange,
    drawn_indices,
    first_cells,
    full,
    kept_indices,
    kept_of,
    shape_block,
    short,
    tensor_block,
    tensor_layout,
    tensor_scene,
)

many = settings(max_examples=62, derandomize=True, deadline=None)
shapes = st.lists(st.integers(1, 4), max_size=6).map(tuple).filter(lambda shape: math.prod(shape) <= 200)
long_shapes = st.lists(st.integers(1, 40) | st.integers(10**3, 10**12), max_size=5).map(tuple)


def numbered(shape):
    return tensor_block(np.arange(math.prod(shape)).reshape(shape), "x", limit=6, sheets=6)


def overlaps(positions: np.ndarray) -> int:
    """How many pairs of unit squares share more than an edge."""
    apart = np.abs(positions[:, None] - positions[None]).max(axis=2)
    return int(np.triu(apart < 1 - 1e-9, 1).sum())


def steps_of(layout, block) -> np.ndarray:
    """(rank, 2) the step of one index along each axis, told from neighbouring cells; zero for axes of size 1."""
    place = {tuple(index): at for index, at in zip(block.indices.tolist(), layout.positions, strict=True)}
    steps = np.zeros((len(block.shape), 2))
    for axis, size in enumerate(block.shape):
        if size > 1:
            unit = [0] * len(block.shape)
            unit[axis] = 1
            steps[axis] = place[tuple(unit)] - place[(0,) * len(block.shape)]
    return steps


@many
@given(shapes, st.booleans())
def test_places_are_linear_in_the_index(shape, spread):
    block = numbered(shape)
    layout = tensor_layout(block, spread=spread)
    steps = steps_of(layout, block)
    expected = layout.positions[:1] + block.indices @ steps
    np.testing.assert_allclose(layout.positions, expected, atol=1e-9)
    if shape and shape[-1] > 1:
        np.testing.assert_allclose(steps[-1], (1, 0))
    if len(shape) > 1 and shape[-2] > 1:
        np.testing.assert_allclose(steps[-2], (0, 1))
    if len(shape) > 2 and shape[-3] > 1 and not spread:
        np.testing.assert_allclose(steps[-3], (STACK, -STACK))


@many
@given(shapes)
def test_no_two_cells_overlap_when_spread(shape):
    assert overlaps(tensor_layout(numbered(shape), spread=True).positions) == 0


@many
@given(shapes)
def test_stacked_cells_only_overlap_within_their_own_stack(shape):
    """Cells of different stacks (another index before the last three axes) stay apart; nearer sheets are on top."""
    block = numbered(shape)
    layout = tensor_layout(block)
    stacks = {}
    for number, index in enumerate(block.indices.tolist()):
        stacks.setdefault(tuple(index[:-3]), []).append(number)
    boxes = [
        np.concatenate([layout.positions[cells].min(0), layout.positions[cells].max(0) + 1])
        for cells in stacks.values()
    ]
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:number]:
            wide = min(right, other_right) - max(left, other_left)
            high = min(bottom, other_bottom) - max(top, other_top)
            assert wide < 1e-9 or high < 1e-9
    if len(shape) >= 3:
        np.testing.assert_array_equal(np.diff(layout.layers) < 0, np.diff(block.indices[:, -3]) > 0)
    sheets = [tuple(index[:-2]) for index in block.indices.tolist()]
    for sheet in set(sheets):
        assert overlaps(layout.positions[[number for number, of in enumerate(sheets) if of == sheet]]) == 0


@many
@given(st.one_of(shapes, long_shapes), st.booleans())
def test_cells_lie_within_the_size_and_touch_its_edges(shape, spread):
    block = shape_block(shape, "x")
    layout = tensor_layout(block, spread=spread)
    np.testing.assert_allclose(layout.positions.min(0), (0, 0), atol=1e-9)
    np.testing.assert_allclose(layout.positions.max(0) + 1, layout.size, atol=1e-9)
    assert len(layout.positions) == len(layout.layers) == len(block.indices)


@many
@given(shapes, st.booleans())
def test_brackets_span_their_axes(shape, spread):
    """Along its axis a bracket runs from the near edge of the first cell to the far edge of the last one."""
    block = numbered(shape)
    layout = tensor_layout(block, 3, spread=spread)
    assert [mark.axis for mark in layout.axes] == list(range(len(shape)))
    for mark in layout.axes:
        back = len(shape) - 1 - mark.axis
        row = np.all(np.delete(block.indices, mark.axis, axis=1) == 0, axis=1)
        first, last = layout.positions[row][[0, -1]]
        start, end = np.array(mark.start), np.array(mark.end)
        assert mark.block == 3
        assert mark.text == f"axis {mark.axis}: {shape[mark.axis]:,}"
        if mark.side == "behind":
            np.testing.assert_allclose(end - start, last - first, atol=1e-9)
            np.testing.assert_allclose(start, first, atol=1e-9)
        elif back < 2:
            way = (1, 0) if back == 0 else (0, 1)
            np.testing.assert_allclose(end - start, last - first + way, atol=1e-9)
            assert start[back] == pytest.approx(first[back], abs=1e-9)
        else:
            along = 0 if mark.side == "top" else 1
            inner = block.indices[:, : mark.axis].sum(1) == 0
            low, high = layout.positions[inner].min(0), layout.positions[inner].max(0) + 1
            assert start[along] <= low[along] + 1e-9
            assert end[along] >= high[along] - 1e-9


@many
@given(shapes, st.booleans())
def test_brackets_stand_beside_the_cells_and_apart_from_each_other(shape, spread):
    layout = tensor_layout(numbered(shape), spread=spread)
    for mark in layout.axes:
        if mark.side == "bottom":
            assert mark.start[1] == mark.end[1] >= layout.positions[:, 1].min() + 1
        if mark.side == "left":
            assert mark.start[0] == mark.end[0] <= layout.positions[:, 0].min()
        if mark.side == "top":
            assert mark.start[1] == mark.end[1] <= layout.positions[:, 1].min()
        assert mark.level >= 1
    places = [(mark.side, mark.level) for mark in layout.axes]
    assert len(places) == len(set(places))


@many
@given(st.integers(0, 10**12), st.integers(1, 20))
def test_kept_indices_are_the_first_ones_and_the_last(size, limit):
    kept = kept_indices(size, limit)
    numbers = [index for index in kept if index is not None]
    if size <= limit:
        assert numbers == list(range(size)) == list(kept)
        return
    assert kept.count(None) == 1
    if limit == 1:
        assert kept == (0, None)
        return
    assert kept[-2] is None
    assert numbers == [*range(limit - 1), size - 1]


@many
@given(long_shapes, st.integers(2, 5), st.integers(2, 3))
def test_kept_of_gives_the_last_two_axes_more_room(shape, limit, sheets):
    kept = kept_of(shape, limit=limit, sheets=sheets)
    for axis, (size, indices) in enumerate(zip(shape, kept, strict=True)):
        assert len([index for index in indices if index is not None]) == min(
            size, limit if axis >= len(shape) - 2 else sheets
        )


@many
@given(st.lists(st.integers(0, 7), max_size=4).map(tuple), st.integers(2, 4), st.integers(2, 3))
def test_drawn_cells_are_numpys(shape, limit, sheets):
    """np.ix_ over the kept indices takes the same numbers in the same order."""
    array = np.arange(math.prod(shape)).reshape(shape)
    block = tensor_block(array, "x", limit=limit, sheets=sheets)
    axes = [[index for index in axis if index is not None] for axis in block.kept]
    taken = array[np.ix_(*axes)] if shape else array
    assert list(block.values) == [str(value) for value in taken.ravel()]
    np.testing.assert_array_equal(block.indices, drawn_indices(block.kept))
    assert block.indices.shape == (taken.size, len(shape))
    assert block.shape == array.shape
    assert len(block.texts) == len(block.fills) == len(block.strengths) == taken.size


def test_dots_stand_where_indices_are_left_out():
    block = tensor_block(np.zeros((50, 60, 70)), "x", limit=4, sheets=3)
    layout = tensor_layout(block, spread=True)
    assert [label.text for label in layout.labels] == ["…", "⋮", "…"]
    for axis, label in enumerate(layout.labels):
        along = 1 if axis == 1 else 0
        row = np.all(np.delete(block.indices, axis, axis=1) == np.delete(block.indices[0], axis), axis=1)
        *_, before, after = layout.positions[row][:, along]
        middle = layout.positions[:, along].max() + 1
        place = (label.x, label.y)[along]
        if axis:
            # The last two axes repeat from sheet to sheet: the dots stand in the gap of the sheet in the middle.
            assert 0 < place < middle
        else:
            assert before + 1 < place < after + 4
    assert tensor_layout(numbered((3, 2))).labels == ()


def test_a_shape_takes_no_memory_and_few_cells():
    block = shape_block((10**12,) * 4, "x")
    assert len(block.indices) == 3 * 3 * 6 * 6
    assert block.shape == (10**12,) * 4
    assert set(block.texts) == {""}
    assert block.indices.max() == 10**12 - 1


@many
@given(st.lists(st.integers(0, 255), min_size=1, max_size=12), st.sampled_from([np.uint8, np.int64, np.float32]))
def test_ink_is_the_share_of_the_most_there_can_be(numbers, dtype):
    array = np.array(numbers, dtype) if dtype != np.float32 else np.array(numbers, dtype) / 255
    block = tensor_block(array, "x", fill="ink")
    assert set(block.fills) == {"ink"}
    np.testing.assert_allclose(block.strengths, np.array(numbers) / 255, rtol=1e-6)


@many
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=12))
def test_signed_fills_tell_the_sign_and_the_share_of_the_largest(numbers):
    block = tensor_block(np.array(numbers), "x", fill="signed", limit=20)
    assert list(block.fills) == ["negative" if number < 0 else "positive" for number in numbers]
    largest = max(map(abs, numbers))
    expected = [abs(number) / largest if largest else 0 for number in numbers]
    np.testing.assert_allclose(block.strengths, expected, rtol=1e-9)
    assert max(block.strengths) <= 1


def test_fills_of_numbers_that_are_none():
    block = tensor_block(np.array([np.nan, np.inf, -np.inf, 2.0]), "x", fill="signed")
    assert np.isfinite(block.strengths).all()
    assert block.strengths[3] == 1
    assert list(tensor_block(np.arange(3), "x").fills) == [""] * 3
    assert tensor_block(np.arange(3), "x").strengths.tolist() == [0] * 3
    assert set(tensor_block(np.arange(3), "x", fill="weights").fills) == {"weights"}


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.one_of(finite, finite.map(np.float64), st.integers(-(2**63), 2**64 - 1), st.integers(-200_000, 200_000)))
def test_short_texts_fit_a_cell_and_read_back(value):
    """Six characters at most (seven only for negative numbers nearer to 0 than 1e-99), the digits shown rounded."""
    text = short(value)
    assert len(text) <= (7 if -1e-99 < value < 0 else 6)
    shown, exact = Decimal(text), Decimal(int(value) if isinstance(value, int) else float(value))
    if isinstance(value, int) and abs(value) < 100_000:
        assert shown == exact
        return
    digits = next((digits for digits in (3, 2) if len(f"{value:.{digits}g}") <= 6), 1)
    assert shown == Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(exact)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-99_999, "-99999"), (100_000, "1e+05"), (0.1, "0.1"), (np.float32(0.1), "0.1"), (-0.0, "-0"),
        (np.uint8(255), "255"), (1.5, "1.5"), (-0.12345, "-0.123"), (True, "True"), (np.bool_(False), "False"),
        (float("-inf"), "-inf"), (float("nan"), "nan"), (-1e100, "-1e100"),
        (1e-5, "1e-05"), (123456.0, "1e+05"), (999.6, "1e+03"),
    ],
)  # fmt: skip
def test_short_texts(value, text):
    assert short(value) == text


@many
@given(st.floats(width=32, allow_nan=False), st.integers(-(2**63), 2**63 - 1))
def test_full_texts_lose_nothing(number, whole):
    assert np.float32(full(np.float32(number))) == np.float32(number)
    assert int(full(np.int64(whole))) == whole


sides = st.lists(st.lists(st.integers(1, 5), max_size=4).map(tuple), min_size=1, max_size=4)


@many
@given(sides, st.booleans(), st.booleans(), st.booleans())
def test_blocks_stand_apart_in_order(shapes, narrow, downward, spread):
    """Along the way they follow each other with at least GAP pixels between when the scene fills its column."""
    layouts = [tensor_layout(numbered(shape), spread=spread) for shape in shapes]
    pose = arrange(layouts, narrow=narrow, downward=downward)
    along = 1 if downward else 0
    bounds = np.cumsum([0, *(len(layout.positions) for layout in layouts)])
    boxes = [
        (pose.positions[low:high].min(0), pose.positions[low:high].max(0) + 1)
        for low, high in itertools.pairwise(bounds)
    ]
    total = pose.positions.max(0) + 1
    gaps = [after[0][along] - before[1][along] for before, after in itertools.pairwise(boxes)]
    assert all(gap >= GAP / MAX_CELL - 1e-9 for gap in gaps)
    for gap in gaps:
        cells = sum(layout.size[0] for layout in layouts) if not downward else max(layout.size[0] for layout in layouts)
        assert gap * (NARROW if narrow else WIDE) / cells >= GAP - 1e-6
    middles = [(low[1 - along] + high[1 - along]) / 2 for low, high in boxes]
    np.testing.assert_allclose(middles, total[1 - along] / 2, atol=1e-9)
    for (low, high), layout in zip(boxes, layouts, strict=True):
        np.testing.assert_allclose(high - low, layout.size, atol=1e-9)


@many
@given(sides, st.booleans())
def test_marks_and_labels_move_with_their_block(shapes, downward):
    layouts = [tensor_layout(numbered(shape)) for shape in shapes]
    pose = arrange(layouts, downward=downward, names=[f"name {n}" for n in range(len(shapes))], between=["+"] * 9)
    starts = first_cells([numbered(shape) for shape in shapes])
    assert [label.text for label in pose.labels if label.text == "+"] == ["+"] * len(shapes)
    marks = iter(pose.axes)
    for number, layout in enumerate(layouts):
        moved = pose.positions[starts[number]] - layout.positions[0]
        for mark in layout.axes:
            found = next(marks)
            assert found.block == number
            np.testing.assert_allclose(np.subtract(found.start, mark.start), moved, atol=1e-9)
            np.testing.assert_allclose(np.subtract(found.end, mark.end), moved, atol=1e-9)
        name = next(label for label in pose.labels if label.text == f"name {number}")
        assert name.x == pytest.approx(moved[0] + layout.size[0] / 2)
        assert name.y == pytest.approx(moved[1])


@pytest.mark.parametrize("downward", [False, True])
def test_operators_stand_in_the_gaps(downward):
    layouts = [tensor_layout(numbered(shape)) for shape in ((2, 3), (3,), (2, 3))]
    pose = arrange(layouts, between=["+", "="], downward=downward)
    along = 1 if downward else 0
    ends = [pose.positions[low:high, along].max() + 1 for low, high in ((0, 6), (6, 9))]
    starts = [pose.positions[low:high, along].min() for low, high in ((6, 9), (9, 15))]
    for text, end, start in zip("+=", ends, starts, strict=True):
        place = next((label.x, label.y) for label in pose.labels if label.text == text)
        # Beside each other the bracket of the next block stands in the gap too, so the operator keeps to the left.
        assert place[along] == pytest.approx(end + (0.5 if downward else 0.32) * (start - end))
        assert place[1 - along] == pytest.approx(1.5 if downward else 1)


def test_axes_have_the_themes_colours_unless_told():
    block = numbered((1, 2, 1, 2, 1, 2))
    marks = tensor_layout(block).axes
    assert [mark.color for mark in marks] == [*theme.AXES, theme.AXES[-1]]
    assert [mark.color for mark in tensor_layout(numbered((2, 3)), colors=("weights", "data")).axes] == [
        "weights",
        "data",
    ]
    named = tensor_layout(numbered((2, 3)), axis_names=("height", "width")).axes
    assert [mark.text for mark in named] == ["height: 2", "width: 3"]
    assert named[1].description == "width of x has size 3"


@many
@given(shapes)
def test_one_tensor_as_a_scene(shape):
    block = numbered(shape)
    scene = tensor_scene(block, "words")
    assert scene.alt == scene.frames[0].caption == "words"
    assert (scene.spread is not None) == (len(shape) >= 3)
    np.testing.assert_allclose(scene.poses[0].positions, tensor_layout(block).positions)


def decoded(text: str, dtype: str = "<f4") -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def spelled(words: str | list[str], count: int) -> list[str]:
    """A word that all cells share is sent once."""
    return [words] * count if isinstance(words, str) else words


@many
@given(shapes, st.integers(0, 2**32 - 1))
def test_a_scene_arrives_as_it_was_sent(shape, seed):
    random = np.random.default_rng(seed)
    block = tensor_block(random.normal(size=shape), "x", fill="signed", editable=True)
    count = len(block.indices)
    pose = (
        tensor_scene(block, "words")
        .poses[0]
        ._replace(
            presence=random.random(count), ghosts=random.random(count) < 0.5, thread=tuple(np.arange(count)[::-1])
        )
    )
    frames = (Frame("one"), Frame("two", 0, {"data": np.arange(count)}, {0: "?"}, True, 2.5))
    scene = Scene((block,), (pose,), frames, "words", narrow=(pose,), relations={0: Relation({"loss": [0]}, "self")})
    sent = json.loads(json.dumps(encode(scene)))
    assert {"poses", "narrow"} <= sent.keys()
    assert not {"spread", "narrow_spread"} & sent.keys()
    for name in ("poses", "narrow"):
        [found] = sent[name]
        for part in ("layers", "presence", "ghosts"):
            np.testing.assert_array_equal(decoded(found[part]), np.asarray(getattr(pose, part), "f4"))
        np.testing.assert_array_equal(decoded(found["positions"]).reshape(-1, 2), pose.positions.astype("f4"))
        assert found["thread"] == list(pose.thread)
        assert [mark["text"] for mark in found["axes"]] == [mark.text for mark in pose.axes]
    [cells] = sent["blocks"]
    np.testing.assert_array_equal(decoded(cells["strengths"]), block.strengths.astype("f4"))
    np.testing.assert_array_equal(decoded(cells["indices"], "<f8").reshape(block.indices.shape), block.indices)
    for part in ("texts", "values", "fills"):
        assert spelled(cells[part], count) == list(getattr(block, part))
    assert (cells["shape"], cells["editable"]) == (list(shape), True)
    assert sent["frames"][1] == {
        "caption": "two",
        "pose": 0,
        "lit": {"data": list(range(count))},
        "texts": {"0": "?"},
        "dim": True,
        "seconds": 2.5,
    }
    assert sent["relations"] == {"0": {"lit": {"loss": [0]}, "text": "self"}}


def test_what_a_pose_leaves_out_is_sent_as_nothing():
    sent = encode(Scene((), (Pose(np.zeros((0, 2)), np.zeros(0)),), (Frame(""),), ""))
    assert sent["poses"][0]["presence"] is None
    assert sent["poses"][0]["ghosts"] is None
