"""Reshape and transpose: which shapes are possible, where every element ends up, and what memory has to do for it.

A reshape keeps the row-major numbers of all elements; a transpose keeps their indices and reorders the axes.
Strides are bytes from one element to the next along each axis, as NumPy gives them.
"""

import itertools
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput

MAX_ELEMENTS = 10**8
RANKS = ("scalar", "vector", "matrix")


class Reshaped(NamedTuple):
    """strides: of the result. blocked: None for a view; else the two neighbouring axes that force a copy."""

    strides: tuple[int, ...]
    blocked: tuple[int, int] | None


class Transposed(NamedTuple):
    """A tensor with its axes reordered. order: which old axis each new axis is, 0 or more."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    order: tuple[int, ...]


def resolve(shape: Sequence[int], target: Sequence[int]) -> tuple[int, ...]:
    """The target with -1 replaced by what is left; InvalidInput with the arithmetic where a reshape is impossible.

    >>> resolve((3, 2), (-1, 2, 1))
    (3, 2, 1)
    """
    held, known = prod(shape), prod(size for size in target if size != -1)
    if min(target, default=0) < -1 or list(target).count(-1) > 1:
        raise InvalidInput(f"a target shape has sizes of 0 or more, and -1 at most once; {shown(target)} has not.")
    if -1 in target:
        if known == 0:
            raise InvalidInput(
                f"-1 cannot be solved in {shown(target)}: the other sizes multiply to 0, and 0 times any size is 0."
            )
        if held % known:
            raise InvalidInput(
                f"-1 cannot be solved in {shown(target)}: {held:,} is not divisible by {known:,}, the product of the "
                f"other sizes."
            )
        return tuple(held // known if size == -1 else size for size in target)
    if held != known:
        raise InvalidInput(
            f"a {shown(shape)} {kind(shape)} has {_elements(held)}, {shown(target)} holds {known:,}; "
            "a reshape keeps every element and adds none."
        )
    return tuple(target)


def shown(shape: Sequence[int]) -> str:
    """A shape as Python writes it.

    >>> shown((3,)), shown([]), shown((60000, 2))
    ('(3,)', '()', '(60000, 2)')
    """
    return str(tuple(int(size) for size in shape))


def kind(shape: Sequence[int]) -> str:
    """What a tensor of this rank is called: scalar, vector, matrix, else tensor."""
    return RANKS[len(shape)] if len(shape) < len(RANKS) else "tensor"


def _elements(count: int) -> str:
    return "1 element" if count == 1 else f"{count:,} elements"


def row_major_strides(shape: Sequence[int], itemsize: int) -> tuple[int, ...]:
    """Strides in bytes of a tensor whose rows lie end to end; sizes of 0 count as 1, as in NumPy's reshape.

    >>> row_major_strides((2, 3, 4), 8)
    (96, 32, 8)
    """
    return tuple(itemsize * prod(max(size, 1) for size in shape[axis + 1 :]) for axis in range(len(shape)))


def reshape_view(shape: Sequence[int], strides: Sequence[int], target: Sequence[int], *, itemsize: int) -> Reshaped:
    """The strides under which the same memory reads as ``target``, or those of a row-major copy if there are none.

    NumPy's rule (``_attempt_nocopy_reshape`` in its shape.c): old and new axes are split into the smallest groups of
    equal size; the old axes of a group must be walkable with one stride. A target typed as the shape itself, without
    -1, keeps all strides.
    """
    if tuple(shape) == tuple(target):
        return Reshaped(tuple(strides), None)
    target = resolve(shape, target)
    whole = row_major_strides(target, itemsize)
    row_major = zip(shape, strides, row_major_strides(shape, itemsize), strict=True)
    if 0 in shape or all(size == 1 or stride == usual for size, stride, usual in row_major):
        return Reshaped(whole, None)
    found = [0] * len(target)
    last = itemsize
    for old, new in _groups(shape, target):
        for axis, following in itertools.pairwise(old):
            if strides[axis] != shape[following] * strides[following]:
                return Reshaped(whole, (axis, following))
        step = strides[old[-1]] if old else last
        for axis in reversed(new):
            found[axis], step = step, step * target[axis]
        last = found[new[-1]]
    return Reshaped(tuple(found), None)


def _groups(shape: Sequence[int], target: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Old axes longer than 1 beside the new axes of the same number of elements, in the smallest such groups.

    New axes of size 1 after all others come last, one by one and without old axes.
    """
    left = [axis for axis, size in enumerate(shape) if size != 1]
    right = list(range(len(target)))
    groups = []
    while left and right:
        old, new = [left.pop(0)], [right.pop(0)]
        while (have := prod(shape[axis] for axis in old)) != (want := prod(target[axis] for axis in new)):
            (old.append(left.pop(0)) if have < want else new.append(right.pop(0)))
        groups.append((old, new))
    return groups + [([], [axis]) for axis in right]


def axis_order(rank: int, order: Sequence[int]) -> tuple[int, ...]:
    """The order with negative axes counted from the end; InvalidInput names axes missing, repeated, out of range."""
    example = shown(range(rank)[::-1])
    if len(order) != rank:
        raise InvalidInput(
            f"an axis order names every axis once; {shown(order)} names {len(order)}, and this tensor has {rank}. "
            f"Right would be {example}."
        )
    for axis in order:
        if not -rank <= axis < rank:
            raise InvalidInput(
                f"axis {axis} is out of range: a tensor of rank {rank} has axes 0 to {rank - 1}, or -{rank} to -1."
            )
    found = tuple(axis % rank for axis in order)
    for axis in found:
        if found.count(axis) > 1:
            raise InvalidInput(f"axis {axis} is repeated in {shown(order)}; each axis comes once, as in {example}.")
    return found


def transpose(shape: Sequence[int], strides: Sequence[int], order: Sequence[int]) -> Transposed:
    """Axis k of the result is axis order[k] of the tensor, size and stride alike; no number moves in memory.

    >>> transpose((300, 20), (160, 8), (1, 0))
    Transposed(shape=(20, 300), strides=(8, 160), order=(1, 0))
    """
    order = axis_order(len(shape), order)
    return Transposed(tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order), order)


def indices(shape: Sequence[int], numbers: np.ndarray) -> np.ndarray:
    """(cells, rank): the indices of the elements with these row-major numbers."""
    places = np.zeros((len(numbers), len(shape)), np.int64)
    rest = np.asarray(numbers, np.int64)
    for axis in reversed(range(len(shape))):
        rest, places[:, axis] = np.divmod(rest, max(shape[axis], 1))
    return places


def numbers(shape: Sequence[int], places: np.ndarray) -> np.ndarray:
    """(cells,): the row-major numbers of the elements at these (cells, rank) indices."""
    return places @ np.array(row_major_strides(shape, 1), np.int64).reshape(len(shape))


def destinations(shape: Sequence[int], target: Sequence[int]) -> np.ndarray:
    """(elements, rank of target): where a reshape puts each element, by row-major number.

    >>> destinations((3, 2), (2, -1)).tolist()
    [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    """
    return indices(resolve(shape, target), np.arange(counted(shape)))


def transposed_places(shape: Sequence[int], order: Sequence[int]) -> np.ndarray:
    """(elements, rank): where a transpose puts each element, by its row-major number before.

    >>> transposed_places((3, 2), (1, 0)).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2]]
    """
    return indices(shape, np.arange(counted(shape)))[:, list(axis_order(len(shape), order))]


def counted(shape: Sequence[int]) -> int:
    """How many elements a shape holds; InvalidInput for more than a page enumerates."""
    if prod(shape) > MAX_ELEMENTS:
        raise InvalidInput(f"a tensor may have at most {MAX_ELEMENTS:,} elements here; {shown(shape)} has more.")
    return prod(shape)


def renumbered(shape: Sequence[int], order: Sequence[int], before: np.ndarray) -> np.ndarray:
    """(cells,): the row-major numbers after a transpose of the elements that had these before."""
    places = indices(shape, before)[:, list(order)]
    return numbers([shape[axis] for axis in order], places)


def displaced(shape: Sequence[int], order: Sequence[int]) -> int:
    """How many elements a transpose and a reshape to the same shape put in different places.

    An element stays if its number does: sum of index[k] * (stride before[k] - stride after[k]) = 0. All axes but the
    longest are enumerated; on the longest at most one index solves the equation (or all, where its strides agree).
    """
    order = axis_order(len(shape), order)
    if prod(shape) == 0:
        return 0
    after = dict(zip(order, row_major_strides([shape[axis] for axis in order], 1), strict=True))
    change = [stride - after[axis] for axis, stride in enumerate(row_major_strides(shape, 1))]
    longest = max((axis for axis in order if change[axis]), key=lambda axis: shape[axis], default=None)
    if longest is None:
        return 0
    sums = np.zeros(1, np.int64)
    same = 1
    for axis, size in enumerate(shape):
        if change[axis] == 0:
            same *= size
        elif axis != longest:
            sums = np.add.outer(sums, np.arange(size) * change[axis]).ravel()
    solved, rest = np.divmod(-sums, change[longest])
    return prod(shape) - same * int(np.count_nonzero((rest == 0) & (solved >= 0) & (solved < shape[longest])))
