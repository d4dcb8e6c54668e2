"""Every shape, stride, copy and path against NumPy's own."""

from itertools import permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.operations import reshaping, reshaping_steps

CASES = settings(max_examples=250, derandomize=True, deadline=None)
SIZES = st.sampled_from([0, 1, 1, 2, 2, 3, 4, 5, 6])
SHAPES = st.lists(SIZES, max_size=6).map(tuple).filter(lambda shape: prod(shape) <= 3000)


@st.composite
def reshapes(draw):
    """A shape and a target of the same size made by splitting and joining its factors, perhaps with a -1."""
    shape = draw(SHAPES)
    count = prod(shape)
    if count == 0:
        target = list(draw(st.permutations([*draw(st.lists(st.integers(0, 4), max_size=3)), 0])))
    else:
        factors = [factor for size in shape for factor in {4: [2, 2], 6: [2, 3]}.get(size, [size])]
        if draw(st.booleans()):
            factors = draw(st.permutations(factors))
        target = [1] if draw(st.booleans()) else []
        for factor in factors:
            if target and draw(st.booleans()):
                target[-1] *= factor
            else:
                target.append(factor)
        if not target:
            target = draw(st.sampled_from([[], [1], [1, 1]]))
        if prod(target) != count:
            target.append(count // prod(target))
    if target and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return shape, tuple(target)


def source(shape):
    return np.arange(prod(shape)).reshape(shape)


@CASES
@given(reshapes())
def test_what_numpy_reshapes_ends_where_numpy_puts_it(case):
    shape, target = case
    try:
        expected = source(shape).reshape(target)
    except ValueError:
        with pytest.raises(InvalidInput):
            reshaping.resolve(shape, target)
        return
    assert reshaping.resolve(shape, target) == expected.shape
    places = reshaping.destinations(shape, target)
    assert places.shape == (expected.size, expected.ndim)
    assert [expected[tuple(place)] for place in places.tolist()] == list(range(expected.size))


@CASES
@given(SHAPES, st.lists(st.integers(-1, 7), max_size=4).map(tuple))
def test_any_target_is_accepted_or_refused_as_numpy_does(shape, target):
    try:
        expected = source(shape).reshape(target).shape
    except ValueError:
        with pytest.raises(InvalidInput, match=r"[a-z-].*\.$"):
            reshaping.resolve(shape, target)
    else:
        assert reshaping.resolve(shape, target) == expected


@CASES
@given(reshapes(), st.data(), st.sampled_from([np.uint8, np.float32, np.int64]))
def test_strides_views_and_copies_of_a_reshape_after_a_transpose(case, data, dtype):
    shape, target = case
    order = data.draw(st.permutations(range(len(shape))))
    before = source(shape).astype(dtype).transpose(order)
    try:
        expected = before.reshape(target)
    except ValueError:
        return
    memory = reshaping.reshape_view(before.shape, before.strides, target, itemsize=before.itemsize)
    shared = before.size == 0 or np.shares_memory(before, expected)
    assert (memory.blocked is None) == shared
    assert memory.strides == expected.strides


@CASES
@given(SHAPES, st.data())
def test_a_transpose_has_numpys_shape_strides_and_places(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    signed = [axis - len(shape) if data.draw(st.booleans()) else axis for axis in order]
    before = source(shape)
    expected = before.transpose(signed)
    found = reshaping.transpose(before.shape, before.strides, signed)
    assert (found.shape, found.strides) == (expected.shape, expected.strides)
    if before.size:
        assert reshaping.row_major_strides(shape, before.itemsize) == before.strides
    places = reshaping.transposed_places(shape, signed)
    assert [expected[tuple(place)] for place in places.tolist()] == before.ravel().tolist()


@CASES
@given(SHAPES, st.data())
def test_the_displaced_are_those_numpy_puts_elsewhere(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    turned = source(shape).transpose(order)
    assert reshaping.displaced(shape, order) == np.count_nonzero(turned != source(shape).reshape(turned.shape))


@CASES
@given(SHAPES, st.data())
def test_a_walk_follows_every_element_and_memory_through_a_chain(shape, data):
    order = data.draw(st.one_of(st.none(), st.permutations(range(len(shape)))))
    now = source(shape) if 0 not in shape else np.zeros(shape, np.int64)
    arrays = [now]
    if order is not None:
        arrays.append(arrays[-1].transpose(order))
    targets = []
    for target in [(-1,), arrays[-1].shape[::-1], shape]:
        if -1 in target or 0 not in shape or data.draw(st.booleans()):
            targets.append(target)
            arrays.append(arrays[-1].reshape(target))
    steps = reshaping_steps.walk(shape, now.itemsize, order=order, targets=targets)
    paths = reshaping_steps.followed(steps, np.arange(now.size))
    memory = reshaping_steps.memory_places(steps, paths)
    assert len(steps) == len(arrays)
    for number, (step, path, array) in enumerate(zip(steps, paths, arrays, strict=True)):
        assert step.shape == array.shape
        assert array.ravel()[path].tolist() == list(range(array.size))
        np.testing.assert_array_equal(reshaping_steps.traced_back(steps, number, np.arange(array.size)), array.ravel())
        offsets = reshaping.indices(step.shape, path) @ np.array(step.strides, int).reshape(len(step.shape))
        np.testing.assert_array_equal(memory[number] * now.itemsize, offsets)
        assert step.strides == array.strides
        if number and array.size:
            assert (step.blocked is None) == np.shares_memory(arrays[number - 1], array)


@pytest.mark.parametrize(
    ("shape", "target", "sentence"),
    [
        ((3,), (), r"a (3,) vector has 3 elements, () holds 1; a reshape keeps every element and adds none."),
        ((3, 4), (5, -1), "-1 cannot be solved in (5, -1): 12 is not divisible by 5, the product of the other sizes."),
        ((), (2,), "a () scalar has 1 element, (2,) holds 2; a reshape keeps every element and adds none."),
        ((0, 3), (0, -1), "-1 cannot be solved in (0, -1): the other sizes multiply to 0, and 0 times any size is 0."),
        ((2,), (-1, -1), "a target shape has sizes of 0 or more, and -1 at most once; (-1, -1) has not."),
        (
            (300, 20),
            (6001,),
            "a (300, 20) matrix has 6,000 elements, (6001,) holds 6,001; a reshape keeps every element and adds none.",
        ),
    ],
)
def test_impossible_targets_get_the_arithmetic(shape, target, sentence):
    with pytest.raises(InvalidInput) as refused:
        reshaping.resolve(shape, target)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("(0, 0, 1)", "axis 0 is repeated in (0, 0, 1); each axis comes once, as in (2, 1, 0)."),
        ("(0, -3, 1)", "axis 0 is repeated in (0, -3, 1); each axis comes once, as in (2, 1, 0)."),
        ("(0, 1, 3)", "axis 3 is out of range: a tensor of rank 3 has axes 0 to 2, or -3 to -1."),
        (
            "(1, 0)",
            "an axis order names every axis once; (1, 0) names 2, and this tensor has 3. Right would be (2, 1, 0).",
        ),
        ("1.5, 0, 2", "an axis must be a whole number; “1.5” is not."),
    ],
)
def test_bad_axis_orders_are_named(order, sentence):
    with pytest.raises(InvalidInput) as refused:
        reshaping_steps.parse_order(order, 3)
    assert str(refused.value) == sentence


def test_the_books_example():
    x = np.array([[0, 1], [2, 3], [4, 5]])
    steps = reshaping_steps.walk((3, 2), 8, targets=reshaping_steps.parse_targets("(6, 1) → (2, 3)"))
    assert [step.shape for step in steps] == [(3, 2), (6, 1), (2, 3)]
    assert [step.blocked for step in steps] == [None] * 3
    assert x.reshape(2, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    flat = np.zeros((2, 3), int)
    flat[tuple(reshaping.destinations((3, 2), (2, 3)).T)] = x.ravel()
    assert flat.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_displaced_in_large_tensors_without_counting_them_one_by_one():
    assert reshaping.displaced((300, 20), (1, 0)) == 5998
    assert reshaping.displaced((10**4, 10**4), (1, 0)) == 10**8 - 10**4
    assert reshaping.displaced((2, 28, 28), (0, 2, 1)) == 2 * (784 - 28)


@pytest.mark.parametrize("shape", list(permutations((1, 2, 3))))
def test_sources_are_values_shapes_or_names(shape):
    real = {"W2": np.zeros(shape, np.float32)}
    assert reshaping_steps.parse_source("W2", real).array is real["W2"]
    assert reshaping_steps.parse_source(str(shape), real)[:2] == ("x", shape)
    assert reshaping_steps.parse_source("[1.5, 2]", real).dtype == np.float64
    with pytest.raises(InvalidInput, match="at most 100,000,000 elements"):
        reshaping_steps.parse_source("(100000, 1001)", real)
    with pytest.raises(InvalidInput, match="those at hand are W2"):
        reshaping_steps.parse_source("W3", real)
