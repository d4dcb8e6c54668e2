"""Layered drawings of random graphs: no box meets another, every edge goes downward, few edges cross, nothing moves."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop.graph_expressions import parse_graph
from viz.backprop.graph import box_size, boxes_of, edges_of
from viz.backprop.graph_layout import LABEL, apart, lay_out, point_on
from viz.backprop.graph_order import crossings, first_order, layers_of, with_bends

SIZES = [(118.0, 68.0), (44.0, 32.0), (200.0, 150.0)]


@st.composite
def graphs(draw, most=24):
    count = draw(st.integers(1, most))
    sizes = [draw(st.sampled_from(SIZES)) for _ in range(count)]
    edges = [
        (draw(st.integers(0, target - 1)), target) for target in range(1, count) for _ in range(draw(st.integers(0, 3)))
    ]
    return sizes, edges


def boxes(placed, sizes):
    half = np.array(sizes) / 2
    return placed.centres - half, placed.centres + half


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_boxes_keep_apart_and_edges_go_down_from_box_to_box(graph):
    sizes, edges = graph
    placed = lay_out(sizes, edges)
    low, high = boxes(placed, sizes)
    for a, b in combinations(range(len(sizes)), 2):
        gap = np.maximum(low[a] - high[b], low[b] - high[a])
        assert gap[0] >= 26 - 1e-6 or gap[1] >= 62 - 1e-6
    assert low.min() >= -1e-6 and (high.max(axis=0) <= np.array(placed.size) + 1e-6).all()
    for (source, target), route in zip(edges, placed.routes, strict=True):
        points = np.array(route)
        assert (np.diff(points[:, 1]) > 0).all()
        assert low[source, 0] <= points[0, 0] <= high[source, 0] and points[0, 1] == pytest.approx(high[source, 1])
        assert low[target, 0] <= points[-1, 0] <= high[target, 0] and points[-1, 1] == pytest.approx(low[target, 1])
        # Slanted pieces lie between layers, where no box is; straight ones pass boxes in a lane of their own.
        for (x, top), (to, bottom) in pairwise(route):
            inside = (low[:, 1] < bottom - 1e-6) & (high[:, 1] > top + 1e-6)
            inside &= (low[:, 0] < max(x, to) + 3) & (high[:, 0] > min(x, to) - 3)
            assert set(np.flatnonzero(inside)) <= {source, target}


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_layers_are_below_inputs_and_no_edge_is_longer_than_it_must_be(graph):
    sizes, edges = graph
    layers = layers_of(len(sizes), edges)
    assert min(layers) == 0
    for source, target in edges:
        assert layers[source] < layers[target]
    for node in range(len(sizes)):
        out = [layers[target] for source, target in edges if source == node]
        if out and not any(target == node for _, target in edges):
            assert layers[node] == min(out) - 1, "a variable stands right above its first use"


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_crossings_are_counted_and_never_more_than_in_the_first_order(graph):
    sizes, edges = graph
    layered = with_bends(layers_of(len(sizes), edges), edges)
    placed = lay_out(sizes, edges)
    starts = [crossings(first_order(layered.rows, side), layered.below) for side in (layered.above, layered.below)]
    assert placed.crossings <= min([*starts, crossings(layered.rows, layered.below)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=4, unique=True), min_size=1, max_size=6))
def test_the_count_of_crossings_is_that_of_all_pairs(ends):
    upper = list(range(len(ends)))
    below = [[len(ends) + end for end in sorted(found)] for found in ends] + [[] for _ in range(6)]
    edges = [(node, end) for node, found in enumerate(ends) for end in found]
    pairs = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(edges, 2))
    assert crossings([upper, list(range(len(ends), len(ends) + 6))], below) == pairs


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.booleans())
def test_a_tree_is_drawn_without_crossings(seeds, upward):
    tree = [(seed % child, child) for child, seed in enumerate(seeds, 1)]
    last = len(seeds)
    edges = [(last - child, last - parent) for parent, child in tree] if upward else tree
    assert lay_out([SIZES[0]] * (last + 1), edges).crossings == 0


@settings(max_examples=30, deadline=None)
@given(graphs(most=12), st.randoms(use_true_random=False))
def test_the_drawing_depends_on_nothing_but_structure_and_sizes(graph, random):
    sizes, edges = graph
    first, again = lay_out(sizes, edges), lay_out([tuple(size) for size in sizes], list(edges))
    assert first.routes == again.routes and (first.centres == again.centres).all()
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert lay_out(sizes, shuffled).layers == first.layers


def test_the_graph_of_the_book():
    # x, w, b, y_true, x1 = x w, x2 = x1 + b, x3 = y_true - x2, loss = |x3|
    placed = lay_out([SIZES[0]] * 8, [(0, 4), (1, 4), (4, 5), (2, 5), (3, 6), (5, 6), (6, 7)])
    assert placed.layers == (0, 0, 1, 2, 1, 2, 3, 4) and placed.crossings == 0
    spots = placed.labels
    for a, b in combinations(range(len(spots)), 2):
        gap = np.abs(spots[a] - spots[b])
        assert gap[0] >= LABEL[0] or gap[1] >= LABEL[1]


@pytest.mark.parametrize("text", ["x*x", "x*x + x", "x**x", "(x*x)*(x*x)", "maximum(x*x, x*x)*x", "x*x*x*x*x*x"])
def test_labels_of_parallel_edges_stand_apart_and_on_their_edges(text):
    graph = parse_graph(text, {"x": 1.5})
    sizes = [box_size(box) for box in boxes_of(graph)]
    placed = lay_out(sizes, edges_of(graph))
    for first, second in combinations(placed.labels, 2):
        gap = np.abs(first - second)
        assert gap[0] >= LABEL[0] - 1e-6 or gap[1] >= LABEL[1] - 1e-6
    for (x, y), route in zip(placed.labels, placed.routes, strict=True):
        way = np.array([point_on(a, b, part) for a, b in pairwise(route) for part in np.linspace(0, 1, 101)])
        on = way[np.abs(way[:, 1] - y) <= LABEL[1] / 2]
        assert np.abs(on[:, 0] - x).min() <= LABEL[0] / 2
    for (x, y), (width, height) in zip(placed.centres, sizes, strict=True):
        beside = np.abs(placed.labels - (x, y)) >= ((width + LABEL[0]) / 2, (height + LABEL[1]) / 2)
        assert beside.any(axis=1).all()


def test_two_edges_between_the_same_boxes_do_not_coincide():
    placed = lay_out([SIZES[0]] * 3, [(0, 1), (1, 2), (0, 2), (0, 2)])
    one, two = (np.array(placed.routes[k]) for k in (2, 3))
    assert (np.abs(one[:, 0] - two[:, 0]) > 3).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 5), st.floats(0, 20)), min_size=1, max_size=8))
def test_places_are_the_nearest_that_keep_the_gaps(items):
    wanted, weights, gaps = (list(column) for column in zip(*items, strict=True))
    gaps = gaps[1:]
    places = apart(wanted, gaps, weights)
    assert all(right - left >= gap - 1e-9 for (left, right), gap in zip(pairwise(places), gaps, strict=True))
    # At the optimum who is left of a gap is pushed against it or not at all, and not at all where the gap is wider.
    force = [weight * (want - place) for want, place, weight in zip(wanted, places, weights, strict=True)]
    assert sum(force) == pytest.approx(0, abs=1e-6)
    for end, gap in enumerate(gaps, 1):
        assert sum(force[:end]) >= -1e-6
        if places[end] - places[end - 1] > gap + 1e-6:
            assert sum(force[:end]) == pytest.approx(0, abs=1e-6)


def test_a_cycle_and_an_empty_graph():
    with pytest.raises(ValueError, match="cycle"):
        lay_out([SIZES[0]] * 2, [(0, 1), (1, 0)])
    assert lay_out([], []).size == (0.0, 0.0)
