"""Element-wise operations against NumPy's ufuncs on every dtype, against JAX, and against Python's exact numbers."""

import math
import operator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.errors import InvalidInput
from engine.operations import elementwise
from engine.operations.elementwise import OPERATIONS, apply, count, spelled, wrapped

ORACLES = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.true_divide,
    "power": np.power,
    "modulo": np.remainder,
    "floor_divide": np.floor_divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}
PYTHON = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "power": operator.pow,
    "floor_divide": operator.floordiv,
    "modulo": operator.mod,
}
DTYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")
dtypes = st.sampled_from(DTYPES)
many = settings(max_examples=2_500, deadline=None, derandomize=True)


def values(dtype):
    """Any value of a dtype, small and special ones often."""
    kind = np.dtype(dtype)
    whole = [0, 1, 2, 3] + ([] if kind.kind in "bu" else [-1, -2, -7])
    special = [0.0, -0.0, 1.0, -7.5, math.inf, -math.inf, math.nan] if kind.kind == "f" else whole
    limits = [np.iinfo(kind).min, np.iinfo(kind).max] if kind.kind in "ui" else []
    return (
        st.sampled_from([*special, *limits])
        if kind.kind == "b"
        else st.one_of(st.sampled_from([*special, *limits]), arrays.from_dtype(kind))
    )


def filled(shape, kind, generator):
    """An array of a dtype: small numbers, special ones, the limits of the dtype, any bytes at all."""
    kind = np.dtype(kind)
    size = int(np.prod(shape))
    if kind.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    small = generator.integers(0 if kind.kind == "u" else -8, 9, size).astype(kind)
    anything = np.frombuffer(generator.bytes(size * kind.itemsize), kind)
    special = [np.inf, -np.inf, np.nan, -0.0, 0.5] if kind.kind == "f" else [0, np.iinfo(kind).min, np.iinfo(kind).max]
    special = generator.choice(np.array(special, kind), size)
    return np.choose(generator.integers(0, 4, size), [small, small, special, anything]).reshape(shape)


@st.composite
def pairs(draw):
    """Two arrays of any dtypes whose shapes go together."""
    shapes = draw(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4, min_side=0)).input_shapes
    kinds = draw(st.tuples(dtypes, dtypes))
    generator = np.random.default_rng(draw(st.integers(0, 10**9)))
    return [filled(shape, kind, generator) for shape, kind in zip(shapes, kinds, strict=True)]


def outcome(compute):
    """The array, or the type of what NumPy raised."""
    with np.errstate(all="ignore"):
        try:
            return compute()
        except (ValueError, TypeError, InvalidInput) as error:
            return error


@many
@given(st.sampled_from(sorted(ORACLES)), pairs())
def test_every_operation_is_numpys_on_every_dtype(name, operands):
    expected, found = outcome(lambda: ORACLES[name](*operands)), outcome(lambda: apply(name, *operands))
    if isinstance(expected, Exception):
        assert isinstance(found, InvalidInput)
        return
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=125, deadline=None, derandomize=True)
@given(dtypes.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, max_side=4))))
def test_relu_keeps_the_dtype_and_drops_what_is_negative(x):
    found = apply("relu", x)
    assert found.dtype == (np.int64 if x.dtype.kind == "b" else x.dtype)
    np.testing.assert_array_equal(found, np.where(x < 0, np.zeros_like(x), x))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(OPERATIONS)), st.data())
def test_jax_computes_the_same_in_float32(name, data):
    numbers = st.floats(-50, 50, width=16).filter(lambda number: number == 0 or abs(number) > 1e-3)
    operands = [
        data.draw(arrays.arrays(np.float32, 3, elements=numbers | st.just(math.inf) | st.just(math.nan)))
        for _ in range(OPERATIONS[name].arity)
    ]
    found = np.asarray(OPERATIONS[name].jax(*operands))
    expected = apply(name, *operands)
    usual = np.all([np.isfinite(operand) for operand in operands], axis=0) & np.isfinite(expected)
    if name in ("modulo", "floor_divide"):
        # JAX defines these through other roundings: a quotient next to a whole number may fall on either side.
        usual &= np.abs(operands[0]) < 1e3 * np.abs(operands[1])
        exact = np.array(
            [
                Fraction(float(a)) / Fraction(float(b)) if b and u else Fraction(1, 2)
                for a, b, u in zip(*operands, usual, strict=True)
            ]
        )
        usual &= np.array([abs(q - round(q)) > Fraction(1, 1000) for q in exact])
    np.testing.assert_allclose(found[usual], expected[usual], rtol=2e-4, atol=1e-4)
    if name not in ("modulo", "floor_divide", "power"):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@many
@given(st.sampled_from(sorted(ORACLES)), st.tuples(dtypes, dtypes), st.data())
@example("power", ("int64", "int64"), None)
def test_the_sentence_ends_in_the_result_and_says_what_is_unusual(name, kinds, data):
    if data is None:
        operands = [np.int64(10), np.int64(10**18)]
    else:
        operands = [np.dtype(kind).type(data.draw(values(kind))) for kind in kinds]
    expected = outcome(lambda: ORACLES[name](*operands))
    if isinstance(expected, Exception):
        with pytest.raises(InvalidInput):
            spelled(name, *operands)
        return
    sentence = spelled(name, *operands)
    computation, _, note = sentence.partition(": ")
    assert computation.endswith(" " + str(expected))
    assert all(str(operand) in computation for operand in operands)
    surprise = any(np.isnan(operand) for operand in operands) and (np.isnan(expected) or expected.dtype == bool)
    if np.issubdtype(expected.dtype, np.integer) and name in PYTHON:
        whole = [int(operand) for operand in operands]
        unbounded = name == "power" and abs(whole[0]) > 1 and whole[1] > 64
        zero = name in ("floor_divide", "modulo") and whole[1] == 0
        surprise = zero or unbounded or PYTHON[name](*whole) != int(expected)
    elif expected.dtype != bool:
        surprise |= not np.isfinite(expected) and all(np.isfinite(operand) for operand in operands)
        surprise &= name not in ("maximum", "minimum") or np.isnan(expected)
    if surprise:
        assert note, sentence
    elif np.issubdtype(expected.dtype, np.integer):
        assert not note, sentence


SENTENCES = {
    ("add", 3, 5): "3 + 5 = 8",
    ("maximum", 3, 5): "max(3, 5) = 5",
    ("relu", -2): "relu(-2) = max(-2, 0) = 0",
    ("floor_divide", -7, 2): "-7 // 2 = -4",
    ("modulo", -7, 3): "-7 % 3 = 2",
    ("subtract", 3, -5): "3 - (-5) = 8",
    ("power", -2, 2): "(-2) ** 2 = 4",
    ("less", 3, 5): "3 < 5 is True",
    ("divide", 7, 0): "7 / 0 = inf: divided by zero",
    ("divide", 0, 0): "0 / 0 = nan: zero divided by zero is not a number",
    ("floor_divide", 7, 0): "7 // 0 = 0: divided by zero; whole numbers have no infinity, so NumPy gives 0",
    ("modulo", 7.0, 0.0): "7.0 % 0.0 = nan: divided by zero, there is no remainder",
    ("add", math.nan, 1): "nan + 1 = nan: nan is passed on",
    ("power", math.nan, 0): "nan ** 0 = 1.0",
    ("equal", math.nan, math.nan): "nan == nan is False: nan equals nothing, not even itself",
    ("greater_equal", math.nan, 1): "nan >= 1 is False: nan has no order",
    ("subtract", math.inf, math.inf): "inf - inf = nan: not a number",
    ("power", 0.0, -1.0): "0.0 ** (-1.0) = inf: 0 to a negative power divides by zero",
    ("power", -8.0, 0.5): "(-8.0) ** 0.5 = nan: a negative number to a fraction is no real number",
    ("add", True, True): "True + True = True: on True and False, + means or",
    ("multiply", True, False): "True * False = False: on True and False, * means and",
    ("multiply", 1e-200, 1e-200): "1e-200 * 1e-200 = 0.0: too small for float64, so it becomes 0",
    ("multiply", 1e200, 1e200): "1e+200 * 1e+200 = inf: too large for float64",
}


@pytest.mark.parametrize(("operands", "sentence"), SENTENCES.items(), ids=SENTENCES.values())
def test_sentences(operands, sentence):
    assert spelled(*operands) == sentence


def test_overflow_names_the_exact_number_and_the_limits():
    assert spelled("add", np.uint8(200), np.uint8(100)) == (
        "200 + 100 = 44: 300 does not fit into uint8 (0 to 255), so it wraps around"
    )
    assert spelled("floor_divide", np.int8(-128), np.int8(-1)).startswith("-128 // (-1) = -128: 128 does not fit")


@pytest.mark.parametrize(
    ("name", "operands", "parts"),
    [
        ("power", ([2, 3], [1, -4]), ["3 ** -4", "3.0"]),
        ("subtract", ([True], [False]), ["does not subtract", "!="]),
        ("add", (np.zeros((2, 3)), np.zeros((2, 4))), ["axis -1", "3 and 4"]),
        ("add", (np.zeros((2, 3)), np.zeros((5, 3))), ["axis -2", "2 and 5"]),
        ("add", (np.zeros((5_000, 1)), np.zeros((1, 5_000))), ["10,000,000", "25,000,000"]),
    ],
)
def test_what_is_refused_is_named(name, operands, parts):
    with pytest.raises(InvalidInput) as refusal:
        apply(name, *(np.array(operand) for operand in operands))
    assert all(part in str(refusal.value) for part in parts)


def test_sixteen_operations_with_the_code_python_would_run():
    names = {"np": np, "x": np.array([5.0, -3.0]), "y": np.array([2.0, 2.0])}
    assert set(OPERATIONS) == {*ORACLES, "relu"}
    for name, operation in OPERATIONS.items():
        assert operation.name == name
        found = eval(operation.call.format("x", "y"), names)
        np.testing.assert_array_equal(found, apply(name, *[names["x"], names["y"]][: operation.arity]))
        assert operation.compares == (found.dtype == bool)
    assert tuple(name for name in OPERATIONS if OPERATIONS[name].compares) == elementwise.COMPARISONS


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64"])
@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "power", "floor_divide", "modulo"])
def test_what_wrapped_around_is_what_python_computes_otherwise(name, dtype):
    """Python's own whole numbers have no limits."""
    limits = np.iinfo(dtype)
    values = [limits.min, limits.max, limits.max // 2 + 1, 0, 1, 2, 3, 15, 16, 100, *([-1, -2] if limits.min else [])]
    left, right = (np.array(side, dtype) for side in zip(*product(values, values), strict=True))
    if name == "power":
        left, right = left[(right >= 0) & (right < 200)], right[(right >= 0) & (right < 200)]
    if name in ("floor_divide", "modulo"):
        left, right = left[right != 0], right[right != 0]
    result = apply(name, left, right)
    exact = [PYTHON[name](int(one), int(other)) for one, other in zip(left, right, strict=True)]
    wanted = [int(made) != whole for made, whole in zip(result, exact, strict=True)]
    found = wrapped(name, [left, right], result)
    assert found.tolist() == wanted and count(name, [left, right], result).wrapped == sum(wanted)
    assert any(wanted) == (name != "modulo" and not (name == "floor_divide" and dtype == "uint8"))


def test_only_whole_numbers_wrap_around():
    assert not wrapped("add", [np.array([1e308]), np.array([1e308])], np.array([np.inf])).any()
    assert not wrapped("floor_divide", [np.array([7]), np.array(0)], np.array([0])).any()
    assert not wrapped("greater", [np.array([2]), np.array(1)], np.array([True])).any()
