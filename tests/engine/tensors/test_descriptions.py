"""Data in the words of many people: every example of the chapter in several wordings, numbers, slips, and refusals."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.tensors.description_numbers import MULTIPLIERS, Number, plain, tokens
from engine.tensors.description_words import SLOTS, meant
from engine.tensors.descriptions import parse_description
from engine.tensors.real_world import MAX_SIZE

HALF = Fraction(1, 2)
many = settings(max_examples=125, derandomize=True, deadline=None)


def shape(text: str) -> tuple[int, ...]:
    return parse_description(text).view.shape


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_description(text)
    return str(caught.value)


CHAPTER = {
    (100_000, 3): """100000 people with age, zip code and income
        age, zip code and income of 100,000 people
        for each of 100 000 persons we know the age, the ZIP code and the income
        one hundred thousand persons: age, postal code, income
        100.000 people, 3 features each
        100,000 × 3 table of people""",
    (500, 20_000): """500 text documents, 20000 words
        five hundred documents, each one counted over a dictionary of 20 000 words
        500 texts, vocabulary of 20k words
        20,000-word dictionary, 500 texts
        500 text documents with counts of the 20,000 most common words""",
    (3,): """one minute of stock prices: 3 values
        a minute of stock prices with 3 features
        stock prices, 1 minute, current, highest and lowest""",
    (390, 3): """one day of stock prices, 390 minutes, 3 values
        a day of minute prices, 3 numbers
        stock prices of a single day, 390 minutes, 3 values each minute""",
    (250, 390, 3): """250 days of stock prices, 390 minutes, 3 values
        stock prices: 3 values per minute, 390 minutes each day, 250 days
        250 trading days of stock prices every minute (390 minutes per day): current, highest and lowest price
        minute prices of a stock over two hundred and fifty days with 3 features
        250 x 390 x 3 stock prices
        time series: 250 samples, 390 timesteps, 3 features""",
    (1_000_000, 280, 128): """a million texts of 280 characters out of 128
        a million tweets, 280 characters, alphabet of 128
        1M tweets, 280 chars, 128 unique characters
        10⁶ tweets of 280 characters, 128 possible characters each
        tweets: one million, each 280 characters out of 128""",
    (128, 256, 256, 1): """128 black and white images of 256×256
        128 grayscale images 256 by 256 px
        there are 128 images. Every image is 256 pixels high and 256 pixels wide. The images are gray.
        one hundred and twenty-eight grey-scale pictures, 256 x 256 pixels""",
    (128, 256, 256, 3): """batch of 128 color images of size 256 x 256
        256×256 RGB images, 128 of them
        images: 128, size 256x256, channels: 3
        (128, 256, 256, 3) images
        i have 128 color pictures and each picture has 256*256 pixel
        128 images in colour with height 256 and width 256""",
    (128, 3, 256, 256): """128 colour images, 256×256, channels first
        128 images of 3×256×256
        channels-first: 128 RGB pictures, 256 by 256 px""",
    (4, 240, 144, 256, 3): """4 clips of 60 s at 4 frames/s, 144×256
        four one-minute clips at 4 fps, 256 x 144 pixels, RGB
        a batch of four video clips, each 60 seconds long, sampled at 4 frames per second, 144 by 256
        4 youtube videos, 1 min each, 4fps, 256x144, rgb
        60 seconds of video at 4 fps with 256 x 144, four clips
        4 × 60 s clips at 4 frames a second, 144 pixels high and 256 pixels wide
        4 clips x 240 frames x 144 x 256 x 3""",
}


@pytest.mark.parametrize(
    ("text", "expected"), [(text.strip(), found) for found, texts in CHAPTER.items() for text in texts.splitlines()]
)
def test_the_chapters_examples_in_many_wordings(text, expected):
    assert shape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100 32x32 images", (100, 32, 32, 3)),
        ("1920×1080 photo", (1, 1080, 1920, 3)),
        ("12 portrait photos of 12 megapixels", (12, 4000, 3000, 3)),
        ("50 images, 64 pixels each side", (50, 64, 64, 3)),
        ("20k images, 32x32x3", (20_000, 32, 32, 3)),
        ("1,00,000 b/w images of 28 px by 28 px", (100_000, 28, 28, 1)),
        ("32 batches of 128 images of 28×28 greyscale", (4096, 28, 28, 1)),
        ("500 stock photos of 12 MP", (500, 3000, 4000, 3)),
        ("1280x720 portrait video of 10 s", (1, 300, 1280, 720, 3)),
        ("video of half an hour in full HD at 25 fps", (1, 45_000, 1080, 1920, 3)),
        ("1,5 minutes of 1080p video", (1, 2700, 1080, 1920, 3)),
        ("one and a half hours of 4k film at 24 fps", (1, 129_600, 2160, 3840, 3)),
        ("90 seconds, 720p", (1, 2700, 720, 1280, 3)),
        ("2 clips, 240 frames, 60 s, 4 fps, 100×50", (2, 240, 50, 100, 3)),
        ("150 orchids with 4 features", (150, 4)),
        ("150 flowers with 4 measurements", (150, 4)),
        ("1000 people with their height, weight and age", (1000, 3)),
        ("100 houses with size, number of rooms and price", (100, 3)),
        ("10 000 rows and 12 columns", (10_000, 12)),
        ("4k people with 12 columns", (4000, 12)),
        ("customers: 10.000, features: 12", (10_000, 12)),
        ("3000 customer reviews of 500 words with a vocabulary of 10,000 words", (3000, 500, 10_000)),
        ("1000 messages, up to 160 letters, alphabet with 26 letters", (1000, 160, 26)),
        ("weather data, 14 features, every 10 minutes, 8 years", (1, 8 * 365 * 144, 14)),
        ("20 sensors measuring temperature, humidity and pressure hourly for 2 weeks", (20, 336, 3)),
        ("24 measurements per day for 30 days from 5 sensors", (5, 720, 1)),
        ("7 days of sensor data, 24 hours, 5 features", (7, 24, 5)),
        ("500 stocks, five years, daily", (500, 1260, 1)),
        ("weekly prices of 10 stocks for 2 years", (10, 101, 1)),
        ("10 songs of 3 minutes at 44.1 kHz stereo", (10, 7_938_000, 2)),
        ("16 bit audio recordings: 200 clips of 4 seconds at 16 kHz mono", (200, 64_000, 1)),
    ],
)
def test_what_ordinary_people_write(text, expected):
    assert shape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("30 lovely photos of my cats, 12 megapixels", (30, 3000, 4000, 3), "Left aside: “lovely”, “cats”."),
        ("500 photos of 12 MP taken over 3 days", (500, 3000, 4000, 3), "Left aside: “3 days”."),
        ("4 vidoes of 60 secnds at 4 fps, 256×144", (4, 240, 144, 256, 3), "“vidoes” is read as “videos”. “secnds”"),
        ("100 people with age and income", (100, 2), "2 features each: age, income."),
        ("2 clips of 3 s, 4 fps, 144×256", (2, 12, 144, 256, 3), "the longer side taken as the width"),
        ("7 8-bit photos 2×2", (7, 2, 2, 3), "Left aside: “8 bit”."),
        ("5 photos 2×2 in 12 boxes", (5, 2, 2, 3), "Left aside: “12 boxes”."),
    ],
)
def test_what_was_left_aside_or_taken_for_something_is_said(text, expected, words):
    assert shape(text) == expected
    assert words in parse_description(text).read


def test_nothing_is_said_to_be_left_aside_where_all_was_read():
    for texts in CHAPTER.values():
        assert "Left aside" not in parse_description(texts.splitlines()[0]).read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one minute at 4 frames per second", ["how large", "Understood so far: “one minute”, “4 frames/s”."]),
        ("1000 images", ["how large", "“1000 images”"]),
        ("photos of 12 megapixels", ["how many photos", "“12 megapixels”"]),
        ("thousands of photos of 12 megapixels", ["how many photos", "Not understood: “thousands”"]),
        ("100 patients", ["how many numbers describe one sample", "“100 patients”"]),
        ("three sensors", ["a duration and how often", "“three sensors”"]),
        ("200 songs", ["sound needs its duration", "“200 songs”"]),
        ("30 boxes of photos 2×2", ["how many photos", "Not understood: “30 boxes”"]),
        ("30 orchids of 256×256", ["“orchids” is not understood here", "Understood so far: “256×256”"]),
        ("60 s of 4 fps video with 100 frames, 2×2", ["60 s at 4 frames/s are 240 frames, not 100"]),
        ("128 images of 100×100×3 in grey", ["“channels” is said twice, 1 and 3"]),
        ("-5 photos of 2×2", ["must be more than 0"]),
        ("5 photos of 0×2", ["must be more than 0"]),
        ("1e99 photos of 2×2", ["from 1 to 1,000,000,000"]),
        ("9 million million images of 28×28", ["from 1 to 1,000,000,000"]),
        ("photos of 100 people, 256×256", ["how many photos there are"]),
    ],
)
def test_refusals_name_what_was_understood_and_what_is_missing(text, words):
    sentence = refusal(text)
    assert [word for word in words if word not in sentence] == []


SMALL = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int, joint: str, hyphen: str) -> str:
    """A number below a billion in English words."""
    for name, size in (("million", 10**6), ("thousand", 1000), ("hundred", 100)):
        if number >= size:
            more = number % size
            link = joint if name == "hundred" else " "
            return f"{spelled(number // size, joint, hyphen)} {name}" + (
                f"{link}{spelled(more, joint, hyphen)}" if more else ""
            )
    if number < 20:
        return SMALL[number - 1]
    return TENS[number // 10 - 2] + (hyphen + SMALL[number % 10 - 1] if number % 10 else "")


@many
@given(st.integers(1, 10**9 - 1), st.sampled_from([" and ", " "]), st.sampled_from(["-", " "]))
def test_numbers_in_words(number, joint, hyphen):
    assert shape(f"{spelled(number, joint, hyphen)} people with 3 features") == (number, 3)


@many
@given(st.integers(1, MAX_SIZE), st.sampled_from([",", ".", " ", "_", "'", "’", "\u00a0", "\u202f", ""]))
def test_thousands_separators(number, separator):
    assert shape(f"{number:,} people with 3 features".replace(",", separator)) == (number, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5 million", 1_500_000), ("1,5", 1 + HALF), ("1.5·10⁶", 1_500_000), ("10**5", 10**5), ("2e6", 2 * 10**6),
        ("half a million", 500_000), ("two and a half million", 2_500_000), ("a dozen", 12), ("½", HALF),
        ("1½", 1 + HALF), ("29.97", Fraction(2997, 100)), ("1.234,5", Fraction(2469, 2)), ("0.5", HALF),
        ("12k", 12_000), ("a couple", 2), ("1,234,567.5", Fraction(2469135, 2)),
    ],
)  # fmt: skip
def test_numbers_in_signs(text, value):
    found = tokens(plain(f"{text} "))
    assert [token.value for token in found if isinstance(token, Number)] == [value]
    assert len(found) == 1


@many
@given(
    st.integers(1, 5000), st.integers(1, 5000), st.sampled_from(["x", "X", "×", "*", " x ", " by ", " px by ", " × "])
)
def test_every_way_to_write_two_sides(wide, high, by):
    assert shape(f"7 photos of {wide}{by}{high} px") == (7, high, wide, 3)


@many
@given(
    st.permutations(["128 images", "256 pixels wide", "100 pixels high", "grey"]),
    st.sampled_from([", ", "; ", " and "]),
)
def test_the_order_of_the_parts_does_not_matter(parts, joint):
    assert shape(joint.join(parts)) == (128, 100, 256, 1)


@many
@given(st.sampled_from(sorted(word for word in SLOTS if len(word) > 5 and " " not in word)), st.data())
def test_one_wrong_letter_is_known_again_or_the_word_is_not_taken(word, data):
    """Left out, doubled, changed with its neighbour: the same thing is meant, or nothing."""
    place = data.draw(st.integers(1, len(word) - 2))
    slips = {
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    }
    for slip in slips - {word}:
        known = meant(slip)
        assert known is None or slip in SLOTS or SLOTS.get(known) == SLOTS[word]


def test_short_words_are_not_taken_for_others():
    assert [meant(word) for word in ("cats", "bears", "chips", "date", "weight", "pies")] == [None] * 6


def test_the_words_that_count_are_those_of_one_slot_only():
    found = [word for words in SLOTS for word in [words]]
    assert len(found) == len(set(found))
    assert not set(MULTIPLIERS) & set(SLOTS)


def test_markup_in_a_description_is_only_words():
    found = parse_description("[click](http://evil.example) ![x](y) 30 photos of 12 megapixels")
    assert found.view.shape == (30, 3000, 4000, 3)
    assert not re.search(r"\]\(|://|`|<", found.read)
