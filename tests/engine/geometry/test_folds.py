"""The network of folds: NumPy by hand, finite differences and optax in float64; what each activation can learn."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine.errors import InvalidInput
from engine.geometry import folds, folds_data
from engine.geometry.folds import ACTIVATIONS, CHOSEN_AFTER, CHUNK, STARTS, Settings

SMALL = Settings(updates=2 * CHUNK)
"""Of the shape of the default, so that all tests share one compiled program."""
BY_HAND = {"relu": lambda z: z * (z > 0), "tanh": lambda z: 1 - 2 / (np.exp(2 * z) + 1), "linear": lambda z: z}


def start(params, number):
    return jax.tree.map(lambda value: value[number], params)


def layers_by_hand(params, points, activation):
    """Every unit of every point by a sum of its own."""
    rows, found = [list(point) for point in points], []
    for number, (weights, bias) in enumerate(params):
        rows = [
            [sum(value * weights[i][j] for i, value in enumerate(row)) + bias[j] for j in range(len(bias))]
            for row in rows
        ]
        found.append(np.array(rows))
        if number < len(params) - 1:
            rows = [[float(BY_HAND[activation](value)) for value in row] for row in rows]
            found.append(np.array(rows))
    return found


def loss_by_hand(params, data, activation):
    scores = layers_by_hand(params, data.points, activation)[-1]
    powers = np.exp(scores - scores.max(1, keepdims=True))
    right = (powers / powers.sum(1, keepdims=True))[np.arange(len(scores)), data.labels]
    return -np.log(right).mean(), (scores.argmax(1) == data.labels).mean()


def shaken(settings, number=0):
    """Weights of a start with biases that are not 0, so that no unit's sum is exactly at relu's corner."""
    random = np.random.default_rng(7)
    return jax.tree.map(
        lambda value: value + 0.1 * random.normal(size=value.shape), start(folds.initial(settings), number)
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("layers", "units"), [(1, 2), (3, 3), (4, 2)])
def test_every_step_is_the_sum_over_its_inputs(activation, layers, units):
    settings = Settings(layers, units)
    params, data = shaken(settings), folds_data.generate("xor", count=10, noise=0.1)
    found = folds.outputs(params, data.points, activation)
    assert [step.shape[1] for step in found] == [units] * 2 * layers + [2]
    for step, wanted in zip(found, layers_by_hand(params, data.points, activation), strict=True):
        np.testing.assert_allclose(step, wanted, rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def doubled():
    """Loss and gradient in float64, compiled once."""

    @jax.jit
    def call(params, points, signs, kind):
        return jax.value_and_grad(folds.loss, has_aux=True)(params, points, signs, kind)

    def run(*arguments):
        with jax.enable_x64(True):
            return jax.device_get(call(*jax.tree.map(jnp.asarray, arguments)))

    return run


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_loss_is_softmax_cross_entropy_and_its_gradient_a_difference_quotient(doubled, activation):
    data = folds_data.generate("moons", count=20)
    params, batch = shaken(SMALL), folds._padded(data)
    (loss, accuracy), gradient = doubled(params, *batch, ACTIVATIONS.index(activation))
    wanted = loss_by_hand(params, data, activation)
    assert (float(loss), float(accuracy)) == pytest.approx(wanted, rel=1e-12)
    flat = np.concatenate([value.ravel() for value in jax.tree.leaves(params)])
    slopes = np.concatenate([value.ravel() for value in jax.tree.leaves(gradient)])
    for entry in range(0, len(flat), 3):
        side = 1e-5 * (np.arange(len(flat)) == entry)
        rise = [loss_by_hand(rebuilt(params, flat + way * side), data, activation)[0] for way in (1, -1)]
        assert slopes[entry] == pytest.approx((rise[0] - rise[1]) / 2e-5, rel=1e-5, abs=1e-8)


def rebuilt(params, flat):
    leaves, tree = jax.tree.flatten(params)
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1]
    parts = zip(np.split(flat, ends), leaves, strict=True)
    return jax.tree.unflatten(tree, [part.reshape(leaf.shape) for part, leaf in parts])


@pytest.fixture(scope="module")
def spirals():
    return folds_data.generate("spirals", seed=1)


@pytest.fixture(scope="module")
def short(spirals):
    """Three snapshots: untrained, after one chunk, after two."""
    return list(folds.train(spirals, SMALL))


@jax.jit
def optaxs_way(params, batch, rate, kind):
    def update(carry, step):
        params, state = carry
        (loss, _), gradient = jax.value_and_grad(folds.loss, has_aux=True)(params, *batch, kind)
        # Keras adds epsilon before the bias correction of the root, optax after it.
        peer = optax.adam(rate, eps=1e-7 / jnp.sqrt(1 - 0.999**step))
        changes, state = peer.update(gradient, state)
        return (optax.apply_updates(params, changes), state), loss

    steps = jnp.arange(1.0, SMALL.updates + 1)
    (params, _), losses = jax.lax.scan(update, (params, optax.adam(rate).init(params)), steps)
    return params, losses


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_training_is_optaxs_adam_from_the_same_start(spirals, short, activation):
    run, kind = short[-1].runs[activation], ACTIVATIONS.index(activation)
    params, batch = start(folds.initial(SMALL), run.best), folds._padded(spirals)
    with jax.enable_x64(True):
        wanted, losses = jax.device_get(optaxs_way(params, batch, SMALL.learning_rate, kind))
    np.testing.assert_allclose(run.losses[run.best, :-1], losses, rtol=1e-9)
    for found, same in zip(jax.tree.leaves(run.params), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(found, same, rtol=1e-7, atol=1e-10)


def test_snapshots_hold_the_whole_history_of_all_starts(spirals, short):
    assert [snapshot.update for snapshot in short] == [0, CHUNK, 2 * CHUNK]
    for snapshot in short:
        assert list(snapshot.runs) == list(ACTIVATIONS) and snapshot.answers(spirals, SMALL)
        for name, run in snapshot.runs.items():
            assert run.losses.shape == run.accuracies.shape == (STARTS, snapshot.update + 1)
            assert run.best == run.losses[:, -1].argmin()
            assert (run.loss, run.accuracy) == pytest.approx(loss_by_hand(run.params, spirals, name), rel=1e-9)
    early, late = (snapshot.runs["tanh"] for snapshot in short[1:])
    np.testing.assert_array_equal(late.losses[:, : CHUNK + 1], early.losses)
    # The network before training, measured in NumPy, is the one JAX begins with.
    np.testing.assert_allclose(short[0].runs["relu"].losses[:, 0], short[1].runs["relu"].losses[:, 0], rtol=1e-12)


def test_the_same_seed_trains_the_same_networks_and_another_does_not(spirals, short):
    again = list(folds.train(spirals, SMALL))[-1]
    for name, run in again.runs.items():
        np.testing.assert_array_equal(run.losses, short[-1].runs[name].losses)
        for one, other in zip(jax.tree.leaves(run.params), jax.tree.leaves(short[-1].runs[name].params), strict=True):
            np.testing.assert_array_equal(one, other)
    other = folds.untrained(spirals, Settings(seed=1, updates=SMALL.updates))
    assert other.runs["relu"].loss != short[0].runs["relu"].loss
    assert not other.answers(spirals, SMALL) and not short[0].answers(folds_data.generate("spirals", seed=2), SMALL)


def test_prepared_training_compiles_no_more(spirals):
    shape = Settings(hidden_layers=1, units=2)
    folds.prepare(shape)
    compiled = folds._chunk._cache_size()
    *_, last = folds.train(spirals, replace(shape, updates=2 * CHUNK, learning_rate=0.1, seed=5))
    assert folds._chunk._cache_size() == compiled and last.update == 2 * CHUNK


def test_fewer_points_are_padded_and_do_not_count(short):
    data = folds_data.painted([[1, 1], [-1, -1], [0.5, -1], [-0.2, 0.3], [0.1, 0.9]], [0, 0, 1, 1, 1])
    for name, run in list(folds.train(data, SMALL))[-1].runs.items():
        assert (run.loss, run.accuracy) == pytest.approx(loss_by_hand(run.params, data, name), rel=1e-9)


def test_initial_weights_spread_by_the_inputs_and_biases_are_zero():
    many = folds.initial(Settings(hidden_layers=2), starts=3_000)
    for dense, inputs in zip(many, (2, 3, 3), strict=True):
        assert dense.weights.std() == pytest.approx(np.sqrt(2 / inputs), rel=0.03) and not dense.bias.any()
    few = folds.initial(Settings(hidden_layers=2))
    np.testing.assert_array_equal(few[1].weights, many[1].weights[:STARTS])


@pytest.mark.parametrize(("shape", "seed"), [("circles", 0), ("spirals", 2)])
def test_relu_parts_what_no_line_can(shape, seed):
    *_, last = folds.train(folds_data.generate(shape, seed=seed), Settings(seed=seed, updates=500))
    assert last.runs["relu"].accuracy >= 0.95 and last.runs["tanh"].accuracy >= 0.95
    assert 0.4 < last.runs["linear"].accuracy < 0.62
    # The start shown is the one that was best at update CHOSEN_AFTER.
    for run in last.runs.values():
        assert run.best == run.losses[:, CHOSEN_AFTER].argmin()


def test_without_an_activation_all_layers_are_one_affine_map(short):
    params = short[-1].runs["linear"].params
    weights, bias = np.eye(2), np.zeros(2)
    for dense in params:
        weights, bias = weights @ dense.weights, bias @ dense.weights + dense.bias
    points = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    np.testing.assert_allclose(folds.outputs(params, points, "linear")[-1], points @ weights + bias, atol=1e-12)


def test_an_enormous_learning_rate_does_far_worse_than_guessing(spirals):
    *_, last = folds.train(spirals, Settings(updates=5 * CHUNK, learning_rate=100))
    assert last.runs["linear"].loss > 10
    assert all(run.accuracy < 0.8 for run in last.runs.values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hidden_layers": 5}, "1 to 4 hidden layers of 2 or 3 units"),
        ({"units": 4}, "1 to 4 hidden layers of 2 or 3 units"),
        ({"updates": 30}, "multiple of 20 up to 4,000; 30 is not"),
        ({"updates": 5_000}, "5,000 is not"),
        ({"learning_rate": float("nan")}, "at most 100; nan is not"),
        ({"seed": -1}, "from 0 to 9,999; -1 is not"),
    ],
)
def test_impossible_settings_are_refused_before_anything_is_computed(spirals, change, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        next(folds.train(spirals, Settings(**change)))


def test_points_of_one_class_are_refused():
    with pytest.raises(InvalidInput, match="all points are red"):
        next(folds.train(folds_data.painted([[0, 0]] * 5, [1] * 5), SMALL))
