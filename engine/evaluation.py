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
