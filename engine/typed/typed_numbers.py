"""One typed number: 0.05, 1e-3, 5 %, 1/3, 10⁻³ or a decimal comma; what could be meant in two ways is refused."""

import math
import re

import numpy as np

from engine.errors import InvalidInput
from engine.typed.formulas import Grammar, read
from engine.typed.typed_text import clipped, plain

MAX_TEXT = 40
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_COMMA = re.compile(r"([+-]?\d+),(\d+)((?:[eE][+-]?\d+)?)")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def parse_number(text: str, *, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """The number a text stands for, from low to high; InvalidInput with ``what`` as its subject for anything else.

    A decimal comma is read as a point. 1,000 could be a thousand or one, and is refused.

    >>> parse_number("0,05", what="the rate"), parse_number("5 %", what="the rate"), parse_number("10⁻³", what="it")
    (0.05, 0.05, 0.001)
    """
    short = plain(_short(text, what)).text.strip()
    if _GROUPED.fullmatch(short):
        whole = short.replace(",", "")
        raise InvalidInput(f"“{short}” can mean two numbers; write {whole} or {short.replace(',', '.', 1)}.")
    return _within(_value(text, short, what), what, low, high)


def parse_whole(text: str, *, what: str, low: int = 0, high: int = 2**53) -> int:
    """The whole number a text stands for, from low to high; InvalidInput for anything else, also for 2.5.

    >>> parse_whole("60,000", what="the size"), parse_whole("1e3", what="the size")
    (60000, 1000)
    """
    short = plain(_short(text, what)).text.strip()
    value = float(short.replace(",", "")) if _GROUPED.fullmatch(short) else _value(text, short, what)
    if value != round(value):
        bounds = f" from {low:,} to {high:,}" if high < 2**53 else ""
        raise InvalidInput(f"{what} must be a whole number{bounds}; “{clipped(short)}” is not.")
    return int(_within(value, what, low, high))


def _short(text: str, what: str) -> str:
    if not text.strip():
        raise InvalidInput(f"{what} is empty; type a number.")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"{what} has at most {MAX_TEXT} characters; this has {len(text):,}.")
    return text


def _value(text: str, short: str, what: str) -> float:
    """A plain number at once; anything else, such as 1/3 or 10⁻³, by the reader of formulas."""
    percent = 0.01 if short.endswith("%") else 1.0
    short = short.removesuffix("%").strip()
    if comma := _COMMA.fullmatch(short):
        short = f"{comma[1]}.{comma[2]}{comma[3]}"
    if _PLAIN.fullmatch(short):
        # Python reads 5e-2 exactly as it is meant; a percentage is a division, so that 5 % is 0.05.
        value = float(short) / 100 if percent < 1 else float(short)
    else:
        try:
            value = _computed(text.strip().removesuffix("%")) * percent
        except (InvalidInput, ArithmeticError, ValueError):
            raise InvalidInput(f"{what} must be a number such as 0.05 or 1e-3; “{clipped(text)}” is not.") from None
    if not math.isfinite(value):
        raise InvalidInput(f"{what} must be a finite number; “{clipped(text)}” is not.")
    return value


def _computed(text: str) -> float:
    """The value of a formula without variables, as Python's floats have it."""
    compute = {
        "add": np.add,
        "subtract": np.subtract,
        "multiply": np.multiply,
        "divide": np.divide,
        "power": np.power,
        "negate": np.negative,
        "sqrt": np.sqrt,
    }

    def value(node) -> float:
        return node.value if node.kind == "number" else compute[node.kind](*map(value, node.parts))

    with np.errstate(all="ignore"):
        return float(value(read(text, Grammar("number", (), {"sqrt": 1}, "*/", ""))))


def _within(value: float, what: str, low: float, high: float) -> float:
    if low <= value <= high:
        return value
    if math.isinf(low) or math.isinf(high):
        bound = f"at most {high:,g}" if math.isinf(low) else f"at least {low:,g}"
    else:
        bound = f"from {low:,g} to {high:,g}" if max(abs(low), abs(high)) < 1e6 else f"from {low:,} to {high:,}"
    raise InvalidInput(f"{what} must be {bound}; {value:,.10g} is not.")
