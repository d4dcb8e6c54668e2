"""The network's equations against NumPy by hand, SciPy, and finite differences in double precision."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special, stats

from engine.training import network
from engine.training.network import INITIALIZATIONS, Params

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
DISTRIBUTIONS = {
    "glorot_uniform": lambda rows, columns: stats.uniform(-(limit := math.sqrt(6 / (rows + columns))), 2 * limit),
    "he_normal": lambda rows, columns: stats.norm(0, math.sqrt(2 / rows)),
    "small_uniform": lambda rows, columns: stats.uniform(-0.05, 0.1),
    "positive_uniform": lambda rows, columns: stats.uniform(0, 0.1),
}
LOGITS = arrays.arrays(np.float32, (4, 10), elements=st.floats(-80, 80, width=32))
LABELS = arrays.arrays(np.int32, 4, elements=st.integers(0, 9))


@pytest.fixture(scope="module")
def fresh():
    """Weights of the 784-512-10 network at key 3, by name of the initialization."""
    return functools.cache(lambda name: network.init(jax.random.key(3), hidden_units=512, initialization=name))


def drawn(seed, samples=6, hidden=5):
    """Float64 weights with every bias set, inputs in 0..1 and labels: W1 (784, hidden)."""
    rng = np.random.default_rng(seed)
    shapes = (784, hidden), (hidden,), (hidden, 10), (10,)
    params = Params(*(rng.normal(0, scale, shape) for scale, shape in zip((0.1, 0.5, 1, 1), shapes, strict=True)))
    return params, rng.uniform(0, 1, (samples, 784)), rng.integers(0, 10, samples)


def forward_by_hand(params, inputs):
    hidden = np.maximum(np.asarray(inputs, np.float64) @ params.W1 + params.b1, 0)
    return hidden, hidden @ params.W2 + params.b2


def mean_loss_by_hand(params, inputs, labels):
    logits = forward_by_hand(params, inputs)[1]
    return -special.log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean()


@pytest.mark.parametrize(("hidden_units", "count"), [(1, 805), (16, 12_730), (512, 407_050), (1024, 814_090)])
def test_shapes_and_number_of_parameters(hidden_units, count):
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=hidden_units))
    assert [value.shape for value in params] == [(784, hidden_units), (hidden_units,), (hidden_units, 10), (10,)]
    assert {value.dtype for value in params} == {np.dtype(np.float32)}
    assert network.parameter_count(params) == count


@pytest.mark.parametrize("layer", ["W1", "W2"])
@pytest.mark.parametrize("name", sorted(DISTRIBUTIONS))
def test_initial_weights_follow_their_definition(fresh, name, layer):
    weights = np.asarray(getattr(fresh(name), layer), np.float64)
    distribution = DISTRIBUTIONS[name](*weights.shape)
    few, values = 1 / math.sqrt(weights.size), weights.ravel()
    low, high = distribution.support()
    assert low <= values.min() and values.max() <= high
    assert values.mean() == pytest.approx(distribution.mean(), abs=4 * few * distribution.std())
    assert values.std() == pytest.approx(distribution.std(), rel=3 * few)
    assert stats.kstest(values, distribution.cdf).pvalue > 1e-3


def test_zeros_are_zeros_and_biases_start_at_zero(fresh):
    assert not np.any(fresh("zeros").W1) and not np.any(fresh("zeros").W2)
    for name in INITIALIZATIONS:
        assert not np.any(fresh(name).b1) and not np.any(fresh(name).b2)


def test_the_textbooks_glorot_uniform_is_the_default(fresh):
    np.testing.assert_array_equal(network.init(jax.random.key(3)).W1, fresh("glorot_uniform").W1)


def test_weights_are_decided_by_the_key_alone(fresh):
    again, other = (network.init(jax.random.key(seed), hidden_units=512) for seed in (3, 4))
    for one, same in zip(fresh("glorot_uniform"), again, strict=True):
        np.testing.assert_array_equal(one, same)
    for layer in ("W1", "W2"):
        assert np.mean(np.asarray(getattr(again, layer)) == np.asarray(getattr(other, layer))) < 0.01


def test_the_two_layers_are_drawn_independently(fresh):
    params = fresh("glorot_uniform")
    first, second = np.asarray(params.W1).ravel()[:5120], np.asarray(params.W2).ravel()
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06


def test_every_pixel_value_becomes_its_255th_share():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1].reshape(-1)[:256] = np.arange(256)
    inputs = network.preprocess(jnp.asarray(images))
    assert inputs.shape == (2, 784) and inputs.dtype == np.float32
    np.testing.assert_allclose(inputs[1, :256], np.arange(256) / 255, rtol=1e-7)
    assert float(inputs[1, 255]) == 1.0 and not np.any(inputs[0])


def test_preprocess_lays_rows_end_to_end_and_takes_flat_images_alike():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    inputs = np.asarray(network.preprocess(jnp.asarray(images)))
    np.testing.assert_array_equal(inputs, network.preprocess(jnp.asarray(images.reshape(3, 784))))
    assert inputs[2, 28 * 4 + 9] == pytest.approx(images[2, 4, 9] / 255, rel=1e-6)


def test_forward_worked_by_hand():
    """hidden = relu([1·2 + 2·0.5 - 1, 1·(-3) + 2·1 + 0.5]) = [2, 0]; logits = 2 · W2[0] + b2."""
    params = Params(
        W1=jnp.array([[2.0, -3.0], [0.5, 1.0]]),
        b1=jnp.array([-1.0, 0.5]),
        W2=jnp.array([[1.0, -1.0, 0.25], [100.0, 100.0, 100.0]]),
        b2=jnp.array([0.0, 1.0, 10.0]),
    )
    inputs = jnp.array([[1.0, 2.0]])
    np.testing.assert_array_equal(network.hidden(params, inputs), [[2, 0]])
    np.testing.assert_array_equal(network.forward(params, inputs), [[2, -1, 10.5]])


@REPEATABLE
@given(st.integers(0, 2**32 - 1))
def test_forward_and_probabilities_match_numpy(seed):
    params, inputs, _ = drawn(seed)
    activations, logits = forward_by_hand(params, inputs)
    np.testing.assert_allclose(network.hidden(params, inputs), activations, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(network.forward(params, inputs), logits, rtol=1e-4, atol=1e-3)
    probabilities = network.predict(params, inputs)
    np.testing.assert_allclose(probabilities, special.softmax(logits, axis=1), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, rtol=1e-5)


@REPEATABLE
@given(LOGITS, LABELS)
def test_crossentropy_is_minus_the_log_of_the_labels_probability(logits, labels):
    loss = np.asarray(network.crossentropy(logits, labels))
    double = logits.astype(np.float64)
    chosen = np.exp(double[np.arange(len(labels)), labels]) / np.exp(double).sum(axis=1)
    assert loss.shape == labels.shape
    np.testing.assert_allclose(loss, -np.log(chosen), rtol=1e-5, atol=2e-5)
    one_hot = np.eye(10)[labels]
    np.testing.assert_allclose(loss, -(one_hot * special.log_softmax(double, axis=1)).sum(1), rtol=1e-5, atol=2e-5)


def test_crossentropy_of_a_guess_is_log_ten_and_huge_logits_stay_finite():
    assert float(network.crossentropy(jnp.zeros((1, 10)), jnp.array([4]))[0]) == pytest.approx(math.log(10))
    extreme = jnp.zeros((2, 10)).at[:, 3].set(1e30)
    np.testing.assert_allclose(network.crossentropy(extreme, jnp.array([3, 4])), [0, 1e30], rtol=1e-6)


@REPEATABLE
@given(LOGITS, LABELS)
def test_correct_is_where_the_largest_logit_is_the_labels(logits, labels):
    expected = [max(range(10), key=row.__getitem__) == label for row, label in zip(logits, labels, strict=True)]
    assert np.asarray(network.correct(logits, labels)).tolist() == expected


@pytest.mark.parametrize("seed", [0, 1])
def test_gradient_equals_finite_differences_and_the_backward_pass_by_hand(seed):
    params, inputs, labels = drawn(seed)

    def loss(params):
        return network.crossentropy(network.forward(params, inputs), labels).mean()

    with jax.enable_x64(True):
        gradient = Params(*map(np.asarray, jax.grad(loss)(Params(*map(jnp.asarray, params)))))
    assert {value.dtype for value in gradient} == {np.dtype(np.float64)}

    hidden, logits = forward_by_hand(params, inputs)
    error = (special.softmax(logits, axis=1) - np.eye(10)[labels]) / len(labels)
    hidden_error = error @ params.W2.T * (hidden > 0)
    backward = Params(inputs.T @ hidden_error, hidden_error.sum(0), hidden.T @ error, error.sum(0))
    for found, expected in zip(gradient, backward, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)

    rng, step = np.random.default_rng(seed), 1e-6
    for name, value in params._asdict().items():
        for index in rng.choice(value.size, min(value.size, 12), replace=False):
            nudge = np.zeros(value.size)
            nudge[index] = step
            above, below = (
                mean_loss_by_hand(params._replace(**{name: value + sign * nudge.reshape(value.shape)}), inputs, labels)
                for sign in (1, -1)
            )
            found = getattr(gradient, name).ravel()[index]
            assert found == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-9)
