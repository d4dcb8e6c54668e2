"""Images and video described in words: how many, how large, how many channels and frames."""

from fractions import Fraction
from math import isqrt

from engine.errors import InvalidInput
from engine.tensors.description_facts import Facts
from engine.tensors.real_world import View

MOST_CHANNELS = 4
USUAL_RATE = 30
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}


def whole(number: Fraction) -> int:
    """The nearest whole number, at least 1."""
    return max(1, int(number + Fraction(1, 2)))


def many(count: int, noun: str) -> str:
    """A number of things, as text."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def counted(facts: Facts, *slots: str, noun: str) -> int:
    """How many samples: as said, or one where the noun is singular. InvalidInput where several have no number."""
    slots = (*slots, "samples")
    number = next((facts.get(slot) for slot in slots if slot in facts), None)
    batches = facts.get("batches", 1)
    if number is not None:
        return whole(number) * whole(batches)
    word = next((facts.named[slot] for slot in slots if slot in facts.named), noun.rstrip("s"))
    if word.endswith("s") or word in ("people", "men", "women", "children"):
        raise InvalidInput(f"this does not say how many {word} there are; right would be “100 {word}”.")
    return 1


def _resolution(facts: Facts, *, landscape: bool) -> tuple[int, int, str]:
    """Height and width in pixels, and how they were found. landscape: whether the longer side is the width."""
    if "megapixels" in facts:
        square = facts.get("megapixels") * 1_000_000 / 12
        side = Fraction(isqrt(int(square * 10**12)), 10**6)
        sides = (4, 3) if "portrait" in facts.flags else (3, 4)
        return whole(sides[0] * side), whole(sides[1] * side), f", proportions {sides[1]}:{sides[0]} assumed"
    if "wide" in facts and "high" in facts:
        return whole(facts.get("high")), whole(facts.get("wide")), ""
    pair = next((sizes for sizes in facts.products if len(sizes) == 2), None)
    if pair and "portrait" in facts.flags:
        return whole(max(pair)), whole(min(pair)), ""
    if pair and landscape and pair[0] < pair[1]:
        return whole(pair[0]), whole(pair[1]), ", the longer side taken as the width"
    if pair:
        return whole(pair[1]), whole(pair[0]), ""
    said = facts.phrases.get("pixels", "").split()
    if said and "square" in facts.flags:
        facts.strays = [stray for stray in facts.strays if stray != said[0]]
        return (whole(facts.numbers["pixels"]),) * 2 + ("",)
    raise InvalidInput(
        "this does not say how large the pictures are; right would be “12 megapixels”, “1920×1080” "
        "(width × height) or “1080p”."
    )


def _channels(facts: Facts) -> tuple[int, str]:
    if "channels" in facts:
        count = whole(facts.get("channels"))
        return count, f"{count} channel{'s' if count > 1 else ''}"
    return 3, "3 channels for colour assumed"


def _unfolded(facts: Facts, axes: int, outer: tuple[str, ...]) -> bool:
    """Take a product of a whole shape apart into slots: (samples,) (frames,) height, width, channels, in either order.

    axes: how many axes the kind has. outer: the slots of the axes before height. Returns whether channels come first.
    """
    sizes = next((list(sizes) for sizes in facts.products if 3 <= len(sizes) <= axes), None)
    if sizes is None:
        return False
    facts.products = [found for found in facts.products if list(found) != sizes]
    first = False
    if sizes[-1] <= MOST_CHANNELS or len(sizes) == axes:
        place = 0 if len(sizes) == 3 else 1
        first = sizes[-1] > MOST_CHANNELS and sizes[place] <= MOST_CHANNELS
        _fill(facts, "channels", sizes.pop(place if first else -1))
    elif sizes[0] <= MOST_CHANNELS and "channels" not in facts and len(sizes) == 3:
        first = True
        _fill(facts, "channels", sizes.pop(0))
    elif len(sizes) == 4 and sizes[1] <= MOST_CHANNELS:
        first = True
        _fill(facts, "channels", sizes.pop(1))
    width, height = sizes.pop(), sizes.pop()
    _fill(facts, "wide", width)
    _fill(facts, "high", height)
    for slot, size in zip(reversed(outer), reversed(sizes), strict=False):
        _fill(facts, slot, size)
    return first


def _fill(facts: Facts, slot: str, number: Fraction) -> None:
    """A slot from a product; what is said beside it twice must agree."""
    if slot in facts.counts and facts.get(slot) != number:
        raise InvalidInput(f"“{slot}” is said twice, {facts.get(slot)} and {number}; say it once.")
    facts.numbers[slot] = number


def images(facts: Facts) -> tuple[View, str]:
    """(samples, height, width, channels)."""
    if "fps" in facts:
        raise InvalidInput(
            "“frames/s” does not go with this kind of data. Right would be “30 photos of 12 megapixels”."
        )
    first = _unfolded(facts, 4, ("photos",))
    count = counted(facts, "photos", noun="photo")
    height, width, assumed = _resolution(facts, landscape=False)
    channels, said = _channels(facts)
    read = f"Read as {many(count, 'image')}, {height:,} pixels high and {width:,} wide{assumed}; {said}."
    return View("images", (count, height, width, channels), channels_first=first), read


def video(facts: Facts) -> tuple[View, str]:
    """(samples, frames, height, width, channels)."""
    first = _unfolded(facts, 5, ("videos", "frames"))
    seconds = sum((facts.get(unit) * length for unit, length in SECONDS.items() if unit in facts), Fraction(0))
    rate = facts.get("fps", USUAL_RATE)
    if "frames" not in facts and not seconds:
        raise InvalidInput(
            "a video needs either its duration or its number of frames; right would be “2 minutes of "
            "1080p video” or “240 frames of 1080p video”."
        )
    frames = whole(facts.get("frames") if "frames" in facts else seconds * rate)
    if "frames" in facts and "fps" in facts and seconds and frames != whole(seconds * rate):
        raise InvalidInput(
            f"{float(seconds):,g} s at {float(rate):g} frames/s are {whole(seconds * rate):,} frames, not {frames:,}."
        )
    count = counted(facts, "videos", noun="video")
    height, width, assumed = _resolution(facts, landscape=True)
    channels, said = _channels(facts)
    pace = ""
    if seconds and "frames" not in facts:
        pace = f" ({float(seconds):,g} s at {float(rate):g} frames/s{'' if 'fps' in facts else ', assumed'})"
    read = f"Read as {many(count, 'clip')} of {many(frames, 'frame')}{pace}, "
    return View("video", (count, frames, height, width, channels), channels_first=first), (
        read + f"{height:,} pixels high and {width:,} wide{assumed}; {said}."
    )
