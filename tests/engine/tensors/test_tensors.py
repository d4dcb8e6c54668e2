"""A tensor's attributes against NumPy's own, by arithmetic for any shape; tensors as text and back."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.errors import InvalidInput
from engine.tensors import tensors
from engine.typed.literals import MAX_TEXT, parse_array

MANY = settings(max_examples=100, derandomize=True, deadline=None)
DTYPES = st.sampled_from(["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"])
SHAPES = st.lists(st.integers(1, 6), max_size=6).filter(lambda shape: prod(shape) <= 5000).map(tuple)
TYPED = st.sampled_from(["bool", "int64", "float64"])


@MANY
@given(SHAPES, DTYPES)
def test_attributes_by_arithmetic_are_numpys(shape, dtype):
    array = np.zeros(shape, dtype)
    expected = (array.ndim, array.shape, str(array.dtype), array.size, array.nbytes, array.strides)
    assert tensors.describe_shape(shape, dtype) == expected
    assert tensors.describe(array) == expected


@MANY
@given(SHAPES, DTYPES, st.data())
def test_attributes_of_a_view_are_its_own(shape, dtype, data):
    array = np.zeros(shape, dtype)
    order = data.draw(st.permutations(range(array.ndim)))
    view = array.transpose(order)[tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1]))) for _ in order)]
    found = tensors.describe(view)
    assert found.strides == view.strides
    assert found.shape == view.shape
    assert found.bytes == view.nbytes == view.size * view.itemsize


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_without_elements_there_is_nothing_to_step_over(shape):
    assert tensors.describe_shape(shape, "float32") == tensors.describe(np.zeros(shape, np.float32))


def test_shapes_far_beyond_memory_are_described():
    found = tensors.describe_shape((10**6, 10**6, 10**6), "float64")
    assert found.bytes == 8 * 10**18
    assert found.strides == (8 * 10**12, 8 * 10**6, 8)


@MANY
@given(st.data())
def test_literals_are_read_as_the_same_array(data):
    dtype = data.draw(TYPED)
    shape = data.draw(st.lists(st.integers(1, 4), max_size=5).filter(lambda sizes: prod(sizes) <= 60))
    array = data.draw(arrays.arrays(dtype, tuple(shape)))
    text = tensors.literal(array)
    if len(text) > MAX_TEXT:
        assert not tensors.typeable(array)
        return
    found = parse_array(text)
    assert tensors.typeable(array)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    if dtype == "float64":
        zeros = array == 0
        np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(array[zeros]))


@MANY
@given(arrays.arrays(st.sampled_from([np.uint8, np.int8, np.int32, np.float16, np.float32]), SHAPES))
def test_literals_of_other_dtypes_have_the_same_values(array):
    text = tensors.literal(array)
    assert not tensors.typeable(array), "its dtype would change"
    if len(text) <= MAX_TEXT:
        found = parse_array(text)
        assert found.shape == array.shape
        np.testing.assert_array_equal(found, array)


def test_no_list_has_some_shapes():
    assert parse_array(tensors.literal(np.zeros((2, 0)))).shape == (2, 0)
    with pytest.raises(InvalidInput, match="the shape \\(0, 3\\) has another"):
        tensors.literal(np.zeros((0, 3)))
    assert not tensors.typeable(np.zeros((0, 3)))


@MANY
@given(st.data())
def test_one_entry_typed_anew(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 4), max_size=4)))
    array = data.draw(arrays.arrays(data.draw(TYPED), shape))
    index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    entry = data.draw(st.one_of(st.integers(-(10**6), 10**6), st.booleans(), st.floats(allow_nan=False, width=32)))
    before = array.copy()
    found = tensors.with_entry(array, index, f" {entry!r} ")
    nested = array.tolist()
    if shape:
        inner = nested
        for at in index[:-1]:
            inner = inner[at]
        inner[index[-1]] = entry
    else:
        nested = entry
    expected = np.array(nested)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1]", r"an entry must be a single number; “\[1\]” has shape \(1,\)."),
        ("", "an entry is empty"),
        ("x", "“x” is none of these"),
        ("print(1)", r"“print\(1\)” is none of these"),
    ],
)
def test_an_entry_that_is_no_number_is_refused(text, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        tensors.with_entry(np.array([1, 2]), (0,), text)


@pytest.mark.parametrize("index", [(2,), (-1,), (), (0, 0)])
def test_an_entry_outside_is_refused(index):
    with pytest.raises(InvalidInput, match="is none of an array of shape"):
        tensors.with_entry(np.array([1, 2]), index, "3")


@MANY
@given(st.lists(st.integers(0, 7), max_size=5))
def test_numbers_in_order(shape):
    found = tensors.numbered(shape)
    assert found.shape == tuple(shape)
    assert found.dtype == np.int64
    assert found.ravel().tolist() == list(range(prod(shape)))


def test_numbers_in_order_are_bounded_before_memory_is_taken():
    assert tensors.numbered((100, 1000)).size == 100_000
    with pytest.raises(InvalidInput, match="at most 100,000 elements here; this has 1,000,000,000,000,000,000"):
        tensors.numbered((10**9, 10**9))
    with pytest.raises(InvalidInput, match="at most 8 axes here; this has 9"):
        tensors.numbered((1,) * 9)
    with pytest.raises(InvalidInput, match="0 or more; -1 is not"):
        tensors.numbered((2, -1))


def test_examples_are_the_books_one_of_each_rank():
    found = [parse_array(text) for text in tensors.EXAMPLES.values()]
    assert [array.ndim for array in found] == [0, 1, 2, 3, 4, 5]
    assert [array.shape for array in found[:4]] == [(), (5,), (3, 5), (3, 3, 5)]
    assert found[0] == 12
    assert found[1].tolist() == [12, 3, 6, 14, 7]
    assert all(tensors.typeable(array) for array in found), "each can be edited"
