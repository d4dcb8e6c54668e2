"""Typed expressions as graphs: Python's values, columns that point at the right character, sentences for the rest."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop.graph import forward
from engine.backprop.graph_backward import backward, gradients, step
from engine.backprop.graph_expressions import FUNCTIONS, check_variables, crossentropy, parse, parse_graph
from engine.backprop.graph_presets import PRESETS, starting_values
from engine.errors import InvalidInput
from engine.typed.expressions import tex

VALUES = {"x": 0.75, "w": -1.5, "y_true": 2.0}
PYTHON = {
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
    "relu": lambda a: max(a, 0.0),
    "maximum": max,
    "minimum": min,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "mean": lambda a: a,
    "sum": lambda a: a,
    "exp": lambda a: math.exp(min(a, 700)),
    "arctan": math.atan,
}
LEAVES = st.sampled_from(["x", "w", "y_true", "2", "0.5", "3x", "pi"])


def grown(children):
    pairs = st.tuples(children, st.sampled_from(["+", "-", "*", " +  "]), children)
    calls = st.tuples(st.sampled_from(sorted(PYTHON)), children, children)
    return st.one_of(
        pairs.map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
        children.map(lambda c: f"-{c}"),
        children.map(lambda c: f"(tanh({c}))**2"),
        calls.map(lambda c: f"{c[0]}({c[1]}, {c[2]})" if FUNCTIONS[c[0]].arguments == 2 else f"{c[0]}({c[1]})"),
    )


def by_python(text, values):
    tree = compile(ast.parse(text.replace("3x", "(3*x)"), mode="eval"), "oracle", "eval")
    return float(eval(tree, {"__builtins__": {}}, {**PYTHON, "pi": math.pi, **values}))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=7))
def test_typed_expressions_have_pythons_values(text):
    graph = parse_graph(text, VALUES)
    found = backward(graph, VALUES, compiled=False)
    assert found.values[graph.output] == pytest.approx(by_python(text, VALUES), rel=1e-9, abs=1e-12)
    for node in graph.nodes:
        if node.operation not in ("variable", "constant"):
            assert text[node.column - 1] in "+-*)0123456789" or text[node.column - 1 :].startswith((*PYTHON,))


COLUMNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@", "negate": "-"}
SPACED = st.sampled_from(["", " ", "  "])


def spaced(children):
    signs = st.sampled_from(["+", "-", "*", "/", "**", "@"])
    pairs = st.tuples(children, SPACED, signs, SPACED, children).map(lambda p: f"({''.join(p)})")
    return st.one_of(pairs, children.map(lambda c: f"exp( {c})"), children.map(lambda c: f"maximum({c},x)"))


@settings(max_examples=75, derandomize=True, deadline=None)
@given(st.recursive(st.sampled_from(["x", "w", "y_true", "-x", "4"]), spaced, max_leaves=8))
def test_columns_point_at_operators_functions_and_names(text):
    stack = [parse(text, tuple(VALUES))]
    while stack:
        expression = stack.pop()
        stack += expression.parts
        wanted = COLUMNS.get(expression.kind) or expression.name or expression.kind.replace("number", "4")
        assert text[expression.column - 1 :].startswith(wanted)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x * q", "“q” at character 5 is unknown; the variables are x, W, b, n."),
        ("x @ W + n @ b", "“@” at character 11: “n” is a scalar: it has no axis to sum over."),
        ("b @ x", "“@” at character 3: the only axis of b has 3, the first of x has 2: they must be equal."),
        (
            "n + b * 2 + x",
            r"“\+” at character 11: broadcasting needs equal sizes or 1 on each axis; axis -1 has 3 and 2",
        ),
        ("W + x", r"“\+” at character 3: broadcasting needs equal sizes or 1 on each axis; axis -1 has 3 and 2"),
        ("1 + softmax(n)", "“softmax” at character 5: it works along an axis, and its argument is a single number."),
        ("crossentropy(b, n)", r"“crossentropy” at character 1: .* these have \(3,\) and \(\)."),
        ("relu(x", "is not complete at character 5: “.” is not closed"),
        ("x +", "is not complete at character 3"),
        ("sinus(x)", r"there is no function “sinus” \(character 1\); there are sin, "),
        ("maximum(x)", "“maximum” at character 1 takes 2 arguments; here it has 1."),
        ("2 * sum", "“sum” at character 5 is a function; write for example sum"),
        ("x[0] + 1", "“.” at character 2 is not part of an expression"),
        ("n > 1", "“>” at character 3 is not part"),
        ("sum(x, axis=0)", "“axis” at character 8 is unknown"),
        ("n.real", r"“\.” at character 2 is not part"),
        ("n + 1 / 0", "“/” at character 7 has no finite value for these numbers."),
        ("n + log(0)", "“log” at character 5 has no finite value"),
        ("n + é", "“é” at character 5 is not part"),
        ("n + 1e13", r"the number at character 5 is larger than 1e\+12"),
        ("", "the expression is empty; type for example x . W."),
        ("n" * 201, "at most 200 characters; this has 201"),
        ("+".join(["(" + "+".join("n" * 15) + ")"] * 4), "more than 80 parts"),
        ("-" * 60 + "n", "nested more than 50 deep"),
        ("lambda: 0", "“lambda” at character 1 is not part"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, sentence):
    values = {"x": np.zeros((2, 2)), "W": np.zeros((2, 3)), "b": np.zeros(3), "n": 1.0}
    with pytest.raises(InvalidInput, match=sentence):
        parse_graph(text, values)


def test_results_may_not_grow_without_bound():
    values = {"u": np.zeros((64, 1)), "v": np.zeros((1, 64)), "t": np.zeros((2, 1, 1))}
    assert parse_graph("sum(u * v)", values)
    with pytest.raises(InvalidInput, match=r"“\+” at character 7 makes a tensor of shape \(2, 64, 64\)"):
        parse_graph("u * v + t", values)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"2x": 1.0}, "letters, digits and _, as in y_true; “2x” is not"),
        ({"lambda": 1.0}, "“lambda” is not"),
        ({"été": 1.0}, "“été” is not"),
        ({"sum": 1.0}, "“sum” is the name of a function"),
        ({"e": 1.0}, "“e” is the name of a constant"),
        ({"x": np.zeros(65)}, r"1 to 64 elements and at most 3 axes here; “x” has shape \(65,\)"),
        ({"x": np.zeros((0, 2))}, r"“x” has shape \(0, 2\)"),
        ({f"x{k}": 1.0 for k in range(13)}, "at most 12 variables; here are 13"),
    ],
)
def test_variables_are_checked(variables, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        check_variables(variables)


def test_the_same_text_is_the_same_graph_and_compiled_once():
    first = parse_graph("abs(x - w)", {"x": 1.0, "w": 2.0})
    assert parse_graph("abs(x - w)", {"x": 5, "w": np.array(7)}) is first
    assert parse_graph("abs(x - w)", {"x": [1.0], "w": 2.0}) is not first


def test_functions_of_several_primitives_are_groups_with_their_column():
    graph = parse_graph("1 + sum(softmax(z) * exp(z))", {"z": np.zeros(3)})
    groups = {
        (node.group, node.column) for node in graph.nodes if node.operation in ("div", "exp", "reduce_max", "mul")
    }
    assert groups == {("softmax", 9), ("", 22), ("", 20)}


def test_typographic_signs_are_read():
    values = {"x": 3.0}
    graph = parse_graph("−x × 2 ÷ 4", values)
    assert forward(graph, values)[graph.output] == -1.5


def test_whole_exponents_keep_negative_bases():
    graph = parse_graph("x**3 + x**-1 + 2**x + x**0.5", {"x": 1.0})
    operations = [node.operation for node in graph.nodes]
    assert operations.count("integer_pow") + operations.count("div") >= 1 and operations.count("pow") == 2
    cube = parse_graph("x**3", {"x": 1.0})
    found = backward(cube, {"x": -2.0})
    assert found.values[cube.output] == -8 and found.adjoints[0] == 12


def test_numbers_alone_are_no_operations():
    graph = parse_graph("2 * 3 + x", {"x": 1.0})
    assert [node.name for node in graph.nodes] == ["x", "6", "loss"]
    assert forward(parse_graph("7", {}), {})[0] == 7


def test_crossentropy_of_a_batch_is_the_mean():
    rows = np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)
    targets = np.eye(2, dtype=np.float32)
    assert crossentropy(targets, rows) == pytest.approx(-(math.log(0.2) + math.log(0.5)) / 2)
    assert crossentropy(targets[0], rows[0]) == pytest.approx(-math.log(0.2))


def started(name):
    preset = PRESETS[name]
    values = starting_values(preset)
    graph = parse_graph(preset.text, values, output=preset.output)
    return graph, values, backward(graph, values)


@pytest.mark.parametrize(
    ("name", "between", "loss", "slopes"),
    [("book", (6, 7), 3, {"w": 2, "b": 1, "x": 3}), ("second", (6, 9), 1, {"w": 3, "b": 1, "x": 2})],
)
def test_the_syllabus_examples(name, between, loss, slopes):
    graph, _, found = started(name)
    assert (found.values[graph.index("x1")], found.values[graph.index("x2")]) == between
    assert found.values[graph.output] == loss
    assert {key: gradients(graph, found)[key] for key in slopes} == slopes


def test_the_other_presets():
    graph, _, found = started("chain")
    chained = math.tanh(math.exp(math.sin(2)))
    assert found.values[graph.output] == pytest.approx(chained)
    assert found.adjoints[0] == pytest.approx((1 - chained**2) * math.exp(math.sin(2)) * math.cos(2) * 2)
    graph, _, found = started("paths")
    assert found.adjoints[0] == pytest.approx(math.sin(1) + math.cos(1) + 2)
    graph, _, found = started("relu")
    assert found.values[graph.output] == 0 and set(map(float, gradients(graph, found).values())) == {0}
    graph, values, found = started("softmax")
    p = np.exp(values["z"]) / np.exp(values["z"]).sum()
    assert found.values[graph.output] == pytest.approx(-math.log(p[1]))
    np.testing.assert_allclose(gradients(graph, found)["z"], p - values["y_true"], rtol=1e-9)
    assert started("scalar")[2].adjoints[0] == 2
    assert started("tensor")[2].adjoints[0].tolist() == [[2, 2], [2, 2]]
    graph, values, found = started("affine")
    assert gradients(graph, found)["b"].tolist() == [2, 2]
    np.testing.assert_allclose(gradients(graph, found)["W"], values["x"].T @ np.ones((2, 2)))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_start_inside_their_ranges_and_are_differentiable(name):
    graph, _, found = started(name)
    for key, variable in PRESETS[name].variables.items():
        assert ((variable.low <= variable.value) & (variable.value <= variable.high)).all()
        assert np.isfinite(gradients(graph, found)[key]).all()
    assert graph.nodes[graph.output].name == PRESETS[name].output and graph.nodes[graph.output].shape == ()


def test_a_step_lowers_the_loss_of_the_book_example():
    graph, values, found = started("book")
    moved = step(graph, values, learning_rate=0.1, names=["w", "b"])
    assert (moved["w"], moved["b"]) == (pytest.approx(2.8), pytest.approx(0.9))
    assert forward(graph, moved)[graph.output] == pytest.approx(2.5) and found.values[graph.output] == 3


@pytest.mark.parametrize(
    ("text", "mathematics"),
    [
        ("W @ x + b", r"W \mathbin{@} x + b"), ("a @ b * w", r"\left(a \mathbin{@} b\right) w"),
        ("w * (a @ b)", r"w \left(a \mathbin{@} b\right)"), ("w * a @ b", r"w a \mathbin{@} b"),
        ("a @ (w * b)", r"a \mathbin{@} \left(w b\right)"), ("a @ b @ x", r"a \mathbin{@} b \mathbin{@} x"),
        ("a @ (b @ x)", r"a \mathbin{@} \left(b \mathbin{@} x\right)"),
        ("(a @ b)^2", r"\left(a \mathbin{@} b\right)^{2}"),
        ("sum(x)^2 / mean(x)",
         r"\frac{\left(\operatorname{sum}\left(x\right)\right)^{2}}{\operatorname{mean}\left(x\right)}"),
        ("crossentropy(y_true, softmax(x))",
         r"\operatorname{crossentropy}\left(\mathrm{y\_true}, \operatorname{softmax}\left(x\right)\right)"),
        ("log_softmax(x)", r"\operatorname{log\_softmax}\left(x\right)"),
        ("W1*x", r"\mathrm{W1} \cdot x"), ("2W1", r"2 \cdot \mathrm{W1}"), ("y_true^2 x", r"\mathrm{y\_true}^{2} x"),
        ("maximum(x, W1) * transpose(W)", r"\max\left(x, \mathrm{W1}\right) \operatorname{transpose}\left(W\right)"),
    ],
)  # fmt: skip
def test_expressions_are_written_as_mathematics(text, mathematics):
    """A product by @ is not taken for one by *, and names of several letters stay whole and apart."""
    assert tex(parse(text, ("a", "b", "w", "x", "W", "W1", "y_true"))) == mathematics
