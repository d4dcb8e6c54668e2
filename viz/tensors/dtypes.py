"""Numbers in seven data types as a table for the component, and real pixels on their way to the network as scenes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.tensors import dtypes
from engine.tensors.dtypes import FORMATS, Format, Number, Stored
from viz.tensors.cells import Block, Frame, Pose, Relation, Scene, arrange, full, short, tensor_block, tensor_layout

if TYPE_CHECKING:
    from viz.components.number_bits import Cell, Table

TONES = {
    dtypes.EXACT: "exact",
    dtypes.ROUNDED: "mild",
    dtypes.CUT: "mild",
    dtypes.TO_ZERO: "hard",
    dtypes.OVERFLOW: "hard",
    dtypes.WRAPPED: "hard",
    dtypes.UNDEFINED: "hard",
    dtypes.TRUE: "truth",
    dtypes.FALSE: "truth",
}
AMOUNTS = range(0, 101, 10)
# Beyond these the browser compares nothing: its exact arithmetic would have to write out the whole number.
LARGEST_POWER, MOST_DIGITS = 400, 400
FRACTION_DIGITS, WHOLE_DIGITS, SMALLEST_PLAIN = 9, 12, -5
"""Digits a fraction is cut to, digits a whole number may have in full, the smallest power of ten without an e."""


def conversion_table(numbers: Sequence[Number]) -> "Table":
    """Data types × numbers for the number-bits component: what is stored, what is lost, why, and the bits."""
    return {
        "formats": [
            {
                "name": form.name,
                "kind": form.kind,
                "bits": form.bits,
                "exponent": form.exponent,
                "fraction": form.fraction,
                "size": size_text(form, len(numbers)),
                "range": range_text(form),
            }
            for form in FORMATS.values()
        ],
        "numbers": [{"text": number.text, "exact": _comparable(number.exact)} for number in numbers],
        "cells": [[_cell(number, form) for number in numbers] for form in FORMATS.values()],
    }


def _cell(number: Number, form: Format) -> "Cell":
    stored = dtypes.convert(number, form)
    return {
        "shown": shown_text(stored.value),
        "loss": stored.loss,
        "amount": amount_text(stored.error),
        "tone": TONES[stored.loss],
        "why": why(stored, number, form),
        "bits": stored.bits,
    }


def _comparable(exact: Decimal) -> str | None:
    if not exact.is_finite() or len(exact.as_tuple().digits) > MOST_DIGITS or abs(exact.adjusted()) > LARGEST_POWER:
        return None
    return str(exact).upper()


def size_text(form: Format, count: int) -> str:
    """Bytes per element and of all numbers together.

    >>> size_text(FORMATS["float32"], 8), size_text(FORMATS["uint8"], 1)
    ('4 bytes each, 32 in all', '1 byte each, 1 in all')
    """
    return f"{form.bytes} byte{'s' if form.bytes > 1 else ''} each, {form.bytes * count} in all"


def range_text(form: Format) -> str:
    """The finite values a data type has, from the lowest to the highest.

    >>> [range_text(FORMATS[name]) for name in ("bool", "int8", "float16", "float32")]
    ['False or True', '-128 to 127', '±65,504', '±3.4e+38']
    """
    lowest, highest = form.limits
    if form.kind == "boolean":
        return "False or True"
    if form.kind != "floating":
        return f"{lowest:,} to {highest:,}"
    return f"±{highest:,.0f}" if highest < 1e6 else f"±{highest:.1e}"


def shown_text(value: np.generic) -> str:
    """A stored value, spelled the same wherever it stands: all its digits, or the first nine and ….

    Digits are cut, not rounded, so that they are the beginning of what is stored exactly.

    >>> [shown_text(np.dtype(name).type(0.1)) for name in ("float16", "float32", "float64")]
    ['0.0999755859…', '0.100000001…', '0.100000000…']
    >>> [shown_text(np.float16(65504)), shown_text(np.float64(-1e300)), shown_text(np.uint8(7)), shown_text(np.True_)]
    ['65504', '−1.00000000…e300', '7', 'True']
    """
    exact = Decimal(value.item())
    if isinstance(value, np.bool_) or not exact.is_finite():
        return str(value).replace("-", "−")
    sign, power = "−" if exact.is_signed() else "", exact.adjusted()
    if exact == int(exact) and power < WHOLE_DIGITS:
        return f"{sign}{abs(int(exact))}"
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    plain = SMALLEST_PLAIN <= power < WHOLE_DIGITS
    room = max(FRACTION_DIGITS, power + 2) if plain else FRACTION_DIGITS
    kept, more = digits[:room], "…" if len(digits) > room else ""
    if not plain:
        point = "." if len(kept) > 1 else ""
        return f"{sign}{kept[0]}{point}{kept[1:]}{more}e{power}".replace("e-", "e−")
    kept = "0" * -power + kept
    whole = max(power, 0) + 1
    return f"{sign}{kept[:whole]}.{kept[whole:]}{more}"


def amount_text(error: Decimal | None) -> str:
    """Stored minus typed, short; nothing where they are equal or cannot be compared.

    >>> [amount_text(Decimal(text)) for text in ("-256", "0", "1.4901161e-9", "-0.7", "123456789")]
    ['−256', '', '+1.5e−9', '−0.7', '+1.2e8']
    """
    if not error:
        return ""
    if error == int(error) and abs(error) < 10**6:
        return f"{int(error):+,}".replace("-", "−")
    text = f"{error:+.2g}" if Decimal("1e-4") <= abs(error) < 1 else f"{error:+.1e}"
    return text.replace("e+", "e").replace("-", "−")


def why(stored: Stored, number: Number, form: Format) -> str:
    """What happened on the way into this data type, as a sentence or two."""
    lowest, highest = range_text(form).split(" to ") if " to " in range_text(form) else ("", range_text(form))
    sentences = {
        dtypes.EXACT: f"{form.name} stores this number exactly.",
        dtypes.ROUNDED: f"{form.name} has no such value: the number is rounded to a neighbour it does have.",
        dtypes.TO_ZERO: f"The number is closer to 0 than to any other {form.name}: it becomes 0.",
        dtypes.OVERFLOW: f"The number is beyond {form.name}'s {highest}: it becomes infinity.",
        dtypes.CUT: f"{form.name} has no fractions: what follows the point is cut off, not rounded.",
        dtypes.UNDEFINED: f"A floating number outside {lowest} to {highest} has no defined {form.name}: the C standard "
        f"leaves the result open, and NumPy with it. This machine gave {shown_text(stored.value)}; another may give "
        "another value.",
        dtypes.TRUE: "Every number but 0 becomes True.",
        dtypes.FALSE: "Python itself reads this number as 0.0, and 0 becomes False.",
    }
    if stored.loss != dtypes.WRAPPED:
        return sentences[stored.loss]
    turns = -int(stored.error) >> form.bits
    sign = "−" if turns > 0 else "+"
    times = f"{abs(turns):,} × " if abs(turns) > 1 else ""
    return (
        f"The number is outside {lowest} to {highest}: only its last {form.bits} bits are kept. "
        f"{number.text} {sign} {times}{1 << form.bits:,} = {shown_text(stored.value)}."
    )


def scaling_scene(pixels: np.ndarray) -> Scene:
    """(rows, columns) uint8 pixels, the same as float32, and divided by 255: what the network gets; and back again."""
    scaled = dtypes.scaled(pixels)
    left, right = tensor_block(pixels, "pixels", fill="ink"), tensor_block(scaled, "x", fill="ink")
    cells = pixels.size
    back = (scaled * 255).astype(np.uint8)
    floating = pixels.astype(np.float32)
    said = {
        f"As stored: whole numbers from 0 to 255, 1 byte each, {cells} bytes for these {cells} pixels.": None,
        f"astype(float32): the same numbers, 4 bytes each, {4 * cells} bytes.": [f"{v:.0f}." for v in floating.flat],
        "/ 255: from 0 to 1, as the network gets them.": [short(value) for value in scaled.flat],
        "* 255, then astype(uint8): every pixel has come back unchanged.": [short(value) for value in back.flat],
    }
    frames = tuple(
        Frame(
            caption, lit={"data": range(cells, 2 * cells)} if texts else {}, texts=_texts(texts or [""] * cells, cells)
        )
        for caption, texts in said.items()
    )
    relations = {
        cell + own: Relation(
            {"data": [cell, cell + cells]}, f"{pixels.flat[cell]} / 255 = {full(scaled.flat[cell])} as float32"
        )
        for cell in range(cells)
        for own in (0, cells)
    }
    alt = (
        f"{pixels.shape[0]} rows of {pixels.shape[1]} pixels as uint8, and the same as float32 divided by 255: "
        f"{pixels.max()} becomes {short(scaled.max())}."
    )
    return _scene((left, right), ("pixels, uint8", "x, float32"), frames, alt, relations, between=("→",))


def wrapping_scene(pixels: np.ndarray) -> Scene:
    """A few uint8 pixels plus 0, 10, … 100: in uint8, where they wrap around, and in float32. pixels: (columns,)."""
    blocks = tuple(
        tensor_block(pixels, name, fill=fill)
        for name, fill in (("pixels", "ink"), ("pixels + amount", ""), ("floats + amount", ""))
    )
    frames = tuple(_wrapping_frame(pixels, amount) for amount in AMOUNTS)
    alt = f"A row of pixels, {', '.join(map(str, pixels))}, plus an amount: in uint8 sums above 255 wrap around."
    names = ("pixels, uint8", "pixels + amount, uint8", "the same sum, float32")
    return _scene(blocks, names, frames, alt, {}, downward=True)


def _wrapping_frame(pixels: np.ndarray, amount: int) -> Frame:
    found, count = dtypes.brightened(pixels, amount), pixels.size
    texts = _texts(map(str, found.wrapped), count) | _texts((f"{value:.0f}" for value in found.sums), 2 * count)
    wrong = np.flatnonzero(found.differ)
    caption = f"amount = {amount}: every sum is right in uint8 too."
    if len(wrong):
        worst = wrong[np.argmax(pixels[wrong])]
        number = "1 pixel wraps" if len(wrong) == 1 else f"{len(wrong)} pixels wrap"
        caption = (
            f"amount = {amount}: {number} around. {pixels[worst]} + {amount} = {found.sums[worst]:.0f}, and "
            f"{found.sums[worst]:.0f} − 256 = {found.wrapped[worst]}: a strong pixel turns weak."
        )
    return Frame(caption, lit={"loss": (wrong + count).tolist()}, texts=texts)


def _texts(texts: Any, first: int) -> dict[int, str]:
    return {first + place: text for place, text in enumerate(texts)}


def _scene(
    blocks: tuple[Block, ...],
    names: Sequence[str],
    frames: tuple[Frame, ...],
    alt: str,
    relations: dict[int, Relation],
    *,
    between: Sequence[str] = (),
    downward: bool = False,
) -> Scene:
    def pose(narrow: bool) -> tuple[Pose]:
        layouts = [tensor_layout(block, number) for number, block in enumerate(blocks)]
        below = downward or narrow
        operators = [{"→": "↓"}.get(sign, sign) if below else sign for sign in between]
        return (arrange(layouts, names=names, between=operators, narrow=narrow, downward=below),)

    return Scene(blocks, pose(False), frames, alt, narrow=pose(True), relations=relations)
