"""One turn of the training loop, opened up: batch, layers, predictions, loss, gradient, step, new weights.

``outputs = relu(inputs @ W1 + b1) @ W2 + b2``, ``loss = mean(crossentropy(softmax(outputs), targets))``,
``gradient = d loss / d (W1, b1, W2, b2)``, and an optimizer that makes a step of it.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.training import network, training
from engine.training.network import Params
from engine.training.optimizers import OPTIMIZERS
from engine.training.training import Data, Settings, State

SHOWN_DIGITS = 8
SHOWN_UNITS = 6


class Batch(NamedTuple):
    """What goes through the network together. chosen: (batch,) int32, -1 where the epoch's last batch has no more.

    epoch: counted from 0. size: digits in it, at least 1. number, of: which batch of its epoch, counted from 0.
    """

    chosen: Array
    size: int
    epoch: int
    number: int
    of: int


class Norms(NamedTuple):
    """Euclidean lengths, Params of () float32 each: of the weights, of their gradient, of the step they make."""

    weights: Params
    gradient: Params
    step: Params


class Weights(NamedTuple):
    """The first SHOWN_UNITS hidden units: columns of W1 (784, units), rows of W2 (units, 10)."""

    W1: Array
    W2: Array


class Turn(NamedTuple):
    """Everything the picture shows of one turn.

    For the batch's first SHOWN_DIGITS: images (digits, 784) uint8, labels (digits,), hidden (digits, units) after
    relu, probabilities (digits, 10), losses (digits,) in nats. For the whole batch, before the step: loss, accuracy.
    norms: of all weights. before, gradient, step, after: of the weights drawn. state: after the turn.
    """

    images: Array
    labels: Array
    hidden: Array
    probabilities: Array
    losses: Array
    loss: Array
    accuracy: Array
    norms: Norms
    before: Weights
    gradient: Weights
    step: Weights
    after: Weights
    state: State


def batch(settings: Settings, update: int, samples: int) -> Batch:
    """The batch of the turn after so many updates, in the order the run takes them; it exists after the last one too.

    >>> batch(Settings(batch_size=128), update=468, samples=60_000).size
    96
    """
    per_epoch = training.updates_per_epoch(samples, settings.batch_size)
    epoch, number = divmod(update, per_epoch)
    order = training.epoch_order(settings, epoch, samples, training.device_mesh())
    size = min(settings.batch_size, samples - number * settings.batch_size)
    return Batch(order[number], size, epoch, number, per_epoch)


def turn(state: State, data: Data, taken: Batch, learning_rate: float, *, optimizer: str) -> Turn:
    """One turn from this state on: the same update as ``training.run_chunk`` makes, with all that leads to it.

    Arrays are NumPy's, except state's, which stay on the device.
    """
    found = _turn(state, data, taken.chosen, learning_rate, optimizer=optimizer)
    shown = jax.device_get(found._replace(state=None))
    digits = slice(min(SHOWN_DIGITS, taken.size))
    cut = {name: getattr(shown, name)[digits] for name in ("images", "labels", "hidden", "probabilities", "losses")}
    return shown._replace(state=found.state, **cut)


@partial(jax.jit, static_argnames="optimizer")
def _turn(state: State, data: Data, chosen: Array, learning_rate: float, *, optimizer: str) -> Turn:
    weights = (chosen >= 0).astype(jnp.float32)
    images, labels = data.images[chosen], data.labels[chosen]
    (loss, accuracy), gradient = jax.value_and_grad(training.batch_loss, has_aux=True)(
        state.params, images, labels, weights
    )
    after = State(*OPTIMIZERS[optimizer].update(gradient, state.optimizer_state, state.params, learning_rate))
    step = jax.tree.map(jnp.subtract, after.params, state.params)
    first = slice(min(SHOWN_DIGITS, len(chosen)))
    inputs = network.preprocess(images[first])
    outputs = network.forward(state.params, inputs)
    return Turn(
        images=images[first],
        labels=labels[first],
        hidden=network.hidden(state.params, inputs),
        probabilities=jax.nn.softmax(outputs),
        losses=network.crossentropy(outputs, labels[first]),
        loss=loss,
        accuracy=accuracy,
        norms=Norms(*(jax.tree.map(jnp.linalg.norm, each) for each in (state.params, gradient, step))),
        before=_drawn(state.params),
        gradient=_drawn(gradient),
        step=_drawn(step),
        after=_drawn(after.params),
        state=after,
    )


def _drawn(params: Any) -> Weights:
    return Weights(params.W1[:, :SHOWN_UNITS], params.W2[:SHOWN_UNITS])


def thinned(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many of a long row's entries, first and last among them, evenly apart: their places, the entries.

    >>> thinned(np.array([5.0, 4.0, 3.0, 2.0, 1.0]), 3)
    (array([0, 2, 4]), array([5., 3., 1.]))
    """
    places = np.unique(np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int))
    return places, values[places]
