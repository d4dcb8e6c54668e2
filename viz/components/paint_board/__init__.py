"""A square to paint points of two classes on, with mouse, finger, pen or keyboard."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from viz.components import assets


class Data(TypedDict):
    """Points (n, 2) of two classes, and the brushes; see ``paint_board``."""

    points: list[list[float]]
    labels: list[int]
    names: list[str]
    colors: list[str]
    reach: float
    most: int
    answered: str
    height: int


class Painted(TypedDict):
    """All points when the brush was lifted."""

    points: list[list[float]]
    labels: list[int]
    count: str


class State(TypedDict):
    """What the board last sent."""

    painted: Painted | None


def paint_board(
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
    *,
    key: str,
    names: tuple[str, str],
    colors: tuple[str, str],
    reach: float,
    most: int,
    answered: str,
    on_change: Callable[[], None],
    height: int = 360,
) -> State:
    """Show the board. points, labels: painted so far, taken when it is first shown.

    names, colors: of the two brushes. Coordinates go from −reach to reach; at most ``most`` points are taken.
    answered: the ``count`` of the last report the page has seen; the next is sent only then.
    """
    data: Data = {
        "points": [[float(value) for value in point] for point in points],
        "labels": [int(label) for label in labels],
        "names": list(names),
        "colors": list(colors),
        "reach": reach,
        "most": most,
        "answered": answered,
        "height": height,
    }
    return assets.board("paint_board", data, key=key, states=["painted"], on_change=on_change)
