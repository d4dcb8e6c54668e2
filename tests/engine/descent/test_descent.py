"""Descents against optax, against closed forms on quadratics, and against the theory of convergence."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.descent import descent, surfaces
from engine.descent.descent import METHODS, descend, family, largest_rate, steps_to_reach
from engine.descent.surfaces import CURVES, SURFACES
from tests.cases import some

STEPS = 200
RATES = {"bowl": 0.1, "ravine": 0.03, "beale": 1e-3, "himmelblau": 2e-3, "bumpy": 0.02}
PEERS = {
    "sgd": lambda rate, beta, step: optax.sgd(rate),
    "momentum": lambda rate, beta, step: optax.sgd(rate, momentum=beta),
    "nesterov": lambda rate, beta, step: optax.sgd(rate, momentum=beta, nesterov=True),
    "book": lambda rate, beta, step: optax.sgd(rate, momentum=beta, nesterov=True),
    "adagrad": lambda rate, beta, step: optax.adagrad(rate, initial_accumulator_value=0.1, eps=1e-7),
    "rmsprop": lambda rate, beta, step: optax.rmsprop(rate, decay=0.9, eps=1e-7, eps_in_sqrt=True),
    # Keras, and this app, leave epsilon outside the bias correction; optax puts it inside.
    "adam": lambda rate, beta, step: optax.adam(rate, eps=1e-7 / np.sqrt(1 - 0.999**step)),
}


def optax_points(peer, surface, steps):
    def slope(point):
        return surfaces.gradients(surface.expression, point)

    point = jnp.asarray(surface.start, jnp.float64)
    state, points = peer(1).init(point), [point]
    for step in range(1, steps + 1):
        change, state = peer(step).update(slope(point), state, point)
        point = optax.apply_updates(point, change)
        points.append(point)
    return np.asarray(points)


@pytest.mark.parametrize("name", some(RATES, every=5))
@pytest.mark.parametrize("method", PEERS)
def test_paths_are_optaxs(method, name):
    surface, beta = SURFACES[name], 0.7
    with jax.enable_x64(True):
        start = jnp.asarray(surface.start, jnp.float64)
        found = descend(surface.expression, method, start, RATES[name], beta, steps=STEPS)
        expected = optax_points(partial(PEERS[method], RATES[name], beta), surface, STEPS)
        np.testing.assert_allclose(found.points, expected, rtol=1e-6, atol=1e-6)


def test_sgd_on_a_quadratic_has_its_closed_form():
    surface = surfaces.bowl_of(8)
    with jax.enable_x64(True):
        found = np.asarray(descend(surface.expression, "sgd", jnp.array([1.5, -2.0]), 0.07, 0.0, steps=50).points)
    time = np.arange(51)[:, None]
    np.testing.assert_allclose(found, np.array([1.5, -2.0]) * (1 - 0.07 * np.array([1, 8])) ** time, atol=1e-12)


@pytest.mark.parametrize("method", ["momentum", "nesterov", "book_plus"])
def test_momentum_on_a_quadratic_is_a_power_of_its_matrix(method):
    curvature, rate, beta = 3.0, 0.1, 0.8
    sign = 1 if method == "book_plus" else -1
    velocity = [beta, sign * rate * curvature]
    moved = {
        "momentum": [velocity[0], 1 + velocity[1]],
        "nesterov": [beta * velocity[0], 1 + beta * velocity[1] - rate * curvature],
        "book_plus": [beta * velocity[0], 1 + beta * velocity[1] - rate * curvature],
    }[method]
    matrix = np.array([velocity, moved])
    with jax.enable_x64(True):
        expression = surfaces.typed("3x**2 / 2", 1).expression
        found = descend(expression, method, jnp.array([2.0]), rate, beta, steps=60)
    expected = np.array([np.linalg.matrix_power(matrix, t) @ [0, 2.0] for t in range(61)])
    np.testing.assert_allclose(found.velocities[:, 0], expected[:, 0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.points[:, 0], expected[:, 1], rtol=1e-9, atol=1e-12)


def test_a_trace_explains_every_step_of_rmsprop():
    surface = SURFACES["beale"]
    with jax.enable_x64(True):
        start = jnp.asarray(surface.start, jnp.float64)
        found = jax.device_get(descend(surface.expression, "rmsprop", start, 0.01, 0.0, steps=40))
        slopes = np.asarray(surfaces.gradients(surface.expression, jnp.asarray(found.points)))
        heights = np.asarray(surfaces.values(surface.expression, jnp.asarray(found.points)))
    np.testing.assert_allclose(found.gradients, slopes)
    np.testing.assert_allclose(found.losses, heights)
    np.testing.assert_allclose(found.squares[1:], 0.9 * found.squares[:-1] + 0.1 * slopes[:-1] ** 2)
    steps = -0.01 * slopes[:-1] / np.sqrt(found.squares[1:] + 1e-7)
    np.testing.assert_allclose(np.diff(found.points, axis=0), steps, rtol=1e-9)


def test_adams_memory_is_its_running_means():
    surface = SURFACES["himmelblau"]
    found = jax.device_get(descend(surface.expression, "adam", jnp.array(surface.start), 0.01, 0.0, steps=30))
    means = 0.9 * found.velocities[:-1] + 0.1 * found.gradients[:-1]
    squares = 0.999 * found.squares[:-1] + 0.001 * found.gradients[:-1] ** 2
    np.testing.assert_allclose(found.velocities[1:], means, rtol=1e-4)
    np.testing.assert_allclose(found.squares[1:], squares, rtol=1e-4)


def test_methods_without_a_memory_show_none():
    found = descend(SURFACES["bowl"].expression, "sgd", jnp.array([1.0, 2.0]), 0.1, 0.9, steps=5)
    assert not np.any(found.velocities) and not np.any(found.squares)


@pytest.mark.parametrize("method", some(METHODS, every=3))
def test_a_family_holds_the_single_runs(method):
    surface = CURVES["waves"]
    rates, momenta = np.float32([0.02, 0.3]), np.float32([0.0, 0.5, 0.9])
    start = jnp.array(surface.start)
    found = family(surface.expression, method, start, rates, momenta, steps=30)
    assert found.points.shape == (2, 3, 31, 1) and found.losses.shape == (2, 3, 31)
    for i, rate in enumerate(rates):
        for j, beta in enumerate(momenta):
            one = descend(surface.expression, method, start, rate, beta, steps=30)
            np.testing.assert_allclose(found.points[i, j], one.points, rtol=1e-3, atol=1e-4)


def test_the_books_plus_sign_climbs():
    parabola = CURVES["parabola"].expression
    start = jnp.array([1.0])
    climbing = descend(parabola, "book_plus", start, 0.5, 0.95, steps=200).losses
    falling = descend(parabola, "book", start, 0.5, 0.95, steps=200).losses
    assert float(falling[-1]) < 1e-3 and float(climbing[0]) == 0.5
    assert float(climbing[20]) > 5 and not float(climbing[-1]) < 1e6


def test_settings_span_the_surfaces_rates():
    rates, momenta = descent.settings((0.01, 1.0))
    assert len(rates) == 61 and len(momenta) == 21
    np.testing.assert_allclose(rates[[0, 30, 60]], [0.01, 0.1, 1.0], rtol=1e-6)
    assert momenta[0] == 0 and momenta[-1] == 0.99 and (np.diff(momenta) > 0).all()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.sampled_from(["sgd", "momentum", "nesterov"]), st.floats(0, 0.9), st.floats(0.5, 20))
def test_theory_draws_the_line_between_converging_and_diverging(method, beta, curvature):
    """By the roots of the characteristic polynomial of the recursion, on both sides of the bound."""
    bound = float(largest_rate(method, beta, curvature))
    for factor, stable in ((0.98, True), (1.02, False)):
        pull = 1 - factor * bound * curvature
        polynomial = {
            "sgd": [1, -pull],
            "momentum": [1, -(beta + pull), beta],
            "nesterov": [1, -(1 + beta) * pull, beta * pull],
        }[method]
        assert (np.abs(np.roots(polynomial)).max() < 1) == stable


@pytest.mark.parametrize("method", ["sgd", "momentum", "nesterov", "book"])
def test_runs_obey_the_theory(method):
    surface = surfaces.bowl_of(10)
    for beta in (0.0, 0.4, 0.8):
        bound = float(largest_rate(method, beta, 10.0))
        for factor, converges in ((0.95, True), (1.05, False)):
            start = jnp.array([0.0, 1.0])
            losses = descend(surface.expression, method, start, bound * factor, beta, steps=600).losses
            assert (float(losses[-1]) < 1e-2) == converges


def test_steps_to_reach_tells_arrival_from_passing_by_and_from_divergence():
    losses = np.array(
        [[4, 0.5, 3, 0.9, 0.1], [4, 3, 2, 2, 2], [4, 3, 9, 99, np.inf], [4, 3, 2, np.nan, np.nan], [4, 1, 1, 1, 5]]
    )
    np.testing.assert_array_equal(steps_to_reach(losses, 1.0), [3, -1, -2, -2, -2])
    assert steps_to_reach(np.array([0.5, 0.7]), 1.0) == 0


@pytest.mark.parametrize(
    ("points", "losses", "step", "kind"),
    [
        ([1, 0.5, 1e-9], [1, 0.25, 1e-18], 3, descent.GOES_ON),
        ([1, 2, 3], [1, 0, -1e30], 3, descent.GOES_ON),
        ([1, 1e20, 1e30], [1, np.inf, np.nan], 1, descent.DIVERGED),
        ([1, 1e20, 1e30], [1, np.nan, np.nan], 1, descent.DIVERGED),
        ([1, 1e20, np.inf], [1, 1.5, 1.5], 2, descent.DIVERGED),
        ([1, 1e20, 1e30], [1, -1e38, -np.inf], 2, descent.FELL),
        ([1, 1e20, np.inf], [1, -1e38, np.nan], 2, descent.FELL),
        ([1, 0.5, -0.5], [1, 0.5, np.nan], 2, descent.UNDEFINED),
        ([-1, -1, -1], [np.nan] * 3, 0, descent.UNDEFINED),
    ],
)
def test_the_fate_of_a_run_is_read_from_its_numbers(points, losses, step, kind):
    found = descent.fates(np.array(points, np.float32)[:, None], np.array(losses, np.float32))
    assert (int(found.step), int(found.kind)) == (step, kind)


@pytest.mark.parametrize(
    ("text", "dimensions", "loss", "attained"),
    some([
        ("x^2 - 7", 1, -7, True), ("x^2 + y^2", 2, 0, True), ("3", 1, 3, True), ("abs(x)", 1, 0, True),
        ("x^4 + y^4 - 3x*y", 2, -1.125, True), ("(x - 5)^2", 1, 0, True), ("relu(x)", 1, 0, True),
        ("x*y", 2, None, False), ("-x^2 - y^2", 2, None, False), ("1 / x", 1, None, False), ("x", 1, None, False),
        ("x^3", 1, None, False), ("-1 / x^2", 1, None, False), ("1 / (x - 0.1)", 1, None, False),
    ], every=5),
)  # fmt: skip
def test_a_functions_floor_is_told_from_the_lowest_loss_met(text, dimensions, loss, attained):
    surface = surfaces.typed(text, dimensions)
    _, values = surfaces.grid(surface, 401 if dimensions == 1 else 81)
    rates, momenta = jnp.geomspace(1e-3, 1.0, 31), jnp.array([0.0, 0.5, 0.9])
    runs = np.asarray(family(surface.expression, "momentum", jnp.array(surface.start), rates, momenta).losses)
    found = descent.lowest(surface, values, [runs])
    assert found.attained == attained
    seen = np.concatenate([values.ravel(), runs.ravel()])
    assert found.loss == pytest.approx(float(seen[np.isfinite(seen)].min()), rel=1e-6)
    if loss is not None:
        assert found.loss == pytest.approx(loss, abs=1e-3)
