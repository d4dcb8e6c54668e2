"""Layers of a directed graph without cycles, and an order within each with few crossings. For ``graph_layout``.

Sugiyama, Tagawa and Toda 1981: long edges get a bend in each layer they pass; orders by barycentres and by switches of
neighbours.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 12

Edge = tuple[int, int]


class Layered(NamedTuple):
    """Nodes and the bends of long edges alike, numbered on; chains: of each edge, the numbers it runs through."""

    rows: list[list[int]]
    above: list[list[int]]
    below: list[list[int]]
    chains: list[list[int]]


def layers_of(count: int, edges: Sequence[Edge]) -> list[int]:
    """The layer of each node: below all its inputs, and as near to its consumers as that allows where it helps.

    >>> layers_of(4, [(0, 1), (1, 3), (2, 3)])
    [0, 1, 1, 2]
    """
    inputs, consumers = _neighbours(count, edges)
    layers, order = [0] * count, _sorted(count, inputs, consumers)
    for node in order:
        layers[node] = max((layers[source] + 1 for source in inputs[node]), default=0)
    # Moving down shortens as many edges as there are consumers and lengthens one for each input.
    for node in reversed(order):
        if len(consumers[node]) > len(inputs[node]):
            layers[node] = min(layers[target] for target in consumers[node]) - 1
    return layers


def _neighbours(count: int, edges: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    inputs: list[list[int]] = [[] for _ in range(count)]
    consumers: list[list[int]] = [[] for _ in range(count)]
    for source, target in dict.fromkeys(edges):
        inputs[target].append(source)
        consumers[source].append(target)
    return inputs, consumers


def _sorted(count: int, inputs: list[list[int]], consumers: list[list[int]]) -> list[int]:
    """Every node after all its inputs."""
    missing = [len(found) for found in inputs]
    order = [node for node in range(count) if not missing[node]]
    for node in order:
        for target in consumers[node]:
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    if len(order) < count:
        raise ValueError("a graph with a cycle has no layers")
    return order


def with_bends(layers: Sequence[int], edges: Sequence[Edge]) -> Layered:
    """Edges over several layers get a bend in each layer between, so that all go from one layer to the next."""
    rows: list[list[int]] = [[] for _ in range(max(layers) + 1)]
    for node, layer in enumerate(layers):
        rows[layer].append(node)
    above: list[list[int]] = [[] for _ in layers]
    below: list[list[int]] = [[] for _ in layers]
    known: dict[Edge, list[int]] = {}
    for source, target in edges:
        if (source, target) in known:
            continue
        chain = [source]
        for layer in range(layers[source] + 1, layers[target]):
            chain.append(len(above))
            rows[layer].append(len(above))
            above.append([])
            below.append([])
        chain.append(target)
        known[source, target] = chain
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    return Layered(rows, above, below, [known[edge] for edge in edges])


def crossings(rows: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> int:
    """Pairs of edges between neighbouring rows that cross: the inversions of their ends, taken in order."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {node: number for number, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = sorted(place[target] for target in below[node])
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def ordered(layered: Layered) -> list[list[int]]:
    """The order with the fewest crossings met while sweeping, from two starts: walks up from sinks, down from sources.

    The first start draws a tree of inputs without crossings, the second a tree of consumers.
    """
    best, fewest = layered.rows, None
    for neighbours in (layered.above, layered.below):
        rows = first_order(layered.rows, neighbours)
        for found in (rows, _swept(rows, layered)):
            count = crossings(found, layered.below)
            if fewest is None or count < fewest:
                best, fewest = found, count
        if not fewest:
            break
    return best


def first_order(rows: Sequence[Sequence[int]], neighbours: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each row in the order in which walks along ``neighbours``, depth first, come by."""
    reached = {node for found in neighbours for node in found}
    seen: dict[int, None] = {}
    stack = [node for row in reversed(rows) for node in reversed(row) if node not in reached]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(reversed(neighbours[node]))
    rank = {node: number for number, node in enumerate(seen)}
    return [sorted(row, key=rank.__getitem__) for row in rows]


def _swept(start: Sequence[Sequence[int]], layered: Layered) -> list[list[int]]:
    rows = [list(row) for row in start]
    best, fewest, waited = [list(row) for row in rows], crossings(rows, layered.below), 0
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        _sweep(rows, layered.above if down else layered.below, down)
        _switch(rows, layered)
        count = crossings(rows, layered.below)
        waited = 0 if count < fewest else waited + 1
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
        if not fewest or waited > 3:
            break
    return best


def _sweep(rows: list[list[int]], neighbours: Sequence[Sequence[int]], down: bool) -> None:
    """Each row sorted by the mean place of its neighbours in the row just settled; who has none stays in place."""
    for number in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
        place = {node: at for at, node in enumerate(rows[number - 1 if down else number + 1])}
        row = rows[number]
        means = {
            node: sum(place[other] for other in neighbours[node]) / len(neighbours[node])
            for node in row
            if neighbours[node]
        }
        moved = iter(sorted(means, key=means.__getitem__))
        rows[number] = [next(moved) if node in means else node for node in row]


def _switch(rows: list[list[int]], layered: Layered) -> None:
    """Neighbours change places wherever that saves crossings with the rows above and below."""
    for number, row in enumerate(rows):
        place = {
            node: at for near in (number - 1, number + 1) if 0 <= near < len(rows) for at, node in enumerate(rows[near])
        }
        ends = {
            node: [sorted(place[other] for other in side[node]) for side in (layered.above, layered.below)]
            for node in row
        }
        for at in range(len(row) - 1):
            left, right = row[at], row[at + 1]
            pairs = list(zip(ends[left], ends[right], strict=True))
            if sum(_inversions(b, a) - _inversions(a, b) for a, b in pairs) < 0:
                row[at], row[at + 1] = right, left


def _inversions(left: Sequence[int], right: Sequence[int]) -> int:
    """Crossings between the edges of two neighbours, from the sorted places of their ends."""
    return sum(bisect_left(right, end) for end in left)
