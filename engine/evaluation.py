"""How good a network is on images it was not trained on, and where it fails."""

from typing import NamedTuple

import numpy as np

from engine import network, training
from engine.network import Params

SLICE = 2_000


class Evaluation(NamedTuple):
    """probabilities: (samples, 10) float32. predicted: (samples,) the most probable class. labels: (samples,).

    confusion: (10, 10) counts, row = label, column = predicted. wrong: indices of the failures, the most confident
    first.
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
    confusion = np.zeros((network.CLASSES, network.CLASSES), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")]
    return Evaluation(probabilities, predicted, labels, confusion, wrong)


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
