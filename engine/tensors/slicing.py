"""What an index takes from a tensor, axis by axis, and how the result lies in memory: arithmetic on the shape alone.

The subset of NumPy's indexing is that of ``engine.typed.index_syntax``; several lists go together as in NumPy.
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.typed.index_syntax import Item, item_text
from engine.typed.index_syntax import parse_index as parse_index

LISTS = -1
"""Stands for the one axis all lists make together, among the places of parts."""
MAX_AXES = 8
MAX_CELLS = 100_000


class Step(NamedTuple):
    """What one item of an index does.

    text: the item, "" for an axis the index does not mention. axis: the source axis it takes, None for newaxis.
    before: that axis's size. positions: the source indices it takes, a range with start, stop and step after
    normalisation, or a tuple for a list. result_axis, after: the axis it leaves and its size, None if it leaves none.
    """

    text: str
    axis: int | None
    before: int | None
    positions: range | tuple[int, ...] | None
    result_axis: int | None
    after: int | None
    sentence: str


class Part(NamedTuple):
    """One item of an index after ``...`` and what is not mentioned are spelled out; text: what stands there."""

    item: Item
    text: str
    axis: int | None


class Derivation(NamedTuple):
    """How a shape follows from an index.

    outcome: "view" (shares memory), "copy", or "number" (no axis is left). reason: why. strides: bytes from one cell
    to the next on each axis, as NumPy lays them out (on axes of size 1 a copy's are immaterial). offset: bytes
    from the source's first cell to the view's; 0 unless a view. listed: the source axes that lists take together.
    """

    shape: tuple[int, ...]
    index: tuple[Item, ...]  # type: ignore[assignment]  # NumPy's name for it; tuple.index is not called here
    steps: tuple[Step, ...]
    result_shape: tuple[int, ...]
    outcome: str
    reason: str
    strides: tuple[int, ...]
    offset: int
    listed: tuple[int, ...]


def derive(shape: Sequence[int], index: Sequence[Item], *, itemsize: int = 1) -> Derivation:
    """The result's shape, item by item, its strides, and whether it is a view. Needs no memory for the tensor.

    The source is C-contiguous with itemsize bytes per cell. Raises InvalidInput for what NumPy refuses, and for
    results of more than 8 axes.

    >>> derive((60000, 28, 28), parse_index("10:100")).result_shape
    (90, 28, 28)
    """
    shape, index = tuple(int(size) for size in shape), tuple(index)
    parts = _parts(shape, index)
    positions = _positions(shape, parts)
    order, apart = _order(parts)
    if len(order) > MAX_AXES:
        raise InvalidInput(f"the result may have at most {MAX_AXES} axes here; this index gives {len(order)}.")
    axis_of = {place: axis for axis, place in enumerate(order)}
    company = _company(parts, apart)
    steps = []
    for place, part in enumerate(parts):
        axis = axis_of.get(LISTS if _listed(part, parts) else place)
        after = None if axis is None else 1 if part.item is None else len(positions[place])
        before = None if part.axis is None else shape[part.axis]
        sentence = _sentence(part, before, positions[place], axis, company)
        steps.append(Step(part.text, part.axis, before, positions[place], axis, after, sentence))
    sizes = {step.result_axis: step.after for step in steps}
    result_shape = tuple(sizes[axis] for axis in range(len(order)))
    outcome, reason = _outcome(index, order)
    listed = tuple(part.axis for part in parts if _listed(part, parts))
    derivation = Derivation(shape, index, tuple(steps), result_shape, outcome, reason, (), 0, listed)
    strides, offset = _memory(derivation, order, itemsize)
    return derivation._replace(strides=strides, offset=offset)


def taken(derivation: Derivation, cells: np.ndarray | None = None) -> np.ndarray:
    """(cells, rank) int: the source index of every result index in cells (cells, result rank); of all if None.

    All of them, row-major, only up to 100,000; InvalidInput beyond.

    >>> taken(derive((60000, 28, 28), parse_index("10:100, -1, ::9")), np.array([[0, 0], [89, 1]])).tolist()
    [[10, 27, 0], [99, 27, 9]]
    """
    if cells is None:
        count = prod(derivation.result_shape)
        if count > MAX_CELLS:
            raise InvalidInput(f"at most {MAX_CELLS:,} cells can be listed here; this index takes {count:,}.")
        cells = np.indices(derivation.result_shape).reshape(len(derivation.result_shape), count).T
    sources = np.zeros((len(cells), len(derivation.shape)), np.int64)
    for step in derivation.steps:
        if step.axis is None:
            continue
        if step.result_axis is None:
            sources[:, step.axis] = step.positions[0]
        elif isinstance(step.positions, range):
            sources[:, step.axis] = step.positions.start + step.positions.step * cells[:, step.result_axis]
        else:
            sources[:, step.axis] = np.array(step.positions, np.int64)[cells[:, step.result_axis]]
    return sources


def is_taken(derivation: Derivation, indices: np.ndarray) -> np.ndarray:
    """(cells,) bool: whether each source index in indices (cells, rank) is taken."""
    found = np.ones(len(indices), bool)
    for step in derivation.steps:
        if step.axis is not None and step.axis not in derivation.listed:
            found &= np.array([value in step.positions for value in indices[:, step.axis].tolist()], bool)
    if derivation.listed:
        together = {step.axis: step.positions for step in derivation.steps if step.axis in derivation.listed}
        chosen = set(zip(*(together[axis] for axis in derivation.listed), strict=True))
        found &= np.array([tuple(row) in chosen for row in indices[:, list(derivation.listed)].tolist()], bool)
    return found


def _parts(shape: tuple[int, ...], index: tuple[Item, ...]) -> list[Part]:
    """Every axis spelled out: ``...`` as full slices, and full slices for what is not mentioned."""
    dots = sum(item is Ellipsis for item in index)
    if dots > 1:
        raise InvalidInput(f"an index may have only one ..., this has {dots}.")
    named = sum(item is not None and item is not Ellipsis for item in index)
    if named > len(shape):
        axes = ", ".join(f"axis {axis} of size {size}" for axis, size in enumerate(shape)) or "none, it is one number"
        raise InvalidInput(f"the index names {named} axes, but the tensor has only {len(shape)}: {axes}.")
    rest: list[tuple[Item, str]] = [(slice(None), "")] * (len(shape) - named)
    spelled: list[tuple[Item, str]] = []
    for item in index:
        if item is Ellipsis:
            spelled += [(slice(None), "...")] * len(rest) or [(Ellipsis, "...")]
        else:
            spelled.append((item, item_text(item)))
    following = iter(range(len(shape)))
    return [
        Part(item, text, None if item is None or item is Ellipsis else next(following))
        for item, text in (spelled if dots else spelled + rest)
    ]


def _listed(part: Part, parts: Sequence[Part]) -> bool:
    """Whether the part is a list, or an integer that goes with one."""
    return isinstance(part.item, list) or (
        isinstance(part.item, int) and any(isinstance(other.item, list) for other in parts)
    )


def _positions(shape: tuple[int, ...], parts: Sequence[Part]) -> list[range | tuple[int, ...] | None]:
    """The source indices every part takes; lists and the integers beside them stretched to their common length."""
    lists = [(part.axis, _chosen(part, part.item, shape[part.axis])) for part in parts if isinstance(part.item, list)]
    length = _common_length(lists, shape)
    found: list[range | tuple[int, ...] | None] = []
    for part in parts:
        size = None if part.axis is None else shape[part.axis]
        if isinstance(part.item, slice):
            if part.item.step == 0:
                raise InvalidInput(f"axis {part.axis} has size {size}; a step may not be 0, as in {part.text}.")
            found.append(range(*part.item.indices(size)))
        elif isinstance(part.item, list):
            chosen = dict(lists)[part.axis]
            chosen = chosen * length if len(chosen) == 1 else chosen
            # Like NumPy: entries that no cell of the result uses are not looked at.
            found.append(
                tuple(_index(entry, part.axis, size) for entry in chosen * (length if len(chosen) == 1 else 1))
            )
        elif isinstance(part.item, int):
            only = _index(part.item, part.axis, size)
            found.append((only,) * length if lists else range(only, only + 1))
        else:
            found.append(None)
    return found


def _chosen(part: Part, entries: list[int] | list[bool], size: int) -> list[int]:
    """A list as integers; True and False as the places of True."""
    if not entries or not isinstance(entries[0], bool):
        return [int(entry) for entry in entries]
    if len(entries) != size:
        raise InvalidInput(
            f"axis {part.axis} has size {size}; a list of True and False for it must have {size} entries, "
            f"this one has {len(entries)}."
        )
    return [place for place, chosen in enumerate(entries) if chosen]


def _common_length(lists: Sequence[tuple[int, list[int]]], shape: tuple[int, ...]) -> int:
    """The length lists broadcast to: equal, or 1."""
    longer = [(axis, len(chosen)) for axis, chosen in lists if len(chosen) != 1]
    for axis, length in longer:
        first, expected = longer[0]
        if length != expected:
            raise InvalidInput(
                f"lists that go together need equal lengths, or 1; that of axis {first} (size {shape[first]}) takes "
                f"{expected}, that of axis {axis} (size {shape[axis]}) takes {length}."
            )
    return longer[0][1] if longer else 1


def _index(value: int, axis: int, size: int) -> int:
    """A place counted from the front; negative ones count from the end."""
    if -size <= value < size:
        return value % size
    allowed = f"is outside {-size} to {size - 1}" if size else "is outside, for there is none"
    raise InvalidInput(f"axis {axis} has size {size}; index {value} {allowed}.")


def _order(parts: Sequence[Part]) -> tuple[list[int], bool]:
    """Which part makes each axis of the result, and whether lists stand apart, so that theirs comes first.

    Source: NumPy user guide, "Combining advanced and basic indexing".
    """
    order = [place for place, part in enumerate(parts) if part.item is None or isinstance(part.item, slice)]
    places = [place for place, part in enumerate(parts) if _listed(part, parts)]
    apart = bool(places) and places[-1] - places[0] + 1 > len(places)
    if places:
        order.insert(0 if apart else sum(place < places[0] for place in order), LISTS)
    return order, apart


def _outcome(index: tuple[Item, ...], order: Sequence[int]) -> tuple[str, str]:
    if LISTS in order:
        return "copy", "A list can pick cells in any order, which no start and step describe: NumPy copies them."
    if not order and Ellipsis not in index:
        return "number", "Every axis is taken by an integer: one number is left, and NumPy copies it out."
    return "view", "Every axis is a start and a step in the same memory: no number is copied."


def _memory(derivation: Derivation, order: Sequence[int], itemsize: int) -> tuple[tuple[int, ...], int]:
    """Strides and offset in bytes."""
    source = _contiguous(derivation.shape, itemsize)
    if derivation.outcome == "number":
        return (), 0
    if derivation.outcome == "copy":
        # NumPy fills a copy with the lists' axis outermost, and then moves that axis to its place.
        inner = [axis for axis, place in enumerate(order) if place != LISTS]
        filled = [order.index(LISTS), *inner]
        strides = dict(
            zip(filled, _contiguous([derivation.result_shape[axis] for axis in filled], itemsize), strict=True)
        )
        return tuple(strides[axis] for axis in range(len(order))), 0
    by_axis, offset = {}, 0
    for step in derivation.steps:
        if step.axis is not None and len(step.positions):
            offset += step.positions[0] * source[step.axis]
        if step.result_axis is not None:
            pace = step.positions.step if step.after and isinstance(step.positions, range) else 1
            by_axis[step.result_axis] = 0 if step.axis is None else pace * source[step.axis]
    return tuple(by_axis[axis] for axis in range(len(order))), offset


def _contiguous(shape: Sequence[int], itemsize: int) -> tuple[int, ...]:
    """C order: neighbours on the last axis are neighbours in memory. An empty tensor has strides of 0, as in NumPy."""
    if 0 in shape:
        return (0,) * len(shape)
    return tuple(itemsize * prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _sentence(
    part: Part, size: int | None, positions: range | tuple[int, ...] | None, result_axis: int | None, company: str
) -> str:
    """What one part does, in words."""
    if part.item is None:
        return f"{part.text} puts in an axis of size 1; it takes none of the tensor's"
    if part.item is Ellipsis:
        return "... stands for no axis here: every axis is named"
    subject = f"axis {part.axis}: "
    if isinstance(part.item, list):
        return subject + _list_words(part, part.item, positions, company)
    if isinstance(part.item, int):
        if result_axis is not None:
            return f"{subject}{part.text} goes with the list: the same index each time"
        counted = f"{part.text} counts from the end and takes {positions[0]} alone" if part.item < 0 else ""
        return f"{subject}{counted or f'{part.text} takes {part.text} alone'}; this axis is gone"
    if isinstance(part.item, slice) and isinstance(positions, range):
        return subject + _slice_words(part, part.item, size, positions)
    raise TypeError(f"no item of an index: {part.item!r}")


def _list_words(part: Part, entries: list[int] | list[bool], positions: range | tuple[int, ...], company: str) -> str:
    kind = "the places of True, " if entries and isinstance(entries[0], bool) else ""
    count = f": {len(positions)} in this order" if positions else ""
    return f"{_clipped(part.text)} takes {kind if positions else ''}{_some(positions)}{count}{company}"


def _company(parts: Sequence[Part], apart: bool) -> str:
    """What is said of a list that does not go alone."""
    several = sum(isinstance(part.item, list) for part in parts) > 1
    together = "; the lists go together, entry by entry, and make one axis" if several else ""
    moved = ", the first, for they do not stand side by side" if several else "; its axis comes first"
    return together + (moved if apart else "")


def _slice_words(part: Part, item: slice, size: int, positions: range) -> str:
    if not part.text:
        return f"not mentioned, so all {size:,} stay"
    if part.text in (":", "..."):
        return f"{'... stands for a full slice: ' if part.text == '...' else ': takes '}all {size:,}"
    plain = f"{positions.start}:{positions.stop}" + ("" if item.step is None else f":{positions.step}")
    given = [bound for bound in (item.start, item.stop) if bound is not None]
    changed = positions.step > 0 and len(positions) and any(bound < 0 or bound > size for bound in given)
    means = f" means {plain} and" if changed and plain != part.text else ""
    return f"{part.text}{means} takes {_some(positions)}: {len(positions):,} of {size:,}"


def _some(positions: Sequence[int]) -> str:
    if not positions:
        return "nothing"
    if len(positions) <= 4:
        return ", ".join(map(str, positions))
    return f"{positions[0]}, {positions[1]}, …, {positions[-1]}"


def _clipped(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…]"
