"""Broadcasting against NumPy's own: broadcast_shapes, broadcast_to, broadcast_arrays and the ufuncs."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import broadcasting as engine
from engine.operations import elementwise
from engine.operations.broadcasting import Numbered, align

shapes = st.lists(st.integers(0, 5), max_size=6).map(tuple)
binary = [name for name, operation in elementwise.OPERATIONS.items() if operation.arity == 2]


@st.composite
def fitting(draw, count=None, largest=4, max_rank=5):
    """Shapes that broadcast: pieces of one result, with any sizes put to 1."""
    result = draw(st.lists(st.integers(0, largest), max_size=max_rank))
    made = []
    for _ in range(count or draw(st.integers(2, 3))):
        own = result[draw(st.integers(0, len(result))) :]
        made.append(tuple(draw(st.sampled_from([size, 1])) for size in own))
    return tuple(made)


def expected(several) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(*several)
    except ValueError:
        return None


thousands = settings(max_examples=375, derandomize=True, deadline=None)
hundreds = settings(max_examples=100, derandomize=True, deadline=None)


@thousands
@given(st.lists(shapes, min_size=2, max_size=3))
def test_any_shapes_fit_exactly_where_numpys_do(several):
    found = align(several)
    assert found.result == expected(several)
    assert bool(found.problem) == (found.result is None)


@thousands
@given(fitting())
def test_result_and_verdicts_of_shapes_that_fit(several):
    found = align(several)
    assert found.result == expected(several)
    assert [axis.number for axis in found.axes] == list(range(-len(found.axes), 0))
    for axis in found.axes:
        size = found.result[axis.number]
        lacking = [len(shape) < -axis.number for shape in several]
        assert axis.size == size
        assert axis.sizes == tuple(
            None if lacks else shape[axis.number] for lacks, shape in zip(lacking, several, strict=True)
        )
        assert list(axis.added) == lacking
        now = [1 if lacks else shape[axis.number] for lacks, shape in zip(lacking, several, strict=True)]
        assert list(axis.stretched) == [own != size for own in now]
        words = {"added": any(lacking), "stretched": any(own != size for own in now)}
        assert all((word in axis.verdict) == said for word, said in words.items())
        assert (axis.verdict == "equal") == (not any(words.values()))


@thousands
@given(st.lists(st.lists(st.integers(1, 5), max_size=5).map(tuple), min_size=2, max_size=3))
def test_the_problem_names_exactly_the_axes_that_clash(several):
    found = align(several)
    named = {int(axis): sizes for axis, sizes in re.findall(r"axis (-\d+) has ([\d, and]+)[;.]", found.problem)}
    clashing = {}
    for axis in range(-max(map(len, several)), 0):
        sizes = {shape[axis] for shape in several if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            clashing[axis] = sizes
    assert {axis: {int(size) for size in re.findall(r"\d+", sizes)} for axis, sizes in named.items()} == clashing
    assert {axis.number for axis in found.axes if axis.verdict == "incompatible"} == set(clashing)


def test_the_sentence_of_the_house():
    sentence = "broadcasting needs equal sizes or 1 on each axis; axis -1 has 4 and 3."
    assert align([(2, 4), (3,)]).problem == sentence
    assert align([(4,), (3,), (5,)]).problem.endswith("axis -1 has 4, 3 and 5.")


def test_reference_values_of_the_chapter():
    assert align([(32, 10), (10,)]).result == (32, 10)
    assert align([(64, 3, 32, 10), (32, 10)]).result == (64, 3, 32, 10)
    assert align([(5,), ()]).result == (5,)
    assert [axis.verdict for axis in align([(32, 10), (10,)]).axes] == ["added, then stretched", "equal"]


@thousands
@given(fitting(), st.sampled_from([np.int8, np.float32, np.int64]))
def test_strides_and_sources_are_those_of_numpys_views(several, dtype):
    result = align(several).result
    for shape in several:
        array = np.arange(np.prod(shape, dtype=int), dtype=np.int64).reshape(shape)
        view = np.broadcast_to(array.astype(dtype), result)
        assert engine.view_strides(shape, result, np.dtype(dtype).itemsize) == view.strides
        view = np.broadcast_to(array, result)
        for index in list(np.ndindex(result))[:40]:
            assert array[engine.source_index(index, shape, result)] == view[index]


@hundreds
@given(fitting())
def test_memory_is_what_the_copies_would_take(several):
    result = align(several).result
    arrays = [np.zeros(shape, np.float32) for shape in several]
    for array, view in zip(arrays, np.broadcast_arrays(*arrays), strict=True):
        assert engine.memory(array.shape, result, 4) == (array.nbytes, view.copy().nbytes)


@hundreds
@given(shapes, st.integers(1, 9), st.data())
def test_numbered_cells_are_those_of_the_whole_tensor(shape, most, data):
    whole = (np.arange(np.prod(shape, dtype=int)) % most + 1).reshape(shape)
    places = [
        data.draw(st.lists(st.sampled_from(range(size)), min_size=1, unique=True)) if size else [] for size in shape
    ]
    np.testing.assert_array_equal(engine.cells(Numbered(shape, most), places), whole[np.ix_(*places)])
    np.testing.assert_array_equal(engine.cells(whole, places), whole[np.ix_(*places)])


def test_numbered_cells_take_no_memory_for_the_rest():
    last = 10**12 - 1
    flat = last * 10**12 + last
    assert engine.cells(Numbered((10**12, 10**12)), [(last,), (0, last)])[0, 1] == flat % 9 + 1


@settings(max_examples=250, derandomize=True, deadline=None)
@given(fitting(largest=3, max_rank=3), st.sampled_from(binary), st.data())
def test_computed_cells_are_those_of_the_whole_result(several, name, data):
    result = align(several).result
    whole = [(np.arange(np.prod(shape, dtype=int)) % 3 + 1).reshape(shape) for shape in several]
    places = [
        data.draw(st.lists(st.sampled_from(range(size)), min_size=1, unique=True)) if size else [] for size in result
    ]
    found = engine.compute(name, [Numbered(shape, 3) for shape in several], places)
    wanted = whole[0]
    for array in whole[1:]:
        wanted = elementwise.OPERATIONS[name].numpy(wanted, array)
    np.testing.assert_array_equal(found.result, wanted[np.ix_(*places)])
    assert found.result.dtype == wanted.dtype
    assert len(found.spelled) == found.result.size
    for words, value in zip(found.spelled, found.result.flat, strict=True):
        assert words.endswith((f"= {value}", f"is {value}", "means or", "means and")), words
        assert words.count("; ") == len(several) - 2


def test_computations_are_spelled_from_left_to_right():
    found = engine.compute("add", [Numbered((2, 1)), Numbered((3,)), Numbered(())], [(0, 1), (0, 2)])
    assert found.spelled[3] == "2 + 3 = 5; 5 + 1 = 6"
    assert found.result.tolist() == [[3, 5], [4, 6]]


def test_weighted_sums_are_the_matrix_product():
    batch, W1 = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    np.testing.assert_allclose(engine.weighted_sums(batch, W1), np.einsum("ij,jk->ik", batch, W1))


@pytest.mark.parametrize("seed", range(6))
def test_questions_never_repeat_get_harder_and_sometimes_have_no_answer(seed):
    asked = [engine.question(seed, number) for number in range(60)]
    assert len(set(asked)) == 60
    results = [align(several).result for several in asked]
    assert results == [expected(several) for several in asked]
    assert 8 <= sum(result is None for result in results) <= 35
    ranks = [max(map(len, several)) for several in asked]
    assert max(ranks[:3]) <= 2 < min(ranks[18:])
    assert {len(several) for several in asked[:12]} == {2}
    assert {len(several) for several in asked[12:]} == {3}


def test_questions_depend_on_the_seed_alone():
    assert engine.question(3, 20) == engine.question(3, 20)
    assert [engine.question(3, n) for n in range(9)] != [engine.question(4, n) for n in range(9)]
