"""The graph board's data carries the engine's numbers: boxes, sentences of both passes, paths, tape, heat maps."""

import base64
import json
import re
from functools import cache

import numpy as np
import pytest

from engine.backprop.graph import tape
from engine.backprop.graph_backward import backward
from engine.backprop.graph_expressions import parse_graph
from engine.backprop.graph_paths import path_adjoints, path_products, paths
from engine.backprop.graph_presets import PRESETS, Variable, starting_values
from viz.backprop import graph as viz
from viz.backprop import graph_words as words
from viz.backprop.graph import Box


@cache
def shown(name):
    preset = PRESETS[name]
    values = starting_values(preset)
    graph = parse_graph(preset.text, values, output=preset.output)
    return graph, values, backward(graph, values, compiled=False)


def numbers(text):
    return [float(item.replace("−", "-")) for item in re.findall(r"(?<![\w.])−?\d+\.?\d*(?:e[+−-]?\d+)?(?!\w)", text)]


def evaluated(terms):
    """A sum of products as a sentence writes it."""
    plain = terms.replace("×", "*").replace("−", "-").replace("÷", "/")
    assert re.fullmatch(r"[\d.e+\-*/() ]+", plain), plain
    return eval(plain)


def test_the_book_forward_and_backward_word_for_word():
    graph, _, found = shown("book")
    leaving = words.consumers(graph)
    forward = [words.forward_sentence(graph, k, found.values) for k in range(4, 8)]
    assert forward == [
        "x1 = x × w = 2 × 3 = 6.",
        "x2 = x1 + b = 6 + 1 = 7.",
        "x3 = y_true − x2 = 4 − 7 = −3.",
        "loss = |x3| = |−3| = 3.",
    ]
    sentence = {graph.nodes[k].name: words.backward_sentence(graph, k, found, leaving[k]) for k in range(8)}
    assert sentence["loss"] == "dloss/dloss = 1: the backward pass starts at loss."
    assert sentence["w"] == "dloss/dw = dloss/dx1 × ∂x1/∂w = 1 × 2 = 2."
    assert sentence["b"] == "dloss/db = dloss/dx2 × ∂x2/∂b = 1 × 1 = 1."
    assert sentence["x2"].endswith("= (−1) × (−1) = 1.")


@pytest.mark.parametrize("name", ["book", "second", "chain", "paths", "scalar"])
def test_what_scalar_sentences_write_out_is_true(name):
    graph, _, found = shown(name)
    leaving = words.consumers(graph)
    for k in reversed(range(len(graph.nodes))):
        if graph.nodes[k].operation == "constant" or k == graph.output:
            continue
        parts = words.backward_sentence(graph, k, found, leaving[k]).split(".  ")[0].split(" = ")
        assert evaluated(parts[2]) == pytest.approx(float(found.adjoints[k]), rel=2e-3)
        assert numbers(parts[3])[0] == pytest.approx(float(found.adjoints[k]), rel=1e-3)


def said_of(text, name="x", **values):
    graph = parse_graph(text, values)
    found, index = backward(graph, values, compiled=False), graph.index(name)
    return words.backward_sentence(graph, index, found, words.consumers(graph)[index]), found


def test_local_slopes_and_derivatives_in_all_have_different_symbols():
    # loss = x² + x at 3: 2 · 3 + 1 in all, of which the sum alone has the slope 1, and x² alone 6.
    sentence, _ = said_of("x*x + x", x=3.0)
    assert sentence == (
        "dloss/dx = dloss/dx1 × ∂x1/∂x + dloss/dloss × ∂loss/∂x = 1 × (3 + 3) + 1 × 1 = 7. "
        "Three edges meet at x: add them."
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x*x + x", {"x": 3.0}),
        ("x**x + x*w", {"x": 2.0, "w": -3.0}),
        ("(x - x*w) / x", {"x": -2.0, "w": 5.0}),
        ("abs(y - (x*w + x)) * x", {"x": 2.0, "w": 3.0, "y": 4.0}),
        ("maximum(x, x) + exp(x) * x", {"x": -1.5}),
    ],
)
def test_every_symbol_of_a_scalar_sentence_has_one_value_and_it_is_the_true_one(text, values):
    """Each d is this function's own difference quotient, each ∂ that of one box with its other inputs held still."""
    graph = parse_graph(text, values)
    found, leaving = backward(graph, values, compiled=False), words.consumers(graph)
    adjoints = {node.name: float(found.adjoints[k]) for k, node in enumerate(graph.nodes)}
    slopes = {
        (node.name, graph.nodes[source].name): sum(
            float(found.locals[k][place]) for place, other in enumerate(node.inputs) if other == source
        )
        for k, node in enumerate(graph.nodes)
        for source in node.inputs
    }
    for k, node in enumerate(graph.nodes):
        if node.operation == "constant" or k == graph.output:
            continue
        wanted, products, numbers_of, *_ = words.backward_sentence(graph, k, found, leaving[k]).split(" = ")
        assert wanted == f"dloss/d{node.name}"
        total, written = 0.0, re.sub(r"\(([^()]|\([^()]*\))* \+ ([^()]|\([^()]*\))*\)", "0", numbers_of)
        assert len(products.split(" + ")) == len(written.split(" + "))
        for term in products.split(" + "):
            of, local = term.split(" × ")
            above, below = re.fullmatch(r"∂(\w+)/∂(\w+)", local).groups()
            assert of == f"dloss/d{above}" and below == node.name
            total += adjoints[above] * slopes[above, below]
        assert total == pytest.approx(adjoints[node.name], rel=1e-12)


def test_an_edge_without_a_number_says_nan():
    _, found = said_of("x**x", x=-1.0)
    graph = parse_graph("x**x", {"x": -1.0})
    assert [words.edge_text(graph, graph.output, place, found) for place in (0, 1)] == ["× −1", "× nan"]
    values = {"x": np.array([-1.0, -2.0]), "w": np.array([2.0, 2.0])}
    graph = parse_graph("sum(x**w)", values)
    x1 = graph.index("x1")
    assert words.edge_text(graph, x1, 1, backward(graph, values, compiled=False)) == "× nan"
    assert words.edge_text(graph, x1, 0, backward(graph, values, compiled=False)) == "× each"


def test_edges_that_meet_are_added_and_so_are_paths():
    graph, _, found = shown("paths")
    leaving = words.consumers(graph)
    sentence = words.backward_sentence(graph, 0, found, leaving[0])
    assert "Three edges meet at x: add them." in sentence
    listed = paths(graph, 0)
    said = words.path_words(graph, 0, found, listed, path_products(found.locals, listed))
    assert said.heading == "From x to y: three paths."
    for line, path in zip(said.lines, listed.paths, strict=True):
        way, product = line.text.split(": ")
        assert way.split(" → ")[0] == "x" and way.endswith("→ y") and way.count("→") == len(path)
        terms, result = product.split(" = ")
        assert evaluated(terms) == pytest.approx(numbers(result)[0], rel=2e-3)
        ends = viz.edges_of(graph)
        assert [ends[number] for number in line.edges] == [(edge.source, edge.target) for edge in path]
    # x sin(x) + x² at 1: sin 1 + cos 1 + 2
    slope = np.sin(1) + np.cos(1) + 2
    assert evaluated(said.total.split(": ")[1].split(" = ")[0]) == pytest.approx(slope, rel=1e-3)
    assert said.total.endswith(f"the gradient dy/dx = {words.number(slope)}.")


def test_paths_that_are_not_all_listed_are_counted():
    text = "x * x"
    for _ in range(6):
        text = f"({text}) * x + x"
    graph = parse_graph(text, {"x": 1.0})
    found = backward(graph, {"x": 1.0})
    listed = paths(graph, 0, limit=5)
    said = words.path_words(graph, 0, found, listed, path_products(found.locals, listed))
    assert len(said.lines) == 5 and f"sums over all {listed.total}" in said.note
    assert said.total == f"dloss/dx = {words.number(found.adjoints[0])}."


def test_tensors_paths_add_up_to_the_gradient_in_words():
    graph, values, found = shown("softmax")
    listed = paths(graph, graph.index("z"))
    said = words.path_words(graph, graph.index("z"), found, listed, path_adjoints(graph, values, listed))
    assert listed.total == len(said.lines) == 4
    gradient = np.exp(values["z"]) / np.exp(values["z"]).sum() - values["y_true"]
    assert said.total.endswith(f"dloss/dz = {words.array_text(gradient)}.")


def test_a_matrix_product_in_words():
    graph, _, found = shown("affine")
    leaving, x1 = words.consumers(graph), graph.index("x1")
    assert words.forward_sentence(graph, x1, found.values).startswith(
        "x1 = x @ W: from x (2, 2), W (2, 2) to shape (2, 2). First number: 0.5 × 0.5 + 0.25 × 1 = 0.5."
    )
    where = {name: graph.index(name) for name in ("x", "W", "b")}
    said = {name: words.backward_sentence(graph, k, found, leaving[k]) for name, k in where.items()}
    assert said["x"].startswith("dy/dx = dy/dx1 @ Wᵀ. It has the shape of x, (2, 2). First number: −0.5.")
    assert said["W"].startswith("dy/dW = xᵀ @ dy/dx1. ")
    assert "the sum of dy/dx2 over the repeats" in said["b"]


def test_a_result_of_several_numbers_starts_with_ones():
    graph = parse_graph("2x + 3", {"x": np.zeros((2, 2))}, output="y")
    found = backward(graph, {"x": np.zeros((2, 2))}, seed=np.ones((2, 2)))
    board = viz.board(graph, found, version="a")
    assert "a 1 for each" in board["backward"][0]["text"]
    assert board["gradients"][0] == [["2", "2"], ["2", "2"]]


@pytest.mark.parametrize("name", PRESETS)
def test_the_board_is_plain_json_with_a_step_for_every_operation(name):
    graph, values, found = shown(name)
    variables = [viz.variable(graph, key, given) for key, given in PRESETS[name].variables.items()]
    built = viz.board(graph, found, version="a", variables=variables, answered="7")
    data = json.loads(json.dumps(built, allow_nan=False))
    nodes = data["drawing"]["nodes"]
    assert [step["node"] for step in data["forward"]] == [k for k, node in enumerate(graph.nodes) if node.inputs]
    backwards = [step["node"] for step in data["backward"]]
    assert backwards[0] == graph.output and backwards == sorted(backwards, reverse=True)
    assert {graph.index(key) for key in values} <= set(backwards)
    for number, line in enumerate(data["drawing"]["edges"]):
        assert nodes[line["source"]]["y"] < nodes[line["target"]]["y"]
        assert (data["locals"][number] == "") == (nodes[line["source"]]["kind"] == "constant")
    kinds = [node["kind"] for node in nodes]
    assert kinds[graph.output] == "output" and all(kinds[graph.index(key)] == "variable" for key in values)
    weights = {key for key, given in PRESETS[name].variables.items() if given.weight}
    assert {node["name"] for node in nodes if node["tone"] == "weights"} == weights
    assert [item["node"] for item in data["tape"]] == [record.node for record in tape(graph)]
    assert data["variables"][0]["values"] == next(iter(values.values())).ravel().tolist()


def test_boxes_and_places_do_not_change_with_the_values():
    graph, values, found = shown("book")
    other = backward(graph, {name: value * -1234.567 for name, value in values.items()})
    first, second = viz.board(graph, found, version="a"), viz.board(graph, other, version="a")
    assert first["drawing"] == second["drawing"] and first["values"] != second["values"]


def test_values_show_as_text_rows_or_a_heat_map():
    assert viz.displayed(np.array(-0.25), Box("x")) == "−0.25"
    cells = Box("x", form="cells", rows=2, columns=2)
    assert viz.displayed(np.array([[1, -0.0], [-2.5, 1e7]]), cells) == [["1", "0"], ["−2.5", "1e+07"]]
    large = viz.displayed(np.array([[0.0, 2.0, -1.0]]), Box("x", form="heat", rows=1, columns=3))
    assert (large["rows"], large["columns"], large["most"]) == (1, 3, "2")
    assert np.frombuffer(base64.b64decode(large["bytes"]), np.int8).tolist() == [0, 127, -64]
    assert viz.heat(np.array([[np.inf, 1.0]]), most=4.0)["bytes"] == base64.b64encode(bytes([128, 32])).decode()
    assert viz.displayed(None, Box("x")) is None and viz.displayed(np.ones(2), Box("x", form="none")) is None
    graph = parse_graph("sum(x)", {"x": np.ones((5, 7))})
    box = viz.boxes_of(graph)[0]
    assert (box.form, box.rows, box.columns, box.shape) == ("heat", 5, 7, "(5, 7)")


def test_a_box_holds_what_is_written_in_it():
    for box in (
        Box("x"),
        Box("a_long_variable_name", symbol="logaddexp", caption="crossentropy", shape="(2, 2)"),
        Box("W", form="cells", rows=4, columns=4),
        Box("W", form="heat", picture=(120.0, 60.0)),
    ):
        width, height = viz.box_size(box)
        assert width >= 7 * len(box.name + box.symbol + box.caption + box.shape)
        assert height >= 28 + (2 if box.graded else 1) * (
            box.rows * 20 if box.form == "cells" else box.picture[1] or 20
        )


def test_a_corner_and_an_operation_without_a_number():
    graph = parse_graph("relu(x) / x", {"x": 0.0})
    found = backward(graph, {"x": 0.0})
    assert "= 0 ÷ 0 = nan." in words.forward_sentence(graph, graph.output, found.values)
    given = Variable(np.array(0.0), -1, 1)
    json.dumps(viz.board(graph, found, version="a", variables=[viz.variable(graph, "x", given)]), allow_nan=False)
