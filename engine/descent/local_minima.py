"""Two valleys, a ball and its momentum: where it comes to rest, and the smallest momentum that takes it across."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.descent import descent
from engine.descent.descent import Family, Trace
from engine.descent.surfaces import CURVES

SURFACE = CURVES["valleys"]
METHOD = "momentum"
RATES = np.array([0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3])
SLIDER_MOMENTA = np.arange(100) / 100
SWEPT_MOMENTA = np.arange(200) / 200
STEPS = 2_000
REST_STEPS, REST_WIDTH = 100, 0.01
"""A ball is at rest when its last 100 of 2,000 steps stay within 0.01."""
RIGHT, LEFT, MOVING, GONE = range(4)
"""Where a ball ends: in the lower valley on the right, in the higher one on the left, nowhere yet, or at infinity."""


class Band(NamedTuple):
    """Neighbouring momenta of a sweep with the same end: the first and the last of them."""

    end: int
    first: float
    last: float


class Threshold(NamedTuple):
    """The smallest momentum that ends on the right lies above ``stays`` and at most at ``leaves``."""

    stays: float
    leaves: float


class Sweep(NamedTuple):
    """rates (r,), momenta (200,), ends (r, 200): RIGHT, LEFT, MOVING or GONE; thresholds: one per rate, None if no
    momentum ends on the right or even the smallest does."""

    rates: np.ndarray
    momenta: np.ndarray
    ends: np.ndarray
    thresholds: tuple[Threshold | None, ...]


def _end(start: Array, rate: Array, momentum: Array) -> Array:
    points = descent.descend(SURFACE.expression, METHOD, start, rate, momentum, steps=STEPS).points[:, 0]
    last = points[-REST_STEPS:]
    left_of_middle = jnp.abs(last[-1] - SURFACE.minima[1][0]) < jnp.abs(last[-1] - SURFACE.minima[0][0])
    moving = jnp.ptp(last) > REST_WIDTH
    return jnp.where(~jnp.isfinite(last[-1]), GONE, jnp.where(moving, MOVING, left_of_middle.astype(int)))


_pairs = jax.jit(jax.vmap(_end, (None, 0, 0)))
_grid = jax.jit(jax.vmap(jax.vmap(_end, (None, None, 0)), (None, 0, None)))


def end(start: tuple[float, ...], rate: float, momentum: float) -> int:
    """Where one ball ends: RIGHT, LEFT, MOVING or GONE, after 2,000 steps of the heavy ball."""
    return int(ends(start, np.array([rate]), np.array([momentum]))[0])


def ends(start: tuple[float, ...], rates: np.ndarray, momenta: np.ndarray) -> np.ndarray:
    """Where balls with these rates (n,) and momenta (n,) end, (n,)."""
    return np.asarray(_pairs(*_floats(start, rates, momenta)))


def family(start: tuple[float, ...]) -> Family:
    """The runs that sliders of 9 learning rates and 100 momenta show, 200 steps each."""
    point, rates, momenta = _floats(start, RATES, SLIDER_MOMENTA)
    return descent.family(SURFACE.expression, METHOD, point, rates, momenta)


def run(start: tuple[float, ...], rate: float, momentum: float) -> Trace:
    """One run of 200 steps in full detail, to be explained."""
    return descent.descend(SURFACE.expression, METHOD, *_floats(start, rate, momentum))


def sweep(start: tuple[float, ...]) -> Sweep:
    """Where the ball ends for 200 momenta and 9 learning rates, and each rate's threshold, to 0.001."""
    found = np.asarray(_grid(*_floats(start, RATES, SWEPT_MOMENTA)))
    right = found == RIGHT
    first = right.argmax(1)
    has = right.any(1) & (first > 0)
    high = SWEPT_MOMENTA[first]
    low = np.where(has, SWEPT_MOMENTA[np.maximum(first - 1, 0)], high)
    low, high = bisected(start, RATES, low, high)
    thresholds = tuple(
        Threshold(float(a), float(b)) if known else None for a, b, known in zip(low, high, has, strict=True)
    )
    return Sweep(RATES, SWEPT_MOMENTA, found, thresholds)


def bisected(
    start: tuple[float, ...], rates: np.ndarray, stays: np.ndarray, leaves: np.ndarray, width: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """Brackets (n,), (n,) halved until none is wider than ``width``: not on the right with ``stays``, with ``leaves``
    so."""
    stays, leaves = np.array(stays, np.float64), np.array(leaves, np.float64)
    while (leaves - stays).max() > width:
        middle = (stays + leaves) / 2
        across = ends(start, rates, middle) == RIGHT
        stays, leaves = np.where(across, stays, middle), np.where(across, middle, leaves)
    return stays, leaves


def bands(swept: Sweep, rate: int) -> list[Band]:
    """Runs of equal ends along the momenta of one learning rate, in order.

    More than one band with end RIGHT: escaping is not a matter of enough momentum alone.
    """
    row = swept.ends[rate]
    edges = np.flatnonzero(np.diff(row)) + 1
    pieces = np.split(np.arange(row.size), edges)
    return [Band(int(row[p[0]]), float(swept.momenta[p[0]]), float(swept.momenta[p[-1]])) for p in pieces]


def bracket(swept: Sweep, rate: int) -> tuple[float, float] | None:
    """The two neighbouring momenta of the sweep between which the first escape lies, None if there is none."""
    if swept.thresholds[rate] is None:
        return None
    first = int((swept.ends[rate] == RIGHT).argmax())
    return float(swept.momenta[first - 1]), float(swept.momenta[first])


def smallest_on_slider(swept: Sweep, rate: int) -> float | None:
    """The smallest of the slider's 100 momenta, every second one of the sweep's, that ends on the right."""
    across = swept.ends[rate][:: SWEPT_MOMENTA.size // SLIDER_MOMENTA.size] == RIGHT
    return float(SLIDER_MOMENTA[across.argmax()]) if across.any() else None


def _floats(*arrays: np.ndarray | tuple[float, ...] | float) -> tuple[Array, ...]:
    return tuple(jnp.asarray(array, jnp.float32) for array in arrays)
