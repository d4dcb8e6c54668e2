"""Broadcasting in motion: tensors as they are, axes added, cells stretched into ghosts, and the result cell by cell."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.operations.broadcasting import Alignment, Computed, source_index
from viz.operations.broadcasting_poses import STRETCHED, Blocks, Operand, poses, width
from viz.operations.broadcasting_words import added_sentence, stretched_sentence, their_shapes
from viz.tensors.cells import Block, Frame, Relation, Scene, drawn_indices, first_cells, kept_indices, tensor_block

LIT = ("data", "weights", "gradient")
"""Colours of the operands' cells under the pointer."""
RESULT = "prediction"
SWEEP = 6
"""In how many steps the result appears."""
LIMITS = {3: (8, 6, 4), 4: (4, 2, 3), 5: (3, 2, 2)}
"""Rank → how many entries are drawn at most of the last three axes, from the right; of the others the ends."""
FANNED, FANNED_ROW = 20, 50
"""How many cells side by side, on a phone and in a wide row, still are large enough to see; else no sheets fan out."""
Kept = tuple[tuple[int | None, ...], ...]


class Picture(NamedTuple):
    """What is drawn. kept: the indices drawn of the result's axes, those that ``computed`` was computed for.

    names: of the operands. symbol: of the operation. fill: of all cells, as in tensor_block.
    """

    alignment: Alignment
    kept: Kept
    names: tuple[str, ...]
    symbol: str
    computed: Computed
    fill: str = ""


def kept_axes(alignment: Alignment, *, long_numbers: bool = False) -> Kept:
    """The indices drawn of each axis of the result; None where some are left out, but nothing between far groups.

    long_numbers: fewer columns, so that their cells are wide enough.
    """
    rank = len(alignment.result)
    limits = list(LIMITS[min(max(rank, 3), 5)])
    limits[0] = min(limits[0], 6 if long_numbers or len(alignment.shapes) > 2 else 8)
    near = [kept_indices(size, limit) for size, limit in zip(alignment.result[::-1], limits, strict=False)]
    far = [tuple(range(size)) if size <= 2 else (0, size - 1) for size in alignment.result[: rank - len(near)]]
    return (*far, *near[::-1])


def places(kept: Kept) -> list[list[int]]:
    """The drawn indices of each axis, as engine.operations.broadcasting.compute wants them."""
    return [[index for index in axis if index is not None] for axis in kept]


def broadcasting_scene(picture: Picture) -> Scene:
    """0 the tensors as they are; 1 axes added; 2 stretched; then the result in steps. The shapes must fit.

    Blocks: of each operand its own cells and its ghosts, then the result. The dashed ghosts leave the cell that they
    read. Own cells never move in step 1, nor in step 2 while they have at most three axes and lie in a stack.
    """
    alignment = picture.alignment
    result = _drawn(picture.computed.result, "result", alignment.result, picture.kept, picture.fill)
    operands = tuple(_operand(picture, which, result) for which in range(len(picture.names)))
    standing = Blocks(alignment, operands, result, picture.symbol)
    blocks = (*(block for operand in operands for block in (operand.own, operand.ghosts)), result)
    relations = _relations(picture, operands, blocks)
    ends = _ends(len(result.indices))
    room = width(standing, spread=True)
    fans = len(result.shape) >= 3 and room <= FANNED and room * (len(operands) + 1) <= FANNED_ROW
    shapes = " and ".join(str(shape) for shape in alignment.shapes)
    return Scene(
        blocks,
        poses(standing, ends=ends),
        _frames(picture, blocks, relations, ends),
        f"Broadcasting {shapes} to {result.shape} ({picture.symbol}), step by step.",
        narrow=poses(standing, ends=ends, narrow=True),
        spread=poses(standing, ends=ends, spread=True) if fans else None,
        narrow_spread=poses(standing, ends=ends, spread=True, narrow=True) if fans else None,
        relations=relations,
    )


def _drawn(cells: np.ndarray, name: str, shape: tuple[int, ...], kept: Kept, fill: str) -> Block:
    """A block from its drawn cells alone, under their indices in the whole."""
    block = tensor_block(cells, name, fill=fill, kept=tuple(tuple(range(size)) for size in cells.shape))
    return block._replace(shape=shape, kept=kept, indices=drawn_indices(kept))


def _operand(picture: Picture, which: int, result: Block) -> Operand:
    """The own cells of one operand, and a ghost for every cell of its stretched view that has no own one."""
    shape = picture.alignment.shapes[which]
    offset = len(result.shape) - len(shape)
    kept = tuple((0,) if size == 1 else axis for size, axis in zip(shape, result.kept[offset:], strict=True))
    own = _drawn(picture.computed.operands[which], picture.names[which], shape, kept, picture.fill)
    numbers = _numbers(own)
    stretched = np.array([axis.stretched[which] for axis in picture.alignment.axes], bool)
    copies = [tuple(index.tolist()) for index in result.indices if index[stretched].any()]
    sources = [numbers[source_index(index, shape, result.shape)] for index in copies]
    ghosts = Block(
        f"{own.name} stretched",
        result.shape,
        result.kept,
        np.array(copies, int).reshape(len(copies), len(result.shape)),
        [own.texts[cell] for cell in sources],
        [own.values[cell] for cell in sources],
        [own.fills[cell] for cell in sources],
        own.strengths[sources],
    )
    return Operand(own, ghosts, sources)


def _numbers(block: Block) -> dict[tuple[int, ...], int]:
    """Index → number of the cell within its block."""
    return {tuple(index): number for number, index in enumerate(block.indices.tolist())}


def _ends(cells: int) -> list[int]:
    """How many cells of the result are there after each step; a last step shows it as it is, without lights."""
    steps = min(SWEEP, cells)
    return [*(round(cells * step / steps) for step in range(1, steps + 1)), cells]


def _frames(
    picture: Picture, blocks: Sequence[Block], relations: dict[int, Relation], ends: Sequence[int]
) -> tuple[Frame, ...]:
    alignment, first, start = picture.alignment, first_cells(blocks)[-1], 0
    frames = [
        Frame(f"As they are: {their_shapes(alignment, picture.names)}."),
        Frame(added_sentence(alignment, picture.names), pose=1),
        Frame(stretched_sentence(alignment, picture.names), pose=2, seconds=1.6),
    ]
    for pose, end in enumerate(ends[:-1], STRETCHED + 1):
        lit: dict[str, list[int]] = {}
        for cell in range(first + start, first + end):
            for color, members in relations[cell].lit.items():
                lit.setdefault(color, []).extend(members)
        caption = f"Cell by cell: {_called(blocks[-1], end - 1)} is computed as {picture.computed.spelled[end - 1]}."
        frames.append(Frame(caption, pose, {color: sorted(set(lit[color])) for color in lit}))
        start = end
    count = prod(alignment.result)
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    frames.append(Frame(f"The result has shape {alignment.result}: {cells}.", STRETCHED + len(ends)))
    return tuple(frames)


def _called(block: Block, number: int) -> str:
    index = block.indices[number].tolist()
    return f"{block.name}[{', '.join(map(str, index))}]" if index else block.name


def _relations(picture: Picture, operands: Sequence[Operand], blocks: Sequence[Block]) -> dict[int, Relation]:
    """Result cell → its sources and its computation; own cell → everything that reads it; ghost → what it reads."""
    first, result = first_cells(blocks), blocks[-1]
    indices = [tuple(index) for index in result.indices.tolist()]
    lit = [{RESULT: [first[-1] + seat]} for seat in range(len(indices))]
    relations = {}
    for which, operand in enumerate(operands):
        own, color = first[2 * which], LIT[which]
        numbers, copies = _numbers(operand.own), _numbers(operand.ghosts)
        readers: dict[int, list[int]] = {own + cell: [] for cell in range(len(numbers))}
        for seat, index in enumerate(indices):
            source = own + numbers[source_index(index, operand.own.shape, result.shape)]
            ghost = [first[2 * which + 1] + copies[index]] if index in copies else []
            lit[seat][color] = [source, *ghost]
            readers[source].append(seat)
            for cell in ghost:
                text = f"Not in memory: it reads {_called(operand.own, source - own)}."
                relations[cell] = Relation({color: [cell, source], RESULT: [first[-1] + seat]}, text)
        for source, seats in readers.items():
            group = {color: sorted({source, *(cell for seat in seats for cell in lit[seat][color])})}
            relations[source] = Relation(group | {RESULT: [first[-1] + seat for seat in seats]}, _read(picture, which))
    for seat, sources in enumerate(lit):
        relations[first[-1] + seat] = Relation(sources, f"Computed as {picture.computed.spelled[seat]}.")
    return relations


def _read(picture: Picture, which: int) -> str:
    """For how many cells of the result one cell of an operand is read, also of those not drawn."""
    times = prod(axis.size for axis in picture.alignment.axes if axis.stretched[which])
    return f"Read for {'1 cell' if times == 1 else f'{times:,} cells'} of the result."
