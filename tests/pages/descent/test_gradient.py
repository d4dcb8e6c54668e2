"""The Gradient page: models and what the board sends change every number; the naive search tries real weights."""

import json
import time

import numpy as np
import pytest

from engine.descent import gradient, naive_search
from engine.descent.gradient import PROBLEMS
from engine.descent.naive_search import BATCH, Place
from pages.shell import session as shell
from tests.cases import some
from tests.pages.reading import component, texts


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/descent/gradient.py").run()
    assert not opened.exception
    return opened


def cells(app, block):
    return component(app, "gradient_cells")["scene"]["blocks"][block]["texts"]


def sent(app, **change):
    """The board lets something go."""
    board = component(app, "gradient_board")
    settings = {"weights": board["weights"], "pair": board["pair"], "rate": 0.2, "version": board["version"]}
    app.session_state["gradient_board"] = {"settings": settings | {"count": "1"} | change}
    return app.run()


def test_it_opens_with_w_2_by_2_and_its_gradient(page):
    problem = PROBLEMS["pairs"]
    found = gradient.gradient(problem.weights, problem.x, problem.targets)
    board = component(page, "gradient_board")
    assert page.title[0].value == "Gradient"
    assert board["found"]["loss"] == pytest.approx(float(found.loss))
    np.testing.assert_allclose(board["found"]["gradient"], found.gradient.ravel())
    assert board["pair"] == [0, 2] and len(board["found"]["slopes"]) == 36
    assert cells(page, 4) == ["-2.25", "2.83", "1.92", "-2.75"]
    assert "W and its gradient both have the shape (2, 2)" in texts(page)


@pytest.mark.parametrize("name", some(PROBLEMS, every=3))
def test_every_model(page, name):
    page.selectbox(key="gradient_model").set_value(name).run()
    assert not page.exception
    board, problem = component(page, "gradient_board"), PROBLEMS[name]
    assert board["columns"] == problem.weights.shape[1] and len(board["names"]) == problem.weights.size
    assert board["weights"] == board["start"] == problem.weights.ravel().tolist()
    assert len(board["found"]["slices"]) == problem.weights.size
    assert str(problem.weights.tolist()) in page.code[0].value


def test_what_the_board_sends_is_computed_by_jax_and_written_as_code(page):
    weights = [0.5, -0.25, 1.0, 0.125]
    before = component(page, "gradient_board")
    sent(page, weights=weights, pair=[1, 3])
    board, problem = component(page, "gradient_board"), PROBLEMS["pairs"]
    found = gradient.gradient(np.array(weights).reshape(2, 2), problem.x, problem.targets)
    assert board["found"]["loss"] == pytest.approx(float(found.loss))
    assert board["weights"] == weights and board["pair"] == [1, 3] and board["found"]["pair"] == [1, 3]
    np.testing.assert_allclose(board["found"]["slopes"][0], found.gradient[0, 1])
    # The board keeps its own path and settings: the version is the same, and so is the way back.
    assert board["version"] == before["version"] and board["start"] == before["weights"]
    assert "W = np.array([[0.5, -0.25], [1.0, 0.125]])" in page.code[0].value and "rate = 0.2" in page.code[0].value


def test_a_message_from_before_another_model_is_not_for_this_one(page):
    old = component(page, "gradient_board")["version"]
    page.selectbox(key="gradient_model").set_value("six").run()
    sent(page, weights=[9.0] * 4, version=old)
    assert not page.exception
    assert component(page, "gradient_board")["weights"] == PROBLEMS["six"].weights.ravel().tolist()


def test_the_naive_search_tries_the_weight_asked_for(page):
    loaded, params = shell.loader().poll().digits, shell.pretrained_network().params
    batch = loaded.train_images[:BATCH], loaded.train_labels[:BATCH]
    found = naive_search.slopes(params, *batch)
    steepest = found.steepest()
    assert page.selectbox(key="gradient_layer").value == steepest.layer
    assert page.text_input(key="gradient_row_box").value == str(steepest.row)
    page.selectbox(key="gradient_layer").set_value("W2").run()
    page.text_input(key="gradient_row_box").set_value("100").run()
    page.text_input(key="gradient_column_box").set_value("4").run()
    page.select_slider(key="gradient_step").set_value(0.2).run()
    trial = naive_search.tried(params, found, Place("W2", 100, 4), 0.2, *batch)
    points = json.loads(component(page, "gradient_trial")["figure"])["data"][1]
    np.testing.assert_allclose(points["y"], [trial.below, trial.here, trial.above], rtol=1e-12)
    assert f"{trial.verdict} this weight" in texts(page)
    assert any('changed["W2"][100, 4] += change' in block.value for block in page.code)
    page.selectbox(key="gradient_layer").set_value("b2").run()
    assert not page.exception
    assert (
        page.text_input(key="gradient_row_box").value == "0" and page.text_input(key="gradient_column_box").value == "4"
    )
    page.button(key="gradient_random").click().run()
    page.button(key="gradient_steepest").click().run()
    assert not page.exception
    assert page.text_input(key="gradient_column_box").value == str(steepest.column)


def test_the_cost_is_counted_then_measured(page):
    assert "**814,100 forward passes**" in texts(page) and "407,050 weights" in texts(page)
    assert "Press **Measure**" in texts(page)
    page.button(key="gradient_measure").click().run()
    deadline = time.monotonic() + 60
    while "medians of" not in texts(page):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page.run()
    bars = json.loads(component(page, "gradient_cost")["figure"])["data"][0]
    forward, backward, naive = bars["x"]
    assert naive == pytest.approx(814_100 * forward) and 0 < forward < naive and 0 < backward < naive
    assert "814,100 forward passes were not run" in texts(page)


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.select_slider, page.get("bidi_component"))
    keys = [item.key for kind in kinds for item in kind]
    assert keys
    assert [key for key in keys if not key.startswith("gradient_")] == []
