"""A line's loss by all samples, by one and by a batch, dragged about; and the race of batch sizes down that loss."""

from collections.abc import Callable
from typing import TypedDict

from viz.components import assets


class Data(TypedDict):
    """Points, float32, and the draws of samples and batches; see ``viz.descent.noise.board``."""

    x: str
    y: str
    axes: list[str]
    samples: list[int]
    batches: list[list[int]]
    size: int
    place: list[float]
    version: str
    answered: str
    editable: bool
    room: int
    hint: str
    alt: dict[str, str]


class Points(TypedDict):
    """The reader's own points, once changed."""

    x: list[float]
    y: list[float]
    count: str


class Place(TypedDict):
    """Where the position (w, b) was let go."""

    place: list[float]
    count: str


class State(TypedDict):
    """What the board last sent."""

    points: Points | None
    place: Place | None


def noise_board(shown: Data, *, key: str, on_change: Callable[[], None] | None = None) -> State:
    """Show what ``viz.descent.noise.board`` made."""
    return assets.board("noise_board", shown, key=key, states=["points", "place"], on_change=on_change)


class Method(TypedDict):
    """One contestant: positions (rates, updates + 1, 2) float32, seconds per update, rate: its place in the rates."""

    key: str
    title: str
    color: str
    dash: str
    size: int
    updates: int
    positions: str
    seconds: float
    rate: int


class RaceData(TypedDict):
    """Every method's runs on the loss of all points, given by its means; see ``viz.descent.noise.race``."""

    means: dict[str, float]
    samples: int
    total: int
    rates: list[float]
    minimum: list[float]
    start: list[float]
    methods: list[Method]
    clock: int
    linked: bool
    version: str
    answered: str
    alt: dict[str, str]


class Start(TypedDict):
    """Where the start (w, b) was let go."""

    start: list[float]
    count: str


class RaceSettings(TypedDict):
    """The race's controls when a slider was let go; rates: method → place in the rates."""

    clock: int
    linked: bool
    rates: dict[str, int]
    count: str


class RaceState(TypedDict):
    """What the race last sent."""

    start: Start | None
    settings: RaceSettings | None


def noise_race(race_data: RaceData, *, key: str, on_change: Callable[[], None] | None = None) -> RaceState:
    """Show what ``viz.descent.noise.race`` made."""
    return assets.board("noise_race", race_data, key=key, states=["start", "settings"], on_change=on_change)
