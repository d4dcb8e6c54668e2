"""The plane under the reader's hands: two vectors and their sum, or an object under y = W @ x + b."""

from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from viz.components import assets


class Vectors(TypedDict):
    """Two vectors and NumPy's sum of them; kind: "vectors"."""

    kind: str
    A: list[float]
    B: list[float]
    sum: list[float]
    order: str
    orders: dict[str, str]
    most: float
    version: int


class Map(TypedDict):
    """W row-major, four numbers, b, two, and whether relu follows."""

    W: list[float]
    b: list[float]
    relu: bool


class Preset(Map):
    """A family of maps, by an example."""

    name: str
    title: str


class Eigen(TypedDict):
    """Real eigenvalues with unit directions, one a row; every: whether every direction is one."""

    values: list[float]
    directions: list[list[float]]
    every: bool


class Found(TypedDict):
    """What the engine says of the map at rest. shares: relu's of all directions, and of the chosen object."""

    map: Map
    chosen: str
    determinant: float
    rank: int
    eigen: Eigen
    singular: list[float]
    shares: list[list[float]]
    verdict: str


class Drawn(TypedDict):
    """An object as polygons (n, corners, 2), or as a picture's pixels, uint8."""

    polygons: NotRequired[list[list[list[float]]]]
    height: NotRequired[int]
    width: NotRequired[int]
    ink: NotRequired[bool]
    pixels: NotRequired[str]


class Object(Drawn):
    """One of the objects to choose from."""

    name: str
    title: str


class Mapped(TypedDict):
    """An object under a map; kind: "map". See ``viz.geometry.geometry.map_board``."""

    kind: str
    map: Map
    found: Found
    objects: list[Object]
    presets: list[Preset]
    chosen: str
    preset: str
    layers: dict[str, bool]
    axes: list[str]
    most: float
    version: int


class State(TypedDict):
    """What the board last sent when something was let go: of vectors {"A", "B", "order"}, of a map {"W": its entries
    row-major, "b", "relu", "chosen", "preset", "layers"}; both with "version" and "count"."""

    settings: dict[str, Any] | None


def plane_board(shown: Vectors | Mapped, *, key: str, on_change: Callable[[], None] | None = None) -> State:
    """Show what ``viz.geometry.geometry.vectors_board`` or ``viz.geometry.geometry.map_board`` made."""
    return assets.board("plane_board", shown, key=key, states=["settings"], on_change=on_change)
