"""A tensor on its way through reshapes and transposes: each element a cell that keeps its colour and number."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from engine.operations import reshaping
from engine.operations.reshaping import kind, shown
from engine.operations.reshaping_steps import Source, Step, followed, memory_places, traced_back, walk
from viz import theme
from viz.tensors.cells import (
    Block,
    Frame,
    Layout,
    Pose,
    Relation,
    Scene,
    arrange,
    drawn_indices,
    full,
    kept_indices,
    kept_of,
    short,
    tensor_layout,
)
from viz.training.network import Card, cards_html

MAX_CELL = 44
MAX_HEIGHT = 500
MAX_CELLS = 600
"""The most cells drawn of one tensor; higher ranks are cut more."""
CUTS = {False: ((12, 12), (6, 4), (4, 3), (3, 2), (2, 2)), True: ((12, 12), (4, 3), (3, 2), (2, 2))}
"""Indices drawn of the last two axes and of each other one, tried in this order, by whether the column is narrow."""
LINE = {False: 20, True: 12}
"""Indices drawn of a vector, by whether the column is narrow."""
SECONDS = 1.6

Kept = tuple[tuple[int | None, ...], ...]


class Journey(NamedTuple):
    """The drawn elements of a source, by row-major number, and their row-major numbers and memory at every step."""

    source: Source
    steps: Sequence[Step]
    elements: np.ndarray
    paths: list[np.ndarray]
    memory: list[np.ndarray]


def kept(shape: Sequence[int], narrow: bool) -> Kept:
    """The indices drawn of each axis, None where some are left out: at most MAX_CELLS cells in all."""
    if len(shape) == 1:
        return (kept_indices(shape[0], LINE[narrow]),)
    for limit, sheets in CUTS[narrow][len(shape) > 2 :]:
        found = kept_of(shape, limit=limit, sheets=sheets)
        if prod(map(len, found)) <= MAX_CELLS:
            break
    return found


def journey(source: Source, steps: Sequence[Step]) -> Journey:
    """Every element that is drawn at some step, on a laptop or a phone, followed through all steps."""
    drawn = []
    for number, step in enumerate(steps):
        for narrow in (False, True):
            own = reshaping.numbers(step.shape, drawn_indices(kept(step.shape, narrow)))
            drawn.append(traced_back(steps, number, own))
    return _followed_through(source, steps, np.unique(np.concatenate(drawn)))


def path_scene(source: Source, steps: Sequence[Step], *, numbered: bool = False) -> Scene:
    """The source, then each step: every element travels to its new place; the thread is the order in memory.

    numbered: whether cells show the elements' row-major numbers in the source instead of their values.
    """
    way = journey(source, steps)
    frames = tuple(Frame(_caption(steps, k), k, seconds=SECONDS) for k in range(len(steps)))

    def poses(narrow: bool) -> tuple[Pose, ...]:
        return tuple(_pose([(way, k)], narrow) for k in range(len(steps)))

    relations = {cell: Relation(text=text) for cell, text in enumerate(_travels(way))}
    alt = f"{_noun(steps[0])}; its elements travel along {', '.join(calls(steps, source.name)[1:])}."
    block = _block(way, source.name, numbered)
    return Scene((block,), poses(False), frames, alt, narrow=poses(True), relations=relations)


def contrast_scene(source: Source, order: Sequence[int], *, numbered: bool = False) -> Scene:
    """The same tensor twice: one is transposed, the other reshaped to the transpose's shape."""
    start, turned = walk(source.shape, source.dtype.itemsize, order=order)
    ends = (start, turned), (start, turned._replace(order=None, asked=turned.shape))
    both = np.union1d(*(journey(source, steps).elements for steps in ends))
    left, right = (_followed_through(source, steps, both) for steps in ends)
    count = len(both)
    stay = np.flatnonzero(left.paths[1] == right.paths[1])
    framed = {"truth": [*stay, *(stay + count)]} if len(stay) < count else {}
    frames = (
        Frame(f"The same {_noun(start)} twice: one will be transposed, the other reshaped."),
        Frame(difference(source.shape, order), 1, framed, seconds=SECONDS),
    )

    def poses(narrow: bool) -> tuple[Pose, ...]:
        return tuple(_pose([(left, k), (right, k)], narrow) for k in (0, 1))

    texts = [*_travels(left), *_travels(right)]
    relations = {
        cell: Relation({"truth": [cell, (cell + count) % (2 * count)]}, text) for cell, text in enumerate(texts)
    }
    blocks = tuple(_block(way, source.name, numbered) for way in (left, right))
    return Scene(blocks, poses(False), frames, frames[1].caption, narrow=poses(True), relations=relations)


def difference(shape: Sequence[int], order: Sequence[int]) -> str:
    """How many elements a transpose and a reshape to the same shape put in different places, as a sentence."""
    apart, whole = reshaping.displaced(shape, order), prod(shape)
    result = shown([shape[axis] for axis in order])
    if not apart:
        return f"Same shape {result}, and here also the same places: all {whole:,} elements agree."
    told = f"Same shape {result}, different tensors: {apart:,} of {whole:,} elements are in different places"
    return f"{told}; those framed are not."


def names(steps: Sequence[Step], name: str = "x") -> list[str]:
    """What each step is called in the code: the source, then y1, y2 and so on."""
    return [name, *(f"y{number}" for number in range(1, len(steps)))]


def calls(steps: Sequence[Step], name: str = "x") -> list[str]:
    """Each step as Python writes it.

    >>> calls([Step((3, 2), (16, 8)), Step((6,), (8,), asked=(-1,))])
    ['x', 'y1 = x.reshape(-1)']
    """
    called = names(steps, name)
    written = [name]
    for step, before, own in zip(steps[1:], called, called[1:], strict=False):
        operation, sizes = ("reshape", step.asked) if step.order is None else ("transpose", step.order)
        written.append(f"{own} = {before}.{operation}({', '.join(map(str, sizes)) or '()'})")
    return written


def memory_html(source: Source, steps: Sequence[Step]) -> str:
    """Shape, strides and memory of every step as a row of cards."""
    cards = []
    for number, (call, step) in enumerate(zip(calls(steps, source.name), steps, strict=True)):
        strides = f"strides {shown(step.strides)} bytes"
        kind_of = (
            f"{source.dtype.name}, {_bytes(source.dtype.itemsize)} each" if number == 0 else _memory(steps, number)
        )
        cards.append(Card(call, shown(step.shape), (strides, kind_of)))
    return cards_html(cards)


def _memory(steps: Sequence[Step], number: int) -> str:
    """Whether a step is a view or a copy, and why."""
    step, before = steps[number], steps[number - 1]
    if step.order is not None:
        return "A view: strides change places with their axes, memory stays."
    if step.blocked is None:
        return "A view: the same memory, read in other steps."
    axis, following = step.blocked
    size, inner = before.shape[following], before.strides[following]
    return (
        f"A copy: no one stride walks axes {axis} and {following} as one, "
        f"for {before.strides[axis]:,} is not {size:,} × {inner:,}."
    )


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count} bytes"


def _noun(step: Step) -> str:
    return f"{shown(step.shape)} {kind(step.shape)}"


def _caption(steps: Sequence[Step], number: int) -> str:
    """What happens on the way to a step."""
    step, count = steps[number], prod(steps[0].shape)
    elements = "1 element" if count == 1 else f"{count:,} elements"
    if number == 0:
        way = "row after row" if len(step.shape) > 1 else "one after another"
        return f"{_noun(step)} of {elements}." + (f" The thread is their order in memory: {way}." if count > 1 else "")
    if step.order is not None:
        kept_order = step.order == tuple(range(len(step.order)))
        told = (
            "Every axis keeps its place, so nothing moves."
            if kept_order
            else ("The axes change places and keep their colours. The thread stays: in memory nothing moves.")
        )
        return f"Transposed to {shown(step.shape)}. {told}"
    solved = ""
    if step.asked and -1 in step.asked:
        left = step.shape[step.asked.index(-1)]
        others = prod(size for size in step.asked if size != -1)
        solved = f" -1 is {left:,}" + (f", for {count:,} / {others:,} = {left:,}." if others > 1 else ", all of them.")
    if step.blocked:
        return f"Reshaped to {shown(step.shape)}.{solved} A copy: the elements are written anew, along a new thread."
    return f"Reshaped to {shown(step.shape)}.{solved} The elements keep their order."


def _travels(way: Journey) -> list[str]:
    """For each drawn element, where it stands at every step."""
    told = [f"Element {number:,} in row-major order" for number in way.elements.tolist()]
    for number, (step, path) in enumerate(zip(way.steps, way.paths, strict=True)):
        for cell, place in enumerate(reshaping.indices(step.shape, path).tolist()):
            at = f"[{', '.join(map(str, place))}]"
            told[cell] += f": {shown(step.shape)} at {at}" if number == 0 else f" → {shown(step.shape)} at {at}"
    return told


def _followed_through(source: Source, steps: Sequence[Step], elements: np.ndarray) -> Journey:
    paths = followed(steps, elements)
    return Journey(source, steps, elements, paths, memory_places(steps, paths))


def _block(way: Journey, name: str, numbered: bool) -> Block:
    """The source's cells: colour by row of the source, strength by place in the row."""
    shape, array = way.source.shape, way.source.array
    indices = reshaping.indices(shape, way.elements)
    long = shape[-1] if shape else 1
    rows, columns = np.divmod(way.elements, max(long, 1))
    fills = [theme.AXES[row % len(theme.AXES)] for row in rows.tolist()]
    strengths = 0.14 + 0.46 * columns / max(long - 1, 1)
    drawn = way.elements if array is None else array[tuple(indices.T)].reshape(len(indices))
    texts = [short(value) for value in (way.elements if numbered else drawn)]
    whole = tuple(tuple(range(size)) if size <= MAX_CELLS else kept_indices(size, 12) for size in shape)
    return Block(name, shape, whole, indices, texts, [full(value) for value in drawn], fills, strengths)


def _pose(parts: Sequence[tuple[Journey, int]], narrow: bool) -> Pose:
    """The steps of one or two journeys side by side (one below the other on a phone), each on its own thread."""
    laid = [_layout(way, number, narrow) for way, number in parts]
    written = [calls(way.steps, way.source.name)[number].removeprefix("y1 = ") for way, number in parts]
    pose = arrange([layout for layout, _ in laid], names=written, narrow=narrow, downward=narrow)
    presence = np.concatenate([present for _, present in laid])
    thread: list[int] = []
    if len(parts) == 1:
        way, number = parts[0]
        in_memory = np.argsort(way.memory[number], kind="stable")
        thread = in_memory[presence[in_memory] > 0].tolist()
    return pose._replace(presence=presence, thread=tuple(thread))


def _layout(way: Journey, number: int, narrow: bool) -> tuple[Layout, np.ndarray]:
    """Where the cells stand at one step, and which are drawn; the others wait, unseen, where the dots are."""
    step, cut = way.steps[number], kept(way.steps[number].shape, narrow)
    places = reshaping.indices(step.shape, way.paths[number])
    present = np.ones(len(places))
    for axis, indices in enumerate(cut):
        if None in indices:
            outside = ~np.isin(places[:, axis], [index for index in indices if index is not None])
            places[outside, axis] = -1
            present[outside] = 0
    slots = tuple(tuple(-1 if index is None else index for index in indices) for indices in cut)
    order = step.order or range(len(step.shape))
    axis_names = [f"axis {axis}" + (f" (was {old})" if axis != old else "") for axis, old in enumerate(order)]
    colors = [theme.AXES[min(axis, len(theme.AXES) - 1)] for axis in order]
    name = names(way.steps, way.source.name)[number]
    block = Block(name, step.shape, slots, places, (), (), (), np.zeros(0))
    layout = tensor_layout(block, spread=True, axis_names=axis_names, colors=colors)
    dots = tensor_layout(block._replace(kept=cut, indices=places[:0]), spread=True).labels
    # A bracket travels with its axis: brackets come in the order of the axes they were before.
    axes = tuple(layout.axes[axis] for axis in np.argsort(list(order)))
    return layout._replace(axes=axes, labels=dots), present
