"""What a recorded line read and made, as small pictures: digits, weights as images, bars of probabilities, cells."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.scratch.stepping import RETURNED, YIELDED, Recording, Step
from viz import packing, theme
from viz.scratch.from_scratch_code import Piece, coloured
from viz.tensors.cells import short

if TYPE_CHECKING:
    from viz.components.code_stepper import Axis, Card, Data, Picture
    from viz.components.code_stepper import Step as StepData

PIXELS, CLASSES, SIDE = 784, 10, 28
SAMPLE, PIXEL, UNIT, CLASS = theme.AXES[:4]
AXES = {SAMPLE: "digits of the batch", PIXEL: "pixels", UNIT: "units", CLASS: "classes"}
WEIGHTLIKE = {"W", "b", "slope", "step"}
LAYERS = ("W1", "b1", "W2", "b2")
MOST_CELLS = 40
INSIDE = {"batch": ("images", "labels")}
CALLED = {RETURNED: "returns", YIELDED: "yields"}


def stepper(recording: Recording, piece: Piece, *, hidden_units: int) -> "Data":
    """All the code stepper shows: coloured lines, steps with their cards, each value's picture once."""
    shelf = _Shelf(hidden_units)
    lines = coloured(recording.source)
    texts = [" ".join(line.split()) for line in recording.source.splitlines()]
    steps = [_step(step, shelf, piece, texts) for step in recording.steps]
    return {"name": recording.name, "lines": lines, "steps": steps, "values": shelf.values}


def statement(texts: Sequence[str], step: Step) -> str:
    """The statement a step executed, on one line."""
    return " ".join(texts[step.line : step.end + 1])


def left_names(text: str) -> list[str]:
    """Names of the things a return or yield hands over, where it hands over several.

    >>> left_names("return loss, weights, memory"), left_names("return outputs")
    (['loss', 'weights', 'memory'], [])
    >>> left_names("yield [a for a in b], c")
    ['first', 'c']
    """
    if not text.startswith(("return ", "yield ")):
        return []
    value = ast.parse(text.partition(" ")[2], mode="eval").body
    if not isinstance(value, ast.Tuple):
        return []
    words = ("first", "second", "third", "fourth")
    return [part.id if isinstance(part, ast.Name) else words[k] for k, part in enumerate(value.elts)]


def _step(step: Step, shelf: "_Shelf", piece: Piece, texts: Sequence[str]) -> "StepData":
    text = statement(texts, step)
    does, names = piece.does.get(text, ""), left_names(text)
    return {
        "line": step.line,
        "end": step.end,
        "passes": [list(each) for each in step.passes],
        "says": "Nothing is left: the loop ends." if step.ends else does,
        "reads": [shelf.card(name, value) for name, value in step.reads.items()],
        "writes": [
            {**shelf.card(name, value, names=names if name in CALLED else ()), "mark": _mark(name, step)}
            for name, value in step.writes.items()
        ],
    }


def _mark(name: str, step: Step) -> str:
    if name in CALLED:
        return ""
    return "new" if name in step.fresh else "changed" if name in step.changed else "same as before"


class _Shelf:
    """Pictures of values, each kept once however often it appears."""

    def __init__(self, hidden_units: int) -> None:
        self._units = hidden_units
        self._places: dict[tuple, int] = {}
        self.values: list[Picture] = []

    def card(
        self, name: str, value: Any, *, weights: bool = False, label: str = "", names: Sequence[str] = ()
    ) -> "Card":
        """A name with its picture, or with the cards of its items. names: of the items of a tuple."""
        title = label or CALLED.get(name, name)
        if isinstance(value, tuple) and len(value) == 3 and all(isinstance(item, list) for item in value[1:]):
            return self._memory(title, value)
        if isinstance(value, np.ndarray):
            return self._array(title, value, weights or name in WEIGHTLIKE)
        if isinstance(value, (list, tuple)) and any(isinstance(item, (np.ndarray, list)) for item in value):
            return {"name": title, "note": _counted(value), "items": self._items(name, value, names)}
        return {"name": title, "value": self._kept({"kind": "text", "text": _worded(value)})}

    def _items(self, name: str, values: Sequence[Any], names: Sequence[str]) -> list["Card"]:
        if isinstance(values, list):
            return [self.card(name, value, weights=True, label=LAYERS[k]) for k, value in enumerate(values)]
        names = names or INSIDE.get(name) or [f"{name}[{k}]" for k in range(len(values))]
        return [self.card(each, value) for each, value in zip(names, values, strict=True)]

    def _memory(self, title: str, value: tuple) -> "Card":
        """What an optimizer remembers; in words while it is all zero."""
        number, *means = value
        kept = {label: mean for label, mean in zip(("means", "squares"), means, strict=True) if _any(mean)}
        if not kept:
            return {"name": title, "value": self._kept({"kind": "text", "text": "nothing yet: all zeros"})}
        items = [self.card(label, mean) for label, mean in kept.items()]
        return {"name": title, "note": f"after {int(number):,} counted steps" if number else "", "items": items}

    def _array(self, title: str, array: np.ndarray, weights: bool) -> "Card":
        colors = self._colors(array.shape, weights)
        axes: list[Axis] = [{"size": size, "color": color} for size, color in zip(array.shape, colors, strict=True)]
        place = self._kept(_picture(array, weights))
        return {"name": title, "axes": axes, "dtype": str(array.dtype), "value": place}

    def _colors(self, shape: Sequence[int], weights: bool) -> list[str]:
        if weights:
            last = UNIT if shape and shape[-1] == self._units and (len(shape) == 1 or shape[0] == PIXELS) else CLASS
            return [PIXEL if shape[0] == PIXELS else UNIT, last] if len(shape) == 2 else [last] * len(shape)
        last = {PIXELS: PIXEL, self._units: UNIT}.get(shape[-1], CLASS) if len(shape) > 1 else SAMPLE
        return [SAMPLE, last][: len(shape)]

    def _kept(self, picture: "Picture") -> int:
        key = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in picture.items())
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(picture)
        return self._places[key]


def _any(values: Sequence[np.ndarray]) -> bool:
    return any(np.any(value) for value in values)


def _counted(values: Sequence[Any]) -> str:
    return f"list of {len(values)} tensors" if isinstance(values, list) else f"{len(values)} things"


def _worded(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"({_worded(item)})" if isinstance(item, tuple) else str(item) for item in value)
    return "[ ]" if value == [] else str(value)


def _picture(array: np.ndarray, weights: bool) -> "Picture":
    """One array as what shows it best."""
    if array.shape and PIXELS in (array.shape[0] if weights else array.shape[-1],):
        return _tiles(array.T if weights else array, ink=not weights)
    flat = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    if array.ndim == 2 and array.shape[1] == CLASSES and _probable(array):
        return {"kind": "bars", "rows": len(array), "values": [round(float(value), 4) for value in array.ravel()]}
    if array.size <= MOST_CELLS:
        return _cells(flat)
    return {
        "kind": "heat",
        "rows": flat.shape[0],
        "columns": flat.shape[1],
        "note": _range(array),
        "bytes": _signed(flat),
    }


def _tiles(rows: np.ndarray, *, ink: bool) -> "Picture":
    """Rows of 784 as 28 × 28 images: pixels 0..1 as ink, weights signed."""
    shades = _ink(rows) if ink else _signed(rows)
    return {"kind": "tiles", "count": len(rows), "side": SIDE, "ink": ink, "note": _range(rows), "bytes": shades}


def _probable(array: np.ndarray) -> bool:
    return bool(np.all(array >= 0) and np.allclose(array.sum(axis=1), 1, atol=1e-3))


def _cells(array: np.ndarray) -> "Picture":
    values = np.nan_to_num(array.astype(float), posinf=0, neginf=0)
    most = np.abs(values).max(initial=0) or 1.0
    signed = array.dtype.kind == "f"
    return {
        "kind": "cells",
        "rows": array.shape[0],
        "columns": array.shape[1],
        "texts": [short(value).replace("-", "−") for value in array.ravel()],
        "strengths": [round(float(value / most), 3) if signed else 0.0 for value in values.ravel()],
    }


def _range(array: np.ndarray) -> str:
    if not np.isfinite(array).all():
        return "not all are numbers"
    low, high = (short(value).replace("-", "−") for value in (array.min(), array.max()))
    return f"all {low}" if low == high else f"{low} to {high}"


def _signed(array: np.ndarray) -> str:
    values = np.nan_to_num(array.astype(float), posinf=0, neginf=0)
    most = np.abs(values).max(initial=0) or 1.0
    return packing.packed(np.round(127 * values / most), np.int8)


def _ink(array: np.ndarray) -> str:
    return packing.packed(np.round(255 * np.clip(array, 0, 1)), np.uint8)
