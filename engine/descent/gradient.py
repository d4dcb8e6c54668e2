"""The gradient of a tiny model's loss with respect to its weights, and what happens along it.

``loss(W) = mean((x @ W - y_true)**2)``. In W this is a quadratic: its values at any W follow from three tensors, the
loss, the gradient and the second derivatives at W = 0. Everything is differentiated by JAX, in float64.
"""

from collections.abc import Callable
from functools import wraps
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.errors import InvalidInput

MAX_SAMPLES = 6
MAX_ENTRIES = 6
MAX_VALUE = 100.0
MAX_WEIGHT = 1e6
DIRECTIONS = 36


class Problem(NamedTuple):
    """x: (samples, inputs) or (inputs,). targets: (samples, outputs) or (outputs,). weights: W to start from."""

    title: str
    x: np.ndarray
    targets: np.ndarray
    weights: np.ndarray


def _problem(title: str, x: list, targets: list, weights: list) -> Problem:
    return Problem(title, *(np.array(values, np.float64) for values in (x, targets, weights)))


PROBLEMS = {
    "pairs": _problem(
        "Three samples, two outputs: W (2, 2)",
        [[1, 0.5], [0.5, -1], [-1, 1]],
        [[1, 0], [1, -2], [-2, 2]],
        [[-1, 2], [1, -1]],
    ),
    "ravine": _problem(
        "Two inputs almost alike, one output: W (2, 1)",
        [[1, 0.8], [-0.8, -1.1], [0.5, 0.9]],
        [[1], [-1], [0.5]],
        [[-1.5], [-0.5]],
    ),
    "sample": _problem("A single sample x (2,): W (2, 2)", [2, 1], [1, -1], [[-1, 1], [0.5, 2]]),
    "six": _problem(
        "Three inputs, two outputs: W (3, 2)",
        [[1, 0.5, 0], [-0.5, 1, 0.5], [0, -1, 1], [1, 0, -1]],
        [[1, 2], [-1, 1], [2, 0], [0.5, -0.5]],
        [[-1, 2], [1, -1], [-0.5, 0.5]],
    ),
}


def require(problem: Problem) -> Problem:
    """The same problem; InvalidInput unless x @ W fits, gives the targets' shape, and all is small and finite."""
    x, targets, weights = problem.x, problem.targets, problem.weights
    if weights.ndim != 2 or x.ndim not in (1, 2) or x.shape[-1] != weights.shape[0]:
        raise InvalidInput(f"“x @ W” needs “x” (…, n) and “W” (n, m); the shapes are {x.shape} and {weights.shape}.")
    if targets.shape != (*x.shape[:-1], weights.shape[1]):
        raise InvalidInput(f"“y_true” must have the shape of “x @ W”, {(*x.shape[:-1], weights.shape[1])}.")
    if weights.size > MAX_ENTRIES or prod(x.shape[:-1]) > MAX_SAMPLES:
        raise InvalidInput(f"here “W” may have at most {MAX_ENTRIES} entries and “x” at most {MAX_SAMPLES} samples.")
    for name, values, most in (("x", x, MAX_VALUE), ("y_true", targets, MAX_VALUE), ("W", weights, MAX_WEIGHT)):
        if not (np.isfinite(values).all() and np.abs(values).max() <= most):
            worst = values.flat[np.argmax(np.where(np.isfinite(values), np.abs(values), np.inf))]
            raise InvalidInput(f"“{name}” may hold numbers from -{most:,.0f} to {most:,.0f}; {worst:g} is not.")
    return problem


def loss(weights: Array, x: Array, targets: Array) -> Array:
    """mean((x @ W - y_true)**2), the mean squared error over all samples and outputs, as a scalar."""
    return jnp.mean((x @ weights - targets) ** 2)


def _in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled, computing in float64 whatever the process's setting; NumPy in, NumPy out."""
    compiled = jax.jit(function)

    @wraps(function)
    def call(*arguments: Any) -> Any:
        with jax.enable_x64(True):
            return jax.device_get(compiled(*(jnp.asarray(value) for value in arguments)))

    return call


class Gradient(NamedTuple):
    """predictions: x @ W. loss: a scalar. gradient: of the shape of W, one partial derivative per entry."""

    predictions: np.ndarray
    loss: np.ndarray
    gradient: np.ndarray


@_in_double
def gradient(weights: Array, x: Array, targets: Array) -> Gradient:
    """The loss and its gradient at W, by reverse-mode differentiation.

    >>> found = gradient(np.zeros((2, 1)), np.array([[1.0, 2.0]]), np.array([[3.0]]))
    >>> float(found.loss), found.gradient.ravel().tolist()
    (9.0, [-6.0, -12.0])
    """
    return Gradient(x @ weights, *jax.value_and_grad(loss)(weights, x, targets))


class Quadratic(NamedTuple):
    """loss(W) = constant + slope·w + w·curvature·w / 2, w = W's entries in a row; exact. (), (n,), (n, n)."""

    constant: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray


@_in_double
def quadratic(weights: Array, x: Array, targets: Array) -> Quadratic:
    """The loss as a polynomial of the entries: value, gradient and Hessian at 0. weights: only their shape counts."""

    def at(entries: Array) -> Array:
        return loss(entries.reshape(weights.shape), x, targets)

    zero = jnp.zeros(weights.size)
    return Quadratic(at(zero), jax.grad(at)(zero), jax.hessian(at)(zero))


def rate_limit(found: Quadratic) -> float:
    """The largest learning rate worth offering: a little above 2 / the smallest curvature, at most 8 / the largest.

    Steps of 2 / curvature or more along a direction of that curvature do not lower the loss.
    """
    curvatures = np.linalg.eigvalsh(found.curvature)
    if curvatures[-1] <= 0:
        return 1.0
    smallest = curvatures[curvatures > 1e-9 * curvatures[-1]][0]
    return float(f"{min(2.4 / smallest, 8 / curvatures[-1]):.2g}")


@_in_double
def slices(weights: Array, x: Array, targets: Array, values: Array) -> Array:
    """The loss where one entry takes each of ``values`` (v,) and the others stay: (entries, v), entries row-major."""

    def at(entry: Array, value: Array) -> Array:
        return loss(weights.ravel().at[entry].set(value).reshape(weights.shape), x, targets)

    each_value = jax.vmap(at, in_axes=(None, 0))
    return jax.vmap(each_value, in_axes=(0, None))(jnp.arange(weights.size), values)


@_in_double
def slopes(weights: Array, x: Array, targets: Array, pair: Array, angles: Array) -> Array:
    """How steeply the loss rises per unit of way in directions that move two entries only: (angles,).

    pair: (2,) positions of the entries, row-major. angles: radians, from the first entry's axis towards the second's.
    Each is a directional derivative, by forward-mode differentiation; the gradient itself is not used.
    """

    def slope(angle: Array) -> Array:
        direction = jnp.zeros(weights.size).at[pair].set(jnp.stack([jnp.cos(angle), jnp.sin(angle)]))
        return jax.jvp(lambda at: loss(at, x, targets), (weights,), (direction.reshape(weights.shape),))[1]

    return jax.vmap(slope)(angles)


@_in_double
def along(weights: Array, x: Array, targets: Array, rates: Array) -> Array:
    """loss(W - rate * gradient) for each of ``rates`` (r,): (r,)."""
    downhill = -jax.grad(loss)(weights, x, targets)
    return jax.vmap(lambda rate: loss(weights + rate * downhill, x, targets))(rates)


@_in_double
def largest_rate(weights: Array, x: Array, targets: Array) -> Array:
    """The learning rate at which one step leaves the loss as it was: every smaller one lowers it.

    2 (g·g) / (g·H g) with the gradient g and the Hessian H: along -g the loss is
    loss - rate (g·g) + rate² (g·H g) / 2. nan where the gradient is zero.
    """

    def slope(at: Array) -> Array:
        return jax.grad(loss)(at, x, targets)

    g, curved = jax.jvp(slope, (weights,), (slope(weights),))
    return 2 * jnp.vdot(g, g) / jnp.vdot(g, curved)


def directions(count: int = DIRECTIONS) -> np.ndarray:
    """Angles of ``count`` directions all around, radians from 0."""
    return 2 * np.pi * np.arange(count) / count
