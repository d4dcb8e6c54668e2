"""Descents raced on a curve or surface; sliders redraw every path in the browser, from families computed at once."""

from collections.abc import Callable
from typing import Any, TypedDict

from viz.components import assets


class Surface(TypedDict):
    """A function of one or two variables on a grid of ``resolution`` values an axis, float32.

    window: [low, high] of each variable. minima: the known ones, on a curve with their heights.
    """

    window: list[list[float]]
    resolution: int
    values: str
    minima: list[list[float]]


class Lowest(TypedDict):
    """The lowest loss known; attained: whether it is the function's floor; known: whether its minima are known."""

    loss: float
    attained: bool
    known: bool


class Method(TypedDict):
    """A method's runs for every learning rate and momentum; packed: see ``viz.descent.descent.packed``."""

    key: str
    title: str
    color: str
    dash: str
    usesMomentum: bool
    packed: str


class Race(TypedDict):
    """What does not depend on the controls. steps: of the longest run. reach: windows kept around the window."""

    surface: Surface
    base: float
    lowest: Lowest
    reach: float
    fates: list[str]
    steps: int
    methods: list[Method]


class Arrow(TypedDict):
    """One kind of arrow at every point of the run explained: (steps, d)."""

    text: str
    color: str
    vectors: list[list[float]]


class Explained(TypedDict):
    """One run step by step: points (steps, d) and losses as far as finite; see ``viz.descent.descent.explained``."""

    method: str
    rate: int
    momentum: int
    usesMomentum: bool
    points: list[list[float]]
    losses: list[float]
    lost: int
    fate: str
    squares: list[list[float]]
    arrows: list[Arrow]
    lines: list[list[str]]
    ending: str


class Settings(TypedDict):
    """Positions of the controls; a new version is taken over by the board."""

    rate: int
    momentum: int
    step: int
    method: str
    version: str


class Answer(TypedDict):
    """What is said to the click of this count, "" where it began a run."""

    count: str
    message: str


class Data(Race):
    """Everything drawn. rates, momenta: of the sliders. start: (d,)."""

    rates: list[float]
    momenta: list[float]
    start: list[float]
    settings: Settings
    trace: Explained | None
    answer: Answer
    alt: str


class Start(TypedDict):
    """Where the reader clicked; count tells messages apart."""

    point: list[float]
    count: str


class State(TypedDict):
    """What the board last sent; settings: as Settings, with "count" in place of "version"."""

    start: Start | None
    settings: dict[str, Any] | None


def descent_board(shown: Data, *, key: str, on_change: Callable[[], None] | None = None) -> State:
    """Show what ``viz.descent.descent.board`` made; ``settings`` is sent when a slider is let go."""
    return assets.board("descent_board", shown, key=key, states=["start", "settings"], on_change=on_change)
