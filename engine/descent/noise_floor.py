"""The noise floor: how far above its minimum the loss stays at a constant rate, by learning rate and batch size.

``mean(loss) - minimum = rate * sum(var(sample gradient)) / (4 * batch size)`` for small rates.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.descent.noise import Points, minimum, sample_gradients

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
RATES = (0.01, 0.03, 0.1)
UPDATES, SEEDS = 2_048, 16


class Floor(NamedTuple):
    """The noise floor, by learning rate and batch size: (rates, sizes); inf where runs ran away.

    mean: of the loss above its minimum, over the last quarter of the updates and all seeds. spread: the standard
    deviation of the loss over the last quarter, averaged over the seeds. theory: rate · σ² / (4 · batch size), where
    σ² sums the variances of one sample's gradient at the minimum; it holds for small rates.
    """

    rates: np.ndarray
    sizes: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    theory: np.ndarray


def floor(data: Points, key: Array) -> Floor:
    """Runs from the minimum with batches drawn at random, with replacement, for every rate, size and seed.

    theory is the stationary covariance of θ ← θ - rate · (H θ + noise) for small rates, where half the trace of
    H · covariance is rate · σ² / (4 · batch size). Mandt, Hoffman and Blei 2017, section 3.2. data: at least one point.
    """
    count = int(np.count_nonzero(data.shares))
    x, y = np.asarray(data.x, np.float64)[:count], np.asarray(data.y, np.float64)[:count]
    lowest = jnp.asarray(minimum(x, y), jnp.float32)
    rates, sizes = jnp.asarray(RATES, jnp.float32), jnp.asarray(SIZES)
    above = np.asarray(_floor_runs(data, key, count, lowest, rates, sizes), np.float64)
    last = above[-(UPDATES // 4) :]
    with np.errstate(invalid="ignore", over="ignore"):
        mean, spread = last.mean((0, 1)), last.std(0).mean(0)
    runaway = ~(np.isfinite(above).all((0, 1)) & (mean < 1e3))
    noise = np.asarray(sample_gradients(lowest, data.x, data.y), np.float64)[:count].var(0).sum()
    theory = np.array(RATES)[:, None] * noise / (4 * np.array(SIZES))
    mean, spread = (np.where(runaway, np.inf, part) for part in (mean, spread))
    return Floor(np.array(RATES), np.array(SIZES), mean, spread, theory)


@jax.jit
def _floor_runs(data: Points, key: Array, count: Array, lowest: Array, rates: Array, sizes: Array) -> Array:
    """The loss above its minimum after every update: (updates, seeds, rates, sizes)."""
    terms = jnp.stack([data.x**2, data.x, data.x * data.y, data.y], -1)
    square, mean = data.shares @ data.x**2, data.shares @ data.x
    firsts = (jnp.arange(SIZES[-1]) < sizes[:, None]) / sizes[:, None]

    def update(position, each):
        # Four times as fast as jax.random.randint, and as even for a few hundred samples.
        drawn = (jax.random.uniform(each, (SEEDS, SIZES[-1])) * count).astype(int)
        # A batch of B is the first B of the samples drawn; its gradient needs four means of it, nothing else.
        means = jnp.einsum("bs,kst->kbt", firsts, terms[drawn])
        xx, x, xy, y = (means[:, None, :, term] for term in range(4))
        w, b = position
        position = w - rates[:, None] * 2 * (xx * w + x * b - xy), b - rates[:, None] * 2 * (x * w + b - y)
        dw, db = position[0] - lowest[0], position[1] - lowest[1]
        return position, square * dw**2 + 2 * mean * dw * db + db**2

    shape = (SEEDS, len(rates), len(sizes))
    begin = (jnp.full(shape, lowest[0]), jnp.full(shape, lowest[1]))
    return jax.lax.scan(update, begin, jax.random.split(key, UPDATES))[1]
