"""The tensor product ``x @ y``: its shape rule, four ways to add it up, and what it costs.

``z[..., i, j] = sum over k of x[..., i, k] * y[..., k, j]``, as np.matmul: the last axis of x and the second to last
of y (its only one if y is a vector) are multiplied pairwise and summed away; axes before those are batch axes.
"""

import ast
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InvalidInput
from engine.tensors import slicing
from engine.typed import index_syntax, literals

ORDERS = ("dot", "outer", "rows", "columns")
PLAYED = 12
"""The most rows, columns and terms of a product whose every step is kept."""
PLAYED_SHEETS = 64
MAX_MULTIPLY_ADDS = 100_000_000

Shape = tuple[int, ...]


class ProductShape(NamedTuple):
    """What ``x @ y`` will be. summed: the size of the shared axis, which vanishes. batch: the broadcast batch axes.

    rows, columns: sizes of what remains of x and of y, None where that one is a vector. kind: "matrix · vector" and
    so on. rule: in words.
    """

    shape: Shape
    batch: Shape
    rows: int | None
    summed: int
    columns: int | None
    kind: str
    rule: str

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with an addition to a running sum: one per result cell and term."""
        return prod(self.shape) * self.summed


def product_shape(x: Sequence[int], y: Sequence[int], *, names: tuple[str, str] = ("x", "y")) -> ProductShape:
    """The shape of ``x @ y`` from the shapes of x and y; nothing is computed. InvalidInput says which sizes differ.

    names: what the two are called in that sentence.

    >>> product_shape((128, 784), (784, 512)).shape, product_shape((128, 784), (784, 512)).multiply_adds
    ((128, 512), 51380224)
    >>> product_shape((2, 4), (3, 5))
    Traceback (most recent call last):
    engine.errors.InvalidInput: the last axis of x has 4, the first of y has 3: they must be equal.
    """
    x, y = tuple(x), tuple(y)
    for name, shape in zip(names, (x, y), strict=True):
        if not shape:
            raise InvalidInput(f"“{name}” is a scalar: it has no axis to sum over. Multiply by it with “x * y”.")
    summed = y[0] if len(y) == 1 else y[-2]
    if x[-1] != summed:
        place = {1: "only one", 2: "first"}.get(len(y), "second to last")
        last = "only axis" if len(x) == 1 else "last axis"
        raise InvalidInput(
            f"the {last} of {names[0]} has {x[-1]:,}, the {place} of {names[1]} has {summed:,}: they must be equal."
        )
    batch = _batch(x[:-2], y[:-2], names)
    rows, columns = x[-2] if len(x) > 1 else None, y[-1] if len(y) > 1 else None
    shape = batch + tuple(size for size in (rows, columns) if size is not None)
    return ProductShape(shape, batch, rows, summed, columns, _kind(len(x), len(y)), _rule(x, y, batch, shape))


def _batch(x: Shape, y: Shape, names: tuple[str, str]) -> Shape:
    """The batch axes together: aligned from the right, sizes equal or 1."""
    rank = max(len(x), len(y))
    pairs = zip((1,) * (rank - len(x)) + x, (1,) * (rank - len(y)) + y, strict=True)
    sizes = []
    for axis, (one, other) in enumerate(pairs):
        if one != other and 1 not in (one, other):
            raise InvalidInput(
                f"batch axis {axis - rank - 2} of {names[0]} has {one:,}, of {names[1]} {other:,}: batch axes must be "
                "equal, or one of them 1."
            )
        sizes.append(other if one == 1 else one)
    return tuple(sizes)


def _kind(x_rank: int, y_rank: int) -> str:
    names = {1: "vector", 2: "matrix"}
    return f"{names.get(x_rank, f'rank {x_rank}')} · {names.get(y_rank, f'rank {y_rank}')}"


def _rule(x: Shape, y: Shape, batch: Shape, shape: Shape) -> str:
    shared = "The only axis of x" if len(x) == 1 else "The last axis of x"
    place = {1: "the only axis of y", 2: "the first axis of y"}.get(len(y), "the second to last axis of y")
    sentences = [f"{shared} and {place} are equal, {x[-1]:,}: they are multiplied pairwise, summed, and vanish."]
    if len(x) > 2 and len(y) > 2:
        sentences.append(f"The axes before the last two are batch axes and broadcast to {batch}: one product for each.")
    if not shape:
        sentences.append("No axis is left: the result is a scalar.")
    elif len(y) == 1:
        sentences.append("The other axes of x remain.")
    elif len(x) == 1:
        sentences.append("The other axes of y remain.")
    elif len(y) == 2:
        sentences.append("The other axes of x remain, then the last axis of y.")
    else:
        sentences.append("After the batch axes remain the rows of x, then the columns of y.")
    return " ".join(sentences)


def dot_shape(x: Sequence[int], y: Sequence[int]) -> Shape:
    """The shape of ``np.dot(x, y)``: every sheet of x with every sheet of y, so batch axes do not pair up.

    >>> dot_shape((5, 2, 3), (5, 3, 4)), product_shape((5, 2, 3), (5, 3, 4)).shape
    ((5, 2, 5, 4), (5, 2, 4))
    """
    x, y = tuple(x), tuple(y)
    return x[:-1] + (y[:-2] + y[-1:] if len(y) > 1 else ())


class Partial(NamedTuple):
    """A product as it is added up.

    states: (steps, *shape), the running sums; the last is x @ y. begun: (steps, *shape) bool, the cells whose sum has
    begun. touched: per step the (row, term, column) at work, None for all of them; every batch sheet does the same.
    """

    states: np.ndarray
    begun: np.ndarray
    touched: tuple[tuple[int | None, int | None, int | None], ...]


def partial_products(x: np.ndarray, y: np.ndarray, order: str) -> Partial:
    """``x @ y`` step by step, in one of four orders that add the same products.

    dot: cell by cell, the dot product of a row of x and a column of y. outer: term by term, each the outer product
    of a column of x and a row of y. rows: row i of the result as a combination of the rows of y, x[i, k] times row k.
    columns: column j as a combination of the columns of x. The result's dtype is NumPy's, overflow included.
    InvalidInput if more than PLAYED rows, terms or columns, or PLAYED_SHEETS sheets.

    >>> partial_products(np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]]), "outer").states.tolist()
    [[[5, 6], [15, 18]], [[19, 22], [43, 50]]]
    """
    found = product_shape(x.shape, y.shape)
    if not playable(found):
        raise InvalidInput(f"every step is kept only up to {PLAYED} rows, terms and columns; cut x or y.")
    left, right = _as_matrices(x, y)
    rows, summed, columns = left.shape[-2], found.summed, right.shape[-1]
    dtype = np.result_type(x, y)
    with np.errstate(all="ignore"):
        products = left[..., :, :, None].astype(dtype) * right[..., None, :, :].astype(dtype)
        running = np.add.accumulate(products, axis=-2, dtype=dtype)
    final = running[..., :, -1, :] if summed else np.zeros((*found.batch, rows, columns), dtype)
    touched = _steps(order, rows, summed, columns)
    states = np.zeros((len(touched), *final.shape), dtype)
    begun = np.zeros((len(touched), rows, columns), bool)
    for step, (row, term, column) in enumerate(touched):
        if step and order != "outer":
            states[step], begun[step] = states[step - 1], begun[step - 1]
        at = (..., slice(None) if row is None else row, slice(None) if column is None else column)
        begun[step][at] = True
        states[step][at] = (final if term is None else running[..., :, term, :])[at]
    shown = begun.reshape(len(touched), *(1,) * len(found.batch), rows, columns)
    begun = np.broadcast_to(shown, states.shape)
    return Partial(states.reshape(-1, *found.shape), begun.reshape(-1, *found.shape), touched)


def playable(found: ProductShape) -> bool:
    """Whether every step of a product of this shape is kept."""
    sizes = (found.rows or 1, found.summed, found.columns or 1)
    return max(sizes) <= PLAYED and min(sizes) > 0 and 0 < prod(found.batch) <= PLAYED_SHEETS


def _as_matrices(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x[None, :] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y


def _steps(order: str, rows: int, summed: int, columns: int) -> tuple[tuple[int | None, int | None, int | None], ...]:
    if order == "dot":
        return tuple((row, None, column) for row in range(rows) for column in range(columns))
    if order == "outer":
        return tuple((None, term, None) for term in range(summed))
    if order == "rows":
        return tuple((row, term, None) for row in range(rows) for term in range(summed))
    return tuple((None, term, column) for column in range(columns) for term in range(summed))


def matmul(x: np.ndarray, y: np.ndarray, *, names: tuple[str, str] = ("x", "y")) -> np.ndarray:
    """``x @ y`` by NumPy; InvalidInput where shapes do not fit or the page would wait too long."""
    found = product_shape(x.shape, y.shape, names=names)
    if found.multiply_adds > MAX_MULTIPLY_ADDS:
        raise InvalidInput(
            f"“{names[0]} @ {names[1]}” may take at most {MAX_MULTIPLY_ADDS:,} multiply–adds here; this takes "
            f"{found.multiply_adds:,}."
        )
    with np.errstate(all="ignore"):
        return np.asarray(x @ y)


def refusal(x: Sequence[int], y: Sequence[int], error: InvalidInput) -> str:
    """Why ``x @ y`` is refused, and whether ``y @ x`` would work instead, from the two shapes."""
    try:
        return f"{error} “y @ x” would work, and give {product_shape(y, x).shape}."
    except InvalidInput:
        return str(error)


class Commuted(NamedTuple):
    """``y @ x`` beside ``x @ y``. swapped: None where impossible. verdict: "equal", "different" or "impossible"."""

    swapped: np.ndarray | None
    verdict: str
    sentence: str


def commuted(x: np.ndarray, y: np.ndarray) -> Commuted:
    """Whether the order matters for these two; sums that differ by rounding alone count as equal.

    >>> commuted(np.array([[1, 2], [3, 4]]), np.array([[2, 0], [0, 2]])).verdict
    'equal'
    """
    forward = matmul(x, y)
    try:
        backward = matmul(y, x, names=("y", "x"))
    except InvalidInput as error:
        return Commuted(None, "impossible", f"y @ x is impossible: {error}")
    if forward.shape != backward.shape:
        return Commuted(backward, "different", f"Different shapes: {forward.shape} and {backward.shape}.")
    close = np.isclose(forward, backward, rtol=1e-6, atol=1e-9, equal_nan=True)
    if close.all():
        return Commuted(backward, "equal", "Equal in every cell: for these two the order does not matter.")
    count = f"{np.size(close) - np.count_nonzero(close):,} of {np.size(close):,}"
    return Commuted(backward, "different", f"The shapes are equal, but {count} cells differ: the order matters.")


class Operand(NamedTuple):
    """One of the two tensors. text: what names it if it is a real tensor or part of one, "" if it was typed.

    The text is written anew from what was read, for it becomes part of a program.
    """

    text: str
    array: np.ndarray


def read_operand(text: str, named: Mapping[str, np.ndarray], *, what: str = "the tensor") -> Operand:
    """A typed literal such as [[1, 2], [3, 4]], or a named tensor, whole or sliced, such as W1[400:412, :10].

    >>> read_operand("W[0, ::2]", {"W": np.arange(6).reshape(2, 3)})
    Operand(text='W[0, ::2]', array=array([0, 2]))
    """
    tree = literals.parse_tree(text, what=what)
    node = tree.value if isinstance(tree, ast.Subscript) else tree
    if not isinstance(node, ast.Name) or node.id in literals.CONSTANTS:
        return Operand("", literals.parse_array(text, what=what))
    if node.id not in named:
        raise InvalidInput(f"{what} names “{node.id}”; known are {', '.join(named)}. Or type numbers in lists.")
    array, name = named[node.id], node.id
    if isinstance(tree, ast.Subscript):
        index = slicing.parse_index(text)
        slicing.derive(array.shape, index)
        array = np.asarray(array[index])
        name = f"{name}[{index_syntax.index_text(index, newaxis='None')}]"
    return Operand(name, array)


class UnitSum(NamedTuple):
    """One hidden unit's sum: ``total = products.sum() + bias``, ``activation = max(0, total)``.

    products: (784,) float64, input times weight. up, down: the sums of the positive and of the negative ones. rising,
    falling: indices of the largest positive and of the most negative products, the strongest first.
    """

    products: np.ndarray
    bias: float
    total: float
    activation: float
    up: float
    down: float
    rising: np.ndarray
    falling: np.ndarray


def unit_sum(inputs: np.ndarray, weights: np.ndarray, bias: Any, *, named: int = 5) -> UnitSum:
    """What hidden unit j adds up: inputs (784,), weights W1[:, j] (784,), bias b1[j]; summed in float64.

    >>> found = unit_sum(np.array([1.0, 0.5]), np.array([2.0, -2.0]), 0.25)
    >>> found.total, found.rising.tolist(), found.falling.tolist()
    (1.25, [0], [1])
    """
    products = inputs.astype(np.float64) * weights.astype(np.float64)
    order = np.argsort(-products, kind="stable")
    positive, negative = order[products[order] > 0], order[::-1][products[order[::-1]] < 0]
    total = float(products.sum() + float(bias))
    up, down = float(products[positive].sum()), float(products[negative].sum())
    return UnitSum(products, float(bias), total, max(0.0, total), up, down, positive[:named], negative[:named])
