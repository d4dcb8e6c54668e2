"""Places without a finite value or a derivative: the node, the column and JAX's answer are named; nothing else is."""

import jax
import numpy as np
import pytest

from engine.graph_backward import backward
from engine.graph_expressions import FUNCTIONS, parse_graph
from engine.graph_warnings import warnings


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
    ],
)
def test_each_kind_is_said_at_its_place(text, x, kind, column, sentence):
    first = found(text, x=np.float64(x))[0]
    assert (first.kind, first.column) == (kind, column)
    assert sentence in first.sentence


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
