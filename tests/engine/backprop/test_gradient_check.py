"""Gradient checks: the hand-multiplied chain rule is jax.grad; differences meet closed forms; the U-curve's theory."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop import gradient_check as check
from engine.backprop import gradient_check_chain as chains
from engine.backprop import gradient_check_cost, gradient_check_formula, gradient_check_network
from engine.backprop.gradient_check import EPSILONS
from engine.descent import naive_search as naive
from engine.descent.naive_search import Place
from engine.errors import InvalidInput
from engine.timing import measuring
from engine.training.network import Params
from engine.typed import expressions

CLASSES = 10
HIDDEN = 12
DEAD = 5


def small_network(seed=0):
    """784-12-10 in float32; unit DEAD never wakes on images of ink 0 to 255."""
    random = np.random.default_rng(seed)
    scales = {"W1": (784, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, CLASSES), "b2": (CLASSES,)}
    parts = {name: 0.1 * random.normal(size=shape).astype(np.float32) for name, shape in scales.items()}
    parts["W1"][:, DEAD], parts["b1"][DEAD] = -np.abs(parts["W1"][:, DEAD]), -1.0
    return Params(**parts)


def batch(samples, seed=1):
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (samples, 28, 28)).astype(np.uint8), random.integers(0, CLASSES, samples)


NETWORK, BATCH = small_network(), batch(4)
GRADIENT = naive.slopes(NETWORK, *BATCH)
SUMS = BATCH[0].reshape(4, -1) / 255 @ NETWORK.W1.astype(np.float64) + NETWORK.b1
LIVE = int(np.abs(GRADIENT.gradient.b1).argmax())


def entry(tree, place):
    values = getattr(tree, place.layer)
    return values[place.row, place.column] if values.ndim == 2 else values[place.column]


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.data())
def test_the_chain_rule_by_hand_is_the_gradient_of_every_tensor(data):
    layer = data.draw(st.sampled_from(Params._fields))
    rows, columns = naive.shape_of(NETWORK, layer)
    place = Place(layer, data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1)))
    found = chains.chain(NETWORK, place, *BATCH)
    np.testing.assert_allclose(found.gradient, entry(GRADIENT.gradient, place), rtol=1e-9, atol=1e-18)
    gates = 1 if found.gates is None else found.gates
    np.testing.assert_allclose(found.terms, found.errors @ found.outgoing * gates * found.inputs, rtol=1e-12)
    np.testing.assert_allclose(found.errors.sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("layer", ["W1", "b1"])
def test_a_dead_unit_has_a_gradient_of_exactly_0(layer):
    place = Place(layer, 100 if layer == "W1" else 0, DEAD)
    found = chains.chain(NETWORK, place, *BATCH)
    assert found.gradient == entry(GRADIENT.gradient, place) == 0 and not found.gates.any() and found.back.any()
    swept = gradient_check_network.sweep(NETWORK, GRADIENT, place, *BATCH)
    assert swept.verdict == "flat" and not swept.double.quotients[swept.chosen]
    assert gradient_check_network.silent_unit(NETWORK, BATCH[0]) == (SUMS.max(axis=0) < 0).argmax() <= DEAD
    awake = NETWORK._replace(b1=np.full(HIDDEN, 500.0, np.float32))
    assert gradient_check_network.silent_unit(awake, BATCH[0]) is None


def loss_by_numpy(params, images, labels, dtype):
    W1, b1, W2, b2 = (weights.astype(dtype) for weights in params)
    logits = np.maximum(images.reshape(len(images), -1).astype(dtype) / dtype(255) @ W1 + b1, 0) @ W2 + b2
    logits = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean()


@pytest.mark.parametrize(
    "place", [Place("W1", 100, LIVE), Place("b1", 0, LIVE), Place("W2", LIVE, 7), Place("b2", 0, 4)]
)
def test_both_ends_are_whole_forward_passes(place):
    swept = gradient_check_network.sweep(NETWORK, GRADIENT, place, *BATCH)
    for side, dtype, tolerance in ((swept.single, np.float32, 1e-5), (swept.double, np.float64, 1e-13)):
        assert side.quotients.dtype == dtype
        for number in (0, 20, 40, -1):
            for sign, heights in ((1, side.above), (-1, side.below)):
                moved = Params(*(weights.astype(dtype) for weights in NETWORK))
                index = (place.row, place.column) if place.layer[0] == "W" else place.column
                getattr(moved, place.layer)[index] += dtype(sign * EPSILONS[number])
                assert heights[number] == pytest.approx(loss_by_numpy(moved, *BATCH, dtype), rel=tolerance)
        np.testing.assert_array_equal(side.quotients, (side.above - side.below) / (2 * EPSILONS.astype(dtype)))
    assert swept.slope == entry(GRADIENT.gradient, place) == swept.double.slope
    assert swept.single.slope == pytest.approx(swept.slope, rel=1e-4) and swept.single.slope != swept.slope
    assert swept.height == GRADIENT.loss and swept.value == entry(NETWORK, place)


def test_the_third_derivative_is_a_difference_of_slopes():
    place = Place("W2", LIVE, 7)
    step, slopes = 1e-3, []
    for times in (-1, 0, 1):
        moved = Params(*(weights.astype(np.float64) for weights in NETWORK))
        moved.W2[place.row, place.column] += times * step
        slopes.append(naive.slopes(moved, *BATCH).gradient.W2[place.row, place.column])
    swept = gradient_check_network.sweep(NETWORK, GRADIENT, place, *BATCH)
    assert swept.third == pytest.approx((slopes[0] - 2 * slopes[1] + slopes[2]) / step**2, rel=1e-4)


def test_corners_are_where_a_sum_passes_zero():
    unit = int(np.abs(SUMS).min(axis=0).argmin())
    place = Place("W1", 100, unit)
    swept = gradient_check_network.sweep(NETWORK, GRADIENT, place, *BATCH)
    reach = np.abs(SUMS[:, unit]) / (BATCH[0].reshape(4, -1)[:, 100] / 255)
    np.testing.assert_array_equal(swept.corners, [(reach <= epsilon).sum() for epsilon in EPSILONS])
    assert swept.corners[-1] and not swept.corners[0] and not swept.corners[swept.chosen]
    dark = (np.zeros((4, 28, 28), np.uint8), BATCH[1])
    level = NETWORK._replace(b1=np.zeros(HIDDEN, np.float32))
    without_ink = gradient_check_network.sweep(level, naive.slopes(level, *dark), place, *dark)
    assert not without_ink.corners.any() and without_ink.verdict == "flat"
    at_the_corner = gradient_check_network.sweep(level, naive.slopes(level, *dark), Place("b1", 0, 3), *dark)
    assert (at_the_corner.corners == 4).all() and at_the_corner.verdict == "corner"


def formula(text, point=(0.5, 0.25), variable="x"):
    return gradient_check_formula.sweep(expressions.parse(text, ("x", "y")), point, variable)


SMOOTH = {
    "exp(x)": np.exp(0.5),
    "sin(3x) + y": 3 * np.cos(1.5),
    "1 / (1 + exp(-x))": np.exp(-0.5) / (1 + np.exp(-0.5)) ** 2,
    "x^5 * y": 5 * 0.5**4 * 0.25,
    "log(x + y)": 1 / 0.75,
}
THIRD = {
    "exp(x)": np.exp(0.5),
    "sin(3x) + y": -27 * np.cos(1.5),
    "x^5 * y": 60 * 0.25 * 0.25,
    "log(x + y)": 2 / 0.75**3,
}
SWEPT = {text: formula(text) for text in SMOOTH}


@pytest.mark.parametrize("text", SMOOTH)
def test_smooth_formulas_against_closed_forms(text):
    swept = SWEPT[text]
    assert swept.slope == pytest.approx(SMOOTH[text], rel=1e-14) and swept.verdict == "agree"
    if text in THIRD:
        assert swept.third == pytest.approx(THIRD[text], rel=1e-12)
    large = EPSILONS >= 1e-3
    truncation = EPSILONS[large] ** 2 * swept.third / 6
    np.testing.assert_allclose(swept.double.quotients[large] - SMOOTH[text], truncation, rtol=0.1)


def moved_weight(change):
    params = Params(*(weights.copy() for weights in NETWORK))
    params.W2[LIVE, 7] += np.float32(change)
    return gradient_check_network.sweep(params, naive.slopes(params, *BATCH), Place("W2", LIVE, 7), *BATCH)


@pytest.mark.parametrize("text", [*SMOOTH, "weight"])
def test_the_theoretical_optimum_is_near_the_measured_one_and_the_theory_bounds_the_errors(text):
    """A single error may be 0 by luck; the root of the mean square over places close together may not."""
    changes = np.random.default_rng(0).uniform(-0.02, 0.02, 16)
    found = [moved_weight(by) if text == "weight" else formula(text, (0.5 + by, 0.25)) for by in changes]
    for dtype in ("single", "double"):
        sides = [getattr(swept, dtype) for swept in found]
        errors = np.array([side.quotients - swept.slope for side, swept in zip(sides, found, strict=True)])
        typical = np.sqrt(np.mean(errors**2, axis=0))
        assert 0.1 < EPSILONS[typical.argmin()] / sides[0].optimum < 10
        assert (np.abs(errors) <= 6 * np.array([side.expected for side in sides])).all()
        assert typical[0] > 1000 * typical.min() and typical[-1] > 10 * typical.min()


def test_the_optimum_minimises_the_expected_error():
    epsilons = np.geomspace(1e-8, 1, 20_001)
    for third, scale, roundoff in ((2.0, 3.0, 2.0**-24), (-1e-3, 50.0, 2.0**-53)):
        errors = check.expected_errors(epsilons, third, scale, roundoff)
        assert epsilons[errors.argmin()] == pytest.approx(check.optimum(third, scale, roundoff), rel=1e-3)


def test_no_truncation_and_no_change():
    square, constant, cubic = formula("x*x", (3.0, 0.0)), formula("y", (3.0, 2.0)), formula("x^3", (0.0, 0.0))
    assert square.double.optimum == np.inf and EPSILONS[square.chosen] == 0.1 and square.verdict == "agree"
    assert constant.verdict == "flat" and np.isnan(constant.double.optimum) and not constant.double.errors.any()
    assert cubic.slope == 0 and cubic.verdict == "noise"


@pytest.mark.parametrize(
    ("text", "point", "verdict"),
    [
        ("x^2", (0.0, 0.0), "level"),
        ("x^2 + 1000", (0.0, 0.0), "level"),
        ("cos(x) * y", (0.0, 3.0), "level"),
        ("abs(y) * x^4", (0.0, 2.0), "level"),
        ("y^2", (0.0, 0.0), "flat"),
        ("floor(x)", (0.5, 0.0), "flat"),
        ("relu(x - 1)", (0.95, 0.0), "flat"),
        ("x - x", (0.3, 0.0), "flat"),
    ],
)
def test_a_slope_of_0_is_not_a_function_that_stays_as_it_is(text, point, verdict):
    """x² at 0 changes, to both sides alike; only where f keeps one value does changing x change nothing."""
    swept = formula(text, point)
    assert swept.slope == 0 and swept.verdict == verdict
    assert swept.flat == (verdict == "flat")


def test_float64_stands_on_the_point_given_and_float32_on_its_own_rounding_of_it():
    swept = formula("x * y", (0.5, 0.8))
    assert swept.slope == swept.double.slope == 0.8 and swept.height == 0.4
    assert swept.single.slope == float(np.float32(0.8)) != 0.8
    assert formula("x * y", (0.1, 0.8)).value == 0.1
    swept = formula("exp(x)", (0.1, 0.0))
    np.testing.assert_allclose(swept.double.above, np.exp(0.1 + EPSILONS), rtol=1e-15)
    np.testing.assert_allclose(swept.single.above, np.exp(np.float32(0.1) + EPSILONS.astype(np.float32)), rtol=3e-7)


@pytest.mark.parametrize(
    ("text", "point", "near", "far"),
    [
        ("relu(x - 1)", (1.01, 0.0), 0, 1),
        ("abs(x) + abs(x + y)", (0.02, 0.0), 0, 2),
        ("maximum(x, y)", (0.5, 0.45), 0, 1),
        ("floor(2x)", (0.97 / 2, 0.0), 0, 1),
        ("relu(y) + x", (3.0, 0.0), 0, 0),
        ("relu(x)", (0.0, 0.0), 1, 1),
    ],
)
def test_corners_of_formulas(text, point, near, far):
    corners = formula(text, point).corners
    assert (corners[0], corners[-1]) == (near, far)


def test_at_a_corner_the_verdict_says_so_and_beside_it_a_smaller_epsilon_is_chosen():
    assert formula("abs(x)", (0.0, 0.0)).verdict == "corner"
    beside = formula("relu(x - 1)", (1.01, 0.0))
    assert beside.verdict == "agree" and beside.corners[beside.chosen] == 0 and EPSILONS[beside.chosen] < 0.01
    assert beside.double.quotients[-1] == pytest.approx((1.11 - 1) / 0.2, rel=1e-6)


def test_a_wrong_derivative_is_found():
    good = SWEPT["exp(x)"]
    wrong = check.Point(good.height, good.slope * 1.0001, good.third, good.scale)
    assert check.judged("x", 0.5, wrong, good.corners, good.single, good.double).verdict == "differ"


@pytest.mark.parametrize(
    ("text", "point", "said"),
    [
        ("log(x)", (-1.0, 0.0), "“f” must be"),
        ("sqrt(x)", (0.0, 0.0), "“df/dx” must be"),
        ("x", (np.nan, 0.0), "“x” must be"),
        ("x + y", (0.0, 2e6), "“y” must be from −1,000,000"),
    ],
)
def test_what_has_no_derivative_is_refused(text, point, said):
    with pytest.raises(InvalidInput, match=said):
        formula(text, point)


KINDS = (
    "x * y + x / y - -x",
    "x^3 + 2^x + y^x + x^y",
    "sin(x) + cos(x) + tan(x) + arctan(x)",
    "sinh(x) + cosh(x) + tanh(x) + exp(x) + log(x) + sqrt(x)",
    "abs(x - 2) + sign(x) + floor(x) + step(x) + relu(x - 1) + relu(x)",
    "sigmoid(3x) + softplus(-x)",
    "maximum(x, y) * minimum(x, y) + max(x, x)",
    "sin(x * y) * exp(x / (y + 1)) - (x + y)^2",
)


@pytest.mark.parametrize("text", KINDS)
def test_the_chain_rule_of_formulas_is_jaxs(text):
    expression, values = expressions.parse(text, ("x", "y")), {"x": 0.75, "y": 1.25}
    with jax.enable_x64(True):
        point = jnp.asarray([0.75, 1.25])
        value, slopes = jax.value_and_grad(lambda at: expressions.evaluate(expression, {"x": at[0], "y": at[1]}))(point)
    for variable, slope in zip("xy", slopes.tolist(), strict=True):
        steps = chains.steps(expression, values, variable)
        assert steps[-1].value == pytest.approx(float(value), rel=1e-13)
        assert steps[-1].slope == pytest.approx(slope, rel=1e-12, abs=1e-14)
        for step in steps:
            products = [factor * inner for factor, inner in zip(step.factors, step.slopes, strict=True) if inner]
            assert step.slope == sum(products)


def test_every_function_of_the_whitelist_has_its_local_derivative():
    kinds = {*expressions.FUNCTIONS, *expressions.OPERATORS, "negate"}
    assert chains._VALUES.keys() == chains._FACTORS.keys() == kinds


def clock_of(pair, backward):
    """A clock by which every backward pass takes ``backward`` seconds and every forward pass half a ``pair``."""
    ticks = [backward] * gradient_check_cost.ROUNDS
    now = 0.0
    while True:
        yield now
        now += ticks.pop() if ticks else pair / 2
        yield now


def test_the_cost_is_extrapolated_from_the_sample(monkeypatch):
    monkeypatch.setattr(gradient_check_cost, "SAMPLE", 12)
    clock = clock_of(0.5, 0.25)
    found = list(gradient_check_cost.measure(NETWORK, *BATCH, clock=lambda: next(clock)))
    assert [len(cost.pairs) for cost in found] == [0, 0, *range(1, 8)]
    last = found[-1]
    weights = sum(weights.size for weights in NETWORK)
    # Budget: 3 s of timed work at half a second a pair.
    assert last.naive == pytest.approx(0.5 * weights) and last.ratio == pytest.approx(2 * weights)
    assert last.weights == weights and last.disagreement < 1e-6
    assert not measuring.track.locked() and not jax.config.jax_enable_x64


def test_the_cost_waits_for_another_measurement_and_can_be_given_up():
    with measuring.track:
        work = gradient_check_cost.measure(NETWORK, *BATCH)
        assert next(work).waiting and next(work).waiting
    assert not next(work).waiting and measuring.track.locked()
    work.close()
    assert not measuring.track.locked() and threading.active_count()


def test_the_disagreement_tells_wrong_slopes():
    cost = gradient_check_cost.Cost((1.0,), 1.0, (3.0, 4.0), (3.0, -4.0), 2)
    assert cost.disagreement == pytest.approx(0.8)
    assert cost._replace(slopes=(0.0, 0.0), differences=(0.0, 0.0)).disagreement == 0
