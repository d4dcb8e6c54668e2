"""The weights that ship with the app, and the command that made them: ``python -m engine.training.pretrained``.

The 784-512-10 network on MNIST's 60,000 training images, distorted anew in every epoch, with some thousand digits
drawn in hands that MNIST hardly knows (``engine.digits.augmentation``). No pen trajectory of a person is trained on.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.digits import mnist
from engine.digits.augmentation import augment, draw_hands
from engine.errors import InvalidInput
from engine.training import network
from engine.training.network import CLASSES, PIXELS, Params
from engine.training.optimizers import OPTIMIZERS

PATH = Path(__file__).with_name("pretrained.npz")
MAX_BYTES = 1_000_000
SHAPES = {"W1": (PIXELS, 512), "b1": (512,), "W2": (512, CLASSES), "b2": (CLASSES,)}
COMMAND = "python -m engine.training.pretrained"
NOTE = (
    "Stored as float16. Trained on distorted MNIST and digits drawn by engine.digits.augmentation; pen trajectories of "
    "people served only to find hands that were missing and to choose settings, on 20 writers, and to measure, on 10 "
    "others."
)


class Provenance(NamedTuple):
    """Where weights come from: data maps each file to the SHA-256 of its decompressed bytes, recipe says how."""

    command: str
    data: dict[str, str]
    recipe: dict[str, Any]
    test_accuracy: float
    note: str


class Pretrained(NamedTuple):
    """params: float32; provenance: as stored beside them."""

    params: Params
    provenance: Provenance


@dataclass(frozen=True)
class Recipe:
    """How the shipped weights are trained.

    peak: Adam's learning rate after ``warmup`` updates, from where it falls to 0 along half a cosine; smoothing: share
    of the target spread evenly over the classes; memory: of the running mean of the weights, which is what is kept;
    hands: number of digits drawn in unusual hands that join MNIST's.
    """

    seed: int = 0
    epochs: int = 50
    batch_size: int = 256
    peak: float = 0.002
    warmup: int = 200
    smoothing: float = 0.05
    memory: float = 0.998
    hands: int = 16_000


class State(NamedTuple):
    """What an update changes; mean: running mean of the weights; step: updates made."""

    params: Params
    optimizer: Any
    mean: Params
    step: Array


def load(path: Path = PATH) -> Pretrained:
    """The weights and where they come from. Raises InvalidInput unless the file is whole and of the right shapes."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidInput(f"pretrained weights take at most {MAX_BYTES:,} bytes; {path.name} has {size:,}.")
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: _verified(stored, name) for name in SHAPES}
            provenance = Provenance(**json.loads(str(stored["provenance"])))
    except InvalidInput:
        raise
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InvalidInput(
            f"“{path.name}” is no file of pretrained weights ({error}): make it by {COMMAND}."
        ) from error
    return Pretrained(Params(**arrays), provenance)


def _verified(stored: Any, name: str) -> Array:
    values = stored[name]
    if values.shape != SHAPES[name] or values.dtype != np.float16:
        raise InvalidInput(f"“{name}” must be float16 of shape {SHAPES[name]}; it is {values.dtype} of {values.shape}.")
    if not np.isfinite(values).all():
        raise InvalidInput(f"“{name}” must be finite; {np.sum(~np.isfinite(values)):,} of its values are not.")
    return jnp.asarray(values, jnp.float32)


def save(pretrained: Pretrained, path: Path = PATH) -> None:
    """Write as float16, whole or not at all. Raises InvalidInput where the file would be larger than 1 MB."""
    partial_path = path.with_suffix(".partial")
    arrays: dict[str, Any] = {
        name: np.asarray(values, np.float16) for name, values in pretrained.params._asdict().items()
    }
    arrays["provenance"] = np.array(json.dumps(pretrained.provenance._asdict()))
    try:
        with partial_path.open("wb") as file:
            np.savez_compressed(file, **arrays)
        size = partial_path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidInput(f"pretrained weights take at most {MAX_BYTES:,} bytes; these take {size:,}.")
        os.replace(partial_path, path)
    finally:
        partial_path.unlink(missing_ok=True)


def train(images: np.ndarray, labels: np.ndarray, recipe: Recipe) -> Iterator[tuple[float, Params]]:
    """After each epoch its mean loss in nats, and the mean weights so far.

    images: (samples, 28, 28) uint8, labels: (samples,); the same recipe and data give the same weights.
    """
    drawn, meant = draw_hands(np.random.default_rng(recipe.seed), recipe.hands)
    images = jnp.concatenate([jnp.asarray(images), drawn])
    labels = jnp.concatenate([jnp.asarray(labels, jnp.int32), meant])
    start_key, key = jax.random.split(jax.random.key(recipe.seed))
    params = network.init(start_key, initialization="he_normal")
    state = State(params, OPTIMIZERS["adam"].init(params), params, jnp.zeros(()))
    for epoch in range(recipe.epochs):
        state, losses = _epoch(state, jax.random.fold_in(key, epoch), images, labels, recipe)
        yield float(losses.mean()), state.mean


@partial(jax.jit, static_argnames="recipe")
def _epoch(state: State, key: Array, images: Array, labels: Array, recipe: Recipe) -> tuple[State, Array]:
    """All images once, in new order and newly distorted; → state, the loss of each update."""
    order_key, key = jax.random.split(key)
    updates = len(images) // recipe.batch_size
    order = jax.random.permutation(order_key, len(images))[: updates * recipe.batch_size]

    def update(state, batch):
        chosen, key = batch
        inputs = augment(key, images[chosen]).reshape(-1, PIXELS)
        loss, gradient = jax.value_and_grad(smoothed_loss)(state.params, inputs, labels[chosen], recipe.smoothing)
        rate = learning_rate(state.step, updates * recipe.epochs, recipe)
        params, optimizer = OPTIMIZERS["adam"].update(gradient, state.optimizer, state.params, rate)
        memory = jnp.minimum(recipe.memory, (1 + state.step) / (10 + state.step))
        mean = jax.tree.map(lambda m, p: memory * m + (1 - memory) * p, state.mean, params)
        return State(params, optimizer, mean, state.step + 1), loss

    return jax.lax.scan(update, state, (order.reshape(updates, -1), jax.random.split(key, updates)))


def smoothed_loss(params: Params, inputs: Array, labels: Array, smoothing: float) -> Array:
    """Mean crossentropy with targets (1 - smoothing) * one_hot + smoothing / 10. Szegedy et al. 2016, section 7."""
    scores = jax.nn.log_softmax(network.forward(params, inputs))
    targets = (1 - smoothing) * jax.nn.one_hot(labels, CLASSES) + smoothing / CLASSES
    return -jnp.sum(targets * scores, axis=1).mean()


def learning_rate(step: Array, steps: int, recipe: Recipe) -> Array:
    """peak * min(1, step / warmup) * (1 + cos(pi * step / steps)) / 2. Loshchilov and Hutter 2017, without restarts."""
    return recipe.peak * jnp.minimum(1, step / recipe.warmup) * (1 + jnp.cos(jnp.pi * step / steps)) / 2


@jax.jit
def accuracy(params: Params, images: Array, labels: Array) -> Array:
    """Share of images whose largest logit is the label's."""
    return network.correct(network.forward(params, network.preprocess(images)), labels).mean()


def provenance_of(recipe: Recipe, test_accuracy: float) -> Provenance:
    """What ``main`` stores beside the weights."""
    data = {file.name: file.sha256 for file in mnist.FILES}
    return Provenance(COMMAND, data, asdict(recipe), test_accuracy, NOTE)


def main(recipe: Recipe = Recipe(), path: Path = PATH) -> None:
    """Train, print one line per epoch, measure the weights as they are stored, and save them."""
    digits = mnist.finished(mnist.fetch())
    for epoch, (loss, mean) in enumerate(train(digits.train_images, digits.train_labels, recipe), start=1):
        params = jax.tree.map(lambda values: values.astype(jnp.float16).astype(jnp.float32), mean)
        test_accuracy = float(accuracy(params, digits.test_images, digits.test_labels))
        print(f"epoch {epoch} of {recipe.epochs}: loss {loss:.4f}, test accuracy {test_accuracy:.4f}", flush=True)
    save(Pretrained(params, provenance_of(recipe, round(test_accuracy, 4))), path)


if __name__ == "__main__":
    main()
