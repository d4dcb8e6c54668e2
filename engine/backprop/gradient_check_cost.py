"""What a gradient check of every weight costs: a sample of finite differences and one backward pass, both timed.

All in float64, as a gradient check needs. The whole is extrapolated from the sample, and said to be.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.descent import naive_search
from engine.timing import measuring
from engine.training import network
from engine.training.network import Params

SAMPLE = 200
BUDGET = 3.0
"""Seconds of timed work after which no further weight is taken."""
ROUNDS = 7
EPSILON = 1e-5


class Cost(NamedTuple):
    """A measurement so far.

    pairs: seconds of two forward passes, one entry per weight tried. backward: median seconds of a backward pass.
    differences, slopes: what the two methods found for the weights tried. weights: of the whole network. waiting:
    whether another measurement has to end first.
    """

    pairs: tuple[float, ...]
    backward: float
    differences: tuple[float, ...]
    slopes: tuple[float, ...]
    weights: int
    waiting: bool = False

    @property
    def naive(self) -> float:
        """Seconds for all weights: median of the pairs × weights, extrapolated."""
        return median(self.pairs) * self.weights

    @property
    def ratio(self) -> float:
        """How many times longer all finite differences take than one backward pass."""
        return self.naive / self.backward

    @property
    def disagreement(self) -> float:
        """|differences - slopes| / (|differences| + |slopes|), lengths of vectors; 0 where both are 0."""
        found, true = np.array(self.differences), np.array(self.slopes)
        size = np.linalg.norm(found) + np.linalg.norm(true)
        return float(np.linalg.norm(found - true) / size) if size else 0.0


def measure(
    params: Params, images: np.ndarray, labels: np.ndarray, *, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Cost]:
    """Time a backward pass, then SAMPLE weights drawn at random (or as many as BUDGET allows), one after another.

    Two forward passes are timed for each; changing the weight is not. Everything is compiled before.
    """
    blank = Cost((), 0.0, (), (), network.parameter_count(params), waiting=True)
    while not measuring.track.acquire(timeout=0.05):
        yield blank
    try:
        yield from _measure(params, images, labels, blank._replace(waiting=False), clock)
    finally:
        measuring.track.release()


def _measure(
    params: Params, images: np.ndarray, labels: np.ndarray, cost: Cost, clock: Callable[[], float]
) -> Iterator[Cost]:
    yield cost
    with jax.enable_x64(True):
        wide = Params(*(jnp.asarray(np.asarray(weights), jnp.float64) for weights in params))
        batch = jnp.asarray(images.reshape(len(images), -1) / 255), jnp.asarray(labels, jnp.int32)
        gradient = jax.device_get(naive_search.loss_and_gradient(wide, *batch)[1])
        jax.block_until_ready(naive_search.loss_of(wide, *batch))
        times = [_timed(lambda: naive_search.loss_and_gradient(wide, *batch), clock)[1] for _ in range(ROUNDS)]
    cost = cost._replace(backward=median(times))
    yield cost
    numbers = np.random.default_rng(0).choice(cost.weights, min(SAMPLE, cost.weights), replace=False)
    for number in numbers.tolist():
        # Entered anew for each weight: between two results the setting must be the process's own.
        with jax.enable_x64(True):
            difference, slope, seconds = _one(wide, Params(*gradient), number, batch, clock)
        cost = cost._replace(
            pairs=(*cost.pairs, seconds),
            differences=(*cost.differences, difference),
            slopes=(*cost.slopes, slope),
        )
        yield cost
        if sum(cost.pairs) > BUDGET:
            return


def _one(params: Params, gradient: Params, number: int, batch: tuple, clock: Callable) -> tuple[float, float, float]:
    """Central difference and derivative of one weight, and the seconds of its two forward passes."""
    layer, row, column = naive_search.place_of(params, number)
    weights = getattr(params, layer)
    index = (row, column) if weights.ndim == 2 else (column,)
    ends, seconds = [], 0.0
    for change in (EPSILON, -EPSILON):
        moved = jax.block_until_ready(params._replace(**{layer: weights.at[index].add(change)}))
        loss, spent = _timed(lambda moved=moved: naive_search.loss_of(moved, *batch), clock)
        ends.append(float(loss))
        seconds += spent
    return (ends[0] - ends[1]) / (2 * EPSILON), float(getattr(gradient, layer)[index]), seconds


def _timed(call: Callable, clock: Callable[[], float]) -> tuple:
    began = clock()
    result = jax.block_until_ready(call())
    return result, clock() - began
