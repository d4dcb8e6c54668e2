"""Places without a finite value or a derivative: the node, the column and JAX's answer are named; nothing else is."""

import jax
import numpy as np
import pytest

from engine.backprop.graph_backward import backward
from engine.backprop.graph_expressions import FUNCTIONS, parse_graph
from engine.backprop.graph_warnings import warnings


def found(text, **values):
    graph = parse_graph(text, values)
    return warnings(graph, backward(graph, values))


@pytest.mark.parametrize(
    ("text", "x", "kind", "column", "sentence"),
    [
        ("1 / x", 0, "value", 3, "loss (character 3) is inf: 1 is divided by x = 0."),
        ("x / 0", 2, "value", 3, "loss (character 3) is inf: x is divided by 0."),
        ("log(x)", 0, "value", 1, "is −inf: the logarithm falls without bound towards 0, and here is x = 0."),
        ("log(x)", -1, "value", 1, "is nan: x is negative, and only positive numbers have a logarithm."),
        ("2 + sqrt(x)", -1, "value", 5, "x1 (character 5) is nan: x is negative and has no square root."),
        ("exp(x)", 1000, "value", 1, "is inf: the result is beyond the largest number of its dtype."),
        ("x**-2", 0, "value", 2, "a negative power divides by x = 0."),
        ("x**0.5", -4, "value", 2, "x is negative and has only whole powers."),
        ("abs(x)", 0, "corner", 1, "|x| has a corner at x = 0: its slope jumps from −1 to 1 there, so it has no"),
        ("relu(x)", 0, "corner", 1, "relu has a corner at x = 0: its slope jumps from 0 to 1 there, so it has no"),
        ("maximum(x, 1)", 1, "corner", 1, "x and 1 are equal, and maximum has no derivative at a tie"),
        ("minimum(x, x)", 1, "corner", 1, "x and x are equal, and minimum has no derivative at a tie"),
        ("sqrt(x)", 0, "gradient", 1, "is infinitely steep at x = 0 (character 1): JAX's derivative there is inf."),
        ("sqrt(-x)", 0, "gradient", 1, "is infinitely steep at x1 = 0 (character 1): JAX's derivative there is −inf."),
        ("x**0.5", 0, "gradient", 2, "is infinitely steep at x = 0 (character 2): JAX's derivative there is inf."),
        ("1 / x", 1e-200, "gradient", 3, "is steeper at x = 1e−200 (character 3) than the largest number of its dtype"),
        (
            "x**x",
            -1,
            "gradient",
            2,
            "loss has no value beside x = −1 (character 2), because a negative number has only "
            "whole powers; so there is no derivative. JAX answers nan.",
        ),
        ("(-2)**x", 2, "gradient", 5, "loss has no value beside x = 2 (character 5), because a negative number has"),
        ("x**x", 0, "gradient", 2, "JAX's slope of loss at x = 0 (character 2) is nan: its rule comes to 0 × ∞"),
    ],
)
def test_each_kind_is_said_at_its_place(text, x, kind, column, sentence):
    first = found(text, x=np.float64(x))[0]
    assert (first.kind, first.column) == (kind, column)
    assert sentence in first.sentence


def test_a_slope_is_called_infinite_only_where_quotients_grow_without_bound():
    for text, x, infinite in (("sqrt(x)", 0.0, True), ("1 / x", 1e-200, False), ("x**x", -1.0, False)):
        (note,) = found(text, x=x)
        assert ("infinitely steep" in note.sentence) == infinite
        with np.errstate(invalid="ignore"):
            of = {"sqrt(x)": np.sqrt, "1 / x": lambda at: 1 / at, "x**x": lambda at: np.float64(at) ** at}[text]
            sides = [(of(x + step) - of(x)) / step for step in (1e-4 * (x or 1), 1e-8 * (x or 1), 1e-12 * (x or 1))]
        grows = bool(np.isfinite(sides).all() and abs(sides[2]) > 50 * abs(sides[1]) > 2500 * abs(sides[0]))
        assert grows == infinite


def test_each_operand_that_lost_its_slope_is_named():
    (note,) = found("sum(x**w)", x=[-1.0, 0.0, 2.0], w=[2.0, 0.5, 1.0])
    assert "infinitely steep at x = 0" in note.sentence and "no value beside w = 2" in note.sentence


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("1e12 * (1e12 * (exp(x) * w))", {"x": 680.0, "w": 0.0}, "w is inf: the products on the way back are beyond"),
        ("1e12 * (1e12 * (exp(680) * (x * w)))", {"x": 0.0, "w": 0.0}, "x is nan: on the way back numbers grew beyond"),
    ],
)
def test_gradients_lost_on_the_way_back_say_how(text, values, said):
    assert found(text, **values)[0].sentence.startswith(f"the gradient of {said}")


@pytest.mark.parametrize(("text", "name"), [("abs(x)", "abs"), ("relu(x)", "relu")])
def test_what_jax_answers_at_a_corner_is_its_answer(text, name):
    (note,) = found(text, x=0.0)
    slope = jax.grad(FUNCTIONS[name].compute)(0.0)
    assert note.sentence.endswith(f"JAX answers {slope:g}.")


def test_ties_are_shared():
    assert found("maximum(x, w)", x=2.0, w=2.0)[0].sentence.endswith("JAX answers 0.5 and 0.5.")


def test_only_the_first_cause_is_named():
    notes = found("exp(1 / x) + 2", x=0.0)
    assert [note.kind for note in notes if note.kind == "value"] == ["value"]


def test_in_tensors_one_cell_is_enough():
    assert "an entry of x that is 0" in found("sum(1 / x)", x=[1.0, 0.0])[0].sentence
    (note,) = found("sum(abs(x))", x=[1.0, 0.0])
    assert note.kind == "corner" and note.column == 5
    assert "nan" in found("sum(x * w)", x=[np.nan, 1.0], w=[1.0, 2.0])[0].sentence


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("abs(x) + relu(x) + 1 / x + log(x) + sqrt(x)", {"x": 0.5}),
        ("sum(softmax(x))", {"x": [1.0, 1.0]}),
        ("0 * abs(x)", {"x": 0.0}),
        ("maximum(x, 1)", {"x": 2.0}),
        ("sum(w * abs(x))", {"x": [0.0, 1.0], "w": [0.0, 1.0]}),
    ],
)
def test_where_nothing_is_wrong_nothing_is_said(text, values):
    assert found(text, **values) == ()
