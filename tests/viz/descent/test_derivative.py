"""What the tangent board is given: arrays that unpack to the study, limits, marks, sentences that name the slopes."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.descent import derivative
from engine.descent.derivative import PRESETS
from engine.typed import expressions
from viz.descent import derivative as viz

STUDIES = {}


def studied(name):
    if name not in STUDIES:
        preset = PRESETS[name]
        STUDIES[name] = derivative.study(preset.expression, preset.window)
    return STUDIES[name]


def shown(name):
    return viz.board(studied(name), version=name, place={"x": 1.0, "epsilon": -0.5}, alt="f")


def unpacked(shown):
    """As the browser reads them."""
    content, found, start = zlib.decompress(base64.b64decode(shown["packed"])), {}, 0
    for name, dtype, count in shown["contents"]:
        found[name] = np.frombuffer(content, dtype, count, start)
        start += -(-found[name].nbytes // 8) * 8
    assert start == len(content)
    return found


def sentences(shown):
    return {shown["window"][0] + index * shown["step"]: text for index, text, _ in shown["sentences"]}


def board_of(text):
    study = derivative.study(expressions.parse(text), (-4.0, 4.0))
    return study, viz.board(study, version="typed", place={"x": 0, "epsilon": 1}, alt="f")


@pytest.mark.parametrize("name", ["square", "logarithm", "floor"])
def test_the_board_unpacks_to_the_study(name):
    study, found = studied(name), unpacked(shown(name))
    np.testing.assert_array_equal(found["wide"], study.wide_values)
    np.testing.assert_array_equal(found["slopes"], study.slopes)
    np.testing.assert_array_equal(found["near32"].reshape(study.near32.shape), study.near32)
    # In float64 now: the secant is computed from it.
    np.testing.assert_array_equal(found["near"].reshape(study.near.shape), study.near)
    np.testing.assert_array_equal(found["valueBreaks"].astype(bool), study.value_breaks)
    defined = np.isfinite(study.drawn_values)
    np.testing.assert_array_equal(np.isnan(found["drawnSlopes"]), ~defined | np.isnan(study.drawn_slopes))
    here = study.wide_values[128:-128]
    with np.errstate(all="ignore"):
        floor = (np.abs(here) + np.abs(study.x * study.slopes)) * 2.0**-24
    np.testing.assert_allclose(found["floor"], floor, rtol=1e-6)


def test_the_board_says_where_it_stands():
    board = shown("square")
    assert board["place"] == {"x": 1.0, "epsilon": -0.5} and board["window"] == [-4.0, 4.0]
    assert board["sentences"] == [] and board["marks"] == [] and board["between"] == ""
    assert len(board["packed"]) < 600_000


def test_beside_a_place_without_a_value_f_has_its_values():
    study, board = board_of("1 / x")
    near = unpacked(board)["near"].reshape(study.near.shape)
    assert not np.isfinite(study.wide_values[128 + 256])
    np.testing.assert_allclose(near[256], 1 / study.epsilons, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "function"), [("sin(pi*x)", lambda x: np.sin(np.pi * x)), ("x^2 - 0.005x", lambda x: x * x - 0.005 * x)]
)
def test_secants_from_what_is_sent_are_float64s_own(text, function):
    """sin(π) is 1.2e-16, so the secant from 0 to 1 is too; a term rounded to float32 made it 9e-8."""
    study, board = board_of(text)
    found = unpacked(board)
    secants = (found["near"].reshape(study.near.shape)[256] - found["wide"][128 + 256]) / study.epsilons
    values = function(study.epsilons)
    np.testing.assert_array_less(np.abs(secants - values / study.epsilons), 1e-15 * (1 + 1 / np.abs(study.epsilons)))


def test_a_tangent_is_drawn_only_where_there_is_a_derivative():
    at = {text: board_of(text)[1] for text in ("abs(x)", "relu(x) - relu(-x)", "floor(x)", "sqrt(x)")}
    assert [slope for *_, slope in at["abs(x)"]["sentences"]] == [None]
    assert [slope for *_, slope in at["relu(x) - relu(-x)"]["sentences"]] == [1.0]
    assert {slope for *_, slope in at["floor(x)"]["sentences"]} == {None}
    assert at["relu(x) - relu(-x)"]["marks"] == at["relu(x) - relu(-x)"]["doubts"] == [256]
    assert [at[text]["doubts"] for text in ("abs(x)", "floor(x)", "sqrt(x)")] == [[], [], []]


def test_a_doubt_between_the_places_is_marked_as_one():
    study, _ = board_of("abs(3x - 1)")
    judged = study.place_verdicts._replace(kind=np.array(["disagrees"]), left=np.ones(1), right=np.ones(1))
    board = viz.board(study._replace(place_verdicts=judged), version="a", place={"x": 0, "epsilon": 1}, alt="f")
    assert board["doubts"] == board["marks"] == [pytest.approx((1 / 3 + 4) * 64)]


def test_a_value_between_gaps_is_no_end():
    assert sentences(board_of("x^x")[1])[-1].startswith("At x = −1 f has a value, but none on either side. There is no")


def test_a_curve_beyond_float32_is_no_gap():
    study, board = board_of("10^(12x)")
    assert np.isfinite(study.drawn_values).all() and study.drawn_values.max() == 1e48
    assert np.isfinite(unpacked(board)["drawnValues"]).all() and np.isfinite(unpacked(board)["drawnSlopes"]).all()
    assert np.isinf(unpacked(board_of("1 / x")[1])["drawnValues"]).sum() == 1


def test_sentences_name_both_slopes_and_jaxs_answer():
    answer = int(studied("absolute").verdicts.answer[256])
    assert sentences(shown("absolute")) == {
        0: f"At x = 0 the slope from the left is −1, from the right it is 1. There is no derivative. "
        f"JAX answers {answer}, a choice."
    }
    assert sentences(shown("relu"))[0].startswith("At x = 0 the slope from the left is 0, from the right it is 1.")
    assert sentences(shown("step"))[0] == (
        "At x = 0 f jumps: the slope from the left is 0, from the right it grows without bound. "
        "There is no derivative. JAX answers 0, a choice."
    )
    assert sorted(sentences(shown("floor"))) == list(range(-4, 5))
    assert sentences(shown("root"))[0] == (
        "At x = 0 f ends: on the left it has no value, from the right its slope grows without bound. "
        "There is no derivative. JAX answers ∞."
    )
    undefined = sentences(shown("logarithm"))
    assert undefined[-1] == (
        "At x = −1 f has no finite value, so there is no derivative. JAX answers −1, the number its rule gives."
    )
    assert undefined[0] == "At x = 0 f has no finite value, so there is no derivative. JAX answers ∞."


def test_a_derivative_that_jax_misses_is_told():
    study = derivative.study(expressions.parse("relu(x) - relu(-x)"), (-4.0, 4.0))
    board = viz.board(study, version="typed", place={"x": 0, "epsilon": 1}, alt="f")
    (text,) = sentences(board).values()
    assert "both slopes are 1, so the derivative is 1; yet JAX answers 0" in text


def test_corners_between_the_places_are_marked_and_told():
    study = derivative.study(expressions.parse("abs(3x - 1)"), (-4.0, 4.0))
    board = viz.board(study, version="typed", place={"x": 0, "epsilon": 1}, alt="f")
    assert board["marks"] == [pytest.approx((1 / 3 + 4) * 64)] and board["sentences"] == []
    assert board["between"].startswith("At x ≈ 0.3333333 the slope from the left is −3, from the right it is 3.")


@pytest.mark.parametrize(
    ("name", "places"),
    [("absolute", [0]), ("floor", range(-4, 5)), ("root", [0]), ("logarithm", [0]), ("reciprocal", [0]), ("sine", [])],
)
def test_marks_stand_beside_a_derivative(name, places):
    board = shown(name)
    assert [board["window"][0] + mark / 64 for mark in board["marks"]] == list(places)


def test_a_pole_between_the_places_is_told_as_one():
    study = derivative.study(expressions.parse("tan(x)"), (-4.0, 4.0))
    board = viz.board(study, version="typed", place={"x": 0, "epsilon": 1}, alt="f")
    assert board["between"].startswith("At x ≈ −1.570796 f grows beyond all bounds, so there is no derivative.")


HEIGHTS = arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6) | st.just(np.nan))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(HEIGHTS)
def test_limits_hold_most_of_a_curve(heights):
    low, high = viz.limits(heights)
    finite = heights[np.isfinite(heights)]
    assert low < high
    if finite.size:
        assert ((finite >= low) & (finite <= high)).mean() >= 0.9
        assert high - low <= 1.2 * max(np.ptp(finite), 2 + 1e-6 * np.abs(finite).max())


def test_a_pole_does_not_flatten_the_picture():
    low, high = shown("reciprocal")["limits"]["value"]
    assert -80 < low < -1 and 1 < high < 80
    assert shown("sine")["limits"]["value"] == pytest.approx([-1.14, 1.14], abs=0.01)
    assert shown("line")["limits"]["slope"] == pytest.approx([0.36, 2.64])


def test_errors_reach_from_float64s_last_digits_to_the_largest():
    low, high = shown("square")["limits"]["error"]
    assert (low, high) == (-17, 1)
    assert viz.error_limits(np.zeros((3, 4))) == [-17, 0]
