"""A function's code beside what its lines read and make: stepped through, played and scrubbed in the browser."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from viz import theme
from viz.components import assets


class Axis(TypedDict):
    """An axis of a value: its size and the colour name of what it counts."""

    size: int
    color: str


class Card(TypedDict):
    """A name with its picture, a place in ``Data.values``, or with the cards of its items.

    mark: of what a line has made, "new", "changed" or "same as before".
    """

    name: str
    value: NotRequired[int]
    axes: NotRequired[list[Axis]]
    dtype: NotRequired[str]
    note: NotRequired[str]
    items: NotRequired[list["Card"]]
    mark: NotRequired[str]


class Picture(TypedDict):
    """A value as what shows it best. kind: "text", "bars", "cells", "heat" or "tiles", which say what else is there."""

    kind: str
    text: NotRequired[str]
    rows: NotRequired[int]
    columns: NotRequired[int]
    values: NotRequired[list[float]]
    texts: NotRequired[list[str]]
    strengths: NotRequired[list[float]]
    note: NotRequired[str]
    bytes: NotRequired[str]
    count: NotRequired[int]
    side: NotRequired[int]
    ink: NotRequired[bool]


class Step(TypedDict):
    """A statement executed, lines ``line`` to ``end``; passes: [turn, turns] of each loop around it."""

    line: int
    end: int
    passes: list[list[int]]
    says: str
    reads: list[Card]
    writes: list[Card]


class Data(TypedDict):
    """lines: each in parts (text, kind), which joined are the line. values: every picture once."""

    name: str
    lines: list[list[tuple[str, str]]]
    steps: list[Step]
    values: list[Picture]


class Mounted(Data):
    """With the axes' names; see ``code_stepper``."""

    axes: dict[str, str]
    palettes: dict[str, Any]


def code_stepper(shown: Data, *, key: str, axes: Mapping[str, str]) -> None:
    """Show what ``viz.scratch.from_scratch_values.stepper`` made. axes: colour name of an axis → what it counts."""
    data: Mounted = {**shown, "axes": dict(axes), "palettes": theme.PALETTES}
    assets.component("code_stepper")(key=key, data=data)
