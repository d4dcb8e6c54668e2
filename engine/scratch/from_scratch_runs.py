"""The whole loop of ``from_scratch`` on all digits: its settings, the ways to break it, its log, runs to compare."""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from engine.background import Background, Progress
from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch import from_scratch
from engine.scratch.from_scratch import (
    accuracy,
    adam,
    dense,
    fit,
    identity,
    initial_weights,
    relu,
    rmsprop,
    sgd,
    softmax,
)

OPTIMIZERS: dict[str, Callable[..., Any]] = {"sgd": sgd, "rmsprop": rmsprop, "adam": adam}
BREAKS = ("bias", "activation", "zeros", "rate", "labels", "scale")
"""What can be taken away, in the order of the program's lines."""
BROKEN_RATE = 1.0
LOG_EVERY = 100
REPORT_EVERY = 25
MOST_KEPT = 5
LIMITS = {"hidden_units": (1, 2_048), "epochs": (1, 50), "batch_size": (1, 60_000), "seed": (0, 1_000_000)}
MOST_RANGE = 10.0
MOST_RATE = 100.0
PIXELS, CLASSES = 784, 10


class Textbook(NamedTuple):
    """What the textbook's readers printed. losses: (epoch, batch) → lowest and highest. accuracy: the same."""

    low: float
    high: float
    losses: dict[tuple[int, int], tuple[float, float]]
    accuracy: tuple[float, float]


def _printed(epoch: int, *losses: float | tuple[float, float]) -> dict[tuple[int, int], tuple[float, float]]:
    pairs = [loss if isinstance(loss, tuple) else (loss, loss) for loss in losses]
    return {(epoch, LOG_EVERY * place): pair for place, pair in enumerate(pairs)}


TEXTBOOK = (
    Textbook(
        0.0,
        0.1,
        _printed(0, (4.6, 5.9), 2.25, 2.22, 2.11, 2.23) | _printed(9, 0.70, 0.70, 0.61, 0.67, 0.74),
        (0.81, 0.82),
    ),
    Textbook(-0.05, 0.05, {}, (0.83, 0.83)),
)


@dataclass(frozen=True)
class Settings:
    """The numbers of the program and the lines of it that are broken. The defaults are the textbook's.

    low, high: range of the initial W. broken: names of BREAKS. Raises InvalidInput where a value is out of its range.
    """

    low: float = 0.0
    high: float = 0.1
    seed: int = 1
    hidden_units: int = 512
    learning_rate: float = 0.001
    epochs: int = 10
    batch_size: int = 128
    optimizer: str = "sgd"
    broken: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not (isinstance(value, int) and least <= value <= most):
                title = name.replace("_", " ").capitalize()
                raise InvalidInput(f"{title} must be a whole number from {least:,} to {most:,}; {value} is not.")
        if not -MOST_RANGE <= self.low <= self.high <= MOST_RANGE:
            raise InvalidInput(
                f"“W” is drawn from low to high, low ≤ high, between -{MOST_RANGE:g} and {MOST_RANGE:g}; "
                f"{self.low:g} to {self.high:g} is not such a range."
            )
        if not 0 < self.learning_rate <= MOST_RATE:
            raise InvalidInput(
                f"Learning rate must be above 0 and at most {MOST_RATE:g}; {self.learning_rate:g} is not."
            )
        if self.optimizer not in OPTIMIZERS or not set(self.broken) <= set(BREAKS):
            raise InvalidInput(f"no optimizer “{self.optimizer}”, or no way to break it: {', '.join(self.broken)}.")

    @property
    def layers(self) -> tuple[tuple[Callable[..., Any], Callable[..., Any]], ...]:
        """(layer, activation) of both layers."""
        layer = from_scratch.without_bias if "bias" in self.broken else dense
        return (layer, identity if "activation" in self.broken else relu), (layer, softmax)

    @property
    def update(self) -> Callable[..., Any]:
        """The rule that moves the weights."""
        return OPTIMIZERS[self.optimizer]

    @property
    def range(self) -> tuple[float, float]:
        """Where W begins: low and high, or 0 and 0."""
        return (0.0, 0.0) if "zeros" in self.broken else (self.low, self.high)

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return BROKEN_RATE if "rate" in self.broken else self.learning_rate

    @property
    def textbook(self) -> Textbook | None:
        """The textbook's figures for just this run, if it has any."""
        usual = Settings(low=self.low, high=self.high, seed=self.seed, epochs=self.epochs)
        books = {(book.low, book.high): book for book in TEXTBOOK}
        return books.get((self.low, self.high)) if self == usual else None


class Run(NamedTuple):
    """A run so far. losses: (updates made,), each of its own batch before the update. updates: how many an epoch has.

    accuracies: (epochs done,), on the test digits.
    """

    settings: Settings
    losses: np.ndarray
    accuracies: np.ndarray
    updates: int

    @property
    def log(self) -> tuple[tuple[int, int, float], ...]:
        """(epoch, batch, loss) of every hundredth batch of each epoch, as the program prints them."""
        return tuple(
            (start // self.updates, batch, float(self.losses[start + batch]))
            for start in range(0, len(self.losses), self.updates)
            for batch in range(0, min(self.updates, len(self.losses) - start), LOG_EVERY)
        )

    @property
    def fraction(self) -> float:
        """How much of the run is done, 0 to 1."""
        return len(self.losses) / (self.updates * self.settings.epochs)

    @property
    def lost(self) -> bool:
        """Whether the loss has stopped being a number."""
        return bool(len(self.losses)) and not math.isfinite(self.losses[-1])


_scaling = threading.Lock()
_scaled: list[tuple[Digits, np.ndarray, np.ndarray]] = []


def scaled(digits: Digits) -> tuple[np.ndarray, np.ndarray]:
    """Training and test images as (n, 784) float32 in 0..1; one copy serves all readers."""
    with _scaling:
        if not _scaled or _scaled[0][0] is not digits:
            train, test = (flat(images) / np.float32(255) for images in (digits.train_images, digits.test_images))
            _scaled[:] = [(digits, train, test)]
        return _scaled[0][1:]


def flat(images: np.ndarray) -> np.ndarray:
    """(n, 28, 28) → (n, 784)."""
    return images.reshape(len(images), PIXELS)


def run(settings: Settings, digits: Digits) -> Iterator[Run]:
    """The program with these settings: initial weights, then fit, a report every few updates.

    It ends early when the loss is no number any more.
    """
    raw = "scale" in settings.broken
    images, test_images = (flat(digits.train_images), flat(digits.test_images)) if raw else scaled(digits)
    labels = digits.train_labels
    if "labels" in settings.broken:
        labels = np.random.default_rng(settings.seed).permutation(labels)
    tested = jnp.asarray(test_images), jnp.asarray(digits.test_labels)
    weights = initial_weights(settings.seed, (PIXELS, settings.hidden_units, CLASSES), *settings.range)
    updates = -(-len(images) // settings.batch_size)
    losses, accuracies = np.zeros(updates * settings.epochs), []
    steps = fit(
        weights, images, labels, settings.epochs, settings.batch_size, settings.rate, settings.layers, settings.update
    )
    for made, (_, number, loss, now) in enumerate(steps, start=1):
        losses[made - 1] = loss
        if number == updates - 1:
            accuracies.append(float(accuracy(now, *tested, settings.layers)))
        over = not math.isfinite(losses[made - 1])
        if over or number % REPORT_EVERY == 0 or number == updates - 1:
            yield Run(settings, losses[:made], np.array(accuracies), updates)
        if over:
            return


class Runs:
    """A reader's runs: one under way, a few earlier ones to compare it with. Close it when the reader has gone."""

    def __init__(self) -> None:
        self._work: Background[Run] = Background("from-scratch")
        self._kept: tuple[Run, ...] = ()

    def start(self, settings: Settings, digits: Digits) -> None:
        """Run the program from its beginning; the run before it is kept for comparison."""
        self.stop()
        if (last := self._work.poll().latest) is not None:
            others = tuple(each for each in self._kept if each.settings != last.settings)
            self._kept = (*others, last)[-MOST_KEPT:]
        self._work.start(lambda: run(settings, digits))

    def stop(self) -> None:
        """Stop the run under way; what has come stays."""
        self._work.stop()

    def close(self) -> None:
        """Stop for good."""
        self._work.close()

    def poll(self) -> Progress[Run]:
        """The newest run."""
        return self._work.poll()

    @property
    def kept(self) -> tuple[Run, ...]:
        """Earlier runs, oldest first; one with the newest one's settings is not among them."""
        latest = self._work.poll().latest
        return tuple(each for each in self._kept if latest is None or each.settings != latest.settings)

    def forget(self) -> None:
        """Keep no earlier run."""
        self._kept = ()
