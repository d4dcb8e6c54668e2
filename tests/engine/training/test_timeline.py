"""Moments of a run: which checkpoints, their histograms against NumPy's, one digit's probabilities against JAX."""

import math

import jax
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.training import network, timeline
from engine.training.network import Params
from engine.training.timeline import Limits
from engine.training.training import Checkpoint, half_precision

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
VALUES = arrays.arrays(np.float32, st.integers(1, 200), elements=st.floats(-3, 3, width=32))


def checkpoint(update, hidden=16):
    return Checkpoint(
        update, *jax.device_get(half_precision(network.init(jax.random.key(update), hidden_units=hidden)))
    )


@REPEATABLE
@given(VALUES, st.sampled_from([0.1, 0.5, 1.0, 5.0]), st.integers(1, 60))
def test_shares_inside_the_limits_are_numpys_histogram(values, limit, bins):
    values, edges = values.astype(np.float64), np.linspace(-limit, limit, bins + 1)
    assume(np.abs(values[:, None] - edges).min() > 1e-5)
    found = timeline.shares(values, limit, bins)
    expected = np.histogram(np.clip(values, -limit, limit), edges)[0] / len(values)
    assert found.dtype == np.float32 and found.shape == (bins,)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_what_lies_beyond_the_limits_is_counted_in_the_outermost_bins():
    values = np.array([-9, -1.01, 7, 8, 9, np.inf, -np.inf, 0.0, 0.3, np.nan])
    found = timeline.shares(values, 1.0, bins=5)
    np.testing.assert_allclose(found, [0.3, 0, 0.2, 0.1, 0.4])


def test_shares_of_nothing_are_all_zero_and_float16_weights_are_taken():
    assert timeline.shares(np.empty(0), 1.0).tolist() == [0] * timeline.BINS
    half = np.float16(np.random.default_rng(0).normal(0, 0.3, (40, 30)))
    np.testing.assert_array_equal(timeline.shares(half, 0.5), timeline.shares(half.astype(np.float64), 0.5))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_probabilities_are_jaxs_of_the_same_half_precision_weights(seed):
    rng = np.random.default_rng(seed)
    params = Params(*(value + np.float16(rng.normal(0, 0.1, value.shape)) for value in checkpoint(seed).params))
    image = rng.integers(0, 256, (28, 28), dtype=np.uint8) * (rng.random((28, 28)) < 0.2).astype(np.uint8)
    full = Params(*(value.astype(np.float32) for value in params))
    expected = network.predict(full, network.preprocess(image[None]))[0]
    found = timeline.probabilities(params, image)
    assert found.dtype == np.float32 and np.ptp(found) > 0.05 and found.max() < 0.95
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def test_probabilities_of_a_blank_image_follow_from_the_biases_alone():
    params = checkpoint(0).params._replace(b2=np.float16([0, 0, 0, 0, 0, 0, 0, 0, 0, math.log(11)]))
    found = timeline.probabilities(params, np.zeros((28, 28), np.uint8))
    np.testing.assert_allclose(found, [0.05] * 9 + [0.55], rtol=1e-3)


def test_probabilities_stay_numbers_at_float16s_largest_weights():
    params = Params(*(np.full_like(value, 65504) for value in checkpoint(0).params))
    params.W2[:, 3:] = -65504
    found = timeline.probabilities(params, np.full((28, 28), 255, np.uint8))
    np.testing.assert_allclose(found, [1 / 3] * 3 + [0] * 7, atol=1e-6)


@REPEATABLE
@given(st.integers(1, 2_000))
@example(8)
@example(9)
@example(60)
@example(61)
def test_moments_keep_the_early_checkpoints_and_the_last_and_thin_the_rest_evenly(count):
    chosen = timeline._chosen(count)
    assert chosen[: min(8, count)] == list(range(min(8, count))) and chosen[-1] == count - 1
    assert len(chosen) == min(count, timeline.MOST_MOMENTS)
    gaps = np.diff(chosen[8:])
    assert np.all(np.diff(chosen) > 0) and (len(gaps) == 0 or np.ptp(gaps) <= 1)


def test_a_moment_holds_its_checkpoints_weights_histograms_and_probabilities():
    kept, limits = checkpoint(44), Limits(0.2, 0.5)
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    moment = timeline.moment(kept, image, limits)
    assert moment.update == 44
    np.testing.assert_array_equal(moment.hidden_weights, kept.params.W1[:, :12])
    np.testing.assert_array_equal(moment.hidden, timeline.shares(kept.params.W1, 0.2))
    np.testing.assert_array_equal(moment.output, timeline.shares(kept.params.W2, 0.5))
    np.testing.assert_array_equal(moment.probabilities, timeline.probabilities(kept.params, image))
    assert moment.hidden.shape == moment.output.shape == (41,)


def test_a_network_of_fewer_than_twelve_units_shows_them_all():
    moment = timeline.moment(checkpoint(0, hidden=3), np.zeros((28, 28), np.uint8), Limits(0.2, 0.5))
    assert moment.hidden_weights.shape == (784, 3)


def test_moments_come_oldest_first_at_most_sixty():
    one = checkpoint(0, hidden=2)
    found = timeline.moments(
        [one._replace(update=10 * i) for i in range(100)], np.zeros((28, 28), np.uint8), Limits(1, 1)
    )
    assert [moment.update for moment in found] == [10 * index for index in timeline._chosen(100)]
    assert len(found) == 60 and found[-1].update == 990


@REPEATABLE
@given(st.floats(1e-4, 50), st.floats(1e-4, 50))
def test_limits_hold_nearly_all_weights_and_little_more(scale, output_scale):
    uniform = np.random.default_rng(0).uniform(-1, 1, (784, 64))
    found = timeline.limits(Params(scale * uniform, np.zeros(64), output_scale * uniform[:640, :10], np.zeros(10)))
    assert np.mean(np.abs(scale * uniform) <= found.hidden) > 0.995
    assert np.mean(np.abs(output_scale * uniform) <= found.output) > 0.99
    assert found.hidden in (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1) or found.hidden == math.ceil(found.hidden)
    assert found.hidden <= max(0.1, 1.7 * scale, scale + 1)


def test_limits_of_diverged_weights_are_still_numbers():
    wild = np.full((784, 4), np.nan)
    with np.errstate(invalid="ignore"):
        found = timeline.limits(Params(wild, wild[0], np.full((4, 10), np.inf), wild[0]))
    assert found == Limits(1.0, 1.0)
