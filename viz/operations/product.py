"""The product ``x @ y`` as a box diagram: the width of x meets the height of y, and where they cross is the result."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.operations.product import PLAYED, Partial, ProductShape
from viz import theme
from viz.operations.sums import SAMPLED, SPELLED, compact, factor, listed, spelled
from viz.tensors.cells import (
    Block,
    Frame,
    Label,
    Layout,
    Pose,
    Relation,
    Scene,
    first_cells,
    kept_indices,
    kept_of,
    tensor_block,
    tensor_layout,
)

X_LIT, Y_LIT, RESULT_LIT = "data", "prediction", "gradient"
MAX_CELL, MAX_HEIGHT = 46, 680
WIDE, PHONE = 660, 345
"""Pixels: the largest cell, the highest picture; the widths it gets on a laptop and on a phone."""
BRACKETS = 64
"""Pixels between two blocks, for the brackets and names that stand there."""
UNTINTED, FAINT = 6, (0.06, 0.44)
"""The longest axis whose cells stay plain; how strongly others are filled, from 0 to the largest."""
SECONDS = {"dot": 0.45, "outer": 1.2, "rows": 0.6, "columns": 0.6}

Index = tuple[int, ...]


class Part(NamedTuple):
    """x, y or the result, drawn as a matrix: a vector x as a row, a vector y as a column.

    array: with the axes of size 1 that takes. real: the axes it has by itself. block: by itself, as the scene holds
    it. drawn: with the other axes. cells: index into array → number in the scene.
    """

    array: np.ndarray
    real: tuple[int, ...]
    block: Block
    drawn: Block
    cells: dict[Index, int]


def product_scene(
    x: np.ndarray,
    y: np.ndarray,
    result: np.ndarray,
    product_shape: ProductShape,
    partial: Partial | None,
    order: str,
    *,
    editable: tuple[bool, bool] = (False, False),
) -> Scene:
    """x bottom left, y top right, x @ y where they cross.

    partial: the steps to play in this order; None for a still picture. Pointing at a cell of the result lights its row
    and its column and spells its sum; pointing at x or y lights what that number is part of.
    """
    parts = _parts(x, y, result, product_shape, editable, still=partial is None)
    frames = [] if partial is None else _frames(parts, partial, order)
    frames.append(Frame("x @ y is complete. Point at one of its cells to see its sum."))
    flat, spread = (tuple((_pose(parts, fanned, narrow),) for narrow in (False, True)) for fanned in (False, True))
    fanned_out = spread if max(x.ndim, y.ndim) > 2 else (None, None)
    alt = (
        f"x of shape {x.shape} bottom left, y of shape {y.shape} top right, and x @ y of shape {product_shape.shape} "
        "where the rows of x meet the columns of y."
    )
    blocks = tuple(part.block for part in parts)
    return Scene(blocks, flat[0], tuple(frames), alt, flat[1], fanned_out[0], fanned_out[1], _relations(parts))


def axis_colors(x_rank: int, y_rank: int) -> tuple[list[str], list[str], list[str]]:
    """Colour names of the axes of x, y and x @ y: the shared axis has one colour in both, all others keep theirs.

    >>> axis_colors(2, 2)
    (['data', 'weights'], ['weights', 'prediction'], ['data', 'prediction'])
    """
    batches = max(x_rank, y_rank, 2) - 2
    count = batches + (x_rank > 1) + 1 + (y_rank > 1)
    names = [theme.AXES[min(axis, len(theme.AXES) - 1)] for axis in range(count)]
    batch, row = names[:batches], names[batches : batches + (x_rank > 1)]
    shared, column = [names[batches + len(row)]], names[batches + len(row) + 1 :]
    first = batch[batches - max(x_rank - 2, 0) :] + row + shared
    return first, batch[batches - max(y_rank - 2, 0) :] + shared + column, batch + row + column


def _parts(
    x: np.ndarray,
    y: np.ndarray,
    result: np.ndarray,
    product_shape: ProductShape,
    editable: tuple[bool, bool],
    *,
    still: bool,
) -> tuple[Part, Part, Part]:
    rows, columns = (1 if size is None else size for size in (product_shape.rows, product_shape.columns))
    matrices = (
        (x[None, :] if x.ndim == 1 else x, (1,) if x.ndim == 1 else tuple(range(x.ndim))),
        (y[:, None] if y.ndim == 1 else y, (0,) if y.ndim == 1 else tuple(range(y.ndim))),
        (result.reshape(*product_shape.batch, rows, columns), _result_axes(product_shape)),
    )
    names, can_edit = ("x", "y", "(x @ y)"), (*editable, False)
    # Where cells are too small for their numbers, colours still say which are large and which are below 0.
    fill = "signed" if max(rows, columns, product_shape.summed) > UNTINTED else ""
    fills = (fill, fill, fill if fill and still else "neutral")
    drawn = [
        tensor_block(array, name, kept=kept, editable=can, fill=color)
        for (array, _), name, kept, can, color in zip(
            matrices, names, _kept(*(array for array, _ in matrices)), can_edit, fills, strict=True
        )
    ]
    drawn = [
        block._replace(
            strengths=FAINT[0] + FAINT[1] * block.strengths,
            texts=[compact(array[tuple(index)], bool(fill)) for index in block.indices.tolist()],
        )
        for (array, _), block in zip(matrices, drawn, strict=True)
    ]
    parts = []
    for (array, real), block, first in zip(matrices, drawn, first_cells(drawn), strict=True):
        cells = {tuple(index): first + place for place, index in enumerate(block.indices.tolist())}
        own = block._replace(
            shape=tuple(block.shape[axis] for axis in real),
            kept=tuple(block.kept[axis] for axis in real),
            indices=block.indices[:, list(real)],
        )
        parts.append(Part(array, real, own, block, cells))
    left, right, crossing = parts
    return left, right, crossing


def _kept(x: np.ndarray, y: np.ndarray, result: np.ndarray) -> tuple[tuple[tuple[int | None, ...], ...], ...]:
    """The indices drawn of each axis of each matrix; both have the same terms."""
    first, second, third = (kept_of(array.shape, limit=PLAYED) for array in (x, y, result))
    terms = _kept_terms(x, first)
    return (*first[:-1], terms), (*second[:-2], terms, second[-1]), third


def _kept_terms(x: np.ndarray, kept: Sequence[Sequence[int | None]]) -> tuple[int | None, ...]:
    """The terms drawn: as of any axis, or, where x would show only zeros there, neighbours that hold most numbers."""
    count, usual = x.shape[-1], kept_indices(x.shape[-1], PLAYED)
    rows = x[np.ix_(*([index for index in axis if index is not None] for axis in kept[:-1]))].reshape(-1, count)
    ends = [index for index in usual if index is not None]
    if None not in usual or rows[:, ends].any() or not rows.any():
        return usual
    filled = np.convolve((rows != 0).sum(axis=0), np.ones(PLAYED, int), "valid")
    start = int(filled.argmax())
    before, after = (None,) * (start > 0), (None,) * (start + PLAYED < count)
    return (*before, *range(start, start + PLAYED), *after)


def cut_words(scene: Scene) -> str:
    """What a picture too large to play leaves out."""
    terms = [index for index in scene.blocks[0].kept[-1] if index is not None]
    window = scene.blocks[0].kept[-1][0] is None or terms[-1] - terms[0] == len(terms) - 1 < terms[-1]
    shared = (
        f"terms {terms[0]} to {terms[-1]} of the shared axis, for at its ends these rows of x are all 0, and "
        if window
        else ""
    )
    return (
        f"Too large to play, which takes at most {PLAYED} rows, terms and columns. Drawn are {shared}the first "
        f"{PLAYED - 1} and the last of each {'other ' if window else ''}long axis; the numbers are those of the whole "
        "product."
    )


def _result_axes(product_shape: ProductShape) -> tuple[int, ...]:
    batches = len(product_shape.batch)
    row = () if product_shape.rows is None else (batches,)
    return (*range(batches), *row, *(() if product_shape.columns is None else (batches + 1,)))


def _layouts(parts: Sequence[Part], spread: bool) -> list[Layout]:
    """Each block by itself, with brackets along its real axes only."""
    colors = axis_colors(*(len(part.real) for part in parts[:2]))
    layouts = []
    for number, (part, names) in enumerate(zip(parts, colors, strict=True)):
        known = dict(zip(part.real, names, strict=True))
        every = range(part.array.ndim)
        titles = [f"axis {part.real.index(axis)}" if axis in known else "" for axis in every]
        found = [known.get(axis, "muted") for axis in every]
        layout = tensor_layout(part.drawn, number, spread=spread, axis_names=titles, colors=found)
        marks = [mark._replace(axis=part.real.index(mark.axis)) for mark in layout.axes if mark.axis in known]
        layouts.append(layout._replace(axes=tuple(marks)))
    return layouts


def _pose(parts: Sequence[Part], spread: bool, narrow: bool) -> Pose:
    """The box diagram: the first cells of x and the result at one height, those of y and the result in one line."""
    x, y, result = layouts = _layouts(parts, spread)
    wide, high = x.size[0] + max(y.size[0], result.size[0]), y.size[1] + max(x.size[1], result.size[1])
    room = (PHONE if narrow else WIDE) - 2 * BRACKETS
    gap = BRACKETS / max(1.0, min(MAX_CELL, room / wide, (MAX_HEIGHT - 3 * BRACKETS) / high))
    firsts = [layout.positions[0] if len(layout.positions) else np.zeros(2) for layout in layouts]
    corner = np.array([x.size[0] + gap, y.size[1] + 0.8 * gap])
    shift = np.array([firsts[2] - first for first in firsts])
    places = np.array([[0.0, corner[1] + shift[0, 1]], [corner[0] + shift[1, 0], 0.0], corner])
    axes, labels = [], []
    for number, (layout, place) in enumerate(zip(layouts, places.tolist(), strict=True)):
        axes += [mark._replace(start=_moved(mark.start, place), end=_moved(mark.end, place)) for mark in layout.axes]
        labels += [label._replace(x=label.x + place[0], y=label.y + place[1]) for label in layout.labels]
        behind = any(mark.side == "behind" for mark in layout.axes)
        top = max([mark.level for mark in layout.axes if mark.side == "top"], default=behind)
        below = number == 2
        at = _moved((layout.size[0] / 2, layout.size[1] if below else 0.0), place)
        labels.append(Label(("x", "y", "x @ y")[number], *at, lift=-40.0 if below else 14.0 + 20 * top))
    positions = np.concatenate([layout.positions + place for layout, place in zip(layouts, places, strict=True)])
    return Pose(positions, np.concatenate([layout.layers for layout in layouts]), tuple(axes), tuple(labels))


def _moved(point: tuple[float, float], place: Sequence[float]) -> tuple[float, float]:
    return point[0] + place[0], point[1] + place[1]


def _sheet(index: Index, shape: Sequence[int]) -> Index:
    """The sheet of x or y behind a cell of the result; batch axes of size 1 are stretched."""
    own = tuple(shape[:-2])
    given = index[:-2][len(index) - 2 - len(own) :]
    return tuple(0 if size == 1 else place for place, size in zip(given, own, strict=True))


def _relations(parts: Sequence[Part]) -> dict[int, Relation]:
    x, y, result = parts
    count = x.array.shape[-1]
    drawn = sorted({index[-1] for index in x.cells})
    written = range(count) if count <= SPELLED else drawn[:SAMPLED]
    start = written[0] if count else 0
    fed, met = defaultdict(list), defaultdict(set)
    relations = {}
    for index, cell in result.cells.items():
        left, right = (*_sheet(index, x.array.shape), index[-2]), _sheet(index, y.array.shape)
        row = [x.cells[*left, term] for term in drawn]
        column = [y.cells[*right, term, index[-1]] for term in drawn]
        for one, other in zip(row, column, strict=True):
            fed[one].append(cell)
            fed[other].append(cell)
            met[one].add(other)
            met[other].add(one)
        pairs = [(x.array[*left, term], y.array[*right, term, index[-1]]) for term in written]
        text = f"{_meeting(parts, index[-2], index[-1])}: {spelled(pairs, count, result.array[index], first=start)}"
        relations[cell] = Relation({X_LIT: row, Y_LIT: column, RESULT_LIT: [cell]}, text)
    for number, own in enumerate((x, y)):
        for index, cell in own.cells.items():
            lit = {(Y_LIT, X_LIT)[number]: sorted(met[cell]), (X_LIT, Y_LIT)[number]: [cell], RESULT_LIT: fed[cell]}
            relations[cell] = Relation(lit, _reach(parts, number, index))
    return relations


def _reach(parts: Sequence[Part], number: int, index: Index) -> str:
    """Where a number of x (0) or y (1) goes."""
    line, term = (index[-2], index[-1]) if number == 0 else (index[-1], index[-2])
    kind = ("row", "column")[number]
    goal = "every cell of the result" if len(parts[number].real) == 1 else f"{kind} {line} of the result"
    return f"It is multiplied by {_line(parts, 1 - number, kind, term)} and added into {goal}."


def _line(parts: Sequence[Part], number: int, kind: str, place: int | None) -> str:
    """A row or column of x (0) or y (1); of a vector that is the whole of it or one number."""
    name = "xy"[number]
    if len(parts[number].real) > 1:
        return f"{kind} {place} of {name}"
    return name if kind == ("row", "column")[number] else f"{name}[{place}]"


def _meeting(parts: Sequence[Part], row: int | None, column: int | None) -> str:
    return f"{_line(parts, 0, 'row', row)} · {_line(parts, 1, 'column', column)}"


def _frames(parts: Sequence[Part], partial: Partial, order: str) -> list[Frame]:
    """One frame per step: which cells are at work, what the result holds so far."""
    x, y, result = parts
    final = dict(zip(result.cells, result.block.texts, strict=True))
    crowded = any(x.block.fills)
    frames = []
    for step, (row, term, column) in enumerate(partial.touched):
        state = partial.states[step].reshape(result.array.shape)
        begun = partial.begun[step].reshape(result.array.shape)
        shown = {index: compact(state[index], crowded) if begun[index] else "" for index in result.cells}
        texts = {result.cells[index]: text for index, text in shown.items() if text != final[index]}
        lit = {
            X_LIT: _chosen(x, row, term),
            Y_LIT: _chosen(y, term, column),
            RESULT_LIT: _chosen(result, row, column),
        }
        caption = _caption(parts, order, step, partial.touched)
        frames.append(Frame(caption, lit=lit, texts=texts, seconds=SECONDS[order]))
    return frames


def _chosen(part: Part, row: int | None, column: int | None) -> list[int]:
    return [cell for index, cell in part.cells.items() if row in (None, index[-2]) and column in (None, index[-1])]


def _caption(parts: Sequence[Part], order: str, step: int, touched: Sequence[tuple]) -> str:
    x, y, result = parts
    row, term, column = touched[step]
    batched = result.array.ndim > 2
    if order == "dot":
        text = _meeting(parts, row, column)
        if not batched:
            pairs = list(zip(x.array[row], y.array[:, column], strict=True))
            text += f": {spelled(pairs, len(pairs), result.array[row, column])}"
    elif order == "outer":
        both = f"{_line(parts, 0, 'column', term)} times {_line(parts, 1, 'row', term)}"
        text = f"term {term}, {step + 1} of {len(touched)}: {both}, added into every cell"
    elif order == "rows":
        goal = "the result" if len(x.real) == 1 else f"row {row} of the result"
        entry = f"x[{term}]" if len(x.real) == 1 else f"x[{'…, ' * batched}{row}, {term}]"
        times = "" if batched else f" = {factor(x.array[row, term])} × {listed(y.array[term])}"
        text = f"{goal}: add {entry} × {_line(parts, 1, 'row', term)}{times}"
    else:
        goal = "the result" if len(y.real) == 1 else f"column {column} of the result"
        entry = f"y[{term}]" if len(y.real) == 1 else f"y[{'…, ' * batched}{term}, {column}]"
        times = "" if batched else f" = {factor(y.array[term, column])} × {listed(x.array[:, term])}"
        text = f"{goal}: add {entry} × {_line(parts, 0, 'column', term)}{times}"
    if batched:
        return f"In every sheet: {text}"
    return text if text[:2] in ("x ", "x[") else text[0].upper() + text[1:]
