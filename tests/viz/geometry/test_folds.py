"""Cloud, figures and sentences of the folds page carry the engine's numbers."""

import json

import numpy as np
import pytest

from engine.geometry import folds, folds_data, folds_view
from engine.geometry.folds import ACTIVATIONS, STARTS, Dense, Settings
from engine.geometry.folds_data import Points
from viz.geometry import folds as viz
from viz.geometry import folds_words as words
from viz.geometry.clouds import packed

EMPTY = Points(np.zeros((0, 2)), np.zeros(0, int))


@pytest.fixture(scope="module")
def trained():
    *_, last = folds.train(folds_data.generate("moons", seed=4), Settings(hidden_layers=2, updates=60))
    return last


def seen(shown, activation="relu"):
    return folds_view.way(shown.data, shown.runs[activation].params, activation)


def trace(figure, name):
    return next(found for found in figure.data if found.name == name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_stages_of_the_cloud_are_the_layers_outputs(trained, activation):
    way = seen(trained, activation)
    cloud = viz.fold_cloud(trained, activation, way)
    steps = [trained.data.points, *folds.outputs(trained.runs[activation].params, trained.data.points, activation)]
    after = {"linear": "no activation"}.get(activation, activation)
    names = ["Input", "Layer 1: affine", f"Layer 1: {after}", "Layer 2: affine", f"Layer 2: {after}", "Output: scores"]
    assert [stage.name for stage in cloud.stages] == names
    for stage, step in zip(cloud.stages[:-1], steps, strict=False):
        np.testing.assert_allclose(stage.points[:300], step, rtol=1e-12)
    scores = cloud.stages[-1].points[:300]
    np.testing.assert_allclose(scores[:, [0, 2]], steps[-1])
    assert not scores[:, 1].any() and not cloud.flat
    assert cloud.classes[:300].tolist() == trained.data.labels.tolist()
    border = cloud.classes == 2
    assert border.sum() == way.border > 10 and set(cloud.grid) == set(range(300 + way.border, len(cloud.classes)))
    # At the output both scores of the border are equal, as nearly as its places on the map are known.
    spread = np.ptp(steps[-1] @ [-1, 1])
    assert np.abs(cloud.stages[-1].points[border] @ [-1, 0, 1]).max() < 0.02 * spread
    packed(cloud)


def test_with_two_units_all_stages_lie_in_the_plane():
    shown = folds.untrained(folds_data.generate("xor"), Settings(units=2))
    cloud = viz.fold_cloud(shown, "tanh", seen(shown, "tanh"))
    assert cloud.flat and cloud.axes == ("first number", "second number")
    np.testing.assert_array_equal(cloud.stages[-1].points, seen(shown, "tanh").steps[-1])


def test_the_sheet_is_round_and_its_lines_join_neighbours(trained):
    way = seen(trained)
    cloud = viz.fold_cloud(trained, "relu", way)
    sheet = cloud.stages[0].points[list(cloud.grid)]
    radius = np.linalg.norm(trained.data.points, axis=1).max() + 0.1
    there = np.isfinite(sheet).all(1)
    assert 0.9 * radius < np.linalg.norm(sheet[there], axis=1).max() < radius
    assert 0.5 < there.mean() < 1
    pieces = cloud.stages[0].points[cloud.lines]
    lengths = np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1)
    np.testing.assert_allclose(lengths[np.isfinite(lengths)], 3 / 60, rtol=1e-9)


def test_without_points_there_is_still_a_sheet():
    shown = folds.untrained(EMPTY, Settings())
    cloud = viz.fold_cloud(shown, "relu", seen(shown))
    assert len(cloud.stages) == 8 and np.isfinite(cloud.stages[-1].points).any()
    assert packed(cloud)["count"] == len(cloud.classes)
    assert "no points yet" in cloud.alt and words.trouble(shown, "relu", seen(shown)) == ""
    viz.training_figure(shown, "relu", seen(shown).regions)
    assert "compared" in words.rivals(shown)
    assert cloud.stages[2].text == "relu folds: negative coordinates become 0."


def test_the_training_figure_has_regions_points_and_all_curves(trained):
    way, run = seen(trained, "tanh"), trained.runs["tanh"]
    figure = viz.training_figure(trained, "tanh", way.regions)
    np.testing.assert_allclose(trace(figure, "tanh regions").z, way.regions.red, atol=1e-6)
    np.testing.assert_allclose(
        np.stack([trace(figure, "tanh border").x, trace(figure, "tanh border").y], 1), way.regions.boundary, atol=1e-6
    )
    for kind, name in enumerate(("blue", "red")):
        points = trained.data.points[trained.data.labels == kind]
        np.testing.assert_allclose(trace(figure, f"tanh {name}").x, points[:, 0], rtol=1e-6)
    np.testing.assert_allclose(trace(figure, "loss of the start shown").y, run.losses[run.best])
    assert trace(figure, "loss of the start shown").x.tolist() == list(range(61))
    assert figure.layout.xaxis2.range == (0, 60) and figure.layout.yaxis2.type == "log"
    others = np.reshape(trace(figure, "prediction of the other starts").y, (STARTS - 1, 62))
    np.testing.assert_allclose(others[:, :-1], np.delete(run.accuracies, run.best, 0), rtol=1e-6)
    assert np.isnan(others[:, -1]).all()
    json.loads(figure.to_json())


def test_long_curves_are_thinned_and_keep_their_end():
    losses = np.geomspace(1, 1e-9, 4_001)[None].repeat(STARTS, 0)
    shown = folds.untrained(folds_data.generate("moons"), Settings(updates=4_000))
    run = shown.runs["relu"]._replace(losses=losses, accuracies=1 - losses)
    shown = shown._replace(update=4_000, runs=shown.runs | {"relu": run})
    curve = trace(viz.training_figure(shown, "relu", seen(shown).regions), "loss of the start shown")
    assert 200 < len(curve.x) < 300 and curve.x[-1] == 4_000 and min(curve.y) == viz.FLOOR


def test_the_rivals_stand_side_by_side_with_their_numbers(trained):
    regions = {name: seen(trained, name).regions for name in ACTIVATIONS}
    figure = viz.rivals_figure(trained, regions)
    for position, name in enumerate(ACTIVATIONS):
        run, found = trained.runs[name], trace(figure, f"{name} regions")
        np.testing.assert_allclose(found.z, regions[name].red, atol=1e-6)
        assert found.xaxis == ("x", "x2", "x3")[position]
        title = figure.layout.annotations[position].text
        assert title == f"<b>{name}</b>: {words.percent(run.accuracy)} right, loss {words.number(run.loss)}"
    narrow = viz.narrow_rivals()
    domains = [narrow[axis]["domain"] for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert domains[0][0] > domains[1][1] and domains[1][0] > domains[2][1] > domains[2][0] >= 0


def test_each_stage_says_what_happened(trained):
    way, texts = seen(trained), words.stage_texts(trained, "relu", seen(trained))
    assert len(texts) == len(way.steps) == 6
    said = (
        f"A straight line fitted here, by logistic regression, tells {words.percent(way.cuts[0])} of the points apart."
    )
    assert texts[0].endswith(said)
    stretched = np.linalg.svd(trained.runs["relu"].params[0].weights, compute_uv=False)
    assert "puts the plane into space" in texts[1] and "puts" not in texts[3]
    assert f"(by {words.number(stretched[0])} and {words.number(stretched[1])})" in texts[1]
    below = words.percent((way.steps[1][: way.data] < 0).mean())
    assert f"Of the points’ coordinates {below} were negative" in texts[2] and "A flat cut fitted here" in texts[2]
    assert f"{words.percent(trained.runs['relu'].accuracy)} right" in texts[5]
    assert "squeezes" in words.stage_texts(trained, "tanh", seen(trained, "tanh"))[2]
    assert words.stage_texts(trained, "linear", seen(trained, "linear"))[2].startswith("No activation: nothing moves.")


def test_how_far_training_is(trained):
    run = trained.runs["tanh"]
    good = sum(accuracy >= 0.95 for accuracy in run.accuracies[:, -1])
    said = words.outcome(trained, "tanh")
    assert f"After update 60 tanh tells {words.percent(run.accuracy)}" in said
    assert f"{good} of {STARTS} random starts reach 95 %; shown is start {run.best + 1}." in said
    assert words.outcome(folds.untrained(trained.data, Settings()), "relu").startswith("Untrained, this network tells")


def with_params(shown, params, **changes):
    run = shown.runs["relu"]._replace(params=params, **changes)
    return shown._replace(runs=shown.runs | {"relu": run})


def test_what_goes_wrong_is_explained(trained):
    def said(shown):
        return words.trouble(shown, "relu", seen(shown))

    assert said(trained) == ""
    params = trained.runs["relu"].params
    lost = with_params(
        trained, tuple(Dense(d.weights * np.nan, d.bias) for d in params), losses=np.full((STARTS, 61), np.nan)
    )
    assert said(lost).startswith("Diverged: with a learning rate of 0.03 the numbers grew beyond all bounds")
    assert "no numbers any more" in words.stage_texts(lost, "relu", seen(lost))[1]
    viz.training_figure(lost, "relu", seen(lost).regions)
    dead = with_params(trained, (Dense(params[0].weights, params[0].bias - 1e3), *params[1:]))
    assert said(dead).startswith("Dead: every point gets the same scores.")
    assert "All points have landed on one place." in words.stage_texts(dead, "relu", seen(dead))[2]
    worse = with_params(trained, params, losses=np.full((STARTS, 61), 3.5))
    assert "the loss, 3.5, is higher than that of guessing, 0.693" in said(worse)
    assert said(worse._replace(update=0)) == ""


@pytest.mark.parametrize(
    ("accuracies", "sentence"),
    [
        ((1.0, 0.99, 0.5), "linear can only draw one straight line, however many layers it has"),
        ((1.0, 1.0, 1.0), "these points need no more"),
        ((0.6, 0.61, 0.6), "relu and tanh could do better"),
    ],
)
def test_the_rivals_are_compared_honestly(trained, accuracies, sentence):
    runs = {
        name: run._replace(accuracies=np.full((STARTS, 61), share))
        for (name, run), share in zip(trained.runs.items(), accuracies, strict=True)
    }
    said = words.rivals(trained._replace(runs=runs))
    assert sentence in said and f"relu **{words.percent(accuracies[0])}**" in said
