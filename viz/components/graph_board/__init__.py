"""A computation graph to step through, both ways; its variables to change; any box to choose. See viz's ``graph``."""

from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from viz.components import assets


class Edge(TypedDict):
    """An edge's way in pixels and where its label stands."""

    source: int
    target: int
    points: list[list[float]]
    label: list[float]


class Drawing(TypedDict):
    """Boxes and edges with their places. nodes: of each ``Box`` its fields, and x, y, width, height in pixels."""

    version: str
    nodes: list[dict[str, Any]]
    edges: list[Edge]
    size: list[float]
    height: int


class Heat(TypedDict):
    """A matrix as signed bytes, ±127 at ``most``; -128 where it is not finite."""

    rows: int
    columns: int
    most: str
    bytes: str


Content = str | list[list[str]] | Heat | None
"""A value as its box shows it: one text, rows of texts, a heat map, or nothing."""


class Said(TypedDict):
    """A sentence at a box: of a step forward or backward, or a note."""

    node: int
    text: str


class Record(Said):
    """A line of the tape; watched: whether a gradient flows through it."""

    operation: str
    watched: bool


class Variable(TypedDict):
    """A variable the reader may change: a slider from low to high, or cells."""

    name: str
    node: int
    shape: list[int]
    low: float
    high: float
    weight: bool
    values: list[float]


class Line(TypedDict):
    """A line below the picture; it lights these edges."""

    text: str
    edges: list[int]


class Paths(TypedDict):
    """What is said below the picture of the chosen box."""

    node: int
    heading: str
    lines: list[Line]
    total: str
    note: str


class Data(TypedDict):
    """What a board shows; what is not required DEFAULTS has.

    values, gradients: of each box. locals: of each edge what is written on it when a gradient has passed; widths:
    pixels. answered: the message these values came with. refused: why the last message could not be used.
    """

    drawing: Drawing
    values: list[Content]
    gradients: list[Content]
    locals: list[str]
    forward: list[Said]
    backward: list[Said]
    output: NotRequired[int]
    widths: NotRequired[list[float] | None]
    tape: NotRequired[list[Record]]
    variables: NotRequired[list[Variable]]
    notes: NotRequired[list[Said]]
    paths: NotRequired[Paths | None]
    opening: NotRequired[str]
    tapeHint: NotRequired[str]
    choiceHint: NotRequired[str]
    answered: NotRequired[str]
    refused: NotRequired[str]
    asks: NotRequired[bool]


DEFAULTS: dict[str, Any] = {
    "opening": "The variables have their values; nothing is computed yet.",
    "tapeHint": "Each operation is recorded as it is computed. The backward pass reads the list from the end.",
    "choiceHint": "Choose a box to see its paths to the result, and their products.",
    "output": 0,
    "widths": None,
    "tape": [],
    "variables": [],
    "notes": [],
    "paths": None,
    "answered": "",
    "refused": "",
    "asks": True,
}
"""What ``Data`` may leave out."""


class Ask(TypedDict):
    """What the reader did: values of each variable, the chosen box, the box whose + or − was pressed, or "".

    rest: False while a slider is dragged.
    """

    values: list[list[float]]
    chosen: int | None
    toggle: str
    rest: bool
    version: str
    count: str


class State(TypedDict):
    """What the board last sent."""

    ask: Ask | None


def graph_board(shown: Data, *, key: str, on_change: Callable[[], None] | None = None) -> State:
    """Show what ``graph.board`` made, or any ``graph.drawing`` with values, gradients and steps of its own.

    The answer to ``ask`` carries its count as "answered": until it comes, no further message is sent.
    """
    return assets.board("graph_board", {**DEFAULTS, **shown}, key=key, states=["ask"], on_change=on_change)
