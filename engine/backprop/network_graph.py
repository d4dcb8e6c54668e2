"""The network's loss as one graph, and the gradient's own jaxpr beside a graph, paired node by node."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.graph_nodes import Graph
from engine.backprop.graph_operations import Operation, is_real
from engine.backprop.graph_tracing import trace
from engine.errors import InvalidInput
from engine.training.network import CLASSES, PIXELS, Params

GROUPS = ("layer 1", "relu", "layer 2", "softmax", "loss")
KEPT_GRAPHS = 16
NODE = "node {}"


def network_loss(W1: Array, b1: Array, W2: Array, b2: Array, inputs: Array, y_true: Array) -> Array:
    """loss(y_true, softmax(relu(inputs @ W1 + b1) @ W2 + b2)), the mean crossentropy; y_true: one-hot.

    inputs (784,) or (samples, 784); y_true (10,) or (samples, 10). Each part is a jax.named_scope of GROUPS.
    As the formula says, the logarithm is taken of the probabilities: one that is rounded to 0 makes the loss nan.
    """
    with jax.named_scope("layer 1"):
        scores = inputs @ W1 + b1
    with jax.named_scope("relu"):
        hidden = jax.nn.relu(scores)
    with jax.named_scope("layer 2"):
        logits = hidden @ W2 + b2
    with jax.named_scope("softmax"):
        y_pred = jax.nn.softmax(logits)
    with jax.named_scope("loss"):
        losses = -jnp.sum(y_true * jnp.log(y_pred), axis=-1)
        return jnp.mean(losses) if losses.ndim else losses


@lru_cache(maxsize=KEPT_GRAPHS)
def network_graph(*, samples: int | None = None, hidden_units: int = 512) -> Graph:
    """The graph of network_loss, variables W1, b1, W2, b2, inputs, y_true. samples: None for one digit (784,).

    >>> [network_graph(samples=128).nodes[k].name for k in network_graph(samples=128).variables]
    ['W1', 'b1', 'W2', 'b2', 'inputs', 'y_true']
    """
    batch = () if samples is None else (samples,)
    shapes = {
        "W1": (PIXELS, hidden_units),
        "b1": (hidden_units,),
        "W2": (hidden_units, CLASSES),
        "b2": (CLASSES,),
        "inputs": (*batch, PIXELS),
        "y_true": (*batch, CLASSES),
    }
    return trace(network_loss, {name: jax.ShapeDtypeStruct(shape, jnp.float32) for name, shape in shapes.items()})


def network_values(params: Params, inputs: Any, labels: Any) -> dict[str, Any]:
    """The values ``forward`` and ``backward`` want. inputs: 0..1. labels: integers, () or (samples,), made one-hot."""
    y_true = np.eye(CLASSES, dtype=np.float32)[np.asarray(labels)]
    return {**params._asdict(), "inputs": inputs, "y_true": y_true}


class GradientGraph(NamedTuple):
    """graph: JAX's jaxpr of value_and_grad, forward and backward equations in one.

    names: of the variables whose gradients are its outputs, in this order; the loss is its last output.
    forward: for each node of the original graph the nodes of ``graph`` that compute it, and what its derivative keeps.
    backward: for each node of the original graph the nodes of ``graph`` that pass its adjoint on to its inputs.
    origin: for each node of ``graph`` the original node it belongs to, -1 for its own constants. is_backward: too.
    """

    graph: Graph
    names: tuple[str, ...]
    forward: tuple[tuple[int, ...], ...]
    backward: tuple[tuple[int, ...], ...]
    origin: tuple[int, ...]
    is_backward: tuple[bool, ...]


def gradient_graph(graph: Graph, names: Sequence[str]) -> GradientGraph:
    """The jaxpr of the gradient of a graph's output, a single number, with respect to the named variables.

    Every operation of the graph is traced in a jax.named_scope of its own, which JAX writes into the equations of the
    derivative: "transpose(jvp(node 7))" passes on node 7's adjoint. Outputs are named "dloss/dw".
    InvalidInput where the output is not a single number or a name is no variable of floating numbers.
    """
    variables = {graph.nodes[k].name: graph.nodes[k] for k in graph.variables}
    if graph.nodes[graph.output].shape:
        name = graph.nodes[graph.output].name
        raise InvalidInput(f"only a single number can be differentiated; “{name}” is a tensor.")
    for name in names:
        if name not in variables or not is_real(variables[name].dtype):
            raise InvalidInput(f"“{name}” is no variable of floating numbers in this graph.")

    def gradient(**values: Array) -> list[Array]:
        def output(*chosen: Array) -> Array:
            return _scoped(graph, {**values, **dict(zip(names, chosen, strict=True))})

        numbers = tuple(range(len(names)))
        value, slopes = jax.value_and_grad(output, argnums=numbers)(*(values[name] for name in names))
        return [*slopes, value]

    examples = {name: jax.ShapeDtypeStruct(node.shape, node.dtype) for name, node in variables.items()}
    loss = graph.nodes[graph.output].name
    outputs = [*(f"d{loss}/d{name}" for name in names), loss]
    found = trace(gradient, examples, output=outputs, double=graph.double)
    return _paired(graph, found, tuple(names))


def _scoped(graph: Graph, values: dict[str, Array]) -> Array:
    """The output's value, each operation in a scope that names its node."""
    found: list[Any] = []
    for k, (node, step) in enumerate(zip(graph.nodes, graph.program.steps, strict=True)):
        if isinstance(step, Operation):
            with jax.named_scope(NODE.format(k)):
                found.append(step(*(found[source] for source in node.inputs)))
        else:
            found.append(values[node.name] if node.operation == "variable" else step)
    return found[graph.output]


_ORIGIN = re.compile(NODE.format(r"(\d+)"))


def _paired(graph: Graph, found: Graph, names: tuple[str, ...]) -> GradientGraph:
    origin, is_backward, nodes = [], [], []
    variables = {graph.nodes[k].name: k for k in graph.variables}
    for node in found.nodes:
        match = _ORIGIN.search(node.group)
        own = int(match[1]) if match else variables.get(node.name, -1) if node.operation == "variable" else -1
        origin.append(own)
        is_backward.append("transpose(" in node.group)
        named = graph.nodes[own] if own >= 0 else None
        nodes.append(node._replace(group=named.group if named else "", column=named.column if named else 0))
    forward, backward = (
        tuple(
            tuple(k for k, own in enumerate(origin) if own == original and is_backward[k] == back)
            for original in range(len(graph.nodes))
        )
        for back in (False, True)
    )
    shown = found._replace(nodes=tuple(nodes))
    return GradientGraph(shown, names, forward, backward, tuple(origin), tuple(is_backward))
