"""Gradient check of one variable of a formula of x and y, in float32 and float64."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.gradient_check import EPSILONS, ROUNDOFF, Point, Sweep, derivative, ends, judged, side
from engine.backprop.gradient_check_chain import steps
from engine.descent import surfaces
from engine.errors import InvalidInput
from engine.typed import expressions
from engine.typed.expressions import Expression

VARIABLES = ("x", "y")
MAX_POINT = 1e6


@partial(jax.jit, static_argnames=("expression", "axis"), compiler_options=surfaces.QUICKLY)
def _formula_at(expression: Expression, axis: int, point: Array, values: Array) -> tuple[Array, Array, Array, Array]:
    """f, the derivative by ``jax.grad`` and the third derivative at the point, and f where one variable is changed."""

    def along(at: Array) -> Array:
        return surfaces.value(expression, point.at[axis].set(at))

    here = point[axis]
    third = derivative(derivative(derivative(along)))(here)
    return along(here), jax.grad(along)(here), third, jax.vmap(along)(values)


def sweep(expression: Expression, point: tuple[float, float], variable: str) -> Sweep:
    """A formula of x and y along one of them. float64 stands on the point given, float32 on the point rounded to it.

    >>> found = sweep(expressions.parse("x**2 * y", VARIABLES), (3.0, 2.0), "x")
    >>> found.slope, found.third, found.verdict
    (12.0, 0.0, 'agree')
    """
    axis = VARIABLES.index(variable)
    values = dict(zip(VARIABLES, require_point(point), strict=True))
    place = np.array(point, np.float64)
    sides, at = [], Point(np.nan, np.nan, np.nan, np.nan)
    for dtype in ROUNDOFF:
        moved = ends(place[axis], dtype)
        with jax.enable_x64(dtype == "float64"):
            found = _formula_at(expression, axis, jnp.asarray(place, dtype), jnp.asarray(moved))
            height, slope, third, heights = jax.device_get(found)
        sides.append(side(heights, float(slope), dtype))
        at = Point(float(height), float(slope), float(third), _size(expression, values, variable))
    if not np.isfinite(at[:2]).all():
        what = f"“df/d{variable}”" if np.isfinite(at.height) else "“f”"
        raise InvalidInput(
            f"{what} must be a finite number at the point; at x = {point[0]:g}, y = {point[1]:g} it is not."
        )
    with jax.enable_x64(True):
        corners = _formula_corners(expression, values, variable)
    return judged(variable, float(place[axis]), at, corners, *sides)


def _size(expression: Expression, values: dict[str, float], variable: str) -> float:
    """The largest size among the formula's parts."""
    sizes = np.abs([*values.values(), *(step.value for step in steps(expression, values, variable))])
    return float(sizes[np.isfinite(sizes)].max())


def require_point(point: tuple[float, float]) -> tuple[float, float]:
    """The same point; InvalidInput unless both numbers are finite and at most a million in size."""
    for variable, value in zip(VARIABLES, point, strict=True):
        if not abs(value) <= MAX_POINT:
            raise InvalidInput(f"“{variable}” must be from −{MAX_POINT:,.0f} to {MAX_POINT:,.0f}; {value:g} is not.")
    return float(point[0]), float(point[1])


_CORNERED = ("abs", "relu", "sign", "step", "maximum", "minimum", "floor")


def _formula_corners(expression: Expression, values: dict[str, float], variable: str) -> np.ndarray:
    """For each epsilon, at how many places of the formula a corner or jump is reached within ±eps of the variable."""
    found = np.zeros(len(EPSILONS), int)
    if expression.kind in _CORNERED:
        moved = values[variable] + np.concatenate([[0.0], EPSILONS, -EPSILONS])
        sides = _levels(expression, values | {variable: jnp.asarray(moved)}, len(moved))
        here, above, below = sides[0], *np.split(sides[1:], 2)
        found += (above != here) | (below != here)
    for part in expression.parts:
        found += _formula_corners(part, values, variable)
    return found


def _levels(expression: Expression, values: dict, count: int) -> np.ndarray:
    """On which side of its corner an operation stands: (count,) whole numbers, equal where no corner lies between."""
    operands = [np.broadcast_to(np.asarray(expressions.evaluate(part, values)), count) for part in expression.parts]
    if expression.kind == "floor":
        return np.floor(operands[0])
    return np.sign(operands[0] - operands[1] if len(operands) == 2 else operands[0])
