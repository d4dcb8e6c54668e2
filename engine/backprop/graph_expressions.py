"""A typed expression in named variables as a computation graph. Nothing typed is ever executed."""

import keyword
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.graph_nodes import Graph
from engine.backprop.graph_tracing import COLUMN, trace
from engine.errors import InvalidInput
from engine.operations.broadcasting import align
from engine.operations.product import product_shape
from engine.typed import expressions
from engine.typed.formulas import ALIASES, CONSTANTS, SYMBOLS, Expression, Grammar, read

MAX_VARIABLES = 12
MAX_ELEMENTS = 64
"""Elements of a variable; what is computed from variables may have MAX_RESULT."""
MAX_RESULT = 4096
MAX_AXES = 3
KEPT_GRAPHS = 64

Shape = tuple[int, ...]


class Function(NamedTuple):
    """A function readers may call. shape: the result's from the arguments'; raises InvalidInput where they do not fit.

    group: whether its primitives are shown as one group of its name.
    """

    compute: Callable[..., Array]
    arguments: int = 1
    shape: Callable[..., Shape] = lambda shape: shape
    group: bool = True


def crossentropy(y_true: Array, p: Array) -> Array:
    """-sum(y_true * log(p)) over the last axis, the mean of it over the others: (…, n), (…, n) → ()."""
    return jnp.mean(-jnp.sum(y_true * jnp.log(p), axis=-1)) if p.ndim > 1 else -jnp.sum(y_true * jnp.log(p))


def _stretched(*shapes: Shape) -> Shape:
    alignment = align(shapes)
    if alignment.result is None:
        raise InvalidInput(alignment.problem)
    return alignment.result


def _along_last(shape: Shape) -> Shape:
    if not shape:
        raise InvalidInput("it works along an axis, and its argument is a single number.")
    return shape


def _of_probabilities(y_true: Shape, p: Shape) -> Shape:
    if y_true != p or not p:
        raise InvalidInput(f"it compares two tensors of equal shape; these have {y_true} and {p}.")
    return ()


def _to_number(shape: Shape) -> Shape:
    return ()


SINGLE = (
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sigmoid",
)  # fmt: skip
FUNCTIONS: dict[str, Function] = {
    **{name: Function(expressions.FUNCTIONS[name].compute, group=False) for name in SINGLE},
    **{name: Function(expressions.FUNCTIONS[name].compute) for name in ("log10", "log2", "relu", "softplus")},
    **{
        name: Function(expressions.FUNCTIONS[name].compute, 2, _stretched, group=False)
        for name in ("maximum", "minimum")
    },
    "sum": Function(jnp.sum, shape=_to_number, group=False),
    "mean": Function(jnp.mean, shape=_to_number),
    "softmax": Function(jax.nn.softmax, shape=_along_last),
    "log_softmax": Function(jax.nn.log_softmax, shape=_along_last),
    "crossentropy": Function(crossentropy, 2, _of_probabilities),
    "transpose": Function(jnp.transpose, shape=lambda shape: shape[::-1], group=False),
}
ARGUMENTS = {name: function.arguments for name, function in FUNCTIONS.items()}
HINT = "use numbers, variables, + - * / ** @, brackets and functions such as exp, abs, sum."
_COMPUTE: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": lambda left, right: left / right,
    "power": lambda left, right: left**right,
    "matmul": lambda left, right: left @ right,
}


def parse_graph(text: str, variables: Mapping[str, Any], *, output: str = "loss", double: bool = True) -> Graph:
    """The graph of a typed expression. Only shapes of variables count; equal text and shapes give the same graph.

    Grammar: numbers, variables (letters, digits, _), pi, e, + - * / ** ^ @, brackets, the functions of FUNCTIONS;
    2x means 2 * x. Every node knows its column; functions of several primitives (softmax) are its group.
    InvalidInput, with the column, for unknown names, shapes that do not fit, and anything outside the grammar.
    The result need not be a single number: then ``backward`` wants a seed.

    >>> graph = parse_graph("abs(y_true - (x * w + b))", {"x": 2, "w": 3, "b": 1, "y_true": 4})
    >>> [(node.operation, node.name, node.column) for node in graph.nodes[4:]]
    [('mul', 'x1', 17), ('add', 'x2', 21), ('sub', 'x3', 12), ('abs', 'loss', 1)]
    """
    check_variables(variables)
    return _graph(text, tuple((name, np.shape(value)) for name, value in variables.items()), output, double)


@lru_cache(maxsize=KEPT_GRAPHS)
def _graph(text: str, shapes: tuple[tuple[str, Shape], ...], output: str, double: bool) -> Graph:
    expression = parse(text, tuple(name for name, _ in shapes))
    examples = {name: jax.ShapeDtypeStruct(shape, float) for name, shape in shapes}
    return trace(lambda **values: compute(expression, values), examples, output=output, double=double)


def check_variables(variables: Mapping[str, Any]) -> None:
    """InvalidInput for names that cannot be used, too many variables, tensors of more than 64 elements or 3 axes."""
    if len(variables) > MAX_VARIABLES:
        raise InvalidInput(f"there may be at most {MAX_VARIABLES} variables; here are {len(variables)}.")
    for name, value in variables.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,19}", name) or keyword.iskeyword(name):
            raise InvalidInput(f"a variable's name is up to 20 letters, digits and _, as in y_true; “{name}” is not.")
        if name in FUNCTIONS or name in ALIASES or name in CONSTANTS:
            kind = "constant" if name in CONSTANTS else "function"
            raise InvalidInput(f"“{name}” is the name of a {kind}; give the variable another.")
        shape = np.shape(value)
        if prod(shape) > MAX_ELEMENTS or len(shape) > MAX_AXES or not prod(shape):
            raise InvalidInput(
                f"a variable may have 1 to {MAX_ELEMENTS} elements and at most {MAX_AXES} axes here; "
                f"“{name}” has shape {shape}."
            )


@lru_cache(maxsize=256)
def parse(text: str, variables: tuple[str, ...]) -> Expression:
    """The tree of a typed expression; an operation's column is that of its operator or of its function's name.

    >>> parse("w * x + b", ("w", "x", "b")).column
    7
    """
    return read(text, Grammar("expression", variables, ARGUMENTS, "*/@", HINT))


def compute(expression: Expression, values: Mapping[str, Array]) -> Any:
    """The expression's value by JAX, each operation in a jax.named_scope of its column; numbers alone stay numbers.

    InvalidInput, with the column, where shapes do not fit.
    """
    kind, parts, column = expression.kind, expression.parts, expression.column
    if kind == "number":
        return expression.value
    if kind == "name":
        return values[expression.name]
    operands = [compute(part, values) for part in parts]
    _check_shape(expression, operands)
    if not any(isinstance(operand, Array) for operand in operands):
        return _number(expression, operands)
    group = f"/{kind}" if kind in FUNCTIONS and FUNCTIONS[kind].group else ""
    with jax.named_scope(COLUMN.format(column) + group):
        if kind == "negate":
            return -operands[0]
        if kind in FUNCTIONS:
            return FUNCTIONS[kind].compute(*operands)
        if kind == "power" and isinstance(exponent := operands[1], float) and exponent == int(exponent):
            # A whole exponent keeps negative bases and the derivative at zero defined.
            return operands[0] ** int(exponent)
        return _COMPUTE[kind](*operands)


def _number(expression: Expression, operands: Sequence[float]) -> float:
    """An operation on plain numbers, done before there is a graph, as Python does it."""
    kind, column = expression.kind, expression.column
    with np.errstate(all="ignore"), jax.ensure_compile_time_eval():
        exact = [np.float64(operand) for operand in operands]
        if kind == "negate":
            found = -exact[0]
        else:
            found = FUNCTIONS[kind].compute(*exact) if kind in FUNCTIONS else _COMPUTE[kind](*exact)
    if not np.isfinite(found):
        raise InvalidInput(f"“{SYMBOLS.get(kind, kind)}” at character {column} has no finite value for these numbers.")
    return float(found)


def _check_shape(expression: Expression, operands: Sequence[Any]) -> None:
    """InvalidInput where the operands' shapes do not fit, or the result would have more than 4,096 elements."""
    kind, column, shapes = expression.kind, expression.column, [np.shape(operand) for operand in operands]
    try:
        if kind == "matmul":
            left, right = expression.parts
            names = left.name or "the left side", right.name or "the right side"
            shape = product_shape(*shapes, names=names).shape
        else:
            shape = FUNCTIONS[kind].shape(*shapes) if kind in FUNCTIONS else _stretched(*shapes)
    except InvalidInput as error:
        raise InvalidInput(f"“{_symbol(kind)}” at character {column}: {error}") from None
    if prod(shape) > MAX_RESULT:
        raise InvalidInput(
            f"“{_symbol(kind)}” at character {column} makes a tensor of shape {shape}; "
            f"more than {MAX_RESULT:,} elements are not computed here."
        )


def _symbol(kind: str) -> str:
    return {"matmul": "@", "negate": "-", **SYMBOLS}.get(kind, kind)
