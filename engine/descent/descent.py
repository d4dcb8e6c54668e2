"""Ways down a curve or surface: one run in full detail, and whole families of runs computed at once.

``points[t + 1] = points[t] + update(gradient(points[t]))`` with the optimizers of ``engine.training.optimizers``.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike

from engine.descent import surfaces
from engine.descent.surfaces import Surface
from engine.training.optimizers import AdamState, Optimizer, adagrad, adam, momentum, nesterov, rmsprop, sgd
from engine.typed.expressions import Expression

STEPS = 200
RATES = 61
MOMENTA = 21
GOES_ON, DIVERGED, FELL, UNDEFINED = -1, -2, -3, -4
"""How a run goes: all its numbers are finite; or the loss grows beyond float32 numbers, falls below them all, or the
run comes to where the function has no value."""
FAR = 1e9
"""A loss that is no number so far out is an overflow, nearer it says that the function is undefined."""
REST, REST_SHARE = 10, 1e-3
"""A run rests at the lowest loss if its last steps end no further above it than this share of the start's height."""


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


class Fate(NamedTuple):
    """How runs (…) end. step: (…) the first whose point or loss is not finite, steps + 1 if none; kind: (…) codes."""

    step: np.ndarray
    kind: np.ndarray


def fates(points: np.ndarray, losses: np.ndarray) -> Fate:
    """What becomes of runs with points (…, steps + 1, d) and losses (…, steps + 1), read from these numbers alone.

    >>> fate = fates(np.array([[2.0], [1.0], [-1.0]]), np.log([2.0, 1.0, np.nan]))
    >>> int(fate.step), int(fate.kind) == UNDEFINED
    (2, True)
    """
    points, losses = np.asarray(points), np.asarray(losses)
    finite = np.isfinite(losses) & np.isfinite(points).all(-1)
    lost, count = ~finite.all(-1), losses.shape[-1]
    step = np.where(lost, finite.argmin(-1), count)
    at = np.minimum(step, count - 1)[..., None]
    loss = np.take_along_axis(losses, at, -1)[..., 0]
    before = np.take_along_axis(losses, np.maximum(at - 1, 0), -1)[..., 0]
    near = (np.abs(np.take_along_axis(points, at[..., None], -2)[..., 0, :]) <= FAR).all(-1)
    falling = np.isneginf(loss) | (np.isnan(loss) & (before < losses[..., 0]))
    kind = np.select([~lost, np.isnan(loss) & near, falling], [GOES_ON, UNDEFINED, FELL], DIVERGED)
    return Fate(step, kind)


class Lowest(NamedTuple):
    """The lowest loss known. attained: whether the function has it for its floor, at a known minimum, in the midst of
    its window or where runs come to rest; otherwise it is the lowest one met, and losses may fall further."""

    loss: float
    attained: bool


def lowest(surface: Surface, values: np.ndarray, losses: Sequence[np.ndarray]) -> Lowest:
    """The lowest of the known minima; where none is known, of the values on a grid, (n,) or (n, n), and of all runs.

    losses: arrays (…, steps + 1), one for each family of runs.
    """
    if surface.minima:
        return Lowest(float(surfaces.heights(surface).min()), True)
    seen = [np.asarray(part, np.float64) for part in (values, *losses)]
    least = min((float(part[np.isfinite(part)].min()) for part in seen if np.isfinite(part).any()), default=np.inf)
    if not np.isfinite(least):
        return Lowest(0.0, False)
    return Lowest(least, _in_its_midst(seen[0], least) or any(_at_rest(part, least) for part in seen[1:]))


def _at_rest(losses: np.ndarray, least: float) -> bool:
    """Whether some run ends at the lowest loss and stays there."""
    near = least + REST_SHARE * (losses[..., :1] - least) + 1e-6 * abs(least)
    last = losses[..., -REST:]
    return bool((np.isfinite(last) & (last <= near)).all(-1).any())


def _in_its_midst(values: np.ndarray, least: float) -> bool:
    """Whether the lowest value on the grid lies in a valley, and no run got lower than between the grid's points.

    Away from the bottom of a valley the slope does not fall off; beside a pole or a cusp it does.
    """
    finite = np.where(np.isfinite(values), values, np.inf)
    inner = finite[(slice(2, -2),) * finite.ndim]
    spot = np.unravel_index(inner.argmin(), inner.shape)
    bottom, room = inner[spot], 0.0
    for axis, place in enumerate(spot):
        line = finite[tuple(slice(None) if axis == other else at + 2 for other, at in enumerate(spot))]
        for way in (1, -1):
            beside, beyond = line[place + 2 + way], line[place + 2 + 2 * way]
            if not (np.isfinite(beyond) and beyond - beside >= (beside - bottom) / 2):
                return False
            room += beside - bottom
    return bool(bottom <= finite.min() and least >= bottom - room)


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


def largest_rate(method: str, momentum: ArrayLike, curvature: float) -> np.ndarray:
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
