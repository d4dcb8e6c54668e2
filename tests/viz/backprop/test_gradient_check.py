"""The U-curve, its numbers, the pictures and the sentences of a gradient check."""

import re

import numpy as np
import pytest

from engine.backprop import gradient_check_formula
from engine.backprop.gradient_check import EPSILONS
from engine.backprop.gradient_check_chain import chain, steps
from engine.backprop.gradient_check_cost import Cost
from engine.descent import naive_search
from engine.descent.naive_search import Place
from engine.training.network import Params
from engine.typed import expressions
from viz.backprop import gradient_check as viz
from viz.backprop import gradient_check_words as words


def formula(text, point=(0.5, 0.25), variable="x"):
    return gradient_check_formula.sweep(expressions.parse(text, ("x", "y")), point, variable)


SMOOTH, LINE, CORNER, FLAT = formula("exp(x) + y"), formula("3x"), formula("relu(x - 0.488)"), formula("y")


@pytest.fixture(scope="module")
def network():
    random = np.random.default_rng(0)
    shapes = {"W1": (784, 6), "b1": (6,), "W2": (6, 10), "b2": (10,)}
    params = Params(**{name: 0.1 * random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})
    images, labels = random.integers(0, 256, (2, 28, 28)).astype(np.uint8), np.array([3, 7])
    return params, images, labels, naive_search.slopes(params, images, labels)


def trace(figure, name):
    (found,) = [item for item in figure.data if item.name == name]
    return found


def test_the_curve_is_both_dtypes_errors_with_their_theory():
    figure = viz.sweep_figure(SMOOTH)
    for name, side in (("float32", SMOOTH.single), ("float64", SMOOTH.double)):
        measured = trace(figure, f"{name}, measured")
        np.testing.assert_array_equal(measured.x, EPSILONS)
        np.testing.assert_array_equal(measured.y, np.where(side.errors > 0, side.errors, np.nan))
        expected = trace(figure, f"{name}, expected")
        np.testing.assert_allclose(expected.y, side.expected / SMOOTH.slope)
        # The diamond is the lowest point of the dashed line.
        diamonds = trace(figure, "ε* by theory")
        k = ("float32", "float64").index(name)
        assert diamonds.x[k] == side.optimum
        assert diamonds.y[k] == pytest.approx(min(expected.y), rel=0.05)
    own = trace(figure, "autodiff in float32")
    assert own.y[0] == own.y[1] == pytest.approx(abs(SMOOTH.single.slope - SMOOTH.slope) / SMOOTH.slope)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert figure.layout.xaxis.title.text == "ε" and figure.layout.xaxis.ticktext[0] == "10⁻¹⁰"


def test_an_error_of_0_sits_at_the_lower_edge_and_corners_are_marked():
    exact = trace(viz.sweep_figure(FLAT), "float64, error exactly 0")
    np.testing.assert_array_equal(exact.x, EPSILONS)
    assert set(exact.y) == {viz.FLOOR} and np.isnan(trace(viz.sweep_figure(FLAT), "float64, measured").y).all()
    assert not len(trace(viz.sweep_figure(SMOOTH), "float64, error exactly 0").x)
    marks = trace(viz.sweep_figure(CORNER), "a corner within ±ε")
    np.testing.assert_array_equal(marks.x, EPSILONS[CORNER.corners > 0])
    assert EPSILONS[0] not in marks.x and EPSILONS[-1] in marks.x
    assert not [item for item in viz.sweep_figure(SMOOTH).data if "corner" in item.name]
    flat = viz.sweep_figure(FLAT)
    assert not [item for item in flat.data if "expected" in item.name] and not len(trace(flat, "ε* by theory").x)


def test_every_epsilon_is_a_frame_that_moves_points_and_numbers():
    figure = viz.sweep_figure(SMOOTH)
    assert len(figure.frames) == len(EPSILONS) and figure.frames[-1].name == "ε = 0.1"
    for k in (0, 30, 54):
        frame = figure.frames[k]
        names = [figure.data[number].name for number in frame.traces]
        assert names == ["float32, this ε", "float64, this ε", "float32, numbers", "float64, numbers"]
        assert frame.data[1].x == (EPSILONS[k],) and frame.data[1].y == (SMOOTH.double.errors[k],)
        assert frame.data[2].text == (viz.number_lines(SMOOTH, "float32", k),)
    # What is drawn before anything moves is the last frame, where the slider starts.
    assert figure.data[-1].text == figure.frames[-1].data[3].text
    axes = [(item.xaxis, item.yaxis) for item in figure.data[-2:]]
    assert axes == [("x2", "y2"), ("x3", "y3")]


def plain(text):
    return re.sub(r"<[^>]+>", "", text.replace("<br>", "\n"))


def test_digits_that_agree_are_underlined():
    k = int(np.abs(EPSILONS - 1e-5).argmin())
    lines = viz.number_lines(SMOOTH, "float64", k).split("<br>")
    shared, quotient = (re.search(r"<u>(.*?)</u>", lines[number]).group(1) for number in (1, 3))
    ends = [plain(line).split()[-1] for line in lines[1:5]]
    assert ends[0].startswith(shared) and ends[1].startswith(shared) and ends[0][len(shared)] != ends[1][len(shared)]
    assert ends[2].startswith(quotient) and ends[3].startswith(quotient)
    assert float(ends[3].replace("−", "-")) == SMOOTH.slope and len(quotient) >= 10
    tiny = viz.number_lines(SMOOTH, "float32", 0)
    assert plain(tiny).split("\n")[1].split()[-1] == plain(tiny).split("\n")[2].split()[-1]
    assert "relative error 1" in tiny and "a corner" not in tiny
    assert "a corner within ±ε" in viz.number_lines(CORNER, "float32", 54)


def test_numbers_are_written_to_the_last_digit_of_their_dtype():
    for value in (np.float32(0.1), np.float32(123.456), np.float64(2 / 3), np.float64(0.20397293532953475)):
        digits = viz.DIGITS[str(value.dtype)]
        assert value.dtype.type(viz.written((value, value), digits)[0]) == value
    assert viz.written((np.nan, 1.0), 9) == ("nan", "1") and viz.written((0.0, 0.0), 3) == ("0.00", "0.00")
    assert viz.written((1e7, -5e6), 3) == ("1.00·10⁷", "−0.50·10⁷")


def test_the_unit_as_two_pictures(network):
    params, _, _, found = network
    scene = viz.unit_scene(params, found, 4, 100)
    assert [block.shape for block in scene.blocks] == [(28, 28), (28, 28)]
    assert scene.frames[0].lit == {"gradient": [100, 884]}
    assert scene.relations[100].text == scene.relations[884].text and "W1[100, 4] = " in scene.relations[100].text
    slope = found.gradient.W1[100, 4]
    assert scene.blocks[1].values[100] == f"{slope:.3g}" and scene.blocks[0].values[100] == f"{params.W1[100, 4]:.3g}"
    assert not viz.unit_scene(params, found, 4, None).frames[0].lit


def test_three_methods_side_by_side():
    table = words.table(SMOOTH, SMOOTH.slope * (1 + 1e-12))
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n")]
    assert rows[0] == ["d f / d x by", "value", "relative error"] and len(rows) == 7
    assert rows[2] == ["autodiff, `jax.grad`, float64", words.precise(SMOOTH.slope), "the reference"]
    assert rows[3][2] == "10⁻¹²"
    assert words.precise(SMOOTH.double.quotients[SMOOTH.chosen]) == rows[4][1]
    assert words.precise(SMOOTH.single.quotients[SMOOTH.best(SMOOTH.single)]) == rows[5][1]


def test_verdicts():
    assert "the gradient is right" in words.verdict(SMOOTH, SMOOTH.slope)
    assert "chain rule DIFFER" in words.verdict(SMOOTH, SMOOTH.slope * 1.01)
    assert "exactly 0" in words.verdict(FLAT, 0.0) and "changes nothing here" in words.verdict(FLAT, 0.0)
    level = words.verdict(formula("x^2", (0.0, 0.0)), 0.0)
    assert "exactly 0" in level and "changes nothing" not in level and "**f is level here.**" in level
    assert "**corner**" in words.verdict(formula("abs(x)", (0.0, 0.0)), 0.0)
    start = EPSILONS[int((CORNER.corners > 0).argmax())]
    assert start == 0.015 and "From ε = 0.015 on the function has a corner" in words.verdict(CORNER, 1.0)
    assert "corner" not in words.verdict(SMOOTH, SMOOTH.slope)


def test_the_theory_with_its_numbers():
    said = words.theory_words(SMOOTH)
    third, size = (float(re.search(rf"{name} = ([\d.]+)", said).group(1)) for name in (r"\|f‴\|", "S"))
    assert third == pytest.approx(SMOOTH.third, rel=1e-3) and size == pytest.approx(SMOOTH.scale, rel=1e-3)
    assert "Numerical Recipes" in said and "**ε\\* = " in said
    assert "no truncation" in words.theory_words(LINE)


@pytest.mark.parametrize(
    "place", [Place("W1", 100, 4), Place("b1", 0, 4), Place("W2", 4, 7), Place("b2", 0, 3)], ids=str
)
def test_the_chain_rule_is_written_with_numbers_that_multiply(network, place):
    params, images, labels, _ = network
    found = chain(params, place, images, labels)
    said = words.chain_words(found)
    product = re.search(r"\*\*product\*\*: (.*) = \*\*(.*)\*\*", said)
    factors = [float(part.strip("()").replace("−", "-")) for part in product.group(1).split(" × ")]
    largest = found.terms[np.abs(found.terms).argmax()]
    assert np.prod(factors) == pytest.approx(largest, rel=2e-3)
    assert len(factors) == {"W1": 3, "b1": 2, "W2": 2, "b2": 1}[place.layer]
    assert "mean over 2 images" in said
    table = words.factors_table(found).split("\n")
    assert len(table) == 12 and ("W2[4]" in table[0]) == (place.layer[1] == "1")


def test_the_parts_of_a_formula_are_rows():
    expression = expressions.parse("x*y + sin(x)", ("x", "y"))
    table = words.steps_table(steps(expression, {"x": 2.0, "y": 3.0}, "x"), "x", SMOOTH).split("\n")
    assert table[2] == "| u1 = x × y | 6 | ∂/∂x = 3 | 3 × 1 = **3** |"
    assert table[3] == "| u2 = sin(x) | 0.9093 | ∂/∂x = −0.4161 | (−0.4161) × 1 = **−0.4161** |"
    assert table[4].endswith("| 1 × 3 + 1 × (−0.4161) = **2.584** |")
    other = words.steps_table(steps(expression, {"x": 2.0, "y": 3.0}, "y"), "y", SMOOTH).split("\n")
    assert other[3] == "| u2 = sin(x) | 0.9093 | constant | 0 |"
    twice = words.steps_table(steps(expressions.parse("x*x + x", ("x",)), {"x": 3.0}, "x"), "x", SMOOTH).split("\n")
    assert twice[2] == "| u1 = x × x | 9 | ∂/∂x = 3 + 3 = 6 | 6 × 1 = **6** |"
    assert twice[3] == "| u2 = u1 + x | 12 | ∂/∂u1 = 1, ∂/∂x = 1 | 1 × 6 + 1 × 1 = **7** |"
    assert "single number" in words.steps_table([], "x", SMOOTH)


def test_the_cost_says_what_was_measured_and_what_extrapolated():
    cost = Cost((0.01, 0.03, 0.02), 0.004, (1.0, 2.0, 3.0), (1.0, 2.0, 3.0), 407_050)
    bars = trace(viz.cost_figure(cost, 407_050), "seconds")
    assert list(bars.x) == pytest.approx([0.01, 0.004, 0.02 * 407_050])
    said = viz.cost_words(cost, "finished", 407_050)
    assert "**3** of 407,050 weights" in said and "**Extrapolated**" in said and "**2,035,250 times**" in said
    assert viz.cost_words(cost, "stopped", 407_050).startswith("Stopped early")
    assert not len(trace(viz.cost_figure(None, 407_050), "seconds").x)
    assert "Press **Measure**" in viz.cost_words(None, "new", 1)
    waiting = cost._replace(waiting=True)
    assert "Waiting" in viz.cost_words(waiting, "running", 1)
    given_up = waiting._replace(pairs=())
    assert viz.cost_words(given_up, "stopped", 1) == "Stopped before the first weight."
    assert viz.cost_words(cost._replace(pairs=()), "running", 1) == "Timing the backward pass."
