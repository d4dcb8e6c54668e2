"""Element-wise operations: z[i, j, …] = f(x[i, j, …], y[i, j, …]), each cell by itself.

The arithmetic is NumPy's own, on every dtype: integers wrap around, division by zero gives inf, nan or (for whole
numbers) 0, and the dtype of the result follows from the dtypes of the operands.
"""

import operator
from collections.abc import Callable, Sequence
from math import isfinite, prod
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from engine.errors import InvalidInput

MAX_ELEMENTS = 10**7
LONGEST_NUMBER = 10**20
"""Whole numbers beyond this are not written out."""


class Operation(NamedTuple):
    """symbol: as Python writes it. arity: how many operands. title: in words.

    numpy, jax: the same function of ``arity`` arrays. call: as code writes it, with {0} and {1} for the operands.
    """

    name: str
    symbol: str
    arity: int
    title: str
    numpy: Callable[..., np.ndarray]
    jax: Callable[..., Any]
    call: str

    @property
    def compares(self) -> bool:
        """Whether every cell of the result is True or False."""
        return self.name in COMPARISONS


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0) cell by cell, in the dtype of x; True and False become 1 and 0.

    >>> relu(np.array([-2, 3], np.int8)).tolist()
    [0, 3]
    """
    return np.maximum(x, 0)


def _jax_relu(x: Any) -> Any:
    return jnp.maximum(x, 0)


def _binary(name: str, symbol: str, title: str, *, call: str = "", function: str = "") -> Operation:
    call, function = call or f"{{0}} {symbol} {{1}}", function or name
    return Operation(name, symbol, 2, title, getattr(np, function), getattr(jnp, function), call)


COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        _binary("add", "+", "add"),
        _binary("subtract", "-", "subtract"),
        _binary("multiply", "*", "multiply"),
        _binary("divide", "/", "divide"),
        _binary("power", "**", "power"),
        _binary("modulo", "%", "modulo", function="remainder"),
        _binary("floor_divide", "//", "floor division"),
        _binary("maximum", "max", "maximum", call="np.maximum({0}, {1})"),
        _binary("minimum", "min", "minimum", call="np.minimum({0}, {1})"),
        _binary("equal", "==", "equal"),
        _binary("not_equal", "!=", "not equal"),
        _binary("less", "<", "less"),
        _binary("less_equal", "<=", "less or equal"),
        _binary("greater", ">", "greater"),
        _binary("greater_equal", ">=", "greater or equal"),
        Operation("relu", "relu", 1, "relu", relu, _jax_relu, "np.maximum({0}, 0)"),
    )
}


def apply(name: str, *arrays: np.ndarray) -> np.ndarray:
    """The operation ``name`` of OPERATIONS on all cells, with NumPy's broadcasting, dtypes and special values.

    Raises InvalidInput for shapes that do not go together, results of more than 10,000,000 elements, whole numbers to
    negative whole powers, and the difference of two boolean arrays, which NumPy refuses.

    >>> apply("floor_divide", np.array([-7, 7]), np.array(2)).tolist()
    [-4, 3]
    >>> apply("divide", np.array(7), np.array(0)).tolist()
    inf
    """
    operation = OPERATIONS[name]
    arrays = tuple(np.asarray(array) for array in arrays)
    if len(arrays) != operation.arity:
        raise TypeError(f"{name} takes {operation.arity} arrays, not {len(arrays)}")
    shape = _broadcast_shape([array.shape for array in arrays])
    if prod(shape) > MAX_ELEMENTS:
        raise InvalidInput(f"the result may have at most {MAX_ELEMENTS:,} elements; shape {shape} has {prod(shape):,}.")
    if name == "subtract" and all(array.dtype == bool for array in arrays):
        raise InvalidInput("NumPy does not subtract True and False; use not equal (!=), or write 1 and 0.")
    try:
        with np.errstate(all="ignore"):
            return np.asarray(operation.numpy(*arrays))
    except ValueError:
        raise InvalidInput(_negative_power(*arrays)) from None


def _broadcast_shape(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    for axis in range(-1, -rank - 1, -1):
        sizes = {shape[axis] for shape in padded} - {1}
        if len(sizes) > 1:
            first, second = (shape[axis] for shape in padded)
            raise InvalidInput(
                f"element-wise needs equal sizes, or 1, on each axis; axis {axis} has {first:,} and {second:,}."
            )
    return np.broadcast_shapes(*shapes)


def _negative_power(base: np.ndarray, exponent: np.ndarray) -> str:
    bases, exponents = np.broadcast_arrays(base, exponent)
    cell = np.argmax(exponents.ravel() < 0)
    power = f"{_in_brackets(str(bases.flat[cell]))} ** {exponents.flat[cell]}"
    return (
        f"a whole number to a negative whole power is a fraction, and NumPy refuses {power}. "
        f"Write the base with a decimal point, such as {float(bases.flat[cell])}."
    )


def spelled(name: str, *operands: Any) -> str:
    """One cell's computation in words: the operands, the result, and what is unusual about it.

    operands: NumPy scalars, whose dtypes count, or Python numbers. Raises InvalidInput as ``apply`` does.

    >>> spelled("add", 3, 5)
    '3 + 5 = 8'
    >>> spelled("divide", 7, 0)
    '7 / 0 = inf: divided by zero'
    >>> spelled("relu", -2)
    'relu(-2) = max(-2, 0) = 0'
    """
    operation = OPERATIONS[name]
    cells = [np.asarray(operand)[()] for operand in operands]
    result = apply(name, *cells)[()]
    note = _note(operation, cells, result)
    # str, not format: only str writes a float16 or float32 with its own few digits.
    expression = _expression(operation, [str(cell) for cell in cells])
    return f"{expression} {'is' if operation.compares else '='} {result!s}" + (note and f": {note}")


def _expression(operation: Operation, cells: list[str]) -> str:
    if operation.arity == 1:
        return f"{operation.symbol}({cells[0]}) = max({cells[0]}, 0)"
    left, right = cells
    if operation.symbol.isalpha():
        return f"{operation.symbol}({left}, {right})"
    # The minus sign binds less than **, more than every other operator.
    shown = _in_brackets(left) if operation.name == "power" else left
    return f"{shown} {operation.symbol} {_in_brackets(right)}"


def _in_brackets(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def _note(operation: Operation, cells: list[Any], result: Any) -> str:
    """What is unusual about one computation; "" if nothing is."""
    if any(cell != cell for cell in cells):
        return _nan_note(operation, result)
    if operation.compares or operation.name in ("maximum", "minimum", "relu"):
        return ""
    if operation.name in ("divide", "floor_divide", "modulo") and cells[1] == 0:
        return _zero_note(cells[0], result)
    if result.dtype == bool:
        return f"on True and False, {operation.symbol} means {'or' if operation.name == 'add' else 'and'}"
    if np.issubdtype(result.dtype, np.integer):
        return _wrap_note(operation.name, int(cells[0]), int(cells[1]), result)
    return _float_note(operation.name, cells[0], cells[1], result)


def _nan_note(operation: Operation, result: Any) -> str:
    if operation.compares:
        strict = operation.name in ("equal", "not_equal")
        return "nan equals nothing, not even itself" if strict else "nan has no order"
    return "nan is passed on" if result != result else ""


def _zero_note(dividend: Any, result: Any) -> str:
    if np.issubdtype(result.dtype, np.integer):
        return "divided by zero; whole numbers have no infinity, so NumPy gives 0"
    if result == result:
        return "divided by zero"
    return "zero divided by zero is not a number" if dividend == 0 else "divided by zero, there is no remainder"


def _wrap_note(name: str, left: int, right: int, result: Any) -> str:
    """Whether the exact whole number differs from the one that the dtype could hold."""
    exact = _exact(name, left, right)
    if exact == int(result):
        return ""
    shown = "the exact result" if exact is None or abs(exact) > LONGEST_NUMBER else f"{exact:,}"
    limits = np.iinfo(result.dtype)
    return f"{shown} does not fit into {result.dtype} ({limits.min:,} to {limits.max:,}), so it wraps around"


def _exact(name: str, left: int, right: int) -> int | None:
    """The whole number itself; None for a power that no dtype could hold."""
    if name == "power" and abs(left) > 1 and right > LONGEST_NUMBER.bit_length():
        return None
    return _EXACT[name](left, right)


_EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "power": operator.pow,
    "floor_divide": operator.floordiv,
    "modulo": operator.mod,
}


def _float_note(name: str, left: Any, right: Any, result: Any) -> str:
    if result != result:
        return "a negative number to a fraction is no real number" if name == "power" else "not a number"
    if not (isfinite(left) and isfinite(right)):
        return ""
    if not isfinite(result):
        zero = name == "power" and left == 0
        return "0 to a negative power divides by zero" if zero else f"too large for {result.dtype}"
    if result == 0 and left != 0 and (name in ("divide", "power") or (name == "multiply" and right != 0)):
        return f"too small for {result.dtype}, so it becomes 0"
    return ""


class Counts(NamedTuple):
    """What is worth counting in a whole result.

    zeroed: negative numbers that relu made 0. true: cells that are True. infinite, undefined: cells that became inf
    or nan out of ordinary numbers. wrapped: whole numbers that did not fit into their dtype.
    """

    size: int
    zeroed: int
    true: int
    infinite: int
    undefined: int
    wrapped: int


def count(name: str, arrays: Sequence[np.ndarray], result: np.ndarray) -> Counts:
    """The Counts of ``result``, which the operation ``name`` made of the arrays.

    >>> count("relu", [np.array([-2, 0, 3])], np.array([0, 0, 3])).zeroed
    1
    """
    ordinary = np.isfinite(arrays[0])
    for array in arrays[1:]:
        ordinary = ordinary & np.isfinite(array)
    return Counts(
        size=result.size,
        zeroed=int((arrays[0] < 0).sum()) if name == "relu" else 0,
        true=int(result.sum()) if result.dtype == bool else 0,
        infinite=int((np.isinf(result) & ordinary).sum()),
        undefined=int((np.isnan(result) & ordinary).sum()),
        wrapped=int(wrapped(name, arrays, result).sum()),
    )


def wrapped(name: str, arrays: Sequence[np.ndarray], result: np.ndarray) -> np.ndarray:
    """Where the exact whole number did not fit into the dtype of ``result``: bool, of its shape.

    >>> pixels = np.array([100, 200], np.uint8)
    >>> wrapped("add", [pixels, pixels], pixels + pixels)
    array([False,  True])
    """
    if name not in _EXACT or not np.issubdtype(result.dtype, np.integer):
        return np.zeros(result.shape, bool)
    left, right = np.broadcast_arrays(*arrays)
    if name in ("add", "subtract", "multiply") and result.itemsize <= 4:
        return _EXACT[name](left.astype(np.int64), right.astype(np.int64)) != result
    zero = (right == 0) if name in ("floor_divide", "modulo") else np.zeros(result.shape, bool)
    pairs = zip(left.flat, right.flat, result.flat, zero.flat, strict=True)
    found = [not none and _exact(name, int(one), int(other)) != made for one, other, made, none in pairs]
    return np.array(found, bool).reshape(result.shape)


def hidden_sums(x: np.ndarray, W1: np.ndarray, b1: np.ndarray) -> np.ndarray:
    """x @ W1 + b1: what the hidden layer holds before relu. x: (inputs,), W1: (inputs, units), b1: (units,)."""
    return x @ W1 + b1


def apply_alike(name: str, *arrays: np.ndarray) -> np.ndarray:
    """``apply`` for arrays of equal shapes, or one of them a single number; InvalidInput for other shapes.

    >>> apply_alike("multiply", np.array([1, 2]), np.array(3)).tolist()
    [3, 6]
    """
    shapes = {array.shape for array in arrays} - {()}
    if len(shapes) > 1:
        x, y = (array.shape for array in arrays)
        raise InvalidInput(
            f"“x” has shape {x} and “y” {y}; here shapes must be equal, or one of the two a single number."
        )
    return apply(name, *arrays)
