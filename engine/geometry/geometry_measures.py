"""What the numbers of a map of the plane mean: area and orientation, rank, directions kept, the circle's ellipse."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine import numbers
from engine.geometry.geometry import PlaneMap, affine, is_rotation

NEARLY_FLAT = 0.05
"""A smaller singular value below this makes the picture look like a line."""
_EXACT = 1e-7


class Eigen(NamedTuple):
    """Real eigenvalues, the larger first, and a unit vector for each: values (k,), directions (k, 2), k 0, 1 or 2.

    every: all directions keep their line, and the one value counts for all.
    """

    values: np.ndarray
    directions: np.ndarray
    every: bool


class Measures(NamedTuple):
    """determinant: signed area of the unit square's image. rank: 0, 1 or 2. eigen: the directions kept.

    singular: (2,) half axes of the unit circle's image, the longer first; axes: (2, 2), their directions as rows.
    """

    determinant: float
    rank: int
    eigen: Eigen
    singular: np.ndarray
    axes: np.ndarray


class Shares(NamedTuple):
    """How relu treats something after W @ x + b, in parts of it, by the signs of the two coordinates.

    kept: both above 0. first, second: only that coordinate is above 0, so it goes onto that axis. zero: neither.
    """

    kept: float
    first: float
    second: float
    zero: float


def determinant(W: np.ndarray) -> float:
    """W[0, 0] W[1, 1] - W[0, 1] W[1, 0]: by this factor every area grows; below 0 the plane is turned over.

    >>> determinant(np.array([[2.0, 1.0], [0.0, 3.0]]))
    6.0
    """
    return float(W[0, 0] * W[1, 1] - W[0, 1] * W[1, 0])


def eigen(W: np.ndarray) -> Eigen:
    """W @ v = value * v. Values are mean ± sqrt(half difference² + W[0, 1] W[1, 0]), real if the root is.

    Roots within 1e-7 of 0, measured against W's largest entry, count as 0: one value, and one direction or all.

    >>> eigen(np.array([[2.0, 0.0], [0.0, 3.0]])).values.tolist()
    [3.0, 2.0]
    """
    (a, b), (c, d) = W
    mean, half = (a + d) / 2, (a - d) / 2
    size = float(np.abs(W).max())
    square = half * half + b * c
    if max(abs(b), abs(c), abs(half)) <= _EXACT * size:
        return Eigen(np.array([mean]), np.array([[1.0, 0.0]]), True)
    if square < -((_EXACT * size) ** 2):
        return Eigen(np.zeros(0), np.zeros((0, 2)), False)
    if square <= (_EXACT * size) ** 2:
        return Eigen(np.array([mean]), _kept(W, mean)[None], False)
    values = mean + np.sqrt(square) * np.array([1, -1])
    return Eigen(values, np.stack([_kept(W, value) for value in values]), False)


def _kept(W: np.ndarray, value: float) -> np.ndarray:
    """A unit vector that W - value I sends to zero: perpendicular to the longer of its rows, pointing right or up."""
    rows = W - value * np.eye(2)
    x, y = rows[np.argmax(np.abs(rows).max(axis=1))]
    direction = np.array([-y, x]) / np.hypot(x, y)
    return -direction if tuple(direction) < (0, 0) else direction + 0.0


def measure(W: np.ndarray) -> Measures:
    """Everything the page says about W, (2, 2)."""
    axes, singular, _ = np.linalg.svd(W)
    rank = int((singular > 1e-9 * max(1.0, float(singular[0]))).sum())
    return Measures(determinant(W), rank, eigen(W), singular, axes.T)


def ellipse(W: np.ndarray, count: int) -> np.ndarray:
    """The images W @ x of ``count`` points all around the unit circle: (count, 2)."""
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) @ W.T


def area(polygon: np.ndarray) -> float:
    """Signed area of corners (n, 2), positive if they go round counter-clockwise; the shoelace formula of Gauss.

    >>> area(np.array([[0, 0], [1, 0], [1, 1], [0, 1]]))
    1.0
    """
    x, y = polygon.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def point_shares(plane: PlaneMap, points: np.ndarray) -> Shares:
    """Of these points (n, 2), n at least 1, the parts of 1."""
    first, second = (affine(plane, points) > 0).T
    counts = (first & second, first & ~second, ~first & second, ~first & ~second)
    return Shares(*(float(part.mean()) for part in counts))


def area_shares(plane: PlaneMap, polygons: Sequence[np.ndarray]) -> Shares:
    """Of the area of simple polygons that do not overlap, corners (n, 2) counter-clockwise: exact, in parts of 1.

    Each coordinate of W @ x + b is above 0 on one side of a line; what lies there is cut off (Sutherland and Hodgman
    1974) and measured before the map, which may itself bring every area to 0.

    >>> area_shares(PlaneMap(np.eye(2), np.array([0.0, 0.5])), [np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])])
    Shares(kept=0.375, first=0.125, second=0.375, zero=0.125)
    """
    whole = sum(area(polygon) for polygon in polygons)
    first, second, both = (
        sum(area(_above_zero(plane, polygon, rows)) for polygon in polygons) / whole for rows in ((0,), (1,), (0, 1))
    )
    return Shares(both, first - both, second - both, 1 - first - second + both)


def _above_zero(plane: PlaneMap, polygon: np.ndarray, rows: Sequence[int]) -> np.ndarray:
    """The part of a polygon where these coordinates of W @ x + b are above 0, as a polygon: corners (n, 2)."""
    for row in rows:
        heights = affine(plane, polygon)[:, row]
        found = []
        for k, (corner, height) in enumerate(zip(polygon, heights, strict=True)):
            before, below = polygon[k - 1], heights[k - 1]
            if (height > 0) != (below > 0):
                found.append(before + below / (below - height) * (corner - before))
            if height > 0:
                found.append(corner)
        polygon = np.array(found).reshape(-1, 2)
    return polygon


def direction_shares(plane: PlaneMap) -> Shares:
    """Of the directions from the origin, in parts of the circle: what becomes of a point far out in each.

    Far out b counts only where W leaves a coordinate 0. Each row of W parts the directions along a line; two lines make
    four wedges. Where both coordinates are above 0 the wedge has the angle pi - (angle between the rows).

    >>> direction_shares(PlaneMap(np.eye(2), np.array([5.0, 5.0])))
    Shares(kept=0.25, first=0.25, second=0.25, zero=0.25)
    """
    zero: np.ndarray = ~np.any(plane.W, axis=1)
    if zero.any():
        first, second = (float(plane.b[row] > 0) if zero[row] else 0.5 for row in (0, 1))
        return Shares(first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second))
    turned = np.arctan2(abs(determinant(plane.W)), float(plane.W[0] @ plane.W[1]))
    same, differ = float((np.pi - turned) / (2 * np.pi)), float(turned / (2 * np.pi))
    return Shares(same, differ, differ, same)


def classify(plane: PlaneMap) -> str:
    """One or two sentences: what kind of map this is.

    >>> classify(PlaneMap(np.array([[0.0, -1.0], [1.0, 0.0]]), np.zeros(2)))
    'W is a rotation by 90°, counter-clockwise: lengths and angles stay.'
    """
    sentence = _kind(plane.W)
    if plane.b.any():
        moved = f"moves by b = [{number(plane.b[0])}, {number(plane.b[1])}]"
        if np.array_equal(plane.W, np.eye(2)):
            sentence = f"A translation: every point {moved}, and the shape stays as it is."
        elif plane.W.any():
            sentence += f" Then everything {moved}."
    return sentence + (" Then relu sets negative coordinates to 0." if plane.relu else "")


def _kind(W: np.ndarray) -> str:
    found = measure(W)
    (a, b), (c, d) = W
    size = float(np.abs(W).max())
    if size == 0:
        return "W is zero: every point goes to one place, b. The plane is squashed onto a point."
    small = _EXACT * size
    if np.abs(W - np.eye(2)).max() <= _EXACT:
        return "W is the identity: it moves nothing."
    if is_rotation(W):
        return _rotation_words(W)
    if found.rank == 1:
        direction = np.rad2deg(np.arctan2(found.axes[0, 1], found.axes[0, 0])) % 180
        return f"W squashes the plane onto a line, at {number(direction % 180)}° to the horizontal. No map undoes that."
    if max(abs(b), abs(c)) <= small:
        if abs(a - d) <= small:
            return f"W scales everything by {factor(a)}, in all directions alike."
        return f"W scales by {number(a)} across and by {number(d)} upward."
    if max(abs(a + d), abs(b - c)) <= small:
        return _mirror_words(a, c, size)
    if max(abs(a - d), abs(b + c)) <= small:
        turn = np.rad2deg(np.arctan2(c, a))
        return f"W turns by {number(turn)}° and scales by {factor(np.hypot(a, c))}: shapes keep their angles."
    if max(abs(a - 1), abs(d - 1)) <= _EXACT and min(abs(b), abs(c)) <= _EXACT:
        return _skew_words(b, c)
    if abs(b - c) <= small:
        return "W is symmetric: it stretches or squeezes along two directions that are perpendicular to each other."
    return "W is a linear map without a shorter name: straight lines stay straight, and parallel ones parallel."


def _rotation_words(W: np.ndarray) -> str:
    turn = float(np.rad2deg(np.arctan2(W[1, 0], W[0, 0])))
    sense = "" if abs(turn) > 180 - 1e-6 else f", {'counter-' if turn > 0 else ''}clockwise"
    return f"W is a rotation by {number(abs(turn))}°{sense}: lengths and angles stay."


def _mirror_words(a: float, c: float, size: float) -> str:
    line = number((np.rad2deg(np.arctan2(c, a)) / 2) % 180)
    scale = float(np.hypot(a, c))
    also = "" if abs(scale - 1) <= _EXACT * size else f" and scales by {factor(scale)}"
    return f"W mirrors the plane in the line at {line}° to the horizontal{also}."


def _skew_words(b: float, c: float) -> str:
    way, rate = ("sideways", b) if abs(b) > abs(c) else ("upward", c)
    other = "height" if way == "sideways" else "distance to the right"
    return f"W skews: every point moves {way} by {number(rate)} times its {other}. Areas stay."


def number(value: float) -> str:
    """Three decimals, of small numbers three digits, and 0 for what is only rounding.

    >>> number(-0.25), number(-0.0001), number(2.0), number(-6e-17)
    ('−0.25', '−10⁻⁴', '2', '0')
    """
    size = abs(float(value))
    if size < 1e-9:
        return "0"
    return numbers.number(round(float(value), 3), 12) if size >= 0.1 else numbers.number(value)


def factor(value: float) -> str:
    """A number with as many digits as it takes to tell it from 1 and -1, unless it is one of them but for rounding.

    >>> factor(1.00002), factor(-1.0), factor(2 / 3)
    ('1.00002', '−1', '0.667')
    """
    places = 3
    while abs(abs(value) - 1) > 1e-9 and float(f"{abs(value):.{places}f}") == 1:
        places += 1
    return number(value) if places == 3 else f"{value:.{places}f}".replace("-", "−")
