"""The tiny model's gradient against NumPy's closed form and central differences in float64; slices, slopes, steps."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

from engine.descent import gradient
from engine.descent.gradient import PROBLEMS, Problem
from engine.errors import InvalidInput

CASES = settings(max_examples=75, derandomize=True, deadline=None)
SHAPES = [((3, 2), (2, 2)), ((3, 2), (2, 1)), ((2,), (2, 2)), ((4, 3), (3, 2)), ((1, 1), (1, 1))]


def loss_by_hand(weights, x, targets):
    errors = np.asarray(x) @ weights - targets
    return float((errors * errors).sum() / errors.size)


def gradient_by_hand(weights, x, targets):
    rows = x.reshape(-1, x.shape[-1])
    errors = rows @ weights - targets.reshape(len(rows), -1)
    return 2 / errors.size * rows.T @ errors


@st.composite
def problems(draw):
    x_shape, w_shape = draw(st.sampled_from(SHAPES))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([0.1, 1.0, 10.0]))
    x, targets, weights = (random.normal(size=shape) for shape in (x_shape, (*x_shape[:-1], w_shape[1]), w_shape))
    return Problem("drawn", x * scale, targets, weights)


def at(problem):
    return problem.weights, problem.x, problem.targets


@CASES
@given(problems())
def test_loss_and_gradient_are_the_closed_form(problem):
    found = gradient.gradient(*at(problem))
    assert found.gradient.shape == problem.weights.shape and found.gradient.dtype == np.float64
    np.testing.assert_allclose(found.loss, loss_by_hand(*at(problem)), rtol=1e-12)
    np.testing.assert_allclose(found.gradient, gradient_by_hand(*at(problem)), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.predictions, problem.x @ problem.weights, rtol=1e-12, atol=1e-14)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(problems())
def test_each_entry_of_the_gradient_is_the_difference_quotient_of_that_entry(problem):
    found = gradient.gradient(*at(problem)).gradient
    for place in np.ndindex(problem.weights.shape):
        side = np.zeros(problem.weights.shape)
        side[place] = 1e-4
        rise = [loss_by_hand(problem.weights + way * side, problem.x, problem.targets) for way in (1, -1)]
        assert found[place] == pytest.approx((rise[0] - rise[1]) / 2e-4, rel=1e-6, abs=1e-6)


@CASES
@given(problems(), st.integers(0, 2**32))
def test_the_polynomial_is_the_loss_everywhere(problem, seed):
    """What the browser computes while one drags: value and slope at any W."""
    found = gradient.quadratic(*at(problem))
    weights = np.random.default_rng(seed).uniform(-12, 12, problem.weights.shape)
    w = weights.ravel()
    value = found.constant + found.slope @ w + w @ found.curvature @ w / 2
    np.testing.assert_allclose(value, loss_by_hand(weights, problem.x, problem.targets), rtol=1e-9, atol=1e-10)
    slope = (found.slope + found.curvature @ w).reshape(weights.shape)
    np.testing.assert_allclose(slope, gradient_by_hand(weights, problem.x, problem.targets), rtol=1e-8, atol=1e-8)


@CASES
@given(problems())
def test_slices_are_the_loss_with_one_entry_moved(problem):
    values = np.array([-3.0, -0.7, 0.0, 2.5])
    found = gradient.slices(*at(problem), values)
    assert found.shape == (problem.weights.size, 4)
    for entry in range(problem.weights.size):
        for k, value in enumerate(values):
            weights = problem.weights.copy()
            weights.flat[entry] = value
            assert found[entry, k] == pytest.approx(loss_by_hand(weights, problem.x, problem.targets), rel=1e-10)


@CASES
@given(problems(), st.data())
def test_no_direction_is_steeper_than_the_gradients_own(problem, data):
    assume(problem.weights.size > 1)
    size = problem.weights.size
    pair = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    steepest = gradient_by_hand(*at(problem)).ravel()[pair]
    length = np.linalg.norm(steepest)
    assume(length > 1e-6)
    own = np.arctan2(steepest[1], steepest[0])
    angles = np.append(gradient.directions(), [own, own + np.pi])
    found = gradient.slopes(*at(problem), np.array(pair), angles)
    assert len(found) == 38
    assert found.max() <= length * (1 + 1e-9)
    # Slope over length is the cosine of the angle between direction and gradient: 1 along it, -1 against it.
    np.testing.assert_allclose(found / length, np.cos(angles - own), atol=1e-9)
    assert found[-2:] / length == pytest.approx([1, -1], abs=1e-9)
    assert found[:36].max() >= length * np.cos(np.pi / 36) - 1e-9


def test_a_direction_moves_the_first_entry_at_0_degrees_and_the_second_at_90():
    problem = PROBLEMS["six"]
    slope = gradient_by_hand(*at(problem)).ravel()
    found = gradient.slopes(*at(problem), np.array([4, 1]), np.array([0, np.pi / 2]))
    np.testing.assert_allclose(found, slope[[4, 1]], rtol=1e-9)


@CASES
@given(problems())
def test_the_largest_rate_is_the_closed_form_and_parts_lowering_steps_from_others(problem):
    g = gradient_by_hand(*at(problem))
    rows = problem.x.reshape(-1, problem.x.shape[-1])
    curved = 2 / problem.targets.size * ((rows @ g) ** 2).sum()
    assume(curved > 1e-8)
    found = float(gradient.largest_rate(*at(problem)))
    assert found == pytest.approx(2 * (g * g).sum() / curved, rel=1e-9)
    before = loss_by_hand(*at(problem))
    losses = gradient.along(*at(problem), found * np.array([0, 0.01, 0.5, 0.99, 1.01, 2]))
    assert losses[0] == pytest.approx(before)
    assert all(losses[1:4] < before) and all(losses[4:] > before)
    assert losses[2] == min(losses)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_largest_rate_is_where_the_loss_is_again_what_it_was(name):
    problem = PROBLEMS[name]
    before, g = loss_by_hand(*at(problem)), gradient_by_hand(*at(problem))
    rise = lambda rate: loss_by_hand(problem.weights - rate * g, problem.x, problem.targets) - before  # noqa: E731
    found = float(gradient.largest_rate(*at(problem)))
    assert found == pytest.approx(optimize.brentq(rise, 0.3 * found, 3 * found), rel=1e-9)


def test_at_the_minimum_there_is_no_largest_rate():
    x, targets = np.eye(2), np.array([[1.0], [2.0]])
    assert np.isnan(gradient.largest_rate(targets, x, targets))
    assert gradient.gradient(targets, x, targets).gradient.tolist() == [[0], [0]]


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_of_the_page(name):
    problem = gradient.require(PROBLEMS[name])
    limit = gradient.rate_limit(gradient.quadratic(*at(problem)))
    assert 1.1 * float(gradient.largest_rate(*at(problem))) < limit
    # With an eighth of the limit, the page's first learning rate, ten steps lower the loss.
    weights, before = problem.weights, loss_by_hand(*at(problem))
    for _ in range(10):
        weights = weights - limit / 8 * gradient_by_hand(weights, problem.x, problem.targets)
    assert loss_by_hand(weights, problem.x, problem.targets) < before / 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x": np.ones((3, 3))}, r"the shapes are \(3, 3\) and \(2, 2\)"),
        ({"targets": np.ones((2, 2))}, r"the shape of “x @ W”, \(3, 2\)"),
        ({"x": np.array([[1, 2], [3, np.nan], [0, 0]])}, "from -100 to 100; nan is not"),
        ({"weights": np.full((2, 2), -2e6)}, r"“W” may hold numbers from -1,000,000 to 1,000,000; -2e\+06 is not"),
        ({"x": np.ones((7, 2)), "targets": np.ones((7, 2))}, "at most 6 samples"),
    ],
)
def test_what_does_not_fit_is_said(change, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        gradient.require(PROBLEMS["pairs"]._replace(**change))
