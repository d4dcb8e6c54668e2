"""Shapes, counts and prefixes against NumPy and decimal arithmetic; descriptions in words against their own numbers."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.tensors import description_words
from engine.tensors.descriptions import EXAMPLES, parse_description
from engine.tensors.real_world import (
    BINARY,
    DECIMAL,
    DTYPES,
    KINDS,
    MAX_SIZE,
    PRESETS,
    View,
    checked_view,
    comparisons,
    in_prefixes,
    memory,
    significant,
)

many = settings(max_examples=250, derandomize=True, deadline=None)
EXACT = Context(prec=120)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@st.composite
def views(draw, largest=MAX_SIZE):
    kind = draw(st.sampled_from(sorted(KINDS)))
    rank = draw(st.integers(1, len(KINDS[kind].axes)))
    sizes = draw(st.lists(st.integers(1, largest), min_size=rank, max_size=rank))
    return View(kind, tuple(sizes), draw(st.sampled_from(sorted(DTYPES))), draw(st.booleans()))


def number(text: str) -> Decimal:
    """The value of a text such as 1.43 × 10⁸ or 1,234."""
    digits, _, power = text.partition(" × 10")
    return Decimal(digits.replace(",", "")) * 10 ** int(power.translate(SUPERSCRIPTS) or 0)


@many
@given(views(largest=6))
def test_shape_elements_and_bytes_are_numpys(view):
    """The channels go where np.moveaxis puts them: right after the samples, if there are any."""
    array = np.zeros(view.sizes, view.dtype)
    names = KINDS[view.kind].axes[-len(view.sizes) :]
    if view.channels_first and names[-1] == "channels":
        array = np.moveaxis(array, -1, 1 if names[0] == "samples" else 0)
    assert view.shape == array.shape
    assert view.elements == array.size
    assert view.bytes == array.nbytes
    assert sorted(zip(view.axes, view.shape, strict=True)) == sorted(zip(names, view.sizes, strict=True))


@many
@given(views())
def test_counts_far_beyond_64_bits_are_exact(view):
    product = Decimal(1)
    for size in view.shape:
        product = EXACT.multiply(product, Decimal(size))
    assert view.elements == int(product)
    assert view.bytes == int(EXACT.multiply(product, np.dtype(view.dtype).itemsize))


@many
@given(st.integers(1, 10**60), st.integers(1, 10**20))
def test_three_digits_are_rounded_half_away_from_zero(numerator, denominator):
    exact = EXACT.divide(Decimal(numerator), Decimal(denominator))
    text = significant(numerator, denominator)
    if Fraction(numerator, denominator) < Fraction(1, 100):
        assert text == "less than 0.01"
        return
    whole = exact.quantize(Decimal(1), ROUND_HALF_UP, context=EXACT)
    if 1000 <= whole < 10**6:
        assert text == f"{whole:,}"
    elif exact < 1:
        assert abs(number(text) - exact) <= (Decimal("0.0005") if exact >= Decimal("0.1") else Decimal("0.00005"))
    else:
        assert number(text) == Context(prec=3, rounding=ROUND_HALF_UP).create_decimal(exact)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (9_999_999, 1, "1 × 10⁷"),
        (1999, 2, "1,000"),
        (1_999_999, 2, "1 × 10⁶"),
        (1, 100, "0.01"),
        (1, 101, "less than 0.01"),
    ],
)
def test_rounding_up_to_the_next_power(numerator, denominator, text):
    assert significant(numerator, denominator) == text


@many
@given(st.integers(0, 59), st.integers(0, 2**60), st.booleans())
def test_the_prefix_suits_the_number(power, more, binary):
    count = 2**power + more % 2**power
    text = in_prefixes(count, binary=binary)
    value, unit = text.rsplit(" ", 1)
    base, prefixes = (1024, BINARY) if binary else (1000, DECIMAL)
    if unit.startswith("byte"):
        assert int(value) == count < base
        return
    scale = base ** (prefixes.index(unit) + 1)
    shown = number(value)
    assert abs(shown * scale - count) <= max(shown * scale * Decimal("0.005"), Decimal(scale) / 2)
    assert shown >= 1
    assert shown < base or unit == prefixes[-1]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB (1000 bytes)"), (1024, "1.02 kB (1 KiB)"),
        (999_499, "999 kB (976 KiB)"), (999_500, "1 MB (976 KiB)"), (2**20 - 1, "1.05 MB (1 MiB)"),
        (10**15, "1 PB (909 TiB)"), (2**60, "1,153 PB (1,024 PiB)"), (10**24, "1 × 10⁹ PB (8.88 × 10⁸ PiB)"),
    ],
)  # fmt: skip
def test_where_a_prefix_begins(count, expected):
    assert memory(count) == expected


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("100,000 people, 3 numbers each", (100_000, 3)),
        ("500 documents, counts of 20,000 words", (500, 20_000)),
        ("Stock prices: one minute", (3,)),
        ("Stock prices: one day of 390 minutes", (390, 3)),
        ("Stock prices: 250 days", (250, 390, 3)),
        ("A million texts of 280 characters out of 128", (1_000_000, 280, 128)),
        ("128 grey images", (128, 256, 256, 1)),
        ("128 colour images, channels-last", (128, 256, 256, 3)),
        ("128 colour images, channels-first", (128, 3, 256, 256)),
        ("4 clips of 60 s at 4 frames/s", (4, 240, 144, 256, 3)),
    ],
)
def test_the_chapters_examples(name, shape):
    assert PRESETS[name].shape == shape
    assert PRESETS[name].dtype == "float32"


def test_the_chapters_video_in_memory():
    view = PRESETS["4 clips of 60 s at 4 frames/s"]
    assert view.elements == 106_168_320
    assert memory(view.bytes) == "425 MB (405 MiB)"


def test_time_is_axis_1():
    assert [kind.axes.index("timesteps") for kind in KINDS.values() if "timesteps" in kind.axes] == [1]


@pytest.mark.parametrize(
    ("count", "texts"),
    [
        (12, ("fits: less than 0.01 % of it", "less than 0.01 times as much", "less than 0.01 s")),
        (47_040_000, ("fits: 0.274 % of it", "1 times as much", "3.76 s")),
        (2**34, ("fits: 100 % of it", "365 times as much", "22.9 min")),
        (2**34 + 2**33, ("does not fit: 1.5 times as much", "548 times as much", "34.4 min")),
        (12_500_000 * 3600 * 47, ("does not fit: 123 times as much", "44,962 times as much", "47 h")),
        (12_500_000 * 86_400 * 2, ("does not fit: 126 times as much", "45,918 times as much", "2 days")),
        (12_500_000 * 63_115_200, ("does not fit: 45,922 times as much", "1.68 × 10⁷ times as much", "2 years")),
    ],
)
def test_comparisons(count, texts):
    assert tuple(item.text for item in comparisons(count)) == texts


@many
@given(views())
def test_a_view_comes_back_from_the_browser(view):
    assert checked_view(view._asdict() | {"sizes": list(view.sizes), "count": 3}) == view


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "sound"}, ["vectors, series, images, video", "“sound”"]),
        ({"dtype": "float128"}, ["float32", "“float128”"]),
        ({"sizes": []}, ["1 to 4 sizes"]),
        ({"sizes": [1] * 5}, ["1 to 4 sizes"]),
        ({"sizes": "12"}, ["1 to 4 sizes"]),
        ({"sizes": [2, 0, 3]}, ["width must be", "1 to 1,000,000,000", "0 is not"]),
        ({"sizes": [10**9 + 1]}, ["channels must be", "1,000,000,001 is not"]),
        ({"sizes": [2.5]}, ["“2.5” is not"]),
        ({"sizes": [True]}, ["is not"]),
        ({"sizes": None}, ["1 to 4 sizes"]),
    ],
)
def test_what_no_slider_sends_is_refused(change, words):
    sent = {"kind": "images", "sizes": [2, 3, 3], "dtype": "uint8", "channels_first": False}
    with pytest.raises(InvalidInput) as caught:
        checked_view(sent | change)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("text", "kind", "sizes"),
    [
        (EXAMPLES[0], "images", (30, 3000, 4000, 3)),
        (EXAMPLES[1], "video", (1, 3600, 1080, 1920, 3)),
        (EXAMPLES[2], "series", (500, 1260, 1)),
        (EXAMPLES[3], "series", (1000, 280, 128)),
        (EXAMPLES[4], "vectors", (500, 20_000)),
        ("4 clips of 60 s at 4 frames/s, 256×144", "video", (4, 240, 144, 256, 3)),
        ("250 days of minute prices with 3 features", "series", (250, 390, 3)),
        ("a million texts of 280 characters out of 128", "series", (1_000_000, 280, 128)),
        ("128 black and white images of 256 by 256 pixels", "images", (128, 256, 256, 1)),
        ("1.5 hours of 4k film at 24 fps", "video", (1, 129_600, 2160, 3840, 3)),
        ("1 minute 30 seconds of Full HD video at 25 frames per second", "video", (1, 2250, 1080, 1920, 3)),
        ("a dozen rgba pictures 20 wide and 10 high", "images", (12, 10, 20, 4)),
        ("2 weeks of hourly measurements of 20 sensors", "series", (20, 336, 1)),
        ("two weeks of minute prices of 3 stocks", "series", (30, 390, 1)),
    ],
)
def test_descriptions(text, kind, sizes):
    found = parse_description(text)
    assert (found.view.kind, found.view.sizes) == (kind, sizes)
    assert found.read.startswith("Read as ")


@many
@given(*[st.integers(1, MAX_SIZE)] * 3, st.booleans())
def test_numbers_said_are_the_sizes_taken(count, wide, high, grey):
    colour = "grey " if grey else ""
    found = parse_description(f"{count:,} {colour}photos of {wide}×{high}")
    assert found.view.sizes == (count, high, wide, 1 if grey else 3)
    assert parse_description(f"{count} people with {wide:_} features").view.sizes == (count, wide)


@many
@given(st.integers(1, 100), st.integers(1, 3000), st.sampled_from([24, 25, 29.97, 30, 60]), st.integers(1, 40))
def test_frames_are_seconds_times_rate(clips, seconds, rate, minutes):
    found = parse_description(f"{clips} clips of {minutes} min {seconds} s of 720p video at {rate} frames/s")
    frames = (Decimal(str(rate)) * (60 * minutes + seconds)).quantize(Decimal(1), ROUND_HALF_UP)
    assert found.view.sizes == (clips, int(frames), 720, 1280, 3)


@many
@given(st.integers(1, 400))
def test_megapixels_are_kept_at_4_to_3(megapixels):
    _, height, width, _ = parse_description(f"1 photo of {megapixels} megapixels").view.sizes
    assert abs(height * width - megapixels * 10**6) <= height + width
    assert abs(3 * width - 4 * height) <= 4


WORDS = [
    *description_words.SLOTS,
    *description_words.DESCRIBED,
    "480p",
    "1080p",
    "4k",
    *description_words.FLAGS,
    "prices",
    "of",
    "×",
    "per",
    "/",
]


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.integers(0, 10**12).map(str)), max_size=9).map(" ".join))
def test_any_words_become_a_valid_shape_or_one_sentence(text):
    try:
        view = parse_description(text).view
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")
        assert len(str(refusal)) < 400
    else:
        assert checked_view(view._asdict()) == view


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_shape_or_one_sentence(text):
    try:
        parse_description(text)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")


@many
@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12))
def test_unknown_words_are_named_and_the_known_ones_shown(word):
    assume(word not in description_words.KNOWN and description_words.meant(word) is None)
    assume(description_words.rewritten(f"30 {word} of 12 megapixels") == f"30 {word} of 12 megapixels")
    with pytest.raises(InvalidInput, match=f"“{word}” is not understood here. Understood are, .*{EXAMPLES[0]}"):
        parse_description(f"30 {word} of 12 megapixels")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "does not say what the data are"),
        ("30 12 photos", "“30” lacks a word"),
        ("photos of 12", "“12” lacks a word"),
        ("one photo", "how large the pictures are"),
        ("2 photos and 3 films of 1080p", "images and video at once"),
        ("30 photos of 12 megapixels at 30 fps", "“frames/s” does not go with this kind of data"),
        ("99999999999 photos of 12 megapixels", "samples must be a whole number from 1 to 1,000,000,000"),
        ("1080p video", "either its duration or its number of frames"),
        ("5 years of prices", "how often there is a number"),
        ("5 years of hourly prices", "daily or by the minute"),
        ("5 photos 7 photos 2×2", "“photos” is said twice"),
        ("0 photos of 2×2", "“photos” must be more than 0"),
        ("__import__('os').system('id')", "not understood here"),
        ("9" * 201, "at most 200 characters; this has 201"),
        ("1920×1080×3 photos", "how many photos there are"),
    ],
)
def test_refusals_say_what_is_wrong(text, sentence):
    with pytest.raises(InvalidInput) as caught:
        parse_description(text)
    assert sentence in str(caught.value)
