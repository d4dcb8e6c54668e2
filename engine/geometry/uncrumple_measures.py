"""What held-out points show of the uncrumpling network: a plane per layer, how far points moved, how flat it became.

A plane between the colours is all that a layer at the end can use; the share of points on their own side of a plane
fitted by least squares tells how far the sheets have come apart. It is not the best of all planes. The linear model is
that plane in the ball itself.
"""

from typing import NamedTuple

import numpy as np

from engine.geometry import uncrumple
from engine.geometry.crumpling import Sheets
from engine.geometry.uncrumple import Params


class Probe(NamedTuple):
    """A plane x · weights + bias = 0 between the colours. weights (3,), bias ()."""

    weights: np.ndarray
    bias: float

    def accuracy(self, points: np.ndarray, colors: np.ndarray) -> float:
        """Share of the points on their own colour's side; red is the positive side."""
        return float(np.mean((points @ self.weights + self.bias > 0) == (colors == 0)))


def probe(points: np.ndarray, colors: np.ndarray) -> Probe:
    """The least-squares plane: Σ (x · weights + bias ∓ 1)² is least, +1 wanted for red and −1 for blue.

    >>> probe(np.array([[0, 0, 2.0], [0, 0, -2.0]]), np.array([0, 1])).weights.round(6).tolist()
    [0.0, 0.0, 0.5]
    """
    wanted = np.where(colors == 0, 1.0, -1.0)
    middle = points.mean(axis=0, dtype=np.float64)
    spread = points - middle
    weights = np.linalg.pinv(spread.T @ spread, hermitian=True) @ spread.T @ (wanted - wanted.mean())
    return Probe(weights, float(wanted.mean() - middle @ weights))


def linear_model(sheets: Sheets, other: Sheets) -> float:
    """Accuracy on held-out points of the plane fitted in the ball itself: a model without layers."""
    return probe(sheets.positions, sheets.colors).accuracy(other.positions, other.colors)


class Report(NamedTuple):
    """What held-out points show of a network.

    probes: (depth + 1,) accuracy of the plane fitted to the shown points at each stage. moved: (depth,) how far each
    layer moves points, root mean square, in ball radii. accuracy: of the network's own readout. error: root mean
    square distance from the places "flatten" wants, along the sheet, in sheet widths.
    """

    probes: np.ndarray
    moved: np.ndarray
    accuracy: float
    error: float


def report(params: Params, sheets: Sheets, other: Sheets) -> Report:
    """Accuracies, movements and the flattening error of a network."""
    fitted, tested = uncrumple.stages(params, sheets.positions), uncrumple.stages(params, other.positions)
    planes = [probe(points, sheets.colors) for points in fitted]
    probes = [plane.accuracy(points, other.colors) for plane, points in zip(planes, tested, strict=True)]
    readout = Probe(np.asarray(params.readout), float(params.bias))
    return Report(
        np.array(probes),
        np.sqrt(((tested[1:] - tested[:-1]) ** 2).sum(axis=2).mean(axis=1)),
        readout.accuracy(tested[-1], other.colors),
        flatten_error(tested[-1], other.places),
    )


def flatten_error(last: np.ndarray, places: np.ndarray) -> float:
    """sqrt(mean((x − u)² + (y − v)²)) / 2: root mean square distance along the sheet, in widths of a sheet.

    >>> round(flatten_error(np.array([[0.3, 0.4, 9.0]]), np.zeros((1, 2))), 6)
    0.25
    """
    return float(np.sqrt(((last[:, :2] - places) ** 2).sum(axis=1).mean()) / 2)
