"""The code of a graph computes the page's value and gradients: by hand in NumPy, by itself in JAX."""

import ast

import numpy as np
import pytest

from engine.backprop.graph_backward import backward, gradients
from engine.backprop.graph_expressions import FUNCTIONS, parse, parse_graph
from engine.backprop.graph_presets import PRESETS, starting_values
from tests.cases import some
from viz.backprop import graph_snippets as snippets

POSITIVE = {"p": np.array([0.2, 0.5, 0.3]), "y_true": np.array([0.0, 1.0, 0.0])}
PAIR = {"x": np.array([0.4, 0.9]), "z": np.array([1.1, 0.7])}
MATRIX = {
    "x": np.array([1.5, -0.5]),
    "W": np.array([[1.0, 2.0, 0.5], [-1.0, 0.3, 2.0]]),
    "b": np.array([0.1, 0.2, 0.3]),
}
TEXTS = [
    ("(x - z) / (x + 2) - -x ** 2 / 3", PAIR),
    ("x ** z + 2 ** x + (x + 1) ** -2 + (x * z) ** 0.5", PAIR),
    ("sum(x @ W + b) + mean(relu(W))", MATRIX),
    ("W @ transpose(W) + x", MATRIX),
    ("x @ (W @ b) * (x @ x)", MATRIX),
    ("W * 2 + b", MATRIX),
    ("minimum(x, z) + maximum(x, 0.5)", PAIR),
    ("x - (z - x) * (x / (z / x))", PAIR),
    ("maximum(x, 0.4) + abs(0.4 - x) + minimum(0.9, x) + relu(x - 0.9)", PAIR),
]


def program(text, values, output="loss"):
    graph = parse_graph(text, values, output=output)
    return graph, snippets.programs(graph, parse(text, tuple(values)), values)


def executed(source):
    names = {}
    exec(compile(source, "snippet", "exec"), names)
    return names


def found_by_engine(graph, values):
    shape = graph.nodes[graph.output].shape
    found = backward(graph, values, seed=np.ones(shape) if shape else None, compiled=False)
    return found.values[graph.output], gradients(graph, found)


def check(text, values, output="loss"):
    graph, sources = program(text, values, output)
    value, slopes = found_by_engine(graph, values)
    by_hand = executed(sources["NumPy, by hand"])
    np.testing.assert_allclose(by_hand[output], value, rtol=1e-10, atol=1e-12)
    for name, slope in slopes.items():
        np.testing.assert_allclose(by_hand[f"d_{name}"], slope, rtol=1e-9, atol=1e-12)
        assert np.shape(by_hand[f"d_{name}"]) == slope.shape
    by_jax = executed(sources["JAX"])
    np.testing.assert_allclose(by_jax["result"], value, rtol=1e-12)
    for found, slope in zip(by_jax["gradients"], slopes.values(), strict=True):
        np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", some(PRESETS, every=3))
def test_presets(name):
    preset = PRESETS[name]
    check(preset.text, starting_values(preset), preset.output)


@pytest.mark.parametrize("text", some([text for text, _ in TEXTS], every=3))
def test_every_form_of_expression(text):
    check(text, dict(TEXTS)[text])


@pytest.mark.slow
def test_every_function():
    calls = {name: f"{name}({'x, z' if function.arguments == 2 else 'x'})" for name, function in FUNCTIONS.items()}
    calls["crossentropy"] = "crossentropy(y_true, p)"
    names = list(calls)
    for part in (names[start : start + 6] for start in range(0, len(names), 6)):
        check(" + ".join(f"{k} * {calls[name]} * z" for k, name in enumerate(part, 2)), PAIR | POSITIVE)


def test_a_line_for_every_box_and_brackets_only_where_needed():
    preset = PRESETS["book"]
    _, sources = program(preset.text, starting_values(preset))
    lines = sources["NumPy, by hand"].splitlines()
    assert lines[8:12] == ["x1 = x * w", "x2 = x1 + b", "x3 = y_true - x2", "loss = np.abs(x3)"]
    assert "d_loss = 1.0" in lines and "d_w = d_x1 * x" in lines and "d_x2 = -d_x3" in lines
    assert "return jnp.abs(y_true - (x * w + b))" in sources["JAX"]
    assert snippets.formula(parse("(x + 1) * x - (x - 2) ** 2", ("x",))) == "(x + 1.0) * x - (x - 2.0) ** 2"


def test_names_of_the_program_are_kept_from_the_reader():
    _, sources = program("jnp * np", {"jnp": np.array(2.0), "np": np.array(3.0)})
    assert executed(sources["NumPy, by hand"])["d_jnp_"] == 3.0
    assert [float(item) for item in executed(sources["JAX"])["gradients"]] == [3.0, 2.0]
    check("x1 * x1 + x2", {"x1": np.array(2.0), "x2": np.array(3.0)})


def test_where_a_rule_is_missing_only_jax_is_shown():
    values = {"x": np.ones((2, 2, 2)), "W": np.ones((2, 2))}
    _, sources = program("sum(x @ W)", values)
    assert list(sources) == ["JAX"]


def test_code_fits_the_panel():
    for preset in PRESETS.values():
        for source in program(preset.text, starting_values(preset), preset.output)[1].values():
            ast.parse(source)
            assert len(source.splitlines()) < 70 and max(map(len, source.splitlines())) <= 120
