"""Broadcasting: how shapes that differ are aligned, stretched without a copy, and combined cell by cell.

Shapes are compared from the right. Axes that are missing on the left count as 1; on each axis the sizes must be equal
or 1, and a size of 1 is stretched: it is read again and again, with a stride of 0 bytes. See "General broadcasting
rules" in NumPy's manual.
"""

import random
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.operations import elementwise

Shape = tuple[int, ...]
NAMES = "abc"
INCOMPATIBLE = "incompatible"
VERDICTS = {
    (False, False): "equal",
    (True, False): "added",
    (False, True): "stretched",
    (True, True): "added, then stretched",
}
"""What to call an axis by whether any operand lacks it, and whether any is stretched along it."""


class Axis(NamedTuple):
    """One axis of the alignment. number: negative, from the right. size: the result's, None if the sizes do not fit.

    sizes: each operand's, None where it lacks the axis. added, stretched: what happens to each operand here.
    verdict: "equal", "added", "stretched", "added, then stretched" or "incompatible".
    """

    number: int
    sizes: tuple[int | None, ...]
    added: tuple[bool, ...]
    stretched: tuple[bool, ...]
    size: int | None
    verdict: str


class Alignment(NamedTuple):
    """axes: from left to right. result: None if the shapes do not fit; problem: then a sentence, else ""."""

    shapes: tuple[Shape, ...]
    axes: tuple[Axis, ...]
    result: Shape | None
    problem: str


def align(shapes: Sequence[Shape]) -> Alignment:
    """Right-aligned comparison of shapes, axis by axis.

    >>> align([(32, 10), (10,)]).result
    (32, 10)
    >>> align([(2, 3), (4,)]).problem
    'broadcasting needs equal sizes or 1 on each axis; axis -1 has 3 and 4.'
    """
    shapes = tuple(tuple(shape) for shape in shapes)
    rank = max(map(len, shapes))
    axes = tuple(_axis(number, shapes) for number in range(-rank, 0))
    wrong = [axis for axis in reversed(axes) if axis.size is None]
    if not wrong:
        return Alignment(shapes, axes, tuple(axis.size for axis in axes), "")
    clashes = "; ".join(f"axis {axis.number} has {_clash(axis.sizes)}" for axis in wrong)
    return Alignment(shapes, axes, None, f"broadcasting needs equal sizes or 1 on each axis; {clashes}.")


def _axis(number: int, shapes: Sequence[Shape]) -> Axis:
    sizes = tuple(shape[number] if len(shape) >= -number else None for shape in shapes)
    added = tuple(size is None for size in sizes)
    wanted = {size for size in sizes if size not in (None, 1)}
    if len(wanted) > 1:
        return Axis(number, sizes, added, (False,) * len(sizes), None, INCOMPATIBLE)
    size = wanted.pop() if wanted else 1
    stretched = tuple((1 if known is None else known) != size for known in sizes)
    return Axis(number, sizes, added, stretched, size, VERDICTS[any(added), any(stretched)])


def _clash(sizes: Sequence[int | None]) -> str:
    different = [f"{size:,}" for size in dict.fromkeys(sizes) if size not in (None, 1)]
    return f"{', '.join(different[:-1])} and {different[-1]}"


def view_strides(shape: Shape, result: Shape, itemsize: int) -> tuple[int, ...]:
    """Bytes from one cell to the next along each axis of a row-major array read as ``result``: 0 wherever it has 1.

    The same as ``np.broadcast_to(array, result).strides``; an array without elements has strides of 0.

    >>> view_strides((10,), (32, 10), 8)
    (0, 8)
    """
    padded = (1,) * (len(result) - len(shape)) + tuple(shape)
    if 0 in padded:
        return (0,) * len(result)
    return tuple(0 if size == 1 else itemsize * prod(padded[axis + 1 :]) for axis, size in enumerate(padded))


def source_index(index: Sequence[int], shape: Shape, result: Shape) -> tuple[int, ...]:
    """Where in an array of ``shape`` the cell ``index`` of ``result`` is read from.

    >>> source_index((5, 3), (10,), (32, 10))
    (3,)
    """
    own = tuple(index)[len(result) - len(shape) :]
    return tuple(0 if size == 1 else place for place, size in zip(own, shape, strict=True))


class Memory(NamedTuple):
    """Bytes of one operand: taken as it is, and if every stretched copy were made."""

    taken: int
    copied: int


def memory(shape: Shape, result: Shape, itemsize: int) -> Memory:
    """What broadcasting spares for one operand.

    >>> memory((10,), (32, 10), 4)
    Memory(taken=40, copied=1280)
    """
    return Memory(prod(shape) * itemsize, prod(result) * itemsize)


class Numbered(NamedTuple):
    """An integer tensor of which only the cells looked at are ever made: 1 to ``most``, again and again, row-major."""

    shape: Shape
    most: int = 9

    @property
    def dtype(self) -> np.dtype:
        """Whole numbers, as ``np.arange`` gives them."""
        return np.dtype(np.int64)


def cells(source: Numbered | np.ndarray, places: Sequence[Sequence[int]]) -> np.ndarray:
    """The cells of a tensor where the given places of its axes cross: shape (len(places[0]), …).

    >>> cells(Numbered((60_000, 784)), [(0, 59_999), (0, 1, 783)]).tolist()
    [[1, 2, 1], [6, 7, 6]]
    """
    if isinstance(source, np.ndarray):
        return source[np.ix_(*places)]
    flat = np.zeros([len(axis) for axis in places], np.int64)
    for axis, chosen in enumerate(places):
        step = prod(source.shape[axis + 1 :]) % source.most
        along = np.array([place % source.most * step for place in chosen], np.int64)
        flat = flat + along.reshape([-1 if other == axis else 1 for other in range(len(places))])
    return flat % source.most + 1


class Computed(NamedTuple):
    """The cells looked at. operands: one array each, sizes of 1 not stretched. result: what broadcasting makes of them.

    spelled: each result cell's computation in words, row-major. dtype: the result's.
    """

    operands: tuple[np.ndarray, ...]
    result: np.ndarray
    spelled: tuple[str, ...]


def compute(name: str, sources: Sequence[Numbered | np.ndarray], places: Sequence[Sequence[int]]) -> Computed:
    """The element-wise operation on some cells only: those where the places of the result's axes cross.

    name: a binary one of elementwise.OPERATIONS; three operands are taken from left to right. Raises InvalidInput as
    ``elementwise.apply`` does.
    """
    operands = tuple(cells(source, _own_places(source.shape, places)) for source in sources)
    result, said = operands[0], np.array("", object)
    for operand in operands[1:]:
        shape = np.broadcast_shapes(result.shape, operand.shape)
        before = np.broadcast_to(said, shape).flat
        left, right = np.broadcast_to(result, shape).flat, np.broadcast_to(operand, shape).flat
        words = [elementwise.spelled(name, *pair) for pair in zip(left, right, strict=True)]
        words = [f"{first}; {then}" if first else then for first, then in zip(before, words, strict=True)]
        said = np.array(words, object).reshape(shape)
        result = elementwise.apply(name, result, operand)
    return Computed(operands, result, tuple(said.flat))


def _own_places(shape: Shape, places: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    own = places[len(places) - len(shape) :]
    return [(0,) if size == 1 else chosen for size, chosen in zip(shape, own, strict=True)]


def weighted_sums(batch: np.ndarray, W1: np.ndarray) -> np.ndarray:
    """x @ W1, to which the dense layer adds its biases. batch (samples, 784), W1 (784, hidden)."""
    return batch @ W1


LEVELS = ((1, 2, 2), (2, 2, 2), (2, 3, 2), (3, 4, 2), (2, 3, 3), (3, 4, 3), (4, 5, 3))
"""Ranks from, to, and number of shapes, of ever harder questions."""
PER_LEVEL = 3


def question(seed: int, number: int) -> tuple[Shape, ...]:
    """The shapes of one question of a series that never asks the same twice; some do not fit.

    Every third question is harder than those before, up to five axes and three shapes.
    """
    generator = random.Random(seed)
    asked: set[tuple[Shape, ...]] = set()
    for place in range(number + 1):
        shapes = _shapes(generator, min(place // PER_LEVEL, len(LEVELS) - 1))
        while shapes in asked:
            shapes = _shapes(generator, min(place // PER_LEVEL, len(LEVELS) - 1))
        asked.add(shapes)
    return shapes


def _shapes(generator: random.Random, level: int) -> tuple[Shape, ...]:
    least, most, count = LEVELS[level]
    sizes = [generator.randint(2, 6 + level) for _ in range(generator.randint(least, most))]
    ranks = [len(sizes), *(generator.randint(1, len(sizes)) for _ in range(count - 1))]
    generator.shuffle(ranks)
    shapes = [[1 if generator.random() < 0.3 else size for size in sizes[len(sizes) - rank :]] for rank in ranks]
    shared = [(which, axis) for axis in range(-len(sizes), 0) for which in _holders(shapes, axis)[1:]]
    if shared and generator.random() < 0.45:
        which, axis = generator.choice(shared)
        shapes[which][axis] += generator.choice((1, 2)) if shapes[which][axis] < 4 else generator.choice((-2, -1, 1))
    return tuple(map(tuple, shapes))


def _holders(shapes: Sequence[Sequence[int]], axis: int) -> list[int]:
    """The shapes that have a size other than 1 on an axis."""
    return [which for which, shape in enumerate(shapes) if len(shape) >= -axis and shape[axis] != 1]
