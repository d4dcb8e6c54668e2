"""The network's graph as boxes, edges, pictures and sentences, against a backward pass by hand in NumPy."""

import base64
import json
from itertools import combinations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop.graph import trace
from engine.backprop.graph_backward import backward
from engine.backprop.network_graph import GROUPS, network_graph, network_values
from engine.backprop.network_graph_units import paired
from engine.training import network
from viz.backprop import network_graph as viz
from viz.backprop import network_graph_pictures as pictures
from viz.backprop import network_graph_words as words
from viz.backprop.graph_words import number

SAMPLES, HIDDEN = 4, 24


def by_hand(params, inputs, labels):
    """Values and derivatives of the textbook's formulas, in float64."""
    W1, b1, W2, b2 = (np.asarray(item, float) for item in params)
    scores = inputs @ W1 + b1
    hidden = np.maximum(0, scores)
    logits = hidden @ W2 + b2
    y_pred = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y_true = np.eye(10)[labels]
    d_logits = (y_pred - y_true) / len(inputs)
    d_scores = d_logits @ W2.T * (scores > 0)
    values = {"layer 1": scores, "relu": hidden, "layer 2": logits, "softmax": y_pred, "inputs": inputs}
    slopes = {
        "layer 1": d_scores,
        "relu": d_logits @ W2.T,
        "layer 2": d_logits,
        "W1": inputs.T @ d_scores,
        "softmax": -y_true / y_pred / len(inputs),
        "W2": hidden.T @ d_logits,
    }
    return values, slopes, -np.log((y_pred * y_true).sum(axis=1)).mean()


@pytest.fixture(scope="module")
def case():
    random = np.random.default_rng(5)
    params = network.init(jax.random.key(0), hidden_units=HIDDEN)
    inputs, labels = random.random((SAMPLES, 784), np.float32), random.integers(0, 10, SAMPLES)
    graph = network_graph(samples=SAMPLES, hidden_units=HIDDEN)
    found = backward(graph, network_values(params, inputs, labels))
    return graph, found, *by_hand(params, inputs, labels)


def boxes(shown, what):
    return dict(zip((node["name"] for node in shown["drawing"]["nodes"]), shown[what], strict=True))


def test_closed_there_is_one_box_for_each_layer_with_its_norms(case):
    graph, found, values, slopes, loss = case
    shown = viz.board(graph, found, version="1")
    variables = ["W1", "b1", "W2", "b2", "inputs", "y_true"]
    assert [node["name"] for node in shown["drawing"]["nodes"]] == [*variables, *GROUPS]
    assert [node["toggle"] for node in shown["drawing"]["nodes"]] == [""] * 6 + list(GROUPS)
    assert boxes(shown, "values")["loss"] == number(loss) and boxes(shown, "gradients")["loss"] == "1"
    for what, expected in (("values", values), ("gradients", slopes)):
        drawn = boxes(shown, what)
        for name, array in expected.items():
            assert float(drawn[name]["norm"]) == pytest.approx(np.linalg.norm(array), rel=0.006), (what, name)


def test_edges_carry_the_norm_of_what_flows_back_and_its_width(case):
    graph, found, _, slopes, _ = case
    shown = viz.board(graph, found, version="1")
    names = [node["name"] for node in shown["drawing"]["nodes"]]
    edges = {(names[edge["source"]], names[edge["target"]]): k for k, edge in enumerate(shown["drawing"]["edges"])}
    assert set(edges) == {
        ("inputs", "layer 1"),
        ("W1", "layer 1"),
        ("b1", "layer 1"),
        ("layer 1", "relu"),
        ("relu", "layer 2"),
        ("W2", "layer 2"),
        ("b2", "layer 2"),
        ("layer 2", "softmax"),
        ("softmax", "loss"),
        ("y_true", "loss"),
    }
    # Between softmax's primitives layer 2 is used twice; outside it is one edge, and both flows are summed.
    for edge in (("layer 2", "softmax"), ("layer 1", "relu"), ("relu", "layer 2"), ("W1", "layer 1")):
        length = np.linalg.norm(slopes[edge[0]])
        assert float(shown["locals"][edges[edge]]) == pytest.approx(length, rel=0.06)
        assert shown["widths"][edges[edge]] == pytest.approx(1 + 1.2 * (np.log10(length) + 4), abs=0.02)


def test_several_uses_inside_a_closed_box_are_one_edge_with_their_sum():
    def function(x):
        with jax.named_scope("relu"):
            return (3 * x + x * x).sum()

    graph = trace(function, {"x": np.zeros(2)})
    found = backward(graph, {"x": np.array([1.0, 5.0])})
    (flow,) = viz.flows_of(graph, viz.parts_of(graph, ()), found)
    assert flow.norm == pytest.approx(np.hypot(3 + 2 * 1, 3 + 2 * 5))


def test_any_choice_of_open_groups_shows_every_value_once_and_all_edges_downward(case):
    graph, found, *_ = case
    for size in range(len(GROUPS) + 1):
        for opened in combinations(GROUPS, size):
            parts = viz.parts_of(graph, opened)
            assert sorted(node for part in parts for node in part.members) == list(range(len(graph.nodes)))
            assert [part.name for part in parts if part.closed] == [group for group in GROUPS if group not in opened]
            flows = viz.flows_of(graph, parts, found)
            assert all(flow.source < flow.target for flow in flows)
            toggles = [(box.toggle, box.open) for box in viz.boxes_of(graph, parts) if box.toggle]
            assert sorted(toggles) == sorted((group, group in opened) for group in GROUPS)


def test_steps_say_operation_shape_and_norm(case):
    graph, found, values, slopes, _ = case
    shown = viz.board(graph, found, version="1", opened=("relu",))
    forward = [step["text"] for step in shown["forward"]]
    norm = number(np.linalg.norm(values["layer 1"]))
    assert forward[0] == (
        f"layer 1 = inputs @ W1 + b1: shape (4, 24), float32, norm {norm}. This box holds three operations."
    )
    assert forward[1].startswith("x4 = max(layer 1, 0): shape (4, 24), float32, norm ")
    assert "the mean over the batch" in forward[-1]
    backward_steps = {step["node"]: step["text"] for step in shown["backward"]}
    names = [node["name"] for node in shown["drawing"]["nodes"]]
    norm = number(np.linalg.norm(slopes["W1"]))
    assert backward_steps[names.index("W1")] == (
        f"dloss/dW1: shape (784, 24), float32, norm {norm}. It comes back from layer 1 (norm {norm})."
    )
    assert shown["backward"][0]["text"] == "dloss/dloss = 1: the backward pass starts at loss."
    assert names.index("0") not in backward_steps


def test_where_two_edges_meet_their_gradients_add(case):
    graph, found, *_ = case
    shown = viz.board(graph, found, version="1", opened=GROUPS)
    names = [node["name"] for node in shown["drawing"]["nodes"]]
    exponentials = graph.nodes[next(k for k, node in enumerate(graph.nodes) if node.operation == "exp")].name
    text = next(step["text"] for step in shown["backward"] if names[step["node"]] == exponentials)
    assert text.endswith("Two edges meet: their gradients add.") and text.count("(norm ") == 2


def test_a_chosen_box_is_told_about(case):
    graph, found, _, slopes, _ = case
    equations = ["" for _ in graph.nodes]
    equations[viz.parts_of(graph, ())[6].node] = "g9 = sum(g8) (24,)"
    shown = viz.board(graph, found, version="1", chosen=6, equations=equations)
    told = shown["paths"]
    norm = number(np.linalg.norm(slopes["layer 1"]))
    assert told["heading"] == "layer 1: shape (4, 24), float32"
    assert [line["text"] for line in told["lines"]] == [f"back from relu: norm {norm}"]
    edge = shown["drawing"]["edges"][told["lines"][0]["edges"][0]]
    assert edge["source"] == 6 and f"Gradient: norm {norm}, from −" in told["total"]
    assert told["note"] == "Backward, in the gradient’s own jaxpr: g9 = sum(g8) (24,)."
    assert viz.board(graph, found, version="1", chosen=99)["paths"] is None


def test_a_probability_rounded_to_zero_is_said():
    params = network.init(jax.random.key(0), hidden_units=HIDDEN)
    graph = network_graph(hidden_units=HIDDEN)
    values = network_values(params._replace(W2=params.W2 * 1_000), np.ones(784, np.float32), 3)
    (sentence,) = words.trouble(graph, backward(graph, values))
    assert "nan: softmax rounded" in sentence and "to 0. log(0) is −∞" in sentence
    values = network_values(params._replace(b2=params.b2 + np.inf), np.ones(784, np.float32), 3)
    (sentence,) = words.trouble(graph, backward(graph, values))
    assert "the network’s own numbers overflow" in sentence
    assert words.trouble(graph, backward(graph, network_values(params, np.ones(784, np.float32), 3))) == []


@given(rows=st.integers(1, 200), columns=st.integers(1, 200), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_small_picture_keeps_the_farthest_number_of_each_block(rows, columns, seed):
    matrix = np.random.default_rng(seed).normal(size=(rows, columns))
    down, across = pictures.steps(rows, columns)
    small = pictures.shrunk(matrix)
    assert small.shape == pictures.drawn_size((rows, columns)) if min(rows, columns) > 1 else True
    assert max(small.shape) <= 64
    for row, column in ((0, 0), (small.shape[0] - 1, small.shape[1] - 1)):
        block = matrix[row * down : (row + 1) * down, column * across : (column + 1) * across].ravel()
        assert small[row, column] == block[np.abs(block).argmax()]


def test_a_digit_is_seen_upright():
    image = np.zeros((28, 28), np.float32)
    image[3, 20] = 1
    drawn = pictures.content(image.reshape(784))
    steps = np.frombuffer(base64.b64decode(drawn["bytes"]), np.int8).reshape(28, 28)
    assert (drawn["rows"], drawn["columns"], steps[3, 20], steps.sum()) == (28, 28, 127, 127)


def test_the_whole_open_graph_of_the_full_network_travels_in_300_kilobytes():
    params = network.init(jax.random.key(0))
    graph = network_graph(samples=128)
    inputs = np.random.default_rng(0).random((128, 784), np.float32)
    found = backward(graph, network_values(params, inputs, np.zeros(128, int)))
    assert len(json.dumps(viz.board(graph, found, version="1", opened=GROUPS))) < 300_000


def test_every_equation_of_the_gradient_stands_beside_its_operation_once(case):
    graph, found, *_ = case
    pair = paired(samples=SAMPLES, hidden_units=HIDDEN)
    rows = words.pairs_of(graph, pair)
    assert [row.node for row in rows] == [k for k, node in enumerate(graph.nodes) if node.inputs]
    back = [text for row in rows for text in row.backward]
    assert (
        len(back)
        == len(set(back))
        == sum(
            back and bool(node.inputs) and origin >= 0
            for node, back, origin in zip(pair.graph.nodes, pair.is_backward, pair.origin, strict=True)
        )
    )
    relu = next(row for row in rows if row.group == "relu")
    assert relu.forward == "x4 = max(x3, 0) (4, 24)" and relu.kept == ("r1 = x3 > 0 (4, 24)",)
    assert relu.backward[-1].split(" = ")[1].startswith("choose(r1, ")
    assert [text.split(" ")[0] for row in rows for text in row.backward if text.startswith("dloss/d")] == [
        "dloss/dW1",
        "dloss/db1",
        "dloss/dW2",
        "dloss/db2",
    ]
    html = words.pairs_html(rows, found, [relu.node])
    assert html.count("<tr") == len(rows) + 1 and html.count("class=chosen") == 1
    assert "x3 &gt; 0" in html and "nothing passes" in html
