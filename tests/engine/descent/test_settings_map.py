"""The map of settings against plain NumPy loops, against single descents, and theory against the roots it rests on."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.descent import descent, settings_map, surfaces
from engine.descent.settings_map import DIVERGED, METHODS, NOT_WITHIN, Choice
from engine.descent.surfaces import CURVES, SURFACES
from tests.cases import some

SLOPES = {
    "ravine": lambda p: np.array([p[0], 20 * p[1]]),
    "himmelblau": lambda p: np.array(
        [
            4 * p[0] * (p[0] ** 2 + p[1] - 11) + 2 * (p[0] + p[1] ** 2 - 7),
            2 * (p[0] ** 2 + p[1] - 11) + 4 * p[1] * (p[0] + p[1] ** 2 - 7),
        ]
    ),
    "valleys": lambda p: np.array([p[0] ** 3 / 5 - 6 * p[0] / 5 - 3 / 10]),
}
LOSSES = {
    "ravine": lambda p: (p[0] ** 2 + 20 * p[1] ** 2) / 2,
    "himmelblau": lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2,
    "valleys": lambda p: p[0] ** 4 / 20 - 3 * p[0] ** 2 / 5 - 3 * p[0] / 10 + 3,
}
LOWEST = {"ravine": 0.0, "himmelblau": 0.0, "valleys": 0.4465}
NUDGES = (0, 1e-6, -1e-6, 3e-6, -3e-6, 1e-5, -1e-5, 3e-5, -3e-5)
NAMED = SURFACES | CURVES


def plain(name, method, rate, momentum, tolerance, limit, nudge=0.0):
    """The steps of one cell by a plain loop in float64, from a start moved by a relative nudge."""
    point = np.array(NAMED[name].start) * (1 + nudge)
    velocity, losses = 0 * point, [LOSSES[name](point)]
    with np.errstate(all="ignore"):
        for _ in range(limit + 10):
            pull = rate * SLOPES[name](point)
            velocity = momentum * velocity + (pull if method == "book_plus" else -pull)
            point = point + (velocity if method == "momentum" else momentum * velocity - pull)
            losses.append(LOSSES[name](point))
    goal = LOWEST[name] + tolerance * (losses[0] - LOWEST[name])
    if not np.isfinite(losses[-1]) or losses[-1] > max(losses[0], goal):
        return DIVERGED
    late = [step for step, loss in enumerate(losses) if not loss <= goal]
    first = late[-1] + 1 if late else 0
    return first if first <= limit else NOT_WITHIN


def measured(surface, method, tolerance=0.01, limit=200, start=None):
    tried = settings_map.runs(surface, method, start or surface.start, limit)
    return tried, settings_map.measure(surface, tried, tolerance)


@pytest.mark.parametrize("name", some(LOSSES, every=3))
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("tolerance", "limit"), some([(0.01, 200), (0.1, 400)], every=2))
def test_cells_are_those_of_a_plain_loop(name, method, tolerance, limit):
    _, shown = measured(NAMED[name], method, tolerance, limit)
    rng = np.random.default_rng([len(name), len(method), limit])
    clear = 0
    for rate, beta in rng.integers(0, (61, 34), (60, 2)):
        # Where moving the start by float32's rounding changes the verdict, float32 may differ from float64.
        settings = (float(shown.rates[rate]), shown.momenta[beta], tolerance, limit)
        verdicts = {plain(name, method, *settings, nudge) for nudge in NUDGES}
        if len(verdicts) == 1:
            clear += 1
            assert {shown.steps[rate, beta]} == verdicts
    assert clear >= 50


@pytest.mark.parametrize("name", ["ravine", "beale", "himmelblau", "valleys", "plateau"])
@pytest.mark.parametrize("method", some(METHODS, every=4))
def test_a_cells_run_is_the_descent_with_its_settings(name, method):
    surface = NAMED[name]
    tried, shown = measured(surface, method)
    for cell in (Choice(0, 0), Choice(30, 10), Choice(40, 25), shown.best or Choice(5, 5)):
        trace = descent.descend(
            surface.expression,
            method,
            jnp.array(surface.start),
            shown.rates[cell.rate],
            shown.momenta[cell.momentum],
            steps=210,
        )
        np.testing.assert_allclose(tried.points[cell], trace.points, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(tried.losses[cell], trace.losses, rtol=1e-3, atol=1e-4)


def roots(method, momentum, pull):
    """The largest root's size of the recursion on a curvature: pull is rate times curvature."""
    polynomials = {
        "momentum": [1, pull - 1 - momentum, momentum],
        "nesterov": [1, -(1 + momentum) * (1 - pull), momentum * (1 - pull)],
        "book": [1, -(1 + momentum) * (1 - pull), momentum * (1 - pull)],
        "book_plus": [1, -(1 + momentum - (1 - momentum) * pull), momentum * (1 - pull)],
    }
    return np.abs(np.roots(polynomials[method])).max()


@given(st.sampled_from(METHODS), st.floats(0, 0.99), st.floats(0.1, 1000), st.floats(0.001, 5).filter(lambda x: x != 1))
@settings(max_examples=250, derandomize=True, deadline=None)
def test_the_boundary_is_where_the_largest_root_reaches_one(method, momentum, curvature, pull):
    rate = pull / curvature
    boundary = float(settings_map.largest_rate(method, momentum, curvature))
    if abs(rate / max(boundary, 1e-12) - 1) > 1e-3 and abs(momentum - 0.5) > 1e-3:
        assert (roots(method, momentum, pull) < 1) == (rate < boundary)


@given(st.sampled_from(["momentum", "nesterov", "book"]), st.floats(1.05, 1000), st.floats(0.1, 10))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_no_setting_shrinks_the_error_faster_than_the_optimum(method, condition, flattest):
    steepest = condition * flattest

    def slowest(rate, momentum):
        return max(roots(method, momentum, rate * curvature) for curvature in (flattest, steepest))

    rate, momentum = settings_map.optimum(method, flattest, steepest)
    best = slowest(rate, momentum)
    assert best < 1
    for change in np.linspace(-0.3, 0.3, 7):
        for shift in np.linspace(-0.1, 0.1, 7):
            # Double roots: rounding of 1e-16 in a coefficient moves them by 1e-8.
            assert slowest(rate * (1 + change), min(max(momentum + shift, 0), 0.999)) >= best - 1e-6


def test_polyaks_optimum_is_his_formula():
    rate, momentum = settings_map.optimum("momentum", 1, 9)
    assert (rate, momentum) == (pytest.approx(1 / 4), pytest.approx(1 / 4))
    assert settings_map.optimum("book_plus", 1, 9) is None
    assert settings_map.optimum("nesterov", 2, 2) == (pytest.approx(1 / 2), pytest.approx(0))


STARTS = st.tuples(*[st.floats(0.3, 2.9).flatmap(lambda size: st.sampled_from([size, -size]))] * 2)


@given(st.sampled_from([2, 20, 1000]), st.sampled_from(METHODS), STARTS)
@settings(max_examples=30, derandomize=True, deadline=None)
def test_measured_cells_contradict_theory_only_beside_its_boundary(condition, method, start):
    surface = surfaces.bowl_of(condition)
    _, shown = measured(surface, method, start=start)
    known = settings_map.theory(surface, method)
    found = settings_map.agreement(shown, known)
    assert known.steepest == pytest.approx(condition) and known.flattest == pytest.approx(1)
    assert found.cells == 61 * 34
    assert found.disagreeing == found.beside <= 8
    assert 0 < known.converges.sum() < found.cells


def test_a_start_without_a_share_in_the_steep_direction_contradicts_theory_everywhere():
    surface = surfaces.bowl_of(20)
    _, shown = measured(surface, "momentum", start=(2.0, 0.0))
    found = settings_map.agreement(shown, settings_map.theory(surface, "momentum"))
    assert found.disagreeing > found.beside > 0
    assert (shown.steps == DIVERGED).sum() == 0


def test_disagreeing_and_neighbouring_cells_are_counted():
    surface = surfaces.bowl_of(20)
    _, shown = measured(surface, "momentum")
    known = settings_map.theory(surface, "momentum")
    edge = int(known.converges[:, 10].sum())
    steps = np.where(known.converges, 50, DIVERGED)
    steps[edge - 1, 10] = DIVERGED
    steps[5, 10] = DIVERGED
    steps[7, 10] = NOT_WITHIN
    assert settings_map.agreement(shown._replace(steps=steps), known)[1:] == (2, 1)


def test_only_quadratics_have_a_theory():
    assert settings_map.theory(SURFACES["beale"], "momentum") is None
    assert settings_map.theory(CURVES["parabola"], "momentum").optimum == (pytest.approx(1), pytest.approx(0))


def test_the_best_cell_has_the_fewest_steps_and_least_momentum():
    steps = np.full((4, 3), NOT_WITHIN)
    assert settings_map.fewest(steps) == (None, 0)
    steps[3, 1], steps[2, 1], steps[0, 2], steps[1, 0] = 7, 7, 7, 9
    assert settings_map.fewest(steps) == (Choice(2, 1), 3)


@pytest.mark.parametrize("name", ["ravine", "rosenbrock", "parabola"])
def test_the_nearest_cell_is_nearest_in_log_rate(name):
    surface = NAMED[name]
    _, shown = measured(surface, "momentum")
    step = shown.rates[1] / shown.rates[0]
    for cell in (Choice(0, 0), Choice(33, 12), Choice(60, 33)):
        rate, momentum = float(shown.rates[cell.rate]), float(shown.momenta[cell.momentum])
        assert settings_map.nearest(shown, rate * float(step) ** 0.45, momentum + 0.014) == cell
        assert settings_map.nearest(shown, rate / float(step) ** 0.45, momentum - 0.014) == cell
    assert settings_map.nearest(shown, -1.0, 5.0) == Choice(0, 33)


def test_settings_reach_beyond_the_last_rate_that_converges():
    for surface in (SURFACES["bowl"], surfaces.bowl_of(1000), CURVES["parabola"]):
        rates, momenta = settings_map.settings(surface)
        assert rates[-1] > settings_map.largest_rate("momentum", momenta, settings_map.curvatures(surface)[-1]).max()
    rates, momenta = settings_map.settings(SURFACES["beale"])
    assert (len(rates), len(momenta), momenta[0], momenta[-1]) == (61, 34, 0, pytest.approx(0.99))
    assert (rates[0], rates[-1]) == (pytest.approx(1e-4), pytest.approx(0.1))


def test_from_a_start_without_a_value_nothing_arrives():
    surface = surfaces.typed("log(x) + log(y)", 2)
    _, shown = measured(surface, "momentum")
    assert not np.isfinite(shown.start_loss)
    assert shown.best is None and (shown.steps < 0).all()


def test_a_typed_functions_lowest_loss_is_sought_on_a_grid():
    none = np.full((1, 1, 20), np.nan)
    assert settings_map.lowest(surfaces.typed("(x - 1)^2 - 5", 1), none) == (pytest.approx(-5, abs=1e-3), True)
    assert settings_map.lowest(SURFACES["saddle"], none) == (pytest.approx(-1, abs=1e-6), True)
    assert settings_map.lowest(surfaces.typed("log(0 - 1 - x^2)", 1), none) == (0, False)


@pytest.mark.parametrize("text", ["x*y", "-x^2-y^2"])
def test_nothing_arrives_on_a_function_without_a_floor_and_falling_is_not_diverging(text):
    tried, shown = measured(surfaces.typed(text, 2), "momentum")
    last = tried.losses[..., -1]
    assert not shown.attained and shown.goal == -np.inf and shown.best is None
    np.testing.assert_array_equal(shown.steps == descent.FELL, ~np.isfinite(last))
    assert (shown.steps == descent.FELL).sum() > 400
    assert not (shown.steps == DIVERGED).any(), "no run ends above its start"


def test_where_the_function_is_undefined_a_run_ends_and_does_not_diverge():
    surface = surfaces.typed("log(x) + 1/x", 1)
    tried = settings_map.runs(surface, "momentum", (2.5,), 200)
    shown = settings_map.measure(surface, tried, 0.01)
    ended = np.isnan(tried.losses).any(-1)
    np.testing.assert_array_equal(shown.steps == descent.UNDEFINED, ended)
    assert ended.any() and shown.attained and (shown.steps >= 0).any()


def test_hitting_the_goal_with_the_last_step_is_not_arriving():
    surface = CURVES["parabola"]
    tried, _ = measured(surface, "momentum")
    losses = np.full_like(tried.losses, 5.0)
    losses[..., 0] = 6.0
    losses[0, 0, 205:], losses[1, 0, 200:], losses[2, 0, 201:] = 0, 0, 0
    found = settings_map.measure(surface, tried._replace(losses=losses), 0.01)
    assert found.steps[:4, 0].tolist() == [NOT_WITHIN, 200, NOT_WITHIN, NOT_WITHIN]
    assert (found.best, found.as_good, found.limit) == (Choice(1, 0), 1, 200)


@pytest.mark.parametrize("condition", [5, 20, 100, 1000])
def test_the_optimum_itself_is_tried_between_the_cells(condition):
    surface = surfaces.bowl_of(condition)
    _, shown = measured(surface, "momentum")
    setting = settings_map.optimum("momentum", 1, condition)
    velocity, point, losses = np.zeros(2), np.array(surface.start), []
    for _ in range(211):
        losses.append((point[0] ** 2 + condition * point[1] ** 2) / 2)
        velocity = setting[1] * velocity - setting[0] * np.array([1, condition]) * point
        point = point + velocity
    expected = 1 + max(step for step, loss in enumerate(losses) if loss > 0.01 * losses[0])
    assert settings_map.steps_at(shown, surface, "momentum", surface.start, setting) == expected
    cell = Choice(30, 10)
    exact = (float(shown.rates[30]), float(shown.momenta[10]))
    assert settings_map.steps_at(shown, surface, "momentum", surface.start, exact) == shown.steps[cell]
