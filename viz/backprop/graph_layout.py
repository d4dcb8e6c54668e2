"""A layered drawing of a directed graph without cycles: every edge goes downward, boxes never overlap.

Layers, then an order within each layer with few crossings, then coordinates; all follow from structure and sizes
alone. Sugiyama, Tagawa and Toda 1981; order by barycentres and switches of neighbours; coordinates by least squares.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from viz.backprop.graph_order import Edge, Layered, crossings, layers_of, ordered, with_bends

COORDINATE_SWEEPS = 10
LABEL = (62.0, 20.0)
"""Pixels kept free for what is written on an edge."""
BEND = 14.0
"""Width of the lane of an edge that passes a layer, pixels."""
LABEL_SWEEPS = 3
SPOTS = tuple((part, aside) for aside in (0.0, 14.0, -14.0, 26.0, -26.0) for part in (0.5, 0.7, 0.3, 0.86, 0.14))
"""Where a label may stand, best first: how far along the slanted piece, and pixels to the side of it."""


class Placed(NamedTuple):
    """Where everything stands, in pixels, y downward.

    centres: (nodes, 2). layers: of each node, from 0. routes: of each edge, points of strictly growing y from the
    bottom of its source to the top of its target. labels: (edges, 2), the middle of each edge's label. size: of the
    whole picture. crossings: pairs of edges that cross.
    """

    centres: np.ndarray
    layers: tuple[int, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    labels: np.ndarray
    size: tuple[float, float]
    crossings: int


def lay_out(
    sizes: Sequence[tuple[float, float]], edges: Sequence[Edge], *, across: float = 26.0, down: float = 62.0
) -> Placed:
    """Places for boxes of these (width, height), joined by edges (source, target); an edge may occur twice.

    across, down: least distance between boxes of a layer, and between layers. Raises ValueError for a cycle.

    >>> lay_out([(100, 40)] * 3, [(0, 2), (1, 2)]).centres.tolist()
    [[50.0, 20.0], [176.0, 20.0], [113.0, 122.0]]
    """
    if not sizes:
        return Placed(np.zeros((0, 2)), (), (), np.zeros((0, 2)), (0.0, 0.0), 0)
    layers = layers_of(len(sizes), edges)
    layered = with_bends(layers, edges)
    rows = ordered(layered)
    widths = [size[0] for size in sizes] + [BEND] * (len(layered.above) - len(sizes))
    x = _coordinates(rows, layered, widths, across)
    tops, bottoms = _bands(layers, sizes, down)
    centres = np.array([(x[node], (tops[layer] + bottoms[layer]) / 2) for node, layer in enumerate(layers)])
    routes = _routes(centres, sizes, layered.chains, x, layers, (tops, bottoms))
    width = max(x[node] + widths[node] / 2 for node in range(len(x)))
    labels = _label_places(routes, edges)
    return Placed(centres, tuple(layers), routes, labels, (width, bottoms[-1]), crossings(rows, layered.below))


def _coordinates(
    rows: Sequence[Sequence[int]], layered: Layered, widths: Sequence[float], across: float
) -> list[float]:
    """x of everything: each near the middle of its neighbours, in order, and apart."""
    x = [0.0] * len(widths)
    for row in rows:
        for left, right in pairwise(row):
            x[right] = x[left] + _apart(left, right, widths, across)
        middle = (x[row[0]] + x[row[-1]]) / 2
        for node in row:
            x[node] -= middle
    for sweep in range(COORDINATE_SWEEPS):
        down, last = sweep % 2 == 0, sweep >= COORDINATE_SWEEPS - 2
        sides = [side for side, used in ((layered.above, down or last), (layered.below, not down or last)) if used]
        for row in rows if down else reversed(rows):
            _settle(row, x, sides, widths, across)
    leftmost = min(place - width / 2 for place, width in zip(x, widths, strict=True))
    return [place - leftmost for place in x]


def _settle(
    row: Sequence[int], x: list[float], sides: Sequence[Sequence[Sequence[int]]], widths: Sequence[float], across: float
) -> None:
    """Moves one row to the mean places of its neighbours in other rows, as far as order and gaps allow."""
    wanted, weights = [], []
    for node in row:
        near = [other for side in sides for other in side[node]]
        # Bends pull hard, so that long edges run straight.
        pulls = [8.0 if widths[node] == widths[other] == BEND else 1.0 for other in near]
        weights.append(sum(pulls) or 0.05)
        pulled = sum(x[other] * pull for other, pull in zip(near, pulls, strict=True))
        wanted.append(pulled / weights[-1] if near else x[node])
    gaps = [_apart(left, right, widths, across) for left, right in pairwise(row)]
    for node, place in zip(row, apart(wanted, gaps, weights), strict=True):
        x[node] = place


def _apart(left: int, right: int, widths: Sequence[float], across: float) -> float:
    return (widths[left] + widths[right]) / 2 + across


def apart(wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones, by weighted squares, that keep order and gaps.

    With the gaps taken off this is monotone regression, solved exactly by pooling neighbours out of order (Ayer 1955).

    >>> apart([0, 0], [10], [1, 1])
    [-5.0, 5.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[list[float]] = []
    for place, offset, weight in zip(wanted, offsets, weights, strict=True):
        pools.append([place - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, weight, count = pools.pop()
            total = pools[-1][1] + weight
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * weight) / total, total, pools[-1][2] + count]
    flat = [mean for mean, _, count in pools for _ in range(int(count))]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]


def _bands(layers: Sequence[int], sizes: Sequence[tuple[float, float]], down: float) -> tuple[list[float], list[float]]:
    """The top and the bottom of each layer: as tall as its tallest box."""
    heights = [0.0] * (max(layers) + 1)
    for layer, (_, height) in zip(layers, sizes, strict=True):
        heights[layer] = max(heights[layer], height)
    tops, bottoms, pen = [], [], 0.0
    for height in heights:
        tops.append(pen)
        bottoms.append(pen + height)
        pen += height + down
    return tops, bottoms


def _routes(
    centres: np.ndarray,
    sizes: Sequence[tuple[float, float]],
    chains: Sequence[Sequence[int]],
    x: Sequence[float],
    layers: Sequence[int],
    bands: tuple[list[float], list[float]],
) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Points of each edge: straight down across a layer, slanted only between layers, so that no box is crossed."""
    tops, bottoms = bands
    starts = _ports(sizes, x, [(chain[0], x[chain[1]]) for chain in chains])
    ends = _ports(sizes, x, [(chain[-1], x[chain[-2]]) for chain in chains])
    routes = []
    met: dict[Any, Any] = {}
    for number, chain in enumerate(chains):
        source, target = chain[0], chain[-1]
        twin = met[source, target] = met.get((source, target), -1) + 1
        points = [
            (starts[number], centres[source, 1] + sizes[source][1] / 2),
            (starts[number], bottoms[layers[source]]),
        ]
        for step, bend in enumerate(chain[1:-1], layers[source] + 1):
            # Edges that run twice the same way keep a little apart.
            lane = x[bend] + 5 * ((twin + 1) // 2) * (-1) ** twin
            points += [(lane, tops[step]), (lane, bottoms[step])]
        points += [(ends[number], tops[layers[target]]), (ends[number], centres[target, 1] - sizes[target][1] / 2)]
        kept = [points[0], *(after for before, after in pairwise(points) if after[1] > before[1])]
        routes.append(tuple((float(a), float(b)) for a, b in kept))
    return tuple(routes)


def _ports(
    sizes: Sequence[tuple[float, float]], x: Sequence[float], wishes: Sequence[tuple[int, float]]
) -> list[float]:
    """Where each edge meets its box: side by side, in the order of where they come from."""
    members: dict[int, list[int]] = {}
    for number, (node, _) in enumerate(wishes):
        members.setdefault(node, []).append(number)
    ports = [0.0] * len(wishes)
    for node, numbers in members.items():
        numbers.sort(key=lambda number: wishes[number][1])
        step = min(36.0, (sizes[node][0] - 16) / len(numbers))
        for at, number in enumerate(numbers):
            ports[number] = x[node] + (at - (len(numbers) - 1) / 2) * step
    return ports


def _label_places(routes: Sequence[Sequence[tuple[float, float]]], edges: Sequence[Edge]) -> np.ndarray:
    """For each edge's label a place that meets no other label: near the middle of its last slanted piece.

    Edges that run twice the same way first make room for each other. A label may leave its edge sideways as long as it
    still covers it; where nothing is free it stands where it meets the others least.
    """
    slants = [_last_slant(route) for route in routes]
    aside = _twins_aside([point_on(*slant, 0.5)[0] for slant in slants], edges)
    places: dict[int, tuple[float, float]] = {}
    for _ in range(LABEL_SWEEPS):
        for number, (slant, shift) in enumerate(zip(slants, aside, strict=True)):
            spots = [(x + shift + more, y) for part, more in SPOTS for x, y in [point_on(*slant, part)]]
            places[number] = _freest(spots, [place for other, place in places.items() if other != number])
    return np.array(list(places.values())).reshape(-1, 2)


def _twins_aside(middles: Sequence[float], edges: Sequence[Edge]) -> list[float]:
    """How far the label of each edge moves sideways so that edges of the same two boxes stand apart."""
    groups: dict[Edge, list[int]] = {}
    for number, edge in enumerate(edges):
        groups.setdefault(edge, []).append(number)
    aside = [0.0] * len(edges)
    for numbers in groups.values():
        numbers.sort(key=lambda number: middles[number])
        wanted = [middles[number] for number in numbers]
        found = apart(wanted, [LABEL[0]] * (len(numbers) - 1), [1.0] * len(numbers))
        for number, place, before in zip(numbers, found, wanted, strict=True):
            aside[number] = place - before
    return aside


def _freest(spots: Sequence[tuple[float, float]], taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The first spot that meets nothing taken, else the one that meets it least."""
    far = LABEL[1] + max(abs(spot[1] - spots[0][1]) for spot in spots)
    near = [place for place in taken if abs(place[1] - spots[0][1]) < far]
    least, best = np.inf, spots[0]
    for spot in spots:
        met = sum(_overlap(spot, place) for place in near)
        if met < least:
            least, best = met, spot
        if not met:
            break
    return best


def _overlap(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The area two labels share, square pixels."""
    wide, tall = LABEL[0] - abs(first[0] - second[0]), LABEL[1] - abs(first[1] - second[1])
    return wide * tall if min(wide, tall) > 1e-9 else 0.0


def _last_slant(route: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]]:
    pieces = list(pairwise(route))
    return next((piece for piece in reversed(pieces) if piece[0][0] != piece[1][0]), pieces[len(pieces) // 2])


def point_on(start: tuple[float, float], end: tuple[float, float], part: float) -> tuple[float, float]:
    """A point of the cubic that leaves and arrives vertically, its control points halfway down; part: 0 to 1."""
    way = 3 * part**2 - 2 * part**3
    fall = 1.5 * part - 1.5 * part**2 + part**3
    return start[0] + way * (end[0] - start[0]), start[1] + fall * (end[1] - start[1])
