"""x and y, cell by cell, and the result that fills in row-major order: as a scene, and in a sentence."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from engine.operations.elementwise import OPERATIONS, Counts, spelled, wrapped
from viz.tensors.cells import Block, Frame, Pose, Relation, Scene, arrange, first_cells, tensor_block, tensor_layout

LIMITS = {0: (1, 1), 1: (12, 1), 2: (8, 1), 3: (4, 3)}
"""Rank → how many entries are drawn along each of the last two axes, and along the others."""
DEEPEST = (2, 2)
MAX_STEPS = 100
MIDDLE_ROWS, MIDDLE_COLUMNS, MIDDLE_PIXELS = range(10, 18), range(10, 18), range(402, 410)
"""Of images those pixels are drawn where there is ink: a window in their middle."""
LEFT, RIGHT, RESULT = "data", "weights", "prediction"
"""Colours of the cells under the pointer: of x, of y and of the result."""
WRAPPED = "loss"
"""Colour of the cells whose number did not fit into the dtype."""


class Operand(NamedTuple):
    """name: what the reader calls it. fill: how its cells are filled, as in cells.tensor_block."""

    name: str
    array: np.ndarray
    fill: str = ""
    editable: bool = False


def kept_indices(shape: Sequence[int], *, image: bool = False) -> tuple[tuple[int | None, ...], ...]:
    """The indices drawn of each axis, None where some are left out; of images a window in their middle."""
    if image and shape[-2:] == (28, 28):
        return (None, *MIDDLE_ROWS, None), (None, *MIDDLE_COLUMNS, None)
    limit, sheets = LIMITS.get(len(shape), DEEPEST)
    kept = []
    for axis, size in enumerate(shape):
        most = limit if len(shape) - axis <= 2 else sheets
        kept.append(tuple(range(size)) if size <= most else (*range(most), None))
    if image and shape[-1:] == (784,):
        kept[-1] = (None, *MIDDLE_PIXELS, None)
    return tuple(kept)


def elementwise_scene(name: str, operands: Sequence[Operand], result: np.ndarray) -> Scene:
    """The operands, the result, and a frame for each cell in row-major order; the last frame shows everything.

    operands: one for relu, else two, of equal shapes or one of them a scalar. Pointing at any cell lights what belongs
    to it and spells out the computation. Many cells are computed several to a frame, at most MAX_STEPS frames.
    """
    image = any(operand.fill == "ink" and operand.array.shape == result.shape for operand in operands)
    kept = kept_indices(result.shape, image=image)
    blocks = [
        tensor_block(
            operand.array,
            operand.name,
            fill=operand.fill,
            editable=operand.editable,
            kept=kept if operand.array.shape == result.shape else (),
        )
        for operand in operands
    ]
    blocks.append(tensor_block(result, "result", kept=kept))
    computations = _computations(name, operands, blocks[-1])
    links = _links(blocks)
    alt = f"{expression(name)}, cell by cell, shape {result.shape}. " + " ".join(f"{one}." for one in computations[:6])
    return Scene(
        tuple(blocks),
        (_pose(name, operands, blocks, result, narrow=False),),
        _frames(blocks, links, computations, result, _wrapped_cells(name, operands, result, blocks)),
        alt,
        narrow=(_pose(name, operands, blocks, result, narrow=True),),
        relations=_relations(blocks, links, computations),
    )


def expression(name: str) -> str:
    """The operation on x and y, as a formula.

    >>> expression("add"), expression("maximum"), expression("relu")
    ('x + y', 'max(x, y)', 'relu(x)')
    """
    operation = OPERATIONS[name]
    if operation.arity == 1:
        return f"{operation.symbol}(x)"
    return f"{operation.symbol}(x, y)" if operation.symbol.isalpha() else f"x {operation.symbol} y"


def _pose(name: str, operands: Sequence[Operand], blocks: Sequence[Block], result: np.ndarray, *, narrow: bool) -> Pose:
    """Side by side; rows of numbers, and everything on a phone, one below the other, so that partners stand in line."""
    downward = narrow or result.ndim == 1
    between = [OPERATIONS[name].symbol, "="] if len(operands) == 2 else ["↓" if downward else "→"]
    names = [f"{operand.name}, {operand.array.dtype}" for operand in operands]
    names.append(f"{expression(name)}, {result.dtype}")
    layouts = [tensor_layout(block, number) for number, block in enumerate(blocks)]
    return arrange(layouts, names=names, between=between, narrow=narrow, downward=downward)


def _computations(name: str, operands: Sequence[Operand], result: Block) -> list[str]:
    """The sentence of each drawn cell of the result."""
    sentences = []
    for index in map(tuple, result.indices.tolist()):
        cells = [operand.array[index if operand.array.ndim else ()] for operand in operands]
        sentences.append(spelled(name, *cells))
    return sentences


def _links(blocks: Sequence[Block]) -> np.ndarray:
    """(cells of the result, blocks): for each cell of the result, the number of the cell it goes with in each block."""
    count = len(blocks[-1].indices)
    columns = []
    for block, first in zip(blocks, first_cells(blocks), strict=True):
        columns.append(np.arange(first, first + count) if block.shape else np.full(count, first))
    return np.stack(columns, axis=1)


def _colors(blocks: Sequence[Block]) -> tuple[str, ...]:
    return (LEFT, RESULT) if len(blocks) == 2 else (LEFT, RIGHT, RESULT)


def _relations(blocks: Sequence[Block], links: np.ndarray, computations: Sequence[str]) -> dict[int, Relation]:
    """Every cell lights its partners; a single number that goes with many cells lights them all."""
    colors = _colors(blocks)
    relations: dict[int, Relation] = {}
    for row, text in zip(links.tolist(), computations, strict=True):
        lit = {color: [cell] for color, cell in zip(colors, row, strict=True)}
        relations |= dict.fromkeys(row, Relation(lit, text))
    for number, block in enumerate(blocks[:-1]):
        if not block.shape and len(links) > 1:
            every = {color: sorted(set(column)) for color, column in zip(colors, links.T.tolist(), strict=True)}
            relations[int(links[0, number])] = Relation(every, "This one number goes with every cell")
    return relations


def _wrapped_cells(
    name: str, operands: Sequence[Operand], result: np.ndarray, blocks: Sequence[Block]
) -> tuple[int, ...]:
    """The cells of the result that hold no exact number because it did not fit."""
    at = tuple(blocks[-1].indices.T)
    arrays = [np.broadcast_to(operand.array, result.shape)[at] for operand in operands]
    first = first_cells(blocks)[-1]
    return tuple((first + np.flatnonzero(wrapped(name, arrays, result[at]))).tolist())


def _frames(
    blocks: Sequence[Block], links: np.ndarray, computations: Sequence[str], result: np.ndarray, wrong: Sequence[int]
) -> tuple[Frame, ...]:
    count, colors = len(links), _colors(blocks)
    drawn = "" if count == result.size else f"; {count} of them are drawn"
    said = "The one result." if result.size == 1 else f"All {result.size:,} results{drawn}."
    if wrong:
        said += f" Red: {'it' if count == 1 else f'{len(wrong)} of these'} did not fit and wrapped around."
    whole = Frame(said, lit={WRAPPED: wrong} if wrong else {})
    group = max(1, ceil(count / MAX_STEPS))
    frames = []
    for start in range(0, count, group):
        rows = links[start : start + group]
        lit = {color: sorted(set(column)) for color, column in zip(colors, rows.T.tolist(), strict=True)}
        ahead = dict.fromkeys(links[start + group :, -1].tolist(), "")
        said = computations[min(start + group, count) - 1]
        frames.append(Frame(said, lit=lit, texts=ahead, seconds=0.7))
    return (*frames, whole) if count > 1 else (whole,)


def result_sentence(name: str, operands: Sequence[Operand], result: np.ndarray, counts: Counts) -> str:
    """Shape and dtype of the result, where the dtype comes from, and what is worth counting (Markdown)."""
    dtypes = list(dict.fromkeys(str(operand.array.dtype) for operand in operands))
    shape = f"`{result.shape}`" if result.shape else "`()`, a single number"
    if OPERATIONS[name].compares:
        origin = f"**bool**: every comparison is True or False. {counts.true:,} of {counts.size:,} are True."
    elif len(dtypes) == 2:
        origin = f"**{result.dtype}**: {dtypes[0]} with {dtypes[1]} gives {result.dtype}."
    elif dtypes[0] == str(result.dtype):
        origin = f"**{result.dtype}**, like {'both operands' if len(operands) == 2 else 'x'}."
    else:
        origin = f"**{result.dtype}**: {OPERATIONS[name].title} makes {result.dtype} of {dtypes[0]}."
    more = []
    if name == "relu":
        stay = counts.size - counts.zeroed
        more.append(f"Of {counts.size:,} numbers **{counts.zeroed:,} were negative and became 0**; {stay:,} stay.")
    if counts.wrapped:
        limits = np.iinfo(result.dtype)
        number = "It" if counts.size == 1 else f"{counts.wrapped:,} of {counts.size:,}"
        more.append(
            f"**{number} wrapped around**: {result.dtype} holds whole numbers from {limits.min:,} to {limits.max:,}, "
            f"and the exact result{' is' if counts.wrapped == 1 else 's are'} outside."
        )
    if counts.infinite:
        more.append(f"{counts.infinite:,} became inf.")
    if counts.undefined:
        more.append(f"{counts.undefined:,} became nan, “not a number”.")
    return " ".join([f"The result has shape {shape} and dtype {origin}", *more])


def left_out(scene: Scene) -> str:
    """What the picture does not show, as a sentence; empty if it shows everything."""
    block = scene.blocks[-1]
    parts = []
    for axis, (kept, size) in enumerate(zip(block.kept, block.shape, strict=True)):
        if None in kept:
            drawn = [index for index in kept if index is not None]
            parts.append(f"{drawn[0]} to {drawn[-1]} of {size:,} along axis {axis}")
    return f"Drawn: indices {', '.join(parts)}." if parts else ""


def button(name: str) -> str:
    """The operation as a button shows it, in words and with its sign: a screen reader passes over bare signs.

    Markdown, so every sign is escaped.

    >>> button("power"), button("relu")
    ('power \\\\*\\\\*', 'relu')
    """
    title, symbol = OPERATIONS[name].title, OPERATIONS[name].symbol
    return title if symbol.isalpha() else " ".join([title, "".join(f"\\{sign}" for sign in symbol)])
