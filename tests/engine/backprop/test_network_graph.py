"""The network's loss and gradient as graphs: the numbers of the network itself, and JAX's own equations, paired."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.backprop.graph import forward
from engine.backprop.graph_backward import backward, gradients
from engine.backprop.graph_expressions import parse_graph
from engine.backprop.network_graph import GROUPS, gradient_graph, network_graph, network_values
from engine.errors import InvalidInput
from engine.training import network

WEIGHTS = ("W1", "b1", "W2", "b2")


@pytest.fixture(scope="module", params=[None, 3], ids=["digit", "batch"])
def case(request):
    """A small network's graph, values and backward pass."""
    samples, hidden = request.param, 16
    params = network.init(jax.random.key(1), hidden_units=hidden)._replace(b1=jnp.linspace(-0.2, 0.2, hidden))
    random = np.random.default_rng(0)
    inputs = random.random((samples or 1, network.PIXELS), np.float32)
    labels = random.integers(0, 10, samples or 1)
    graph = network_graph(samples=samples, hidden_units=hidden)
    values = network_values(params, inputs, labels) if samples else network_values(params, inputs[0], labels[0])
    return graph, values, backward(graph, values), params, inputs, labels


def test_loss_and_gradients_are_the_networks(case):
    graph, _, found, params, inputs, labels = case

    def loss(params):
        return network.crossentropy(network.forward(params, inputs), labels).mean()

    expected, slopes = jax.value_and_grad(loss)(params)
    assert found.values[graph.output] == pytest.approx(float(expected), rel=1e-6)
    for name in WEIGHTS:
        np.testing.assert_allclose(gradients(graph, found)[name], getattr(slopes, name), rtol=1e-4, atol=1e-7)


def test_groups_follow_the_formula_and_hold_the_right_shapes(case):
    graph, values, found, params, inputs, _ = case
    groups = [node.group for node in graph.nodes if node.operation != "variable"]
    assert list(dict.fromkeys(groups)) == list(GROUPS)
    last = {node.group: k for k, node in enumerate(graph.nodes)}
    expected = network.predict(params, inputs)
    np.testing.assert_allclose(found.values[last["softmax"]].reshape(expected.shape), expected, rtol=1e-5)
    np.testing.assert_allclose(
        found.values[last["relu"]].reshape(-1, 16), network.hidden(params, inputs), rtol=1e-5, atol=1e-6
    )
    assert found.values[graph.index("y_true")].sum() == len(np.atleast_2d(values["y_true"]))


def test_the_gradients_own_jaxpr_computes_the_adjoints(case):
    graph, values, found, *_ = case
    pair = gradient_graph(graph, WEIGHTS)
    outputs = forward(pair.graph, values)
    assert [pair.graph.nodes[k].name for k in pair.graph.outputs] == [*(f"dloss/d{name}" for name in WEIGHTS), "loss"]
    assert outputs[pair.graph.outputs[-1]] == pytest.approx(found.values[graph.output], rel=1e-6)
    for k, name in zip(pair.graph.outputs, pair.names, strict=False):
        np.testing.assert_allclose(outputs[k], gradients(graph, found)[name], rtol=1e-5, atol=1e-8)


def test_forward_and_backward_equations_are_paired_node_by_node(case):
    graph, values, found, *_ = case
    pair = gradient_graph(graph, WEIGHTS)
    outputs = forward(pair.graph, values)
    for k, node in enumerate(graph.nodes):
        if node.operation not in ("variable", "constant", "reduce_max"):
            same = [m for m in pair.forward[k] if pair.graph.nodes[m].operation == node.operation]
            assert len(same) == 1, node
            np.testing.assert_allclose(outputs[same[0]], found.values[k], rtol=1e-5, atol=1e-7)
        assert all(pair.origin[m] == k and not pair.is_backward[m] for m in pair.forward[k])
        assert all(pair.origin[m] == k and pair.is_backward[m] for m in pair.backward[k])
        if node.operation in ("dot_general", "exp", "log", "div", "neg", "reduce_sum"):
            assert pair.backward[k], node
    # The adjoints of both products are carried by products.
    for k, node in enumerate(graph.nodes):
        if node.operation == "dot_general":
            assert "dot_general" in [pair.graph.nodes[m].operation for m in pair.backward[k]]
            assert {pair.graph.nodes[m].group for m in pair.backward[k]} == {node.group}
    loose = [pair.graph.nodes[m].operation for m, own in enumerate(pair.origin) if own < 0]
    assert set(loose) <= {"constant", "add_any"}


def test_a_typed_expression_has_a_gradient_graph_too():
    values = {"x": 2.0, "w": 3.0, "b": 1.0, "y_true": 4.0}
    graph = parse_graph("abs(y_true - (x * w + b))", values)
    pair = gradient_graph(graph, ["w", "b"])
    outputs = forward(pair.graph, values)
    assert [float(outputs[k]) for k in pair.graph.outputs] == [2, 1, 3]
    assert pair.graph.double and {node.column for node in pair.graph.nodes} >= {1, 12, 17}
    product = graph.index("x1")
    (carried,) = pair.backward[product]
    assert pair.graph.nodes[carried].operation == "mul" and outputs[carried] == 2


def test_what_has_no_gradient_graph_is_said():
    graph = parse_graph("2 * x", {"x": [1.0, 2.0]})
    with pytest.raises(InvalidInput, match="“loss” is a tensor"):
        gradient_graph(graph, ["x"])
    with pytest.raises(InvalidInput, match="“q” is no variable"):
        gradient_graph(parse_graph("2 * x", {"x": 1.0}), ["q"])
