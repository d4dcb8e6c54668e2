"""Shapes that do not broadcast, and the nearest ones that would: an edit distance between shapes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, product
from math import inf, prod
from typing import NamedTuple

from engine.operations.broadcasting import NAMES, Shape


class Suggestion(NamedTuple):
    """Shapes that fit, in reach of shapes that do not. edits: how many. text: what changes, as "b: (3,) → (3, 1)"."""

    shapes: tuple[Shape, ...]
    edits: int
    text: str


def nearest(shapes: Sequence[Shape], *, max_rank: int = 8, limit: int = 6) -> tuple[Suggestion, ...]:
    """The shapes that fit after the fewest edits, those that keep every number first; at most ``limit`` of them.

    One edit adds an axis of size 1 anywhere in one shape, or changes one size. Found as an edit distance, from the
    right: at every column each shape gives its next size or gets a new 1, and sizes that clash are changed. Shapes
    have at most max_rank axes before and after.

    >>> [found.text for found in nearest([(3, 4), (3,)])][:2]
    ['b: (3,) → (3, 1)', 'a: (3, 4) → (3, 4, 1)']
    """
    shapes = tuple(tuple(shape) for shape in shapes)
    ranks = tuple(map(len, shapes))

    @cache
    def least(taken: tuple[int, ...], column: int) -> float:
        if taken == ranks:
            return 0
        if column == max_rank:
            return inf
        return min(cost + least(after, column + 1) for cost, after, _ in _columns(shapes, taken))

    def paths(taken: tuple[int, ...], column: int) -> Iterator[list[tuple[int | None, ...]]]:
        if taken == ranks:
            yield []
            return
        for cost, after, sizes in _columns(shapes, taken):
            if cost + least(after, column + 1) == least(taken, column):
                for later in paths(after, column + 1):
                    yield from ([repaired, *later] for repaired in _repairs(sizes))

    start = (0,) * len(shapes)
    edits = least(start, 0)
    several = {_assembled(path, len(shapes)) for path in islice(paths(start, 0), 400)}
    found = sorted(several, key=lambda new: _preference(shapes, new))
    return tuple(Suggestion(new, int(edits), _change(shapes, new)) for new in found[:limit])


def _columns(shapes: Sequence[Shape], taken: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...], tuple]]:
    """Every next column from the right: its edits, how many sizes are then taken, and its sizes before repair.

    A shape that is used up has None, which is free; one that waits gets a new 1, which is one edit.
    """
    open_shapes = [len(shape) > count for shape, count in zip(shapes, taken, strict=True)]
    for gives in product(*[(True, False) if is_open else (False,) for is_open in open_shapes]):
        if any(gives):
            sizes = tuple(
                shape[-1 - count] if give else (1 if is_open else None)
                for shape, count, give, is_open in zip(shapes, taken, gives, open_shapes, strict=True)
            )
            counts = Counter(size for size in sizes if size not in (None, 1))
            changes = counts.total() - max(counts.values(), default=0)
            cost = changes + sum(open_shapes) - sum(gives)
            yield cost, tuple(count + give for count, give in zip(taken, gives, strict=True)), sizes


def _repairs(sizes: tuple[int | None, ...]) -> list[tuple[int | None, ...]]:
    """The column with its clashing sizes changed to one that fits, or to 1, in every way that changes fewest."""
    counts = Counter(size for size in sizes if size not in (None, 1))
    if len(counts) < 2:
        return [sizes]
    most = max(counts.values())
    targets = [size for size, count in counts.items() if count == most]
    return [
        tuple(size if size in (None, 1, target) else other for size in sizes)
        for target in targets
        for other in (target, 1)
    ]


def _assembled(path: list[tuple[int | None, ...]], count: int) -> tuple[Shape, ...]:
    """Columns from the right as ``count`` shapes."""
    return tuple(
        tuple(column[which] for column in reversed(path) if column[which] is not None) for which in range(count)
    )


def _preference(old: Sequence[Shape], new: Sequence[Shape]) -> tuple:
    """Adding axes before changing sizes, the last shape before the first, the least change of size first."""
    lost = sum(len(shape) == len(before) and shape != before for before, shape in zip(old, new, strict=True))
    stretched = sum(prod(shape) != prod(before) for before, shape in zip(old, new, strict=True))
    far = sum(
        abs(sum(shape) - sum(before)) for before, shape in zip(old, new, strict=True) if len(shape) == len(before)
    )
    return stretched, lost, far, tuple(shape != before for before, shape in zip(old, new, strict=True)), new


def _change(old: Sequence[Shape], new: Sequence[Shape]) -> str:
    pairs = zip(NAMES, old, new, strict=False)
    return ", ".join(f"{name}: {before} → {after}" for name, before, after in pairs if before != after)
