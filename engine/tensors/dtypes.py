"""The same number in seven data types: what is stored, bit by bit, and what is lost.

A number is read as Python reads it (int or float64) and converted as ``np.array(number).astype(dtype)`` does:
integers wrap modulo 2^bits, fractions are cut off toward zero, floating types round to the nearest value they have.
IEEE 754-2019 for the floating types; C17 6.3.1.4 for what a conversion leaves undefined.
"""

import ast
import sys
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.typed.literals import parse_array, parse_tree
from engine.typed.typed_text import plain_values

MAX_NUMBERS = 12
# Enough for the difference of any two numbers of 2,000 characters within the range of float64, without rounding.
DIGITS = 4_000
EXACT, ROUNDED, TO_ZERO, OVERFLOW = "exact", "rounded", "rounded to 0", "overflow"
CUT, WRAPPED, UNDEFINED = "fraction cut off", "wrapped around", "undefined"
TRUE, FALSE = "becomes True", "becomes False"
LOSSES = (EXACT, ROUNDED, TO_ZERO, OVERFLOW, CUT, WRAPPED, UNDEFINED, TRUE, FALSE)


class Format(NamedTuple):
    """A data type as its bits are laid out.

    kind: "boolean", "unsigned", "signed" or "floating". bits: in memory. exponent, fraction: bits of a floating one's
    two fields; the sign bit stands before them.
    """

    name: str
    kind: str
    bits: int
    exponent: int = 0
    fraction: int = 0

    @property
    def bytes(self) -> int:
        """Bytes each element takes."""
        return self.bits // 8

    @property
    def limits(self) -> tuple[int | float, int | float]:
        """The lowest and the highest finite value."""
        if self.kind == "boolean":
            return 0, 1
        info: Any = np.finfo(self.name) if self.kind == "floating" else np.iinfo(self.name)
        return np.array(info.min).item(), np.array(info.max).item()


FORMATS = {
    found.name: found
    for found in (
        Format("bool", "boolean", 8),
        Format("uint8", "unsigned", 8),
        Format("int8", "signed", 8),
        Format("int32", "signed", 32),
        Format("float16", "floating", 16, 5, 10),
        Format("float32", "floating", 32, 8, 23),
        Format("float64", "floating", 64, 11, 52),
    )
}


class Number(NamedTuple):
    """A number as typed: its text, what Python reads, and the decimal number the text means exactly."""

    text: str
    value: bool | int | float
    exact: Decimal


class Stored(NamedTuple):
    """What became of a number: the NumPy scalar, its bits from the highest to the lowest, and one of LOSSES.

    error: stored minus typed, exactly; None for bool, for infinities and nan, and where the conversion is undefined.
    """

    value: np.generic
    bits: str
    loss: str
    error: Decimal | None


def parse_numbers(text: str) -> tuple[Number, ...]:
    """One to twelve numbers, separated by commas; InvalidInput for anything else. Nothing is executed.

    >>> [number.value for number in parse_numbers("3, -1, 0.1")]
    [3, -1, 0.1]
    """
    what = "the list of numbers"
    tree = parse_tree(text, what=what, example="3, 200, 0.1")
    parts = tree.elts if isinstance(tree, (ast.Tuple, ast.List)) else [tree]
    if not 1 <= len(parts) <= MAX_NUMBERS:
        raise InvalidInput(f"{what} may hold 1 to {MAX_NUMBERS} numbers here; this holds {len(parts)}.")
    plain = plain_values(text).text.strip()
    return tuple(_number(part, plain, what) for part in parts)


def _number(node: ast.expr, text: str, what: str) -> Number:
    if isinstance(node, (ast.Tuple, ast.List)):
        raise InvalidInput(f"{what} must be flat, such as 3, 200, 0.1; “{ast.unparse(node)[:40]}” is a list inside it.")
    value = parse_array(ast.unparse(node), what=what).item()
    return Number(ast.get_source_segment(text, node) or str(value), value, _exact(node, text, value))


def _exact(node: ast.expr, text: str, value: bool | int | float) -> Decimal:
    """The decimal number typed. Python may read another: of 0.1, the nearest float64."""
    negative = False
    while isinstance(node, ast.UnaryOp):
        negative ^= isinstance(node.op, ast.USub)
        node = node.operand
    if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
        return Decimal(value)
    try:
        found = Decimal((ast.get_source_segment(text, node) or "").replace("_", ""))
    except InvalidOperation:
        return Decimal(value)
    return found.copy_negate() if negative else found


def convert(number: Number, form: Format) -> Stored:
    """The number in that data type. Where the conversion is undefined, what this machine made of it.

    >>> stored = convert(parse_numbers("256")[0], FORMATS["uint8"])
    >>> stored.value, stored.bits, stored.loss, stored.error
    (np.uint8(0), '00000000', 'wrapped around', Decimal('-256'))
    """
    # Overflow and undefined conversions are what the page is about; it says so itself.
    with np.errstate(all="ignore"):
        value: Any = np.array(number.value).astype(form.name)[()]
    loss = _loss(number, value, form)
    known = form.kind != "boolean" and loss != UNDEFINED and np.isfinite(value) and number.exact.is_finite()
    return Stored(value, bits_of(value), loss, difference(value, number.exact) if known else None)


def difference(value: np.generic, exact: Decimal) -> Decimal:
    """A finite stored value minus an exact one, without rounding."""
    with localcontext(prec=DIGITS):
        return Decimal(value.item()) - exact


def bits_of(value: np.generic) -> str:
    """The bits of a NumPy scalar from the highest to the lowest, whatever order this machine keeps its bytes in.

    >>> bits_of(np.int8(-1)), bits_of(np.float16(1))
    ('11111111', '0011110000000000')
    """
    return format(int.from_bytes(value.tobytes(), sys.byteorder), f"0{8 * value.nbytes}b")


def _loss(number: Number, value: np.generic, form: Format) -> str:
    if form.kind == "boolean":
        if number.exact == int(value):
            return EXACT
        return TRUE if value else FALSE
    if form.kind == "floating":
        return _rounding(number.exact, value)
    return _cutting(number, form)


def _rounding(exact: Decimal, value: np.generic) -> str:
    if exact.is_nan() or Decimal(value.item()) == exact:
        return EXACT
    if np.isinf(value):
        return OVERFLOW
    return TO_ZERO if value == 0 else ROUNDED


def _cutting(number: Number, form: Format) -> str:
    lowest, highest = form.limits
    if not isinstance(number.value, float):
        return EXACT if lowest <= number.value <= highest else WRAPPED
    if not (np.isfinite(number.value) and lowest <= int(number.value) <= highest):
        return UNDEFINED
    return EXACT if number.exact == int(number.value) else CUT


class Brightened(NamedTuple):
    """Pixels plus an amount: in uint8, in float32, and where the two differ because uint8 wrapped around."""

    wrapped: np.ndarray
    sums: np.ndarray
    differ: np.ndarray


def brightened(pixels: np.ndarray, amount: int) -> Brightened:
    """uint8: (pixels + amount) mod 256; float32: the sum itself. pixels: uint8, any shape; amount: 0 to 255.

    >>> brightened(np.array([200], np.uint8), 100).wrapped
    array([44], dtype=uint8)
    """
    wrapped = pixels + np.uint8(amount)
    sums = pixels.astype(np.float32) + np.float32(amount)
    return Brightened(wrapped, sums, wrapped != sums)


def scaled(pixels: np.ndarray) -> np.ndarray:
    """``pixels.astype(float32) / 255``: what the network gets of uint8 pixels, from 0 to 1.

    >>> scaled(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return pixels.astype(np.float32) / 255


def inkiest(image: np.ndarray, rows: int, columns: int) -> tuple[int, int]:
    """The row and column where the window of that size with the most different ink values begins; the first of equals.

    >>> inkiest(np.eye(4, dtype=np.uint8)[::-1], 1, 2)
    (0, 2)
    """
    windows = np.lib.stride_tricks.sliding_window_view(image, (rows, columns)).reshape(-1, rows * columns)
    variety = [len(np.unique(window)) for window in windows]
    return divmod(int(np.argmax(variety)), image.shape[1] - columns + 1)
