"""Maps of the plane, y = W @ x + b, then relu if asked for: points moved, maps chained, undone and half done.

Everything is float64, in NumPy: two by two numbers need no accelerator. Points are rows, (n, 2); x and y of a point
are its coordinates 0 and 1.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InvalidInput

MAX_ENTRY = 100.0
"""The largest size of an entry of W, b, A or B."""


class PlaneMap(NamedTuple):
    """y = W @ x + b, or relu(W @ x + b). W: (2, 2), its columns are where [1, 0] and [0, 1] go. b: (2,)."""

    W: np.ndarray
    b: np.ndarray
    relu: bool = False


class Preset(NamedTuple):
    """title: the map's name. example: one map of its family."""

    title: str
    example: PlaneMap


def rotation(angle: float) -> np.ndarray:
    """[[cos, -sin], [sin, cos]]: counter-clockwise by ``angle`` degrees, (2, 2). Its 0, 1 and one half are exact.

    >>> rotation(90).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    cosine, sine = _cosine(angle), _cosine(angle - 90)
    return np.array([[cosine, -sine], [sine, cosine]])


def reflection(angle: float) -> np.ndarray:
    """[[cos 2a, sin 2a], [sin 2a, -cos 2a]]: in the line through the origin at ``angle`` degrees, (2, 2).

    >>> reflection(45).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return rotation(2 * angle) * [1, -1] + 0.0


def _cosine(angle: float) -> float:
    """Of degrees; exact where it is rational (Niven): -1, -1/2, 0, 1/2 or 1."""
    turned = angle % 360
    return _RATIONAL.get(turned, float(np.cos(np.deg2rad(turned))))


_RATIONAL: dict[float, float] = {0: 1.0, 60: 0.5, 90: 0.0, 120: -0.5, 180: -1.0, 240: -0.5, 270: 0.0, 300: 0.5}


def _map(W: Any, b: Any = (0, 0), *, relu: bool = False) -> PlaneMap:
    return PlaneMap(np.array(W, np.float64), np.array(b, np.float64), relu)


IDENTITY = _map(np.eye(2))
PRESETS = {
    "translation": Preset("Translation", _map(np.eye(2), [1, 0.5])),
    "rotation": Preset("Rotation", _map(rotation(30))),
    "scaling": Preset("Scaling", _map([[1.5, 0], [0, 0.5]])),
    "skew": Preset("Skew", _map([[1, 0.75], [0, 1]])),
    "reflection": Preset("Reflection", _map(reflection(30))),
    "linear": Preset("Any linear map", _map([[1.25, 0.5], [0.25, 1]])),
    "affine": Preset("Affine", _map([[0.75, -0.75], [0.5, 1]], [0.5, -0.25])),
    "relu": Preset("Affine + relu", _map([[0.75, -0.75], [0.5, 1]], [0.5, -0.25], relu=True)),
}


def require(W: Any, b: Any, *, relu: bool = False) -> PlaneMap:
    """The map with these numbers; InvalidInput unless W is (2, 2), b (2,), and all lie from -100 to 100.

    >>> require([[1, 0], [0, float("nan")]], [0, 0])
    Traceback (most recent call last):
    engine.errors.InvalidInput: numbers in “W” may be from -100 to 100; nan is not.
    """
    return PlaneMap(_numbers("W", W, (2, 2)), _numbers("b", b, (2,)), bool(relu))


def require_vector(name: str, values: Any) -> np.ndarray:
    """A vector (2,) of that name; InvalidInput unless it is two numbers from -100 to 100."""
    return _numbers(name, values, (2,))


def _numbers(name: str, values: Any, shape: tuple[int, ...]) -> np.ndarray:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(f"“{name}” must be numbers of shape {shape}.") from None
    if array.shape != shape:
        raise InvalidInput(f"“{name}” must have shape {shape}; it has {array.shape}.")
    for value in array.flat:
        if not abs(value) <= MAX_ENTRY:
            raise InvalidInput(f"numbers in “{name}” may be from -{MAX_ENTRY:g} to {MAX_ENTRY:g}; {value:g} is not.")
    return array


def add(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """[A[0] + B[0], A[1] + B[1]]: where B ends if it begins at the head of A. (2,), (2,) → (2,).

    >>> add(np.array([0.5, 1]), np.array([1, 0.25])).tolist()
    [1.5, 1.25]
    """
    return A + B


def affine(plane: PlaneMap, points: np.ndarray) -> np.ndarray:
    """W @ x + b of every point: (n, 2) → (n, 2); relu is left out. With points as rows, W @ x is points @ W.T."""
    return points @ plane.W.T + plane.b


def apply(plane: PlaneMap, points: np.ndarray) -> np.ndarray:
    """The map's outputs, relu included: (n, 2) → (n, 2).

    >>> apply(PRESETS["translation"].example, np.array([[0.5, 1.0]])).tolist()
    [[1.5, 1.5]]
    """
    moved = affine(plane, points)
    return np.maximum(moved, 0) if plane.relu else moved


def compose(second: PlaneMap, first: PlaneMap) -> PlaneMap:
    """One map that does ``first``, then ``second``: W2 @ W1 and W2 @ b1 + b2. No relu may stand between.

    >>> compose(_map(rotation(60)), _map(rotation(30))).W.round(12).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    if first.relu:
        raise InvalidInput("two layers with relu between them are not one “W” and “b”.")
    return PlaneMap(second.W @ first.W, second.W @ first.b + second.b, second.relu)


def inverse(plane: PlaneMap) -> PlaneMap:
    """The map that undoes this one, by Cramer's rule; InvalidInput where none exists.

    >>> inverse(_map([[2, 0], [0, 1]], [1, 0])).W.tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    (a, b), (c, d) = plane.W
    determinant = a * d - b * c
    if plane.relu or determinant == 0:
        raise InvalidInput("this map brings different points to one place, so no map undoes it.")
    undone = np.array([[d, -b], [-c, a]]) / determinant + 0.0
    return PlaneMap(undone, -undone @ plane.b)


def between(plane: PlaneMap, part: float) -> Callable[[np.ndarray], np.ndarray]:
    """The map at ``part`` (0 to 1) of the way from "nothing moves" to itself, as a function (n, 2) → (n, 2).

    (1 - part) I + part W and part b; of a rotation the angle takes that part. With relu the affine map is done at
    part 0.5, then the negative coordinates shrink to 0.
    """
    done, pressed = (min(2 * part, 1.0), max(2 * part - 1, 0.0)) if plane.relu else (part, 0.0)
    W = (1 - done) * np.eye(2) + done * plane.W
    if is_rotation(plane.W) and done < 1:
        W = rotation(done * float(np.rad2deg(np.arctan2(plane.W[1, 0], plane.W[0, 0]))))
    stage = PlaneMap(W, done * plane.b)

    def moved(points: np.ndarray) -> np.ndarray:
        images = affine(stage, points)
        return np.maximum(images, 0) + (1 - pressed) * np.minimum(images, 0)

    return moved


def is_rotation(W: np.ndarray) -> bool:
    """Whether W keeps lengths and orientation, to nine digits."""
    return bool(np.abs(W @ W.T - np.eye(2)).max() < 1e-9 and W[0, 0] * W[1, 1] > W[0, 1] * W[1, 0])
