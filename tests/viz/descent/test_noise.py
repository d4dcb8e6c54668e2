"""What board, race and floor figure carry is what the engine computed."""

import base64

import jax
import numpy as np
import pytest

from engine.descent import noise
from engine.descent.noise_floor import Floor
from viz.descent import noise as viz

SETTING = viz.Setting(12, True, {"1": 3, "4": 10, "9": 10}, "own")


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(size=(2, 9)).astype(np.float32)


@pytest.fixture(scope="module")
def raced(points):
    x, y = points
    shuffled = noise.orders(jax.random.key(0), 9, noise.EPOCHS["own"], room=noise.ROOM)
    data = noise.points(x, y, room=noise.ROOM)
    runs = [noise.runs(data, shuffled, size, (-2, 2)) for size in (1, 4, 9)]
    methods = [viz.Method(*each) for each in zip((1, 4, 9), runs, (1e-6, 2e-6, 3e-6), strict=True)]
    shown = viz.race(
        x, y, methods, kind="own", rates=noise.RATES, minimum=noise.minimum(x, y), start=(-2, 2), setting=SETTING
    )
    return shown, methods


def test_race_carries_every_position_of_the_engine(raced):
    shown, methods = raced
    assert (shown["samples"], shown["total"]) == (9, 360)
    for given, method, updates in zip(shown["methods"], methods, (360, 120, 40), strict=True):
        assert given["updates"] == updates
        carried = floats(given["positions"]).reshape(len(noise.RATES), updates + 1, 2)
        np.testing.assert_array_equal(carried, method.positions)
    assert [given["rate"] for given in shown["methods"]] == [3, 10, 10]


def test_race_carries_the_surface_of_all_points(raced, points):
    shown, _ = raced
    x, y = points.astype(np.float64)
    for w, b in ((0.3, -1.0), (-2.0, 2.0)):
        m = shown["means"]
        value = m["xx"] * w * w + 2 * m["x"] * w * b + b * b - 2 * m["xy"] * w - 2 * m["y"] * b + m["yy"]
        assert value == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-9)
    assert shown["minimum"] == pytest.approx(list(noise.minimum(x, y)))


def test_full_batch_keeps_its_look_and_no_two_methods_share_one():
    assert viz.looks((1, 8, 32, 256), 256)[-1] == viz.looks((1, 256), 256)[-1] == viz.looks((1,), 1)[-1]
    assert len(set(viz.looks((1, 2, 4, 8, 256), 256))) == 5


def test_board_carries_points_and_draws(points):
    draws = noise.orders(jax.random.key(1), 9, noise.DRAWS)
    shown = viz.board(*points, kind="own", axes=("x", "y"), draws=draws, size=4, place=(1, 2), version="0")
    np.testing.assert_array_equal(floats(shown["x"]), points[0])
    np.testing.assert_array_equal(floats(shown["y"]), points[1])
    assert shown["samples"] == [batch[0] for batch in shown["batches"]] == draws[:, 0].tolist()
    assert {len(set(batch)) for batch in shown["batches"]} == {4}
    assert (
        shown["editable"]
        and not viz.board(*points, kind="digits", axes=("x", "y"), draws=draws, size=4, place=(1, 2), version="0")[
            "editable"
        ]
    )


def test_no_points_make_an_empty_board_and_race():
    none = np.zeros(0, np.float32)
    shown = viz.board(
        none, none, kind="own", axes=("x", "y"), draws=np.zeros((30, 0), int), size=2, place=(0, 0), version=""
    )
    assert shown["samples"] == shown["batches"] == []
    empty = viz.race(
        none, none, [], kind="own", rates=noise.RATES, minimum=noise.minimum(none, none), start=(0, 0), setting=SETTING
    )
    assert empty["methods"] == [] and empty["total"] == 0


def test_cost_is_written_per_update_and_per_sample():
    text = viz.cost([viz.Method(1, np.zeros(0), 4e-8), viz.Method(256, np.zeros(0), 2.56e-6)])
    assert "| Batch 1: true SGD | 0.04 µs | 40 ns |" in text
    assert "| Batch 256: all | 2.56 µs | 10 ns |" in text


def test_floor_figure_draws_the_floor_and_its_laws():
    rates, sizes = np.array([0.01, 0.03, 0.1]), np.array([1, 2, 4])
    mean = np.outer(rates, 1 / sizes)
    mean[2, 0] = np.inf
    spread = np.outer(rates, 2 / sizes)
    figure = viz.floor_figure(Floor(rates, sizes, mean, spread, 1.5 * np.outer(rates, 1 / sizes)))
    drawn = {(trace.name, trace.meta): trace for trace in figure.data}
    np.testing.assert_allclose(drawn["rate 0.03", "mean"].y, mean[1])
    np.testing.assert_allclose(drawn["rate 0.1", "mean"].y, [np.nan, *mean[2, 1:]])
    np.testing.assert_allclose(drawn["law 0.03", "mean law"].y, 1.5 * mean[1])
    np.testing.assert_allclose(drawn["law 0.1", "spread law"].y, spread[2])
    assert figure.layout.xaxis.type == figure.layout.yaxis2.type == "log"
    assert figure.layout.xaxis.title.text == "batch size"


def test_floor_figure_leaves_out_rounding():
    rates, sizes = np.array([0.01, 0.03, 0.1]), np.array([1, 2])
    flat = np.full((3, 2), 1e-14)
    figure = viz.floor_figure(Floor(rates, sizes, flat, flat, 0 * flat))
    assert all(np.isnan(trace.y).all() for trace in figure.data)
