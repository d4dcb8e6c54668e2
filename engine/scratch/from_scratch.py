"""The network rebuilt in a page of code: what the page "From scratch" shows is the text of these very functions.

A model is two things: its weights, a flat list W1, b1, W2, b2 …, and its layers, a tuple of (layer, activation).
Chollet, Deep Learning with Python, section 2.5.
"""

from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np


def relu(sums):
    """Negative sums become 0."""
    return jnp.maximum(sums, 0)


def softmax(sums):
    """Positive numbers that add up to 1, one per class. The largest sum is taken off so that exp stays finite."""
    powers = jnp.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def dense(inputs, W, b, activation):
    """One layer: activation(inputs @ W + b)."""
    products = inputs @ W
    sums = products + b
    outputs = activation(sums)
    return outputs


def initial_weights(seed, sizes, low, high):
    """For each layer W, uniform in [low, high), and b, zeros: four tensors for two layers."""
    random = np.random.default_rng(seed)
    weights = []
    for rows, columns in pairwise(sizes):
        W = random.uniform(low, high, (rows, columns))
        b = np.zeros(columns)
        weights += [jnp.float32(W), jnp.float32(b)]
    return weights


def sequential(weights, inputs, layers):
    """The layers one after another: each takes the outputs of the one before it."""
    outputs = inputs
    for number, (layer, activation) in enumerate(layers):
        W, b = weights[2 * number : 2 * number + 2]
        outputs = layer(outputs, W, b, activation)
    return outputs


def batches(images, labels, batch_size):
    """Slices along axis 0, in order; the last one may be smaller."""
    for start in range(0, len(images), batch_size):
        stop = start + batch_size
        batch_images = images[start:stop]
        batch_labels = labels[start:stop]
        yield batch_images, batch_labels


@partial(jax.jit, static_argnames="layers")
def average_loss(weights, images, labels, layers):
    """Minus the logarithm of the probability given to the right digit, averaged over the batch."""
    probabilities = sequential(weights, images, layers)
    right = probabilities[jnp.arange(len(labels)), labels]
    losses = -jnp.log(jnp.maximum(right, 1e-7))
    return losses.mean()


def sgd(weights, gradient, memory, learning_rate):
    """Every weight moves against its slope. Plain SGD remembers nothing: memory stays as it is."""
    moved = []
    for W, slope in zip(weights, gradient, strict=True):
        step = learning_rate * slope
        moved.append(W - step)
    return moved, memory


def rmsprop(weights, gradient, memory, learning_rate):
    """Each slope is divided by its recent size, the root of the running mean of its square."""
    number, means, squares = memory
    squares = [0.9 * s + 0.1 * g * g for s, g in zip(squares, gradient, strict=True)]
    steps = [learning_rate * g / jnp.sqrt(s + 1e-7) for g, s in zip(gradient, squares, strict=True)]
    return [W - step for W, step in zip(weights, steps, strict=True)], (number, means, squares)


def adam(weights, gradient, memory, learning_rate):
    """As rmsprop, with a running mean in the slope's place; both means are corrected for their start at 0."""
    number, means, squares = memory
    number = number + 1
    means = [0.9 * m + 0.1 * g for m, g in zip(means, gradient, strict=True)]
    squares = [0.999 * s + 0.001 * g * g for s, g in zip(squares, gradient, strict=True)]
    rate = learning_rate * jnp.sqrt(1 - 0.999**number) / (1 - 0.9**number)
    steps = [rate * m / (jnp.sqrt(s) + 1e-7) for m, s in zip(means, squares, strict=True)]
    return [W - step for W, step in zip(weights, steps, strict=True)], (number, means, squares)


@partial(jax.jit, static_argnames=("layers", "update"))
def training_step(weights, memory, images, labels, learning_rate, layers, update):
    """Forward pass, loss, backward pass; then every weight moves a little."""
    loss, gradient = jax.value_and_grad(average_loss)(weights, images, labels, layers)
    weights, memory = update(weights, gradient, memory, learning_rate)
    return loss, weights, memory


def nothing_yet(weights):
    """What an optimizer remembers before the first step: 0 steps made, and two running means per weight, all 0."""
    return jnp.zeros(()), [jnp.zeros_like(W) for W in weights], [jnp.zeros_like(W) for W in weights]


def fit(weights, images, labels, epochs, batch_size, learning_rate, layers, update):
    """One training step for every batch of every epoch; yields each step's loss and the weights after it."""
    memory = nothing_yet(weights)
    for epoch in range(epochs):
        for number, batch in enumerate(batches(images, labels, batch_size)):
            loss, weights, memory = training_step(weights, memory, *batch, learning_rate, layers, update)
            yield epoch, number, loss, weights


@partial(jax.jit, static_argnames="layers")
def accuracy(weights, images, labels, layers):
    """How many of the images get their largest probability at their label, as a fraction."""
    guesses = sequential(weights, images, layers).argmax(axis=1)
    return (guesses == labels).mean()


def without_bias(inputs, W, b, activation):
    """A layer that leaves its b out."""
    return activation(inputs @ W)


def identity(sums):
    """No activation: the sums as they are."""
    return sums
