"""The folds page: settings make and unmake a training, painted points are kept, what cannot be learned is explained."""

import json
import time

import numpy as np
import pytest

from engine.geometry import folds, folds_data
from engine.geometry.folds import Settings
from pages.geometry import folds_run
from tests.pages.reading import component, plain, progress, texts


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/geometry/folds.py").run()
    assert not opened.exception
    return opened


def paint(app, points, labels, count="1"):
    # AppTest calls no callback of a component: this is what it does.
    app.session_state["folds_own"] = (points, labels)
    app.session_state["folds_paint_seen"] = count
    return app.run()


def test_it_opens_untrained_with_every_stage(page):
    assert page.title[0].value == "Layers as folds"
    shown = folds.untrained(folds_data.generate("spirals"), Settings())
    assert progress(page).startswith(f"Untrained, this network tells {100 * shown.runs['relu'].accuracy:.1f}")
    cloud = component(page, "folds_cloud")
    assert [stage["name"] for stage in cloud["stages"]][::7] == ["Input", "Output: scores"]
    assert page.button(key="folds_stop").disabled and not page.button(key="folds_train").disabled
    assert "sizes, starts, updates, rate = (2, 3, 3, 3, 2), 24, 1000, 0.03" in page.code[0].value


def test_settings_reach_picture_and_code(page):
    page.segmented_control(key="folds_shape").set_value("circles").run()
    page.segmented_control(key="folds_units").set_value(2).run()
    page.segmented_control(key="folds_layers").set_value(1).run()
    page.segmented_control(key="folds_activation").set_value("tanh").run()
    page.text_input(key="folds_seed_box").set_value("7").run()
    page.slider(key="folds_noise").set_value(0.1).run()
    assert not page.exception
    cloud = component(page, "folds_cloud")
    assert cloud["flat"] and [stage["name"] for stage in cloud["stages"]][2] == "Layer 1: tanh"
    code = page.code[0].value
    assert "(2, 2, 2), 24, 1000" in code and "default_rng((7, start))" in code and "noise, count = 0.1, 300" in code
    assert page.select_slider(key="folds_turns").disabled


def test_training_runs_in_the_background_ends_and_belongs_to_its_settings(page):
    page.selectbox(key="folds_updates").set_value(500).run()
    # Both in one run, as a quick reader makes it on a slow machine: the points of the click count.
    page.segmented_control(key="folds_shape").set_value("moons")
    page.button(key="folds_train").click().run()
    deadline = time.monotonic() + 60
    while page.button(key="folds_train").label != "Train again" or page.button(key="folds_train").disabled:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page.run()
    *_, last = folds.train(folds_data.generate("moons"), Settings(updates=500))
    run = last.runs["relu"]
    assert f"shown is start {run.best + 1}." in progress(page) and progress(page).startswith("After update 500 relu")
    figure = json.loads(component(page, "folds_training")["figure"])
    curve = next(found for found in figure["data"] if found["name"] == "loss of the start shown")
    assert len(curve["x"]["bdata"]) > 500
    assert "after update 500." in page.code[1].value and "linear **" in texts(page)
    page.text_input(key="folds_seed_box").set_value("1").run()
    assert progress(page).startswith("Untrained") and page.button(key="folds_train").label == "Train"
    # The training is kept: back at its settings it is there again.
    page.text_input(key="folds_seed_box").set_value("0").run()
    assert progress(page).startswith("After update 500 relu")


def test_painted_points_are_explained_until_they_suffice(page):
    page.segmented_control(key="folds_shape").set_value("own").run()
    assert page.info[0].value.startswith("There are no points yet") and page.button(key="folds_train").disabled
    paint(page, [[0.1, 0.2]], [1])
    assert plain(page.info[0]) == "1 point is too few: paint at least 4."
    points = [[0.1 * k, 0.05 * k * k] for k in range(5)]
    paint(page, points, [0] * 5)
    assert page.info[0].value.startswith("All points are blue") and page.button(key="folds_train").disabled
    paint(page, points, [0, 0, 1, 1, 0], count="9")
    assert not page.info and not page.button(key="folds_train").disabled
    board = component(page, "folds_paint")
    assert board["points"] == points and board["labels"] == [0, 0, 1, 1, 0] and board["answered"] == "9"
    assert "labels = np.array([0, 0, 1, 1, 0])" in page.code[0].value
    page.segmented_control(key="folds_shape").set_value("xor").run()
    page.segmented_control(key="folds_shape").set_value("own").run()
    assert component(page, "folds_paint")["points"] == points


def test_a_dead_network_is_explained(page, monkeypatch):
    data, wanted = folds_data.generate("spirals"), Settings()
    shown = folds.untrained(data, wanted)
    dead = tuple(dense._replace(bias=dense.bias - 1e3) for dense in shown.runs["relu"].params)
    run = shown.runs["relu"]._replace(params=dead)
    shown = shown._replace(update=20, runs=shown.runs | {"relu": run})
    monkeypatch.setattr(folds_run, "now", lambda data, wanted: (folds_run.Progress("finished", shown), shown))
    page.run()
    assert not page.exception and plain(page.warning[0]).startswith("Dead: every point gets the same scores.")


def test_every_widget_key_begins_with_the_page(page):
    kinds = (
        page.button,
        page.segmented_control,
        page.selectbox,
        page.text_input,
        page.slider,
        page.select_slider,
        page.get("bidi_component"),
    )
    keys = [item.key for kind in kinds for item in kind]
    assert len(keys) > 12
    assert [key for key in keys if not key.startswith("folds_")] == []


def test_the_parts_agree_on_the_default_settings(page):
    assert np.array_equal(folds_data.generate("spirals").labels, np.arange(300) // 150)
    assert {name: page.session_state[f"folds_{name}"] for name in folds_run.FIRST} == folds_run.FIRST
