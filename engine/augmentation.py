"""Random distortions a hand might have made: the digit stays the same, the image does not.

Every image is drawn anew for every epoch, so the network never sees the same one twice. Affine and elastic distortions
as in Simard, Steinkraus and Platt 2003, and pen widths by soft dilation and erosion.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.ndimage import map_coordinates

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
