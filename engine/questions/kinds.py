"""A question: what is asked, what is right, which mistakes are known; and how an answer is judged.

A generator draws its numbers from the ``Random`` it is given and from nothing else: equal seeds, equal questions.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from math import isclose
from random import Random
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.typed.literals import parse_shape

Shape = tuple[int, ...]
CHOICES = 3
"""Wrong answers offered beside the right one, at most."""
DRAWS = 200
"""A generator that finds no good question in so many draws is broken."""
MAX_TEXT = 40


class Mistake(NamedTuple):
    """A wrong answer and how one comes to it; ``why`` does not give the right one away."""

    answer: Any
    why: str


class Question(NamedTuple):
    """prompt, explanation: Markdown. kind: "choice", "shape" or "number"; ``answer`` is a str, a Shape, a float.

    mistakes: all different from the answer and from each other; of a choice the other options. options: of a choice, in
    the order shown. tolerance: how far a number may be off, as a share of the right
    one; 0 where it can be given exactly.
    """

    prompt: str
    kind: str
    answer: Any
    mistakes: tuple[Mistake, ...]
    explanation: str
    options: tuple[str, ...] = ()
    tolerance: float = 0.0


class Verdict(NamedTuple):
    """Whether an answer is right; if not, what is wrong with it, in words that leave the right one to be found."""

    right: bool
    why: str


Generator = Callable[[Random], Question]
Known = Iterable[tuple[Any, str]]


class Unlucky(Exception):
    """These numbers make no good question: others are drawn."""


def make(generator: Generator, seed: int) -> Question:
    """The generator's question for this seed, always the same."""
    random = Random(seed)
    for _ in range(DRAWS):
        try:
            return generator(random)
        except Unlucky:
            continue
    raise RuntimeError(f"{generator.__name__} finds no question for seed {seed}")


def choice(random: Random, prompt: str, right: str, mistakes: Known, explanation: str) -> Question:
    """A choice among the right answer and two or three wrong ones, shuffled; Unlucky where too few are different."""
    found = _different(right, mistakes, str.__eq__)
    if len(found) < CHOICES - 1:
        raise Unlucky
    found = random.sample(found, min(len(found), CHOICES))
    options = [right, *(mistake.answer for mistake in found)]
    random.shuffle(options)
    return Question(prompt, "choice", right, tuple(found), explanation, tuple(options))


def shape(prompt: str, right: Sequence[int], mistakes: Known, explanation: str) -> Question:
    """A shape to be typed."""
    right = tuple(int(size) for size in right)
    known = ((tuple(int(size) for size in wrong), why) for wrong, why in mistakes)
    return Question(prompt, "shape", right, tuple(_different(right, known, tuple.__eq__)), explanation)


def number(prompt: str, right: Any, mistakes: Known, explanation: str, *, tolerance: float = 0.0) -> Question:
    """A number to be typed; of mistakes within twice the tolerance of it nothing is known."""
    right = neat(right)
    known = ((neat(wrong), why) for wrong, why in mistakes)
    found = _different(right, known, lambda one, other: near(one, other, 2 * tolerance * abs(right)))
    return Question(prompt, "number", right, tuple(found), explanation, tolerance=tolerance)


def _different(right: Any, mistakes: Known, same: Callable[[Any, Any], bool]) -> list[Mistake]:
    found: list[Mistake] = []
    for wrong, why in mistakes:
        if not any(same(wrong, other) for other in (right, *(mistake.answer for mistake in found))):
            found.append(Mistake(wrong, why))
    return found


def near(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most the tolerance; what floating point adds is forgiven.

    >>> near(0.3, 0.1 + 0.2, 0), near(0.31, 0.3, 0.01), near(0.32, 0.3, 0.01)
    (True, True, False)
    """
    return abs(one - other) <= tolerance or isclose(abs(one - other), tolerance, rel_tol=1e-6, abs_tol=1e-9)


def judge(question: Question, given: str) -> Verdict:
    """Whether this option or typed text is right; InvalidInput for a text that cannot be read.

    >>> question = shape("", (32, 10), [((10, 32), "The axes are swapped.")], "")
    >>> judge(question, "32, 10").right, judge(question, "(10, 32)").why
    (True, 'The axes are swapped.')
    """
    read: dict[str, Callable[[str], Any]] = {"choice": str, "shape": read_shape, "number": read_number}
    answer = read[question.kind](given)

    def same(other: Any) -> bool:
        return near(answer, other, question.tolerance * abs(other)) if question.kind == "number" else answer == other

    if same(question.answer):
        return Verdict(True, "")
    known = [mistake.why for mistake in question.mistakes if same(mistake.answer)]
    return Verdict(False, known[0] if known else _hint(question, answer))


def _hint(question: Question, given: Any) -> str:
    """Something true about a mistake nobody foresaw."""
    right: Any = question.answer
    if question.kind == "shape":
        if len(given) != len(right):
            return f"The right shape has {'more' if len(right) > len(given) else 'fewer'} axes."
        wrong = [axis for axis in range(len(right)) if given[axis] != right[axis]]
        return f"The number of axes is right; look again at axis {wrong[0]}."
    if right and near(given, -right, question.tolerance * abs(right)):
        return "The size is right; look again at the sign."
    return f"The right number is {'larger' if right > given else 'smaller'}."


_PLAIN = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?"
_NUMBER = re.compile(rf"([-+]?{_PLAIN})(?:/({_PLAIN}))?%?")


def read_number(text: str) -> float:
    """A typed number: 407,050 or -0.5 or 3/4; InvalidInput for anything else.

    >>> read_number(" −3/4 "), read_number("407,050")
    (-0.75, 407050.0)
    """
    plain = re.sub(r"\s", "", _short(text)).replace("−", "-").replace("–", "-")
    if not plain:
        raise InvalidInput("type a number, such as 12 or −0.5.")
    found = _NUMBER.fullmatch(plain)
    if found is None:
        point = " Decimals come after a point." if "," in plain else ""
        raise InvalidInput(f"“{text.strip()}” cannot be read as a number; type one such as 12, −0.5 or 3/4.{point}")
    above, below = (float((part or "1").replace(",", "")) for part in found.groups())
    if below == 0:
        raise InvalidInput("nothing can be divided by 0.")
    return above / below


def read_shape(text: str) -> Shape:
    """A typed shape: (32, 10) or 32, 10 or 32 × 10; InvalidInput for anything else.

    >>> read_shape("[32, 10]"), read_shape("32 × 10"), read_shape("()")
    ((32, 10), (32, 10), ())
    """
    if not text.strip():
        raise InvalidInput("type a shape, such as (32, 10); that of a single number is ().")
    return parse_shape(re.sub(r"\s*[x×]\s*", ", ", _short(text).lower()), minus_one=True)


def _short(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"an answer has at most {MAX_TEXT} characters; this has {len(text):,}.")
    return text


def neat(value: Any) -> float:
    """A number without what floating point left behind, to 9 decimals; whole numbers as int.

    >>> neat(0.1 + 0.2), neat(np.float32(2.0)), neat(-0.0)
    (0.3, 2, 0)
    """
    rounded = round(float(value), 9)
    return int(rounded) if rounded == int(rounded) else rounded


def written(value: Any) -> str:
    """A number as text has it: a typographic minus, commas, at most 6 decimals.

    >>> written(407050), written(-0.5), written(1 / 3)
    ('407,050', '−0.5', '0.333333')
    """
    value = neat(value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def term(value: Any) -> str:
    """A number within a computation: negative ones in brackets.

    >>> term(-2), term(3)
    ('(−2)', '3')
    """
    return f"({written(value)})" if value < 0 else written(value)


def factor(value: Any) -> str:
    """A number before a letter.

    >>> factor(1), factor(-1), factor(3)
    ('', '−', '3 ')
    """
    return {1: "", -1: "−"}.get(value, f"{written(value)} ")


def listed(values: Any) -> str:
    """An array as code, in Markdown.

    >>> listed(np.array([1.0, -0.5])), listed((2, 3))
    ('`[1, -0.5]`', '`[2, 3]`')
    """

    def plain(part: Any) -> Any:
        return [plain(entry) for entry in part] if isinstance(part, list) else neat(round(part, 4))

    return f"`{plain(np.asarray(values).tolist())}`"


def sized(sizes: Sequence[int]) -> str:
    """A shape as code, in Markdown.

    >>> sized((3,))
    '`(3,)`'
    """
    return f"`{tuple(int(size) for size in sizes)}`"


def answer_text(question: Question) -> str:
    """The right answer as text, in Markdown."""
    if question.kind == "shape":
        return sized(question.answer)
    return question.answer if question.kind == "choice" else written(question.answer)


def integers(random: Random, shape: Sequence[int], low: int = -5, high: int = 5, *, zero: bool = False) -> np.ndarray:
    """Whole numbers from low to high in this shape, int64; without 0 unless ``zero``."""
    allowed = [value for value in range(low, high + 1) if value or zero]
    count = int(np.prod(shape))
    return np.array([random.choice(allowed) for _ in range(count)], np.int64).reshape(tuple(shape))
