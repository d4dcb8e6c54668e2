"""Derivatives against closed forms and finite differences, errors against Taylor, verdicts against known corners."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.descent import derivative
from engine.descent.derivative import EPSILONS, PRESETS, STEP, steps
from engine.descent.derivative_verdicts import verdicts
from engine.typed import expressions
from tests.cases import some

FORMS = {
    "square": (lambda x: x**2, lambda x: 2 * x, lambda x: 2 + 0 * x),
    "cubic": (lambda x: x**3 - x, lambda x: 3 * x**2 - 1, lambda x: 6 * x),
    "sine": (np.sin, np.cos, lambda x: -np.sin(x)),
    "cosine": (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)),
    "exponential": (np.exp, np.exp, np.exp),
    "line": (lambda x: 1.5 * x, lambda x: 1.5 + 0 * x, lambda x: 0 * x),
    "valleys": (
        lambda x: x**4 / 20 - 0.6 * x**2 - 0.3 * x + 3,
        lambda x: x**3 / 5 - 1.2 * x - 0.3,
        lambda x: 0.6 * x**2 - 1.2,
    ),
    "absolute": (np.abs, np.sign, lambda x: 0 * x),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0, lambda x: 0 * x),
    "step": (lambda x: (x > 0) * 1.0, lambda x: 0 * x, lambda x: 0 * x),
    "floor": (np.floor, lambda x: 0 * x, lambda x: 0 * x),
    "root": (np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x: -0.25 * x**-1.5),
    "logarithm": (np.log, lambda x: 1 / x, lambda x: -1 / x**2),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3),
}
SMOOTH = ("square", "cubic", "sine", "cosine", "exponential", "valleys")
KINDS = {
    "absolute": {0: "kink"},
    "relu": {0: "kink"},
    "step": {0: "jump"},
    "reciprocal": {0: "undefined"},
    "floor": dict.fromkeys(range(-4, 5), "jump"),
    "root": {0: "edge"} | dict.fromkeys(steps(-1, -STEP), "undefined"),
    "logarithm": dict.fromkeys(steps(-1, 0), "undefined"),
}
INF, NAN = math.inf, math.nan
STUDIES = {}


def studied(name):
    if name not in STUDIES:
        STUDIES[name] = derivative.study(PRESETS[name].expression, PRESETS[name].window)
    return STUDIES[name]


def of(text):
    return derivative.study(expressions.parse(text), (-4.0, 4.0))


def expected(name, place):
    return KINDS.get(name, {}).get(place, "smooth")


@pytest.mark.parametrize("name", some(PRESETS, every=5))
def test_values_slopes_and_curvatures_are_the_closed_forms(name):
    study = studied(name)
    good = study.verdicts.kind == "smooth"
    x = study.x[good]
    function, slope, curvature = FORMS[name]
    middle = np.isin(study.wide, x)
    np.testing.assert_allclose(study.wide_values[middle], function(x), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(study.slopes[good], slope(x), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(study.curvatures[good], curvature(x), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", some(PRESETS, every=4))
def test_the_wide_and_the_drawn_curve_hold_every_place(name):
    study = studied(name)
    np.testing.assert_array_equal(study.drawn[::4], study.x)
    np.testing.assert_array_equal(study.wide[128:-128], study.x)
    np.testing.assert_array_equal(study.drawn_values[::4], study.wide_values[128:-128])
    assert (study.x * 64 == np.round(study.x * 64)).all() and study.x[0] == PRESETS[name].window[0]
    assert study.x[0] <= PRESETS[name].start <= study.x[-1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", PRESETS)
def test_errors_give_back_the_function_at_every_epsilon(name):
    study = studied(name)
    good = np.flatnonzero(study.verdicts.kind == "smooth")[::7]
    x, function = study.x[good][:, None], FORMS[name][0]
    inside = np.isfinite(function(x + study.epsilons)) if name != "reciprocal" else np.abs(x + study.epsilons) > 1e-9
    near = function(x) + study.slopes[good][:, None] * study.epsilons + study.errors[good]
    np.testing.assert_allclose(near[inside], function(x + study.epsilons)[inside], rtol=1e-9, atol=1e-12)
    single = function((x.astype(np.float32) + study.epsilons.astype(np.float32)).astype(np.float64))
    np.testing.assert_allclose(study.near32[good][inside], single[inside], rtol=3e-6, atol=3e-6)
    assert study.near32.dtype == np.float32


@pytest.mark.parametrize("name", SMOOTH)
def test_the_error_falls_with_slope_2(name):
    study = studied(name)
    strong = np.flatnonzero(np.abs(study.curvatures) > 0.5 * np.abs(study.curvatures).max())
    for index in strong[:: len(strong) // 9]:
        x = study.x[[index]].astype(np.float32)
        errors = np.abs(derivative.approximation_errors(PRESETS[name].expression, x, EPSILONS)[0])
        floor = derivative.rounding_floor(x, study.wide_values[128:-128][[index]], study.slopes[[index]])
        usable = (errors > 30 * floor) & (EPSILONS <= 0.1)
        assert usable.sum() >= 5
        slope = np.polyfit(np.log10(EPSILONS[usable]), np.log10(errors[usable]), 1)[0]
        assert slope == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("name", SMOOTH)
def test_below_float32s_floor_only_rounding_is_left(name):
    study = studied(name)
    x = study.x[5::23].astype(np.float32)
    small = EPSILONS[EPSILONS < 2e-5]
    errors = np.abs(derivative.approximation_errors(PRESETS[name].expression, x, small))
    floor = derivative.rounding_floor(x, study.wide_values[128:-128][5::23], study.slopes[5::23])
    taylor = np.abs(study.curvatures[5::23, None]) * small**2
    assert errors.dtype == np.float32
    # sin and exp themselves may be off by a last digit or two.
    assert (errors <= 8 * floor[:, None] + taylor + 1e-6 * small).all()
    assert 0.1 < np.median(errors.max(1) / floor) < 6


def test_float64_follows_taylor_down_to_the_smallest_epsilon():
    study = studied("cosine")
    strong = np.abs(study.curvatures) > 0.5
    taylor = study.curvatures[strong, None] / 2 * study.epsilons**2
    small = np.abs(study.epsilons) < 1e-2
    assert np.abs(study.errors[strong] - taylor)[:, small].max() < 2e-7
    np.testing.assert_allclose(study.errors[strong][:, small][:, ::2], taylor[:, small][:, ::2], rtol=0.15)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.floats(-3, 3, width=32), st.sampled_from(EPSILONS.tolist()), st.booleans())
def test_quotients_are_the_slopes_of_secants(x, epsilon, negative):
    epsilon = -epsilon if negative else epsilon
    with jax.enable_x64(True):
        found = derivative.quotients(PRESETS["cubic"].expression, jnp.asarray([x]), jnp.asarray([epsilon]))
    # ((x + e)^3 - x^3 - e) / e, expanded.
    exact = 3 * x**2 + 3 * x * epsilon + epsilon**2 - 1
    assert float(found[0, 0]) == pytest.approx(exact, rel=1e-6, abs=1e-7 + 1e-14 / abs(epsilon))


@pytest.mark.parametrize("name", PRESETS)
def test_verdicts_are_right_at_the_named_places_and_silent_elsewhere(name):
    study = studied(name)
    assert {x: kind for x, kind in zip(study.x, study.verdicts.kind, strict=True)} == {
        x: expected(name, x) for x in study.x
    }
    assert study.places.size == 0


def at(text, x):
    with jax.disable_jit():
        found = verdicts(expressions.parse(text), np.array([float(x)]))
    return tuple(part[0].item() for part in found)


@pytest.mark.parametrize(
    ("text", "x", "kind", "left", "right"),
    some([
        ("abs(x)", 0, "kink", -1, 1), ("relu(x)", 0, "kink", 0, 1), ("abs(x) + 1000x^2", 0, "kink", -1, 1),
        ("max(x, x^2)", 1, "kink", 1, 2), ("exp(abs(x - 1))", 1, "kink", -1, 1),
        ("1000000abs(x)", 0, "kink", -1e6, 1e6), ("abs(x)/1000", 0, "kink", -1e-3, 1e-3),
        ("step(x)", 0, "jump", 0, INF), ("floor(x)", 2, "jump", INF, 0),
        ("sign(x)", 0, "jump", INF, INF), ("-step(x)", 0, "jump", 0, -INF), ("abs(x)^0.5", 0, "steep", -INF, INF),
        ("sqrt(x)", 0, "edge", NAN, INF), ("x*sqrt(x)", 0, "edge", NAN, 0), ("sqrt(-x)", 0, "edge", -INF, NAN),
        ("log(x)", 0, "undefined", NAN, NAN), ("log(x)", -1, "undefined", NAN, NAN), ("1/x", 0, "undefined", NAN, NAN),
        ("relu(x) - relu(-x)", 0, "disagrees", 1, 1), ("sqrt(x^4)", 0, "disagrees", 0, 0),
    ], every=5),
)  # fmt: skip
def test_corners_jumps_and_ends_are_told_apart(text, x, kind, left, right):
    found = at(text, x)
    assert found[0] == kind
    if kind != "undefined":
        assert found[2:4] == pytest.approx((left, right), rel=1e-5, abs=1e-6, nan_ok=True)


def test_jumps_have_their_heights_and_answers_are_jaxs_own():
    assert at("3step(x) + x", 0)[4:] == pytest.approx((0, 3, 1), abs=1e-9)
    assert at("floor(x)", 3)[4:6] == (-1, 0)
    assert at("relu(x)", 0)[6] == jax.grad(jax.nn.relu)(0.0) == 0
    assert at("abs(x)", 0)[6] == jax.grad(jnp.abs)(0.0)
    assert at("log(x)", -1)[6] == -1


@pytest.mark.parametrize(
    "text",
    some(["x*abs(x)", "abs(x)^1.5", "sigmoid(1000000x)", "sin(1000x)", "(1000000 + x)^2 - 1000000000000", "exp(4x)",
     "tanh(50x)", "softplus(1000x)", "sin(1000000x)", "1000000000000 + x", "relu(x)^2", "7", "x - x"], every=5),
)  # fmt: skip
def test_steep_noisy_and_constant_functions_are_no_corners(text):
    with jax.disable_jit():
        judged = verdicts(expressions.parse(text), steps(-4, 4))
    assert set(judged.kind) == {"smooth"}


def test_a_steep_slope_is_no_jump():
    study = of("sigmoid(1000000x) + tanh(50x)")
    assert not study.value_breaks.any() and not study.slope_breaks.any() and study.places.size == 0


@pytest.mark.parametrize(
    ("text", "places", "kind"),
    some(
        [
            ("abs(3x - 1)", [1 / 3], "kink"),
            ("1 / (3x - 1)", [1 / 3], "undefined"),
            ("tan(x)", [-math.pi / 2, math.pi / 2], "undefined"),
            ("floor(3x)", [k / 3 for k in range(-12, 13) if k % 3], "jump"),
            ("abs(x^2 - 2)", [-math.sqrt(2), math.sqrt(2)], "kink"),
        ],
        every=3,
    ),
)
def test_corners_between_the_places_are_found(text, places, kind):
    study = of(text)
    np.testing.assert_allclose(study.places, places, atol=1e-9)
    assert set(study.place_verdicts.kind) == {kind}


FINE = STEP / 4


@pytest.mark.parametrize(
    ("name", "values", "slopes"),
    [
        ("step", [0], []),
        ("absolute", [], [-FINE]),
        ("floor", [k - FINE for k in range(-3, 5)], []),
        ("relu", [], [0]),
        ("sine", [], []),
        ("root", [], []),
    ],
)
def test_curves_break_where_they_jump_and_nowhere_else(name, values, slopes):
    study = studied(name)
    np.testing.assert_allclose(study.drawn[:-1][study.value_breaks], values)
    np.testing.assert_allclose(study.drawn[:-1][study.slope_breaks], slopes)


SMOOTH_CALLS = [
    "sin({})",
    "cos({})",
    "exp(-({})^2)",
    "tanh({})",
    "arctan({})",
    "softplus({})",
    "sigmoid({})",
    "log(2 + ({})^2)",
]
FORMULAS = st.recursive(
    st.sampled_from(["x", "2", "0.5", "3x", "x^2"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(st.sampled_from(SMOOTH_CALLS), inner).map(lambda p: p[0].format(p[1])),
    ),
    max_leaves=5,
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(FORMULAS, st.integers(-200, 200))
def test_generated_smooth_formulas_match_differences_and_raise_no_verdict(text, at_step):
    assume(len(text) <= 120)
    x = np.array([at_step * STEP, at_step * STEP / 3, 0.0])
    expression = expressions.parse(text)
    sides = 2.0**-10 * np.array([-2, -1, 1, 2])
    with jax.enable_x64(True), jax.disable_jit():
        judged = verdicts(expression, x)
        near = np.asarray(derivative.values(expression, jnp.asarray(x[:, None] + sides)))
    assert list(judged.kind) == ["smooth"] * 3
    third = np.abs(near @ [-1, 2, -2, 1]).max() * 2.0**29
    # The five-point rule of fourth order; its own error is judged by the third difference.
    found = near @ [1, -8, 8, -1] / (12 * 2.0**-10)
    assume(third < 1e5)
    np.testing.assert_allclose(judged.answer, found, rtol=1e-5, atol=1e-5 * (1 + third * 2.0**-10))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    FORMULAS, st.integers(-200, 200), st.sampled_from(["abs", "relu", "step", "floor"]), st.sampled_from([0.5, 1, 4])
)
def test_a_corner_put_into_any_smooth_formula_is_found(text, at_step, corner, height):
    assume(len(text) <= 120)
    place = at_step * STEP
    x = np.array([place, place + 5 * STEP])
    broken = expressions.parse(f"{text} + {height} * {corner}(x - {place!r})".replace("- -", "+ "))
    with jax.disable_jit():
        assume(np.abs(verdicts(expressions.parse(text), x).answer).max() < 1e4)
        judged = verdicts(broken, x)
    assert list(judged.kind) == ["jump" if corner in ("step", "floor") else "kink", "smooth"]
    if corner == "abs":
        assert judged.right[0] - judged.left[0] == pytest.approx(2 * height, rel=1e-4)
