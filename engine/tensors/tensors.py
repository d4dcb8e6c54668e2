"""A tensor's attributes: how many axes it has, how many numbers along each, and how they lie in memory."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.typed.literals import MAX_ELEMENTS, MAX_RANK, MAX_TEXT, parse_array

MAX_NUMBERED = 100_000
TYPED_DTYPES = ("bool", "int64", "float64")
"""The dtypes NumPy gives to numbers that are typed."""

_MATRIX = "[[5, 78, 2, 34, 0], [6, 79, 3, 35, 1], [7, 80, 4, 36, 2]]"
_RANK_4 = str(np.arange(48).reshape(2, 2, 3, 4).tolist())
_RANK_5 = str(np.arange(96).reshape(2, 2, 2, 3, 4).tolist())
EXAMPLES = {
    "Scalar": "12",
    "Vector": "[12, 3, 6, 14, 7]",
    "Matrix": _MATRIX,
    "Rank 3": f"[{_MATRIX}, {_MATRIX}, {_MATRIX}]",
    "Rank 4": _RANK_4,
    "Rank 5": _RANK_5,
}
"""One literal of each rank from 0 to 5; up to rank 3 those of the book's chapter 2."""


class Description(NamedTuple):
    """rank: number of axes. size: number of elements. bytes: of all elements. strides: bytes per step along an axis."""

    rank: int
    shape: tuple[int, ...]
    dtype: str
    size: int
    bytes: int
    strides: tuple[int, ...]


def describe(array: np.ndarray) -> Description:
    """NumPy's own attributes: ndim, shape, dtype, size, nbytes, strides.

    >>> describe(np.zeros((3, 5))).strides
    (40, 8)
    """
    return Description(array.ndim, array.shape, array.dtype.name, array.size, array.nbytes, array.strides)


def describe_shape(shape: Sequence[int], dtype: str) -> Description:
    """What a new NumPy array of this shape would have, by arithmetic alone: nothing is allocated.

    strides[a] = itemsize * shape[a+1] * shape[a+2] * …, as rows lie end to end (C order); 0 if there are no elements.

    >>> describe_shape((60_000, 28, 28), "uint8").bytes
    47040000
    """
    itemsize, size = np.dtype(dtype).itemsize, prod(shape)
    strides = [itemsize * prod(shape[axis + 1 :]) if size else 0 for axis in range(len(shape))]
    return Description(len(shape), tuple(shape), np.dtype(dtype).name, size, size * itemsize, tuple(strides))


def numbered(shape: Sequence[int]) -> np.ndarray:
    """0, 1, 2, … in this shape, int64; InvalidInput beyond 100,000 elements or 8 axes, before memory is taken.

    >>> numbered((2, 3)).tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    if len(shape) > MAX_RANK:
        raise InvalidInput(f"the shape may have at most {MAX_RANK} axes here; this has {len(shape)}.")
    if any(size < 0 for size in shape):
        raise InvalidInput(f"the sizes of a shape must be 0 or more; {min(shape)} is not.")
    if prod(shape) > MAX_NUMBERED:
        raise InvalidInput(f"the shape may have at most {MAX_NUMBERED:,} elements here; this has {prod(shape):,}.")
    return np.arange(prod(shape), dtype=np.int64).reshape(shape)


def literal(array: np.ndarray) -> str:
    """The text that ``parse_array`` reads as this array again.

    Equal in shape and values; in dtype too if NumPy gives it to typed numbers. Raises InvalidInput for a shape no
    nested list has: one with an axis of size 0 that is not the last.

    >>> literal(np.array([[1, 2], [3, 4]]))
    '[[1, 2], [3, 4]]'
    """
    if 0 in array.shape[:-1]:
        raise InvalidInput(
            f"a list shows an axis of size 0 only if it is the last; the shape {array.shape} has another."
        )
    return str(array.tolist())


def typeable(array: np.ndarray) -> bool:
    """Whether a reader could have typed this array: short enough, and of a dtype typed numbers get."""
    if array.size > MAX_ELEMENTS or array.ndim > MAX_RANK or array.dtype.name not in TYPED_DTYPES:
        return False
    return 0 not in array.shape and len(literal(array)) <= MAX_TEXT


def with_entry(array: np.ndarray, index: Sequence[int], text: str) -> np.ndarray:
    """The array with one entry as typed; the dtype becomes what NumPy gives the numbers then.

    Raises InvalidInput if the text is no single number, or the index is none of the array's.

    >>> with_entry(np.array([1, 2]), (0,), "0.5").tolist()
    [0.5, 2.0]
    """
    entry = parse_array(text, what="an entry")
    if entry.ndim:
        raise InvalidInput(f"an entry must be a single number; “{text.strip()}” has shape {entry.shape}.")
    if len(index) != array.ndim or not all(0 <= at < size for at, size in zip(index, array.shape, strict=True)):
        raise InvalidInput(f"the index {tuple(index)} is none of an array of shape {array.shape}.")
    numbers = array.ravel().tolist()
    numbers[int(np.ravel_multi_index(tuple(index), array.shape)) if array.ndim else 0] = entry.item()
    return np.array(numbers).reshape(array.shape)
