"""Two sheets of paper, one red and one blue, lying on each other and crumpled into a ball by a random smooth map.

The map is a chain of smooth maps of space: one fold along a meander, then ``SHEARS`` random shears with a press from
all sides after each, then a squeeze that rounds the ball off. Shears, presses and the squeeze never bring two points
together, whatever is drawn: each has an inverse. Only the fold could, if its bends were tighter than the paper is
thick; the tests measure it.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput

POINTS = 1_500
"""Points of each sheet that are shown and learned from."""
HELD_OUT = 1_000
"""Points of each sheet, at other places, that only test."""
GAP = 0.12
"""Distance of the two sheets before they are crumpled; a sheet is 2 wide."""
NEAREST = 0.025
"""No two points of different colours come nearer than this, in ball radii (root mean square), for the tested seeds."""
DEFAULT_STRENGTH = 0.7
MAX_SEED = 9_999
SHEARS = 8
SLOPE = 0.7
PRESS = 0.8
ROUND = 1.1
BEND = 2.0
MESH_LINES, MESH_STEPS = 9, 40
_NODES, _QUADRATURE = np.polynomial.legendre.leggauss(40)


@dataclass(frozen=True)
class Crumple:
    """strength: from 0, flat, to 1, a tight ball. seed: which ball."""

    strength: float = DEFAULT_STRENGTH
    seed: int = 0


class Sheets(NamedTuple):
    """Points of both sheets, red first. places: (n, 2), u and v from −1 to 1. colors: (n,) 0 red, 1 blue.

    positions: (n, 3) in the ball, float32.
    """

    places: np.ndarray
    colors: np.ndarray
    positions: np.ndarray


class Shear(NamedTuple):
    """x + direction · Σ slope sin(waves · x + phases) / |waves|, every wave at a right angle to the direction.

    direction: (3,) of length 1. waves: (2, 3) radians per ball radius. phases: (2,).
    """

    direction: np.ndarray
    waves: np.ndarray
    phases: np.ndarray


class Fold(NamedTuple):
    """A fold along the meander θ(s) = bend · sin(frequency · s + phase); s runs along ``along``, (3,) in the sheet."""

    along: np.ndarray
    frequency: float
    phase: float


class Hands(NamedTuple):
    """What a seed draws: one fold and the shears."""

    fold: Fold
    shears: tuple[Shear, ...]


def require(crumple: Crumple) -> Crumple:
    """The same settings; InvalidInput unless the strength is from 0 to 1 and the seed a whole number in range."""
    if not 0 <= crumple.strength <= 1:
        raise InvalidInput(f"The strength must be from 0 to 1; {crumple.strength:g} is not.")
    if crumple.seed != int(crumple.seed) or not 0 <= crumple.seed <= MAX_SEED:
        raise InvalidInput(f"The ball's number must be whole, from 0 to {MAX_SEED:,}; {crumple.seed:g} is not.")
    return crumple


def hands(seed: int) -> Hands:
    """The fold and the shears of this seed.

    >>> shear = hands(3).shears[0]
    >>> bool(abs(shear.waves @ shear.direction).max() < 1e-12)
    True
    """
    random = np.random.default_rng(seed)
    angle = random.uniform(0, np.pi)
    fold = Fold(np.array([np.cos(angle), np.sin(angle), 0]), 6 * random.uniform(0.9, 1.1), random.uniform(0, 2 * np.pi))
    return Hands(fold, tuple(_shear(random) for _ in range(SHEARS)))


def _shear(random: np.random.Generator) -> Shear:
    direction = _unit(random.normal(size=3))
    first = _unit(np.cross(direction, random.normal(size=3)))
    waves = np.array([first, np.cross(direction, first)]) * random.uniform(2, 4, (2, 1))
    return Shear(direction, waves, random.uniform(0, 2 * np.pi, 2))


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def folded(points: np.ndarray, fold: Fold, strength: float) -> np.ndarray:
    """Each cross-section of space across the sheet follows the meander γ(s) = ∫ (cos θ, sin θ) without stretching it.

    A point at s along the sheet and n above it comes to γ(s) + n · (−sin θ, cos θ), θ(s) = strength · BEND · sin(…).
    γ by Gauss–Legendre quadrature. points: (n, 3). Langbein and Leopold 1966, the curve of river meanders.
    """
    s, n = points @ fold.along, points[:, 2]
    parts = np.concatenate([s[:, None] * (_NODES + 1) / 2, s[:, None]], axis=1)
    angles = strength * BEND * np.sin(fold.frequency * parts + fold.phase)
    along = s / 2 * (np.cos(angles[:, :-1]) @ _QUADRATURE) - n * np.sin(angles[:, -1])
    up = s / 2 * (np.sin(angles[:, :-1]) @ _QUADRATURE) + n * np.cos(angles[:, -1])
    return points + np.outer(along - s, fold.along) + np.outer(up - n, [0, 0, 1])


def sheared(points: np.ndarray, shear: Shear, strength: float) -> np.ndarray:
    """x + strength · SLOPE · direction · Σ sin(waves · x + phases) / |waves|: (n, 3) → (n, 3), volumes kept.

    What is added depends only on coordinates that it does not change, so subtracting it is the inverse.

    >>> shear = hands(0).shears[0]
    >>> point = np.array([[0.3, -0.2, 0.5]])
    >>> bool(np.allclose(sheared(sheared(point, shear, 1.0), shear, -1.0), point))
    True
    """
    heights = np.sin(points @ shear.waves.T + shear.phases) / np.linalg.norm(shear.waves, axis=1)
    return points + strength * SLOPE * heights.sum(axis=1, keepdims=True) * shear.direction


class Press(NamedTuple):
    """(x − center) @ matrix: where the sheet reaches far it is pressed, the way hands close around paper."""

    center: np.ndarray
    matrix: np.ndarray


def press(sheet: np.ndarray, strength: float) -> Press:
    """The linear map C^(−strength² · PRESS / 2), C the covariance of the sheet's points, scaled to radius 1.

    With the exponent −1/2 all directions would become equally wide. The radius is the root mean square distance from
    the middle. sheet: (n, 3), a grid between the two sheets.
    """
    center = sheet.mean(axis=0)
    widths, axes = np.linalg.eigh(np.cov((sheet - center).T))
    widths = np.maximum(widths, 1e-3 * widths.max())
    matrix = axes * widths ** (-(strength**2) * PRESS / 2) @ axes.T
    pressed = (sheet - center) @ matrix
    return Press(center, matrix / np.sqrt((pressed**2).sum(axis=1).mean()))


def rounded(points: np.ndarray, strength: float) -> np.ndarray:
    """x / sqrt(1 + strength · |x|² / ROUND²): the far come nearer, no two meet."""
    return points / np.sqrt(1 + strength * (points**2).sum(axis=1, keepdims=True) / ROUND**2)


def crumpled(points: np.ndarray, crumple: Crumple) -> np.ndarray:
    """The whole map, (n, 3) → (n, 3) in float64: fold, shears with a press after each, rounding; radius 1.

    points: u and v along the sheets, and the height, ±GAP / 2 on the sheets. Other heights are mapped too.
    """
    strength, drawn = crumple.strength, hands(crumple.seed)
    middle = _middle()
    count = len(points)
    both = folded(np.concatenate([points, middle]), drawn.fold, strength)
    for shear in (None, *drawn.shears):
        both = both if shear is None else sheared(both, shear, strength)
        both = _pressed(both, press(both[count:], strength))
    both = rounded(both, strength)
    return _pressed(both, press(both[count:], strength))[:count]


def _pressed(points: np.ndarray, pressing: Press) -> np.ndarray:
    return (points - pressing.center) @ pressing.matrix


@cache
def _middle() -> np.ndarray:
    """A grid between the two sheets: what a press feels."""
    places = np.stack(np.meshgrid(*[np.linspace(-1, 1, 25)] * 2), axis=-1).reshape(-1, 2)
    return np.column_stack([places, np.zeros(len(places))])


def lifted(places: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """(n, 2) places and (n,) colours → (n, 3): the red sheet GAP / 2 above the middle, the blue one below.

    >>> lifted(np.zeros((2, 2)), np.array([0, 1])).tolist()
    [[0.0, 0.0, 0.06], [0.0, 0.0, -0.06]]
    """
    return np.column_stack([places, np.where(colors == 0, GAP / 2, -GAP / 2)])


def _sheets(places: np.ndarray, crumple: Crumple) -> Sheets:
    colors = np.repeat([0, 1], len(places) // 2)
    return Sheets(places, colors, crumpled(lifted(places, colors), require(crumple)).astype(np.float32))


def learned(crumple: Crumple) -> Sheets:
    """The 2 × POINTS points that are shown and learned from, at random places that are the same for every ball."""
    return _sheets(np.random.default_rng(1).uniform(-1, 1, (2 * POINTS, 2)), crumple)


def held_out(crumple: Crumple) -> Sheets:
    """2 × HELD_OUT other points of the same two sheets."""
    return _sheets(np.random.default_rng(2).uniform(-1, 1, (2 * HELD_OUT, 2)), crumple)


def mesh(crumple: Crumple) -> Sheets:
    """Points along straight lines of both sheets; ``mesh_lines`` joins them."""
    across, along = np.linspace(-1, 1, MESH_LINES), np.linspace(-1, 1, MESH_STEPS + 1)
    one_way = np.stack(np.meshgrid(across, along, indexing="ij"), axis=-1).reshape(-1, 2)
    return _sheets(np.tile(np.concatenate([one_way, one_way[:, ::-1]]), (2, 1)), crumple)


def mesh_lines() -> np.ndarray:
    """Pairs of neighbours among the mesh's points: (2 sheets × 2 ways × MESH_LINES × MESH_STEPS, 2)."""
    numbers = np.arange(4 * MESH_LINES * (MESH_STEPS + 1)).reshape(-1, MESH_STEPS + 1)
    return np.stack([numbers[:, :-1], numbers[:, 1:]], axis=-1).reshape(-1, 2)
