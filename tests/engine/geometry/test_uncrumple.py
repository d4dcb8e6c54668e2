"""The uncrumpling network against NumPy, finite differences and least squares; a real training; the trainings kept."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.geometry import crumpling, uncrumple, uncrumple_measures, uncrumple_runs
from engine.geometry.crumpling import Crumple
from engine.geometry.uncrumple import CHUNK, DEPTHS, MOVEMENT, Settings, Trained
from engine.geometry.uncrumple_runs import Uncrumpler

SHALLOW = Settings(Crumple(), 2)


def drawn(depth, seed=0, dtype=np.float32):
    """Weights of a network that moves points well."""
    random = np.random.default_rng(seed)
    made = uncrumple.init(jax.random.key(seed), depth)
    return uncrumple.Params(*(np.asarray(random.normal(size=value.shape) * 0.3, dtype) for value in made))


def by_hand(params, points):
    """Positions at all stages, layer by layer in NumPy."""
    stages = [points]
    for W1, b1, W2, b2 in zip(*params[:4], strict=True):
        stages.append(stages[-1] + np.tanh(stages[-1] @ W1 + b1) @ W2 + b2)
    return np.stack(stages)


def loss_by_hand(params, points, targets, objective):
    stages = by_hand(params, points)
    moved = sum((np.diff(stages, axis=0) ** 2).sum(axis=2).mean(axis=1))
    if objective == "flatten":
        asked = ((stages[-1] - targets) ** 2).sum(axis=1).mean()
    else:
        score = stages[-1] @ params.readout + params.bias
        asked = np.log(1 + np.exp(-np.where(targets[:, 2] > 0, score, -score))).mean()
    return asked + MOVEMENT * moved


def test_stages_are_the_layers_one_after_another():
    params, points = drawn(4), np.random.default_rng(1).normal(size=(30, 3)).astype(np.float32)
    found = uncrumple.stages(params, points)
    assert found.shape == (5, 30, 3) and found.dtype == np.float32
    np.testing.assert_array_equal(found[0], points)
    np.testing.assert_allclose(found, by_hand(params, points), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("objective", uncrumple.OBJECTIVES)
def test_loss_and_gradient_are_numpys_and_central_differences(objective):
    random = np.random.default_rng(3)
    params = drawn(3, 2, np.float64)
    points = random.normal(size=(12, 3))
    targets = np.column_stack([random.uniform(-1, 1, (12, 2)), np.repeat([0.5, -0.5], 6)])
    with jax.enable_x64(True):
        slope = jax.jit(jax.value_and_grad(uncrumple.loss), static_argnums=3)
        value, gradient = slope(jax.tree.map(jnp.asarray, params), points, targets, objective)
        value, gradient = float(value), jax.tree.map(np.asarray, gradient)
    assert value == pytest.approx(loss_by_hand(params, points, targets, objective), rel=1e-12)
    for name, values in params._asdict().items():
        for place in random.permutation(list(np.ndindex(values.shape)))[:6]:
            side = np.zeros(values.shape)
            side[tuple(place)] = 1e-5
            ends = [
                loss_by_hand(params._replace(**{name: values + way * side}), points, targets, objective)
                for way in (1, -1)
            ]
            wanted = (ends[0] - ends[1]) / 2e-5
            assert getattr(gradient, name)[tuple(place)] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@pytest.mark.slow
def test_before_training_the_layers_move_little():
    params = uncrumple.untrained(Settings()).params
    moved = np.diff(by_hand(params, crumpling.learned(Crumple()).positions), axis=0)
    assert np.sqrt((moved**2).sum(axis=2).mean(axis=1)).max() < 0.15


def test_the_rate_rises_and_falls():
    assert float(uncrumple.rate(0, 1000, 8)) == pytest.approx(uncrumple.RATE / uncrumple.WARM_UP)
    assert float(uncrumple.rate(500, 1000, 2)) == pytest.approx(uncrumple.RATE / 2)
    assert float(uncrumple.rate(500, 1000, 16)) == pytest.approx(uncrumple.RATE / 4)
    assert float(uncrumple.rate(1000, 1000, 8)) == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "length"), [(1e-4, None), (3.0, uncrumple.CLIP)])
def test_only_long_gradients_are_clipped(scale, length):
    gradient = uncrumple.Params(*(scale * value for value in drawn(2, 9)))
    found = np.concatenate([np.ravel(value) for value in uncrumple.clipped(gradient)])
    before = np.concatenate([np.ravel(value) for value in gradient])
    wanted = before if length is None else before / np.linalg.norm(before) * length
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.fixture(scope="module")
def trained():
    """A short training, two layers more than the shallowest, at the page's first ball."""
    return list(uncrumple.train(Settings(Crumple(), 4), updates=2_500))


def test_a_short_training_parts_held_out_points(trained):
    last, shown, other = trained[-1], crumpling.learned(Crumple()), crumpling.held_out(Crumple())
    found = uncrumple_measures.report(last.params, shown, other)
    assert len(trained) == 25 and last.updates == 2_500 and last.losses.shape == (2_500,)
    assert found.accuracy >= 0.99 and found.probes[-1] >= 0.99
    assert found.accuracy == pytest.approx(float(last.accuracies[-1]), abs=1e-3)
    assert found.probes[0] == uncrumple_measures.linear_model(shown, other) < 0.6
    assert last.losses[-20:].mean() < 0.2 < last.losses[:20].mean()


def test_a_training_is_the_same_each_time(trained):
    again = next(uncrumple.train(Settings(Crumple(), 4), updates=2_500))
    np.testing.assert_array_equal(again.losses, trained[0].losses)
    for one, other in zip(again.params, trained[0].params, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.updates == CHUNK


def test_the_report_is_numpys(trained):
    shown, other = crumpling.learned(Crumple()), crumpling.held_out(Crumple())
    params = jax.tree.map(np.asarray, trained[-1].params)
    found = uncrumple_measures.report(params, shown, other)
    fitted, tested = by_hand(params, shown.positions), by_hand(params, other.positions)
    moved = np.sqrt((np.diff(tested, axis=0) ** 2).sum(axis=2).mean(axis=1))
    np.testing.assert_allclose(found.moved, moved, rtol=1e-3)
    for accuracy, points, held in zip(found.probes, fitted, tested, strict=True):
        inputs = np.column_stack([points, np.ones(len(points))])
        plane = np.linalg.lstsq(inputs, np.where(shown.colors == 0, 1.0, -1.0), rcond=None)[0]
        right = (held @ plane[:3] + plane[3] > 0) == (other.colors == 0)
        assert accuracy == pytest.approx(right.mean(), abs=2e-3)
    errors = ((tested[-1][:, :2] - other.places) ** 2).sum(axis=1)
    assert found.error == pytest.approx(np.sqrt(errors.mean()) / 2, rel=1e-3)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 2**32), st.integers(8, 60), st.floats(-5, 5))
def test_a_probe_is_least_squares(seed, count, shift):
    random = np.random.default_rng(seed)
    points, colors = random.normal(size=(count, 3)) * [1, 3, 0.2] + shift, random.integers(0, 2, count)
    found = uncrumple_measures.probe(points, colors)
    inputs = np.column_stack([points, np.ones(count)])
    wanted = np.linalg.lstsq(inputs, np.where(colors == 0, 1.0, -1.0), rcond=None)[0]
    np.testing.assert_allclose([*found.weights, found.bias], wanted, rtol=1e-6, atol=1e-8)
    right = [(row @ wanted > 0) == (color == 0) for row, color in zip(inputs, colors, strict=True)]
    assert found.accuracy(points, colors) == pytest.approx(np.mean(right))


def test_the_flattening_error_is_in_sheet_widths():
    sheets = crumpling.held_out(Crumple(0.0))
    flat = uncrumple.targets(sheets)
    assert uncrumple_measures.flatten_error(flat, sheets.places) == pytest.approx(0, abs=1e-6)
    assert (np.sign(flat[:, 2]) == np.where(sheets.colors == 0, 1, -1)).all()
    # A whole width, 2, beside its place.
    assert uncrumple_measures.flatten_error(flat + np.array([2, 0, 5]), sheets.places) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Settings(depth=3), "one of 2, 4, 8, 16; 3 is not"),
        (Settings(objective="fold"), "separate, flatten; fold is not"),
        (Settings(Crumple(2.0)), "from 0 to 1; 2 is not"),
    ],
)
def test_what_cannot_be_trained_is_said(wanted, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        next(uncrumple.train(wanted))


@pytest.fixture
def steps(monkeypatch):
    """Trainings of two steps, the second of which waits to be let go."""
    gate = threading.Event()

    def train(wanted):
        params = uncrumple.untrained(wanted).params
        yield Trained(wanted, params, np.zeros(CHUNK), np.array([0.5]))
        gate.wait(10)
        yield Trained(wanted, params, np.zeros(2 * CHUNK), np.array([0.5, 0.75]))

    monkeypatch.setattr(uncrumple_runs.uncrumple, "train", train)
    return gate


def until(test):
    """Wait for another thread."""
    deadline = threading.Event()
    for _ in range(6_000):
        if test():
            return
        deadline.wait(0.005)
    raise AssertionError


def test_a_training_is_polled_kept_and_left(steps):
    runs, other = Uncrumpler(), Settings(Crumple(seed=1), 2)
    assert runs.poll(SHALLOW).state == "new"
    runs.train(SHALLOW)
    until(lambda: runs.poll(SHALLOW).latest is not None)
    assert runs.poll(SHALLOW).latest.updates == CHUNK and runs.poll(other).state == "new"
    runs.leave(SHALLOW)
    assert runs.poll(SHALLOW).state == "running"
    steps.set()
    until(lambda: runs.poll(SHALLOW).state == "finished")
    steps.clear()
    runs.train(other)
    assert runs.poll(SHALLOW).state == "finished" and runs.poll(SHALLOW).latest.updates == 2 * CHUNK
    until(lambda: runs.poll(other).latest is not None)
    runs.leave(SHALLOW)
    assert runs.poll(other).state == "stopped" and runs.poll(other).latest.updates == CHUNK
    steps.set()
    runs.close()


@pytest.mark.slow
def test_a_comparison_takes_all_depths_and_what_is_known_already(steps):
    steps.set()
    runs = Uncrumpler()
    runs.train(SHALLOW)
    until(lambda: runs.poll(SHALLOW).state == "finished")
    runs.compare(Settings(Crumple(), 8))
    until(lambda: runs.poll_comparison(SHALLOW).state == "finished")
    rungs = runs.poll_comparison(SHALLOW).latest
    assert [rung.settings.depth for rung in rungs] == list(DEPTHS)
    assert all(rung.report is not None and rung.accuracy == 0.75 for rung in rungs)
    assert [len(rung.report.moved) for rung in rungs] == list(DEPTHS)
    assert runs.poll(Settings(Crumple(), 16)).state == "finished"
    assert runs.poll_comparison(Settings(Crumple(), 2, "flatten")).state == "new"
    runs.close()


def test_the_fitted_plane_of_the_ball_is_not_the_best_one():
    """2,000 directions and all their thresholds, chosen on the shown points: what no sentence may call the best."""
    shown, other = crumpling.learned(Crumple()), crumpling.held_out(Crumple())
    best = (0.0, None, None)
    for direction in np.random.default_rng(0).normal(size=(2_000, 3)):
        heights = shown.positions @ direction
        order = np.argsort(heights)
        red_below = np.cumsum(shown.colors[order] == 0)
        blue_below = np.arange(1, len(order) + 1) - red_below
        right = (red_below[-1] - red_below + blue_below) / len(order)
        at = int(right.argmax())
        if right[at] > best[0]:
            best = right[at], direction, heights[order[at]]
    _, direction, height = best
    searched = uncrumple_measures.Probe(direction, -height).accuracy(other.positions, other.colors)
    assert searched > uncrumple_measures.linear_model(shown, other) + 0.03
