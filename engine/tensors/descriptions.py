"""Data described in words, "30 photos of 12 megapixels", as a shape: what can be read is, the rest is named.

Every number needs a word that says what it counts. What the words leave open and convention settles (colour,
frames per second, trading days in a year) is said in the sentence that comes with the shape.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from engine.errors import InvalidInput
from engine.tensors.description_facts import Facts, facts_of
from engine.tensors.description_grids import images, video
from engine.tensors.description_lists import texts, vectors
from engine.tensors.description_series import series, sound
from engine.tensors.description_words import DURATIONS, EXAMPLES, KIND_OF, understood
from engine.tensors.real_world import DTYPES, View, checked_size

__all__ = ["EXAMPLES", "Description", "parse_description"]

MAX_TEXT = 200
READERS = {"images": images, "video": video, "sound": sound, "series": series, "texts": texts, "vectors": vectors}
_SERIES = "stocks sensors series rows samples features every steps seconds minutes hours days weeks months years"
_LISTS = "texts rows samples features characters words alphabet"
USED = {
    "images": "photos samples batches wide high megapixels channels",
    "video": "videos samples batches wide high megapixels channels fps frames seconds minutes hours days weeks",
    "sound": "sounds videos samples batches hertz kilohertz features channels seconds minutes hours days weeks",
    "series": _SERIES,
    "texts": _LISTS,
    "vectors": _LISTS,
}
"""Slots that say something of a kind of data; other numbers are left aside."""


class Description(NamedTuple):
    """What a text describes. read: how it was read. said: which other fields of a View the text names."""

    view: View
    read: str
    said: tuple[str, ...] = ()


def parse_description(text: str) -> Description:
    """The tensor a few words describe; InvalidInput, with what was understood and what is missing, for anything else.

    >>> parse_description("30 photos of 12 megapixels").view.sizes
    (30, 3000, 4000, 3)
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"the description must have at most {MAX_TEXT} characters; this has {len(text)}.")
    facts = facts_of(text)
    kind = _kind(facts)
    try:
        view, read = READERS[kind](facts)
    except InvalidInput as problem:
        raise InvalidInput(f"{problem}{_so_far(facts)}") from None
    for size, name in zip(view.sizes, View(view.kind, view.sizes).axes, strict=True):
        checked_size(size, name)
    dtype = next((found for found in re.findall(r"[a-z]+\d*", text.lower()) if found in DTYPES), None)
    view = view._replace(dtype=dtype or view.dtype, channels_first=view.channels_first or "first" in facts.flags)
    ordered = view.channels_first or bool(facts.flags & {"first", "last"})
    said = (("dtype",) if dtype else ()) + (("channels_first",) if ordered else ())
    unused = [facts.phrases[slot] for slot in facts.counts if slot not in USED[kind].split()]
    return Description(view, read + _besides(facts, unused), said)


def _kind(facts: Facts) -> str:
    """The one kind of data described. A kind that is named with a number is meant rather than one named without."""
    numbered = {KIND_OF[slot] for slot in facts.named if slot in facts.counts}
    named = {KIND_OF[slot] for slot in facts.named}
    for kinds in (numbered, named):
        kinds = _narrowed(kinds, facts)
        if len(kinds) == 1:
            return kinds.pop()
        if kinds:
            raise InvalidInput(
                f"this names {' and '.join(sorted(kinds))} at once; describe one kind of data at a time."
                f"{_so_far(facts)}"
            )
    kind = _implied(facts)
    if kind and (kind == "vectors" or not facts.counted):
        return kind
    unknown = [facts.counted[0][1]] if facts.counted else facts.unknown
    if unknown:
        so_far = f" Understood so far: {_quoted(facts.phrases.values(), 60)}." if facts.phrases else ""
        raise InvalidInput(f"“{unknown[0][:40]}” is not understood here. {understood()}{so_far}")
    raise InvalidInput(f"this does not say what the data are.{_so_far(facts)} {understood()}")


def _narrowed(kinds: set[str], facts: Facts) -> set[str]:
    """Without the kinds that only describe another: “text documents”, “audio clips”, “frames of a video”."""
    if kinds == {"vectors"} and "characters" in facts:
        return {"texts"}
    if kinds == {"vectors"} and "photos" in facts.named and _implied(facts) in ("images", None) and _sized(facts):
        return {"images"}
    if {"texts", "vectors"} == kinds:
        return {"texts"} if "characters" in facts else {"vectors"}
    if "sound" in {KIND_OF[slot] for slot in facts.named} and kinds <= {"sound", "video"} and "fps" not in facts:
        return {"sound"} if kinds else kinds
    if len(kinds) > 1 and not any(slot in facts.counts for slot in facts.named):
        fitting = {kind for kind in kinds if kind == _implied(facts)}
        return fitting or kinds
    return kinds


def _sized(facts: Facts) -> bool:
    """Whether the text says how large a picture is, or in how many channels."""
    return bool(facts.products) or any(slot in facts for slot in ("high", "megapixels", "channels"))


def _implied(facts: Facts) -> str | None:
    """The kind of data that the numbers alone belong to."""
    sized = _sized(facts)
    rules = (
        ("fps" in facts or (sized and any(slot in facts for slot in ("frames", *DURATIONS))), "video"),
        ("megapixels" in facts or (sized and "samples" in facts), "images"),
        ("hertz" in facts or "kilohertz" in facts, "sound"),
        ("steps" in facts or ("every" in facts and "features" in facts), "series"),
        ("characters" in facts and "samples" in facts, "texts"),
        ("features" in facts and ("samples" in facts or bool(facts.counted)), "vectors"),
    )
    return next((kind for found, kind in rules if found), None)


def _so_far(facts: Facts) -> str:
    """What was understood of a text that is not enough, and what was not, as sentences after another."""
    found = f" Understood so far: {_quoted(facts.phrases.values(), 110)}." if facts.phrases else ""
    bare = [stray for stray in facts.strays if " " not in stray]
    if bare:
        found += f" {_quoted(bare[:1], 40)} lacks a word that says what it counts."
    lost = [word for word in _lost(facts) if word not in bare]
    return found + (f" Not understood: {_quoted(lost, 60)}." if lost else "")


def _lost(facts: Facts) -> list[str]:
    """Numbers and words without a use."""
    return [*facts.strays, *(word for word in facts.aside if not any(word in stray for stray in facts.strays))]


def _besides(facts: Facts, unused: list[str]) -> str:
    """The words taken for others and those left aside, as sentences after the reading."""
    taken = "".join(f" “{typed}” is read as “{known}”." for typed, known in facts.respelled)
    used = " ".join(facts.listed)
    lost = [*unused, *(word for word in _lost(facts) if word not in used)]
    return taken + (f" Left aside: {_quoted(lost, 160)}." if lost else "")


def _quoted(words: Iterable[str], room: int) -> str:
    """Words in quotes, with … where there is no more room."""
    found: list[str] = []
    length = 0
    for word in dict.fromkeys(words):
        length += len(word) + 4
        if length > room:
            return ", ".join([*found, "…"]) if found else f"“{word[: room - 5]}…”"
        found.append(f"“{word}”")
    return ", ".join(found)
