"""Numbers in seven data types, against struct, exact fractions and NumPy."""

import math
import struct
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from engine.errors import InvalidInput
from engine.tensors import dtypes
from engine.tensors.dtypes import FORMATS, Number, brightened, convert, inkiest, parse_numbers, scaled

MANY = settings(max_examples=1_500, derandomize=True, deadline=None)
CODES = {"float16": "e", "float32": "f", "float64": "d", "int8": "b", "uint8": "B", "int32": "i"}
INTEGERS = ("uint8", "int8", "int32")
FLOATS = ("float16", "float32", "float64")
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 2.0**-1074, 2.0**-149, 2.0**-24, 65504.0, 65520.0, math.inf, -math.inf, math.nan]
doubles = some.one_of(some.floats(width=64), some.floats(width=32), some.floats(width=16), some.sampled_from(SPECIAL))
integers = some.one_of(some.integers(-(2**63) + 1, 2**63 - 1), some.integers(-300, 300))


def typed(value):
    return Number(repr(value), value, Decimal(value))


def packed(value, name):
    """The bits as struct writes them, the highest first; None where it refuses the value as too large."""
    try:
        return "".join(f"{byte:08b}" for byte in struct.pack(f">{CODES[name]}", value))
    except OverflowError:
        return None


@pytest.mark.parametrize("name", FLOATS)
@MANY
@given(doubles)
@example(-0.0)
def test_floats_are_stored_as_struct_packs_them(name, value):
    stored = convert(typed(value), FORMATS[name])
    bits = packed(value, name)
    if math.isnan(value):
        assert np.isnan(stored.value) and stored.error is None
        return
    if bits is None:
        assert stored.loss == dtypes.OVERFLOW and np.isinf(stored.value)
        bits = packed(math.copysign(math.inf, value), name)
    assert stored.bits == bits
    kept = stored.value.item()
    if math.isinf(kept):
        assert stored.loss == (dtypes.EXACT if math.isinf(value) else dtypes.OVERFLOW) and stored.error is None
        return
    assert Fraction(stored.error) == Fraction(kept) - Fraction(value)
    word = dtypes.EXACT if kept == value else dtypes.TO_ZERO if kept == 0 else dtypes.ROUNDED
    assert stored.loss == word


@pytest.mark.parametrize("name", INTEGERS)
@MANY
@given(integers)
def test_integers_wrap_modulo_two_to_the_bits(name, value):
    form = FORMATS[name]
    stored = convert(typed(value), form)
    low = -(2 ** (form.bits - 1)) if name.startswith("int") else 0
    expected = (value - low) % 2**form.bits + low
    assert stored.value == expected and stored.value.dtype == name
    assert stored.bits == packed(expected, name)
    assert stored.error == expected - value
    assert stored.loss == (dtypes.EXACT if expected == value else dtypes.WRAPPED)


@pytest.mark.parametrize("name", INTEGERS)
@MANY
@given(some.one_of(doubles, some.floats(-(2.0**32), 2.0**32), some.floats(-300, 300)))
@example(-0.9)
@example(255.9)
@example(256.0)
def test_fractions_are_cut_off_and_what_c_leaves_open_is_called_undefined(name, value):
    stored = convert(typed(value), FORMATS[name])
    limits = np.iinfo(name)
    if not math.isfinite(value) or not limits.min <= math.trunc(value) <= limits.max:
        assert stored.loss == dtypes.UNDEFINED and stored.error is None
        with np.errstate(all="ignore"):
            assert stored.value == np.array(value).astype(name)
        return
    assert stored.value == math.trunc(value)
    assert stored.bits == packed(math.trunc(value), name)
    assert stored.loss == (dtypes.EXACT if value == math.trunc(value) else dtypes.CUT)
    assert Fraction(stored.error) == math.trunc(value) - Fraction(value)


@MANY
@given(some.one_of(doubles, integers, some.booleans()))
def test_every_number_but_0_is_true(value):
    stored = convert(typed(value), FORMATS["bool"])
    assert bool(stored.value) == (value != 0)
    assert stored.bits == ("00000001" if value != 0 else "00000000")
    assert stored.loss == (dtypes.EXACT if value in (0, 1) else dtypes.TRUE)


@pytest.mark.parametrize("name", INTEGERS + FLOATS)
@settings(MANY, max_examples=125)
@given(some.binary(min_size=8, max_size=8))
def test_bits_are_the_bytes_with_the_highest_first(name, content):
    value = np.frombuffer(content[: FORMATS[name].bytes], name)[0]
    bits = dtypes.bits_of(value)
    assert len(bits) == FORMATS[name].bits
    assert bits == "".join(f"{byte:08b}" for byte in np.array(value, np.dtype(name).newbyteorder(">")).tobytes())


@settings(MANY, max_examples=125)
@given(some.lists(some.one_of(doubles, integers), min_size=1, max_size=12))
def test_texts_are_read_as_python_reads_them(values):
    found = parse_numbers(", ".join(map(repr, values)))
    assert [repr(number.value) for number in found] == [repr(value) for value in values]
    for number, value in zip(found, values, strict=True):
        assert type(number.value) is type(value)
        assert number.exact.is_nan() or number.exact == Decimal(repr(value))


@pytest.mark.parametrize(
    ("text", "value", "exact"),
    [
        ("0.1", 0.1, "0.1"),
        ("- 0.1", -0.1, "-0.1"),
        ("--0.1", 0.1, "0.1"),
        ("+1_000.25", 1000.25, "1000.25"),
        ("0.10000000000000000555", 0.1, "0.10000000000000000555"),
        ("0xff", 255, "255"),
        ("1e-400", 0.0, "1E-400"),
        ("1e400", math.inf, "1E+400"),
        ("1e999999999999999999999", math.inf, "Infinity"),
        ("True", True, "1"),
        ("(2)", 2, "2"),
    ],
)
def test_the_typed_decimal_is_kept_beside_what_python_reads(text, value, exact):
    (number,) = parse_numbers(text)
    assert number.value == value and str(number.exact) == exact


@pytest.mark.parametrize(
    ("text", "name", "loss"),
    [
        ("0.1", "float64", dtypes.ROUNDED),
        ("0.5", "float16", dtypes.EXACT),
        ("1e400", "float64", dtypes.OVERFLOW),
        ("1e-400", "float64", dtypes.TO_ZERO),
        ("1e-400", "bool", dtypes.FALSE),
        ("1e-400", "uint8", dtypes.CUT),
        ("1e999999999", "int8", dtypes.UNDEFINED),
        ("16777217", "float32", dtypes.ROUNDED),
        ("inf", "float16", dtypes.EXACT),
        ("nan", "float16", dtypes.EXACT),
    ],
)
def test_what_is_lost_is_measured_against_the_typed_number(text, name, loss):
    assert convert(parse_numbers(text)[0], FORMATS[name]).loss == loss


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("1, [2]", "must be flat"),
        ("()", "1 to 12 numbers here; this holds 0"),
        (", ".join("1" * 13), "this holds 13"),
        ("1, x", "may hold only"),
        ("__import__('os')", "may hold only"),
        ("1 if True else 2", "may hold only"),
        ("9223372036854775808", "9223372036854775808"),
        ("1j", "may hold only"),
        ("1,,2", "not complete Python"),
    ],
)
def test_everything_else_is_refused_in_a_sentence(text, part):
    with pytest.raises(InvalidInput, match=part.replace("(", r"\(")) as refusal:
        parse_numbers(text)
    assert str(refusal.value).endswith(".")


def test_no_conversion_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in parse_numbers("nan, inf, -inf, 1e39, -1e300, 100000, -1, 256, 0.1"):
            for form in FORMATS.values():
                convert(number, form)


def test_limits_are_numpys():
    assert FORMATS["int8"].limits == (-128, 127) and FORMATS["uint8"].limits == (0, 255)
    assert FORMATS["float16"].limits == (-65504.0, 65504.0)
    assert [form.bytes for form in FORMATS.values()] == [np.dtype(name).itemsize for name in FORMATS]


def test_brightening_wraps_in_uint8_only():
    pixels = np.arange(256, dtype=np.uint8)
    for amount in range(256):
        found = brightened(pixels, amount)
        np.testing.assert_array_equal(found.wrapped, (np.arange(256) + amount) % 256)
        np.testing.assert_array_equal(found.sums, np.arange(256) + amount)
        np.testing.assert_array_equal(found.differ, np.arange(256) + amount > 255)
    assert brightened(np.array([200], np.uint8), 100).wrapped == 44


def test_every_pixel_value_survives_division_by_255_and_back():
    pixels = np.arange(256, dtype=np.uint8)
    x = scaled(pixels)
    assert x.dtype == np.float32 and x.nbytes == 4 * pixels.nbytes
    np.testing.assert_allclose(x, np.arange(256) / 255, rtol=1e-7)
    np.testing.assert_array_equal((x * 255).astype(np.uint8), pixels)


def test_the_inkiest_window_has_the_most_different_values():
    image = np.zeros((28, 28), np.uint8)
    image[10:12, 20:23] = np.arange(1, 7).reshape(2, 3)
    assert inkiest(image, 2, 3) == (10, 20)
    assert inkiest(np.zeros((28, 28), np.uint8), 4, 7) == (0, 0)
