"""What a description says, without asking whether it is enough: numbers by what they count, words left aside."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from engine.errors import InvalidInput
from engine.tensors.description_numbers import Number, tokens
from engine.tensors.description_words import (
    BEFORE_OR_AFTER,
    DESCRIBED,
    DURATIONS,
    FILLERS,
    FLAGS,
    INTERVALS,
    KIND_OF,
    LINES,
    LINKS,
    NOUNS,
    PIXELS,
    SAID,
    SERIES_OF,
    SLOTS,
    meant,
    rewritten,
)

BY = ("x", "×", "*", "·", "by", "on", "times")
UNFOLDED = (*DURATIONS, "characters", "words", "features", "frames", "steps", "videos", "stocks", "sensors")
"""What a single number counts where “4 × 60 s” has a sign of multiplication between two that belong to no one."""


class Product(NamedTuple):
    """Sizes given together: “256×256×3”, “(128, 256, 256, 3)”."""

    sizes: tuple[Number, ...]

    @property
    def text(self) -> str:
        """The sizes with signs of multiplication."""
        return "×".join(number.text for number in self.sizes)


Token = Number | Product | str


class Facts:
    """What a description says.

    numbers: slot → number; counts: those said outright, not by an article. named: kind slot → its word. flags: see
    FLAGS. products: sizes given together. listed: features named one by one. phrases: what was understood, as typed.
    aside: words without a use. strays: numbers without one, with the words after them. counted: numbers of unknown
    things. unknown: single words. respelled: (typed, taken).
    """

    def __init__(self) -> None:
        self.numbers: dict[str, Fraction] = {}
        self.named: dict[str, str] = {}
        self.counts: list[str] = []
        self.flags: set[str] = set()
        self.products: list[tuple[Fraction, ...]] = []
        self.listed: tuple[str, ...] = ()
        self.phrases: dict[str, str] = {}
        self.aside: list[str] = []
        self.strays: list[str] = []
        self.unknown: list[str] = []
        self.counted: list[tuple[Fraction, str]] = []
        self.respelled: list[tuple[str, str]] = []

    def __contains__(self, slot: str) -> bool:
        return slot in self.numbers

    def get(self, slot: str, usual: int | None = None) -> Fraction | None:
        """The number of a slot."""
        return self.numbers.get(slot, usual if usual is None else Fraction(usual))

    def put(self, slot: str, number: Fraction, phrase: str, *, soft: bool = False) -> None:
        """Set a slot; InvalidInput where it is said twice with two numbers, or is not above 0."""
        if number <= 0:
            raise InvalidInput(f"“{slot}” must be more than 0; {number} is not.")
        if self.numbers.get(slot, number) != number and slot in self.counts:
            if soft:
                return
            raise InvalidInput(f"“{slot}” is said twice; say it once.")
        self.numbers[slot] = number
        self.phrases[slot] = phrase
        if not soft:
            self.counts.append(slot)


def facts_of(text: str) -> Facts:
    """What a text says. InvalidInput for a number of 0 or less, or two numbers for one thing.

    >>> facts = facts_of("30 lovely grey photos of 12 megapixels")
    >>> facts.numbers == {"channels": 1, "photos": 30, "megapixels": 12}, facts.aside
    (True, ['lovely'])
    """
    return _Matching(_folded(tokens(rewritten(text)))).facts


def _folded(items: list[Number | str]) -> list[Token]:
    """The same tokens, with sizes given together as one."""
    found: list[Token] = []
    place = 0
    while place < len(items):
        sizes, after = _sizes(items, place)
        unit = next((item for item in items[after : after + 1]), None)
        if len(sizes) < 2 or (len(sizes) == 2 and SLOTS.get(str(unit)) in UNFOLDED):
            found.append(items[place])
            place += 1
        else:
            found.append(Product(sizes))
            place = after
    return found


def _sizes(items: list[Number | str], place: int) -> tuple[tuple[Number, ...], int]:
    """The sizes that stand together from here on, in brackets or with signs of multiplication, and where they end."""
    bracket = items[place] in ("(", "[")
    sizes: list[Number] = []
    at = place + bracket
    while at < len(items) and isinstance(number := items[at], Number) and not number.soft:
        sizes.append(number)
        end = at + 1
        while end < len(items) and items[end] in PIXELS:
            end += 1
        joined = end < len(items) and items[end] in ((",",) if bracket else BY)
        if not joined:
            closed = not bracket or items[end : end + 1] in ([")"], ["]"])
            return (tuple(sizes) if closed else ()), end + bracket
        at = end + 1
    return (), place + 1


class _Matching:
    """One walk over the tokens: each number goes to the next word that counts something, or to the one before it."""

    def __init__(self, items: list[Token]) -> None:
        self.facts = Facts()
        self.items = items
        self.pending: list[tuple[Number, str]] = []
        self.crossed: list[str] = []
        for place, item in enumerate(items):
            if isinstance(item, Number):
                self._number(item, place)
            elif isinstance(item, Product):
                self._product(item)
            else:
                self._word(item, place)
        self._drop()
        self.facts.listed = tuple(_listed(items))

    def _number(self, number: Number, place: int) -> None:
        slot, explicit = self._before(place)
        after = next((str(item) for item in self.items[place + 1 :] if item not in PIXELS), "")
        counted = (SLOTS.get(after) or SLOTS.get(meant(after) or "")) is not None or after in SERIES_OF
        free = slot is not None and slot not in self.facts.counts and not number.soft
        if free and ((slot in BEFORE_OR_AFTER and explicit) or (not counted and (explicit or after in ("", *LINKS)))):
            self._drop()
            self.facts.put(slot, number.value, f"{slot} {number.text}")
            return
        self._drop(keep=True)
        self.pending.append((number, str(self.items[place - 1]) if place else ""))

    def _before(self, place: int) -> tuple[str | None, bool]:
        """The slot of the word before a number, and whether the two clearly belong together: “height: 20”."""
        at, explicit = place - 1, False
        while at >= 0 and self.items[at] in (":", "=", "of", "is", "are", "with", "has"):
            explicit, at = True, at - 1
        slot = SLOTS.get(str(self.items[at])) if at >= 0 else None
        if slot not in BEFORE_OR_AFTER and {"of", "with", "has"} & set(self.items[at + 1 : place]):
            return None, False
        return slot, explicit or slot in BEFORE_OR_AFTER

    def _product(self, product: Product) -> None:
        self.facts.products.append(tuple(number.value for number in product.sizes))
        self.facts.phrases[product.text] = product.text
        if any(number.value <= 0 for number in product.sizes):
            raise InvalidInput(f"every size must be more than 0; in {product.text} one is not.")

    def _word(self, word: str, place: int) -> None:
        if word in FILLERS:
            if word in LINKS and (self.crossed or word in (";", ")")):
                self._drop()
            return
        if word in PIXELS:
            if self.pending:
                self.facts.phrases["pixels"] = f"{self.pending[-1][0].text} pixels"
                self.facts.numbers["pixels"] = self.pending[-1][0].value
            return
        if word in ("bit", "bits") and self.pending:
            self.facts.aside.append(f"{self.pending.pop()[0].text} {word}")
            return
        corrected = meant(word) if not self._known(word) else None
        if corrected and (self.pending or SLOTS.get(corrected) in KIND_OF or corrected in DESCRIBED):
            self.facts.respelled.append((word, corrected))
            word = corrected
        if word in LINES:
            for slot, lines in zip(("high", "wide"), LINES[word], strict=True):
                self.facts.put(slot, Fraction(lines), SAID[word])
        elif word in SLOTS or word in SERIES_OF:
            self._count(word, place)
        elif word in DESCRIBED:
            self._describe(word)
        elif word in FLAGS:
            self.facts.flags.add(FLAGS[word])
        elif word[0].isalnum() and word not in BY and word not in INTERVALS:
            self.crossed.append(word)
            self.facts.unknown.append(word)
            self._aside(word, place)

    def _known(self, word: str) -> bool:
        return any(word in words for words in (SLOTS, SERIES_OF, DESCRIBED, LINES, FLAGS, BY, INTERVALS))

    def _count(self, word: str, place: int) -> None:
        slot = SLOTS.get(word) or ("features" if self._waiting else SERIES_OF[word])
        if slot in KIND_OF:
            self.facts.named.setdefault(slot, word)
            if not self._waiting:
                self.facts.phrases.setdefault(slot, word)
        if not self.pending or (slot in KIND_OF and SLOTS.get(str(_at(self.items, place + 1))) in KIND_OF):
            return  # the first of “stock photos” or “text documents” only describes
        if self.pending[-1][0].soft and slot not in (*KIND_OF, *DURATIONS, "samples", "batches"):
            self.pending.pop()
            return
        number, before = self.pending.pop()
        self.crossed = []
        if slot in DURATIONS and (before == "every" or _at(self.items, place + 1) in INTERVALS):
            slot, value = "every", number.value * SECONDS[slot]
        elif slot.startswith("per "):
            value = Fraction(SECONDS[f"{slot[4:]}s"]) / number.value if number.value > 0 else number.value
            slot = "every"
        else:
            value = number.value
        self.facts.put(slot, value, f"{number.text} {SAID.get(word, word)}", soft=number.soft)

    @property
    def _waiting(self) -> bool:
        return any(not number.soft for number, _ in self.pending)

    def _describe(self, word: str) -> None:
        slot, number = DESCRIBED[word]
        if slot == "every" and slot in self.facts:
            return
        if slot != "alphabet" or slot not in self.facts:
            self.facts.put(slot, Fraction(number), SAID.get(word, word))

    def _aside(self, word: str, place: int) -> None:
        """Left aside; words that stand together are one."""
        aside = self.facts.aside
        before = self.items[place - 1] if place else None
        if aside and isinstance(before, str) and aside[-1].endswith(before):
            aside[-1] += f" {word}"
        else:
            aside.append(word)

    def _drop(self, *, keep: bool = False) -> None:
        """Numbers that found no word: stray, and counting an unknown word where one followed. keep: only articles."""
        for number, _ in self.pending:
            if number.soft:
                continue
            if keep and not self.crossed:
                return
            if self.crossed:
                self.facts.counted.append((number.value, " ".join(self.crossed)))
            self.facts.strays.append(f"{number.text} {' '.join(self.crossed)}".strip())
        self.pending, self.crossed = [], []


def _at(items: list[Token], place: int) -> Token | None:
    return items[place] if place < len(items) else None


SECONDS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86_400,
    "weeks": 604_800,
    "months": 2_592_000,
    "years": 31_536_000,
}


def _listed(items: Iterable[Token]) -> list[str]:
    """Things named one by one, “age, zip code and income”; none where fewer than two are named."""
    segments: list[list[Token]] = [[]]
    for item in items:
        if item in (",", ";", "and", "&"):
            segments.append([])
        else:
            segments[-1].append(item)
    segments = [segment for segment in segments if segment]
    best: list[str] = []
    for start, segment in enumerate(segments):
        things = [_thing(segment[::-1], counted=True)[::-1]]
        for later in segments[start + 1 :] if things[0] else ():
            things.append(_thing(later))
            if not things[-1] or len(things[-1]) < sum(item not in FILLERS or item in NOUNS for item in later):
                break
        things = [thing for thing in things if thing]
        best = max(best, [" ".join(thing) for thing in things], key=len)
    return best if len(best) > 1 else []


def _thing(segment: list[Token], *, counted: bool = False) -> list[str]:
    """The words from the beginning of a segment on that name one thing. counted: without one after a number."""
    words: list[str] = []
    for item in segment:
        if counted and words and isinstance(item, Number | Product):
            words.pop()
        if not isinstance(item, str) or item in (":", "(", ")", "with", "of", "for", "from") or _structural(item):
            break
        if item not in FILLERS or (item in NOUNS and not words):
            words.append(item)
    return words if len(words) <= 4 else []


def _structural(word: str) -> bool:
    """Whether a word says something of its own, and names no feature."""
    return (word in SLOTS and SLOTS[word] in KIND_OF) or word in DESCRIBED or word in LINES or word in FLAGS
