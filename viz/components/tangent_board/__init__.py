"""A function with its secant and tangent, dragged in the browser; its derivative and the error of the straight line."""

from collections.abc import Callable
from typing import TypedDict

from viz.components import assets


class Place(TypedDict):
    """Where the points stand."""

    x: float
    epsilon: float


class Limits(TypedDict):
    """[low, high] of each picture's upright axis; of the error, powers of ten."""

    value: list[float]
    slope: list[float]
    error: list[int]


class Arrays(TypedDict):
    """Arrays one after the other, compressed, each from a multiple of 8 bytes on; contents: [name, dtype, count]."""

    packed: str
    contents: list[tuple[str, str, int]]


class Data(Arrays):
    """What is drawn; see ``viz.descent.derivative.board`` and ``arrays``."""

    version: str
    place: Place
    alt: str
    window: list[float]
    step: float
    epsilons: list[float]
    limits: Limits
    sentences: list[tuple[int, str, float | None]]
    marks: list[float]
    doubts: list[float]
    between: str


class Moved(TypedDict):
    """Where a point or slider was let go, of the function of this version."""

    version: str
    x: float
    epsilon: float
    count: str


class State(TypedDict):
    """What the board last sent."""

    place: Moved | None


def tangent_board(shown: Data, *, key: str, on_change: Callable[[], None] | None = None) -> State:
    """Show what ``viz.descent.derivative.board`` made."""
    return assets.board("tangent_board", shown, key=key, states=["place"], on_change=on_change)
