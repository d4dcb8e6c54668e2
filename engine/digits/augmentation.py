"""Random distortions a hand might have made, and ways to write that MNIST hardly knows.

Every image is distorted anew in every epoch, so the network never sees the same one twice. Affine and elastic
distortions as in Simard, Steinkraus and Platt 2003, and pen widths by soft dilation and erosion.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.ndimage import map_coordinates

from engine.digits.drawing import CANVAS, normalize, rasterize

SIDE = 28


@dataclass(frozen=True)
class Augmentation:
    """How far each distortion goes: standard deviations, or the half-width of a uniform range where it says so.

    rotation: radians; shear: x moved per y; scale, aspect: logarithms of the zoom of both sides and of their ratio;
    shift: pixels, uniform; warp: pixels, of a smooth random field on ``knots`` × ``knots`` points;
    pen: parts of the way to the largest (uniform above 0) or smallest (below 0) of the neighbouring pixels.
    """

    rotation: float = 0.14
    shear: float = 0.18
    scale: float = 0.07
    aspect: float = 0.12
    shift: float = 1.0
    warp: float = 1.1
    knots: int = 5
    pen: tuple[float, float] = (-0.5, 0.7)


@partial(jax.jit, static_argnames="settings")
def augment(key: Array, images: Array, settings: Augmentation = Augmentation()) -> Array:
    """Each image distorted by itself: (n, 28, 28) uint8 → (n, 28, 28) float32 in 0..1."""
    keys = jax.random.split(key, len(images))
    return jax.vmap(lambda key, image: distort(key, image, settings))(keys, images.astype(jnp.float32) / 255)


def distort(key: Array, image: Array, settings: Augmentation) -> Array:
    """One image seen through a random smooth map of the plane, with another pen: (28, 28) → (28, 28), in 0..1."""
    pen_key, place_key = jax.random.split(key)
    pen = jax.random.uniform(pen_key, minval=settings.pen[0], maxval=settings.pen[1])
    return map_coordinates(widen(image, pen), _places(place_key, settings), order=1)


def widen(image: Array, amount: Array) -> Array:
    """Part of the way to the largest (amount > 0) or smallest (< 0) of each pixel and its four neighbours."""
    sign = jnp.where(amount < 0, -1, 1)
    padded = jnp.pad(image * sign, 1)
    neighbours = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    extreme = sign * jax.tree.reduce(jnp.maximum, neighbours, padded[1:-1, 1:-1])
    return image + jnp.abs(amount) * (extreme - image)


def _places(key: Array, settings: Augmentation) -> Array:
    """Where each pixel looks for its ink: middle + A @ (pixel - middle) + shift + warp. → (2, 28, 28), y then x."""
    numbers, shift_key, warp_key = jax.random.split(key, 3)
    turn, shear, scale, aspect = jax.random.normal(numbers, (4,)) * jnp.array(
        [settings.rotation, settings.shear, settings.scale, settings.aspect]
    )
    rotate = jnp.array([[jnp.cos(turn), -jnp.sin(turn)], [jnp.sin(turn), jnp.cos(turn)]])
    slant = jnp.array([[1.0, 0.0], [shear, 1.0]])
    zoom = jnp.diag(jnp.exp(jnp.array([scale + aspect / 2, scale - aspect / 2])))
    shift = jax.random.uniform(shift_key, (2, 1, 1), minval=-settings.shift, maxval=settings.shift)
    knots = jax.random.normal(warp_key, (2, settings.knots, settings.knots)) * settings.warp
    bumps = _bumps(settings.knots)
    middle = (SIDE - 1) / 2
    pixels = jnp.stack(jnp.meshgrid(jnp.arange(SIDE), jnp.arange(SIDE), indexing="ij")) - middle
    return middle + jnp.einsum("ij,jyx->iyx", rotate @ slant @ zoom, pixels) + shift + bumps @ knots @ bumps.T


def _bumps(knots: int) -> Array:
    """Gaussian bumps one knot distance wide, each row of unit length, so that fields keep the knots' deviation."""
    distance = jnp.linspace(0, knots - 1, SIDE)[:, None] - jnp.arange(knots)
    bumps = jnp.exp(-0.5 * (distance / 0.8) ** 2)
    return bumps / jnp.linalg.norm(bumps, axis=1, keepdims=True)


class Hand(NamedTuple):
    """A way to write a digit that MNIST hardly knows: strokes split by ``|``, each of ``x,y`` points, y downward."""

    digit: int
    share: float
    path: str


HANDS = (
    # One with a long upstroke, as taught in much of Europe, or standing on a foot.
    Hand(1, 3, "0,40 34,0 | 34,0 26,50 20,100"),
    Hand(1, 3, "0,28 28,0 | 28,0 27,50 24,100"),
    Hand(1, 2, "0,22 18,10 30,0 | 30,0 28,50 28,100"),
    Hand(1, 1, "0,34 10,14 34,0 | 34,0 26,50 20,100"),
    Hand(1, 1, "0,26 24,0 | 24,0 24,96 | 0,98 50,96"),
    Hand(1, 1, "24,0 22,96 | 0,97 48,95"),
    Hand(1, 1, "0,50 44,0 | 44,0 30,50 24,100"),
    # Leaning: nearly a roof, sometimes with a round top, never with the flat bar of a 7.
    Hand(1, 3, "0,48 56,0 | 56,0 44,50 34,100"),
    Hand(1, 2, "0,60 60,0 | 60,0 46,50 30,100"),
    Hand(1, 3, "0,40 20,18 44,0 | 44,0 38,50 26,100"),
    Hand(1, 2, "0,44 26,12 44,0 50,10 42,50 26,100"),
    Hand(1, 2, "0,34 16,10 32,2 40,10 34,50 20,100"),
    Hand(1, 1, "0,30 30,0 | 30,0 32,50 32,100"),
    # With a serif and a hook or a foot below.
    Hand(1, 1, "4,28 26,0 | 26,0 28,60 24,88 0,96"),
    Hand(1, 1, "8,34 26,16 30,0 30,60 20,94 0,98"),
    Hand(1, 1, "10,30 34,0 | 34,0 32,90 | 0,96 70,92"),
    Hand(1, 1, "20,0 22,50 20,84 10,98 0,90"),
    Hand(2, 1, "0,20 20,0 40,14 30,50 0,96 | 0,96 44,94"),
    Hand(2, 1, "4,30 10,6 34,2 40,24 24,60 8,84 0,98 | 0,98 20,94 50,98"),
    Hand(3, 1, "4,8 26,0 46,14 24,40 | 24,40 48,56 44,86 20,100 0,90"),
    Hand(3, 1, "0,10 20,0 36,8 34,28 14,42 | 14,42 38,54 36,86 18,100 0,96"),
    # Threes whose upper half is wide and bends back early, or hangs over a small lower half.
    Hand(3, 1.5, "0,14 24,0 52,8 44,24 26,40 | 26,40 46,52 42,84 18,100 0,98"),
    Hand(3, 1, "0,6 30,0 58,8 40,30 28,40 44,54 38,80 0,100"),
    Hand(3, 1, "4,20 16,2 36,4 38,24 18,44 34,56 36,76 22,96 0,100"),
    Hand(3, 1, "0,18 18,2 38,8 30,32 18,40 40,48 34,76 14,98 4,88"),
    # Four whose second stroke is short and low.
    Hand(4, 2, "30,0 16,30 0,62 | 0,62 20,66 44,64 | 38,40 36,70 34,100"),
    Hand(4, 2, "20,0 10,34 4,64 | 4,64 44,58 | 40,38 38,100"),
    Hand(4, 2, "6,0 5,30 6,60 | 6,60 36,56 | 34,40 34,100"),
    Hand(4, 1, "36,0 10,20 0,50 | 0,50 50,46 | 46,20 44,100"),
    Hand(4, 1.5, "30,0 8,24 4,56 20,66 40,60 | 40,34 36,100"),
    Hand(4, 2, "24,0 6,60 | 6,60 36,66 | 36,44 30,100"),
    Hand(4, 1, "20,0 6,40 10,58 26,56 42,46 | 42,22 36,60 26,100"),
    Hand(4, 2, "14,0 8,40 0,74 10,80 38,66 | 34,48 26,100"),
    Hand(4, 1.5, "12,0 6,36 4,66 18,76 34,62 | 36,52 30,76 28,100"),
    Hand(4, 1, "16,0 10,60 0,78 | 0,78 36,72 | 34,56 24,98"),
    # Four with a closed top and one long stroke down.
    Hand(4, 1, "24,0 4,30 2,46 22,48 44,36 | 40,8 32,50 26,100"),
    Hand(4, 1, "26,2 6,20 4,44 22,46 36,26 40,4 | 38,10 28,60 22,100"),
    # Six with a small loop that the pen crosses on its way out.
    Hand(6, 1, "36,0 14,40 6,76 18,96 36,84 30,64 0,66"),
    Hand(6, 1, "30,0 12,44 8,84 24,98 38,82 24,64 8,74"),
    # Crossed sevens.
    Hand(7, 2, "0,8 50,2 | 50,2 34,60 28,100 | 8,54 62,46"),
    Hand(7, 2, "0,12 20,0 50,4 54,16 44,50 36,100 | 10,54 66,52"),
    Hand(7, 1.5, "0,6 24,0 50,8 50,40 46,90 | 10,60 64,64"),
    Hand(7, 1.5, "0,14 22,0 50,6 46,40 36,100 | 16,42 60,60"),
    Hand(7, 1, "2,4 40,0 46,14 36,60 34,100 | 4,58 60,62"),
    Hand(7, 1, "0,10 48,4 | 48,4 44,50 42,100 | 20,48 66,58"),
    # Sevens crossed low, where a 2 has its foot, with a bar that begins with a bend.
    Hand(7, 2, "0,16 10,2 30,4 46,8 40,36 24,66 16,100 | 0,66 52,60"),
    Hand(7, 2, "2,14 12,0 40,2 50,12 38,44 26,70 22,100 | 4,70 60,64"),
    Hand(7, 1.5, "0,20 16,2 40,4 44,22 34,56 26,100 | 6,62 48,54"),
    Hand(7, 1.5, "0,12 30,6 66,4 | 66,4 46,46 34,100 | 16,64 90,58"),
    Hand(7, 1, "0,24 10,4 32,0 42,16 36,50 24,84 8,100 | 4,56 46,50"),
    # Eights left open, with arms where the pen came and went.
    Hand(8, 1.5, "60,0 30,6 10,22 24,46 46,66 40,96 14,98 6,76 24,50 44,26 56,10"),
    Hand(8, 1, "0,40 30,34 58,20 50,2 30,6 26,26 44,60 38,96 20,92 20,66 40,40 56,14"),
    Hand(8, 1, "64,4 40,0 18,14 26,40 44,64 36,98 12,90 20,60 40,36 52,12"),
    Hand(8, 1, "0,24 24,38 44,62 38,96 24,98 20,70 36,46 56,22 46,2 26,6 28,30 40,50"),
    Hand(8, 1, "84,0 48,2 20,14 30,36 44,60 34,98 8,96 6,72 30,46 56,22 70,6"),
    Hand(8, 1, "50,6 32,0 14,10 18,34 34,50 36,76 30,100 22,98 24,74 34,50 48,30 52,8"),
    # Eight with a narrow lower half.
    Hand(8, 1, "50,10 28,0 8,12 14,34 36,44 40,72 30,100 22,90 26,62 44,36 58,14"),
    Hand(8, 1, "0,36 26,32 48,14 40,2 24,4 22,26 38,50 42,76 32,98 24,84 30,56 44,34 50,18"),
    # Nine that leans until its loop is flat.
    Hand(9, 1.5, "70,2 40,4 16,22 24,32 50,22 72,4 | 72,4 56,50 24,100"),
    Hand(9, 1, "52,8 28,2 10,18 16,34 38,28 54,10 | 54,10 44,54 26,100"),
    # Nines whose tail curls back to the left.
    Hand(9, 3, "44,14 26,0 6,12 8,34 28,42 44,22 44,8 | 44,8 50,50 44,88 20,100 0,96"),
    Hand(9, 2, "44,14 26,0 8,12 10,32 28,38 44,22 46,8 | 46,8 54,60 52,90 36,98 0,98"),
    Hand(9, 2, "56,4 24,0 8,16 20,34 46,24 54,8 | 54,8 58,60 40,96 0,94"),
    Hand(9, 2, "46,12 30,0 10,10 12,32 34,38 48,20 | 46,12 44,40 52,70 30,98 0,90"),
    Hand(9, 2, "40,14 24,2 8,14 12,34 30,34 42,16 | 42,16 44,40 42,70 30,96 0,100"),
    Hand(9, 1, "60,6 40,0 20,14 30,26 54,12 60,6 | 60,6 50,60 24,96 0,98"),
    Hand(9, 1, "40,20 24,4 10,20 22,38 38,24 | 34,6 46,40 58,70 50,92 0,96"),
)


def draw_hands(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Digits in the styles of ``HANDS``, through the canvas as a user's: (count, 28, 28) uint8, (count,) uint8 labels.

    Points are moved by some 4 % of the height (equal points together), the whole is slanted, stretched and drawn with
    a brush of 14 to 34. About 0.7 ms each.
    """
    shares = np.array([hand.share for hand in HANDS])
    hands = [HANDS[index] for index in rng.choice(len(HANDS), size=count, p=shares / shares.sum())]
    strokes = [_written(rng, hand.path) for hand in hands]
    brushes = rng.uniform(14, 34, count)
    images = [normalize(rasterize(s, brush=brush)).centred for s, brush in zip(strokes, brushes, strict=True)]
    return np.array(images).reshape(-1, SIDE, SIDE), np.array([hand.digit for hand in hands], np.uint8)


def _written(rng: np.random.Generator, path: str) -> list[np.ndarray]:
    """One writing of a path: smooth strokes, their longer side 210 units, in the middle of the canvas."""
    moved = {point: np.array(point.split(","), float) + rng.normal(0, 4, 2) for point in path.replace("|", "").split()}
    plane = np.eye(2) + rng.normal(0, 0.08, (2, 2))
    plane[0, 1] -= rng.normal(0.08, 0.2)
    plane[0] *= np.exp(rng.normal(0, 0.2))
    strokes = [_smooth(np.array([moved[point] for point in s.split()])) @ plane.T for s in path.split("|")]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return [(s - (low + high) / 2) * 210 / (high - low).max() + CANVAS / 2 for s in strokes]


def _smooth(points: np.ndarray, steps: int = 8) -> np.ndarray:
    """Curve through all points, ``steps`` per span: q(t) = [1 t t² t³] M [p0 p1 p2 p3]. Catmull and Rom 1974."""
    matrix = np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2
    powers = np.vander(np.arange(steps) / steps, 4, increasing=True) @ matrix
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    spans = [powers @ padded[start : start + 4] for start in range(len(points) - 1)]
    return np.vstack([*spans, points[-1:]])
