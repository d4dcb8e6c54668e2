"""The table of conversions and the pixels' scenes show what the engine computes."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.tensors import dtypes
from engine.tensors.dtypes import FORMATS, parse_numbers
from viz.tensors.dtypes import (
    TONES,
    amount_text,
    conversion_table,
    range_text,
    scaling_scene,
    shown_text,
    why,
    wrapping_scene,
)

PIXELS = np.array([[0, 3, 253, 255], [17, 128, 200, 1]], np.uint8)


def cell(text, name):
    table = conversion_table(parse_numbers(text))
    return table["cells"][list(FORMATS).index(name)][0]


@pytest.mark.parametrize(
    ("text", "name", "shown", "loss", "amount"),
    [
        ("256", "uint8", "0", "wrapped around", "−256"),
        ("-1", "uint8", "255", "wrapped around", "+256"),
        ("300", "int8", "44", "wrapped around", "−256"),
        ("0.1", "int32", "0", "fraction cut off", "−0.1"),
        ("0.1", "float16", "0.0999755859…", "rounded", "−2.4e−5"),
        ("0.1", "float32", "0.100000001…", "rounded", "+1.5e−9"),
        ("0.1", "float64", "0.100000000…", "rounded", "+5.6e−18"),
        ("100000", "float16", "inf", "overflow", ""),
        ("1e-9", "float16", "0", "rounded to 0", "−1.0e−9"),
        ("3", "float16", "3", "exact", ""),
        ("3", "bool", "True", "becomes True", ""),
        ("16777217", "float32", "16777216", "rounded", "−1"),
    ],
)
def test_a_cell_names_the_stored_value_the_loss_and_its_size(text, name, shown, loss, amount):
    found = cell(text, name)
    assert (found["shown"], found["loss"], found["amount"]) == (shown, loss, amount)
    assert found["tone"] == TONES[loss]


@pytest.mark.parametrize(
    ("name", "texts", "spelled"),
    [
        ("float16", "65504, 65505, 65519", "65504"),
        ("float32", "16777216, 16777217, 1.6777216e7", "16777216"),
        ("float16", "0.1, 0.09998, 0.0999755859375", "0.0999755859…"),
        ("int8", "300, 44, 44.9", "44"),
        ("float64", "0.1, 0.1000000000000000055511151231257827", "0.100000000…"),
    ],
)
def test_one_stored_value_has_one_spelling(name, texts, spelled):
    """It was spelled 6.55e+04, 65504 and 6.550e+4, by what had been typed."""
    table = conversion_table(parse_numbers(texts))
    assert {item["shown"] for item in table["cells"][list(FORMATS).index(name)]} == {spelled}


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    some.floats(width=64, allow_nan=False, allow_infinity=False), some.sampled_from(["float16", "float32", "float64"])
)
def test_a_spelling_is_the_beginning_of_the_stored_digits(value, name):
    with np.errstate(over="ignore"):
        stored = np.dtype(name).type(value)
    if not np.isfinite(stored):
        return
    text = shown_text(stored).replace("−", "-")
    exact = Decimal(stored.item())
    read = Decimal(text.replace("…", ""))
    if "…" not in text:
        assert read == exact
        return
    # Nothing is rounded: the nine digits, and less than one unit of the last of them.
    assert 0 <= abs(exact) - abs(read) < Decimal(10) ** (exact.adjusted() - 8)
    assert len(text) <= 20


def test_rows_are_types_and_columns_numbers():
    numbers = parse_numbers("3, 200, 0.1")
    table = conversion_table(numbers)
    assert [form["name"] for form in table["formats"]] == list(FORMATS)
    assert [form["size"] for form in table["formats"]][-1] == "8 bytes each, 24 in all"
    assert [number["text"] for number in table["numbers"]] == ["3", "200", "0.1"]
    for row, form in zip(table["cells"], FORMATS.values(), strict=True):
        assert [item["bits"] for item in row] == [dtypes.convert(number, form).bits for number in numbers]


def test_the_browser_gets_no_number_too_long_to_write_out():
    numbers = parse_numbers("0.1, 1e-400, 1e401, nan, 5e-324, " + "1." + "1" * 500)
    exact = [number["exact"] for number in conversion_table(numbers)["numbers"]]
    assert exact == ["0.1", "1E-400", None, None, "5E-324", None]


def test_every_loss_has_a_tone_and_a_sentence():
    assert set(TONES) == set(dtypes.LOSSES)
    seen = set()
    for text in ("3", "0.1", "1e-400", "1e39", "256", "nan"):
        for name, form in FORMATS.items():
            number = parse_numbers(text)[0]
            stored = dtypes.convert(number, form)
            seen.add(stored.loss)
            assert why(stored, number, form).endswith("."), name
    assert seen == set(dtypes.LOSSES)


@pytest.mark.parametrize(
    ("text", "name", "sum"),
    [
        ("256", "uint8", "256 − 256 = 0."),
        ("-1", "uint8", "-1 + 256 = 255."),
        ("100000", "int8", "100000 − 391 × 256 = −96."),
        ("-129", "int8", "-129 + 256 = 127."),
        ("4294967297", "int32", "4294967297 − 4,294,967,296 = 1."),
    ],
)
def test_wrapping_around_is_written_as_a_sum(text, name, sum):
    number = parse_numbers(text)[0]
    assert why(dtypes.convert(number, FORMATS[name]), number, FORMATS[name]).endswith(sum)


def test_an_undefined_conversion_says_that_this_machine_gave_it():
    number = parse_numbers("1e39")[0]
    sentence = why(dtypes.convert(number, FORMATS["uint8"]), number, FORMATS["uint8"])
    assert "leaves the result open" in sentence and "This machine gave" in sentence


def test_ranges_and_amounts_are_short():
    assert [range_text(form) for form in FORMATS.values()] == [
        "False or True",
        "0 to 255",
        "-128 to 127",
        "-2,147,483,648 to 2,147,483,647",
        "±65,504",
        "±3.4e+38",
        "±1.8e+308",
    ]
    assert amount_text(None) == amount_text(Decimal(0)) == ""
    number = parse_numbers("1e-400")[0]
    assert amount_text(dtypes.convert(number, FORMATS["float64"]).error) == "−1.0e−400"
    assert shown_text(dtypes.convert(number, FORMATS["float64"]).value) == "0"


def test_pixels_become_floats_divide_and_come_back():
    scene = scaling_scene(PIXELS)
    right = range(PIXELS.size, 2 * PIXELS.size)
    as_float, divided, back = ([frame.texts[cell] for cell in right] for frame in scene.frames[1:])
    assert [float(text) for text in as_float] == PIXELS.ravel().tolist()
    np.testing.assert_allclose([float(text) for text in divided], PIXELS.ravel() / 255, atol=5e-4)
    assert [int(text) for text in back] == PIXELS.ravel().tolist()
    assert "8 bytes for these 8 pixels" in scene.frames[0].caption and "32 bytes" in scene.frames[1].caption
    assert scene.relations[2] == scene.relations[10]
    assert scene.relations[2].text == f"253 / 255 = {np.float32(253) / np.float32(255)!s} as float32"


def test_wrapped_sums_are_lit_and_only_those():
    row = PIXELS[0]
    scene = wrapping_scene(row)
    for amount, frame in zip(range(0, 101, 10), scene.frames, strict=True):
        sums = row.astype(int) + amount
        assert [int(frame.texts[4 + place]) for place in range(4)] == (sums % 256).tolist()
        assert [int(frame.texts[8 + place]) for place in range(4)] == sums.tolist()
        assert list(frame.lit["loss"]) == [4 + place for place in range(4) if sums[place] > 255]
    assert "255 + 100 = 355, and 355 − 256 = 99" in scene.frames[-1].caption
    assert "right in uint8 too" in scene.frames[0].caption
