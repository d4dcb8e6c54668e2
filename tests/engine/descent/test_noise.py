"""Losses, gradients and runs against NumPy, finite differences, closed forms and direct enumeration."""

from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.descent import noise
from engine.errors import InvalidInput
from tests.cases import some

QUICK = settings(derandomize=True, deadline=None, max_examples=50)
number = st.floats(-3, 3, width=32)
pairs = st.lists(st.tuples(number, number), min_size=1, max_size=noise.ROOM)
positions = st.tuples(number, number)


def arrays(drawn):
    return (np.array(values) for values in zip(*drawn, strict=True))


def numpy_gradients(position, x, y):
    """(n, 2) float64, from the derivative written out."""
    error = position[0] * x + position[1] - y
    return np.stack([2 * error * x, 2 * error], -1)


@QUICK
@given(pairs, positions)
def test_sample_gradients_are_the_written_derivative_and_average_to_the_full_one(drawn, position):
    x, y = arrays(drawn)
    data = noise.points(x, y, room=noise.ROOM)
    at = jnp.asarray(position, jnp.float32)
    each = np.asarray(noise.sample_gradients(at, data.x, data.y))
    np.testing.assert_allclose(each[: len(x)], numpy_gradients(position, x, y), rtol=1e-4, atol=1e-4)
    full = jax.grad(noise.loss)(at, data)
    np.testing.assert_allclose(each[: len(x)].mean(0), full, rtol=1e-4, atol=1e-4)
    expected = np.mean((position[0] * x + position[1] - y) ** 2)
    # Near a perfect fit float32 cancels: about 1e-6 of an error is rounding, whatever the error.
    np.testing.assert_allclose(noise.loss(at, data), expected, rtol=1e-4, atol=1e-6)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(pairs, positions)
def test_gradients_are_finite_differences_in_double_precision(drawn, position):
    x, y = arrays(drawn)
    with jax.enable_x64(True):
        data = noise.Points(*(jnp.asarray(part) for part in (x, y, np.full(len(x), 1 / len(x)))))
        at, step = np.array(position), 1e-5
        slopes = [(noise.loss(at + side, data) - noise.loss(at - side, data)) / (2 * step) for side in step * np.eye(2)]
        np.testing.assert_allclose(jax.grad(noise.loss)(jnp.asarray(at), data), slopes, rtol=1e-7, atol=1e-7)


@QUICK
@given(pairs)
def test_minimum_is_numpys_least_squares(drawn):
    x, y = arrays(drawn)
    assume(np.ptp(x) == 0 or np.std(x) > 1e-3)
    rows = np.stack([x, np.ones_like(x)], 1)
    np.testing.assert_allclose(noise.minimum(x, y), np.linalg.lstsq(rows, y)[0], rtol=1e-6, atol=1e-6)


def test_full_batch_run_is_the_closed_form():
    """θ[t] = θ* + (I - rate · H)^t (θ[0] - θ*), H = 2 · mean of (x, 1)(x, 1)ᵀ."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 40))
    data, rate, start = noise.points(x, y), 0.1, np.array([-2.0, 1.0])
    cut = noise.batches(noise.orders(jax.random.key(3), 40, 25), 40)
    found = noise.descend(data, cut, jnp.asarray(start, jnp.float32), jnp.float32(rate))
    rows = np.stack([x, np.ones_like(x)], 1)
    curvature, best = 2 * rows.T @ rows / 40, noise.minimum(x, y)
    shrink = np.eye(2) - rate * curvature
    expected = [best + np.linalg.matrix_power(shrink, t) @ (start - best) for t in range(26)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("room", [None, noise.ROOM])
@pytest.mark.parametrize(("samples", "size"), some([(7, 1), (7, 3), (7, 7), (24, 5), (1, 1), (17, 17)], every=3))
def test_runs_are_a_plain_loop_over_the_same_order(samples, size, room):
    rng = np.random.default_rng(samples)
    x, y = rng.normal(size=(2, samples))
    shuffled = noise.orders(jax.random.key(5), samples, 6, room=room)
    found = noise.runs(noise.points(x, y, room=room), shuffled, size, (-2, 1))
    for place in (0, 12, 20):
        position, path = np.array([-2.0, 1.0]), [[-2.0, 1.0]]
        for order in shuffled:
            for first in range(0, samples, size):
                batch = order[first : first + size]
                position = position - noise.RATES[place] * numpy_gradients(position, x[batch], y[batch]).mean(0)
                path.append(position)
        assert found[place].shape == (len(path), 2)
        np.testing.assert_allclose(found[place], path, rtol=2e-3, atol=2e-4)


@QUICK
@given(st.integers(1, 24), st.integers(1, 24), st.integers(1, 5), st.integers(0, 2**31 - 1), st.booleans())
def test_an_epochs_batches_visit_every_sample_once(samples, size, epochs, seed, padded):
    size = min(size, samples)
    room = noise.ROOM if padded else None
    shuffled = noise.orders(jax.random.key(seed), samples, epochs, room=noise.ROOM)
    cut = noise.batches(shuffled, size, room=room)
    seen = noise.samples_seen(shuffled, size)
    updates, per_epoch = len(seen) - 1, -(-samples // size)
    assert (updates, seen[-1]) == (epochs * per_epoch, epochs * samples)
    assert (np.diff(seen) == (cut.shares > 0).sum(1)[:updates]).all()
    assert not cut.shares[updates:].any()
    np.testing.assert_allclose(cut.shares[:updates].sum(1), 1, rtol=1e-6)
    for epoch in range(epochs):
        rows = slice(epoch * per_epoch, (epoch + 1) * per_epoch)
        used = cut.indices[rows][cut.shares[rows] > 0]
        assert sorted(used) == list(range(samples))


def test_another_number_of_own_points_compiles_nothing_new():
    def run(samples):
        rng = np.random.default_rng(samples)
        data = noise.points(*rng.normal(size=(2, samples)), room=noise.ROOM)
        shuffled = noise.orders(jax.random.key(0), samples, noise.EPOCHS["own"], room=noise.ROOM)
        for size in (1, 2, 4, samples):
            noise.runs(data, shuffled, size, (0, 0))

    run(9)
    known = noise.family._cache_size()
    for samples in (10, 13, 15, 16):
        run(samples)
    assert noise.family._cache_size() == known


def test_orders_differ_by_epoch_and_key_and_are_fair():
    shuffled = noise.orders(jax.random.key(0), 8, 4_000)
    assert (noise.orders(jax.random.key(0), 8, 4_000) == shuffled).all()
    assert (noise.orders(jax.random.key(1), 8, 4_000) != shuffled).any()
    counts = np.array([np.bincount(column, minlength=8) for column in shuffled.T])
    assert np.abs(counts - 500).max() < 5 * np.sqrt(500 * 7 / 8)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_variance_of_a_batch_gradient_is_that_of_all_batches_there_are(size):
    rng = np.random.default_rng(size)
    x, y = rng.normal(size=(2, 6))
    position = np.array([0.7, -1.2])
    every = numpy_gradients(position, x, y)
    means = np.array([every[list(chosen)].mean(0) for chosen in combinations(range(6), size)])
    found = noise.gradient_variance(jnp.asarray(position, jnp.float32), noise.points(x, y, room=9), size)
    assert found == pytest.approx(means.var(0).sum(), rel=1e-4, abs=1e-6)
    law = every.var(0).sum() / size * (6 - size) / 5
    assert found == pytest.approx(law, rel=1e-4, abs=1e-6)


def test_measures_of_hand_made_ink():
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 4:9, 10:13] = 255
    images[0, 20, 20] = noise.INKED - 1
    assert {name: float(measure.of(images)[0]) for name, measure in noise.MEASURES.items()} == {
        "width": 3,
        "height": 5,
        "inked": 15,
        "brightness": pytest.approx((15 * 255 + 127) / 784),
    }
    assert all(measure.of(images)[1] == 0 for measure in noise.MEASURES.values())


def test_measured_digits_are_standardized():
    images = np.random.default_rng(0).integers(0, 256, (300, 28, 28)).astype(np.uint8)
    images[:, :, ::3] = 0
    x, y = noise.measured(images, "inked", "brightness")
    assert len(x) == len(y) == noise.SAMPLES
    for values in (x, y):
        assert abs(values.mean()) < 1e-5 and values.std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        ([], [], "empty"),
        ([1], [2], "single"),
        ([1, 1], [0, 2], "upright"),
        ([0, 1, 2], [1, 3, 5], "exact"),
        ([0, 1, 2], [1, 3, 4], ""),
    ],
)
def test_degenerate_points_are_told_apart(x, y, name):
    assert noise.degeneracy(np.array(x), np.array(y)) == name


@pytest.mark.parametrize("x", [[float("nan")], [float("inf")], [0] * 25, [1, 2]])
def test_points_that_cannot_be_are_refused(x):
    with pytest.raises(InvalidInput):
        noise.points(x, [0.0] * (25 if len(x) > 2 else 1), room=noise.ROOM)


def test_times_are_positive_and_one_each():
    shuffled = noise.orders(jax.random.key(0), 24, 2)
    times = noise.seconds_per_update(noise.points(np.ones(24), np.ones(24)), [noise.batches(shuffled, 1)] * 2)
    assert len(times) == 2 and min(times) > 0
