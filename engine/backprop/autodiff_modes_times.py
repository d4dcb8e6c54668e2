"""How long forward and reverse mode take here: whole Jacobians of an example, single passes of the network's loss."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.backprop import autodiff_modes as modes
from engine.backprop.autodiff_modes import Problem
from engine.timing import measuring
from engine.training.network import Params

ROUNDS = 15
BUDGET = 1.5
"""Seconds of timed work after which no further round begins."""


class Times(NamedTuple):
    """Seconds, measured in turn, float32. about: what was measured. waiting: for another measurement to end."""

    about: Problem | str
    forward: tuple[float, ...] = ()
    reverse: tuple[float, ...] = ()
    waiting: bool = False

    @property
    def ratio(self) -> float:
        """How many times longer forward mode takes, by medians.

        >>> Times("a pass", (3.0, 1.0, 2.0), (4.0, 4.0, 9.0)).ratio
        0.5
        """
        return median(self.forward) / median(self.reverse)


def measure_jacobians(asked: Problem, *, clock: Callable[[], float] = time.perf_counter) -> Iterator[Times]:
    """jacfwd and jacrev of an example at one size."""
    f, x = modes.function(asked), jnp.asarray(modes.point(asked), jnp.float32)
    calls = tuple(partial(jax.jit(mode(f)), x) for mode in (jax.jacfwd, jax.jacrev))
    return _raced(Times(asked), calls, clock)


def measure_passes(
    params: Params, inputs: np.ndarray, labels: np.ndarray, *, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Times]:
    """One jvp pass (the slope along one weight) and one vjp pass (the whole gradient) of the network's loss."""
    loss = modes.network_loss(inputs, labels)
    weights = Params(*map(jnp.asarray, params))
    one = jax.tree.map(jnp.zeros_like, weights)
    one = one._replace(W1=one.W1.at[0, 0].set(1))
    forward = jax.jit(lambda at, way: jax.jvp(loss, (at,), (way,)))
    reverse = jax.jit(jax.value_and_grad(loss))
    return _raced(Times("the network"), (partial(forward, weights, one), partial(reverse, weights)), clock)


def _raced(times: Times, calls: tuple[Callable[[], Any], ...], clock: Callable[[], float]) -> Iterator[Times]:
    """Both compiled before, then in turn, each waited for; the lock on measurements is held all the while."""
    while not measuring.track.acquire(timeout=0.05):
        yield times._replace(waiting=True)
    try:
        yield times
        for call in calls:
            jax.block_until_ready(call())
        for number in range(ROUNDS):
            if number >= 3 and sum(times.forward) + sum(times.reverse) > BUDGET:
                return
            seconds = [_timed(call, clock) for call in calls]
            times = times._replace(forward=(*times.forward, seconds[0]), reverse=(*times.reverse, seconds[1]))
            yield times
    finally:
        measuring.track.release()


def _timed(call: Callable[[], Any], clock: Callable[[], float]) -> float:
    began = clock()
    jax.block_until_ready(call())
    return clock() - began
