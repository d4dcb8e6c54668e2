"""Large tensors as small pictures: vectors folded to rows, matrices by the largest number of each block."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz.backprop.graph import heat
from viz.backprop.graph_words import number

MOST_SIDE = 64
PICTURE = 112.0
LEAST = (56.0, 16.0)
IN_ONE_ROW = 16


def plane(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns a tensor is drawn in: a vector is folded as squarely as its length allows.

    >>> plane((784,)), plane((512,)), plane((10,)), plane((128, 784)), plane((128, 1))
    ((28, 28), (16, 32), (1, 10), (128, 784), (8, 16))
    """
    long = [size for size in shape if size > 1] or [1]
    if len(long) > 1:
        return int(np.prod(long[:-1])), long[-1]
    size = long[0]
    if size <= IN_ONE_ROW:
        return 1, size
    rows = max(k for k in range(1, int(np.sqrt(size)) + 1) if size % k == 0)
    return rows, size // rows


def steps(rows: int, columns: int) -> tuple[int, int]:
    """Rows and columns of the blocks of which one number is drawn; (1, 1) where all are.

    >>> steps(784, 512), steps(128, 10), steps(28, 28)
    ((14, 8), (2, 1), (1, 1))
    """
    return _step(rows), _step(columns)


def _step(size: int) -> int:
    least = -(-size // MOST_SIDE)
    return next((step for step in range(least, min(2 * least, size) + 1) if size % step == 0), least)


def shrunk(matrix: np.ndarray) -> np.ndarray:
    """Of each block the number farthest from 0; the matrix itself where its blocks are single numbers.

    >>> shrunk(np.arange(256.0).reshape(1, 256)).shape
    (1, 64)
    """
    down, across = steps(*matrix.shape)
    if down == across == 1:
        return matrix
    rows, columns = -(-matrix.shape[0] // down), -(-matrix.shape[1] // across)
    padded = np.zeros((rows * down, columns * across), matrix.dtype)
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    blocks = padded.reshape(rows, down, columns, across).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    return np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1)[..., None], axis=-1)[..., 0]


def drawn_size(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of the picture of a tensor of this shape."""
    rows, columns = plane(shape)
    down, across = steps(rows, columns)
    return -(-rows // down), -(-columns // across)


def picture_size(rows: int, columns: int) -> tuple[float, float]:
    """Width and height in pixels of a picture of so many cells: square cells unless it would be too thin to see."""
    scale = min(PICTURE / max(rows, columns), 12.0)
    return max(columns * scale, LEAST[0]), max(rows * scale, LEAST[1])


def norm(array: np.ndarray | None) -> float:
    """The root of the sum of squares; 0 where there is no array."""
    # np.linalg.norm asks BLAS, whose threads wait for each other on a busy machine: many times slower.
    return 0.0 if array is None else float(np.sqrt(np.square(array, dtype=np.float64).sum()))


def content(array: np.ndarray | None) -> Any:
    """What a box shows of an array: a number, or a heat map with its norm."""
    if array is None:
        return None
    values = np.asarray(array)
    if values.size == 1:
        return number(values.reshape(()))
    picture, length = heat(shrunk(values.reshape(plane(values.shape)))), number(norm(values), 3)
    return picture | {"most": f"{picture['most']}, norm {length}", "norm": length}
