"""Digits drawn by a jittered pen: the data set of the first minute offline, never to be called MNIST.

``ink = 255 * clip((radius - distance(pixel, pen path)) / softness + 1/2, 0, 1)``

A path is a spline through the control points of a skeleton, after every point was moved a little, the whole was
warped, slanted, rotated and stretched. Images are then made as MNIST's were: the ink fills a 20×20 box on its longer
side and is shifted by whole pixels until its centre of mass is the centre of 28×28. LeCun et al. 1998, section III-A.
"""

import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.digits.mnist import Digits, cache_folder, write_atomically
from engine.errors import InvalidInput

# Part of the cached file's name: raise it with every change that changes a drawing.
VERSION = 1
BOX = 20
SIZE = 28
CENTRE = 14
SEGMENTS = 40
WAVES = 4
CHUNK = 1000
SHAPES = {
    "train_images": (60_000, SIZE, SIZE),
    "train_labels": (60_000,),
    "test_images": (10_000, SIZE, SIZE),
    "test_labels": (10_000,),
}


class Skeleton(NamedTuple):
    """One way to write a digit: strokes split by ``|``, each ``x,y`` control points, x right, y down, 0..100.

    A stroke is a smooth curve through its points, closed if it ends where it began; equal points are one point, so
    strokes that meet stay joined. ``share`` is the relative frequency among the digit's skeletons.
    """

    digit: int
    name: str
    share: float
    path: str


SKELETONS = (
    Skeleton(0, "oval", 4, "34,0 12,18 2,52 12,84 36,100 58,82 66,48 56,16 34,0"),
    Skeleton(0, "open", 2, "46,4 26,4 6,30 4,66 18,96 44,96 62,66 62,30 48,6 30,2"),
    Skeleton(0, "hooked", 1, "60,2 38,6 12,28 2,62 16,96 42,94 62,62 62,30 46,10 26,14"),
    Skeleton(0, "gap", 1, "20,4 4,30 4,68 24,98 54,90 68,60 64,24 48,2"),
    Skeleton(0, "curl", 1, "30,26 20,6 6,30 2,66 20,96 50,94 72,62 64,24 40,4 24,20 32,40"),
    Skeleton(1, "bar", 5, "2,0 1,33 0,66 0,100"),
    Skeleton(1, "bent", 2, "6,0 0,34 0,68 6,100"),
    Skeleton(1, "flag", 1, "0,24 20,0 | 20,0 20,50 20,100"),
    Skeleton(1, "foot", 1, "2,22 28,0 | 28,0 28,50 28,98 | 0,98 28,98 58,96"),
    Skeleton(2, "plain", 3, "4,24 14,6 36,0 56,14 52,42 28,72 0,98 | 0,98 32,96 68,98"),
    Skeleton(2, "loop", 3, "2,18 24,0 50,6 54,34 38,68 14,96 0,84 12,66 34,74 54,92 76,94"),
    Skeleton(2, "large loop", 2, "0,28 22,2 52,6 56,40 40,76 18,98 0,84 10,62 36,62 60,82 80,96"),
    Skeleton(2, "round", 2, "0,30 10,6 38,0 56,20 46,52 20,82 4,94 | 4,94 26,84 44,94 68,96"),
    Skeleton(2, "wide", 2, "2,26 20,10 44,14 46,38 26,64 0,86 | 0,86 40,82 84,88"),
    Skeleton(2, "angular", 1, "0,12 26,0 52,10 | 52,10 28,52 0,94 | 0,94 36,92 72,94"),
    Skeleton(2, "long foot", 2, "10,10 24,0 36,14 24,44 0,80 | 0,80 40,80 92,78"),
    Skeleton(2, "swan", 2, "0,34 8,8 32,0 46,18 36,50 6,80 | 6,80 34,82 70,100"),
    Skeleton(3, "round", 3, "2,14 24,0 50,8 48,32 22,46 | 22,46 50,54 56,78 32,100 0,90"),
    Skeleton(3, "nose", 2, "4,10 30,0 50,14 44,36 24,46 16,50 26,50 48,58 54,80 30,100 0,88"),
    Skeleton(3, "flat", 1, "2,4 28,4 56,2 | 56,2 38,24 22,42 | 22,42 50,50 56,76 30,100 0,92"),
    Skeleton(3, "small top", 1, "6,8 26,0 40,12 32,32 14,40 | 14,40 50,46 64,74 40,100 0,94"),
    Skeleton(3, "large top", 1, "0,18 26,0 62,8 60,34 30,52 | 30,52 50,58 48,84 26,100 8,92"),
    Skeleton(4, "open", 4, "10,4 4,30 2,52 | 2,52 30,54 62,46 | 58,0 54,34 50,66 46,100"),
    Skeleton(4, "cup", 2, "6,0 0,30 6,50 30,50 52,36 | 60,0 54,36 50,66 48,100"),
    Skeleton(4, "closed", 2, "48,0 24,34 0,64 | 0,64 36,64 72,62 | 48,0 48,50 46,100"),
    Skeleton(4, "wide", 1, "14,20 0,68 | 0,68 44,66 88,60 | 66,0 58,50 50,100"),
    Skeleton(5, "plain", 3, "14,4 62,0 | 14,4 8,24 6,44 | 6,44 34,40 52,56 50,84 26,100 0,94"),
    Skeleton(5, "curve", 2, "64,0 36,4 18,14 12,40 32,48 50,64 44,90 18,100 0,88"),
    Skeleton(5, "hat", 2, "20,6 18,26 16,42 34,46 48,64 42,90 18,100 0,90 | 20,6 46,4 76,0"),
    Skeleton(5, "long hat", 1, "24,16 12,48 | 12,48 34,48 38,72 22,96 0,96 | 24,16 60,8 96,0"),
    Skeleton(5, "large bowl", 1, "14,0 56,0 | 14,0 8,34 | 8,34 40,24 68,48 62,86 30,100 0,84"),
    Skeleton(6, "plain", 3, "44,0 20,26 4,60 12,94 36,98 52,78 42,58 20,62 6,80"),
    Skeleton(6, "straight", 2, "26,0 10,34 0,68 8,96 30,98 44,78 34,62 14,68 2,82"),
    Skeleton(6, "curled", 1, "58,8 40,2 16,24 2,62 14,96 42,96 56,74 40,56 16,66 6,84"),
    Skeleton(6, "large loop", 2, "24,0 8,30 0,68 14,96 46,98 68,72 60,44 36,44 14,68 12,88"),
    Skeleton(6, "small loop", 1, "52,0 26,24 6,58 0,88 16,100 34,90 34,74 20,72 8,86"),
    Skeleton(7, "plain", 4, "0,8 28,6 58,2 | 58,2 44,34 32,66 26,100"),
    Skeleton(7, "round", 2, "0,14 22,6 48,2 56,14 40,50 28,100"),
    Skeleton(7, "flag", 2, "0,24 4,6 | 4,6 30,8 60,2 | 60,2 46,34 36,66 32,100"),
    Skeleton(7, "crossed", 2, "0,8 28,6 58,2 | 58,2 44,34 32,66 26,100 | 12,54 34,52 60,48"),
    Skeleton(7, "steep", 1, "0,30 6,4 26,2 50,0 | 50,0 50,50 46,100"),
    Skeleton(8, "one stroke", 3, "52,14 30,0 8,14 16,36 42,60 46,86 24,100 4,84 14,60 40,38 52,14"),
    Skeleton(8, "two rings", 2, "28,0 10,10 12,36 28,46 46,34 46,10 28,0 | 28,46 6,60 6,88 28,100 50,88 48,60 28,46"),
    Skeleton(8, "open", 2, "56,10 34,0 12,14 18,38 42,62 40,90 16,100 2,84 16,58 42,36 58,16"),
    Skeleton(8, "large top", 1, "66,10 34,0 4,16 8,40 34,54 48,72 40,96 20,98 18,78 40,52 66,10"),
    Skeleton(8, "small top", 1, "44,8 26,0 14,12 22,30 52,56 58,86 28,100 0,84 8,56 34,32 44,8"),
    Skeleton(9, "plain", 3, "50,12 28,0 6,18 6,42 28,48 48,28 50,12 | 50,12 48,40 44,70 40,100"),
    Skeleton(9, "one stroke", 2, "54,8 30,2 6,24 8,46 30,46 50,20 54,8 50,40 36,72 26,100"),
    Skeleton(9, "curled", 2, "50,12 28,0 6,16 6,40 28,46 50,24 50,12 | 50,12 52,44 46,84 26,100 6,90"),
    Skeleton(9, "open", 2, "50,4 26,2 4,26 10,46 34,42 52,20 | 56,2 50,36 44,68 40,100"),
    Skeleton(9, "hooked", 2, "46,2 20,2 2,20 8,38 32,38 50,20 | 46,2 50,20 50,40 48,70 46,100"),
    Skeleton(9, "small loop", 2, "40,6 18,2 4,16 10,32 28,30 40,6 | 40,6 42,50 42,100"),
    Skeleton(9, "large loop", 1, "62,22 38,0 6,14 4,46 30,58 56,44 62,22 60,50 54,78 44,100"),
)


class Pen(NamedTuple):
    """Means and standard deviations of the choices; lengths in a skeleton's hundredths, radius and softness in pixels.

    Found by trial: these made the network that learnt from the drawings best at reading real digits.
    """

    control_jitter: float = 4.5
    log_jitter: float = 0.45
    warp: float = 4.0
    frequency: float = 0.04
    taper: float = 0.08
    balance: float = 0.08
    mean_stretch: float = 0.15
    stretch: float = 0.22
    mean_slant: float = -0.10
    slant: float = 0.28
    rotation: float = 0.14
    radius: float = 1.22
    log_radius: float = 0.36
    softness: float = 1.2
    log_softness: float = 0.2


PEN = Pen()


def spline_weights(count: int, closed: bool, positions: np.ndarray) -> np.ndarray:
    """Weights with which control points make a uniform Catmull-Rom spline: (samples,) in 0..spans → (samples, count).

    q(t) = p1 + t/2 (p2 - p0) + t²/2 (2 p0 - 5 p1 + 4 p2 - p3) + t³/2 (3 p1 - p0 - 3 p2 + p3). Catmull and Rom 1974.
    """
    spans = count if closed else count - 1
    span = np.minimum(positions.astype(int), spans - 1)
    t = positions - span
    blend = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]) / 2
    weights = np.zeros((len(positions), count))
    for offset, column in zip(range(-1, 3), blend, strict=True):
        index = (span + offset) % count if closed else np.clip(span + offset, 0, count - 1)
        np.add.at(weights, (np.arange(len(positions)), index), column)
    return weights


class Tables(NamedTuple):
    """Skeletons as arrays: digit, share (skeletons,); controls (skeletons, points, 2), padded with zeros.

    weights (skeletons, 2, segments, points) turn controls into the starts and ends of segments.
    """

    digit: np.ndarray
    share: np.ndarray
    controls: np.ndarray
    weights: np.ndarray


def _stroke_weights(indices: list[int], segments: int, points: int) -> np.ndarray:
    """(2, segments, points): starts and ends of the segments of one stroke through the named control points."""
    closed = len(indices) > 2 and indices[0] == indices[-1]
    used = np.array(indices[:-1] if closed else indices)
    spans = len(indices) - 1
    samples = spline_weights(len(used), closed, np.linspace(0, spans, segments + 1))
    weights = np.zeros((segments + 1, points))
    for place, column in zip(used, samples.T, strict=True):
        weights[:, place] += column
    return np.stack([weights[:-1], weights[1:]])


def _shares_of_segments(strokes: list[list[int]], controls: np.ndarray) -> np.ndarray:
    """Segments per stroke, (strokes,), at least 2 each, by length, SEGMENTS in all."""
    lengths = np.array([np.linalg.norm(np.diff(controls[stroke], axis=0), axis=1).sum() for stroke in strokes])
    counts = np.maximum(2, np.floor(SEGMENTS * lengths / lengths.sum())).astype(int)
    counts[np.argmax(lengths)] += SEGMENTS - counts.sum()
    return counts


def tables(skeletons: tuple[Skeleton, ...] = SKELETONS) -> Tables:
    """Parse every path; all skeletons get the same number of segments, so that one array program draws them all."""
    parsed = [[stroke.split() for stroke in skeleton.path.split("|")] for skeleton in skeletons]
    names = [list(dict.fromkeys(point for stroke in strokes for point in stroke)) for strokes in parsed]
    points = max(map(len, names))
    controls = np.zeros((len(skeletons), points, 2), np.float32)
    weights = np.zeros((len(skeletons), 2, SEGMENTS, points), np.float32)
    for row, (strokes, unique) in enumerate(zip(parsed, names, strict=True)):
        controls[row, : len(unique)] = [[float(value) for value in point.split(",")] for point in unique]
        indices = [[unique.index(point) for point in stroke] for stroke in strokes]
        counts = _shares_of_segments(indices, controls[row])
        parts = [_stroke_weights(*stroke, points) for stroke in zip(indices, counts, strict=True)]
        weights[row] = np.concatenate(parts, axis=1)
    return Tables(np.array([s.digit for s in skeletons]), np.array([s.share for s in skeletons]), controls, weights)


TABLES = tables()


class Noise(NamedTuple):
    """Everything random about one digit, standard normal."""

    skeleton: Array
    sloppiness: Array
    jitter: Array
    taper: Array
    balance: Array
    frequencies: Array
    phases: Array
    amplitudes: Array
    stretch: Array
    slant: Array
    angle: Array
    thickness: Array
    softness: Array


NOISE_SHAPES = Noise(*[()] * len(Noise._fields))._replace(
    jitter=TABLES.controls.shape[1:], frequencies=(2, WAVES), phases=(WAVES,), amplitudes=(WAVES, 2)
)


def noise(key: Array) -> Noise:
    """All of it in one draw: each further call of jax.random would cost half a second of compilation."""
    sizes = [math.prod(shape) for shape in NOISE_SHAPES]
    values = jnp.split(jax.random.normal(key, (sum(sizes),)), np.cumsum(sizes)[:-1])
    return Noise(*(value.reshape(shape) for value, shape in zip(values, NOISE_SHAPES, strict=True)))


def choose(chance: Array, label: Array) -> Array:
    """First skeleton at which the cumulative share of this digit reaches Phi(chance): () standard normal → index."""
    cumulative = jnp.cumsum(jnp.where(TABLES.digit == label, TABLES.share, 0.0))
    return jnp.argmax(cumulative >= jax.scipy.stats.norm.cdf(chance) * cumulative[-1])


def _proportions(points: Array, random: Noise, pen: Pen) -> Array:
    """Wider above or below, and a waist that sits higher or lower; top and bottom stay: (..., 2)."""
    x, y = points[..., 0], points[..., 1] / 50 - 1
    lowered = y + pen.balance * random.balance * (1 - y * y)
    return jnp.stack([x * jnp.exp(pen.taper * random.taper * y), 50 + 50 * lowered], -1)


def _warp(points: Array, random: Noise, pen: Pen) -> Array:
    """points + sum of amplitude * sin(points @ frequency + phase) over WAVES plane waves: (..., 2)."""
    angles = points @ (pen.frequency * random.frequencies) + 2 * jnp.pi * random.phases
    return points + jnp.sin(angles) @ (pen.warp * random.amplitudes)


def _affine(random: Noise, pen: Pen) -> Array:
    """rotation @ [[stretch, slant], [0, 1]]: (2, 2)."""
    stretch = jnp.exp(pen.mean_stretch + pen.stretch * random.stretch)
    slant = pen.mean_slant + pen.slant * random.slant
    cos, sin = jnp.cos(pen.rotation * random.angle), jnp.sin(pen.rotation * random.angle)
    return jnp.array([[cos, -sin], [sin, cos]]) @ jnp.array([[stretch, slant], [0.0, 1.0]])


def write(label: Array, random: Noise, pen: Pen = PEN) -> Array:
    """The pen's path for one digit: (2, segments, 2), starts and ends of segments in the skeletons' units."""
    skeleton = choose(random.skeleton, label)
    jitter = pen.control_jitter * jnp.exp(pen.log_jitter * random.sloppiness) * random.jitter
    path = jnp.asarray(TABLES.weights)[skeleton] @ (jnp.asarray(TABLES.controls)[skeleton] + jitter)
    return _warp(_proportions(path, random, pen), random, pen) @ _affine(random, pen).T


def fit(path: Array, margin: Array) -> Array:
    """Scale and shift so that the longer side of the path plus margin fills BOX pixels and the shorter is centred."""
    low, high = path.min((0, 1)), path.max((0, 1))
    scale = (BOX - 2 * margin) / (high - low).max()
    return (path - (low + high) / 2) * scale + BOX / 2


def distance(path: Array) -> Array:
    """Distance from each pixel's centre to the nearest segment, in pixels: (2, segments, 2) → (BOX, BOX)."""
    y, x = jnp.mgrid[:BOX, :BOX] + 0.5

    def nearer(squared, segment):
        start, end = segment
        along = end - start
        dx, dy = x - start[0], y - start[1]
        t = jnp.clip((dx * along[0] + dy * along[1]) / jnp.maximum(along @ along, 1e-9), 0, 1)
        dx, dy = dx - t * along[0], dy - t * along[1]
        return jnp.minimum(squared, dx * dx + dy * dy), None

    squared, _ = jax.lax.scan(nearer, jnp.full((BOX, BOX), jnp.inf), tuple(path))
    return jnp.sqrt(squared)


def centre(ink: Array) -> Array:
    """Shift by whole pixels until the centre of mass is pixel (14, 14) to within half a pixel: (20, 20) → (28, 28)."""
    index = jnp.arange(BOX)
    top = jnp.round(CENTRE - ink.sum(1) @ index / ink.sum())
    left = jnp.round(CENTRE - ink.sum(0) @ index / ink.sum())
    rows = jnp.arange(SIZE)[:, None] == index + top
    columns = jnp.arange(SIZE)[:, None] == index + left
    return rows.astype(ink.dtype) @ ink @ columns.astype(ink.dtype).T


def draw_one(key: Array, label: Array, pen: Pen = PEN) -> Array:
    """One digit: (28, 28) uint8."""
    random = noise(key)
    softness = pen.softness * jnp.exp(pen.log_softness * random.softness)
    radius = jnp.clip(pen.radius * jnp.exp(pen.log_radius * random.thickness), 0.6, 3.5)
    path = fit(write(label, random, pen), radius + softness / 2)
    ink = jnp.clip((radius - distance(path)) / softness + 0.5, 0, 1)
    return centre(jnp.round(255 * ink)).astype(jnp.uint8)


@jax.jit
def _draw_chunk(key: Array, first: Array, labels: Array) -> Array:
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, first + jnp.arange(CHUNK))
    return jax.vmap(draw_one)(keys, labels)


def draw(key: Array, labels: Array | np.ndarray) -> np.ndarray:
    """(count,) digits 0..9 → (count, 28, 28) uint8; image i depends on the key, i and labels[i] alone.

    >>> draw(jax.random.key(0), np.array([3, 1, 4])).shape
    (3, 28, 28)
    """
    labels = np.asarray(labels)
    wrong = labels[~np.isin(labels, range(10))]
    if labels.ndim != 1 or wrong.size:
        found = f"shape {labels.shape}" if labels.ndim != 1 else f"{wrong[0]}"
        raise InvalidInput(f"labels must be one axis of whole digits from 0 to 9; {found} is not.")
    padded = np.zeros(-(-len(labels) // CHUNK) * CHUNK, np.int32)
    padded[: len(labels)] = labels
    chunks = [_draw_chunk(key, first, padded[first : first + CHUNK]) for first in range(0, len(padded), CHUNK)]
    return np.concatenate([np.zeros((0, SIZE, SIZE), np.uint8), *map(np.asarray, chunks)])[: len(labels)]


def digits(seed: int = 0, *, train: int = 60_000, test: int = 10_000) -> Digits:
    """Shapes and dtypes of MNIST, as many of each digit as possible, in random order.

    Equal seeds give equal digits on one kind of device.
    """
    drawing, *order = jax.random.split(jax.random.key(seed), 3)
    sets = zip(order, (train, test), strict=True)
    labels = [np.array(jax.random.permutation(key, jnp.arange(count) % 10), np.uint8) for key, count in sets]
    images = draw(drawing, np.concatenate(labels))
    return _read_only(Digits(images[:train], labels[0], images[train:], labels[1], source="procedural"))


def _read_only(drawn: Digits) -> Digits:
    for array in drawn[:4]:
        array.flags.writeable = False
    return drawn


def load(seed: int = 0, *, cache: Path | None = None) -> Digits:
    """``digits(seed)`` from the user's cache; drawn and kept there if it has none or a damaged one."""
    cache = cache_folder() / "procedural" if cache is None else cache
    path = cache / f"digits-{VERSION}-{seed}.npz"
    kept = _read(path)
    if kept is not None:
        return kept
    drawn = digits(seed)
    archive = io.BytesIO()
    np.savez(archive, **{name: getattr(drawn, name) for name in SHAPES})
    try:
        write_atomically(path, archive.getbuffer())
    except OSError as error:
        return drawn._replace(
            note=f"The drawn digits could not be kept in {cache} ({error}); every start draws them anew."
        )
    return drawn


def _read(path: Path) -> Digits | None:
    """Digits of the archive, whose members carry checksums; None if it is missing or not as written."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = [archive[name] for name in SHAPES]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    if [(array.shape, array.dtype) for array in arrays] != [(shape, np.uint8) for shape in SHAPES.values()]:
        return None
    train_images, train_labels, test_images, test_labels = arrays
    return _read_only(Digits(train_images, train_labels, test_images, test_labels, source="procedural"))
