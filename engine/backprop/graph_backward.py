"""The backward pass: adjoints from the output to every node, by each node's own ``jax.vjp``."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.graph import arguments, fetched
from engine.backprop.graph_nodes import Graph, Program
from engine.backprop.graph_operations import Operation, compiled_pull, is_real
from engine.errors import InvalidInput

KEPT_PROGRAMS = 64
"""Compiled backward passes kept; the least recently used goes first."""


class Backward(NamedTuple):
    """All of one backward pass; every tuple is in the order of graph.nodes.

    values: as of ``graph.forward``.
    adjoints: derivative of the output with respect to each node, of the node's shape; None for nodes that are not
    floating numbers (bool, integers), which have none.
    contributions: for each node one array per input: what flows back along this edge, the node's adjoint times the
    local derivative, of the input's shape; None where nothing can flow. A node's adjoint is the sum of the
    contributions of all edges that leave it (at the output, also the seed).
    locals: for each node one array per input: the local derivative. Where the node is a single number: its derivative
    with respect to the input, of the input's shape. Where the operation works cell by cell on equal shapes: each
    cell's derivative. None elsewhere (products of matrices, reductions to tensors, …: a matrix would be needed).
    """

    values: tuple[np.ndarray, ...]
    adjoints: tuple[np.ndarray | None, ...]
    contributions: tuple[tuple[np.ndarray | None, ...], ...]
    locals: tuple[tuple[np.ndarray | None, ...], ...]


def backward(graph: Graph, values: Mapping[str, Any], *, seed: Any = None, compiled: bool = True) -> Backward:
    """Forward and backward pass: a node's adjoint sums adjoint · local derivative over its uses.

    seed: the output's own adjoint; 1 for a single number, which the output must be where no seed is given.
    compiled: the backward pass as one program, compiled at the first call (about 0.1 s) and kept.

    >>> from engine.backprop.graph_tracing import trace
    >>> graph = trace(lambda x, w: abs(x * w - 10), {"x": 2.0, "w": 3.0})
    >>> found = backward(graph, {"x": 2.0, "w": 3.0})
    >>> [float(found.adjoints[graph.index(name)]) for name in ("x", "w")]
    [-3.0, -2.0]
    """
    with jax.enable_x64(graph.double):
        known, flowing = graph.program.values(arguments(graph, values)), start(graph, seed)
        if compiled:
            found = _compiled(graph.program, graph.output)(known, flowing)
        else:
            found = _flow(graph.program, graph.output, pull_apart, known, flowing)
        return fetched(Backward(tuple(known), *found))


def start(graph: Graph, seed: Any) -> Array:
    """The output's adjoint; InvalidInput where it has none, or where it is not a single number and no seed is given."""
    node = graph.nodes[graph.output]
    if not is_real(node.dtype):
        raise InvalidInput(f"“{node.name}” is {node.dtype}; only floating numbers have derivatives.")
    if seed is None and node.shape:
        raise InvalidInput(
            f"only a single number can be differentiated; “{node.name}” has shape {node.shape}. Take its sum or mean."
        )
    return jnp.broadcast_to(jnp.asarray(1 if seed is None else seed, node.dtype), node.shape)


def pull_apart(operation: Operation, *given: Any) -> Any:
    """``operation.pull`` outside of a compiled program."""
    return compiled_pull(operation)(*given) if operation.shared else operation.pull(*given)


Flow = tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]


@lru_cache(maxsize=KEPT_PROGRAMS)
def _compiled(program: Program, output: int) -> Callable[[list[Array], Array], Flow]:
    return jax.jit(partial(_flow, program, output, Operation.pull))


def _flow(program: Program, output: int, pull: Callable[..., Any], values: list[Array], seed: Array) -> Flow:
    """From the output to the variables: each node's adjoint, complete when its turn comes, flows to its inputs."""
    adjoints: list[Array | None] = [None] * len(values)
    contributions: list[tuple[Array | None, ...]] = [()] * len(values)
    local: list[tuple[Array | None, ...]] = [()] * len(values)
    adjoints[output] = seed
    for k in range(len(values) - 1, -1, -1):
        value, step, inputs = values[k], program.steps[k], program.inputs[k]
        if not is_real(value.dtype):
            contributions[k] = local[k] = (None,) * len(inputs)
            continue
        reached = adjoints[k] is not None
        adjoint = adjoints[k] = adjoints[k] if reached else jnp.zeros_like(value)
        if not isinstance(step, Operation):
            continue
        contributions[k], ones = pull(step, tuple(values[n] for n in inputs), (adjoint, jnp.ones_like(value)))
        local[k] = tuple(one if _is_local(step, value, one) else None for one in ones)
        if not (reached and step.passes_on):
            # Nothing flows here, as in JAX: not 0 times a derivative further on, which would be nan were that inf.
            contributions[k] = tuple(None if part is None else jnp.zeros_like(part) for part in contributions[k])
            continue
        for source, part in zip(inputs, contributions[k], strict=True):
            if part is not None:
                adjoints[source] = part if adjoints[source] is None else adjoints[source] + part
    return tuple(adjoints), tuple(contributions), tuple(local)


def _is_local(step: Operation, value: Array, one: Array | None) -> bool:
    """Whether what ones pull back is the local derivative."""
    return one is not None and (not value.shape or (step.cell_by_cell and one.shape == value.shape))


def gradients(graph: Graph, found: Backward) -> dict[str, np.ndarray]:
    """The adjoint of each variable of floating numbers, by name."""
    named = {graph.nodes[k].name: found.adjoints[k] for k in graph.variables}
    return {name: adjoint for name, adjoint in named.items() if adjoint is not None}


def local_derivatives(graph: Graph, values: Mapping[str, Any]) -> tuple[tuple[float | None, ...], ...]:
    """For a graph of single numbers: the number on each edge, for each node one per input; None where there is none."""
    found = backward(graph, values, seed=1).locals
    return tuple(tuple(None if one is None or one.shape else float(one) for one in row) for row in found)


def step(
    graph: Graph, values: Mapping[str, Any], *, learning_rate: float, names: Collection[str]
) -> dict[str, np.ndarray]:
    """w - learning_rate * gradient for the named variables; the others as they were.

    >>> from engine.backprop.graph_tracing import trace
    >>> graph = trace(lambda x, w: abs(x * w - 10), {"x": 2.0, "w": 3.0})
    >>> float(step(graph, {"x": 2.0, "w": 3.0}, learning_rate=0.5, names=["w"])["w"])
    4.0
    """
    found = gradients(graph, backward(graph, values))
    moved = {name: np.asarray(values[name] - learning_rate * found[name]) for name in names}
    return {name: np.asarray(value) for name, value in {**values, **moved}.items()}
