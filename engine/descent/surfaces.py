"""The curves and surfaces to descend: each a formula with its known minima, a window to look at and a place to start.

Values of minima and the usual windows: Jamil and Yang 2013, "A literature survey of benchmark functions".
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.errors import InvalidInput
from engine.typed import expressions
from engine.typed.expressions import Expression

MAX_CONDITION = 1_000.0


class Surface(NamedTuple):
    """A function of x, or of x and y.

    text: its formula. window: (low, high) per variable. start: where a descent begins. minima: known ones, the
    lowest first; empty if unknown. rates: smallest and largest learning rate offered. quadratic: whether its
    curvatures are the same everywhere, so that theory says which settings converge.
    """

    title: str
    text: str
    window: tuple[tuple[float, float], ...]
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...] = ()
    rates: tuple[float, float] = (1e-3, 1.0)
    quadratic: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables: ("x",) or ("x", "y")."""
        return ("x", "y")[: len(self.window)]

    @property
    def expression(self) -> Expression:
        """The formula, read through the whitelist like any typed one."""
        return expressions.parse(self.text, self.variables)


QUICKLY = {"xla_backend_optimization_level": 0}
"""Compiler options for what is compiled anew for every typed formula: half the time to compile."""

_SQUARE = ((-3.0, 3.0), (-3.0, 3.0))
SURFACES: dict[str, Surface] = {
    "bowl": Surface("Round bowl", "(x**2 + y**2) / 2", _SQUARE, (-2.5, 1.8), ((0, 0),), (0.01, 2.5), True),
    "ravine": Surface("Ravine", "(x**2 + 20y**2) / 2", _SQUARE, (-2.6, 1.0), ((0, 0),), (1e-3, 0.2), True),
    "saddle": Surface("Saddle", "(x**2 - y**2) / 2 + y**4 / 16", _SQUARE, (-2.2, 1e-3), ((0, 2), (0, -2)), (0.01, 1.0)),
    "rosenbrock": Surface(
        "Rosenbrock", "(1 - x)**2 + 100(y - x**2)**2", ((-2.0, 2.0), (-1.0, 3.0)), (-1.2, 1.0), ((1, 1),), (1e-5, 0.01)
    ),
    "beale": Surface(
        "Beale",
        "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
        ((-1.0, 4.5), (-2.0, 2.0)),
        (1.0, 1.5),
        ((3, 0.5),),
        (1e-4, 0.1),
    ),
    "himmelblau": Surface(
        "Himmelblau",
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        ((-5.0, 5.0), (-5.0, 5.0)),
        (-0.5, -0.8),
        ((3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)),
        (1e-4, 0.05),
    ),
    "bumpy": Surface(
        "Bumpy",
        "(x**2 + y**2) / 10 + 1 - cos(2x) * cos(2y)",
        ((-5.0, 5.0), (-5.0, 5.0)),
        (-4.0, 3.2),
        ((0, 0),),
        (0.01, 1.0),
    ),
}
CURVES: dict[str, Surface] = {
    "valleys": Surface(
        "Local and global minimum",
        "x**4 / 20 - 3x**2 / 5 - 3x / 10 + 3",
        ((-4.5, 4.5),),
        (-4.2,),
        ((2.566039,), (-2.313350,)),
        (0.01, 1.0),
    ),
    "parabola": Surface("Parabola", "x**2 / 2", ((-4.0, 4.0),), (-3.5,), ((0,),), (0.01, 2.5), True),
    "waves": Surface("Waves in a valley", "x**2 / 8 + 1 - cos(2x)", ((-8.0, 8.0),), (-7.0,), ((0,),), (0.01, 1.0)),
    "edge": Surface("|x|, a sharp edge", "abs(x)", ((-4.0, 4.0),), (-3.3,), ((0,),), (0.01, 1.0)),
    "plateau": Surface("Plateau", "1 - exp(-x**2)", ((-4.0, 4.0),), (-2.2,), ((0,),), (0.01, 3.0)),
}


def bowl_of(condition: float) -> Surface:
    """(x² + condition · y²) / 2: curvatures 1 and ``condition``, learning rates up to beyond the last that converges.

    >>> bowl_of(10).text
    '(x**2 + 10*y**2) / 2'
    """
    if not 1 <= condition <= MAX_CONDITION:
        raise InvalidInput(f"the conditioning must be from 1 to {MAX_CONDITION:,.0f}; {condition:g} is not.")
    rates = (0.005 / condition, 4.2 / condition)
    start = (-2.6, 2.2 / float(np.sqrt(condition)) + 0.3)
    return Surface(
        f"Bowl with conditioning {condition:g}",
        f"(x**2 + {condition:g}*y**2) / 2",
        _SQUARE,
        start,
        ((0, 0),),
        rates,
        True,
    )


def typed(text: str, dimensions: int) -> Surface:
    """A reader's own formula of x, or of x and y, in a window from -3 to 3; InvalidInput if it cannot be read."""
    variables = ("x", "y")[:dimensions]
    expressions.parse(text, variables)
    return Surface("Your function", text, ((-3.0, 3.0),) * dimensions, (-2.0, 1.5)[:dimensions], (), (1e-4, 1.0))


def value(expression: Expression, point: Array) -> Array:
    """The function at one point (d,), d 1 or 2, as a scalar of the point's dtype."""
    values = dict(zip(("x", "y"), point, strict=False))
    return jnp.asarray(expressions.evaluate(expression, values), point.dtype)


@partial(jax.jit, static_argnames="expression")
def values(expression: Expression, points: Array) -> Array:
    """The function at many points (..., d) → (...)."""
    flat = points.reshape(-1, points.shape[-1])
    return jax.vmap(partial(value, expression))(flat).reshape(points.shape[:-1])


@partial(jax.jit, static_argnames="expression")
def gradients(expression: Expression, points: Array) -> Array:
    """Its gradient at many points (..., d) → (..., d), by reverse-mode differentiation."""
    flat = points.reshape(-1, points.shape[-1])
    return jax.vmap(jax.grad(partial(value, expression)))(flat).reshape(points.shape)


@partial(jax.jit, static_argnames="expression")
def curvature(expression: Expression, point: Array) -> Array:
    """Hessian (d, d) at one point (d,): second derivatives, forward over reverse."""
    return jax.hessian(partial(value, expression))(point)


def grid(surface: Surface, resolution: int = 81) -> tuple[np.ndarray, np.ndarray]:
    """Points over the window and the function there.

    Returns axes (d, resolution) and values (resolution,) for curves, (resolution, resolution) with y along axis 0 for
    surfaces, float32; where the function is undefined they are nan or inf.
    """
    axes = np.stack([np.linspace(low, high, resolution, dtype=np.float32) for low, high in surface.window])
    points = axes[0][:, None] if len(axes) == 1 else np.stack(np.meshgrid(*axes), axis=-1)
    return axes, np.asarray(values(surface.expression, jnp.asarray(points)))


def heights(surface: Surface) -> np.ndarray:
    """The function at its known minima, (minima,) float32; empty where none is known."""
    if not surface.minima:
        return np.zeros(0, np.float32)
    places = jnp.asarray(surface.minima, jnp.float32)
    return np.asarray(values(surface.expression, places))
