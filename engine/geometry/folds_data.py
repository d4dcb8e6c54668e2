"""Points of two classes in the plane: spirals, circles, moons, xor, or the reader's own."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from engine.errors import InvalidInput

POINTS = 300
"""Points of every set made here, and the most a reader may paint: one size, so one compiled program."""
LEAST = 4
REACH = 1.5
"""Coordinates a reader may paint: −1.5 to 1.5."""
NOISE, MAX_NOISE = 0.05, 0.3
TURNS = (0.6, 0.85, 1.1, 1.5)


class Points(NamedTuple):
    """points: (n, 2) float64. labels: (n,) int, 0 or 1."""

    points: np.ndarray
    labels: np.ndarray


class Shape(NamedTuple):
    """place: (random, labels, turns) → points (n, 2) without noise."""

    title: str
    place: Callable[[Generator, np.ndarray, float], np.ndarray]


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def spirals(random: Generator, labels: np.ndarray, turns: float) -> np.ndarray:
    """Radius 0.15 + 1.05 t at angle 2π · turns · t + π · label, t uniform in 0 … 1: two arms, half a turn apart."""
    t = random.random(len(labels))
    return _polar(0.15 + 1.05 * t, 2 * np.pi * turns * t + np.pi * labels)


def circles(random: Generator, labels: np.ndarray, turns: float) -> np.ndarray:
    """Label 0 on the circle of radius 0.5, label 1 on that of radius 1.15."""
    del turns
    return _polar(np.where(labels == 0, 0.5, 1.15), 2 * np.pi * random.random(len(labels)))


def moons(random: Generator, labels: np.ndarray, turns: float) -> np.ndarray:
    """Two half circles of radius 0.8, about (−0.4, −0.2) opening down and about (0.4, 0.2) opening up."""
    del turns
    side = np.where(labels == 0, 1, -1)
    arc = _polar(np.full(len(labels), 0.8), np.pi * random.random(len(labels)))
    return side[:, None] * (arc - np.array([0.4, 0.2]))


def xor(random: Generator, labels: np.ndarray, turns: float) -> np.ndarray:
    """Four squares, 0.15 to 1.25 from each axis; label 0 where both coordinates have one sign, 1 where they differ."""
    del turns
    across = random.choice([-1, 1], len(labels))
    signs = np.stack([across, np.where(labels == 0, across, -across)], axis=1)
    return signs * random.uniform(0.15, 1.25, (len(labels), 2))


SHAPES = {
    "spirals": Shape("Spirals", spirals),
    "circles": Shape("Circles", circles),
    "moons": Shape("Moons", moons),
    "xor": Shape("XOR", xor),
}


def generate(name: str, *, noise: float = NOISE, seed: int = 0, turns: float = TURNS[1], count: int = POINTS) -> Points:
    """A named set, half of it of each label, each coordinate moved by noise · N(0, 1). turns: of the spirals.

    >>> generate("circles", noise=0, count=4).labels.tolist()
    [0, 0, 1, 1]
    """
    if not 0 <= noise <= MAX_NOISE:
        raise InvalidInput(f"the noise must be from 0 to {MAX_NOISE}; {noise:g} is not.")
    random = np.random.default_rng(seed)
    labels = np.arange(count) * 2 // count
    points = SHAPES[name].place(random, labels, turns)
    return Points(points + noise * random.normal(size=points.shape), labels)


def painted(points: Sequence[Sequence[float]], labels: Sequence[int]) -> Points:
    """A reader's own points as arrays; InvalidInput for numbers that no brush of ours can have made."""
    places = np.asarray(points, np.float64).reshape(-1, 2)
    kinds = np.asarray(labels, np.int64)
    if len(places) != len(kinds) or not np.isin(kinds, (0, 1)).all() or not (np.abs(places) <= REACH).all():
        raise InvalidInput(f"painted points have two coordinates from −{REACH} to {REACH} and a label, 0 or 1.")
    if len(places) > POINTS:
        raise InvalidInput(f"at most {POINTS} points can be painted; {len(places)} are too many.")
    return Points(places, kinds)


def require(data: Points) -> Points:
    """The same points; InvalidInput unless a network can learn something from them."""
    count, ones = len(data.labels), int(data.labels.sum())
    if not count:
        raise InvalidInput("there are no points yet: paint some with each of the two brushes.")
    if count < LEAST:
        raise InvalidInput(f"{count} {'point is' if count == 1 else 'points are'} too few: paint at least {LEAST}.")
    if ones in (0, count):
        kind = ("blue", "red")[int(ones > 0)]
        raise InvalidInput(f"all points are {kind}: there is nothing to tell apart. Paint some with the other brush.")
    return data


def reach(data: Points) -> float:
    """Half the side of the square shown: 1.5, or more where noise has carried a point farther.

    >>> reach(Points(np.array([[0.0, -2.0]]), np.array([0])))
    2.1
    """
    return max(REACH, 1.05 * float(np.abs(data.points).max(initial=0)))
