"""Ways down a curve or surface: one run in full detail, and whole families of runs computed at once.

``points[t + 1] = points[t] + update(gradient(points[t]))`` with the optimizers of ``engine.optimizers``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine import surfaces
from engine.expressions import Expression
from engine.optimizers import AdamState, Optimizer, adagrad, adam, momentum, nesterov, rmsprop, sgd

STEPS = 200
RATES = 61
MOMENTA = 21


class Method(NamedTuple):
    """A way to descend. make: its optimizer for a momentum coefficient; rule: the update as the page writes it."""

    title: str
    make: Callable[[Any], Optimizer]
    rule: str
    uses_momentum: bool = False


def book_with_plus(beta: Array | float) -> Optimizer:
    """v = beta * v + rate * g; p += beta * v - rate * g: the sign printed in the first edition, which climbs.

    Chollet 2018, section 2.4.3, as SYLLABUS section 2.4 records it.
    """

    def update(gradient, velocity, params, rate):
        velocity = jax.tree.map(lambda v, g: beta * v + rate * g, velocity, gradient)
        return jax.tree.map(lambda p, v, g: p + beta * v - rate * g, params, velocity, gradient), velocity

    return Optimizer(lambda params: jax.tree.map(jnp.zeros_like, params), update, 0.01)


_LOOK_AHEAD = "v ← m · v − rate · g;  p ← p + m · v − rate · g"
METHODS: dict[str, Method] = {
    "sgd": Method("SGD", lambda beta: sgd(), "p ← p − rate · g"),
    "momentum": Method("Heavy ball", momentum, "v ← m · v − rate · g;  p ← p + v", True),
    "nesterov": Method("Nesterov", nesterov, _LOOK_AHEAD, True),
    "book": Method("The book's loop", nesterov, _LOOK_AHEAD, True),
    "book_plus": Method(
        "First edition's plus", book_with_plus, "v ← m · v + rate · g;  p ← p + m · v − rate · g", True
    ),
    "adagrad": Method("Adagrad", lambda beta: adagrad(), "s ← s + g²;  p ← p − rate · g / √s"),
    "rmsprop": Method("RMSprop", lambda beta: rmsprop(), "s ← 0.9 · s + 0.1 · g²;  p ← p − rate · g / √s"),
    "adam": Method(
        "Adam", lambda beta: adam(), "m ← 0.9 · m + 0.1 · g;  s ← 0.999 · s + 0.001 · g²;  p ← p − rate · m̂ / √ŝ"
    ),
}


class Trace(NamedTuple):
    """One run. points, gradients, velocities, squares: (steps + 1, d); losses: (steps + 1,).

    gradients[t] is taken at points[t]; velocities[t] and squares[t] are the optimizer's memory when it stands at
    points[t] (zero where it keeps none), so step t uses gradients[t] and leaves velocities[t + 1], squares[t + 1].
    """

    points: Array
    losses: Array
    gradients: Array
    velocities: Array
    squares: Array


class Family(NamedTuple):
    """Runs for every pair of settings. points: (rates, momenta, steps + 1, d), losses: (rates, momenta, steps + 1)."""

    points: Array
    losses: Array


def _memory(state: Any, point: Array, method: str) -> tuple[Array, Array]:
    """The velocity and the squares an optimizer holds; zeros where it holds none."""
    zero = jnp.zeros_like(point)
    if isinstance(state, AdamState):
        return state.mean, state.square
    if method in ("adagrad", "rmsprop"):
        return zero, state
    return (state if METHODS[method].uses_momentum else zero), zero


@partial(jax.jit, static_argnames=("expression", "method", "steps"))
def descend(
    expression: Expression, method: str, start: Array, rate: Array, momentum: Array, *, steps: int = STEPS
) -> Trace:
    """One run from start (d,), with all the optimizer knew at every step; it may run on into inf and nan."""
    rate, momentum = (jnp.asarray(value, start.dtype) for value in (rate, momentum))
    optimizer = METHODS[method].make(momentum)
    slope = jax.value_and_grad(partial(surfaces.value, expression))

    def step(carry, _):
        point, state = carry
        loss, gradient = slope(point)
        seen = (point, loss, gradient, *_memory(state, point, method))
        return optimizer.update(gradient, state, point, rate), seen

    _, seen = jax.lax.scan(step, (start, optimizer.init(start)), length=steps + 1)
    return Trace(*seen)


@partial(jax.jit, static_argnames=("expression", "method", "steps"), compiler_options=surfaces.QUICKLY)
def family(
    expression: Expression, method: str, start: Array, rates: Array, momenta: Array, *, steps: int = STEPS
) -> Family:
    """The runs from start (d,) for all learning rates (r,) and momenta (m,), by vmap over both."""

    def run(rate, beta):
        trace = descend(expression, method, start, rate, beta, steps=steps)
        return Family(trace.points, trace.losses)

    return jax.vmap(lambda rate: jax.vmap(lambda beta: run(rate, beta))(momenta))(rates)


def settings(rates: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The learning rates (61,), evenly spaced on a log scale over a surface's range, and the momenta (21,), 0 to 1.

    >>> rates, momenta = settings((0.01, 1.0))
    >>> len(rates), len(momenta), float(momenta[2])
    (61, 21, 0.1)
    """
    spaced = np.geomspace(*rates, RATES, dtype=np.float64)
    momenta = np.append(np.arange(MOMENTA - 1) / (MOMENTA - 1), 0.99)
    return spaced.astype(np.float32), momenta.astype(np.float64)


def steps_to_reach(losses: np.ndarray, goal: float) -> np.ndarray:
    """For runs (..., steps + 1): the first step from which the loss stays at most goal; -1 if none, -2 if diverged.

    A run has diverged when its last loss is not finite, or above both its first one and the goal.
    """
    losses = np.asarray(losses, np.float64)
    good = losses <= goal
    stays = np.flip(np.logical_and.accumulate(np.flip(good, -1), -1), -1)
    first = np.where(stays.any(-1), stays.argmax(-1), -1)
    last = losses[..., -1]
    diverged = ~np.isfinite(last) | (last > np.maximum(losses[..., 0], goal))
    return np.where(diverged, -2, first)


def largest_rate(method: str, momentum: np.ndarray, curvature: float) -> np.ndarray:
    """The learning rate up to which a method converges on a quadratic of this largest curvature.

    SGD 2 / h; heavy ball 2 (1 + m) / h (Polyak 1964); Nesterov and the book's loop 2 (1 + m) / ((1 + 2 m) h), from
    the same condition on the roots of z² − (1 + m)(1 − rate h) z + m (1 − rate h). KeyError for other methods.
    """
    momentum = np.asarray(momentum, np.float64)
    bounds = {
        "sgd": np.full_like(momentum, 2.0),
        "momentum": 2 * (1 + momentum),
        "nesterov": 2 * (1 + momentum) / (1 + 2 * momentum),
        "book": 2 * (1 + momentum) / (1 + 2 * momentum),
    }
    return bounds[method] / curvature
