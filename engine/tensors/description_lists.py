"""Texts and tables described in words: how many, and how many numbers each."""

from engine.errors import InvalidInput
from engine.tensors.description_facts import Facts
from engine.tensors.description_grids import counted, many, whole
from engine.tensors.real_world import View

ALPHABET = 128


def texts(facts: Facts) -> tuple[View, str]:
    """(samples, timesteps, features), characters or words in a row; (samples, features) for counts of words."""
    length = next((slot for slot in ("characters", "words") if slot in facts), None)
    if length != "characters" and ("features" in facts or length or "alphabet" in facts):
        return vectors(facts) if length is None or "alphabet" not in facts else _sequences(facts, "word")
    if length is None:
        raise InvalidInput("this does not say how long the texts are; right would be “1,000 texts of 280 characters”.")
    return _sequences(facts, "character")


def _sequences(facts: Facts, unit: str) -> tuple[View, str]:
    """Each character or word a vector with a 1 at its place among all possible ones."""
    count = counted(facts, "texts", "rows", noun="text")
    length, possible = whole(facts.get(f"{unit}s")), whole(facts.get("alphabet", ALPHABET))
    assumed = "" if "alphabet" in facts else ", assumed"
    read = f"Read as {many(count, 'text')} of {many(length, unit)}, each {unit} a vector of {possible:,} "
    return View("series", (count, length, possible)), read + f"numbers, one per possible {unit}{assumed}."


def vectors(facts: Facts) -> tuple[View, str]:
    """(samples, features)."""
    if {"words", "alphabet"} <= facts.numbers.keys():
        return _sequences(facts, "word")
    pair = next((sizes for sizes in facts.products if len(sizes) == 2), None)
    slots = ("rows", "texts", "samples")
    if pair and not any(slot in facts for slot in slots):
        facts.numbers |= {"rows": pair[0], "features": pair[1]}
    slot = next((slot for slot in ("features", "words", "alphabet") if slot in facts), None)
    if slot is None and not facts.listed:
        raise InvalidInput(
            "this does not say how many numbers describe one sample; right would be “500 documents "
            "with 20,000 words” or “100,000 people with 3 features”."
        )
    features = whole(facts.get(slot)) if slot else len(facts.listed)
    if slot in (None, "features") and len(facts.listed) != features:
        facts.listed = ()
    if facts.counted and not any(slot in facts.numbers or slot in facts.named for slot in slots):
        return _things(facts, features)
    count = counted(facts, *slots, noun="sample")
    how = f": {', '.join(facts.listed)}" if facts.listed and slot in (None, "features") else ""
    how = ": how often each word occurs" if slot in ("words", "alphabet") else how
    read = f"Read as {many(count, 'sample')} with {many(features, 'feature')} each{how}."
    return View("vectors", (count, features)), read


def _things(facts: Facts, features: int) -> tuple[View, str]:
    """Numbers that describe things of an unknown name, “150 orchids with 4 features”."""
    (number, thing), count = facts.counted[0], whole(facts.counted[0][0])
    facts.strays = [stray for stray in facts.strays if not stray.endswith(thing)]
    facts.aside = [word for word in facts.aside if word not in thing]
    read = f"Read as {many(count, 'sample')} (“{thing[:40]}”) with {many(features, 'feature')} each."
    return View("vectors", (whole(number), features)), read
