"""Logarithmic axes whose labels stay apart, over half a decade or over forty."""

import math
from collections.abc import Sequence
from typing import Any

NARROW = 3
"""Up to so many decades 2 and 5 have labels too."""
MOST = 7
"""Labels that fit beside each other along a side of 200 pixels."""


def axis(low: float, high: float, *, most: int = MOST) -> dict[str, Any]:
    """A Plotly axis from 10^low to 10^high with at most so many labels.

    Few decades: 1, 2, 5, 10, 20 … Many: Plotly's own powers of ten, every so many of them, which follow a zoom.
    """
    bounds = {"type": "log", "range": [low, high]}
    if high - low > NARROW:
        return bounds | wide(most=most)
    found = ticks(low, high, most=most)
    return bounds | {"tickvals": found, "ticktext": [f"{tick:g}" for tick in found]}


def wide(*, most: int = MOST) -> dict[str, Any]:
    """Ticks of an axis of many decades, or of a range that nobody knows yet."""
    return {"nticks": most, "exponentformat": "power"}


def ticks(low: float, high: float, *, most: int = MOST) -> list[float]:
    """1, 2, 5, 10, 20 … from 10^low to 10^high; fewer where they are too many, evenly apart where they are too few.

    >>> ticks(-1, 1), ticks(0.35, 0.38)
    ([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0], [2.24, 2.26, 2.28, 2.3, 2.32, 2.34, 2.36, 2.38])
    """
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = _between(low, high, steps)
        if len(found) <= most:
            break
    return thinned(found, most) if len(found) > 2 else _even(10**low, 10**high)


def _between(low: float, high: float, steps: Sequence[int]) -> list[float]:
    powers = range(math.floor(low), math.ceil(high) + 1)
    found = [float(f"{step}e{power}") for power in powers for step in steps]
    return [tick for tick in found if low - 1e-9 <= math.log10(tick) <= high + 1e-9]


def _even(low: float, high: float) -> list[float]:
    """Round numbers, five to ten, between two that lie close together."""
    power = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(factor * power for factor in (10, 5, 2, 1) if (high - low) / (factor * power) >= 4)
    return [float(f"{k * step:.10g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def thinned(found: Sequence[float], most: int) -> list[float]:
    """Every so many of them, so that at most ``most`` are left.

    >>> thinned([1, 10, 100, 1000, 10000], 3)
    [1, 100, 10000]
    """
    return list(found[:: -(-len(found) // most)])
