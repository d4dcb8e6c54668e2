"""The noise floor against the theory for small rates, and the 1 / batch law."""

import jax
import numpy as np
import pytest

from engine.descent import noise, noise_floor


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(4)
    x = rng.normal(size=200)
    y = 0.6 * x + 0.8 * rng.normal(size=200)
    return noise_floor.floor(noise.points(x, y), jax.random.key(2)), (x, y)


def test_floor_of_small_rates_is_the_theory(found):
    floor, _ = found
    np.testing.assert_allclose(floor.mean[:2], floor.theory[:2], rtol=0.25)
    assert abs(np.log(floor.mean[0] / floor.theory[0]).mean()) < 0.08


def test_theory_is_written_out(found):
    floor, (x, y) = found
    w, b = noise.minimum(x, y)
    error = w * x + b - y
    noise_at_minimum = (2 * error * x).var() + (2 * error).var()
    expected = np.outer(floor.rates, 1 / floor.sizes) * noise_at_minimum / 4
    np.testing.assert_allclose(floor.theory, expected, rtol=1e-3)


def test_mean_and_spread_fall_as_one_over_the_batch(found):
    floor, _ = found
    for measured in (floor.mean, floor.spread):
        slopes = np.polyfit(np.log(floor.sizes), np.log(measured).T, 1)[0]
        np.testing.assert_allclose(slopes, -1, atol=0.1)


def test_padding_changes_nothing_but_the_shape():
    x, y = np.random.default_rng(0).normal(size=(2, 12))
    plain, padded = (noise_floor.floor(noise.points(x, y, room=room), jax.random.key(0)) for room in (None, 24))
    np.testing.assert_allclose(plain.mean, padded.mean, rtol=1e-3)


def test_points_on_a_line_have_no_floor_and_runaways_are_infinite():
    x = np.linspace(-1, 1, 9)
    assert noise_floor.floor(noise.points(x, 2 * x + 1), jax.random.key(0)).mean.max() < 1e-9
    wild = noise_floor.floor(noise.points(9 * x, np.sin(9 * x)), jax.random.key(0))
    assert np.isinf(wild.mean[-1, 0]) and np.isinf(wild.spread[-1, 0])
    assert np.isfinite(wild.mean[0, -1])
