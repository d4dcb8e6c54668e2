"""Where a function of one variable has no derivative, judged by its difference quotients from either side."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.descent import surfaces
from engine.typed.expressions import Expression

DISTANCES = np.array([2.0**-16, 2.0**-20, 2.0**-24, 2.0**-40])
"""How far to either side a function is asked. Powers of two: exact beside every place the page offers."""
ROUNDING = 32 * 2.0**-53
"""Relative error that float64 may leave in a value, generously."""


QUICK = {"xla_backend_optimization_level": 0}
"""Compiled for one use: half the time to compile matters more than the time to compute."""


class Verdicts(NamedTuple):
    """What is known at each of n places.

    kind: "smooth"; "undefined", f has no finite value; "edge", f is defined on one side only; "jump"; "kink", the
    slopes from left and right differ; "steep", one grows without bound; "disagrees", f has a derivative and jax.grad
    answers another number. left, right: slopes from either side, inf or -inf where they grow without bound, nan where
    f is undefined on that side. left_jump, right_jump: f beside x minus f(x), 0 where f does not jump. answer: what
    jax.grad says.
    """

    kind: np.ndarray
    value: np.ndarray
    left: np.ndarray
    right: np.ndarray
    left_jump: np.ndarray
    right_jump: np.ndarray
    answer: np.ndarray


class _Side(NamedTuple):
    """One side of x. slope: the limit of the quotients, or inf. agrees: with jax.grad. clear: whether they settle.

    pole: whether f itself grows without bound. wobble: how much the last two quotients differ.
    """

    slope: np.ndarray
    jump: np.ndarray
    pole: np.ndarray
    agrees: np.ndarray
    clear: np.ndarray
    wobble: np.ndarray


def verdicts(expression: Expression, x: np.ndarray) -> Verdicts:
    """Whether f has a derivative at every x (n,) float64, and if not, why not.

    A derivative is accepted where the quotients of both sides approach what jax.grad answers, and wherever float64
    leaves the matter open; a verdict other than "smooth" needs quotients that clearly settle elsewhere or grow.
    """
    with jax.enable_x64(True):
        value, answer, beside = jax.device_get(_probe(expression, jnp.asarray(x, jnp.float64)))
    with np.errstate(all="ignore"):
        noise = ROUNDING * np.maximum(_largest_number(expression), np.abs(value))
        right = _side(value, answer, beside[:, 0], DISTANCES, noise)
        left = _side(value, answer, beside[:, 1], -DISTANCES, noise)
        kind = _kinds(value, answer, left, right, noise)
    return Verdicts(kind, value, left.slope, right.slope, left.jump, right.jump, answer)


@partial(jax.jit, static_argnames="expression", compiler_options=QUICK)
def _probe(expression: Expression, x: Array) -> tuple[Array, Array, Array]:
    """f(x) (n,), what jax.grad answers (n,), and f beside x: (n, 2, distances), right side first."""
    places = x[:, None, None] + np.stack([DISTANCES, -DISTANCES])
    points = places[..., None]
    return (
        surfaces.values(expression, x[:, None]),
        surfaces.gradients(expression, x[:, None])[:, 0],
        surfaces.values(expression, points),
    )


def _side(value: np.ndarray, answer: np.ndarray, beside: np.ndarray, distances: np.ndarray, noise: np.ndarray) -> _Side:
    """beside: (n, distances), f at x + distances."""
    changes = beside - value[:, None]
    far, middle, near, nearest = (changes / distances).T
    uncertain = noise / abs(distances[2]) + 1e-7 * (1 + np.where(np.isfinite(answer), np.abs(answer), 0))
    apart = np.abs(near - answer), np.abs(middle - answer)
    agrees = (apart[0] <= uncertain) | (apart[0] <= 0.7 * apart[1])
    # Functions that turn within the larger distances show their slope at the smallest, where rounding leaves it.
    leaves = noise / abs(distances[3])
    agrees |= (np.abs(nearest - answer) <= leaves) & (apart[0] > 10 * leaves)
    # Aitken's extrapolation: exact where the quotients approach their limit geometrically, as they do at powers of x.
    last, before = near - middle, middle - far
    settled = np.where(np.abs(last) > uncertain, near - last**2 / (last - before), near)
    clear = np.abs(last) <= np.maximum(0.5 * np.abs(before), np.maximum(uncertain, 1e-5 * np.abs(near)))
    sequence = np.abs([far, middle, near, nearest])
    grows = (sequence[1:] > 1.2 * sequence[:-1]).all(0) & (np.abs(near) > uncertain)
    # A jump is as high at the smallest distance, where every continuous function has long come back.
    jumps = grows & (np.abs(changes[:, 3]) >= 0.5 * np.abs(changes[:, 2])) & (np.abs(changes[:, 3]) > 4 * noise)
    slope = np.where(np.isnan(beside[:, 2]), np.nan, np.where(grows, np.sign(near) * np.inf, settled))
    sizes = np.abs(beside)
    pole = (sizes[:, 3] > 100 * sizes[:, 2]) & (sizes[:, 2] > 2 * sizes[:, 1])
    return _Side(slope, np.where(jumps, changes[:, 3], 0.0), pole, agrees, clear | grows, np.abs(last))


def _kinds(value: np.ndarray, answer: np.ndarray, left: _Side, right: _Side, noise: np.ndarray) -> np.ndarray:
    """The first that applies, from the most to the least severe."""
    smooth = left.agrees & right.agrees & np.isfinite(answer)
    defined = np.isfinite(left.slope + right.slope) | np.isinf(left.slope) | np.isinf(right.slope)
    same = np.abs(left.slope - right.slope) <= noise / DISTANCES[2] + 1e-5 * (1 + np.abs(left.slope))
    clear = left.clear & right.clear & defined
    return np.select(
        [
            ~np.isfinite(value) | (left.pole & right.pole),
            smooth,
            np.isnan(left.slope) | np.isnan(right.slope),
            (left.jump != 0) | (right.jump != 0),
            clear & (np.isinf(left.slope) | np.isinf(right.slope)),
            clear & ~same & (np.abs(left.slope - right.slope) > 10 * (left.wobble + right.wobble)),
            clear & same,
        ],
        ["undefined", "smooth", "edge", "jump", "steep", "kink", "disagrees"],
        "smooth",
    )


def _largest_number(expression: Expression) -> float:
    """The largest number written in a formula: intermediate results may be as large, and round as coarsely."""
    own = abs(expression.value) if expression.kind == "number" else 0.0
    return max(own, *(_largest_number(part) for part in expression.parts), 0.0)
