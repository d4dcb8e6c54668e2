"""Paths through a graph: the chain rule written out. The sum over all paths of their products is the adjoint."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from engine.backprop.graph import arguments, fetched
from engine.backprop.graph_backward import pull_apart, start
from engine.backprop.graph_nodes import Graph
from engine.backprop.graph_operations import is_real

LIMIT = 100


class Edge(NamedTuple):
    """From graph.nodes[source] into operand number ``position`` of graph.nodes[target]."""

    source: int
    target: int
    position: int


class Paths(NamedTuple):
    """paths: from the node to the output, each a tuple of edges in forward order; at most ``limit`` of them.

    total: how many there are, counted exactly even where they are not all listed. The output itself has one path of no
    edges. Edges that carry no derivative (into or out of bool and integer nodes) are no part of a path.
    """

    paths: tuple[tuple[Edge, ...], ...]
    total: int

    @property
    def complete(self) -> bool:
        """Whether all paths are listed."""
        return len(self.paths) == self.total


def edges(graph: Graph) -> tuple[Edge, ...]:
    """Every edge that carries a derivative, by target and operand."""
    real = [is_real(node.dtype) for node in graph.nodes]
    return tuple(
        Edge(source, target, position)
        for target, node in enumerate(graph.nodes)
        for position, source in enumerate(node.inputs)
        if real[source] and real[target]
    )


def counts(graph: Graph) -> tuple[int, ...]:
    """Number of paths from every node to the output, exact: the sum over the edges leaving it.

    >>> from engine.backprop.graph_tracing import trace
    >>> counts(trace(lambda x: (x * x) * (x + 1), {"x": 3.0}))
    (3, 1, 1, 1, 1)
    """
    found = [0] * len(graph.nodes)
    found[graph.output] = 1
    for edge in reversed(edges(graph)):
        found[edge.source] += found[edge.target]
    return tuple(found)


def paths(graph: Graph, node: int, *, limit: int = LIMIT) -> Paths:
    """The paths from a node to the output, depth first in the order of the nodes."""
    count = counts(graph)
    onward: dict[int, list[Edge]] = {}
    for edge in edges(graph):
        if count[edge.target]:
            onward.setdefault(edge.source, []).append(edge)
    return Paths(tuple(islice(_walk(onward, node, graph.output), limit)), count[node])


def _walk(onward: Mapping[int, Sequence[Edge]], node: int, output: int) -> Iterator[tuple[Edge, ...]]:
    """Depth first without recursion: graphs may be deeper than Python's stack."""
    stack: list[tuple[Edge, ...]] = [()]
    while stack:
        path = stack.pop()
        here = path[-1].target if path else node
        if here == output:
            yield path
        else:
            stack.extend((*path, edge) for edge in reversed(onward.get(here, ())))


def path_products(local: Sequence[Sequence[Any]], found: Paths) -> tuple[float, ...]:
    """For a graph of single numbers: the product of the local derivatives along each path.

    local: from ``graph_backward.local_derivatives`` or ``Backward.locals``.
    """
    return tuple(math.prod(float(local[edge.target][edge.position]) for edge in path) for path in found.paths)


def path_adjoints(graph: Graph, values: Mapping[str, Any], found: Paths, *, seed: Any = None) -> tuple[np.ndarray, ...]:
    """For any graph: what flows back along each path alone, of the shape of the path's first node."""
    program = graph.program
    with jax.enable_x64(graph.double):
        known = program.values(arguments(graph, values))
        flowing: dict[tuple[Edge, ...], Array] = {(): start(graph, seed)}

        def flow(path: tuple[Edge, ...]) -> Array:
            # Paths share their ends; what flows into the first edge of an end is computed once.
            for place in range(len(path) - 1, -1, -1):
                if (end := path[place:]) not in flowing:
                    operands = tuple(known[source] for source in program.inputs[end[0].target])
                    (pulled,) = pull_apart(program.steps[end[0].target], operands, (flowing[end[1:]],))
                    flowing[end] = pulled[end[0].position]
            return flowing[path]

        return tuple(fetched([flow(path) for path in found.paths]))
