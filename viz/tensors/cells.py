"""Tensors as cells: where each cell stands, what it says, what lights with it, and how a picture moves.

A **scene** is a list of blocks (tensors) and of poses (where every cell stands). Frames step through it; the
live-cells component draws it and moves between poses in the browser. Positions are in cell sizes, x to the right and
y downward, and name a cell's top left corner. Cells are numbered through all blocks, row-major within a block.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from viz import theme

STACK = 0.42
"""How far a sheet stands behind the one before it, right and up, in cell sizes."""
WIDE, NARROW = 1080, 340
"""Pixels a picture gets on a laptop and on a phone."""
HEIGHT = 500
"""Pixels a picture's blocks get in height."""
GAP = 84
"""Pixels between neighbouring blocks, where an operator and the next block's brackets stand."""
MAX_CELL = 46
"""Pixels a cell has at most."""


class Block(NamedTuple):
    """One tensor of a scene.

    shape: the whole tensor's. kept: for each axis the indices drawn, None where some are left out. indices:
    (cells, rank) of the drawn cells, row-major. texts: what stands in each cell, "" for nothing. values: what the
    readout says of each cell. fills: a colour name of the theme per cell, "" for none. strengths: (cells,) 0 to 1,
    how strongly it is filled. editable: whether the reader may type into its cells.
    """

    name: str
    shape: tuple[int, ...]
    kept: tuple[tuple[int | None, ...], ...]
    indices: np.ndarray
    texts: Sequence[str]
    values: Sequence[str]
    fills: Sequence[str]
    strengths: np.ndarray
    editable: bool = False


class AxisMark(NamedTuple):
    """The bracket of one axis: a line along the block, its colour name and text.

    side: "bottom", "left", "top" or "behind" (slanting along stacked sheets). level: how many brackets out from the
    block, from 1. description: what the readout says when the pointer is on it.
    """

    block: int
    axis: int
    color: str
    text: str
    side: str
    level: int
    start: tuple[float, float]
    end: tuple[float, float]
    description: str = ""


class Label(NamedTuple):
    """Free text centred on a place: names, operators, the dots of what is left out.

    size: a factor on the usual size. lift: pixels it stands above the place.
    """

    text: str
    x: float
    y: float
    color: str = "text"
    size: float = 1.0
    lift: float = 0.0


class Layout(NamedTuple):
    """One block by itself, its cells' positions from (0, 0) to size. layers: painted from low to high."""

    positions: np.ndarray
    layers: np.ndarray
    size: tuple[float, float]
    axes: tuple[AxisMark, ...]
    labels: tuple[Label, ...]


class Pose(NamedTuple):
    """Where every cell of a scene stands.

    positions: (cells, 2). layers: (cells,). presence: (cells,) 0 hidden to 1 there. ghosts: (cells,) bool, drawn
    faint and dashed: a cell that is not in memory. thread: cell numbers a line runs through, in order.
    """

    positions: np.ndarray
    layers: np.ndarray
    axes: tuple[AxisMark, ...] = ()
    labels: tuple[Label, ...] = ()
    presence: np.ndarray | None = None
    ghosts: np.ndarray | None = None
    thread: tuple[int, ...] = ()


class Frame(NamedTuple):
    """One step: which pose, what is said, which cells light in which colour, which show another text.

    lit: colour name → cell numbers. texts: cell number → text. dim: whether cells that are not lit step back.
    seconds: how long the way to this frame takes when played.
    """

    caption: str
    pose: int = 0
    lit: Mapping[str, Sequence[int]] = {}
    texts: Mapping[int, str] = {}
    dim: bool = False
    seconds: float = 0.8


class Relation(NamedTuple):
    """What pointing at a cell lights (colour name → cell numbers) and says, after the cell's own index and value."""

    lit: Mapping[str, Sequence[int]] = {}
    text: str = ""


class Scene(NamedTuple):
    """A picture of tensors. alt: in words, for those who cannot see it.

    poses: the arrangement for wide columns. narrow: the same poses for phones. spread, narrow_spread: the same with
    stacked sheets fanned out; if given, the reader gets a slider between the two. relations: cell number → Relation.
    """

    blocks: tuple[Block, ...]
    poses: tuple[Pose, ...]
    frames: tuple[Frame, ...]
    alt: str
    narrow: tuple[Pose, ...] | None = None
    spread: tuple[Pose, ...] | None = None
    narrow_spread: tuple[Pose, ...] | None = None
    relations: Mapping[int, Relation] = {}


def short(value: object) -> str:
    """A number in at most six characters, as cells show it, with three digits where they fit.

    >>> [short(v) for v in (3, -0.25, 1234567, 0.123456, -0.0601, True, float("nan"))]
    ['3', '-0.25', '1e+06', '0.123', '-0.06', 'True', 'nan']
    """
    item = value.item() if isinstance(value, np.generic) else value
    if isinstance(item, (bool, str)) or item is None:
        return str(item)
    if isinstance(item, int) and abs(item) < 100_000:
        return str(item)
    for digits in (3, 2, 1):
        text = f"{item:.{digits}g}"
        if len(text) <= 6:
            return text
    mantissa, exponent = f"{item:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def full(value: object) -> str:
    """A number as NumPy prints it, in full.

    >>> full(np.float32(0.1))
    '0.1'
    """
    return str(value)


def kept_indices(size: int, limit: int) -> tuple[int | None, ...]:
    """The indices drawn of an axis: all, or the first ones, None for what is left out, and the last.

    >>> kept_indices(3, 6), kept_indices(60_000, 4)
    ((0, 1, 2), (0, 1, 2, None, 59999))
    """
    if size <= limit:
        return tuple(range(size))
    return (*range(limit - 1), None, size - 1) if limit > 1 else (0, None)


def kept_of(shape: Sequence[int], *, limit: int = 12, sheets: int = 4) -> tuple[tuple[int | None, ...], ...]:
    """The indices drawn of each axis: up to ``limit`` on the last two axes, up to ``sheets`` on the others."""
    rank = len(shape)
    return tuple(kept_indices(size, limit if rank - axis <= 2 else sheets) for axis, size in enumerate(shape))


def drawn_indices(kept: Sequence[Sequence[int | None]]) -> np.ndarray:
    """(cells, rank) int: the indices of the drawn cells, row-major."""
    axes = [[index for index in axis if index is not None] for axis in kept]
    return np.array(list(product(*axes)), int).reshape(prod(map(len, axes)), len(axes))


def tensor_block(
    array: np.ndarray,
    name: str,
    *,
    limit: int = 12,
    sheets: int = 4,
    fill: str = "",
    kept: tuple[tuple[int | None, ...], ...] | None = None,
    editable: bool = False,
) -> Block:
    """A tensor as a block, cut where it is long.

    fill: "" for plain cells with numbers; "ink" for pixels 0 to 255 (or 0 to 1 if floating); "signed" for positive
    and negative against the largest of the drawn ones; or the colour name of every cell.
    """
    kept = kept_of(array.shape, limit=limit, sheets=sheets) if kept is None else kept
    indices = drawn_indices(kept)
    drawn = array[tuple(indices.T)] if array.ndim else array.reshape(1)
    fills, strengths = _filled(drawn, fill)
    texts, values = [short(value) for value in drawn], [full(value) for value in drawn]
    return Block(name, array.shape, kept, indices, texts, values, fills, strengths, editable)


def shape_block(shape: Sequence[int], name: str, *, limit: int = 6, sheets: int = 3, fill: str = "data") -> Block:
    """A block of which only the shape is known: no numbers, no memory taken, whatever the sizes."""
    kept = kept_of(shape, limit=limit, sheets=sheets)
    indices = drawn_indices(kept)
    blank = [""] * len(indices)
    return Block(name, tuple(shape), kept, indices, blank, blank, [fill] * len(indices), np.full(len(indices), 0.25))


def _filled(drawn: np.ndarray, fill: str) -> tuple[list[str], np.ndarray]:
    if fill == "ink":
        most = 255 if np.issubdtype(drawn.dtype, np.integer) else 1
        return ["ink"] * len(drawn), np.clip(drawn.astype(float) / most, 0, 1)
    if fill == "signed":
        values = np.nan_to_num(drawn.astype(float), posinf=0, neginf=0)
        largest = np.abs(values).max(initial=0) or 1.0
        return np.where(values < 0, "negative", "positive").tolist(), np.abs(values) / largest
    return [fill] * len(drawn), np.full(len(drawn), 0.2 if fill else 0.0)


def tensor_layout(
    block: Block,
    number: int = 0,
    *,
    spread: bool = False,
    axis_names: Sequence[str] | None = None,
    colors: Sequence[str] | None = None,
) -> Layout:
    """Where the cells of one block stand: the last axis to the right, the one before it downward, then sheets.

    Sheets stand behind each other, or beside each other if spread; further axes alternate right and down, in wider
    gaps. number: the block's number in its scene. axis_names: "axis 0" and so on unless given. colors: colour names
    of the axes, theme.AXES unless given (an axis keeps its colour through a transpose).
    """
    rank = len(block.shape)
    counts = [max(len(kept), 1) for kept in block.kept]
    steps, size, behind = _steps(counts, spread)
    places = np.zeros((len(block.indices), rank), int)
    for axis, kept in enumerate(block.kept):
        places[:, axis] = _slots(kept, block.indices[:, axis])
    origin = np.array([0.0, behind])
    positions = origin + places @ steps if rank else np.tile(origin, (len(places), 1))
    layers = -places[:, rank - 3].astype(float) if rank >= 3 and not spread else np.zeros(len(places))
    names = axis_names or [f"axis {axis}" for axis in range(rank)]
    colors = colors or [theme.AXES[min(axis, len(theme.AXES) - 1)] for axis in range(rank)]
    marks = []
    for axis in range(rank):
        start, end, side, level = _bracket(axis, counts, steps, size, behind, spread)
        text = f"{names[axis]}: {block.shape[axis]:,}"
        description = f"{names[axis]} of {block.name} has size {block.shape[axis]:,}"
        marks.append(AxisMark(number, axis, colors[axis], text, side, level, start, end, description))
    return Layout(positions, layers, size, tuple(marks), _dots(block, steps, counts, behind))


def _slots(kept: Sequence[int | None], indices: np.ndarray) -> np.ndarray:
    """At which place of what is drawn each index stands.

    >>> _slots((0, 1, None, 9), np.array([9, 0]))
    array([3, 0])
    """
    places = {index: slot for slot, index in enumerate(kept) if index is not None}
    known = sorted(places)
    return np.array([places[index] for index in known], int)[np.searchsorted(known, indices)]


def _steps(counts: Sequence[int], spread: bool) -> tuple[np.ndarray, tuple[float, float], float]:
    """One step along each axis, the size of the whole, and how far the sheets behind reach above the first."""
    rank = len(counts)
    steps = np.zeros((rank, 2))
    width = height = 1.0
    behind = 0.0
    for back, axis in enumerate(reversed(range(rank))):
        more = counts[axis] - 1
        if back == 0:
            steps[axis], width = (1, 0), width + more
        elif back == 1:
            steps[axis], height = (0, 1), height + more
        elif back == 2 and not spread:
            steps[axis], behind = (STACK, -STACK), STACK * more
            width, height = width + behind, height + behind
        elif back % 2 == 0:
            steps[axis] = (width + 0.7 + 0.5 * (back - 2), 0)
            width += more * steps[axis][0]
        else:
            steps[axis] = (0, height + 0.7 + 0.5 * (back - 2))
            height += more * steps[axis][1]
    return steps, (width, height), behind


def _bracket(
    axis: int, counts: Sequence[int], steps: np.ndarray, size: tuple[float, float], behind: float, spread: bool
) -> tuple[tuple[float, float], tuple[float, float], str, int]:
    """The line along one axis: start, end, the side of the block it stands on, and how many lines out."""
    back = len(counts) - 1 - axis
    if back == 0:
        return (0.0, size[1]), (float(counts[axis]), size[1]), "bottom", 1
    if back == 1:
        return (0.0, behind), (0.0, behind + counts[axis]), "left", 1
    if back == 2 and not spread:
        return (0.0, behind), (STACK * (counts[axis] - 1), 0.0), "behind", 1
    reach = np.ones(2) + sum((counts[later] - 1) * np.abs(steps[later]) for later in range(axis, len(counts)))
    if back % 2 == 0:
        return (0.0, 0.0), (float(reach[0]), 0.0), "top", back // 2
    return (0.0, 0.0), (0.0, float(reach[1])), "left", back // 2 + 1


def _dots(block: Block, steps: np.ndarray, counts: Sequence[int], behind: float) -> tuple[Label, ...]:
    """An ellipsis wherever an axis is cut, in the middle of what is left out."""
    labels = []
    middle = sum((count - 1) / 2 * step for count, step in zip(counts, steps, strict=True))
    for axis, kept in enumerate(block.kept):
        for slot in (slot for slot, index in enumerate(kept) if index is None):
            away = (slot - (counts[axis] - 1) / 2) * steps[axis]
            x, y = middle + away + np.array([0.5, behind + 0.5])
            labels.append(Label("⋮" if steps[axis][0] == 0 else "…", float(x), float(y), "muted", 1.3))
    return tuple(labels)


def arrange(
    layouts: Sequence[Layout],
    *,
    names: Sequence[str] = (),
    between: Sequence[str] = (),
    narrow: bool = False,
    downward: bool = False,
) -> Pose:
    """Blocks side by side, or one below the other if downward, centred on each other, as one pose.

    names: written above each block. between: operators such as "+" and "=" in the gaps. narrow: gaps for a phone.
    """
    along, across = (1, 0) if downward else (0, 1)
    sizes = np.array([layout.size for layout in layouts]).reshape(-1, 2)
    extent = sizes[:, 0].max(initial=1.0) if downward else sizes[:, 0].sum()
    gap = _gap(sizes[:, along].sum(), float(extent), len(sizes), narrow=narrow, downward=downward)
    middle = sizes[:, across].max(initial=0.0) / 2
    pen, parts, axes, labels = 0.0, [], [], []
    for number, layout in enumerate(layouts):
        at = np.zeros(2)
        at[along], at[across] = pen, middle - layout.size[across] / 2
        parts.append(layout.positions + at)
        axes += [_moved(mark._replace(block=number), at) for mark in layout.axes]
        labels += [label._replace(x=label.x + at[0], y=label.y + at[1]) for label in layout.labels]
        if number < len(names):
            labels.append(_name(names[number], layout, at))
        pen += layout.size[along] + gap
        if number < len(between):
            place = np.zeros(2)
            place[along], place[across] = pen - (0.5 if downward else 0.68) * gap, middle
            labels.append(Label(between[number], float(place[0]), float(place[1]), size=1.6))
    layers = np.concatenate([layout.layers for layout in layouts]) if layouts else np.zeros(0)
    return Pose(np.concatenate(parts) if parts else np.zeros((0, 2)), layers, tuple(axes), tuple(labels))


def _gap(length: float, width: float, count: int, *, narrow: bool, downward: bool) -> float:
    """The gap in cell sizes that keeps its pixels at the scale the picture will have.

    length: of all blocks along the arrangement; width: of the picture without gaps.
    """
    wanted, room = GAP + 20 * downward, NARROW if narrow else WIDE
    gap = wanted * max(1 / MAX_CELL, width / room if downward else 0)
    limit = HEIGHT if downward else room
    # With scale = limit / (length + gaps), a gap of wanted pixels solves this; it may not eat up the picture.
    return max(gap, wanted * length / max(limit - (count - 1) * wanted, limit / 3))


def _name(name: str, layout: Layout, at: np.ndarray) -> Label:
    """A block's name, lifted above the brackets that stand there."""
    levels = max([mark.level for mark in layout.axes if mark.side in ("top", "behind")], default=0)
    return Label(name, float(at[0]) + layout.size[0] / 2, float(at[1]), lift=12 + 26 * levels)


def _moved(mark: AxisMark, at: np.ndarray) -> AxisMark:
    (x0, y0), (x1, y1) = mark.start, mark.end
    dx, dy = float(at[0]), float(at[1])
    return mark._replace(start=(x0 + dx, y0 + dy), end=(x1 + dx, y1 + dy))


def first_cells(blocks: Sequence[Block]) -> list[int]:
    """The scene-wide number of each block's first cell."""
    return np.cumsum([0, *(len(block.indices) for block in blocks)])[:-1].tolist()


def tensor_scene(block: Block, alt: str, *, axis_names: Sequence[str] | None = None) -> Scene:
    """One tensor by itself; from rank 3 on its sheets can be fanned out."""

    def poses(spread: bool, narrow: bool) -> tuple[Pose, ...]:
        layout = tensor_layout(block, spread=spread, axis_names=axis_names)
        return (arrange([layout], narrow=narrow),)

    deep = len(block.shape) >= 3
    frames = (Frame(alt),)
    return Scene((block,), poses(False, False), frames, alt, spread=poses(True, False) if deep else None)
