"""Data described in words, "30 photos of 12 megapixels", as a shape: a small whitelist of words, nothing guessed.

Every number needs a word that says what it counts. What the words leave open and convention settles (colour,
frames per second, trading days in a year) is said in the sentence that comes with the shape.
"""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from engine.description_words import EXAMPLES, KIND_OF, SAID, facts_of, understood
from engine.errors import InvalidInput
from engine.real_world import View, checked_size

MAX_TEXT = 200
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
TRADING_DAYS = {"days": 1, "weeks": 5, "months": 21, "years": 252}
CALENDAR_DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}
TRADING_MINUTES = 390


class Description(NamedTuple):
    """What a text describes. read: one or two sentences on how it was read."""

    view: View
    read: str


def parse_description(text: str) -> Description:
    """The tensor a few words describe; InvalidInput, saying which words are understood, for anything else.

    >>> parse_description("30 photos of 12 megapixels").view.sizes
    (30, 3000, 4000, 3)
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"the description must have at most {MAX_TEXT} characters; this has {len(text)}.")
    facts = facts_of(text)
    kinds = {KIND_OF[slot] for slot in facts if slot in KIND_OF}
    if not kinds:
        raise InvalidInput(f"this does not say what the data are. {understood()}")
    if len(kinds) > 1:
        raise InvalidInput(f"this names {' and '.join(sorted(kinds))} at once; describe one kind of data at a time.")
    reader, allowed = READERS[kinds.pop()]
    for slot in facts:
        if slot not in allowed.split():
            raise InvalidInput(
                f"“{SAID.get(slot, slot)}” does not go with this kind of data. Right would be “{_example(reader)}”."
            )
    view, read = reader(facts)
    names = View(view.kind, view.sizes).axes
    for size, name in zip(view.sizes, names, strict=True):
        checked_size(size, name)
    return Description(view, read)


def _example(reader: Callable) -> str:
    return dict(zip((_images, _video, _prices, _texts, _vectors), EXAMPLES, strict=True))[reader]


def _whole(number: Fraction) -> int:
    """The nearest whole number, at least 1."""
    return max(1, int(number + Fraction(1, 2)))


def _resolution(facts: dict[str, Fraction]) -> tuple[int, int, str]:
    """Height and width in pixels, and how they were found."""
    if "megapixels" in facts:
        square = facts["megapixels"] * 1_000_000 / 12
        side = Fraction(isqrt(int(square * 10**12)), 10**6)
        return _whole(3 * side), _whole(4 * side), ", proportions 4:3 assumed"
    if "wide" in facts and "high" in facts:
        return _whole(facts["high"]), _whole(facts["wide"]), ""
    raise InvalidInput(
        "this does not say how large the pictures are; right would be “12 megapixels”, “1920×1080” "
        "(width × height) or “1080p”."
    )


def _channels(facts: dict[str, Fraction]) -> tuple[int, str]:
    if "channels" in facts:
        count = int(facts["channels"])
        return count, f"{count} channel{'s' if count > 1 else ''}"
    return 3, "3 channels for colour assumed"


def _images(facts: dict[str, Fraction]) -> tuple[View, str]:
    height, width, assumed = _resolution(facts)
    channels, said = _channels(facts)
    count = _whole(facts["photos"])
    read = f"Read as {_many(count, 'image')}, {height:,} pixels high and {width:,} wide{assumed}; {said}."
    return View("images", (count, height, width, channels)), read


def _video(facts: dict[str, Fraction]) -> tuple[View, str]:
    height, width, assumed = _resolution(facts)
    channels, said = _channels(facts)
    count, rate = _whole(facts["videos"]), facts.get("fps", Fraction(30))
    seconds = sum((facts[unit] * length for unit, length in SECONDS.items() if unit in facts), Fraction(0))
    if ("frames" in facts) == bool(seconds):
        raise InvalidInput(
            "a video needs either its duration or its number of frames; right would be “2 minutes of "
            "1080p video” or “240 frames of 1080p video”."
        )
    frames = _whole(facts["frames"]) if "frames" in facts else _whole(seconds * rate)
    pace = ""
    if seconds:
        pace = f" ({float(seconds):,g} s at {float(rate):g} frames/s{'' if 'fps' in facts else ', assumed'})"
    read = f"Read as {_many(count, 'clip')} of {_many(frames, 'frame')}{pace}, "
    return View("video", (count, frames, height, width, channels)), (
        read + f"{height:,} pixels high and {width:,} wide{assumed}; {said}."
    )


def _prices(facts: dict[str, Fraction]) -> tuple[View, str]:
    """Stocks on trading days, sensors on all days; prices by the minute make every trading day a sample."""
    days_of = TRADING_DAYS if "stocks" in facts else CALENDAR_DAYS
    days = sum((facts[unit] * length for unit, length in days_of.items() if unit in facts), Fraction(0))
    hours = sum((facts[unit] * SECONDS[unit] for unit in ("seconds", "minutes", "hours") if unit in facts), Fraction(0))
    every = facts.get("every")
    if every is None or not (days or hours):
        raise InvalidInput(
            "a time series needs a duration and how often there is a number; right would be “5 years "
            "of daily prices of 500 stocks” or “2 weeks of hourly measurements of 20 sensors”."
        )
    features = _whole(facts.get("features", Fraction(1)))
    count = _whole(facts.get("stocks", facts.get("sensors", Fraction(1))))
    ending = f"{_many(features, 'feature')} per timestep."
    if "sensors" in facts:
        steps = _whole((days * 86_400 + hours) / every)
        read = f"Read as {_many(count, 'sensor')}, each one sample of {_many(steps, 'timestep')}"
        calendar = " (30 days a month, 365 a year)" if {"months", "years"} & facts.keys() else ""
        return View("series", (count, steps, features)), f"{read}{calendar}; {ending}"
    if hours or every not in (60, 86_400):
        raise InvalidInput(
            "prices of stocks are understood daily or by the minute, over days, weeks, months or years; "
            "right would be “250 days of minute prices of 1 stock with 3 features”."
        )
    if every == 86_400:
        read = f"Read as {_many(count, 'stock')}, each one sample of {_many(_whole(days), 'trading day')}"
        return View("series", (count, _whole(days), features)), f"{read} (252 a year); {ending}"
    samples = _whole(days) * count
    read = f"Read as {_many(samples, 'trading day')}, each one sample of {TRADING_MINUTES} minutes"
    return View("series", (samples, TRADING_MINUTES, features)), f"{read}; {ending}"


def _texts(facts: dict[str, Fraction]) -> tuple[View, str]:
    if "characters" not in facts:
        raise InvalidInput("this does not say how long the texts are; right would be “1,000 texts of 280 characters”.")
    count, length = _whole(facts["texts"]), _whole(facts["characters"])
    alphabet = _whole(facts.get("alphabet", Fraction(128)))
    assumed = "" if "alphabet" in facts else ", assumed"
    read = f"Read as {_many(count, 'text')} of {_many(length, 'character')}, each character a vector of {alphabet:,} "
    return View("series", (count, length, alphabet)), read + f"numbers, one per possible character{assumed}."


def _vectors(facts: dict[str, Fraction]) -> tuple[View, str]:
    if "features" not in facts:
        raise InvalidInput(
            "this does not say how many numbers describe one sample; right would be “500 documents "
            "with 20,000 words” or “100,000 people with 3 features”."
        )
    count, features = _whole(facts["rows"]), _whole(facts["features"])
    return View(
        "vectors", (count, features)
    ), f"Read as {_many(count, 'sample')} with {_many(features, 'feature')} each."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


READERS = {
    "images": (_images, "photos wide high megapixels channels"),
    "video": (_video, "videos wide high megapixels channels fps frames seconds minutes hours days weeks"),
    "series": (_prices, "stocks sensors every features seconds minutes hours days weeks months years"),
    "texts": (_texts, "texts characters alphabet"),
    "vectors": (_vectors, "rows features"),
}
