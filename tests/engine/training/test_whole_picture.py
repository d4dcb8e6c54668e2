"""One turn against the training loop itself, NumPy by hand in float64, optax, and differences of the loss."""

import jax
import numpy as np
import optax
import pytest

from engine.training import network, training, whole_picture
from engine.training.training import Settings, State
from tests.cases import some

SAMPLES = 100
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 255, (SAMPLES, 28, 28), dtype=np.uint8)
LABELS = RNG.integers(0, 10, SAMPLES).astype(np.uint8)
SETTINGS = Settings(hidden_units=9, batch_size=32, seed=3)


@pytest.fixture(scope="module")
def data():
    return training.place(IMAGES, LABELS, training.device_mesh())


def opened(data, settings=SETTINGS, update=0, state=None):
    state = state or training.initial_state(settings)
    taken = whole_picture.batch(settings, update, SAMPLES)
    return whole_picture.turn(state, data, taken, settings.learning_rate, optimizer=settings.optimizer), taken


@pytest.fixture(scope="module")
def first(data):
    return opened(data)[0]


def by_hand(params, images, labels):
    """Loss, gradient, hidden activations and probabilities in float64."""
    W1, b1, W2, b2 = (np.asarray(value, np.float64) for value in params)
    x = images.reshape(-1, 784) / 255
    hidden = np.maximum(x @ W1 + b1, 0)
    outputs = hidden @ W2 + b2
    exponentials = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    losses = -np.log(probabilities[np.arange(len(labels)), labels])
    error = probabilities.copy()
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    back = error @ W2.T * (hidden > 0)
    gradient = network.Params(x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
    return losses, gradient, hidden, probabilities


def chosen(taken):
    return np.asarray(taken.chosen)[: taken.size]


def test_everything_shown_is_what_numpy_computes_by_hand(first):
    params, taken = training.initial_state(SETTINGS).params, whole_picture.batch(SETTINGS, 0, SAMPLES)
    places = chosen(taken)
    losses, gradient, hidden, probabilities = by_hand(params, IMAGES[places], LABELS[places])
    assert np.array_equal(first.images.reshape(-1, 28, 28), IMAGES[places[:8]])
    assert first.labels.tolist() == LABELS[places[:8]].tolist()
    np.testing.assert_allclose(first.hidden, hidden[:8], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(first.probabilities, probabilities[:8], rtol=1e-4)
    np.testing.assert_allclose(first.losses, losses[:8], rtol=1e-4)
    assert first.loss == pytest.approx(losses.mean(), rel=1e-5)
    assert first.accuracy == pytest.approx(np.mean(probabilities.argmax(axis=1) == LABELS[places]))
    for name, slope in gradient._asdict().items():
        assert getattr(first.norms.gradient, name) == pytest.approx(np.linalg.norm(slope), rel=1e-4)
        before, after = (np.asarray(getattr(each, name)) for each in (params, first.state.params))
        assert getattr(first.norms.weights, name) == pytest.approx(np.linalg.norm(before), rel=1e-5)
        assert getattr(first.norms.step, name) == pytest.approx(np.linalg.norm(after - before), rel=1e-4)
    np.testing.assert_allclose(first.gradient.W1, gradient.W1[:, :6], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(first.gradient.W2, gradient.W2[:6], rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(first.before.W1, np.asarray(params.W1)[:, :6])
    np.testing.assert_array_equal(first.after.W2, np.asarray(first.state.params.W2)[:6])
    np.testing.assert_array_equal(first.step.W1, first.after.W1 - first.before.W1)


def test_the_gradient_is_the_slope_of_the_loss(first):
    """Central differences of the float64 loss, for the steepest of the weights drawn."""
    params, places = training.initial_state(SETTINGS).params, chosen(whole_picture.batch(SETTINGS, 0, SAMPLES))
    for name in ("W1", "W2"):
        slopes = getattr(first.gradient, name)
        at = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
        moved = []
        for way in (1e-6, -1e-6):
            weights = np.array(getattr(params, name), np.float64)
            weights[at] += way
            moved.append(by_hand(params._replace(**{name: weights}), IMAGES[places], LABELS[places])[0].mean())
        assert slopes[at] == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-3)


@pytest.mark.parametrize("optimizer", some(["adam", "rmsprop"], every=2))
def test_a_turn_is_the_update_the_run_makes(optimizer, data):
    settings = Settings(hidden_units=9, batch_size=32, seed=3, optimizer=optimizer, learning_rate=0.01)
    state = training.initial_state(settings)
    for update in range(2):
        found, taken = opened(data, settings, update, state)
        order = training.epoch_order(settings, 0, SAMPLES, training.device_mesh())
        state, metrics = training.run_chunk(state, data, order, update, 1, 0.01, optimizer=optimizer)
        assert float(metrics.loss[0]) == pytest.approx(float(found.loss), rel=1e-6)
        for ours, theirs in zip(jax.tree.leaves(found.state), jax.tree.leaves(state), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)
        assert taken.number == update


def test_the_step_is_the_one_optax_makes(data):
    settings = Settings(hidden_units=9, batch_size=32, seed=3, optimizer="momentum", learning_rate=0.05)
    rule = optax.sgd(0.05, momentum=0.9)
    state, kept = training.initial_state(settings), None
    for update in range(3):
        found, taken = opened(data, settings, update, state)
        params = jax.tree.map(lambda value: np.asarray(value, np.float64), state.params)
        kept = kept or rule.init(params)
        places = chosen(taken)
        steps, kept = rule.update(by_hand(params, IMAGES[places], LABELS[places])[1], kept, params)
        np.testing.assert_allclose(found.step.W1, steps.W1[:, :6], rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(found.step.W2, steps.W2[:6], rtol=1e-3, atol=1e-6)
        state = found.state


def test_an_epochs_last_batch_is_smaller_and_its_padding_counts_for_nothing(data):
    found, taken = opened(data, update=3)
    assert (taken.size, taken.number, taken.of, len(found.labels)) == (4, 3, 4, 4)
    places = chosen(taken)
    losses, *_ = by_hand(training.initial_state(SETTINGS).params, IMAGES[places], LABELS[places])
    assert found.loss == pytest.approx(losses.mean(), rel=1e-5)
    np.testing.assert_allclose(found.losses, losses, rtol=1e-4)


def test_after_the_last_batch_the_next_epoch_begins_in_another_order():
    taken = whole_picture.batch(SETTINGS, 4, SAMPLES)
    assert (taken.epoch, taken.number) == (1, 0)
    assert chosen(taken).tolist() != chosen(whole_picture.batch(SETTINGS, 0, SAMPLES)).tolist()


def test_a_turn_from_lost_weights_says_so_in_numbers(data):
    state = training.initial_state(SETTINGS)
    lost = State(jax.tree.map(lambda value: value * np.inf, state.params), state.optimizer_state)
    found, _ = opened(data, state=lost)
    assert not np.isfinite(found.loss) and found.images.any()


def test_thinning_keeps_the_ends_and_never_makes_more():
    places, values = whole_picture.thinned(np.arange(1000.0) ** 2, 7)
    assert len(places) == 7 and places[0] == 0 and places[-1] == 999
    assert values.tolist() == (places.astype(float) ** 2).tolist()
    assert whole_picture.thinned(np.array([3.0]), 7)[1].tolist() == [3.0]
