"""Values as they stand in an address: strings plain, numbers as Python writes them, the rest as compact JSON."""

import json
import math
import re
from collections.abc import Callable, Container, Iterable
from typing import Any

import numpy as np

from engine.errors import InvalidInput

MAX_TEXT = 4_000
MAX_LENGTH = 16_000
"""Characters of a string, and of anything else."""
MAX_DEPTH = 5
MAX_WHOLE = 2**53
"""Beyond this a browser does not know one whole number from the next."""
Check = Callable[[Any], object] | Container


class Unfit(ValueError):
    """A text of a link is not what its setting can be."""


def write(value: object) -> str:
    """The text for a value; None is the empty one.

    >>> write(0.05), write(True), write("x^2"), write((1, [2.5, "a"])), write({"W": [[1, 0]]})
    ('0.05', 'true', 'x^2', '[1,[2.5,"a"]]', '{"W":[[1,0]]}')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot stand in an address")


def read(text: str, like: object, check: Check | None = None) -> object:
    """The value of this text, of the type and form of ``like``, if the check accepts it. Raises Unfit.

    like: a value, or the type of a setting that may be None. A tuple fixes length and types; a list's first entry the
    type of all. check: what may be chosen, or a function that returns False or raises InvalidInput for what may not.

    >>> read("3", 0), read("3", 0.0), read("[1,2]", (0, 0.5)), read("", int), read("7", int)
    (3, 3.0, (1, 2.0), None, 7)
    """
    if isinstance(like, type):
        if text == "":
            return None
        like = like()
    value = _fitted(_text(text) if isinstance(like, str) else _parsed(text), like)
    try:
        accepted = True if check is None else check(value) is not False if callable(check) else value in check
    except (InvalidInput, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise Unfit from error
    if not accepted:
        raise Unfit
    return value


def between(low: float, high: float) -> Callable[[float], bool]:
    """Whether a number lies from low to high."""
    return lambda value: low <= value <= high


def within(reach: float) -> Callable[[Iterable[float]], bool]:
    """Whether all numbers of a row lie from −reach to reach."""
    return lambda row: all(abs(float(value)) <= reach for value in row)


def _text(text: str) -> str:
    if len(text) > MAX_TEXT or not _encodable(text):
        raise Unfit
    return text


def _encodable(text: str) -> bool:
    """Half of a surrogate pair can be written in JSON, but not sent to a browser."""
    return not re.search(r"[\ud800-\udfff\x00]", text)


def _parsed(text: str) -> object:
    if len(text) > MAX_LENGTH:
        raise Unfit
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unfit from error


def _refuse(name: str) -> None:
    raise Unfit(name)


def _fitted(value: object, like: object, depth: int = 0) -> object:
    """The value as ``like`` has it: whole numbers become decimal ones, lists tuples, where ``like`` has these."""
    if depth > MAX_DEPTH:
        raise Unfit
    if isinstance(like, dict) and isinstance(value, dict):
        if like and set(like) != set(value):
            raise Unfit
        return {key: _fitted(entry, like.get(key, entry), depth + 1) for key, entry in _entries(value)}
    if isinstance(like, (list, tuple)) and isinstance(value, (list, tuple)):
        return _row(value, like, depth)
    if type(value) is int and type(like) is float:
        value = float(value) if abs(value) <= MAX_WHOLE else math.inf
    if type(value) is not type(like) or not _sound(value):
        raise Unfit
    return value


def _entries(value: dict) -> Iterable[tuple[str, object]]:
    return ((_text(key), entry) for key, entry in value.items())


def _row(value: list | tuple, like: list | tuple, depth: int) -> list | tuple:
    if isinstance(like, tuple) and like:
        if len(value) != len(like):
            raise Unfit
        return tuple(_fitted(entry, model, depth + 1) for entry, model in zip(value, like, strict=True))
    row = [_fitted(entry, like[0] if like else entry, depth + 1) for entry in value]
    return tuple(row) if isinstance(like, tuple) else row


def _sound(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and _encodable(value)
    return value is None or isinstance(value, bool) or abs(value) <= MAX_WHOLE
