"""Settings → chunks of updates that run on the device in one jitted loop, over images resident there."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from engine.errors import InvalidInput
from engine.training import network
from engine.training.network import INITIALIZATIONS, Params
from engine.training.optimizers import OPTIMIZERS

MAX_CHUNK = 128
MAX_HIDDEN_UNITS = 4096
MAX_EPOCHS = 100
MAX_LEARNING_RATE = 10_000_000_000
CHECKPOINT_BYTES = 100_000_000
EARLY_CHECKPOINTS = 8
EVALUATION_SLICE = 1_000


@dataclass(frozen=True)
class Settings:
    """What one run is made of. The defaults are the textbook's run (first and second edition).

    Raises InvalidInput, one sentence, when a value is out of its range.
    """

    optimizer: str = "rmsprop"
    learning_rate: float = 0.001
    batch_size: int = 128
    hidden_units: int = 512
    epochs: int = 5
    initialization: str = "glorot_uniform"
    seed: int = 0

    def __post_init__(self) -> None:
        _require_one_of("optimizer", self.optimizer, OPTIMIZERS)
        _require_one_of("initialization", self.initialization, INITIALIZATIONS)
        _require_whole("batch size", self.batch_size, 1, 60_000)
        _require_whole("hidden units", self.hidden_units, 1, MAX_HIDDEN_UNITS)
        _require_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        _require_whole("seed", self.seed, 0, 2**31 - 1)
        require_learning_rate(self.learning_rate)


def require_learning_rate(value: float) -> float:
    """The value itself; InvalidInput unless it is a number with 0 < value <= 10,000,000,000."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (number and 0 < value <= MAX_LEARNING_RATE):
        shown = f"{value:g}" if isinstance(value, float) else _shown(value)
        raise InvalidInput(f"Learning rate must be a number above 0 and at most {MAX_LEARNING_RATE:,}; {shown} is not.")
    return float(value)


def _require_whole(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidInput(
            f"{name.capitalize()} must be a whole number from {low:,} to {high:,}; {_shown(value)} is not."
        )


def _shown(value: Any) -> str:
    """The value for a sentence: 1,000,000,000 or 128.0 or nan or True or 'text'."""
    return f"{value:,}" if isinstance(value, (int, float)) and not isinstance(value, bool) else repr(value)


def _require_one_of(name: str, value: str, choices: dict[str, Any]) -> None:
    if value not in choices:
        raise InvalidInput(f"{name.capitalize()} must be one of {', '.join(choices)}; {value!r} is not.")


class Data(NamedTuple):
    """Images (samples, 784) uint8 and labels (samples,) int32, a copy on every device."""

    images: Array
    labels: Array


class State(NamedTuple):
    """Everything an update changes."""

    params: Params
    optimizer_state: Any


class Metrics(NamedTuple):
    """Loss (nats) and accuracy (0..1) of each update's own batch, before the update: (updates,) each."""

    loss: Array
    accuracy: Array


def device_mesh() -> Mesh:
    """All visible devices in one row named "batch": each takes its share of every batch."""
    return Mesh(np.array(jax.devices()), ("batch",))


def place(images: np.ndarray, labels: np.ndarray, mesh: Mesh) -> Data:
    """uint8 images (samples, 28, 28) and labels (samples,) → Data, copied to every device of the mesh."""
    everywhere = NamedSharding(mesh, PartitionSpec())
    flat = np.ascontiguousarray(images).reshape(len(images), network.PIXELS)
    return Data(jax.device_put(flat, everywhere), jax.device_put(labels.astype(np.int32), everywhere))


def initial_state(settings: Settings) -> State:
    """Fresh weights and optimizer state: the same for the same settings."""
    key = jax.random.key(settings.seed)
    params = network.init(key, hidden_units=settings.hidden_units, initialization=settings.initialization)
    return State(params, OPTIMIZERS[settings.optimizer].init(params))


def updates_per_epoch(samples: int, batch_size: int) -> int:
    """ceil(samples / batch_size).

    >>> updates_per_epoch(60_000, 128)
    469
    """
    return -(-samples // batch_size)


def epoch_order(settings: Settings, epoch: int, samples: int, mesh: Mesh) -> Array:
    """Which sample each batch takes in one epoch: (updates, batch) int32, -1 where the last batch has no more.

    A fresh shuffle per epoch, decided by (seed, epoch) alone. The batch axis is padded to a multiple of the
    number of devices and split over them.
    """
    shuffled = np.random.default_rng((settings.seed, epoch)).permutation(samples).astype(np.int32)
    updates = updates_per_epoch(samples, settings.batch_size)
    flat = np.full(updates * settings.batch_size, -1, np.int32)
    flat[:samples] = shuffled
    order = np.pad(
        flat.reshape(updates, settings.batch_size), ((0, 0), (0, -settings.batch_size % mesh.size)), constant_values=-1
    )
    return jax.device_put(order, NamedSharding(mesh, PartitionSpec(None, "batch")))


def batch_loss(params: Params, images: Array, labels: Array, weights: Array) -> tuple[Array, Array]:
    """Weighted mean crossentropy and accuracy of a batch; weights (batch,) are 1 for samples, 0 for padding."""
    logits = network.forward(params, network.preprocess(images))
    loss = jnp.sum(weights * network.crossentropy(logits, labels)) / weights.sum()
    return loss, jnp.sum(weights * network.correct(logits, labels)) / weights.sum()


@partial(jax.jit, static_argnames="optimizer")
def run_chunk(
    state: State, data: Data, order: Array, start: int, count: int, learning_rate: float, *, optimizer: str
) -> tuple[State, Metrics]:
    """Make updates start .. start + count - 1 of one epoch's order; count is at most MAX_CHUNK.

    One loop on the device, compiled once per network size and optimizer: start, count and learning rate are
    traced. Returns the new state and Metrics of length MAX_CHUNK, of which the first count are filled. It stops
    after the first loss that is not finite.
    """

    def update(carry):
        made, state, metrics = carry
        chosen = order[start + made]
        weights = (chosen >= 0).astype(jnp.float32)
        (loss, accuracy), gradient = jax.value_and_grad(batch_loss, has_aux=True)(
            state.params, data.images[chosen], data.labels[chosen], weights
        )
        state = State(*OPTIMIZERS[optimizer].update(gradient, state.optimizer_state, state.params, learning_rate))
        metrics = Metrics(metrics.loss.at[made].set(loss), metrics.accuracy.at[made].set(accuracy))
        return made + 1, state, metrics

    def unfinished(carry):
        made, _, metrics = carry
        return (made < count) & ((made == 0) | jnp.isfinite(metrics.loss[made - 1]))

    empty = Metrics(jnp.zeros(MAX_CHUNK), jnp.zeros(MAX_CHUNK))
    _, state, metrics = jax.lax.while_loop(unfinished, update, (jnp.int32(0), state, empty))
    return state, metrics


@jax.jit
def evaluate(params: Params, data: Data) -> tuple[Array, Array]:
    """Mean crossentropy (nats) and accuracy over a whole data set, in slices so that memory stays bounded."""
    samples = len(data.labels)
    size = math.gcd(samples, EVALUATION_SLICE)
    sliced = Data(data.images.reshape(-1, size, network.PIXELS), data.labels.reshape(-1, size))
    ones = jnp.ones(size)
    losses, accuracies = jax.lax.map(lambda part: batch_loss(params, part.images, part.labels, ones), sliced)
    return losses.mean(), accuracies.mean()


@jax.jit
def probabilities(params: Params, images: Array) -> Array:
    """softmax over the ten classes for uint8 images (samples, 784) → (samples, 10) float32."""
    return network.predict(params, network.preprocess(images))


@jax.jit
def half_precision(params: Params) -> tuple[Params, Params]:
    """The same weights as float16, for checkpoints: 814 kB instead of 1.6 MB at 784-512-10; and their scales, () each.

    weights ≈ half · scale. The scale is 1, or where a diverging run's weights leave float16 (±65,504), the power of
    two that brings them back.
    """
    scales = jax.tree.map(_half_scale, params)
    return jax.tree.map(lambda value, scale: (value / scale).astype(jnp.float16), params, scales), scales


def _half_scale(value: Array) -> Array:
    largest = jnp.abs(value).max()
    _, exponent = jnp.frexp(largest)
    fits = (largest <= float(jnp.finfo(jnp.float16).max)) | ~jnp.isfinite(largest)
    # Weights below 2 ** exponent, divided by this, are below 2 ** 15.
    return jnp.where(fits, 1.0, jnp.ldexp(jnp.float32(1), exponent - 15))


class Checkpoint(NamedTuple):
    """Weights as they were after so many updates. half: NumPy arrays, float16 in a run; scales: see half_precision."""

    update: int
    half: Params
    scales: Params = Params(1.0, 1.0, 1.0, 1.0)

    @property
    def params(self) -> Params:
        """half · scale; arrays whose scale is 1 are those that are kept, not copies."""
        pairs = zip(self.half, self.scales, strict=True)
        return Params(
            *(value if scale == 1 else value.astype(np.float32) * np.float32(scale) for value, scale in pairs)
        )


def checkpoint_stride(settings: Settings, samples: int) -> int:
    """Updates between two checkpoints so that a whole run's stay below CHECKPOINT_BYTES; at least 10.

    >>> checkpoint_stride(Settings(), samples=60_000)
    21
    """
    total = settings.epochs * updates_per_epoch(samples, settings.batch_size)
    # Beside its multiples, a run keeps its beginning, its end, and at most EARLY_CHECKPOINTS in between.
    room = max(1, CHECKPOINT_BYTES // checkpoint_bytes(settings) - EARLY_CHECKPOINTS - 2)
    return max(10, -(-total // room))


def checkpoint_bytes(settings: Settings) -> int:
    """Bytes of one float16 checkpoint.

    >>> checkpoint_bytes(Settings())
    814100
    """
    values = settings.hidden_units * (network.PIXELS + 1 + network.CLASSES) + network.CLASSES
    return 2 * values


def next_checkpoint(update: int, stride: int) -> int:
    """The first update after this one that gets a checkpoint: 1, 2, 4, 8 … below the stride, then its multiples.

    The loss falls fastest in the first few updates, so they are kept apart. Of the powers of two below a large stride
    only the last EARLY_CHECKPOINTS count.

    >>> [next_checkpoint(update, 20) for update in (0, 1, 2, 5, 16, 20, 41)]
    [1, 2, 4, 8, 20, 40, 60]
    """
    first = 1 << max(0, stride.bit_length() - EARLY_CHECKPOINTS)
    doubled = max(first, 1 << update.bit_length())
    return doubled if doubled < stride else (update // stride + 1) * stride
