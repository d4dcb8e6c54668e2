"""Where the cells of a broadcast stand: as they are, with axes added, stretched, and with the result beside them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.operations.broadcasting import Alignment
from viz import theme
from viz.tensors.cells import STACK, AxisMark, Block, Label, Layout, Pose, arrange, tensor_layout

AS_THEY_ARE, ADDED, STRETCHED = range(3)
LONGEST_ROW = 8
"""Cells side by side on a phone; longer rows stand below each other."""


class Operand(NamedTuple):
    """own: the cells in memory. ghosts: the cells of the result's shape that are not. sources: ghost → own cell."""

    own: Block
    ghosts: Block
    sources: list[int]


class Blocks(NamedTuple):
    """What stands in the poses. symbol: of the operation."""

    alignment: Alignment
    operands: tuple[Operand, ...]
    result: Block
    symbol: str


def width(blocks: Blocks, *, spread: bool) -> float:
    """Of the result, and so of each tensor's room, in cells."""
    return _layout(blocks.result, 0, len(blocks.result.shape), spread).size[0]


def poses(blocks: Blocks, *, ends: Sequence[int], spread: bool = False, narrow: bool = False) -> tuple[Pose, ...]:
    """Three poses before the result, and one for each of ``ends``, the counts of the result's cells that are there.

    spread: sheets fanned out. narrow: for a phone.
    """
    result, count = blocks.result, len(blocks.operands)
    view = _layout(result, 2 * count, len(result.shape), spread)
    wide, high = view.size
    downward = narrow and (wide >= high or wide * (count + 1) > LONGEST_ROW)
    signs = [blocks.symbol] * (count - 1)
    empty = view._replace(axes=(), labels=())
    whole = view._replace(labels=(_name(f"result {result.shape}", view), *view.labels))
    margin = np.array([_room_on_the_left(view, blocks.symbol), 0.0])
    seen = np.arange(len(result.indices))
    found = []
    for stage, last in ((AS_THEY_ARE, False), (ADDED, False), (STRETCHED, False), (STRETCHED, True)):
        layouts = [*(_slot(blocks, which, view, stage, spread) for which in range(count)), whole if last else empty]
        layouts = [_moved(layout, margin, grown=True) for layout in layouts]
        pose = arrange(layouts, between=[*signs, "=" if last else ""], narrow=narrow, downward=downward)
        own_blocks = [mark.block for layout in layouts for mark in layout.axes]
        axes = tuple(mark._replace(block=block) for mark, block in zip(pose.axes, own_blocks, strict=True))
        presence = np.concatenate([*(_present(blocks, which, stage) for which in range(count)), np.zeros(len(seen))])
        found.append(pose._replace(axes=axes, presence=presence, ghosts=_ghosts(blocks)))
    before = found.pop()
    operands = before.presence[: len(before.presence) - len(seen)]
    return (*found, *(before._replace(presence=np.concatenate([operands, seen < end])) for end in ends))


def _room_on_the_left(view: Layout, symbol: str) -> float:
    """Cells for the brackets that stand further out, and for an operator that is a word."""
    further = max([mark.level - 1 for mark in view.axes if mark.side == "left"], default=0)
    return 0.8 * further + 0.5 * symbol.isalpha()


def _slot(blocks: Blocks, which: int, view: Layout, stage: int, spread: bool) -> Layout:
    """One operand's own cells and ghosts, in the room that its stretched view takes."""
    operand, result = blocks.operands[which], blocks.result
    before = _standing(operand.own, 2 * which, result, view, stage, spread)
    if stage != STRETCHED:
        ghosts, behind = before.positions[operand.sources], before.layers[operand.sources] - 0.5
        return before._replace(
            positions=np.concatenate([before.positions, ghosts]), layers=np.concatenate([before.layers, behind])
        )
    seats = {tuple(index): seat for seat, index in enumerate(result.indices.tolist())}
    missing = len(result.shape) - len(operand.own.shape)
    indices = [(*[0] * missing, *index) for index in operand.own.indices.tolist()]
    indices += [tuple(index) for index in operand.ghosts.indices.tolist()]
    # Stretched to size 0 there is no seat left: the cell vanishes where it stood.
    stays = not all(index in seats for index in indices)
    chosen = [] if stays else [seats[index] for index in indices]
    title = f"{operand.own.name} {'as ' if any(_stretched(blocks, which)) else ''}{result.shape}"
    return view._replace(
        positions=before.positions if stays else view.positions[chosen],
        layers=before.layers if stays else view.layers[chosen],
        axes=tuple(_view_mark(blocks, which, mark) for mark in view.axes),
        labels=(_name(title, view), *view.labels),
    )


def _standing(own: Block, number: int, result: Block, view: Layout, stage: int, spread: bool) -> Layout:
    """An operand before it is stretched; its first cell stands where the first cell of its view will."""
    missing = len(result.shape) - len(own.shape) if stage == ADDED else 0
    zeros = np.zeros((len(own.indices), missing), int)
    block = own._replace(
        shape=(1,) * missing + own.shape,
        kept=((0,),) * missing + own.kept,
        indices=np.concatenate([zeros, own.indices], axis=1),
    )
    layout = _layout(block, number, len(result.shape), spread)
    there = len(view.positions) and len(layout.positions)
    shift = view.positions[0] - layout.positions[0] if there else np.zeros(2)
    marks = tuple(_own_mark(mark, number, missing) for mark in layout.axes)
    labels = (_name(f"{own.name} {block.shape}", layout), *layout.labels)
    return _moved(layout._replace(axes=marks, labels=labels, size=view.size), shift)


def _layout(block: Block, number: int, rank: int, spread: bool) -> Layout:
    """A block whose axes are named from the right and have the colours of the result's axes."""
    axes = range(-len(block.shape), 0)
    colors = [theme.AXES[min(rank + axis, len(theme.AXES) - 1)] for axis in axes]
    names = [f"axis {axis}" for axis in axes]
    layout = tensor_layout(block, number, spread=spread, axis_names=names, colors=colors)
    return layout._replace(labels=tuple(_dots(block, layout, spread)))


def _dots(block: Block, layout: Layout, spread: bool) -> Iterator[Label]:
    """Dots wherever an axis is cut, in the first matrix for the last two axes, beside the stack, between far groups."""
    for axis, kept in enumerate(block.kept):
        before = kept.index(None) - 1 if None in kept else 0
        after = before + (2 if None in kept else 1)
        if len(block.indices) and len([index for index in kept if index is not None]) < block.shape[axis]:
            back = len(block.kept) - axis
            outer = block.indices[:, : max(0, len(block.kept) - 2) if back < 3 else axis]
            here = (outer == block.indices[0, : outer.shape[1]]).all(1)
            sides = [layout.positions[here & (block.indices[:, axis] == kept[end])] for end in (before, after)]
            x, y = sum(side.mean(0) for side in sides) / 2 + 0.5
            if len(block.kept) > 2 and len(block.kept[-3]) > 1 and not spread:
                x, y = _clear_of_stack(x, y, back, sides[0], layout.positions[here])
            upright = back % 2 == 0
            yield Label("⋮" if upright else "…", float(x), float(y), "muted", 1.3)


def _clear_of_stack(x: float, y: float, back: int, before: np.ndarray, matrix: np.ndarray) -> tuple[float, float]:
    """Where dots stand on no cell of the sheets behind: at the lower or left edge, or at the missing sheet's corner."""
    if back == 1:
        return x, matrix[:, 1].max() + 1 - STACK / 2
    if back == 2:
        return matrix[:, 0].min() + STACK / 2, y
    if back == 3:
        left, top = before.min(0)
        return left + 1.5 * STACK, top - STACK / 2
    return x, y


def _moved(layout: Layout, shift: np.ndarray, *, grown: bool = False) -> Layout:
    wide, high = layout.size
    return Layout(
        layout.positions + shift,
        layout.layers,
        (wide + float(shift[0]), high + float(shift[1])) if grown else layout.size,
        tuple(_shifted_mark(mark, shift) for mark in layout.axes),
        tuple(label._replace(x=label.x + shift[0], y=label.y + shift[1]) for label in layout.labels),
    )


def _own_mark(mark: AxisMark, number: int, missing: int) -> AxisMark:
    """An added axis is none of the block in memory: pointing at its bracket tints no cell."""
    if mark.axis < missing:
        return mark._replace(block=number + 1, description=f"{mark.description}: it was added on the left")
    return mark._replace(axis=mark.axis - missing)


def _view_mark(blocks: Blocks, which: int, mark: AxisMark) -> AxisMark:
    """A bracket of a stretched operand: along a stretched axis the stride is 0."""
    operand, axis = blocks.operands[which], blocks.alignment.axes[mark.axis]
    name, number = operand.own.name, 2 * which
    about = f"axis {axis.number} of {name} has size {axis.size:,}"
    if axis.stretched[which]:
        text = f"{mark.text}, stride 0"
        about = f"axis {axis.number} of {name} is stretched from 1 to {axis.size:,}: its stride is 0 bytes"
        return mark._replace(block=number + 1, text=text, description=about)
    if len(operand.ghosts.indices) or axis.added[which]:
        return mark._replace(block=number + 1, description=about)
    return mark._replace(
        block=number, axis=mark.axis - len(blocks.result.shape) + len(operand.own.shape), description=about
    )


def _stretched(blocks: Blocks, which: int) -> list[bool]:
    return [axis.stretched[which] for axis in blocks.alignment.axes]


def _present(blocks: Blocks, which: int, stage: int) -> np.ndarray:
    """Own cells are there unless stretched to nothing; ghosts are there once stretched."""
    operand = blocks.operands[which]
    own = not (stage == STRETCHED and 0 in blocks.result.shape)
    return np.repeat([own, stage == STRETCHED], [len(operand.own.indices), len(operand.ghosts.indices)]).astype(float)


def _ghosts(blocks: Blocks) -> np.ndarray:
    counts = [len(block.indices) for operand in blocks.operands for block in (operand.own, operand.ghosts)]
    return np.repeat([False, True] * len(blocks.operands) + [False], [*counts, len(blocks.result.indices)])


def _name(text: str, layout: Layout) -> Label:
    """A name above the brackets that stand on top."""
    levels = max([mark.level for mark in layout.axes if mark.side in ("top", "behind")], default=0)
    return Label(text, layout.size[0] / 2, 0.0, lift=12 + 20 * levels)


def _shifted_mark(mark: AxisMark, shift: np.ndarray) -> AxisMark:
    (x0, y0), (x1, y1), (dx, dy) = mark.start, mark.end, map(float, shift)
    return mark._replace(start=(x0 + dx, y0 + dy), end=(x1 + dx, y1 + dy))
