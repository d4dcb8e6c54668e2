"""The six optimizers against optax, Keras, and what mathematics says of them on a quadratic."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.optimizers import OPTIMIZERS, momentum, nesterov, sgd
from tests.cases import some

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
STEPS = 50
SCALES = {"large": 30.0, "usual": 1.0, "small": 1e-2}


def parameters():
    rng = np.random.default_rng(1)
    return {name: jnp.asarray(rng.normal(size=(3, 4)).astype(np.float32)) for name in SCALES} | {
        "nested": (jnp.asarray(np.float32([0.5, -2.0])), jnp.float32(3.0))
    }


def gradients():
    """A sequence that changes sign and size, with entries that are zero at times; leaves of different scale."""
    rng = np.random.default_rng(2)
    sequence = []
    for step in range(STEPS):
        size = 1 + np.sin(step / 3)
        leaves = {name: scale * size * rng.normal(size=(3, 4)) for name, scale in SCALES.items()}
        leaves["usual"][rng.random((3, 4)) < 0.3] = 0
        nested = (rng.normal(size=2) - 0.3, np.float64(rng.normal() * size))
        sequence.append(jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), leaves | {"nested": nested}))
    return sequence


def path(optimizer, params, sequence, rate):
    """Parameters after every update, as lists of leaves."""
    update = jax.jit(optimizer.update)
    state, points = optimizer.init(params), []
    for gradient in sequence:
        params, state = update(gradient, state, params, rate)
        points.append(jax.tree.leaves(params))
    return points


def optax_path(peer, params, sequence, rate):
    state, points = peer(rate, 1).init(params), []
    update = jax.jit(lambda gradient, state, params, step: peer(rate, step).update(gradient, state, params))
    for step, gradient in enumerate(sequence, start=1):
        changes, state = update(gradient, state, params, float(step))
        params = optax.apply_updates(params, changes)
        points.append(jax.tree.leaves(params))
    return points


PEERS = {
    "sgd": lambda rate, step: optax.sgd(rate),
    "momentum": lambda rate, step: optax.sgd(rate, momentum=0.9),
    "nesterov": lambda rate, step: optax.sgd(rate, momentum=0.9, nesterov=True),
    "adagrad": lambda rate, step: optax.adagrad(rate, initial_accumulator_value=0.1, eps=1e-7),
    "rmsprop": lambda rate, step: optax.rmsprop(rate, decay=0.9, eps=1e-7, eps_in_sqrt=True),
    # Keras adds epsilon before the bias correction of the root, optax after it.
    "adam": lambda rate, step: optax.adam(rate, b1=0.9, b2=0.999, eps=1e-7 / jnp.sqrt(1 - 0.999**step)),
}


@pytest.mark.parametrize("name", some(sorted(OPTIMIZERS), every=3))
def test_fifty_updates_equal_optax(name):
    found = path(OPTIMIZERS[name], parameters(), gradients(), 0.02)
    expected = optax_path(PEERS[name], parameters(), gradients(), 0.02)
    assert len(found) == len(expected) == STEPS
    for ours, theirs in zip(zip(*found, strict=True), zip(*expected, strict=True), strict=True):
        # Both round every sum to float32: two units in the last place of the largest value, per update.
        room = STEPS * 2 * 2**-24 * float(np.abs(theirs).max())
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=room)
        assert np.ptp(theirs, axis=0).min() > 50 * room


KERAS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
}


@pytest.fixture(scope="module")
def keras(tmp_path_factory):
    """Keras 3 on the JAX backend, which must be chosen before the first import."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "jax")
        environment.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        keras = pytest.importorskip("keras")
        assert keras.backend.backend() == "jax"
        yield keras


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e-6])
@pytest.mark.parametrize("name", some(sorted(OPTIMIZERS), every=3))
def test_fifty_updates_equal_keras_at_its_defaults(keras, name, scale):
    """Gradients as small as epsilon show where each optimizer adds it."""
    kind, options = KERAS[name]
    peer = getattr(keras.optimizers, kind)(**options)
    sequence = [np.float32(scale * np.random.default_rng((3, step)).normal(0.3, 1, 3)) for step in range(STEPS)]
    variable = keras.Variable(np.zeros(3, np.float32))
    expected = []
    for gradient in sequence:
        peer.apply_gradients([(keras.ops.convert_to_tensor(gradient), variable)])
        expected.append(np.asarray(variable.value))
    rate = OPTIMIZERS[name].learning_rate
    assert float(np.asarray(peer.learning_rate)) == pytest.approx(rate)
    found = [leaf for (leaf,) in path(OPTIMIZERS[name], [jnp.zeros(3)], [[gradient] for gradient in sequence], rate)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6 * np.abs(expected).max())


def test_epsilon_stands_where_keras_puts_it():
    """First step from 0 at rate 1 with a gradient near epsilon, in closed form and double precision."""
    g, epsilon = 3e-7, 1e-7
    step = {
        "adagrad": g / np.sqrt(0.1 + g * g + epsilon),
        "rmsprop": g / np.sqrt(0.1 * g * g + epsilon),
        "adam": np.sqrt(0.001) / 0.1 * (0.1 * g) / (np.sqrt(0.001 * g * g) + epsilon),
    }
    for name, expected in step.items():
        (moved,), _ = OPTIMIZERS[name].update([jnp.float32(g)], OPTIMIZERS[name].init([jnp.float32(0)]), [0.0], 1.0)
        assert float(moved) == pytest.approx(-expected, rel=1e-4)


@REPEATABLE
@given(st.floats(0.01, 1.9), st.floats(0.1, 20), st.floats(-10, 10), st.integers(0, 30))
def test_sgd_on_a_quadratic_shrinks_by_a_constant_factor(product, curvature, start, steps):
    """f(p) = curvature p² / 2: p[t] = (1 - rate · curvature)^t p[0]."""
    rate, optimizer, point = product / curvature, sgd(), start
    for _ in range(steps):
        point, _ = optimizer.update(curvature * point, (), point, rate)
    assert point == pytest.approx((1 - product) ** steps * start, rel=1e-9, abs=1e-12)


@REPEATABLE
@given(st.floats(0.1, 0.99), st.floats(0.01, 3), st.floats(0.1, 20), st.integers(1, 40))
def test_heavy_ball_on_a_quadratic_follows_the_powers_of_its_matrix(beta, product, curvature, steps):
    """(v, p) ← [[beta, -rate c], [beta, 1 - rate c]] (v, p), so p[t] follows from the matrix's t-th power."""
    rate, optimizer = product / curvature, momentum(beta)
    with jax.enable_x64(True):
        point = jnp.float64(1.0)
        velocity = optimizer.init(point)
        for _ in range(steps):
            point, velocity = optimizer.update(curvature * point, velocity, point, rate)
    matrix = np.array([[beta, -product], [beta, 1 - product]])
    expected = np.linalg.matrix_power(matrix, steps) @ [0.0, 1.0]
    np.testing.assert_allclose([velocity, point], expected, rtol=1e-8, atol=1e-10)


@REPEATABLE
@given(st.floats(0.1, 0.99), st.floats(0.01, 0.9), st.integers(1, 40))
def test_nesterov_takes_the_gradient_at_the_point_looked_ahead_to(beta, product, steps):
    """Nesterov's own form: v ← beta v - rate f'(x + beta v); x ← x + v. Ours keeps p = x + beta v."""
    x, v = 1.0, 0.0
    for _ in range(steps):
        v = beta * v - product * (x + beta * v)
        x += v
    optimizer = nesterov(beta)
    with jax.enable_x64(True):
        point, velocity = jnp.float64(1.0), jnp.float64(0.0)
        for _ in range(steps):
            point, velocity = optimizer.update(point, velocity, point, product)
    assert float(point) == pytest.approx(x + beta * v, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_the_learning_rate_changes_without_a_retrace_and_takes_effect(name):
    traces, optimizer = [], OPTIMIZERS[name]

    @jax.jit
    def update(gradient, state, params, rate):
        traces.append(name)
        return optimizer.update(gradient, state, params, rate)

    params = parameters()
    state, gradient = optimizer.init(params), gradients()[0]
    moves = []
    for rate in (0.001, 0.002, 0.1):
        moved, _ = update(gradient, state, params, rate)
        moves.append(float(moved["nested"][1] - params["nested"][1]))
    assert len(traces) == 1
    np.testing.assert_allclose(np.array(moves) / moves[0], [1, 2, 100], rtol=2e-3)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_an_update_changes_neither_its_inputs_nor_the_structure(name):
    optimizer, params, gradient = OPTIMIZERS[name], parameters(), gradients()[0]
    before = jax.tree.map(np.array, params)
    state = optimizer.init(params)
    moved, moved_state = optimizer.update(gradient, state, params, 0.1)
    assert jax.tree.structure((moved, moved_state)) == jax.tree.structure((params, state))
    for one, other, after in zip(*map(jax.tree.leaves, (before, params, moved)), strict=True):
        np.testing.assert_array_equal(one, other)
        assert after.shape == one.shape and after.dtype == one.dtype
