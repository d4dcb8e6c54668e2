"""A function's computation graph: JAX's own jaxpr, node by node, and every node's value.

A node is one primitive operation of JAX. Functions inside functions (``jit``, ``custom_jvp``, ``remat``) are opened up;
what has a derivative rule of its own keeps it. Loops and branches stay closed: one box, computed and differentiated by
JAX. Values and derivatives come from binding these same primitives, so they are JAX's.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.graph_nodes import Graph, Node
from engine.backprop.graph_operations import is_real
from engine.backprop.graph_tracing import trace
from engine.errors import InvalidInput

__all__ = ["Graph", "Node", "Record", "arguments", "fetched", "forward", "tape", "trace"]


def forward(graph: Graph, values: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    """Every node's value, in the order of graph.nodes, exactly as JAX computes its primitives one by one.

    Not compiled into one program: XLA would round otherwise where it fuses a product with a sum, or divides by a
    constant through its reciprocal, and what is shown would not be the sum of what is shown.
    values: by variable's name, of the traced shapes; InvalidInput where one is missing or of another shape.
    """
    with jax.enable_x64(graph.double):
        return tuple(fetched(graph.program.values(arguments(graph, values))))


def arguments(graph: Graph, values: Mapping[str, Any]) -> list[Array]:
    """The variables' values as arrays of the traced dtypes; InvalidInput where one is missing or of another shape."""
    found = []
    for node in (graph.nodes[k] for k in graph.variables):
        if node.name not in values:
            raise InvalidInput(f"the graph needs a value for “{node.name}”.")
        value = values[node.name]
        if np.shape(value) != node.shape:
            raise InvalidInput(f"“{node.name}” has shape {node.shape} in this graph; {np.shape(value)} is another.")
        found.append(
            value if isinstance(value, Array) and value.dtype == node.dtype else jnp.asarray(value, node.dtype)
        )
    return found


def fetched(found: Any) -> Any:
    """A tree of arrays as NumPy's; random keys as the numbers inside them."""

    def plain(value: Array) -> np.ndarray:
        # One by one: for many small arrays jax.device_get takes ten times as long.
        return np.asarray(jax.random.key_data(value) if jnp.issubdtype(value.dtype, jax.dtypes.prng_key) else value)

    return jax.tree.map(plain, found)


class Record(NamedTuple):
    """One line of a tape. operation, inputs, output: names as in the graph. node: its index.

    watched: whether a variable flows into it along floating numbers, so that a gradient may flow back through it.
    """

    operation: str
    inputs: tuple[str, ...]
    output: str
    node: int
    watched: bool


def tape(graph: Graph) -> tuple[Record, ...]:
    """What a gradient tape records: the operations in the order of their computation; backward reads it in reverse."""
    watched: set[int] = set()
    records = []
    for k, node in enumerate(graph.nodes):
        if is_real(node.dtype) and (node.operation == "variable" or watched.intersection(node.inputs)):
            watched.add(k)
        if node.operation not in ("variable", "constant"):
            names = tuple(graph.nodes[source].name for source in node.inputs)
            records.append(Record(node.operation, names, node.name, k, k in watched))
    return tuple(records)
