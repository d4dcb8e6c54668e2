"""A slice as a picture: the tensor with its taken cells lit, which then travel to the result."""

from bisect import insort
from collections.abc import Sequence

import numpy as np

from engine.tensors import slicing
from engine.tensors.slicing import Derivation, Step
from engine.typed.index_syntax import index_text
from viz import theme
from viz.tensors import cells
from viz.tensors.cells import Block, Frame, Label, Layout, Pose, Relation, Scene

LIMIT = 10
"""Cells drawn along each of the last two axes of a tensor that is no image."""
SHEETS = 4
"""Sheets drawn along the other axes; of images one fewer."""
PIXELS = 28
STEPPED_BACK = 0.35
"""How present a cell is that the index leaves behind."""
PIXEL_SIZE = 6.9
"""Pixels of the screen per cell of an image, at most: any larger, and the cells' borders would cover the ink."""
RESULT = "my_slice"
HEIGHT = 540

Kept = tuple[tuple[int | None, ...], ...]


def slicing_scene(
    array: np.ndarray, name: str, derivation: Derivation, *, image: bool = False, editable: bool = False
) -> Scene:
    """Two frames: the tensor with the taken cells lit; the same cells as the result beside or below it.

    derivation: what ``slicing.derive`` says of this array's shape. image: draw cells as ink, whole sheets of 28 × 28.
    editable: whether the reader may type into the tensor's cells. Of a long axis only some indices are drawn, the
    taken ones first; the caption and brackets say which.
    """
    result_kept, source_kept = _kept(derivation, image)
    fill = "ink" if image else ""
    source = cells.tensor_block(array, name, kept=source_kept, fill=fill, editable=editable)
    sources = slicing.taken(derivation, cells.drawn_indices(result_kept))
    result = _result_block(array[tuple(sources.T)], derivation, result_kept, fill)
    if array.dtype.kind == "f" and not editable:
        source, result = (block._replace(texts=_rounded(block.values)) for block in (source, result))
    lit = np.flatnonzero(slicing.is_taken(derivation, source.indices))
    place = {tuple(index): cell for cell, index in enumerate(source.indices.tolist())}
    origins = np.array([place[tuple(index)] for index in sources.tolist()], int)
    layouts = [_layout(source, _source_colors(derivation)), _layout(result, _result_colors(derivation))]
    names = (f"{name} {shape_text(derivation.shape)}", f"{RESULT} {shape_text(derivation.result_shape)}")
    poses, narrow = (_poses(layouts, names, lit, origins, width, image) for width in (cells.WIDE, cells.NARROW))
    frames = _frames(name, derivation, lit, [source, result])
    shapes = f"{name}, shape {shape_text(derivation.shape)}, and its slice, shape {shape_text(derivation.result_shape)}"
    alt = f"{shapes}. {frames[1].caption}"
    relations = _relations(source, result, lit, origins)
    return Scene((source, result), poses, frames, alt, narrow=narrow, relations=relations)


def _kept(derivation: Derivation, image: bool) -> tuple[Kept, Kept]:
    """Which indices of the result and of the source are drawn: every drawn result cell has its source drawn."""
    limits = _limits(len(derivation.shape), image)
    chosen: list[tuple[int | None, ...]] = []
    for axis, size in enumerate(derivation.result_shape):
        limit = min((limits[step.axis] for step in derivation.steps if _makes(step, axis)), default=1)
        # A cut axis of sheets leaves room in the source for one that is not taken.
        kept = cells.kept_indices(size, limit if size <= limit else max(limit - 2, 2))
        chosen.append(kept if len(derivation.result_shape) - axis <= 2 else _without_gaps(kept))
    wanted: list[list[int]] = [[] for _ in derivation.shape]
    for step in derivation.steps:
        if step.axis is None or 0 in derivation.result_shape:
            continue
        drawn = [0] if step.result_axis is None else _without_gaps(chosen[step.result_axis])
        wanted[step.axis] = sorted({step.positions[index] for index in drawn})
    source = tuple(
        _around(wanted[axis], size, limits[axis], gaps=len(derivation.shape) - axis <= 2)
        for axis, size in enumerate(derivation.shape)
    )
    return tuple(chosen), source


def _limits(rank: int, image: bool) -> list[int]:
    last = PIXELS if image else LIMIT
    return [last if rank - axis <= 2 else SHEETS - image for axis in range(rank)]


def _makes(step: Step, result_axis: int) -> bool:
    return step.axis is not None and step.result_axis == result_axis


def _without_gaps(kept: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(index for index in kept if index is not None)


def _around(wanted: Sequence[int], size: int, limit: int, *, gaps: bool) -> tuple[int | None, ...]:
    """The wanted indices of an axis and their neighbours; None, if gaps, wherever more than one is left out."""
    limit += 2 if gaps else 0
    if size <= limit:
        return tuple(range(size))
    kept = list(wanted) or [0]
    away = 1
    while len(kept) < limit and away <= (2 if wanted else size):
        for index in (wanted[-1] + away, wanted[0] - away) if wanted else (away,):
            if 0 <= index < size and index not in kept and len(kept) < limit:
                insort(kept, index)
        away += 1
    if not gaps:
        return tuple(kept)
    spelled: list[int | None] = []
    for before, index in zip([-1, *kept], [*kept, size], strict=True):
        missing = range(before + 1, index)
        spelled += [*(missing if len(missing) == 1 else [None] if missing else []), index]
    return tuple(spelled[:-1])


def _result_block(drawn: np.ndarray, derivation: Derivation, kept: Kept, fill: str) -> Block:
    """The drawn cells of the result, as one block of its whole shape."""
    counts = [len(_without_gaps(axis)) for axis in kept]
    every = tuple(tuple(range(count)) for count in counts)
    block = cells.tensor_block(drawn.reshape(counts), RESULT, kept=every, fill=fill)
    return block._replace(shape=derivation.result_shape, kept=kept, indices=cells.drawn_indices(kept))


def _rounded(values: Sequence[str]) -> list[str]:
    """Two decimals fit a small cell; the readout says the rest."""
    return [f"{float(value):.2f}" for value in values]


def _source_colors(derivation: Derivation) -> list[str]:
    return [theme.AXES[min(axis, len(theme.AXES) - 1)] for axis in range(len(derivation.shape))]


def _result_colors(derivation: Derivation) -> list[str]:
    """An axis keeps its colour; one that newaxis puts in has none of its own."""
    colors = ["muted"] * len(derivation.result_shape)
    for step in reversed(derivation.steps):
        if step.axis is not None and step.result_axis is not None:
            colors[step.result_axis] = _source_colors(derivation)[step.axis]
    return colors


def _layout(block: Block, colors: Sequence[str]) -> Layout:
    """The block with its sheets beside each other, an ellipsis in every gap, and the drawn sheets in the brackets."""
    rank = len(block.shape)
    layout = cells.tensor_layout(block, spread=True, colors=colors)
    marks = []
    for mark in layout.axes:
        kept = block.kept[mark.axis]
        cut = rank - mark.axis > 2 and len(kept) < block.shape[mark.axis]
        drawn = f"; here {', '.join(map(str, kept))}" if cut else ""
        marks.append(mark._replace(text=mark.text + drawn))
    return layout._replace(axes=tuple(marks), labels=_dots(block))


def _dots(block: Block) -> tuple[Label, ...]:
    """An ellipsis in the middle of whatever is left out of the last two axes, one for each gap."""
    counts = tuple(max(len(kept), 1) for kept in block.kept)
    every = tuple(tuple(range(count)) for count in counts)
    full = Block(block.name, block.shape, every, cells.drawn_indices(every), (), (), (), np.zeros(0))
    positions = cells.tensor_layout(full, spread=True).positions.reshape(*counts, 2)
    labels = []
    for axis, kept in enumerate(block.kept):
        for slot, index in enumerate(kept):
            if index is None:
                x, y = positions.take(slot, axis).reshape(-1, 2).mean(axis=0) + 0.5
                labels.append(Label("…" if axis == len(counts) - 1 else "⋮", float(x), float(y), "muted", 1.3))
    return tuple(labels)


def _poses(
    layouts: Sequence[Layout], names: Sequence[str], lit: np.ndarray, origins: np.ndarray, width: int, image: bool
) -> tuple[Pose, ...]:
    """Before and after the journey, in whichever arrangement gives the larger cells."""
    count = len(layouts[0].positions)
    after = cells.arrange(layouts, names=names, narrow=width == cells.NARROW, downward=_downward(layouts, width, image))
    # The bracket of sheets stands between a block and its name.
    labels = tuple(label._replace(lift=label.lift + 8) if label.lift > 12 else label for label in after.labels)
    presence = np.full(len(after.positions), STEPPED_BACK)
    presence[lit] = presence[count:] = 1
    layers = np.concatenate([np.zeros(count), np.ones(len(origins))])
    after = after._replace(presence=presence, layers=layers, labels=labels)
    positions = np.concatenate([after.positions[:count], after.positions[origins]])
    hidden = np.concatenate([presence[:count], np.zeros(len(origins))])
    return after._replace(positions=positions, presence=hidden), after


def _downward(layouts: Sequence[Layout], width: int, image: bool) -> bool:
    """Whether the two get larger cells one below the other; brackets and names take some pixels of each."""
    (w0, h0), (w1, h1) = (layout.size for layout in layouts)
    aside, above = 50, 70
    beside = min((width - 2 * aside - cells.GAP) / (w0 + w1), (HEIGHT - above) / max(h0, h1))
    below = min((width - aside) / max(w0, w1), (HEIGHT - 2 * above - cells.GAP) / (h0 + h1))
    largest = PIXEL_SIZE if image else cells.MAX_CELL
    return min(below, largest) > min(beside, largest)


def _frames(name: str, derivation: Derivation, lit: np.ndarray, blocks: Sequence[Block]) -> tuple[Frame, Frame]:
    code = f"{name}[{clipped(index_text(derivation.index))}]"
    count = _count(derivation.result_shape)
    cut = [words for block, label in zip(blocks, (name, RESULT), strict=True) if (words := _cut_words(block, label))]
    drawn = f" Drawn: {'; '.join(cut)}." if cut else ""
    shape = f"shape {shape_text(derivation.result_shape)}"
    return (
        Frame(f"{code} takes the lit cells: {count}.{drawn}", 0, {"data": lit.tolist()}),
        Frame(f"The lit cells make {RESULT}, {shape}.{drawn}", 1, {"data": lit.tolist()}, seconds=1.6),
    )


def _count(shape: Sequence[int]) -> str:
    """How many cells, as a product.

    >>> _count((90, 28, 28)), _count((5,)), _count(())
    ('90 × 28 × 28 = 70,560', '5', '1')
    """
    total = int(np.prod([int(size) for size in shape], dtype=object))
    factors = " × ".join(f"{size:,}" for size in shape)
    return f"{factors} = {total:,}" if len(shape) > 1 else f"{total:,}"


def _cut_words(block: Block, label: str) -> str:
    """What of a block is drawn, if not all."""
    drawn = [
        f"{len(indices)} of {size:,} on axis {axis}"
        for axis, (kept, size) in enumerate(zip(block.kept, block.shape, strict=True))
        if len(indices := _without_gaps(kept)) < size
    ]
    return f"of {label} {', '.join(drawn)}" if drawn else ""


def _relations(source: Block, result: Block, lit: np.ndarray, origins: np.ndarray) -> dict[int, Relation]:
    """A cell of the result lights its source, a taken cell what it became; both say the other's index."""
    first = len(source.indices)
    became: dict[int, list[int]] = {int(cell): [] for cell in lit}
    relations = {}
    for cell, origin in enumerate(origins.tolist()):
        became[origin].append(first + cell)
        text = f"Taken from {_cell(source, origin)}"
        relations[first + cell] = Relation({"data": [origin, first + cell]}, text)
    for cell, copies in became.items():
        where = " and ".join(_cell(result, copy - first) for copy in copies)
        text = f"Taken: it is {where}" if where else f"Taken; its cell of {RESULT} is not drawn"
        relations[cell] = Relation({"data": [cell, *copies]}, text)
    return relations


def _cell(block: Block, cell: int) -> str:
    index = ", ".join(map(str, block.indices[cell].tolist()))
    return f"{block.name}[{index}]" if index else block.name


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it."""
    return str(tuple(int(size) for size in shape))


def clipped(text: str) -> str:
    """At most 60 characters of an index."""
    return text if len(text) <= 60 else text[:57] + "…"
