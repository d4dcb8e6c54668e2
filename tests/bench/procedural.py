"""Drawing digits, and what a network trained on them alone makes of the real ones.

``python -m tests.bench.procedural``: one line per figure, name, value, unit.
"""

import os
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.digits import mnist, procedural
from engine.training import network
from engine.training.network import Params
from engine.training.optimizers import OPTIMIZERS

REAL = Path(os.environ.get("UNCRUMPLE_MNIST") or Path(__file__).parents[3] / "shared" / "data" / "mnist")
BATCH = 128


def trained(images: np.ndarray, labels: np.ndarray, *, epochs: int, seed: int, optimizer: str = "adam") -> Params:
    """The 784-512-10 network after plain passes over shuffled batches of 128."""
    images, labels = jnp.asarray(images), jnp.asarray(labels, jnp.int32)
    chosen = OPTIMIZERS[optimizer]

    def loss(params: Params, batch: Array) -> Array:
        return network.crossentropy(network.forward(params, network.preprocess(images[batch])), labels[batch]).mean()

    def update(carry, batch):
        params, state = carry
        return chosen.update(jax.grad(loss)(params, batch), state, params, chosen.learning_rate), None

    @jax.jit
    def epoch(carry, key):
        order = jax.random.permutation(key, len(images))[: len(images) // BATCH * BATCH]
        return jax.lax.scan(update, carry, order.reshape(-1, BATCH))[0]

    key, start = jax.random.split(jax.random.key(seed))
    params = network.init(start)
    carry = params, chosen.init(params)
    for epoch_key in jax.random.split(key, epochs):
        carry = epoch(carry, epoch_key)
    return carry[0]


def accuracy(params: Params, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose largest logit is the label's."""
    return float(network.correct(network.forward(params, network.preprocess(images)), jnp.asarray(labels)).mean())


def seconds(work, *arguments) -> float:
    """Wall time of one call that returns arrays of the host."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def figure(name: str, value: float, unit: str) -> None:
    """One line of the report."""
    print(f"{name}: {value:.4g} {unit}", flush=True)


@jax.jit
def _bare_distances(paths: Array) -> Array:
    return jax.vmap(procedural.distance)(paths)


def bare_distances(count: int) -> None:
    """The floor: nothing but the distances of count digits' pixels to their pen paths."""
    paths = 20 * jax.random.uniform(jax.random.key(0), (procedural.CHUNK, 2, procedural.SEGMENTS, 2))
    for _ in range(count // procedural.CHUNK):
        _bare_distances(paths).block_until_ready()


def main() -> None:
    """Print every figure; accuracies only where the real MNIST is at hand."""
    first = seconds(procedural.digits, 0)
    again = seconds(procedural.digits, 1)
    bare_distances(procedural.CHUNK)
    figure("draw 70,000 digits, compilation included", first, "s")
    figure("draw 70,000 digits again", again, "s")
    figure("drawing over bare pixel distances", again / seconds(bare_distances, 70_000), "ratio")
    if not REAL.is_dir():
        return
    real = mnist.read_folder(REAL)
    for seed in range(3):
        drawn = procedural.digits(seed)
        for optimizer in ("adam", "rmsprop"):
            params = trained(drawn.train_images, drawn.train_labels, epochs=8, seed=seed, optimizer=optimizer)
            name = f"{optimizer}, 8 epochs on procedural digits, seed {seed}: accuracy on"
            figure(f"{name} real MNIST test", accuracy(params, real.test_images, real.test_labels), "of 1")
            figure(f"{name} procedural test", accuracy(params, drawn.test_images, drawn.test_labels), "of 1")


if __name__ == "__main__":
    main()
