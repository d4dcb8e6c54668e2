"""What a network of folds makes of the plane: a grid to push through it, its answers everywhere, a straight cut."""

from typing import NamedTuple

import numpy as np

from engine.geometry import folds_data
from engine.geometry.folds import Params, outputs
from engine.geometry.folds_data import Points

MAP_SIDE = 61
GRID_LINES, LINE_POINTS = 13, 61
NEWTON_STEPS = 20
BORDER_GAP = 0.08
"""The border's points on the way through the layers are this far apart."""
MARGIN = 0.1
"""The sheet pushed through the layers reaches this much farther than the farthest point."""
RIDGE = 1e-6
"""Of the straight cut, per point: keeps its weights finite where a cut without errors exists."""


class Grid(NamedTuple):
    """points: (lines · LINE_POINTS, 2), line after line. lines: (segments, 2) indices of points joined."""

    points: np.ndarray
    lines: np.ndarray


def grid(reach: float) -> Grid:
    """The lines of a square grid from −reach to reach, each as many short pieces, so that it can bend."""
    across = np.linspace(-reach, reach, GRID_LINES)
    along = np.linspace(-reach, reach, LINE_POINTS)
    level = np.stack(np.meshgrid(along, across), axis=-1)
    points = np.concatenate([level, level[..., ::-1]]).reshape(-1, 2)
    number = np.arange(len(points)).reshape(-1, LINE_POINTS)
    return Grid(points, np.stack([number[:, :-1], number[:, 1:]], axis=-1).reshape(-1, 2))


class Regions(NamedTuple):
    """values: (m,) coordinates along either axis. red: (m, m) probability of the second class, rows by x[1].

    boundary: (points, 2) places where both classes are equally probable.
    """

    values: np.ndarray
    red: np.ndarray
    boundary: np.ndarray


def regions(params: Params, activation: str, reach: float) -> Regions:
    """What the network answers all over the square from −reach to reach."""
    values = np.linspace(-reach, reach, MAP_SIDE)
    square = np.stack(np.meshgrid(values, values), axis=-1)
    scores = outputs(params, square.reshape(-1, 2), activation)[-1]
    with np.errstate(all="ignore"):
        margins = (scores[:, 1] - scores[:, 0]).reshape(MAP_SIDE, MAP_SIDE)
        red = (1 + np.tanh(margins / 2)) / 2
        return Regions(values, red, _crossings(square, margins))


def _crossings(square: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Where the margin, linear between neighbours, is 0 on the way from a point to its right or upper neighbour."""
    found = []
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        before, after = margins[one], margins[other]
        turns = (before < 0) != (after < 0)
        part = (before[turns] / (before[turns] - after[turns]))[:, None]
        found.append(square[one][turns] * (1 - part) + square[other][turns] * part)
    places = np.concatenate(found)
    return places[np.isfinite(places).all(1)]


def straight_cut(points: np.ndarray, labels: np.ndarray) -> float:
    """The share of points (n, d) that a fitted line, or plane, puts on their label's side; nan if not finite.

    Not the largest share that any line reaches: the cut of logistic regression on standardized points z: it minimizes
    mean(log(1 + exp(−sign · (w·z + b)))) + RIDGE (|w|² + b² / 1,000) / 2, by Newton's method.

    >>> straight_cut(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1]))
    1.0
    """
    if not len(points) or not np.isfinite(points).all():
        return float("nan")
    spread = points.std(0)
    rows = np.hstack([(points - points.mean(0)) / np.where(spread > 0, spread, 1), np.ones((len(points), 1))])
    weights = np.zeros(rows.shape[1])
    ridge = RIDGE * np.append(np.ones(len(weights) - 1), 1e-3)
    for _ in range(NEWTON_STEPS):
        chance = (1 + np.tanh(rows @ weights / 2)) / 2
        slope = rows.T @ (chance - labels) / len(rows) + ridge * weights
        curvature = (rows.T * (chance * (1 - chance))) @ rows / len(rows) + np.diag(ridge)
        weights = weights - np.linalg.solve(curvature, slope)
    return float(((rows @ weights > 0) == labels).mean())


class Way(NamedTuple):
    """What the network makes of the data, of its border and of a round sheet of the grid, in this order.

    steps: (points, 2 or 3) at the input, after each affine map and activation, and as scores; nan for what lies
    outside the sheet. data, border: how many points are either. lines: (segments, 2), as in Grid. cuts: the share a
    straight cut tells apart at each step. regions: of the whole square.
    """

    steps: tuple[np.ndarray, ...]
    data: int
    border: int
    lines: np.ndarray
    cuts: tuple[float, ...]
    regions: Regions


def way(data: Points, params: Params, activation: str) -> Way:
    """Everything a picture of one trained network needs."""
    reach, count = folds_data.reach(data), len(data.points)
    found, lattice = regions(params, activation, reach), grid(reach)
    radius = np.linalg.norm(data.points, axis=1).max() + MARGIN if count else reach
    border = _spread(found.boundary[np.linalg.norm(found.boundary, axis=1) < radius], BORDER_GAP)
    inside = np.linalg.norm(lattice.points, axis=1, keepdims=True) < radius
    points = np.concatenate([data.points, border, np.where(inside, lattice.points, np.nan)])
    steps = (points, *outputs(params, points, activation))
    cuts = tuple(straight_cut(step[:count], data.labels) for step in steps)
    return Way(steps, count, len(border), lattice.lines + count + len(border), cuts, found)


def _spread(places: np.ndarray, gap: float) -> np.ndarray:
    """The first place in each square of side ``gap``."""
    _, first = np.unique(np.floor(places / gap), axis=0, return_index=True)
    return places[np.sort(first)]
