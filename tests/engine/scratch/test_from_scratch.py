"""The network from scratch against NumPy written out, finite differences, optax and the engine's own network."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from engine.scratch import from_scratch
from engine.scratch.from_scratch import dense, identity, relu, sgd, softmax, without_bias
from engine.training import network
from tests.cases import some

QUICK = settings(derandomize=True, deadline=None, max_examples=30)
LAYERS = (dense, relu), (dense, softmax)
RATES = {"sgd": optax.sgd, "rmsprop": lambda rate: optax.rmsprop(rate, decay=0.9, eps=1e-7), "adam": optax.adam}


@pytest.fixture
def tiny():
    """Weights of both signs of a 7-5-4 network, three samples, their labels."""
    random = np.random.default_rng(3)
    weights = [jnp.asarray(random.normal(size=shape), jnp.float32) for shape in ((7, 5), (5,), (5, 4), (4,))]
    return weights, random.normal(size=(3, 7)).astype(np.float32), np.array([2, 0, 3])


def test_the_model_is_the_written_formula(tiny):
    (W1, b1, W2, b2), inputs, _ = tiny
    hidden = np.maximum(inputs @ np.asarray(W1) + np.asarray(b1), 0)
    expected = special.softmax(hidden @ np.asarray(W2) + np.asarray(b2), axis=1)
    np.testing.assert_allclose(from_scratch.sequential(tiny[0], inputs, LAYERS), expected, rtol=1e-5)
    assert (hidden == 0).any() and (hidden > 0).any()


def test_it_is_the_apps_one_network_layer_by_layer():
    params = network.init(jax.random.key(1), hidden_units=6)
    inputs = np.random.default_rng(0).random((2, 784)).astype(np.float32)
    expected = network.predict(params, inputs)
    np.testing.assert_allclose(from_scratch.sequential(list(params), inputs, LAYERS), expected, rtol=1e-5)
    labels = np.array([3, 9])
    loss = network.crossentropy(network.forward(params, inputs), labels).mean()
    assert from_scratch.average_loss(list(params), inputs, labels, LAYERS) == pytest.approx(float(loss), rel=1e-5)


@pytest.mark.parametrize(("layer", "activation"), [(dense, relu), (without_bias, identity)])
def test_gradients_are_finite_differences(tiny, layer, activation):
    weights, inputs, labels = tiny
    layers = (layer, activation), (layer, softmax)
    with jax.enable_x64(True):
        weights = [jnp.asarray(W, jnp.float64) for W in weights]
        gradient = jax.grad(from_scratch.average_loss)(weights, inputs, labels, layers)
        for place, slope in enumerate(gradient):
            for entry in (0, slope.size - 1):

                def at(change, place=place, entry=entry):
                    moved = list(weights)
                    moved[place] = moved[place].ravel().at[entry].add(change).reshape(moved[place].shape)
                    return from_scratch.average_loss(moved, inputs, labels, layers)

                difference = (at(1e-6) - at(-1e-6)) / 2e-6
                assert float(slope.ravel()[entry]) == pytest.approx(float(difference), abs=1e-8)
    if layer is without_bias:
        assert not np.any(gradient[1]) and not np.any(gradient[3])


def test_the_loss_is_cut_where_the_probability_is_0():
    weights = [jnp.zeros((1, 1)), jnp.ones(1), jnp.array([[1000.0, 0.0]]), jnp.zeros(2)]
    loss, gradient = jax.value_and_grad(from_scratch.average_loss)(weights, jnp.ones((1, 1)), jnp.array([1]), LAYERS)
    assert float(loss) == pytest.approx(-np.log(1e-7))
    assert all(np.all(np.asarray(slope) == 0) for slope in gradient)


@pytest.mark.parametrize("name", some(RATES, every=2))
def test_updates_are_optaxs(tiny, name):
    """Three updates in a row, so that what is remembered counts. Eps is inside the root here, as in Keras."""
    weights, inputs, labels = tiny
    theirs, memory = weights, from_scratch.nothing_yet(weights)
    optimizer = RATES[name](0.01)
    state = optimizer.init(theirs)
    for _ in range(3):
        gradient = jax.grad(from_scratch.average_loss)(weights, inputs, labels, LAYERS)
        weights, memory = getattr(from_scratch, name)(weights, gradient, memory, 0.01)
        steps, state = optimizer.update(gradient, state)
        theirs = optax.apply_updates(theirs, steps)
    for ours, expected in zip(weights, theirs, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=2e-3, atol=2e-5)


def test_a_training_step_is_the_loss_before_and_the_update_after(tiny):
    weights, inputs, labels = tiny
    memory = from_scratch.nothing_yet(weights)
    loss, moved, _ = from_scratch.training_step(weights, memory, inputs, labels, 0.5, LAYERS, sgd)
    assert float(loss) == pytest.approx(float(from_scratch.average_loss(weights, inputs, labels, LAYERS)))
    gradient = jax.grad(from_scratch.average_loss)(weights, inputs, labels, LAYERS)
    for before, slope, after in zip(weights, gradient, moved, strict=True):
        np.testing.assert_allclose(after, before - 0.5 * slope, rtol=1e-4, atol=1e-6)


@QUICK
@given(st.integers(1, 40), st.integers(1, 50))
def test_batches_are_all_samples_in_order(samples, batch_size):
    images, labels = np.arange(2 * samples).reshape(samples, 2), np.arange(samples)
    found = list(from_scratch.batches(images, labels, batch_size))
    assert len(found) == -(-samples // batch_size)
    assert all(len(part) == batch_size for part, _ in found[:-1])
    np.testing.assert_array_equal(np.concatenate([part for part, _ in found]), images)
    np.testing.assert_array_equal(np.concatenate([part for _, part in found]), labels)


def test_initial_weights_are_four_tensors_in_their_range():
    weights = from_scratch.initial_weights(5, (784, 30, 10), -0.05, 0.05)
    assert [W.shape for W in weights] == [(784, 30), (30,), (30, 10), (10,)]
    W = np.asarray(weights[0])
    assert -0.05 <= W.min() < -0.049 and 0.049 < W.max() <= 0.05 and abs(W.mean()) < 1e-3
    assert not np.any(weights[1]) and not np.any(weights[3])
    np.testing.assert_array_equal(W, from_scratch.initial_weights(5, (784, 30, 10), -0.05, 0.05)[0])


def test_fit_makes_one_step_for_every_batch_of_every_epoch(tiny):
    weights, inputs, labels = tiny
    found = list(from_scratch.fit(weights, inputs, labels, 2, 2, 0.1, LAYERS, sgd))
    assert [(epoch, number) for epoch, number, _, _ in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    now, memory = weights, from_scratch.nothing_yet(weights)
    for place, (_, _, loss, after) in enumerate(found):
        part = slice(0, 2) if place % 2 == 0 else slice(2, 3)
        expected, now, memory = from_scratch.training_step(now, memory, inputs[part], labels[part], 0.1, LAYERS, sgd)
        assert float(loss) == float(expected)
        assert all(np.array_equal(one, other) for one, other in zip(after, now, strict=True))


def test_accuracy_counts_the_largest_probability(tiny):
    weights, inputs, _ = tiny
    guesses = np.asarray(from_scratch.sequential(weights, inputs, LAYERS)).argmax(axis=1)
    assert float(from_scratch.accuracy(weights, inputs, guesses, LAYERS)) == 1
    wrong = np.where([True, False, True], guesses, (guesses + 1) % 4)
    assert float(from_scratch.accuracy(weights, inputs, wrong, LAYERS)) == pytest.approx(2 / 3)
