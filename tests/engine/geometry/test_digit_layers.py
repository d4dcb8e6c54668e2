"""Stages, projections and probes against NumPy, SciPy and closed forms; real digits within stated ranges."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from engine.errors import InvalidInput
from engine.geometry import digit_layers
from engine.geometry.digit_layers import MOST, TESTED_EVERY, TRAINED_ON
from engine.training import network, pretrained
from engine.training.network import Params

principal = jax.jit(digit_layers.principal)
procrustes = jax.jit(digit_layers.procrustes)
ridge_probe = jax.jit(digit_layers.ridge_probe)


def forward(params, images):
    """The five stages in NumPy's float64."""
    W1, b1, W2, b2 = (np.asarray(value, np.float64) for value in params)
    pixels = images.reshape(len(images), -1) / 255.0
    sums = pixels @ W1 + b1
    logits = np.maximum(sums, 0) @ W2 + b2
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return pixels, sums, np.maximum(sums, 0), logits, exponentials / exponentials.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def params():
    return pretrained.load().params


@pytest.fixture(scope="module")
def found(mnist, params):
    return digit_layers.study(params, *digit_layers.samples(mnist))


@pytest.fixture(scope="module")
def fresh(mnist):
    return digit_layers.untrained(512, *digit_layers.samples(mnist))


def test_the_stages_are_the_forward_pass(params):
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    stages = digit_layers.activations(params, network.preprocess(images))
    for values, expected in zip(stages, forward(params, images), strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(stages.probabilities, network.predict(params, network.preprocess(images)), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.95), st.floats(1e-3, 1e3))
def test_components_are_those_of_the_singular_value_decomposition(seed, decay, size):
    values = np.random.default_rng(seed).normal(size=(120, 40)) * size * decay ** np.arange(40)
    centred = values - values.mean(0)
    directions, shares = principal(digit_layers.covariance(jnp.asarray(centred, jnp.float32)))
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(shares, singular[:3] ** 2 / (singular**2).sum(), rtol=2e-3)
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-5)
    for k in range(3):
        gap = np.abs(np.diff(np.append(singular[:4] ** 2, 0)))[max(k - 1, 0) : k + 1].min() / singular[0] ** 2
        if gap > 0.01:
            assert abs(np.vdot(directions[:, k], axes[k])) == pytest.approx(1, abs=1e-3)
        assert directions[np.abs(directions[:, k]).argmax(), k] > 0


@pytest.mark.parametrize("size", [1, 2])
def test_of_fewer_than_three_numbers_the_other_directions_are_zero(size):
    directions, shares = principal(jnp.diag(jnp.array([1.0, 3.0])[:size]))
    np.testing.assert_allclose(shares, [[1, 0, 0], [0.75, 0.25, 0]][size - 1], atol=1e-6)
    np.testing.assert_allclose(directions @ directions.T, np.eye(size), atol=1e-6)
    assert not directions[:, size:].any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_rotation_is_scipy_s_and_undoes_a_turn(seed):
    random = np.random.default_rng(seed)
    points, onto = random.normal(size=(2, 30, 3))
    np.testing.assert_allclose(procrustes(points, onto), linalg.orthogonal_procrustes(points, onto)[0], atol=1e-4)
    turned = points @ np.linalg.qr(random.normal(size=(3, 3)))[0]
    np.testing.assert_allclose(turned @ procrustes(turned, points), points, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_probe_minimizes_squares_and_penalty(seed):
    random = np.random.default_rng(seed)
    centred, labels = random.normal(size=(90, 12)) * np.linspace(0.1, 3, 12), random.integers(0, 10, 90)
    centred -= centred.mean(0)
    weights, bias = ridge_probe(jnp.asarray(centred, jnp.float32), labels)
    targets = np.eye(10)[labels]
    # The penalty as further rows of an ordinary least squares problem.
    penalty = 0.1 * centred.var(0).mean() * 90
    rows = np.vstack([centred, np.sqrt(penalty) * np.eye(12)])
    expected = np.linalg.lstsq(rows, np.vstack([targets - targets.mean(0), np.zeros((12, 10))]), rcond=None)[0]
    np.testing.assert_allclose(weights, expected, atol=1e-4)
    np.testing.assert_allclose(bias, targets.mean(0), atol=1e-6)


def test_the_probe_counts_what_it_names_right():
    probe = digit_layers.Probe(jnp.eye(3, 10), jnp.zeros(10))
    assert float(digit_layers.share_right(probe, jnp.eye(3) * 2, jnp.array([0, 1, 5]))) == pytest.approx(2 / 3)


def test_spreads_are_distances_and_add_up_to_the_variance():
    random = np.random.default_rng(3)
    labels = random.integers(0, 7, 200)
    values = random.normal(size=(200, 5)) + labels[:, None]
    means = np.array([values[labels == label].mean(0) for label in labels])
    within, between = jax.jit(digit_layers.spread)(jnp.asarray(values, jnp.float32), jnp.asarray(labels))
    assert float(within) == pytest.approx(np.sqrt(((values - means) ** 2).sum(1).mean()), rel=1e-5)
    assert float(between) == pytest.approx(np.sqrt(((means - values.mean(0)) ** 2).sum(1).mean()), rel=1e-5)
    assert float(within**2 + between**2) == pytest.approx(values.var(0).sum(), rel=1e-5)


def test_the_picture_is_numpy_s(mnist, params, found):
    shown = digit_layers.show(params, found.layers, mnist.test_images[40:60])
    fitted, wanted = forward(params, mnist.train_images[:TRAINED_ON]), forward(params, mnist.test_images[40:60])
    onto = None
    for k, (train, values, layer) in enumerate(zip(fitted, wanted, found.layers, strict=True)):
        centred = train - train.mean(0)
        size = centred.shape[1]
        variances, axes = linalg.eigh(centred.T @ centred / TRAINED_ON, subset_by_index=[size - 3, size - 1])
        np.testing.assert_allclose(layer.shares, variances[::-1] / centred.var(0).sum(), rtol=1e-3)
        axes = axes[:, ::-1]
        axes /= np.sqrt(((centred @ axes) ** 2).sum(1).mean())
        if onto is None:
            axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(3)])
        else:
            axes = axes @ linalg.orthogonal_procrustes(centred @ axes, onto)[0]
        onto = centred @ axes
        np.testing.assert_allclose(shown.points[k], (values - train.mean(0)) @ axes, atol=5e-3)
    np.testing.assert_allclose(shown.probabilities, wanted[-1], atol=1e-4)


def test_straight_cuts_do_better_from_stage_to_stage_on_real_digits(mnist, params, found, fresh):
    pixels, sums, hidden, logits, _ = (float(layer.accuracy) for layer in found.layers)
    assert 0.82 < pixels < 0.86
    assert abs(sums - pixels) < 0.03
    assert hidden > 0.97 and logits > 0.985
    right = network.correct(
        network.forward(params, network.preprocess(mnist.test_images[::TESTED_EVERY])),
        mnist.test_labels[::TESTED_EVERY],
    )
    assert float(found.accuracy) == pytest.approx(float(right.mean()), abs=1e-6)
    shown = [float(layer.shown_accuracy) for layer in found.layers]
    assert min(shown) > 0.3 and max(shown) == shown[3] and 0.6 < shown[3] < 0.75
    ratios = [float(layer.spread.within / layer.spread.between) for layer in found.layers]
    assert ratios[0] > 1.5 and ratios[3] < 0.6 and ratios[4] < 0.2
    # Random weights: relu helps, ten random scores lose what the classes need.
    assert float(fresh.layers[0].accuracy) == pixels
    assert pixels + 0.04 < float(fresh.layers[2].accuracy) < 0.93
    assert 0.3 < float(fresh.layers[3].accuracy) < 0.55
    assert float(fresh.accuracy) < 0.25


def test_a_digit_s_place_does_not_depend_on_the_others_shown(mnist, params, found):
    many = digit_layers.show(params, found.layers, mnist.test_images[:300])
    few = digit_layers.show(params, found.layers, mnist.test_images[290:300])
    assert many.points.shape == (5, 300, 3) and few.probabilities.shape == (10, 10)
    np.testing.assert_allclose(many.points[:, 290:], few.points, atol=1e-6)
    with pytest.raises(InvalidInput, match=f"at most {MOST + 1:,} digits are shown at once; 1,502 are too many"):
        digit_layers.show(params, found.layers, mnist.test_images[: MOST + 2])


def test_equal_weights_leave_every_digit_in_one_place(mnist, params):
    zeros = Params(*(np.zeros_like(value) for value in params))
    found = digit_layers.study(zeros, *digit_layers.samples(mnist))
    shown = digit_layers.show(zeros, found.layers, mnist.test_images[:10])
    assert np.ptp(shown.points[0]) > 1
    np.testing.assert_allclose(shown.points[1:], 0, atol=1e-6)
    assert [float(layer.shares.sum()) for layer in found.layers[1:]] == [0, 0, 0, 0]
    assert [float(layer.spread.within + layer.spread.between) for layer in found.layers[1:]] == [0, 0, 0, 0]
    # What is left to a probe is the most frequent class.
    commonest = np.bincount(mnist.train_labels[:TRAINED_ON]).argmax()
    share = (mnist.test_labels[::TESTED_EVERY] == commonest).mean()
    for layer in found.layers[1:]:
        assert float(layer.accuracy) == float(layer.shown_accuracy) == pytest.approx(share, abs=1e-6)


def test_numbers_that_overflow_are_refused_in_a_sentence(mnist, params):
    with pytest.raises(InvalidInput, match="in some layer of this one they overflow"):
        digit_layers.study(params._replace(W2=params.W2 * 1e38), *digit_layers.samples(mnist))


def test_batches_are_whole(mnist):
    assert [digit_layers.batch_count(mnist, size) for size in digit_layers.SIZES] == [40, 20, 10, 6]
    assert digit_layers.batch_count(mnist._replace(test_labels=mnist.test_labels[:100]), 250) == 1
