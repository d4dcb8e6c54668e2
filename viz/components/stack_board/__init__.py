"""A chain of layers of the plane: stacked, edited and dragged, with the single layer laid over what it does."""

from typing import TypedDict

from viz.components import assets


class Affine(TypedDict):
    """W row-major, four numbers, and b, two."""

    W: list[float]
    b: list[float]


class Layer(Affine):
    """An affine map and what follows it."""

    activation: str


class Witness(TypedDict):
    """Two points and the middle between them that no single layer sends where the chain does."""

    a: list[float]
    m: list[float]
    c: list[float]
    f_a: list[float]
    f_m: list[float]
    f_c: list[float]
    gap: float


class Found(TypedDict):
    """What the engine found of the chain at rest; products: the affine maps up to each layer."""

    products: list[Affine]
    single: Affine
    distances: list[float]
    exact: bool
    changed: list[int]
    witness: Witness | None


class Most(TypedDict):
    """The most layers, and the largest size of an entry."""

    layers: int
    entry: float


class Data(TypedDict):
    """See ``viz.geometry.layer_stack.board``."""

    layers: list[Layer]
    points: list[float]
    corners: list[float]
    fitter: list[list[float]]
    random: list[Affine]
    activations: list[str]
    most: Most
    safety: float
    tolerances: list[float]
    tolerance: float
    selected: int
    version: int
    found: Found


class Settings(TypedDict):
    """The chain and its controls, when something was let go."""

    layers: list[Layer]
    selected: int
    tolerance: float
    version: int
    count: str


class State(TypedDict):
    """What the board last sent."""

    settings: Settings | None


def stack_board(shown: Data, *, key: str) -> State:
    """Show what ``viz.geometry.layer_stack.board`` made."""
    return assets.board("stack_board", shown, key=key, states=["settings"])
