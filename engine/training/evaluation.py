"""How good a network is on images it was not trained on, and where it fails."""

import math
from typing import NamedTuple

import numpy as np

from engine.training import network, training
from engine.training.network import Params

SLICE = 2_000


class Evaluation(NamedTuple):
    """probabilities: (samples, 10) float32. predicted: (samples,) the most probable class. labels: (samples,).

    confusion: (10, 10) counts, row = label, column = predicted. wrong: indices of the failures, the most confident
    first. A sample whose probabilities are no numbers is a failure, the last of them, and in no cell of the counts.
    """

    probabilities: np.ndarray
    predicted: np.ndarray
    labels: np.ndarray
    confusion: np.ndarray
    wrong: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of samples whose predicted class is the label, 0..1."""
        return 1 - len(self.wrong) / len(self.labels)

    def cell(self, label: int, predicted: int) -> np.ndarray:
        """Indices of the samples behind one cell of the confusion matrix, the most confident first."""
        behind = np.flatnonzero((self.labels == label) & (self.predicted == predicted))
        return behind[np.argsort(-self.probabilities[behind, predicted], kind="stable")]


def evaluate(params: Params, images: np.ndarray, labels: np.ndarray) -> Evaluation:
    """Run images (samples, 28, 28) uint8 with labels (samples,) through the network, in slices."""
    flat = images.reshape(len(images), network.PIXELS)
    slices = [training.probabilities(params, flat[start : start + SLICE]) for start in range(0, len(flat), SLICE)]
    probabilities = np.concatenate([np.asarray(part) for part in slices])
    predicted = probabilities.argmax(axis=1)
    labels = labels.astype(np.int64)
    answered = np.isfinite(probabilities).all(axis=1)
    confusion = np.zeros((network.CLASSES, network.CLASSES), np.int64)
    np.add.at(confusion, (labels[answered], predicted[answered]), 1)
    wrong = np.flatnonzero((predicted != labels) | ~answered)
    confidence = np.where(answered, probabilities.max(axis=1), -1)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    return Evaluation(probabilities, predicted, labels, confusion, wrong)


class Comparison(NamedTuple):
    """The same weights on the digits they were trained on and on new ones; shares right, 0..1.

    gap: training - test. chance: two standard errors of that difference. guessing: the share of the most frequent
    training label, which whoever always names it reaches. learnt: training is above that by two standard errors.
    """

    training: float
    test: float
    gap: float
    chance: float
    guessing: float
    learnt: bool

    @property
    def differs(self) -> bool:
        """Whether the gap is larger than chance."""
        return abs(self.gap) > self.chance


def compare(training: float, test: float, training_labels: np.ndarray, tests: int) -> Comparison:
    """Shares right on all training digits, with these labels (n,), and on so many test digits.

    The standard error of the difference of two shares: sqrt(p (1 - p) (1/n + 1/tests)), p the share of all that are
    right; of one share: sqrt(p (1 - p) / n). Altman 1991, section 10.3.

    >>> found = compare(0.994, 0.980, np.arange(60_000) % 10, 10_000)
    >>> found.learnt, found.differs, round(found.chance, 4)
    (True, True, 0.0019)
    """
    count = len(training_labels)
    pooled = (count * training + tests * test) / (count + tests)
    guessing = float(np.bincount(training_labels).max() / count)
    return Comparison(
        training=training,
        test=test,
        gap=training - test,
        chance=2 * math.sqrt(max(pooled * (1 - pooled), 0) * (1 / count + 1 / tests)),
        guessing=guessing,
        learnt=training - guessing > 2 * math.sqrt(guessing * (1 - guessing) / count),
    )


class Crossentropies(NamedTuple):
    """One loss by two encodings of the label: sparse from the integer, categorical from the one-hot vector; nats."""

    one_hot: np.ndarray
    sparse: float
    categorical: float


def crossentropies(probabilities: np.ndarray, label: int) -> Crossentropies:
    """sparse = -log(p[label]); categorical = -sum(one_hot * log(p)): the same number.

    probabilities (10,) are kept above 1e-7, as Keras keeps them.

    >>> found = crossentropies(np.array([0.5, 0.25, 0.25]), 1)
    >>> [round(value, 6) for value in found[1:]]
    [1.386294, 1.386294]
    """
    logarithms = np.log(np.clip(probabilities.astype(np.float64), 1e-7, 1))
    one_hot = np.eye(len(probabilities), dtype=np.uint8)[label]
    return Crossentropies(one_hot, float(-logarithms[label]), float(-(one_hot * logarithms).sum()))
