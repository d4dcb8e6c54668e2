"""A reader's tensor on its way through a transpose and reshapes: the steps as typed, and each element's path."""

import ast
import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.operations import reshaping
from engine.typed.literals import CONSTANTS, parse_array, parse_integer, parse_shape, parse_tree

MAX_TARGETS = 6


class Source(NamedTuple):
    """The tensor a reader starts from, row-major. array: None where only a shape was typed: 0, 1, 2, ... fill it."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    array: np.ndarray | None


class Step(NamedTuple):
    """One tensor on the way. order: the axis order that led to it, None for a reshape and for the source.

    blocked: as in ``reshaping.Reshaped``; then this step is a copy, row-major in memory. asked: the target as typed.
    """

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    order: tuple[int, ...] | None = None
    blocked: tuple[int, int] | None = None
    asked: tuple[int, ...] | None = None


def walk(
    shape: Sequence[int], itemsize: int, *, order: Sequence[int] | None = None, targets: Sequence[Sequence[int]] = ()
) -> tuple[Step, ...]:
    """The source, its transpose if an order is given, then one reshape after another; each with shape and strides.

    An empty tensor fresh from NumPy has strides of 0.
    """
    fresh = (0,) * len(shape) if 0 in shape else reshaping.row_major_strides(shape, itemsize)
    steps = [Step(tuple(shape), fresh)]
    if order is not None:
        turned = reshaping.transpose(steps[-1].shape, steps[-1].strides, order)
        steps.append(Step(turned.shape, turned.strides, order=turned.order))
    for target in targets:
        now = steps[-1]
        solved = reshaping.resolve(now.shape, target)
        memory = reshaping.reshape_view(now.shape, now.strides, target, itemsize=itemsize)
        steps.append(Step(solved, memory.strides, blocked=memory.blocked, asked=tuple(target)))
    return tuple(steps)


def followed(steps: Sequence[Step], elements: np.ndarray) -> list[np.ndarray]:
    """For each step (cells,): the row-major numbers there of the elements with these numbers in the source."""
    paths = [np.asarray(elements, np.int64)]
    for before, step in itertools.pairwise(steps):
        paths.append(paths[-1] if step.order is None else reshaping.renumbered(before.shape, step.order, paths[-1]))
    return paths


def traced_back(steps: Sequence[Step], step: int, elements: np.ndarray) -> np.ndarray:
    """(cells,): the source numbers of the elements with these row-major numbers at the given step."""
    found = np.asarray(elements, np.int64)
    for at in range(step, 0, -1):
        if (order := steps[at].order) is not None:
            found = reshaping.renumbered(steps[at].shape, np.argsort(order).tolist(), found)
    return found


def memory_places(steps: Sequence[Step], paths: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each step (cells,): which place in memory, counted in elements, each element of ``followed`` lies at."""
    places = [paths[0]]
    for step, path in zip(steps[1:], paths[1:], strict=True):
        places.append(path if step.blocked else places[-1])
    return places


def parse_source(text: str, real: Mapping[str, np.ndarray]) -> Source:
    """A tensor from nested lists of values, from a shape written as a tuple, or one of the real ones by its name.

    >>> parse_source("(300, 20)", {}).shape, parse_source("[[0, 1], [2, 3]]", {}).shape
    ((300, 20), (2, 2))
    """
    tree = parse_tree(text, what="the tensor", example="[[0, 1], [2, 3]], or a shape such as (300, 20)")
    if isinstance(tree, ast.Name) and tree.id in real:
        return Source(tree.id, real[tree.id].shape, real[tree.id].dtype, real[tree.id])
    if isinstance(tree, ast.Name) and tree.id not in CONSTANTS and real:
        raise InvalidInput(f"no tensor is called “{tree.id}” here; those at hand are {', '.join(real)}.")
    if isinstance(tree, ast.Tuple):
        shape = parse_shape(text, what="the shape")
        reshaping.counted(shape)
        return Source("x", shape, np.dtype(np.int64), None)
    array = parse_array(text)
    return Source("x", array.shape, array.dtype, array)


def parse_targets(text: str, *, what: str = "the target") -> tuple[tuple[int, ...], ...]:
    """One shape, or several one after another, such as ``(6, 1), (2, 3)``; -1 allowed once in each.

    >>> parse_targets("-1"), parse_targets("(6, 1), (2, -1)")
    (((-1,),), ((6, 1), (2, -1)))
    """
    text = text.replace("→", ",").replace("->", ",")
    tree = parse_tree(text, what=what, example="(6, 1)")
    parts = getattr(tree, "elts", [])
    if not parts or not all(hasattr(part, "elts") for part in parts):
        return (parse_shape(text, what=what, minus_one=True),)
    if len(parts) > MAX_TARGETS:
        raise InvalidInput(f"{what} may be at most {MAX_TARGETS} shapes in a row here; this has {len(parts)}.")
    return tuple(
        parse_shape(ast.unparse(part), what=f"shape {number} of {what}", minus_one=True)
        for number, part in enumerate(parts, 1)
    )


def parse_order(text: str, rank: int) -> tuple[int, ...]:
    """An axis order such as ``(2, 0, 1)``; InvalidInput as ``axis_order``.

    >>> parse_order("-1, 0", 2)
    (1, 0)
    """
    tree = parse_tree(text, what="the axis order", example=reshaping.shown(range(rank)[::-1]))
    parts = getattr(tree, "elts", [tree])
    return reshaping.axis_order(rank, [parse_integer(part, "an axis") for part in parts])
