"""The derivative of one variable: difference quotients, the linear approximation and its error, where none exists.

Curves and exact numbers are computed in float64; the errors of float32 are measured in float32, as networks compute.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.descent import surfaces
from engine.descent.derivative_verdicts import QUICK, Verdicts, verdicts
from engine.typed import expressions
from engine.typed.expressions import Expression

STEP = 1 / 64
"""Distance of the places x may take: a power of two, so that float32 holds every one of them exactly."""
FINE = 4
"""Drawn points per step."""
REACH = 2.0
"""Largest epsilon on either side."""
EPSILONS = np.array(
    [float(f"{digits}e{power}") for power in range(-7, 0) for digits in (1, 1.5, 2, 3, 5, 7)] + [1.0, 1.5, 2.0]
)
"""Epsilons from 1e-7 to 2, about six per power of ten."""
UNIT_ROUNDOFF = 2.0**-24
"""Largest relative error of rounding to float32."""


class Preset(NamedTuple):
    """A function worth looking at. window: the x shown. start: where the point begins."""

    title: str
    text: str
    window: tuple[float, float]
    start: float

    @property
    def expression(self) -> Expression:
        """The formula, read through the whitelist like any typed one."""
        return expressions.parse(self.text)


_WIDE = (-4.0, 4.0)
PRESETS: dict[str, Preset] = {
    "square": Preset("x²", "x^2", _WIDE, 1.0),
    "cubic": Preset("x³ − x", "x^3 - x", (-2.0, 2.0), 0.75),
    "sine": Preset("sin(x)", "sin(x)", _WIDE, 1.0),
    "cosine": Preset("cos(x)", "cos(x)", _WIDE, 1.0),
    "exponential": Preset("exp(x)", "exp(x)", (-4.0, 3.0), 0.5),
    "line": Preset("3x / 2, a line", "3x / 2", _WIDE, 1.0),
    "valleys": Preset("Two valleys", surfaces.CURVES["valleys"].text, surfaces.CURVES["valleys"].window[0], -1.0),
    "absolute": Preset("|x|", "abs(x)", _WIDE, 0.0),
    "relu": Preset("relu(x)", "relu(x)", _WIDE, 0.0),
    "step": Preset("step(x)", "step(x)", _WIDE, 0.0),
    "floor": Preset("floor(x)", "floor(x)", _WIDE, 1.0),
    "root": Preset("√x", "sqrt(x)", (-1.0, 7.0), 0.0),
    "logarithm": Preset("log(x)", "log(x)", (-1.0, 7.0), 1.0),
    "reciprocal": Preset("1 / x", "1 / x", _WIDE, 1.0),
}


def values(expression: Expression, x: Array) -> Array:
    """f(x) at every x, any shape, in its dtype; nan or inf where f is undefined."""
    return surfaces.values(expression, x[..., None])


def slopes(expression: Expression, x: Array) -> Array:
    """f'(x) at every x, any shape, by reverse-mode differentiation: what ``jax.grad`` answers, right or not."""
    return surfaces.gradients(expression, x[..., None])[..., 0]


@partial(jax.jit, static_argnames="expression")
def curvatures(expression: Expression, x: Array) -> Array:
    """f''(x) at every x (n,): half of it times epsilon² is the error of the linear approximation."""
    return jax.vmap(lambda point: surfaces.curvature(expression, point)[0, 0])(x[:, None])


def quotients(expression: Expression, x: Array, epsilons: Array) -> Array:
    """(f(x + eps) - f(x)) / eps, the slopes of secants. x: (n,), epsilons: (k,), without 0 → (n, k)."""
    return (values(expression, x[:, None] + epsilons) - values(expression, x)[:, None]) / epsilons


def approximation_errors(expression: Expression, x: np.ndarray, epsilons: np.ndarray) -> np.ndarray:
    """f(x + eps) - (f(x) + f'(x) * eps), every operation rounded to the dtype of x. x: (n,), epsilons: (k,) → (n, k).

    In exact arithmetic it is f''(x) / 2 * eps² + O(eps³): Taylor's theorem.
    """
    epsilons = epsilons.astype(x.dtype)
    with jax.enable_x64(x.dtype == np.float64):
        near = np.asarray(values(expression, jnp.asarray(x[:, None] + epsilons)))
        here, slope = (np.asarray(part(expression, jnp.asarray(x)))[:, None] for part in (values, slopes))
    return linear_errors(near, here, slope, epsilons)


def linear_errors(near: np.ndarray, here: np.ndarray, slope: np.ndarray, epsilons: np.ndarray) -> np.ndarray:
    """near - (here + slope * epsilons) in the arrays' dtype, each operation rounded; never fused by a compiler."""
    with np.errstate(all="ignore"):
        return near - (here + slope * epsilons)


def rounding_floor(x: np.ndarray, here: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """2^-24 (|f(x)| + |x f'(x)|): about the error that float32 leaves however small epsilon is.

    The first term is the rounding of f(x), the second what rounding x + eps does to it. All (n,). Higham 2002, ch. 1.
    """
    with np.errstate(all="ignore"):
        return UNIT_ROUNDOFF * (np.abs(here) + np.abs(x * slope))


class Study(NamedTuple):
    """All that is known of f on a window; float64 unless said.

    drawn (d,), drawn_values (d,), drawn_slopes (d,), value_breaks (d - 1,), slope_breaks (d - 1,) bool: the curves,
    and between which neighbours f or f' jumps. x (p,), slopes, curvatures (p,), verdicts: the places x may take, STEP
    apart. wide (w,), wide_values (w,), wide_values32 (w,), slopes32 (p,) float32: f also REACH beyond the window.
    epsilons (2k,): the positive, then the negative ones. errors (p, 2k): approximation errors, where f' is not finite
    f(x + eps) - f(x). near, near32 (p, 2k): f(x + eps) in float64 and float32, also where f(x) is not finite.
    places (q,), place_verdicts: jumps between the x.
    """

    drawn: np.ndarray
    drawn_values: np.ndarray
    drawn_slopes: np.ndarray
    value_breaks: np.ndarray
    slope_breaks: np.ndarray
    x: np.ndarray
    slopes: np.ndarray
    curvatures: np.ndarray
    verdicts: Verdicts
    wide: np.ndarray
    wide_values: np.ndarray
    wide_values32: np.ndarray
    slopes32: np.ndarray
    epsilons: np.ndarray
    errors: np.ndarray
    near: np.ndarray
    near32: np.ndarray
    places: np.ndarray
    place_verdicts: Verdicts


def steps(low: float, high: float, per_step: int = 1) -> np.ndarray:
    """Places from low to high, STEP / per_step apart, float64 and exact; low and high are multiples of STEP."""
    return np.arange(round(low / STEP) * per_step, round(high / STEP) * per_step + 1) * (STEP / per_step)


def study(expression: Expression, window: tuple[float, float]) -> Study:
    """Everything the page shows of f on a window whose ends are multiples of STEP; all in two compiled calls."""
    low, high = window
    x, drawn, wide = steps(low, high), steps(low, high, FINE), steps(low - REACH, high + REACH)
    epsilons = np.concatenate([EPSILONS, -EPSILONS])
    with jax.enable_x64(True):
        curve = jax.device_get(_curves(expression, x, drawn, wide, epsilons))
        off = _between(curve["value_places"], curve["slope_places"])
        # One call for both, of the same shape whatever was found, so that it is compiled once.
        judged = verdicts(expression, np.concatenate([x, off, np.full(MAX_PLACES - len(off), x[0])]))
    single = jax.device_get(_singles(expression, *(part.astype(np.float32) for part in (x, wide, epsilons))))
    failing = np.flatnonzero(judged.kind[len(x) : len(x) + len(off)] != "smooth")
    return Study(
        drawn,
        curve["drawn_values"],
        curve["drawn_slopes"],
        np.isfinite(curve["value_places"]),
        np.isfinite(curve["slope_places"]),
        x,
        curve["slopes"],
        curve["curvatures"],
        Verdicts(*(part[: len(x)] for part in judged)),
        wide,
        curve["wide_values"],
        single["wide_values"],
        single["slopes"],
        epsilons,
        curve["errors"],
        curve["near"],
        single["near"],
        off[failing],
        Verdicts(*(part[len(x) + failing] for part in judged)),
    )


def _between(*found: np.ndarray) -> np.ndarray:
    """The first jumps that lie between the places x may take, without repetition."""
    places = np.unique(np.concatenate(found))
    places = places[np.isfinite(places) & (np.diff(places, prepend=-np.inf) > 1e-9)]
    return places[np.abs(places / STEP - np.round(places / STEP)) > 1e-9][:MAX_PLACES]


MAX_PLACES = 64
"""At most this many jumps between the places x may take are looked at closely."""


@partial(jax.jit, static_argnames="expression", compiler_options=QUICK)
def _curves(expression: Expression, x: Array, drawn: Array, wide: Array, epsilons: Array) -> dict[str, Array]:
    # One call for all values and one for all slopes: compiling takes as long as the formula is often in the program.
    parts = [x, drawn, wide, (x[:, None] + epsilons).ravel()]
    here, height, wide_values, near = jnp.split(
        values(expression, jnp.concatenate(parts)), np.cumsum([part.size for part in parts[:-1]])
    )
    drawn_slopes = slopes(expression, drawn)
    slope = drawn_slopes[::FINE]
    usable = jnp.where(jnp.isfinite(slope), slope, 0)[:, None]
    finite = jnp.isfinite(height)
    typical = jnp.sum(jnp.where(finite, jnp.abs(height), 0)) / jnp.maximum(finite.sum(), 1)
    return {
        "drawn_values": height,
        "drawn_slopes": drawn_slopes,
        "value_places": _jumps(partial(values, expression), drawn, height, typical),
        "slope_places": _jumps(partial(slopes, expression), drawn, drawn_slopes, typical),
        "slopes": slope,
        "curvatures": curvatures(expression, x),
        "wide_values": wide_values,
        "near": near.reshape(len(x), -1),
        "errors": near.reshape(len(x), -1) - here[:, None] - usable * epsilons,
    }


@partial(jax.jit, static_argnames="expression", compiler_options=QUICK)
def _singles(expression: Expression, x: Array, wide: Array, epsilons: Array) -> dict[str, Array]:
    both = values(expression, jnp.concatenate([wide, (x[:, None] + epsilons).ravel()]))
    return {
        "wide_values": both[: len(wide)],
        "slopes": slopes(expression, x),
        "near": both[len(wide) :].reshape(len(x), -1),
    }


def _jumps(function: Callable[[Array], Array], x: Array, ends: Array, typical: Array) -> Array:
    """Between which neighbours of x (d,) a function jumps: the place of the jump, nan where it does not. (d - 1,).

    Halves each interval 40 times, keeping the half in which the function changes more; a change that then is left
    within 1e-12 of the interval is a jump or a pole. ends: the function at x. typical: the size of f; a billionth of
    it is rounding.
    """

    def halve(_, state):
        low, high, at_low, at_high = state
        middle = (low + high) / 2
        at_middle = function(middle)
        left = jnp.abs(at_middle - at_low) >= jnp.abs(at_high - at_middle)
        return (
            jnp.where(left, low, middle),
            jnp.where(left, middle, high),
            jnp.where(left, at_low, at_middle),
            jnp.where(left, at_middle, at_high),
        )

    low, high, at_low, at_high = jax.lax.fori_loop(0, 40, halve, (x[:-1], x[1:], ends[:-1], ends[1:]))
    left_over, size = jnp.abs(at_high - at_low), jnp.abs(at_low) + jnp.abs(at_high) + typical
    jump = (left_over > 1e-3 * jnp.abs(ends[1:] - ends[:-1])) & (left_over > 1e-9 * size)
    # Where a value is nan the comparison fails: a gap, not a jump.
    return jnp.where(jump, (low + high) / 2, jnp.nan)
