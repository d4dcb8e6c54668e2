"""The signs people write and the app prints, in every kind of box; and one typed number."""

import math

import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.operations.product import read_operand
from engine.operations.reshaping_steps import parse_targets
from engine.tensors.dtypes import parse_numbers
from engine.typed.index_syntax import parse_index
from engine.typed.literals import parse_array, parse_shape
from engine.typed.typed_numbers import parse_number, parse_whole
from engine.typed.typed_text import plain, plain_values
from pages.backprop.graph_variables import parse_variables


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[−1, –2, ３]", [-1, -2, 3]),
        ("［１，２］", [1, 2]),
        ("[∞, −∞]", [math.inf, -math.inf]),
        ("[1.5·10⁻⁶, 2 × 10³, 10²]", [1.5e-6, 2000.0, 100.0]),
        ("[π, √2, −√4]", [math.pi, math.sqrt(2), -2.0]),
        ("[1\u2060, \u200b2]", [1, 2]),
        ("٣", 3),
    ],
)
def test_values(text, values):
    np.testing.assert_array_equal(parse_array(text), values)


def test_shapes_slices_numbers_operands_and_variables():
    assert parse_shape("28 × 28") == parse_shape("28x28") == parse_shape("（28, 28）") == (28, 28)
    assert parse_targets("−1") == ((-1,),)
    assert parse_index("…, −1, ７：−７") == (..., -1, slice(7, -7))
    assert [number.value for number in parse_numbers("−1, ２００, 1.5·10⁻⁶, ∞")] == [-1, 200, 1.5e-6, math.inf]
    assert [number.text for number in parse_numbers("−1, ２００")] == ["-1", "200"]
    assert read_operand("W[…, −1]", {"W": np.arange(6).reshape(2, 3)}).array.tolist() == [2, 5]
    assert {name: item.value.tolist() for name, item in parse_variables("x = −2，w = [1.5·10⁻¹]").items()} == {
        "x": -2.0,
        "w": [0.15],
    }


def test_places_are_those_of_the_typed_text():
    assert plain("…−x").columns == [1, 1, 1, 2, 3]
    assert plain_values("[π, 10⁻², −]").column(plain_values("[π, 10⁻², −]").text.index("]")) == 12
    with pytest.raises(InvalidInput, match="at character 9"):
        parse_array("[…, 1, 2)")
    with pytest.raises(InvalidInput, match="“q” at character 11"):
        parse_variables("x = 10⁻², q")


def test_a_decimal_comma_between_variables_is_named():
    with pytest.raises(InvalidInput, match=r"“5” at character 7 is not one[.] A decimal comma is"):
        parse_variables("x = 0,5")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05), ("0,05", 0.05), ("1e-3", 0.001), ("1E−3", 0.001), ("5 %", 0.05), ("12,5%", 0.125),
        ("1/3", 1 / 3),
        ("10⁻³", 0.001), ("1.5·10⁻⁶", 1.5e-6), ("−.5", -0.5), ("√2 / 2", math.sqrt(2) / 2), ("π/4", math.pi / 4),
        ("０．１", 0.1), (" 3 ", 3.0), ("0,050", 0.05), ("2^-3", 0.125),
    ],
)  # fmt: skip
def test_one_number(text, value):
    assert parse_number(text, what="it") == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“rate” is empty"),
        ("1,000", "“1,000” can mean two numbers; write 1000 or 1.000"),
        ("x", "must be a number"),
        ("0.05 # y", "must be a number"),
        ("1/0", "must be a finite number"),
        ("1e999", "must be a finite number"),
        ("20", "“rate” must be from 0 to 10; 20 is not."),
        ("nan", "must be a number"),
        ("0,05,1", "must be a number"),
        ("1" * 41, "at most 40 characters"),
        ("-1", "from 0 to 10; -1 is not"),
    ],
)
def test_what_is_no_such_number_is_refused(text, sentence):
    with pytest.raises(InvalidInput) as caught:
        parse_number(text, what="“rate”", low=0, high=10)
    assert sentence in str(caught.value)


def test_whole_numbers_are_never_rounded():
    assert parse_whole("60,000", what="it", high=60_000) == parse_whole("6e4", what="it", high=60_000) == 60_000
    for text, sentence in (
        ("2.5", "must be a whole number from 1 to 9; “2.5” is not"),
        ("2,5", "must be a whole number"),
        ("-5", "from 1 to 9; -5 is not"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            parse_whole(text, what="the size", low=1, high=9)
