"""From functions to graphs: what is opened, what stays a box, names and groups, the tape, one step of descent."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.backprop.graph import forward, tape, trace
from engine.backprop.graph_backward import backward, gradients, local_derivatives, step
from engine.backprop.graph_paths import paths
from engine.errors import InvalidInput
from tests.cases import some


def operations(graph):
    return [node.operation for node in graph.nodes if node.operation not in ("variable", "constant")]


def test_relu_is_one_maximum_with_its_own_derivative():
    graph = trace(lambda x: jax.nn.relu(x), {"x": 0.0})
    assert operations(graph) == ["max"] and graph.nodes[graph.output].parameters == (("derivative", "relu's own"),)
    assert [node.name for node in graph.nodes] == ["x", "0", "loss"]
    for x, slope in ((0.0, 0), (-1.0, 0), (2.0, 1)):
        assert gradients(graph, backward(graph, {"x": x}))["x"] == slope == jax.grad(jax.nn.relu)(x)
    tied = trace(lambda x: jnp.maximum(x, 0), {"x": 0.0})
    assert operations(tied) == ["max"] and gradients(tied, backward(tied, {"x": 0.0}))["x"] == 0.5


@jax.jit
def inner(x):
    with jax.named_scope("wave"):
        return jnp.sin(x) * 2


def test_functions_inside_functions_are_opened():
    def outer(x):
        with jax.named_scope("layer 1"):
            x = jax.jit(lambda x: inner(x) + 1)(x)
        return jax.checkpoint(jnp.tanh)(x)

    graph = trace(outer, {"x": 1.0})
    assert operations(graph) == ["sin", "mul", "add", "tanh"]
    assert [node.group for node in graph.nodes] == ["", "layer 1/wave", *["layer 1/wave"] * 2, *["layer 1"] * 2, ""]
    softmax = trace(jax.nn.softmax, {"x": np.zeros(3)})
    assert {"exp", "reduce_sum", "div"} <= {*operations(softmax)}
    logsumexp = trace(jax.nn.logsumexp, {"a": np.zeros(3)})
    assert {"exp", "log", "reduce_max"} <= {*operations(logsumexp)} and "sign" not in operations(logsumexp)


@jax.custom_jvp
def straight_through(x):
    return jnp.round(x) * 2


straight_through.defjvps(lambda tangent, answer, x: 5 * tangent)


@jax.custom_vjp
def clipped(x):
    return x * x


clipped.defvjp(lambda x: (x * x, x), lambda x, adjoint: (jnp.clip(adjoint * 2 * x, -1, 1),))


@pytest.mark.parametrize(
    ("function", "box", "gradient"),
    some(
        [
            (straight_through, ["straight_through"], 5),
            (clipped, ["mul"], 1),
            (jax.nn.softplus, ["logaddexp"], 1 / (1 + math.exp(-2))),
            (lambda x: jax.lax.scan(lambda c, t: (c * t, c), x, jnp.array([2.0, 3.0]))[0], ["scan"], 6),
            (lambda x: sum(jax.lax.scan(lambda c, t: (c * t, c), x, jnp.array([2.0, 3.0]))[1]), None, 3),
            (lambda x: jax.lax.cond(x > 1, lambda x: x * 3, lambda x: x, x), None, 3),
        ],
        every=3,
    ),
)
def test_boxes_keep_jaxs_own_derivative(function, box, gradient):
    graph = trace(function, {"x": 2.0})
    assert box is None or operations(graph) == box
    found = backward(graph, {"x": 2.0})
    assert found.values[graph.output] == pytest.approx(float(function(2.0)))
    assert gradients(graph, found)["x"] == pytest.approx(gradient) == pytest.approx(float(jax.grad(function)(2.0)))


def test_a_box_says_how_much_is_inside():
    graph = trace(jax.nn.softplus, {"x": 2.0})
    assert graph.nodes[graph.output].inside == 10
    scan = trace(lambda x: jax.lax.scan(lambda c, t: (c * t, c), x, jnp.arange(3.0)), {"x": 2.0})
    assert [dict(node.parameters).get("result") for node in scan.nodes if node.operation == "scan"] == [0, 1]
    assert [scan.nodes[k].name for k in scan.outputs] == ["loss1", "loss2"]


def test_what_jax_cannot_differentiate_is_said():
    graph = trace(lambda x: jax.lax.while_loop(lambda c: c < 9, lambda c: c * 2, x), {"x": 1.0})
    assert operations(graph) == ["while"] and forward(graph, {"x": 1.0})[graph.output] == 16
    with pytest.raises(InvalidInput, match="JAX does not differentiate while backwards: Reverse-mode"):
        backward(graph, {"x": 1.0})


def test_shared_operands_give_parallel_edges():
    graph = trace(lambda x: x * x, {"x": 3.0})
    found = backward(graph, {"x": 3.0})
    assert graph.nodes[1].inputs == (0, 0) and [*map(float, found.contributions[1])] == [3, 3]
    assert found.adjoints[0] == 6 and paths(graph, 0).total == 2


def test_bool_and_whole_numbers_have_no_adjoint():
    graph = trace(lambda x, k: jnp.where(x > k, x * k, 0), {"x": 2.0, "k": 3})
    found = backward(graph, {"x": 2.0, "k": 1})
    assert found.adjoints[graph.index("k")] is None and gradients(graph, found) == {"x": 1}
    by_dtype = {node.dtype: found.adjoints[k] is None for k, node in enumerate(graph.nodes)}
    assert by_dtype == {"float32": False, "int32": True, "bool": True}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + jax.lax.stop_gradient(1 / x),
        lambda x: x + jnp.sign(jnp.sqrt(x)),
        lambda x: x + jnp.floor(jnp.sqrt(x) + 0.5),
        lambda x: jnp.where(jnp.sqrt(x) > 0, x, 2 * x),
    ],
)
def test_where_nothing_flows_an_infinite_derivative_does_no_harm(function):
    graph = trace(function, {"x": 0.0})
    for compiled in (False, True):
        slope = gradients(graph, backward(graph, {"x": 0.0}, compiled=compiled))["x"]
        assert np.isfinite(slope) and slope == jax.grad(function)(0.0)


def test_dead_equations_are_left_out_and_unused_variables_stay():
    graph = trace(lambda x, unused: (jnp.sin(x), x * 2)[1], {"x": 1.0, "unused": np.zeros(3)})
    assert operations(graph) == ["mul"] and [graph.nodes[k].name for k in graph.variables] == ["x", "unused"]
    assert gradients(graph, backward(graph, {"x": 1.0, "unused": np.ones(3)}))["unused"].tolist() == [0, 0, 0]


def test_names_do_not_collide():
    graph = trace(lambda x2, x1: (x1 * x2 + x1) * x2, {"x2": 1.0, "x1": 1.0}, output="y")
    assert [node.name for node in graph.nodes] == ["x2", "x1", "x3", "x4", "y"]


def test_the_tape_lists_what_was_computed_and_what_flows_back():
    graph = trace(lambda x, w: jnp.abs(x * w - jnp.sin(2.0 * jnp.arange(2.0)).sum()), {"x": 2.0, "w": 3.0})
    records = tape(graph)
    assert [record.operation for record in records if record.watched] == ["mul", "sub", "abs"]
    assert records[-1][:3] == ("abs", (records[-2].output,), "loss")
    order = [record.node for record in records]
    assert order == sorted(order) and all(graph.nodes[r.node].name == r.output for r in records)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"x": np.zeros(3)}, "needs a value for “w”"),
        ({"x": np.zeros(3), "w": 1.0}, r"“w” has shape \(3,\).*\(\) is another"),
        ({"x": np.zeros(3), "w": np.zeros(3)}, r"only a single number can be differentiated; “loss” has shape \(3,\)"),
    ],
)
def test_what_cannot_be_computed_is_said(values, sentence):
    graph = trace(lambda x, w: x * w, {"x": np.zeros(3), "w": np.zeros(3)})
    with pytest.raises(InvalidInput, match=sentence):
        backward(graph, values)


def test_a_seed_is_the_outputs_own_adjoint():
    graph = trace(lambda x: jnp.sin(x), {"x": np.zeros(3)})
    found = backward(graph, {"x": np.zeros(3)}, seed=[1, 2, 3])
    assert found.adjoints[0].tolist() == [1, 2, 3] == found.adjoints[graph.output].tolist()
    with pytest.raises(InvalidInput, match="is bool; only floating"):
        backward(trace(lambda x: x > 1, {"x": 1.0}), {"x": 1.0})


def test_a_graph_without_end_is_refused():
    with pytest.raises(InvalidInput, match="more than 2,000 operations"):
        trace(lambda x: sum(jnp.sin(x + k) for k in range(800)), {"x": 1.0})


def test_one_step_of_descent():
    graph = trace(lambda w, x: (w * x - 1) ** 2, {"w": 1.0, "x": 2.0}, double=True)
    moved = step(graph, {"w": 1.0, "x": 2.0}, learning_rate=0.125, names=["w"])
    assert moved == {"w": 0.5, "x": 2.0}
    assert forward(graph, moved)[graph.output] == 0


def test_local_derivatives_are_numbers_on_edges():
    graph = trace(lambda x, w: jnp.abs(x * w - 10), {"x": 2.0, "w": 3.0})
    local = local_derivatives(graph, {"x": 2.0, "w": 3.0})
    assert [row for row in local if row] == [(3, 2), (1, -1), (-1,)]
