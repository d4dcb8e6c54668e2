"""One operation of a computation graph: a primitive of JAX, bound to arrays, and its derivative by jax.vjp."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from engine.backprop.jax_seam import Primitive
from engine.errors import InvalidInput

KEPT_OPERATIONS = 1024
CELL_BY_CELL = {
    "abs", "add", "asin", "asinh", "atan", "atanh", "acos", "acosh", "cbrt", "ceil", "convert_element_type", "cos",
    "cosh", "div", "erf", "exp", "exp2", "expm1", "floor", "integer_pow", "log", "log1p", "logistic", "max", "min",
    "mul", "neg", "pow", "round", "rsqrt", "select_n", "sign", "sin", "sinh", "sqrt", "square", "stop_gradient", "sub",
    "tan", "tanh",
}  # fmt: skip
"""Primitives whose cells do not mix."""
FLAT = {"ceil", "floor", "round", "sign", "stop_gradient"}
"""Primitives through which JAX lets nothing flow back."""


class Operation:
    """output = primitive(*operands) with its parameters; number ``output`` of its results where it has several.

    operands: for each argument of the primitive the operand it takes, where that is not simply the same order: a
    function with a derivative of its own is one operation on the operands of the single primitive inside it.
    plain: then that single primitive's operation. shared: whether equal operations are this same object.
    """

    def __init__(
        self,
        primitive: Primitive,
        parameters: Mapping[str, Any],
        output: int,
        *,
        operands: tuple[int, ...] | None = None,
        plain: "Operation | None" = None,
        shared: bool = False,
    ):
        self.primitive = primitive
        self.parameters = dict(parameters)
        self.output = output
        self.operands = operands
        self.plain = plain
        self.shared = shared

    def __call__(self, *operands: Array) -> Array:
        """The value for these operands, to be differentiated by JAX."""
        if self.operands is not None:
            operands = tuple(operands[k] for k in self.operands)
        found = self.primitive.bind(*operands, **self.primitive.get_bind_params(self.parameters))
        return found[self.output] if self.primitive.multiple_results else found

    def value(self, *operands: Array) -> Array:
        """The same value, at once and not to be differentiated."""
        return (self.plain or self)(*operands)

    @property
    def cell_by_cell(self) -> bool:
        """Whether a cell of the value depends on the same cell of each operand only."""
        return (self.plain or self).primitive.name in CELL_BY_CELL

    @property
    def passes_on(self) -> bool:
        """Whether anything flows back through it at all."""
        return self.primitive.name not in FLAT

    def pull(self, operands: tuple[Array, ...], adjoints: tuple[Array, ...]) -> list[tuple[Array | None, ...]]:
        """For each adjoint of the value what flows back to each operand, by jax.vjp; None for bool and integers."""
        real = [k for k, operand in enumerate(operands) if is_real(operand.dtype)]

        def of_real(*changed: Array) -> Array:
            merged = list(operands)
            for k, operand in zip(real, changed, strict=True):
                merged[k] = operand
            return self(*merged)

        try:
            _, pull = jax.vjp(of_real, *(operands[k] for k in real))
            return [_spread(pull(adjoint), real, len(operands)) for adjoint in adjoints]
        except (ValueError, TypeError, NotImplementedError) as error:
            reason = str(error).split(". ")[0].strip()
            raise InvalidInput(f"JAX does not differentiate {self.primitive.name} backwards: {reason}.") from None


def _spread(parts: tuple[Array, ...], places: list[int], count: int) -> tuple[Array | None, ...]:
    found: list[Array | None] = [None] * count
    for place, part in zip(places, parts, strict=True):
        found[place] = part
    return tuple(found)


def operation(primitive: Primitive, parameters: Mapping[str, Any], output: int = 0) -> Operation:
    """The Operation; one object for equal primitives and parameters, so that what is compiled for it is found again."""
    items = tuple(sorted(parameters.items()))
    try:
        return _shared(primitive, items, output)
    except TypeError:
        return Operation(primitive, parameters, output)


@lru_cache(maxsize=KEPT_OPERATIONS)
def _shared(primitive: Primitive, items: tuple[tuple[str, Any], ...], output: int) -> Operation:
    return Operation(primitive, dict(items), output, shared=True)


@lru_cache(maxsize=KEPT_OPERATIONS)
def compiled_pull(found: Operation) -> Callable[..., list[tuple[Array | None, ...]]]:
    """``found.pull`` compiled by itself."""
    return jax.jit(partial(Operation.pull, found))


def is_real(dtype: Any) -> bool:
    """Whether numbers of this dtype have derivatives.

    >>> is_real("float32"), is_real("bool"), is_real("int32")
    (True, False, False)
    """
    return bool(jnp.issubdtype(dtype, jnp.inexact))
