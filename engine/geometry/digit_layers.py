"""Digits on their way through the network: what each layer makes of them, seen in three dimensions and by probes.

A stage is all numbers the network has for each digit at one place: pixels, sums, activations, logits, probabilities.
Each is projected onto its three principal components, and tested: how well do straight cuts tell the classes apart?
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.linalg import solve

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.training import network
from engine.training.network import CLASSES, PIXELS, Params

TRAINED_ON = 5_000
"""Training digits that projections and probes are fitted on, the first ones."""
TESTED_EVERY = 4
"""Probes are tested on every fourth test digit, 2,500 of MNIST."""
SIZES = (250, 500, 1_000, 1_500)
MOST = SIZES[-1]
AXES = 3
RIDGE = 0.1
"""Of a probe, in units of the stage's mean variance per number."""
ROUNDING = 1e-6
_BLOCK = 16
_ITERATIONS = 20


class Activations(NamedTuple):
    """pixels (n, 784); sums (n, h) = pixels @ W1 + b1; hidden (n, h) = relu(sums); logits (n, 10) = hidden @ W2 + b2;
    probabilities (n, 10) = softmax(logits)."""

    pixels: Array
    sums: Array
    hidden: Array
    logits: Array
    probabilities: Array


def activations(params: Params, pixels: Array) -> Activations:
    """The five stages of pixels (n, 784) in 0..1."""
    sums = pixels @ params.W1 + params.b1
    hidden = jax.nn.relu(sums)
    logits = hidden @ params.W2 + params.b2
    return Activations(pixels, sums, hidden, logits, jax.nn.softmax(logits))


def covariance(centred: Array) -> Array:
    """centred.T @ centred / n: (n, d) → (d, d)."""
    return centred.T @ centred / len(centred)


class Components(NamedTuple):
    """directions: (d, 3), orthonormal columns; shares: (3,) of the total variance that lie along them, falling."""

    directions: Array
    shares: Array


def principal(matrix: Array) -> Components:
    """The three leading eigenvectors of a covariance (d, d), by orthogonal iteration with a Rayleigh–Ritz step.

    Q ← orthonormal(C Q), 20 times for 16 columns, then the eigenvectors of Qᵀ C Q. The error falls as
    (λ₁₇ / λ₃)²⁰; Golub and Van Loan, Matrix Computations, section 8.2. Each direction's largest entry is positive.
    With fewer than three numbers the missing directions are 0.
    """
    size = len(matrix)
    start = jnp.asarray(np.random.default_rng(0).normal(size=(size, min(_BLOCK, size))), matrix.dtype)
    basis = jax.lax.fori_loop(0, _ITERATIONS, lambda _, q: jnp.linalg.qr(matrix @ q)[0], start)
    variances, inner = jnp.linalg.eigh(basis.T @ matrix @ basis)
    directions, variances = (basis @ inner)[:, ::-1][:, :AXES], jnp.maximum(variances[::-1][:AXES], 0)
    largest = jnp.take_along_axis(directions, jnp.abs(directions).argmax(0)[None], 0)
    missing = AXES - directions.shape[1]
    total = jnp.trace(matrix)
    return Components(
        jnp.pad(directions * jnp.where(largest < 0, -1, 1), ((0, 0), (0, missing))),
        jnp.pad(jnp.where(total > 0, variances / total, 0), (0, missing)),
    )


def procrustes(points: Array, onto: Array) -> Array:
    """The rotation, perhaps with a reflection, R that minimizes |points @ R − onto|²: (n, 3), (n, 3) → (3, 3).

    R = U Vᵀ with U S Vᵀ = pointsᵀ onto. Schönemann 1966.
    """
    left, _, right = jnp.linalg.svd(points.T @ onto)
    return left @ right


class Probe(NamedTuple):
    """scores = (x − mean) @ weights + bias; the largest names the class. weights: (d, 10), bias: (10,)."""

    weights: Array
    bias: Array


def ridge_probe(centred: Array, labels: Array) -> Probe:
    """Least squares from x − mean (n, d) to one-hot labels (n,), with a penalty: (C + λ I) weights = Xᵀ Y / n.

    λ is RIDGE times the mean variance. Hoerl and Kennard 1970; probes of layers: Alain and Bengio 2016.
    """
    targets = jax.nn.one_hot(labels, CLASSES)
    bias = targets.mean(0)
    matrix = covariance(centred)
    variance = jnp.trace(matrix) / len(matrix)
    penalty = jnp.where(variance > 0, RIDGE * variance, 1.0)
    right = centred.T @ (targets - bias) / len(centred)
    return Probe(solve(matrix + penalty * jnp.eye(len(matrix)), right, assume_a="pos"), bias)


def share_right(probe: Probe, centred: Array, labels: Array) -> Array:
    """How many of (n,) labels the probe names, 0..1."""
    return (jnp.argmax(centred @ probe.weights + probe.bias, axis=1) == labels).mean()


class Spread(NamedTuple):
    """Root mean square distances: of digits from their class's mean, of the classes' means from the mean of all.

    within² + between² is the total variance.
    """

    within: Array
    between: Array


def spread(values: Array, labels: Array) -> Spread:
    """values (n, d) in classes (n,) → Spread.

    >>> spread(jnp.array([[0.0], [2.0], [10.0], [12.0]]), jnp.array([0, 0, 1, 1]))._asdict()
    {'within': Array(1., dtype=float32), 'between': Array(5., dtype=float32)}
    """
    members = jax.nn.one_hot(labels, CLASSES)
    counts = members.sum(0)
    means = members.T @ values / jnp.maximum(counts, 1)[:, None]
    within = ((values - means[labels]) ** 2).sum(1).mean()
    between = (((means - values.mean(0)) ** 2).sum(1) * counts).sum() / len(values)
    return Spread(jnp.sqrt(within), jnp.sqrt(between))


class Layer(NamedTuple):
    """One stage. points = (x − mean) @ directions / scale @ rotation.

    mean: (d,). directions: (d, 3). shares: (3,) of the variance along each. scale: the root mean square length of the
    projected training digits. rotation: (3, 3), onto the stage before. accuracy, shown_accuracy: of probes on all d
    numbers and on the three shown, on test digits. spread: of those test digits, on all d numbers.
    """

    mean: Array
    directions: Array
    shares: Array
    scale: Array
    rotation: Array
    accuracy: Array
    shown_accuracy: Array
    spread: Spread


class Study(NamedTuple):
    """layers: one for each of Activations. accuracy: the network's own on the same test digits, 0..1."""

    layers: tuple[Layer, ...]
    accuracy: Array


class Sample(NamedTuple):
    """Images (n, 784) uint8 and labels (n,)."""

    images: np.ndarray
    labels: np.ndarray


def samples(digits: Digits) -> tuple[Sample, Sample]:
    """The training digits that all is fitted on, and the test digits that probes are tested on."""
    tested = Sample(digits.test_images[::TESTED_EVERY].reshape(-1, PIXELS), digits.test_labels[::TESTED_EVERY])
    return Sample(digits.train_images[:TRAINED_ON].reshape(-1, PIXELS), digits.train_labels[:TRAINED_ON]), tested


def study(params: Params, train: Sample, test: Sample) -> Study:
    """All five stages, fitted on ``train`` and tested on ``test``, as NumPy arrays.

    Raises InvalidInput where the network's numbers overflow.
    """
    params = Params(*(jnp.asarray(value, jnp.float32) for value in params))
    fitted, tested = (_stages(params, sample.images) for sample in (train, test))
    layers, onto = [], None
    for values, held_out in zip(fitted, tested, strict=True):
        layer, onto = _layer(values, train.labels, held_out, test.labels, onto)
        layers.append(layer)
    found = jax.device_get(Study(tuple(layers), network.correct(tested.logits, test.labels).mean()))
    if not all(np.isfinite(value).all() for value in jax.tree.leaves(found)):
        raise InvalidInput(
            "every number of the network must be finite; in some layer of this one they overflow, as after too large "
            "a learning rate."
        )
    return found


def untrained(hidden_units: int, train: Sample, test: Sample) -> Study:
    """The study of fresh weights in the same architecture."""
    return study(network.init(jax.random.key(0), hidden_units=hidden_units), train, test)


@jax.jit
def _stages(params: Params, images: Array) -> Activations:
    return activations(params, network.preprocess(images))


@jax.jit
def _layer(
    values: Array, labels: Array, held_out: Array, held_labels: Array, onto: Array | None
) -> tuple[Layer, Array]:
    """One stage of training and test digits, turned onto the points (n, 3) of the stage before; and its own points."""
    mean = values.mean(0)
    # What differs by rounding alone does not differ: no axis is laid along it.
    differ = jnp.linalg.norm(values - mean) > ROUNDING * jnp.linalg.norm(values)
    centred, away = (values - mean) * differ, (held_out - mean) * differ
    directions, shares = principal(covariance(centred))
    points = centred @ directions
    length = jnp.sqrt((points**2).sum(1).mean())
    scale = jnp.where(length > 0, length, 1.0)
    points, away_points = points / scale, away @ directions / scale
    rotation = jnp.eye(AXES) if onto is None else procrustes(points, onto)
    accuracy = share_right(ridge_probe(centred, labels), away, held_labels)
    shown = share_right(ridge_probe(points, labels), away_points, held_labels)
    spreads = spread(away, held_labels)
    return Layer(mean, directions, shares, scale, rotation, accuracy, shown, spreads), points @ rotation


class Shown(NamedTuple):
    """points: (5, n, 3), each stage's digits in its own three dimensions. probabilities: (n, 10)."""

    points: np.ndarray
    probabilities: np.ndarray


def show(params: Params, layers: tuple[Layer, ...], images: np.ndarray) -> Shown:
    """Up to MOST + 1 images (n, 28, 28) uint8 at every stage; filled up to that, so that all sizes compile once."""
    if len(images) > MOST + 1:
        raise InvalidInput(f"at most {MOST + 1:,} digits are shown at once; {len(images):,} are too many.")
    padded = np.zeros((MOST + 1, PIXELS), np.uint8)
    padded[: len(images)] = images.reshape(-1, PIXELS)
    params = Params(*(jnp.asarray(value, jnp.float32) for value in params))
    found = jax.device_get(_show(params, layers, padded))
    return Shown(found.points[:, : len(images)], found.probabilities[: len(images)])


@jax.jit
def _show(params: Params, layers: tuple[Layer, ...], images: np.ndarray) -> Shown:
    stages = activations(params, network.preprocess(images))
    points = [
        (values - layer.mean) @ layer.directions / layer.scale @ layer.rotation
        for values, layer in zip(stages, layers, strict=True)
    ]
    return Shown(jnp.stack(points), stages.probabilities)


def batch_count(digits: Digits, size: int) -> int:
    """How many whole batches of this size the test digits make, at least 1."""
    return max(len(digits.test_labels) // size, 1)
