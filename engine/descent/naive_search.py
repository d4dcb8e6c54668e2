"""The naive way to improve a network: change one weight, look at the loss; and what it costs beside one gradient.

For each weight two forward passes, at w + step and w - step, tell which way is down. One backward pass tells it for
all weights. Losses are computed in float64, so that the effect of one weight among 407,050 is not lost in rounding;
times are those of float32, the type the network trains in.
"""

import threading
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.errors import InvalidInput
from engine.timing import measuring
from engine.training import network
from engine.training.network import Params

BATCH = 128
PASSES_PER_WEIGHT = 2
ROUNDS = 15
LEAST_ROUNDS = 3
BUDGET = 0.4
"""Seconds after which no further round of timing begins."""
STORY = ((0.25, 0.4), (0.3, 0.5), (0.35, 0.6))
"""The textbook's example: the value of one weight, and the loss there."""


class Place(NamedTuple):
    """Which weight: "W1", "b1", "W2" or "b2", its row, its column; biases have row 0."""

    layer: str
    row: int
    column: int


class Trial(NamedTuple):
    """One weight tried at three values.

    value, step: of the weight. below, here, above: the loss at value - step, value and value + step. slope: its
    entry of the gradient.
    """

    place: Place
    value: float
    step: float
    below: float
    here: float
    above: float
    slope: float

    @property
    def difference(self) -> float:
        """(above - below) / (2 step): the slope as two forward passes give it."""
        return (self.above - self.below) / (2 * self.step)

    @property
    def verdict(self) -> str:
        """The way down as far as two losses tell: "lower" or "raise" the weight, or "equal".

        >>> Trial(Place("W1", 0, 0), 0.3, 0.05, 0.4, 0.5, 0.6, 2.0).verdict
        'lower'
        """
        if self.above == self.below:
            return "equal"
        return "lower" if self.below < self.above else "raise"


def passes(params: Params) -> int:
    """Forward passes for one look at every weight; 814,100 for 784-512-10."""
    return PASSES_PER_WEIGHT * network.parameter_count(params)


def loss(params: Params, inputs: Array, labels: Array) -> Array:
    """Mean crossentropy of a batch, inputs (batch, 784), labels (batch,), in nats."""
    return network.crossentropy(network.forward(params, inputs), labels).mean()


loss_of = jax.jit(loss)
loss_and_gradient = jax.jit(jax.value_and_grad(loss))


@jax.jit
def _losses_at(params: Params, place: Params, values: Array, inputs: Array, labels: Array) -> Array:
    """The loss for each of ``values`` of one weight, one forward pass each. place: 1 at that weight, else 0."""

    def at(value: Array) -> Array:
        moved = jax.tree.map(lambda weights, here: jnp.where(here, value, weights), params, place)
        return loss(moved, inputs, labels)

    return jax.lax.map(at, values)


def shape_of(params: Params, layer: str) -> tuple[int, int]:
    """Rows and columns of a layer's weights; biases count as one row."""
    shape = getattr(params, layer).shape
    return (1, *shape) if len(shape) == 1 else shape


def require(params: Params, place: Place) -> Place:
    """The same place; InvalidInput unless the network has such a weight."""
    if place.layer not in Params._fields:
        raise InvalidInput(f"The layer must be one of {', '.join(Params._fields)}; “{place.layer}” is not.")
    rows, columns = shape_of(params, place.layer)
    if not (0 <= place.row < rows and 0 <= place.column < columns):
        raise InvalidInput(f"“{place.layer}” has rows 0 to {rows - 1} and columns 0 to {columns - 1}.")
    return place


def place_of(params: Params, number: int) -> Place:
    """The weight with this number when all are counted in a row, W1 first.

    >>> place_of(network.init(jax.random.key(0)), 784 * 512 + 3)
    Place(layer='b1', row=0, column=3)
    """
    for layer in Params._fields:
        rows, columns = shape_of(params, layer)
        if number < rows * columns:
            return Place(layer, *divmod(number, columns))
        number -= rows * columns
    raise InvalidInput(f"This network has {network.parameter_count(params):,} weights, counted from 0.")


class Slopes(NamedTuple):
    """The loss of one batch and its whole gradient, by one backward pass in float64."""

    loss: float
    gradient: Params

    def steepest(self) -> Place:
        """Where the gradient is largest in size."""
        flat = np.concatenate([np.abs(part).ravel() for part in self.gradient])
        return place_of(self.gradient, int(flat.argmax()))


def slopes(params: Params, images: np.ndarray, labels: np.ndarray) -> Slopes:
    """One forward and one backward pass. images: (batch, 28, 28) uint8, labels: (batch,)."""
    with jax.enable_x64(True):
        value, gradient = jax.device_get(loss_and_gradient(*_wide(params, images, labels)))
    return Slopes(float(value), Params(*gradient))


def tried(params: Params, found: Slopes, place: Place, step: float, images: np.ndarray, labels: np.ndarray) -> Trial:
    """Two forward passes with one weight changed, the others frozen. step: above 0, at most 1."""
    require(params, place)
    if not 0 < step <= 1:
        raise InvalidInput(f"The step must be above 0 and at most 1; {step:g} is not.")
    marks = Params(*(np.zeros(weights.shape, bool) for weights in params))
    index = (place.row, place.column) if getattr(params, place.layer).ndim == 2 else (place.column,)
    getattr(marks, place.layer)[index] = True
    value = float(getattr(params, place.layer)[index])
    with jax.enable_x64(True):
        wide, inputs, answers = _wide(params, images, labels)
        below, above = _losses_at(wide, marks, jnp.asarray([value - step, value + step]), inputs, answers).tolist()
    slope = float(getattr(found.gradient, place.layer)[index])
    return Trial(place, value, step, below, found.loss, above, slope)


def _wide(params: Params, images: np.ndarray, labels: np.ndarray) -> tuple[Params, Array, Array]:
    wide = Params(*(jnp.asarray(np.asarray(weights), jnp.float64) for weights in params))
    inputs = jnp.asarray(images.reshape(len(images), network.PIXELS), jnp.float64) / 255
    return wide, inputs, jnp.asarray(labels, jnp.int32)


class Cost(NamedTuple):
    """Measured seconds. forward: one forward pass, backward: loss and all partial derivatives; medians of rounds.

    passes: forward passes the naive search needs.
    """

    forward: float
    backward: float
    rounds: int
    passes: int

    @property
    def naive(self) -> float:
        """Seconds of the whole naive search: the measured forward pass times the passes, not measured itself."""
        return self.forward * self.passes

    @property
    def ratio(self) -> float:
        """How many times longer the naive search takes than the backward pass."""
        return self.naive / self.backward


def measure(
    params: Params,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    clock: Callable[[], float] = time.perf_counter,
    stop: Callable[[], bool] = lambda: False,
) -> Cost | None:
    """Time both passes in turn, compiled before, waiting for each result; None if stopped before the least rounds."""
    batch = (network.preprocess(jnp.asarray(images)), jnp.asarray(labels, jnp.int32))
    calls = (lambda: loss_of(params, *batch), lambda: loss_and_gradient(params, *batch))
    for call in calls:
        jax.block_until_ready(call())
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        if stop() or (number >= LEAST_ROUNDS and sum(map(sum, times)) > BUDGET):
            break
        for call, seconds in zip(calls, times, strict=True):
            began = clock()
            jax.block_until_ready(call())
            seconds.append(clock() - began)
    rounds = len(times[0])
    return Cost(median(times[0]), median(times[1]), rounds, passes(params)) if rounds >= LEAST_ROUNDS else None


class Stopwatch:
    """A measurement in a daemon thread of its own. Every method may be called from any thread, at any time."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._cost: Cost | None = None

    def start(self, params: Params, images: np.ndarray, labels: np.ndarray) -> None:
        """Begin, unless a measurement is under way."""
        if self.under_way:
            return
        self._stop, self._cost = threading.Event(), None
        self._thread = threading.Thread(target=self._work, args=(params, images, labels), name="naive", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> bool:
        """Whether a result is to come."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def cost(self) -> Cost | None:
        """What the last measurement found; None before."""
        return self._cost

    def close(self) -> None:
        """End the thread and wait for it, at most a second."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1)

    def _work(self, params: Params, images: np.ndarray, labels: np.ndarray) -> None:
        stop = self._stop
        with measuring.track:
            if not stop.is_set():
                self._cost = measure(params, images, labels, stop=stop.is_set)
