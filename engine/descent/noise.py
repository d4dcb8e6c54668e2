"""Batch size and noise: a line through points by gradient descent on all of them, on one, or on a few at a time.

``loss(w, b) = mean((w * x + b - y)**2)`` over the samples of a batch;
``gradient = mean(2 * (w * x + b - y) * (x, 1))``; ``(w, b) -= rate * gradient``. Robbins and Monro 1951.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike

from engine.errors import InvalidInput
from engine.tensors.batches import batch_count

SAMPLES = 256
"""Digits measured: the first of the training images."""
ROOM = 24
"""Most points of the reader's own. Their runs are padded to it, so that another point compiles nothing new."""
EPOCHS = {"digits": 10, "own": 40}
RATES = np.geomspace(0.002, 2, 31)
DRAWS = 30
TIMED_UPDATES, TIMED_RUNS = 2_048, 15
INKED = 128
"""A pixel of at least this brightness counts as ink."""


class Measure(NamedTuple):
    """A number read off an image's ink. of: images (n, 28, 28) uint8 → (n,) float64."""

    title: str
    of: Callable[[np.ndarray], np.ndarray]


def extent(images: np.ndarray, axis: int) -> np.ndarray:
    """Pixels from the first to the last line with ink; axis 1 counts rows (height), 2 columns (width). 0 without ink.

    >>> extent(np.eye(3, 5, 1, np.uint8)[None] * 255, 2).tolist()
    [3.0]
    """
    lines: np.ndarray = np.any(np.asarray(images) >= INKED, axis=3 - axis)
    first, last = lines.argmax(1), lines.shape[1] - 1 - lines[:, ::-1].argmax(1)
    return np.where(lines.any(1), last - first + 1, 0).astype(np.float64)


MEASURES = {
    "width": Measure("width of the ink", lambda images: extent(images, 2)),
    "height": Measure("height of the ink", lambda images: extent(images, 1)),
    "inked": Measure("number of inked pixels", lambda images: (images >= INKED).sum((1, 2)).astype(np.float64)),
    "brightness": Measure("mean brightness", lambda images: images.mean((1, 2))),
}


def measured(images: np.ndarray, x: str, y: str) -> tuple[np.ndarray, np.ndarray]:
    """Two measures of the first SAMPLES images, each standardized: (n,) float32 twice. x, y: names in MEASURES."""
    first = images[:SAMPLES]
    across, up = (standardized(MEASURES[name].of(first)).astype(np.float32) for name in (x, y))
    return across, up


class Points(NamedTuple):
    """x, y: (n,) float32. shares: (n,), what each counts in a mean over all: 1 / n, or 0 for padding."""

    x: Array
    y: Array
    shares: Array


def points(x: ArrayLike, y: ArrayLike, *, room: int | None = None) -> Points:
    """Points with equal shares, padded with zeros to ``room``; InvalidInput for more than that or what is not finite.

    >>> points([1, 2], [3, 4], room=3).shares.tolist()
    [0.5, 0.5, 0.0]
    """
    x, y = (np.asarray(values, np.float32) for values in (x, y))
    room = len(x) if room is None else room
    if len(x) > room:
        raise InvalidInput(f"there is room for {room} points; {len(x)} are too many.")
    if len(x) != len(y) or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InvalidInput("every point needs an x and a y, both finite numbers.")
    shares = np.full(len(x), 1 / max(len(x), 1), np.float32)
    return Points(*(jnp.asarray(np.pad(values, (0, room - len(x)))) for values in (x, y, shares)))


def standardized(values: np.ndarray) -> np.ndarray:
    """(values - mean) / standard deviation; zeros where all are equal.

    >>> standardized(np.array([1.0, 3.0])).tolist()
    [-1.0, 1.0]
    """
    centred = np.asarray(values, np.float64) - np.mean(values)
    return centred / (np.std(values) or 1.0)


def degeneracy(x: np.ndarray, y: np.ndarray) -> str:
    """What makes points too few or too regular for noise: "empty", "single", "upright", "exact", or "" for others.

    upright: all have the same x; exact: all lie on one line.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(x) < 2:
        return "single" if len(x) else "empty"
    if np.ptp(x) == 0:
        return "upright"
    w, b = minimum(x, y)
    return "exact" if np.abs(w * x + b - y).max() < 1e-6 * (1 + np.abs(y).max()) else ""


def minimum(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The (w, b) of least squares, (2,) float64; of all that fit equally well, the shortest.

    w = cov(x, y) / var(x), b = mean(y) - w * mean(x). Equal x leave w * x + b = mean(y), of which (x, 1) * mean(y) /
    (x**2 + 1) is shortest.

    >>> minimum([0, 1, 2], [1, 3, 5]).tolist()
    [2.0, 1.0]
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if not len(x):
        return np.zeros(2)
    if np.ptp(x) == 0:
        return np.array([x[0], 1]) * y.mean() / (x[0] ** 2 + 1)
    w = ((x - x.mean()) * (y - y.mean())).mean() / x.var()
    return np.array([w, y.mean() - w * x.mean()])


def sample_loss(position: Array, x: Array, y: Array) -> Array:
    """(w * x + b - y)**2 of one sample at position (w, b)."""
    return (position[0] * x + position[1] - y) ** 2


def loss(position: Array, data: Points) -> Array:
    """The mean squared error over all points."""
    return data.shares @ jax.vmap(sample_loss, (None, 0, 0))(position, data.x, data.y)


sample_gradients = jax.jit(jax.vmap(jax.grad(sample_loss), (None, 0, 0)))
"""The gradient of every sample's own loss at one position: (2,), (n,), (n,) → (n, 2)."""


def gradient_variance(position: Array, data: Points, batch_size: int) -> float:
    """E|g_batch - g_full|² for batches drawn without replacement: S²/B · (1 - B/n), S² with divisor n - 1.

    The same as σ²/B · (n - B)/(n - 1). Cochran, Sampling Techniques, theorem 2.2. 0 for fewer than two points.
    """
    count = int(np.count_nonzero(data.shares))
    if count < 2:
        return 0.0
    gradients = np.asarray(sample_gradients(position, data.x, data.y), np.float64)[:count]
    return float(gradients.var(0, ddof=1).sum() / batch_size * (1 - batch_size / count))


def orders(key: Array, samples: int, epochs: int, *, room: int | None = None) -> np.ndarray:
    """A shuffling of all samples for every epoch, (epochs, samples): uniform(key, (epochs, room)) put in order.

    room: how many random numbers each epoch gets, of which the first ``samples`` are put in order; as many by
    default. With a fixed room no number of samples compiles anything new.
    """
    numbers = np.asarray(jax.random.uniform(key, (epochs, max(room or samples, samples))))
    return numbers[:, :samples].argsort(axis=1, kind="stable").astype(np.int32)


class Batches(NamedTuple):
    """Which samples each update uses: indices (updates, batch size) int32; shares, the same shape, sum to 1 a row.

    Rows of padding have shares 0 throughout: such an update moves nothing.
    """

    indices: np.ndarray
    shares: np.ndarray


def batches(shuffled: np.ndarray, batch_size: int, *, room: int | None = None) -> Batches:
    """Cut each epoch of shuffled (epochs, samples) into batches; an epoch's last batch takes what is left.

    room: pad to the rows that this many samples would need, and a batch of all to the next power of two within it.
    """
    epochs, samples = shuffled.shape
    per_epoch = batch_count(samples, batch_size)
    places = np.zeros((2, epochs, per_epoch * batch_size))
    places[0, :, :samples], places[1, :, :samples] = shuffled, 1
    indices, used = places.reshape(2, epochs * per_epoch, batch_size)
    shares = used / used.sum(1, keepdims=True)
    if room is not None:
        columns = min(1 << (batch_size - 1).bit_length(), room) if batch_size == samples else batch_size
        rows = epochs * batch_count(room, columns)
        widths = ((0, max(rows - len(indices), 0)), (0, columns - batch_size))
        indices, shares = np.pad(indices, widths), np.pad(shares, widths)
    return Batches(indices.astype(np.int32), shares.astype(np.float32))


def samples_seen(shuffled: np.ndarray, batch_size: int) -> np.ndarray:
    """How many samples have been seen before the first and after each update: (updates + 1,)."""
    epochs, samples = shuffled.shape
    within = np.minimum(np.arange(1, batch_count(samples, batch_size) + 1) * batch_size, samples)
    return np.append(0, (np.arange(epochs)[:, None] * samples + within).ravel())


@jax.jit
def descend(data: Points, cut: Batches, start: Array, rate: Array) -> Array:
    """One run: positions (updates + 1, 2), start (2,) first; it may run on into inf and nan."""

    def update(position, batch):
        indices, shares = batch
        gradient = shares @ sample_gradients(position, data.x[indices], data.y[indices])
        moved = position - rate * gradient
        return moved, moved

    _, moved = jax.lax.scan(update, start, (jnp.asarray(cut.indices), jnp.asarray(cut.shares)))
    return jnp.concatenate([start[None], moved])


family = jax.jit(jax.vmap(descend, (None, None, None, 0)))
"""The runs for all learning rates (r,) at once: (r, updates + 1, 2)."""


def contestants(minis: Sequence[int], samples: int) -> tuple[int, ...]:
    """Batch sizes that race, ascending: one sample, up to three mini-batches smaller than all, and all.

    >>> contestants([32, 8], 256), contestants([8], 5), contestants([8], 0)
    ((1, 8, 32, 256), (1, 5), ())
    """
    fitting = [size for size in sorted(minis) if 1 < size < samples][:3]
    return tuple(dict.fromkeys((1, *fitting, samples))) if samples else ()


def runs(data: Points, shuffled: np.ndarray, batch_size: int, start: Sequence[float]) -> np.ndarray:
    """Every run from start (w, b) with batches of this size, for all RATES: (rates, updates + 1, 2) float32."""
    real = len(samples_seen(shuffled, batch_size))
    cut = batches(shuffled, batch_size, room=len(data.x))
    found = family(data, cut, jnp.asarray(start, jnp.float32), jnp.asarray(RATES, jnp.float32))
    return np.asarray(found[:, :real])


def seconds_per_update(data: Points, cuts: Sequence[Batches]) -> list[float]:
    """Measured now, for each way to cut: the median of TIMED_RUNS jitted runs of TIMED_UPDATES updates, per update.

    The batches are gone through again and again. Compiling is not counted, picking the samples out is. The ways take
    turns, so that other work on the machine slows them alike.
    """
    start, rate = jnp.zeros(2), jnp.float32(1e-3)
    longer = [[jnp.asarray(np.resize(part, (TIMED_UPDATES, part.shape[1]))) for part in cut] for cut in cuts]
    times = np.zeros((TIMED_RUNS + 1, len(cuts)))
    for turn, place in np.ndindex(times.shape):
        begun = time.perf_counter()
        descend(data, Batches(*longer[place]), start, rate).block_until_ready()
        times[turn, place] = time.perf_counter() - begun
    return (np.median(times[1:], axis=0) / TIMED_UPDATES).tolist()
