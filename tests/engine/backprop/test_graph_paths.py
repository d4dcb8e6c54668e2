"""Paths: counted, listed, multiplied and summed; also where there are too many, and where nodes are tensors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.backprop.graph import trace
from engine.backprop.graph_backward import backward
from engine.backprop.graph_paths import Edge, Paths, counts, edges, path_adjoints, path_products, paths


def test_paths_of_one_variable_in_order():
    graph = trace(lambda x: x * jnp.sin(x) + x**2, {"x": 1.0})
    found = paths(graph, 0)
    names = [[graph.nodes[edge.target].operation for edge in path] for path in found.paths]
    assert names == [["sin", "mul", "add"], ["mul", "add"], ["integer_pow", "add"]]
    products = path_products(backward(graph, {"x": 1.0}).locals, found)
    assert products == pytest.approx([np.cos(1), np.sin(1), 2])
    assert found.complete and counts(graph)[0] == 3


def test_an_explosion_is_counted_and_not_listed():
    def doubled(x):
        for _ in range(70):
            x = x + x
        return x

    graph = trace(doubled, {"x": 1.0})
    found = paths(graph, 0, limit=40)
    assert found.total == 2**70 and len(found.paths) == 40 and not found.complete
    assert {len(path) for path in found.paths} == {70} and len({*found.paths}) == 40


def test_a_long_chain_needs_no_deep_stack():
    def chain(x):
        for _ in range(1500):
            x = jnp.sin(x)
        return x

    graph = trace(chain, {"x": 1.0})
    assert len(paths(graph, 0).paths[0]) == 1500


def test_the_output_has_the_empty_path_and_a_stranger_none():
    graph = trace(lambda x, unused: x * 2, {"x": 1.0, "unused": 1.0})
    assert paths(graph, graph.output) == Paths(((),), 1)
    assert paths(graph, graph.index("unused")) == Paths((), 0)


def test_comparisons_are_no_part_of_a_path():
    graph = trace(lambda x: jnp.where(x > 0, x * 3, x), {"x": 1.0})
    assert all(graph.nodes[edge.target].dtype == "float32" for edge in edges(graph))
    assert paths(graph, 0).total == 2
    compare = next(k for k, node in enumerate(graph.nodes) if node.operation == "gt")
    assert counts(graph)[compare] == 0 and Edge(0, compare, 0) not in edges(graph)


def test_what_flows_along_each_path_adds_up_to_the_adjoint_of_tensors():
    def loss(z, W, y_true):
        return -jnp.sum(y_true * jnp.log(jax.nn.softmax(jnp.tanh(z @ W) + z)))

    values = {"z": [0.5, -1.0, 2.0], "W": np.arange(9.0).reshape(3, 3) / 9 - 0.3, "y_true": [0.0, 1.0, 0.0]}
    graph = trace(loss, {name: np.asarray(value) for name, value in values.items()})
    found = backward(graph, values)
    for k in (0, 1, 3, 5, 8):
        listed = paths(graph, k)
        flows = path_adjoints(graph, values, listed)
        assert listed.complete and len(flows) == listed.total > 0
        np.testing.assert_allclose(sum(flows), found.adjoints[k], rtol=1e-4, atol=1e-6)
    assert len(paths(graph, 0).paths) == 3 * len(paths(graph, 1).paths) - len(paths(graph, 1).paths)


def test_in_a_graph_of_numbers_flows_are_products():
    graph = trace(lambda x, w: jnp.tanh(x * w) * w + w, {"x": 1.0, "w": 2.0})
    values = {"x": 0.5, "w": 1.5}
    listed = paths(graph, graph.index("w"))
    products = path_products(backward(graph, values).locals, listed)
    assert [*map(float, path_adjoints(graph, values, listed))] == pytest.approx(products)
    assert len(products) == 3
