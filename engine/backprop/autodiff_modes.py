"""Forward and reverse mode: the same Jacobian by jvp, one column a pass, and by vjp, one row a pass; what each costs.

Operations are counted in the jaxpr, after what no result needs is left out, by one rule: every number of an
element-wise result counts 1 (whatever the function), a sum of k numbers k - 1, a product of matrices 2 for each
multiply–add; moving, copying, reshaping and whole-number work count 0. Griewank and Walther 2008, chapter 3.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.descent import naive_search
from engine.errors import InvalidInput
from engine.training import network
from engine.training.network import Params

MAX_SIZE = 512
SEED = 7


class Example(NamedTuple):
    """A function from n inputs to m outputs. fixed: (n, m), None where the reader chooses."""

    title: str
    equation: str
    fixed: tuple[int | None, int | None]


EXAMPLES = {
    "squares": Example("Many inputs, one output: a sum of squares", "f(x) = x₁² + … + xₙ²", (None, 1)),
    "curve": Example("One input, many outputs: a curve", "f(t) = (sin t, sin 2t, …, sin mt)", (1, None)),
    "dense": Example("n inputs, m outputs: a dense layer", "f(x) = tanh(x @ W)", (None, None)),
}


class Problem(NamedTuple):
    """One example at one size; hashable."""

    name: str
    inputs: int
    outputs: int


def problem(name: str, inputs: int, outputs: int) -> Problem:
    """The example at this size, fixed sizes put in their place; InvalidInput unless both are from 1 to MAX_SIZE.

    >>> problem("squares", 5, 9)
    Problem(name='squares', inputs=5, outputs=1)
    """
    fixed = EXAMPLES[name].fixed
    sizes = (fixed[0] or inputs, fixed[1] or outputs)
    for what, size in zip(("inputs", "outputs"), sizes, strict=True):
        if not 1 <= size <= MAX_SIZE:
            raise InvalidInput(f"The number of {what} must be from 1 to {MAX_SIZE}; {size} is not.")
    return Problem(name, *sizes)


def point(asked: Problem) -> np.ndarray:
    """The inputs at which everything is computed: (n,) float64 in steps of 1/8."""
    return np.random.default_rng(SEED).integers(-8, 9, asked.inputs) / 8


def layer(asked: Problem) -> np.ndarray:
    """W of the dense layer: (n, m) float64 in steps of 1/8."""
    return np.random.default_rng(SEED + 1).integers(-8, 9, (asked.inputs, asked.outputs)) / 8


@lru_cache(maxsize=64)
def function(asked: Problem) -> Callable[[Array], Array]:
    """f: (n,) → (m,), the same object for the same problem."""
    if asked.name == "squares":
        return lambda x: jnp.sum(x * x)[None]
    if asked.name == "curve":
        multiples = np.arange(1.0, asked.outputs + 1)
        return lambda t: jnp.sin(jnp.asarray(multiples, t.dtype) * t)
    weights = layer(asked)
    return lambda x: jnp.tanh(x @ jnp.asarray(weights, x.dtype))


class Jacobians(NamedTuple):
    """value: f(x), (m,). forward: (m, n) column by column by jvp. reverse: (m, n) row by row by vjp; float64."""

    value: np.ndarray
    forward: np.ndarray
    reverse: np.ndarray


def jacobians(asked: Problem) -> Jacobians:
    """jacobian[i, j] = df_i / dx_j. Column j = jvp with the direction e_j; row i = vjp with the direction e_i.

    >>> jacobians(Problem("curve", 1, 2)).forward.shape
    (2, 1)
    """
    with jax.enable_x64(True):
        return Jacobians(*jax.device_get(_jacobians(function(asked), jnp.asarray(point(asked)))))


@partial(jax.jit, static_argnums=0)
def _jacobians(f: Callable[[Array], Array], x: Array) -> tuple[Array, Array, Array]:
    value, pull = jax.vjp(f, x)
    columns = jax.vmap(lambda direction: jax.jvp(f, (x,), (direction,))[1])(jnp.eye(x.size, dtype=x.dtype))
    rows = jax.vmap(lambda direction: pull(direction)[0])(jnp.eye(value.size, dtype=x.dtype))
    return value, columns.T, rows


class Counts(NamedTuple):
    """Operations, counted. value: f alone. jvp, vjp: one pass with f's value. forward, reverse: the whole Jacobian.

    kept: bytes of float32 that wait between the forward and the backward sweep. passes: (forward, reverse).
    """

    value: int
    jvp: int
    vjp: int
    forward: int
    reverse: int
    kept: int
    passes: tuple[int, int]


@lru_cache(maxsize=64)
def counts(asked: Problem) -> Counts:
    """The operations of one example at one size, read from the jaxprs; nothing is computed.

    >>> counts(Problem("squares", 100, 1)).value
    199
    """
    f = function(asked)
    x, y = (jax.ShapeDtypeStruct((size,), jnp.float32) for size in (asked.inputs, asked.outputs))
    return Counts(
        operations(f, x),
        operations(partial(_jvp, f), x, x),
        operations(partial(_vjp, f), x, y),
        operations(jax.jacfwd(f), x),
        operations(jax.jacrev(f), x),
        kept(f, x),
        (asked.inputs, asked.outputs),
    )


def network_counts(params: Params, inputs: np.ndarray, labels: np.ndarray) -> Counts:
    """The same for the loss of the network as a function of all its weights; of jacfwd as weights × one pass.

    inputs: (samples, 784), labels: (samples,).
    """
    loss, shapes = network_loss(inputs, labels), jax.eval_shape(lambda: Params(*map(jnp.asarray, params)))
    weights = network.parameter_count(params)
    value = operations(loss, shapes)
    jvp = operations(partial(_jvp, loss), shapes, shapes)
    vjp = operations(partial(_vjp, loss), shapes, jax.ShapeDtypeStruct((), jnp.float32))
    return Counts(value, jvp, vjp, value + weights * (jvp - value), vjp, kept(loss, shapes), (weights, 1))


def network_loss(inputs: np.ndarray, labels: np.ndarray) -> Callable[[Params], Array]:
    """The mean crossentropy of a batch as a function of the weights alone."""
    x, y = np.asarray(inputs, np.float32), np.asarray(labels, np.int32)
    return lambda params: naive_search.loss(params, jnp.asarray(x), jnp.asarray(y))


def _jvp(f: Callable, x: Any, direction: Any) -> tuple[Any, Any]:
    return jax.jvp(f, (x,), (direction,))


def _vjp(f: Callable, x: Any, direction: Any) -> tuple[Any, Any]:
    value, pull = jax.vjp(f, x)
    return value, pull(direction)


def kept(f: Callable, x: Any) -> int:
    """Bytes of all residuals: the values vjp remembers from the forward sweep for the backward one.

    >>> kept(jnp.sin, jax.ShapeDtypeStruct((10,), jnp.float32))
    40
    """
    leaves = jax.tree.leaves(jax.eval_shape(lambda at: jax.vjp(f, at)[1], x))
    return sum(leaf.size * leaf.dtype.itemsize for leaf in leaves)


MOVES = {
    "broadcast_in_dim", "reshape", "transpose", "squeeze", "expand_dims", "slice", "dynamic_slice", "concatenate",
    "pad", "dynamic_update_slice", "gather", "scatter", "split", "rev", "iota", "convert_element_type",
    "copy", "copy_p", "stop_gradient", "device_put", "sort",
}  # fmt: skip
"""Primitives that move numbers and compute none."""
SUMS = {"reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "argmax", "argmin"}


def operations(f: Callable, *shapes: Any) -> int:
    """Operations of one call, by the rule above. shapes: arrays, or jax.ShapeDtypeStruct, or trees of them.

    >>> x = jax.ShapeDtypeStruct((3, 4), jnp.float32)
    >>> operations(lambda x: x @ x.T, x), operations(jnp.sum, x), operations(lambda x: jnp.sin(x) + 1, x)
    (72, 11, 24)
    """
    jaxpr = jax.make_jaxpr(f)(*shapes).jaxpr
    return _count(jaxpr, [True] * len(jaxpr.outvars))


def _count(jaxpr: Any, wanted: list[bool]) -> int:
    """Operations for the wanted results; backwards, so that what none of them needs is passed over."""
    needed = {var for var, asked in zip(jaxpr.outvars, wanted, strict=True) if asked and not _literal(var)}
    total = 0
    for equation in reversed(jaxpr.eqns):
        asked = [var in needed for var in equation.outvars]
        if any(asked):
            total += _equation(equation, asked)
            needed.update(var for var in equation.invars if not _literal(var))
    return total


def _equation(equation: Any, asked: list[bool]) -> int:
    name, inner = equation.primitive.name, _inner(equation)
    if inner is not None:
        if name in ("while", "cond"):
            raise InvalidInput(f"operations of “{name}” depend on the numbers; this count has no rule for it.")
        repeats = equation.params.get("length", 1) if name == "scan" else 1
        return repeats * _count(inner, asked if name != "scan" else [True] * len(inner.outvars))
    avals = [var.aval for var in (*equation.invars, *equation.outvars)]
    if name in MOVES or not any(jnp.issubdtype(aval.dtype, jnp.floating) for aval in avals):
        return 0
    source, result = equation.invars[0].aval, equation.outvars[0].aval
    if name == "dot_general":
        (contracted, _), _ = equation.params["dimension_numbers"]
        return 2 * result.size * prod(source.shape[axis] for axis in contracted)
    if name in SUMS:
        return source.size - result.size
    if name == "scatter-add":
        return equation.invars[2].aval.size
    return result.size


def _inner(equation: Any) -> Any | None:
    """The jaxpr a primitive such as jit, custom_jvp_call or scan wraps; None for one that computes by itself."""
    for key in ("jaxpr", "call_jaxpr", "body_jaxpr", "branches"):
        if (found := equation.params.get(key)) is not None:
            return found if isinstance(found, tuple) else getattr(found, "jaxpr", found)
    return None


def _literal(var: Any) -> bool:
    return hasattr(var, "val")
