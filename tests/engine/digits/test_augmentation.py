"""Distortions against SciPy's affine transform, and hands against what they claim to be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from engine.digits import augmentation
from engine.digits.augmentation import HANDS, Augmentation, augment, draw_hands, widen
from tests.cases import some

STILL = Augmentation(rotation=0, shear=0, scale=0, aspect=0, shift=0, warp=0, pen=(0, 0))


@pytest.fixture(scope="module")
def images():
    drawn, _ = draw_hands(np.random.default_rng(3), 40)
    return drawn


def only(**changes):
    return Augmentation(**{**STILL.__dict__, **changes})


def centres(images):
    return np.array([ndimage.center_of_mass(image) for image in np.asarray(images)])


def test_no_distortion_changes_nothing(images):
    np.testing.assert_allclose(augment(jax.random.key(0), images, STILL), images / 255, atol=1e-6)


@pytest.mark.parametrize("field", some(["rotation", "shear", "scale", "aspect", "shift", "warp"], every=5))
def test_every_distortion_distorts(field, images):
    changed = augment(jax.random.key(1), images, only(**{field: 0.3}))
    assert np.abs(np.asarray(changed) - images / 255).mean() > 0.005
    assert float(changed.min()) >= 0 and float(changed.max()) <= 1 + 1e-6


@pytest.mark.slow
def test_each_image_is_distorted_by_itself_and_the_key_decides():
    same = np.repeat(draw_hands(np.random.default_rng(0), 1)[0], 5, axis=0)
    first, again, other = (augment(jax.random.key(key), same) for key in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(np.asarray(first - other)).max() > 0.1
    assert all(np.abs(np.asarray(first[i] - first[i + 1])).max() > 0.1 for i in range(4))


def test_the_map_of_the_plane_is_the_affine_one(images):
    """Read the matrix off the places, let SciPy resample with it, and get the same picture."""
    settings = only(rotation=0.3, shear=0.3, scale=0.1, aspect=0.2, shift=2.0)
    key = jax.random.key(7)
    places = np.asarray(augmentation._places(jax.random.split(key)[1], settings))
    matrix = np.stack([places[:, 1, 0] - places[:, 0, 0], places[:, 0, 1] - places[:, 0, 0]], axis=1)
    image = images[0] / 255
    resampled = ndimage.affine_transform(image, matrix, offset=places[:, 0, 0], order=1)
    inside = (places > 0).all(0) & (places < 27).all(0)
    distorted = np.asarray(augmentation.distort(key, jnp.asarray(image, jnp.float32), settings))
    np.testing.assert_allclose(distorted[inside], resampled[inside], atol=1e-4)


@pytest.mark.slow
def test_shifts_stay_within_their_range(images):
    moved = centres(augment(jax.random.key(2), images, only(shift=1.5))) - centres(images)
    assert 1.0 < np.abs(moved).max() <= 1.5 + 1e-3


@pytest.mark.slow
def test_rotation_keeps_the_middle_and_has_its_deviation():
    many = [augmentation._places(jax.random.key(k), only(rotation=0.2)) for k in range(300)]
    steps = np.array([np.asarray(places[:, 14, 20] - places[:, 14, 14]) for places in many])
    np.testing.assert_allclose(np.linalg.norm(steps, axis=1), 6, rtol=1e-4)
    np.testing.assert_allclose([np.asarray(p)[:, 13:15, 13:15].mean((1, 2)) for p in many], 13.5, atol=1e-4)
    assert np.arctan2(-steps[:, 0], steps[:, 1]).std() == pytest.approx(0.2, rel=0.15)


@pytest.mark.slow
def test_the_warp_has_its_deviation_everywhere_and_is_smooth():
    still = np.asarray(augmentation._places(jax.random.key(0), STILL))
    fields = np.array([np.asarray(augmentation._places(jax.random.key(k), only(warp=1.3))) for k in range(400)]) - still
    np.testing.assert_allclose(fields.std(axis=0), 1.3, rtol=0.2)
    assert np.abs(np.diff(fields, axis=-1)).mean() < 0.3


def test_widening_is_dilation_and_thinning_is_erosion(images):
    image = images[1] / 255
    cross = ndimage.generate_binary_structure(2, 1)
    wide = ndimage.grey_dilation(image, footprint=cross, mode="constant")
    thin = ndimage.grey_erosion(image, footprint=cross, mode="constant")
    np.testing.assert_allclose(widen(jnp.asarray(image), jnp.array(1.0)), wide, atol=1e-6)
    np.testing.assert_allclose(widen(jnp.asarray(image), jnp.array(-1.0)), thin, atol=1e-6)
    np.testing.assert_allclose(widen(jnp.asarray(image), jnp.array(0.5)), (image + wide) / 2, atol=1e-6)


def test_hands_are_drawn_as_mnist_is():
    images, labels = draw_hands(np.random.default_rng(0), 400)
    assert images.shape == (400, 28, 28) and images.dtype == np.uint8 and labels.dtype == np.uint8
    np.testing.assert_allclose(centres(images), 14, atol=0.51)
    extents = [max(np.ptp(np.flatnonzero(i.any(0))), np.ptp(np.flatnonzero(i.any(1)))) + 1 for i in images]
    assert set(extents) <= {19, 20}
    expected = np.bincount([h.digit for h in HANDS], [h.share for h in HANDS], minlength=10)
    np.testing.assert_allclose(np.bincount(labels, minlength=10) / 400, expected / expected.sum(), atol=0.07)


def test_hands_depend_on_the_seed_alone():
    first, again, other = (draw_hands(np.random.default_rng(seed), 20)[0] for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert draw_hands(np.random.default_rng(0), 0)[0].shape == (0, 28, 28)


def test_strokes_pass_through_their_points():
    points = np.random.default_rng(0).uniform(0, 100, (6, 2))
    curve = augmentation._smooth(points, steps=8)
    np.testing.assert_allclose(curve[::8], points)
    # Straight, evenly spaced points stay straight and even.
    line = np.linspace([0, 0], [30, 60], 4)
    np.testing.assert_allclose(augmentation._smooth(line, steps=4), np.linspace([0, 0], [30, 60], 13), atol=1e-9)


def test_what_the_hands_say_is_recognized_by_people_s_digits(mnist):
    """Nearest neighbours in MNIST agree on most twos, threes and sevens; the hands are not nonsense."""
    images, labels = draw_hands(np.random.default_rng(1), 300)
    known = mnist.train_images[:12_000].reshape(-1, 784).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    nearest = (images.reshape(-1, 784).astype(np.float32) @ known.T).argmax(axis=1)
    assert (mnist.train_labels[nearest] == labels).mean() > 0.6
