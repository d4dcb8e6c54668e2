"""The one network of this app: two dense layers, 784-512-10 unless told otherwise.

``probabilities = softmax(relu(inputs @ W1 + b1) @ W2 + b2)``
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

PIXELS = 28 * 28
CLASSES = 10


class Params(NamedTuple):
    """Weights of the two layers, float32: W1 (784, hidden), b1 (hidden,), W2 (hidden, 10), b2 (10,)."""

    W1: Array
    b1: Array
    W2: Array
    b2: Array


def glorot_uniform(key: Array, fan_in: int, fan_out: int) -> Array:
    """Uniform in ±sqrt(6 / (fan_in + fan_out)), Keras's default. Glorot and Bengio 2010, eq. 16."""
    limit = math.sqrt(6 / (fan_in + fan_out))
    return jax.random.uniform(key, (fan_in, fan_out), minval=-limit, maxval=limit)


def he_normal(key: Array, fan_in: int, fan_out: int) -> Array:
    """Normal with standard deviation sqrt(2 / fan_in), made for relu. He et al. 2015, eq. 10."""
    return jax.random.normal(key, (fan_in, fan_out)) * math.sqrt(2 / fan_in)


def small_uniform(key: Array, fan_in: int, fan_out: int) -> Array:
    """Uniform in [-0.05, 0.05], Keras's ``random_uniform``."""
    return jax.random.uniform(key, (fan_in, fan_out), minval=-0.05, maxval=0.05)


def positive_uniform(key: Array, fan_in: int, fan_out: int) -> Array:
    """Uniform in [0, 0.1), the from-scratch network of the textbook's chapter 2."""
    return jax.random.uniform(key, (fan_in, fan_out), maxval=0.1)


def zeros(key: Array, fan_in: int, fan_out: int) -> Array:
    """All weights equal: the hidden units can never become different from one another."""
    del key
    return jnp.zeros((fan_in, fan_out))


INITIALIZATIONS: dict[str, Callable[[Array, int, int], Array]] = {
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "small_uniform": small_uniform,
    "positive_uniform": positive_uniform,
    "zeros": zeros,
}


def init(key: Array, *, hidden_units: int = 512, initialization: str = "glorot_uniform") -> Params:
    """Fresh weights; biases start at zero.

    >>> [value.shape for value in init(jax.random.key(0))]
    [(784, 512), (512,), (512, 10), (10,)]
    """
    draw = INITIALIZATIONS[initialization]
    key1, key2 = jax.random.split(key)
    return Params(
        W1=draw(key1, PIXELS, hidden_units),
        b1=jnp.zeros(hidden_units),
        W2=draw(key2, hidden_units, CLASSES),
        b2=jnp.zeros(CLASSES),
    )


def preprocess(images: Array) -> Array:
    """(samples, 28, 28) or (samples, 784) uint8 in 0..255 → (samples, 784) float32 in 0..1."""
    return images.reshape(len(images), PIXELS).astype(jnp.float32) / 255


def hidden(params: Params, inputs: Array) -> Array:
    """relu(inputs @ W1 + b1): (samples, 784) → (samples, hidden)."""
    return jax.nn.relu(inputs @ params.W1 + params.b1)


def forward(params: Params, inputs: Array) -> Array:
    """Logits, the scores before softmax: (samples, 784) → (samples, 10)."""
    return hidden(params, inputs) @ params.W2 + params.b2


def predict(params: Params, inputs: Array) -> Array:
    """softmax(logits): (samples, 784) → (samples, 10) probabilities, each row summing to 1."""
    return jax.nn.softmax(forward(params, inputs))


def crossentropy(logits: Array, labels: Array) -> Array:
    """-log(softmax(logits)[label]) per sample: (samples, 10), (samples,) integers → (samples,) in nats.

    Called sparse categorical crossentropy with integer labels, categorical with one-hot labels: one loss.
    """
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)[:, 0]


def correct(logits: Array, labels: Array) -> Array:
    """True where the largest logit is the label's: (samples,) bool."""
    return jnp.argmax(logits, axis=1) == labels


def parameter_count(params: Params) -> int:
    """Number of trainable values; 407,050 for 784-512-10.

    >>> parameter_count(init(jax.random.key(0)))
    407050
    """
    return sum(value.size for value in params)
