"""Digits drawn by a jittered pen: the data set of the first minute offline, never to be called MNIST.

``ink = 255 * clip((radius - distance(pixel, pen path)) / softness + 1/2, 0, 1)``

A path is a spline through the control points of a skeleton, after every point was moved a little, the whole was
warped, slanted, rotated and stretched. Images are then made as MNIST's were: the ink fills a 20×20 box on its longer
side and is shifted by whole pixels until its centre of mass is the centre of 28×28. LeCun et al. 1998, section III-A.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

BOX = 20
SIZE = 28
CENTRE = 14
SEGMENTS = 40
CHUNK = 1000


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
    Skeleton(0, "oval", 3, "34,0 12,18 2,52 12,84 36,100 58,82 66,48 56,16 34,0"),
    Skeleton(0, "open", 2, "46,4 26,4 6,30 4,66 18,96 44,96 62,66 62,30 48,6 30,2"),
    Skeleton(0, "hooked", 1, "60,2 38,6 12,28 2,62 16,96 42,94 62,62 62,30 46,10 26,14"),
    Skeleton(1, "bar", 4, "2,0 1,33 0,66 0,100"),
    Skeleton(1, "bent", 2, "6,0 0,34 0,68 6,100"),
    Skeleton(1, "flag", 1, "0,24 20,0 | 20,0 20,50 20,100"),
    Skeleton(1, "foot", 1, "2,22 28,0 | 28,0 28,50 28,98 | 0,98 28,98 58,96"),
    Skeleton(2, "plain", 3, "4,24 14,6 36,0 56,14 52,42 28,72 0,98 | 0,98 32,96 68,98"),
    Skeleton(2, "loop", 3, "6,18 24,2 46,4 54,26 40,58 18,88 4,96 0,84 14,76 34,88 54,98 72,90"),
    Skeleton(2, "round", 2, "0,30 10,6 38,0 56,20 46,52 20,82 4,94 | 4,94 26,84 44,94 68,96"),
    Skeleton(2, "wide", 1, "2,26 20,10 44,14 46,38 26,64 0,86 | 0,86 40,82 84,88"),
    Skeleton(3, "round", 3, "2,14 24,0 50,8 48,32 22,46 | 22,46 50,54 56,78 32,100 0,90"),
    Skeleton(3, "nose", 2, "4,10 30,0 50,14 44,36 24,46 16,50 26,50 48,58 54,80 30,100 0,88"),
    Skeleton(3, "flat", 1, "2,4 28,4 56,2 | 56,2 38,24 22,42 | 22,42 50,50 56,76 30,100 0,92"),
    Skeleton(4, "open", 4, "10,4 4,30 2,52 | 2,52 30,54 62,46 | 58,0 54,34 50,66 46,100"),
    Skeleton(4, "cup", 2, "6,0 0,30 6,50 30,50 52,36 | 60,0 54,36 50,66 48,100"),
    Skeleton(4, "closed", 2, "48,0 24,34 0,64 | 0,64 36,64 72,62 | 48,0 48,50 46,100"),
    Skeleton(5, "plain", 3, "14,4 62,0 | 14,4 8,24 6,44 | 6,44 34,40 52,56 50,84 26,100 0,94"),
    Skeleton(5, "curve", 2, "64,0 36,4 18,14 12,40 32,48 50,64 44,90 18,100 0,88"),
    Skeleton(5, "hat", 2, "20,6 18,26 16,42 34,46 48,64 42,90 18,100 0,90 | 20,6 46,4 76,0"),
    Skeleton(6, "plain", 3, "44,0 20,26 4,60 12,94 36,98 52,78 42,58 20,62 6,80"),
    Skeleton(6, "straight", 2, "26,0 10,34 0,68 8,96 30,98 44,78 34,62 14,68 2,82"),
    Skeleton(6, "curled", 1, "58,8 40,2 16,24 2,62 14,96 42,96 56,74 40,56 16,66 6,84"),
    Skeleton(7, "plain", 4, "0,8 28,6 58,2 | 58,2 44,34 32,66 26,100"),
    Skeleton(7, "round", 2, "0,14 22,6 48,2 56,14 40,50 28,100"),
    Skeleton(7, "flag", 2, "0,24 4,6 | 4,6 30,8 60,2 | 60,2 46,34 36,66 32,100"),
    Skeleton(7, "crossed", 1.5, "0,8 28,6 58,2 | 58,2 44,34 32,66 26,100 | 12,54 34,52 60,48"),
    Skeleton(8, "one stroke", 3, "52,14 30,0 8,14 16,36 42,60 46,86 24,100 4,84 14,60 40,38 52,14"),
    Skeleton(8, "two rings", 2, "28,0 10,10 12,36 28,46 46,34 46,10 28,0 | 28,46 6,60 6,88 28,100 50,88 48,60 28,46"),
    Skeleton(8, "open", 2, "56,10 34,0 12,14 18,38 42,62 40,90 16,100 2,84 16,58 42,36 58,16"),
    Skeleton(9, "plain", 3, "50,12 28,0 6,18 6,42 28,48 48,28 50,12 | 50,12 48,40 44,70 40,100"),
    Skeleton(9, "one stroke", 2, "54,8 30,2 6,24 8,46 30,46 50,20 54,8 50,40 36,72 26,100"),
    Skeleton(9, "curled", 2, "50,12 28,0 6,16 6,40 28,46 50,24 50,12 | 50,12 52,44 46,84 26,100 6,90"),
    Skeleton(9, "open", 1, "56,2 26,4 4,26 12,46 36,42 54,18 | 56,2 50,36 44,68 40,100"),
)


class Pen(NamedTuple):
    """Spread of every random choice: standard deviations unless said otherwise."""

    control_jitter: float = 4.5
    warp: float = 4.0
    rotation: float = 0.10
    slant: float = 0.24
    mean_slant: float = -0.14
    stretch: float = 0.16
    radius: float = 1.35
    log_radius: float = 0.28
    softness: float = 1.2
    log_softness: float = 0.2


PEN = Pen()


def _strokes(path: str) -> list[np.ndarray]:
    return [np.array([p.split(",") for p in s.split()], float) for s in path.split("|")]


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
    """Skeletons as arrays: digit and share (skeletons,), controls (skeletons, points, 2), and the matrices that
    turn controls into segment starts and ends (skeletons, segments, points)."""

    digit: np.ndarray
    share: np.ndarray
    controls: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
