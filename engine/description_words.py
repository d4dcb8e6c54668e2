"""The words in which data may be described, and the numbers they say: "30 photos" is 30 for the slot photos."""

import re
from fractions import Fraction

from engine.errors import InvalidInput

EXAMPLES = (
    "30 photos of 12 megapixels",
    "2 minutes of 1080p video at 30 frames/s",
    "5 years of daily prices of 500 stocks",
    "1,000 texts of 280 characters",
    "500 documents with 20,000 words",
)
COUNTED = {
    "photos": "photo photos image images picture pictures",
    "videos": "video videos clip clips film films movie movies",
    "stocks": "stock stocks share shares",
    "sensors": "sensor sensors station stations",
    "texts": "text texts message messages tweet tweets",
    "rows": "person people customer customers patient patients house houses document documents row rows sample samples",
    "characters": "character characters letter letters",
    "alphabet": "alphabet",
    "features": "feature features column columns number numbers property properties value values word words",
    "megapixels": "megapixel megapixels mp",
    "fps": "fps",
    "frames": "frame frames",
    "wide": "wide",
    "high": "high tall",
    "seconds": "s sec second seconds",
    "minutes": "min minute minutes",
    "hours": "h hour hours",
    "days": "day days",
    "weeks": "week weeks",
    "months": "month months",
    "years": "year years",
}
SLOTS = {word: slot for slot, words in COUNTED.items() for word in words.split()}
KIND_OF = {
    "photos": "images", "videos": "video", "stocks": "series", "sensors": "series", "texts": "texts", "rows": "vectors",
}  # fmt: skip
SAID = {
    "fps": "frames/s",
    "channels": "colour",
    "every": "daily, hourly or by the minute",
    "rows": "people or documents",
}
DESCRIBED = {
    "grey": ("channels", 1), "gray": ("channels", 1), "greyscale": ("channels", 1), "grayscale": ("channels", 1),
    "colour": ("channels", 3), "color": ("channels", 3), "rgb": ("channels", 3), "rgba": ("channels", 4),
    "secondly": ("every", 1), "minutely": ("every", 60), "hourly": ("every", 3600), "daily": ("every", 86_400),
}  # fmt: skip
SERIES_OF = {"price": "stocks", "prices": "stocks"}
SERIES_OF |= {"temperature": "sensors", "temperatures": "sensors", "measurements": "sensors"}
"""What a word stands for that has no number: prices are those of one stock, unless more are named."""
FILLERS = {"of", "at", "in", "with", "and", "each", "from", "the", "for", "by", "to"}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORD_NUMBERS = {word: number for number, word in enumerate(DIGITS)}
WORD_NUMBERS |= {"a": 1, "an": 1, "twelve": 12, "twenty": 20, "thirty": 30}
MULTIPLIERS = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
LINES = {"480p": (480, 854), "720p": (720, 1280), "1080p": (1080, 1920), "1440p": (1440, 2560), "2160p": (2160, 3840)}
LINES |= {"hd": LINES["720p"], "fullhd": LINES["1080p"], "4k": LINES["2160p"], "8k": (4320, 7680)}
REWRITES = (
    (r"\bfull[ -]hd\b", " fullhd "),
    (r"\bframes?\s*(?:/|per|a)\s*s(?:ec(?:ond)?)?\b", " fps "),
    (r"\b(?:by the|per|every|each)\s+second\b", " secondly "),
    (r"\b(?:by the|per|every|each)\s+minute\b|\bminute(?=\s+prices)", " minutely "),
    (r"\b(?:by the|per|every|each)\s+hour\b", " hourly "),
    (r"\b(?:by the|per|every|each)\s+day\b", " daily "),
    (r"\bout of\s+(?:an alphabet of\s+)?([\d,_]+)(?:\s+(?:characters|letters))?", r" \1 alphabet "),
    (r"\bblack[ -]and[ -]white\b", " grey "),
    (r"(?<=\d)\s*[x×]\s*(?=\d)|(?<=\d)\s+by\s+(?=\d)", " × "),
)
TOKEN = re.compile(r"\d+p\b|[48]k\b|\d[\d,_]*(?:\.\d+)?|[^\W\d_]+|×|[^\s]")


def understood() -> str:
    """The sentence that says what is understood."""
    return "Understood are, for example, " + ", ".join(f"“{example}”" for example in EXAMPLES) + "."


def _tokens(text: str) -> list[str]:
    plain = text.lower()
    for pattern, replacement in REWRITES:
        plain = re.sub(pattern, replacement, plain)
    return [token for token in TOKEN.findall(plain) if token not in (",", ".", ";", ":", "-") and token not in FILLERS]


def facts_of(text: str) -> dict[str, Fraction]:
    """Slot → number: each number goes to the next word that counts something. InvalidInput for any other word.

    >>> facts_of("30 grey photos of 12 megapixels") == {"channels": 1, "photos": 30, "megapixels": 12}
    True
    """
    facts: dict[str, Fraction] = {}
    pending: Fraction | None = None
    product = False
    for token in _tokens(text):
        number = _number(token)
        if token in MULTIPLIERS:
            pending = (pending or 1) * MULTIPLIERS[token]
        elif number is not None and product:
            _put(facts, "wide", pending)
            _put(facts, "high", number)
            pending, product = None, False
        elif number is not None and pending is None:
            pending = number
        elif token == "×" and pending is not None:
            product = True
        elif number is None and not product:
            pending = _said(facts, token, pending)
        else:
            raise _uncounted(pending)
    if pending is not None:
        raise _uncounted(pending)
    return facts


def _uncounted(number: Fraction) -> InvalidInput:
    return InvalidInput(f"“{number}” lacks a word that says what it counts. {understood()}")


def _said(facts: dict[str, Fraction], token: str, pending: Fraction | None) -> Fraction | None:
    """Put down what a word says, and give back the number if it still waits for its word."""
    if token in LINES:
        for slot, lines in zip(("high", "wide"), LINES[token], strict=True):
            _put(facts, slot, Fraction(lines))
    elif token in DESCRIBED:
        slot, number = DESCRIBED[token]
        _put(facts, slot, Fraction(number))
    elif token in SLOTS or token in SERIES_OF:
        _count(facts, SLOTS.get(token) or ("features" if pending else SERIES_OF[token]), pending)
        return None
    elif token not in ("pixel", "pixels", "px"):
        raise InvalidInput(f"“{token[:40]}” is not understood here. {understood()}")
    return pending


def _number(token: str) -> Fraction | None:
    if token in WORD_NUMBERS:
        return Fraction(WORD_NUMBERS[token])
    if not token[0].isdecimal() or token in LINES:
        return None
    digits = token.replace(",", "").replace("_", "")
    try:
        return Fraction(digits)
    except ValueError:
        return None


def _count(facts: dict[str, Fraction], slot: str, pending: Fraction | None) -> None:
    if pending is not None:
        _put(facts, slot, pending)
    elif slot in KIND_OF and slot not in facts:
        facts[slot] = Fraction(1)
    elif slot not in facts:
        raise InvalidInput(f"“{slot}” needs a number before it. {understood()}")


def _put(facts: dict[str, Fraction], slot: str, number: Fraction) -> None:
    if slot in facts and not (slot in KIND_OF and facts[slot] == 1):
        raise InvalidInput(f"“{slot}” is said twice; say it once.")
    if number <= 0:
        raise InvalidInput(f"“{slot}” must be more than 0; {number} is not.")
    facts[slot] = number
