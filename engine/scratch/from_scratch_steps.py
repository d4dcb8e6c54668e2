"""Each piece of engine.scratch.from_scratch, run line by line on a few real digits and a small network."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch.from_scratch import (
    average_loss,
    batches,
    dense,
    fit,
    initial_weights,
    nothing_yet,
    relu,
    sequential,
    softmax,
    training_step,
)
from engine.scratch.from_scratch_runs import CLASSES, MOST_RANGE, MOST_RATE, OPTIMIZERS, PIXELS
from engine.scratch.stepping import Recording, record

PIECES = ("dense", "sequential", "batches", "loss", "step", "update", "fit")
"""In the order of the story: each uses the ones before it."""
LIMITS = {"batch_size": (1, 8), "hidden_units": (1, 16), "epochs": (1, 3), "seed": (0, 1_000_000)}


@dataclass(frozen=True)
class Small:
    """The numbers of the small network: every piece is run with them. Raises InvalidInput out of their ranges."""

    batch_size: int = 4
    hidden_units: int = 8
    learning_rate: float = 0.1
    epochs: int = 2
    low: float = 0.0
    high: float = 0.1
    seed: int = 1
    optimizer: str = "sgd"

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise InvalidInput(f"{name.replace('_', ' ').capitalize()} must be from {least:,} to {most:,}.")
        if not -MOST_RANGE <= self.low <= self.high <= MOST_RANGE:
            raise InvalidInput(
                f"“W” is drawn from low to high, low ≤ high; {self.low:g} to {self.high:g} is not such a range."
            )
        if not 0 < self.learning_rate <= MOST_RATE:
            raise InvalidInput(f"Learning rate must be above 0 and at most {MOST_RATE:g}.")


def samples(piece: str, small: Small) -> int:
    """How many digits a piece gets: a batch; two and a half batches to cut; two batches to fit."""
    if piece == "batches":
        return 2 * small.batch_size + -(-small.batch_size // 2)
    return 2 * small.batch_size if piece == "fit" else small.batch_size


def digits_of(count: int, digits: Digits) -> tuple[np.ndarray, np.ndarray]:
    """The first training digits: (count, 784) float32 in 0..1, and their labels."""
    images = digits.train_images[:count].reshape(count, PIXELS) / np.float32(255)
    return images, digits.train_labels[:count]


def arguments(piece: str, small: Small, digits: Digits) -> tuple[Any, tuple[Any, ...]]:
    """The function of a piece and what it is called with."""
    images, labels = digits_of(samples(piece, small), digits)
    weights = initial_weights(small.seed, (PIXELS, small.hidden_units, CLASSES), small.low, small.high)
    layers, update = ((dense, relu), (dense, softmax)), OPTIMIZERS[small.optimizer]
    rate, memory = small.learning_rate, nothing_yet(weights)
    if piece == "update":
        _, gradient = jax.value_and_grad(average_loss)(weights, images, labels, layers)
        return update, (weights, gradient, memory, rate)
    return {
        "dense": (dense, (images, weights[0], weights[1], relu)),
        "sequential": (sequential, (weights, images, layers)),
        "batches": (batches, (images, labels, small.batch_size)),
        "loss": (average_loss, (weights, images, labels, layers)),
        "step": (training_step, (weights, memory, images, labels, rate, layers, update)),
        "fit": (fit, (weights, images, labels, small.epochs, small.batch_size, rate, layers, update)),
    }[piece]


def walk(piece: str, small: Small, digits: Digits) -> Recording:
    """Run one of PIECES and note every line it executes."""
    function, given = arguments(piece, small, digits)
    return record(function, *given)
