"""Gradient check: the derivative for one weight or variable against central differences, for many epsilons.

``(f(w + eps) - f(w - eps)) / (2 eps)`` differs from f'(w) by the truncation ``eps² |f'''(w)| / 6`` and by rounding,
about ``u S / eps``; u is the unit roundoff, S the size of the numbers f is computed from (|f| itself in textbooks).
The sum is least at ``eps* = (3 u S / |f'''|)^(1/3)``. Press et al., Numerical Recipes, 3rd ed. 2007, section 5.7.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

EPSILONS = np.array(
    [float(f"{digits}e{power}") for power in range(-10, -1) for digits in (1, 1.5, 2, 3, 5, 7)] + [1e-1]
)
"""Epsilons from 1e-10 to 1e-1, six per power of ten."""
ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53}
"""u: the largest relative error of rounding to nearest, by dtype."""
AGREE = 1e-6
"""Relative error below which a gradient check in float64 counts as passed; CS231n, "Gradient checks"."""


class Side(NamedTuple):
    """One dtype's answers, (epsilons,) each.

    above, below: f(w + eps), f(w - eps). quotients: their difference over 2 eps. errors: relative to the derivative.
    slope: what autodiff gives in this dtype. optimum: eps*, inf without truncation, nan where nothing can be said.
    expected: truncation plus rounding, in the units of the derivative.
    """

    above: np.ndarray
    below: np.ndarray
    quotients: np.ndarray
    errors: np.ndarray
    slope: float
    optimum: float
    expected: np.ndarray


class Sweep(NamedTuple):
    """Both dtypes against autodiff in float64.

    name: of the weight or variable. value: w. height: f(w). slope: f'(w) by ``jax.grad``. third: f'''(w). scale: S.
    corners: (epsilons,) how many corners (a relu that switches) lie within ±eps.
    """

    name: str
    value: float
    height: float
    slope: float
    third: float
    scale: float
    corners: np.ndarray
    single: Side
    double: Side

    def best(self, side: Side) -> int:
        """Which epsilon to take in a dtype: the listed one nearest to its eps*, below the first corner."""
        optimum = side.optimum if np.isfinite(side.optimum) else EPSILONS[-1]
        wanted = int(np.abs(np.log(EPSILONS / max(optimum, EPSILONS[0]))).argmin())
        free = np.flatnonzero(self.corners == 0)
        return min(wanted, int(free[-1])) if len(free) else wanted

    @property
    def chosen(self) -> int:
        """Which epsilon a gradient check takes: the best of float64."""
        return self.best(self.double)

    @property
    def flat(self) -> bool:
        """Whether f has one value at both ends of every epsilon below the first corner, in float64."""
        free = self.corners == 0
        heights = np.concatenate([self.double.above[free], self.double.below[free]])
        return bool(free.any() and (heights == heights[0]).all())

    @property
    def verdict(self) -> str:
        """At ``chosen``: "flat" and "level" (quotient and slope 0), "corner", "agree", "noise" or "differ".

        "flat": f does not change at all as far as it has no corner; "level": it does, both ways alike, as x² at 0.
        "noise": no further apart than expected.
        """
        quotient, error = self.double.quotients[self.chosen], self.double.errors[self.chosen]
        if self.corners[self.chosen]:
            return "corner"
        if quotient == self.slope == 0:
            return "flat" if self.flat else "level"
        if error <= AGREE:
            return "agree"
        return "noise" if abs(quotient - self.slope) <= 30 * self.double.expected[self.chosen] else "differ"


def relative_errors(found: np.ndarray, true: float) -> np.ndarray:
    """|found - true| / max(|found|, |true|), 0 where both are 0. CS231n, "Gradient checks".

    >>> relative_errors(np.array([0.0, 1.0, 2.0]), 2.0).tolist()
    [1.0, 0.5, 0.0]
    """
    size = np.maximum(np.abs(found), np.abs(true))
    with np.errstate(invalid="ignore"):
        return np.abs(found - true) / np.where(size == 0, 1, size)


def optimum(third: float, scale: float, roundoff: float) -> float:
    """eps* = (3 u S / |f'''|)^(1/3); inf where f''' is 0: there is no truncation to fear.

    >>> round(optimum(6.0, 2.0, 1e-9), 9)
    0.001
    """
    if third == 0:
        return np.inf
    return float(np.cbrt(3 * roundoff * scale / abs(third)))


def expected_errors(epsilons: np.ndarray, third: float, scale: float, roundoff: float) -> np.ndarray:
    """eps² |f'''| / 6 + u S / eps, the error of the quotient that truncation and rounding let expect."""
    return epsilons**2 * abs(third) / 6 + roundoff * scale / epsilons


class Point(NamedTuple):
    """f(w), f'(w), f'''(w), and the size of the numbers f is computed from."""

    height: float
    slope: float
    third: float
    scale: float


def ends(value: float, dtype: str) -> np.ndarray:
    """w + eps for all epsilons, then w - eps, every operation rounded to the dtype."""
    w, epsilons = np.asarray(value, dtype), EPSILONS.astype(dtype)
    return np.concatenate([w + epsilons, w - epsilons])


def side(heights: np.ndarray, slope: float, dtype: str) -> Side:
    """heights: f at ends. slope: autodiff's in this dtype. What is judged is put in later."""
    above, below = np.split(heights, 2)
    with np.errstate(all="ignore"):
        quotients = (above - below) / (2 * EPSILONS.astype(dtype))
    return Side(above, below, quotients, np.zeros(0), slope, np.nan, np.zeros(0))


def judged(name: str, value: float, at: Point, corners: np.ndarray, single: Side, double: Side) -> Sweep:
    """The sweep with its errors, the theory put beside them. S also holds |w f'(w)|: w ± eps are rounded too."""
    scale = at.scale + abs(value * at.slope)
    sides = []
    for side, roundoff in zip((single, double), ROUNDOFF.values(), strict=True):
        errors = relative_errors(side.quotients.astype(np.float64), at.slope)
        expected = expected_errors(EPSILONS, at.third, scale, roundoff)
        # With slope 0 and no truncation the function is flat: rounding has nothing to act on either.
        best = np.nan if at.slope == at.third == 0 else optimum(at.third, scale, roundoff)
        sides.append(side._replace(errors=errors, optimum=best, expected=expected))
    return Sweep(name, value, at.height, at.slope, at.third, scale, corners, *sides)


def derivative(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The derivative of a function of one number, by forward mode; may be taken again and again."""
    return lambda at: jax.jvp(function, (at,), (jnp.ones_like(at),))[1]
