"""The picture of an operation holds the engine's numbers, and its frames fill the result in row-major order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.elementwise import OPERATIONS, apply, count, spelled
from viz.components.live_cells import encode
from viz.operations import elementwise as viz
from viz.operations.elementwise import LEFT, RESULT, RIGHT, Operand
from viz.tensors.cells import first_cells, short

shapes = st.lists(st.integers(1, 9), max_size=4).filter(lambda sizes: np.prod(sizes) <= 600).map(tuple)


def made(name, *arrays, **more):
    operands = [Operand("xy"[number], np.asarray(array), **more) for number, array in enumerate(arrays)]
    return viz.elementwise_scene(name, operands, apply(name, *(operand.array for operand in operands)))


@st.composite
def cases(draw):
    """An operation and operands: equal shapes, or one a single number."""
    name, shape = draw(st.sampled_from(sorted(OPERATIONS))), draw(shapes)
    generator = np.random.default_rng(draw(st.integers(0, 10**6)))
    arrays = [generator.integers(-3, 9, shape) / 2 for _ in range(OPERATIONS[name].arity)]
    single = draw(st.sampled_from([None, 0, 1]))
    if single is not None and len(arrays) == 2:
        arrays[single] = arrays[single].ravel()[0].reshape(())
    return name, arrays


@settings(max_examples=75, deadline=None, derandomize=True)
@given(cases())
def test_every_cell_holds_its_number_and_links_to_its_partners(case):
    name, arrays = case
    scene = made(name, *arrays)
    result = apply(name, *arrays)
    everything = [*arrays, result]
    first = first_cells(scene.blocks)
    for block, array in zip(scene.blocks, everything, strict=True):
        assert block.shape == array.shape
        assert list(block.texts) == [short(array[tuple(index)]) for index in block.indices.tolist()]
    colors = (LEFT, RIGHT, RESULT) if len(arrays) == 2 else (LEFT, RESULT)
    for number, index in enumerate(map(tuple, scene.blocks[-1].indices.tolist())):
        relation = scene.relations[first[-1] + number]
        assert relation.text == spelled(name, *(array[index if array.ndim else ()] for array in arrays))
        for color, block, start, array in zip(colors, scene.blocks, first, everything, strict=True):
            (cell,) = relation.lit[color]
            assert tuple(block.indices[cell - start]) == (index if array.ndim else ())


@settings(max_examples=75, deadline=None, derandomize=True)
@given(cases())
def test_frames_fill_the_result_in_row_major_order(case):
    name, arrays = case
    scene = made(name, *arrays)
    cells = len(scene.blocks[-1].indices)
    first = first_cells(scene.blocks)[-1]
    assert len(scene.frames) <= viz.MAX_STEPS + 1
    assert scene.blocks[-1].indices.tolist() == sorted(scene.blocks[-1].indices.tolist())
    done = []
    for frame in scene.frames[:-1]:
        done += frame.lit[RESULT]
        assert done == list(range(first, first + len(done)))
        assert set(frame.texts) == set(range(first + len(done), first + cells))
        assert set(frame.texts.values()) <= {""}
        assert frame.caption == scene.relations[done[-1]].text
    assert len(done) == (cells if cells > 1 else 0)
    assert not scene.frames[-1].texts


def test_pointing_at_a_single_number_lights_all_it_goes_with():
    scene = made("multiply", [[1, 2], [3, 4]], 10)
    assert scene.relations[4].lit == {LEFT: [0, 1, 2, 3], RIGHT: [4], RESULT: [5, 6, 7, 8]}
    assert scene.relations[0].lit == {LEFT: [0], RIGHT: [4], RESULT: [5]}
    assert scene.relations[8].text == "4 * 10 = 40"


def test_names_carry_dtypes_and_signs_stand_between():
    scene = made("divide", [[1, 2]], [[3, 4]])
    texts = [label.text for label in scene.poses[0].labels]
    assert texts == ["x, int64", "/", "y, int64", "=", "x / y, float64"]
    assert [label.text for label in made("relu", [1.0]).poses[0].labels] == ["x, float64", "↓", "relu(x), float64"]


def test_partners_stand_side_by_side_or_in_line():
    wide, narrow = made("add", [[1, 2]], [[3, 4]]), made("add", [[1, 2]], [[3, 4]]).narrow[0].positions
    x = wide.poses[0].positions
    assert (x[:, 1] == x[0, 1]).all()
    np.testing.assert_allclose(narrow[[0, 1], 0], narrow[[4, 5], 0])
    row = made("add", [1, 2, 3], [4, 5, 6]).poses[0].positions
    np.testing.assert_allclose(row[:3, 0], row[6:, 0])


@pytest.mark.parametrize("shape", [(28, 28), (128, 784), (784, 512), (512,), (5, 6, 7, 8), (2,) * 8])
def test_large_tensors_are_cut_and_the_cut_is_said(shape):
    array = np.arange(np.prod(shape)).reshape(shape) % 7
    operand = Operand("x", array, fill="ink")
    scene = viz.elementwise_scene("add", [operand, operand], array + array)
    assert sum(len(block.indices) for block in scene.blocks) <= 3 * 256
    whole = {index for index in map(tuple, scene.blocks[-1].indices.tolist())}
    assert ("Drawn" in viz.left_out(scene)) == (len(whole) < array.size)
    assert ("drawn" in scene.frames[-1].caption) == (len(whole) < array.size)
    assert sum(len(text) for text in map(str, encode(scene).values())) < 700_000
    for index, text in zip(scene.blocks[-1].indices.tolist(), scene.blocks[-1].texts, strict=True):
        assert text == str(2 * array[tuple(index)])


def test_of_images_a_window_with_ink_is_drawn():
    rows, columns = viz.kept_indices((28, 28), image=True)
    assert rows[0] is rows[-1] is columns[0] is columns[-1] is None
    assert min(rows[1:-1]) == 10
    assert viz.kept_indices((128, 784), image=True)[1][1] == 402
    assert viz.kept_indices((28, 28))[0][0] == 0


def test_cells_that_wrapped_around_are_marked_and_only_those():
    scene = made("add", np.array([[100, 200], [255, 0]], np.uint8), np.array([[100, 100], [1, 0]], np.uint8))
    assert scene.frames[-1].lit == {viz.WRAPPED: (9, 10)}
    assert scene.frames[-1].caption == "All 4 results. Red: 2 of these did not fit and wrapped around."
    assert made("add", 2**63 - 1, 1).frames[-1].lit == {viz.WRAPPED: (2,)}
    assert not made("add", [1, 2], [3, 4]).frames[-1].lit


def test_empty_tensors_have_a_picture():
    scene = made("add", np.zeros((0,)), 3)
    assert [len(block.indices) for block in scene.blocks] == [0, 1, 0]
    assert scene.frames[-1].caption == "All 0 results."


def sentence(name, *arrays):
    operands = [Operand("x", np.asarray(array)) for array in arrays]
    result = apply(name, *(operand.array for operand in operands))
    return viz.result_sentence(name, operands, result, count(name, [operand.array for operand in operands], result))


@pytest.mark.parametrize(
    ("words", "name", "arrays"),
    [
        ("shape `(2,)` and dtype **int64**, like both operands.", "add", ([1, 2], [3, 4])),
        ("int64 with float64 gives float64", "add", ([1, 2], 0.5)),
        ("divide makes float64 of int64", "divide", ([1, 2], 2)),
        ("2 of 3 are True", "less", ([1, 5, 2], [2, 5, 3])),
        ("Of 4 numbers **2 were negative and became 0**; 2 stay", "relu", ([-1, 0, -3, 4],)),
        ("1 became inf. 1 became nan", "divide", ([7.0, 0.0, np.nan, np.inf], 0)),
        ("`()`, a single number", "add", (1, 2)),
        ("like both operands. **It wrapped around**: int64 holds", "add", (2**63 - 1, 1)),
        (
            "**2 of 3 wrapped around**: uint8 holds whole numbers from 0 to 255, and the exact results are outside.",
            "add",
            (np.array([100, 200, 255], np.uint8), np.array([100, 100, 1], np.uint8)),
        ),
    ],
)
def test_sentences_about_the_whole_result(words, name, arrays):
    assert words in sentence(name, *arrays)


def test_buttons_say_the_operation_in_words_and_escape_its_sign():
    assert viz.button("power") == r"power \*\*" and viz.button("maximum") == "maximum"
    for name, operation in OPERATIONS.items():
        words, _, sign = viz.button(name).replace("\\", "").rpartition(" ")
        assert (words, sign) == (operation.title, operation.symbol) or viz.button(name) == operation.title, name
