"""Every entry of W with its slice of the loss, and the loss over two of them; all follows while one drags."""

from typing import TypedDict

from viz.components import assets


class Polynomial(TypedDict):
    """The loss, exactly: constant + slope · w + w · curvature · w / 2 over the entries w of W."""

    constant: float
    slope: list[float]
    curvature: list[list[float]]


class Found(TypedDict):
    """JAX's results at the present W, shown as soon as it rests. largest: None where no rate is too large."""

    loss: float
    gradient: list[float]
    sliceValues: list[float]
    slices: list[list[float]]
    slopes: list[float]
    pair: list[int]
    lineValues: list[float]
    line: list[float]
    largest: float | None


class Data(TypedDict):
    """Entries of W row-major; see ``viz.descent.gradient.board``."""

    columns: int
    names: list[str]
    weights: list[float]
    window: float
    polynomial: Polynomial
    found: Found
    pair: list[int]
    angles: list[float]
    limit: float
    rateSteps: int
    rate: float
    start: list[float]
    version: int


class Settings(TypedDict):
    """W's entries row-major, the two entries of the map and the learning rate, when something was let go."""

    weights: list[float]
    pair: list[int]
    rate: float
    version: int
    count: str


class State(TypedDict):
    """What the board last sent."""

    settings: Settings | None


def gradient_board(shown: Data, *, key: str) -> State:
    """Show what ``viz.descent.gradient.board`` made."""
    return assets.board("gradient_board", shown, key=key, states=["settings"])
