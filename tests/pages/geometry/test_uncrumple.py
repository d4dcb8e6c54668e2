"""The Uncrumple page: the ball before training, a training, settings that stop it, depths, the code and its file."""

import base64
import io
import json
import time

import numpy as np
import pytest

from engine.geometry import crumpling, uncrumple, uncrumple_runs
from engine.geometry.crumpling import DEFAULT_STRENGTH, Crumple
from engine.geometry.uncrumple import CHUNK, DEPTHS, Settings, Trained
from pages.geometry import uncrumple_picture
from tests.pages.reading import component, texts


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Trainings of two steps: the engine's tests and the bench train for real."""

    def train(wanted):
        params = uncrumple.untrained(wanted).params
        far = params._replace(W2=params.W2 * 20)
        yield Trained(wanted, params, np.ones(CHUNK), np.array([0.5]))
        yield Trained(wanted, far, np.ones(2 * CHUNK), np.array([0.5, 0.75]))

    monkeypatch.setattr(uncrumple_runs.uncrumple, "train", train)


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/geometry/uncrumple.py").run()
    assert not opened.exception
    return opened


def points(cloud, stage):
    """Where a stage's points are, as the browser will unpack them."""
    packed = cloud["stages"][stage]
    levels = np.frombuffer(base64.b64decode(packed["points"]), "<i2").reshape(-1, 3)
    return np.array(packed["centre"]) + levels / 32767 * packed["reach"]


def metrics(app):
    return {item.label: item.value for item in app.metric}


def finish(app):
    """Rerun until nothing is under way."""
    deadline = time.monotonic() + 60
    while app.run().button(key="uncrumple_stop").disabled is False:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return app.run()


def test_it_opens_with_the_ball_and_layers_that_hardly_move_it(page):
    cloud = component(page, "uncrumple_cloud")
    ball = crumpling.learned(Crumple())
    assert [stage["name"] for stage in cloud["stages"]] == ["The ball", *(f"After layer {k}" for k in range(1, 9))]
    np.testing.assert_allclose(points(cloud, 0), ball.positions, atol=2e-4)
    np.testing.assert_allclose(points(cloud, 8), ball.positions, atol=0.6)
    assert cloud["start"] == 8 and cloud["count"] == 3_000
    assert metrics(page)["Network"] == "–" and 0.5 < float(metrics(page)["Linear model"][:-1]) / 100 < 0.6
    assert page.button(key="uncrumple_train").label == "Train" and page.button(key="uncrumple_stop").disabled
    assert "guessing gets 50%" in texts(page)


def test_training_ends_in_a_network_that_is_shown_and_kept(page):
    before = points(component(page, "uncrumple_cloud"), 8)
    page.button(key="uncrumple_train").click()
    finish(page)
    after = points(component(page, "uncrumple_cloud"), 8)
    trained = uncrumple.untrained(Settings()).params
    wanted = uncrumple.stages(trained._replace(W2=trained.W2 * 20), crumpling.learned(Crumple()).positions)[8]
    np.testing.assert_allclose(after, wanted, atol=2e-3)
    assert np.abs(after - before).max() > 0.3
    assert metrics(page)["Network"].endswith("%") and page.button(key="uncrumple_train").label == "Train again"
    # Another objective has not been trained; back again, nothing need be.
    page.segmented_control(key="uncrumple_objective").set_value("flatten").run()
    assert page.button(key="uncrumple_train").label == "Train" and metrics(page)["Network"] == "–"
    page.segmented_control(key="uncrumple_objective").set_value("separate").run()
    assert page.button(key="uncrumple_train").label == "Train again"
    np.testing.assert_allclose(points(component(page, "uncrumple_cloud"), 8), after)


def test_strength_and_another_ball_make_another_ball(page):
    page.slider(key="uncrumple_strength").set_value(1.0).run()
    page.button(key="uncrumple_another").click().run()
    assert page.text_input(key="uncrumple_seed_box").value == "1"
    ball = crumpling.learned(Crumple(1.0, 1)).positions
    np.testing.assert_allclose(points(component(page, "uncrumple_cloud"), 0), ball, atol=2e-4)
    assert "strength, seed = 1.0, 1" in page.code[0].value
    page.segmented_control(key="uncrumple_depth").set_value(16).run()
    assert len(component(page, "uncrumple_cloud")["stages"]) == 17
    page.slider(key="uncrumple_strength").set_value(0.0).run()
    assert not page.exception
    assert any("even the fitted linear model parts them" in item.value for item in page.caption)
    assert metrics(page)["Linear model"] == "100%"


def test_lines_and_the_way_to_the_ball(page):
    page.toggle(key="uncrumple_mesh").set_value(True).run()
    cloud = component(page, "uncrumple_cloud")
    assert len(base64.b64decode(cloud["lines"])) == 8 * len(crumpling.mesh_lines())
    assert sum(base64.b64decode(cloud["hidden"])) == cloud["count"] - 3_000
    page.toggle(key="uncrumple_made").set_value(True).run()
    cloud = component(page, "uncrumple_cloud")
    assert (
        cloud["stages"][0]["name"] == "Flat sheets"
        and cloud["stages"][-1]["name"] == f"Strength {DEFAULT_STRENGTH:.2f}"
    )
    np.testing.assert_allclose(points(cloud, 8)[:3_000], crumpling.learned(Crumple()).positions, atol=2e-4)
    flat = points(cloud, 0)[:3_000]
    assert np.unique(np.round(flat[:, 2], 3)).size == 2


@pytest.mark.slow
def test_all_depths_are_compared(page):
    assert len(component(page, "uncrumple_depths")) > 0
    page.button(key="uncrumple_compare").click().run()
    deadline = time.monotonic() + 60
    while page.run().button(key="uncrumple_compare_stop").disabled is False:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "One of 2 layers moves the points by" in texts(page)
    figure = json.loads(component(page, "uncrumple_depths")["figure"])
    accuracy = next(item for item in figure["data"] if item["name"] == "accuracy")
    assert accuracy["y"][1:] == [0.75] * len(DEPTHS)
    # What the comparison trained is there when its depth is chosen.
    page.segmented_control(key="uncrumple_depth").set_value(4).run()
    assert page.button(key="uncrumple_train").label == "Train again"


def test_the_file_holds_the_network_and_its_points():
    trained = uncrumple.untrained(Settings(Crumple(0.5, 3), 4))
    found = np.load(io.BytesIO(uncrumple_picture.written(trained)))
    np.testing.assert_array_equal(found["W1"], trained.params.W1)
    np.testing.assert_array_equal(found["held_out_points"], crumpling.held_out(Crumple(0.5, 3)).positions)
    np.testing.assert_array_equal(found["targets"], uncrumple.targets(crumpling.learned(Crumple(0.5, 3))))


def test_every_key_starts_with_the_pages_stem(page):
    for kind in ("button", "toggle", "slider", "text_input", "segmented_control"):
        assert all(item.key.startswith("uncrumple_") for item in page.get(kind) if getattr(item, "key", None))
