"""A run's checkpoints as moments one can scrub through: weights, their histograms, one digit's probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.training.network import Params
from engine.training.training import Checkpoint

MOST_MOMENTS = 60
BINS = 41
SHOWN_UNITS = 12
_NICE = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)


class Limits(NamedTuple):
    """Half-ranges, in units of the weights, within which W1 and W2 are drawn."""

    hidden: float
    output: float


class Moment(NamedTuple):
    """hidden_weights: (784, up to 12), the incoming weights of the first hidden units. hidden, output: (41,) shares
    of the values of W1 and W2 in equal bins over ±limit, what lies beyond counted in the outermost. probabilities:
    (10,) of the digit being scored."""

    update: int
    hidden_weights: np.ndarray
    hidden: np.ndarray
    output: np.ndarray
    probabilities: np.ndarray


def moment(checkpoint: Checkpoint, image: np.ndarray, limits: Limits) -> Moment:
    """One checkpoint and how it scores one (28, 28) uint8 image."""
    params = checkpoint.params
    return Moment(
        update=checkpoint.update,
        hidden_weights=params.W1[:, :SHOWN_UNITS],
        hidden=shares(params.W1, limits.hidden),
        output=shares(params.W2, limits.output),
        probabilities=probabilities(params, image),
    )


def moments(checkpoints: Sequence[Checkpoint], image: np.ndarray, limits: Limits) -> list[Moment]:
    """At most MOST_MOMENTS of the checkpoints, oldest first: the early ones all, the rest thinned evenly."""
    return [moment(checkpoints[index], image, limits) for index in _chosen(len(checkpoints))]


def _chosen(count: int) -> list[int]:
    early = min(8, count)
    rest = np.linspace(early, count - 1, min(MOST_MOMENTS - early, count - early))
    return [*range(early), *np.round(rest).astype(int).tolist()]


def limits(params: Params) -> Limits:
    """Limits that hold 99.9 % of the present weights, rounded up to a nice number so that they seldom change.

    >>> limits(Params(np.full((784, 4), 0.12), np.zeros(4), np.full((4, 10), 3.0), np.zeros(10)))
    Limits(hidden=0.15, output=3.0)
    """
    return Limits(*(_nice(float(np.quantile(np.abs(values).ravel()[::7], 0.999))) for values in (params.W1, params.W2)))


def _nice(value: float) -> float:
    if not np.isfinite(value):
        return 1.0
    return next((nice for nice in _NICE if nice >= value), float(np.ceil(value)))


def shares(values: np.ndarray, limit: float, bins: int = BINS) -> np.ndarray:
    """Shares of values in equal bins over [-limit, limit], summing to 1 → (bins,) float32.

    Values beyond are counted in the outermost bins, and so are infinities; NaN counts as zero.
    """
    scaled = np.nan_to_num(values.ravel().astype(np.float32) * (bins / 2 / limit)) + bins / 2
    indices = np.clip(scaled, 0, bins - 1).astype(np.uint8)
    return (np.bincount(indices, minlength=bins) / max(values.size, 1)).astype(np.float32)


def probabilities(params: Params, image: np.ndarray) -> np.ndarray:
    """softmax of one (28, 28) uint8 image's logits by NumPy weights of any precision → (10,) float32.

    NumPy, because a hundred checkpoints live on the host and sending each to the device takes longer than the
    product itself; in float32, as the network computes: where it gets nan, so does this.
    """
    used = np.flatnonzero(image)
    inputs = image.reshape(-1)[used].astype(np.float32) / np.float32(255)
    with np.errstate(over="ignore", invalid="ignore"):
        hidden = np.maximum(inputs @ params.W1[used].astype(np.float32) + params.b1, np.float32(0))
        logits = hidden @ params.W2.astype(np.float32) + params.b2
        exponentials = np.exp(logits - logits.max())
        return exponentials / exponentials.sum()
