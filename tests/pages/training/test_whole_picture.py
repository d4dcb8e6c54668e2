"""The home page: turns are real updates of the reader's one run, and the picture, the code and the words follow it."""

import base64
import re

import numpy as np
import pytest

from engine.training import training
from engine.training.training import Settings
from pages.shell import session
from pages.training import whole_picture_loop
from tests.pages.reading import data_of

SMALL = Settings(hidden_units=8, epochs=1)


def reader():
    [here] = [found for found in session._sessions.values() if found.runner]
    return here


def close_all():
    for found in list(session._sessions.values()):
        found.close()


@pytest.fixture
def page(app, loaded, monkeypatch):
    """The home page with a small run prepared, as the page on the network would; a first turn may compile for long."""
    monkeypatch.setattr(whole_picture_loop, "STEP_SECONDS", 60)
    close_all()
    app.run()
    assert not app.exception
    reader().prepare(loaded.digits, SMALL)
    app.run()
    yield app
    close_all()


def shown(page, key="whole_picture_board"):
    found = [item for item in page.get("bidi_component") if key in item.proto.id]
    assert found, f"no component {key}"
    return data_of(found[-1])


def press(page, name):
    page.button(key=f"whole_picture_{name}").click().run()
    assert not page.exception
    return shown(page)


def pixels(packed):
    return np.frombuffer(base64.b64decode(packed["bytes"]), np.uint8).reshape(packed["shape"])


def test_it_opens_before_the_first_turn_with_a_real_batch(page, loaded):
    board = shown(page)
    order = training.epoch_order(SMALL, 0, len(loaded.digits.train_labels), training.device_mesh())
    first = np.asarray(order[0])[:8]
    assert board["headline"] == "Next: turn 1" and not board["made"]
    assert np.array_equal(pixels(board["digits"]), loaded.digits.train_images[first])
    assert board["labels"] == loaded.digits.train_labels[first].tolist()
    assert "0 of 469 turns made" in page.get("progress")[0].proto.text
    assert page.button(key="whole_picture_stop").disabled and page.button(key="whole_picture_reset").disabled


def test_one_turn_is_one_update_of_the_run_and_is_staged_once(page):
    board = press(page, "step")
    run = reader().runner.poll()
    assert run.update == 1 and run.state == "paused"
    assert (board["headline"], board["made"], board["staged"]) == ("Turn 1", True, True)
    assert board["loss"] == f"{run.loss[0]:.3f}"
    moved = pixels(board["W1"]["after"]).astype(int) - pixels(board["W1"]["before"])
    step = pixels(board["W1"]["step"]).astype(int) - 128
    assert moved.any() and (np.sign(moved) == np.sign(step))[moved != 0].all()
    page.run()
    again = shown(page)
    assert not again["staged"] and again["count"] == board["count"], "a rerun is no new turn"
    second = press(page, "step")
    assert second["count"] == board["count"] + 1 and second["headline"] == "Turn 2"
    assert second["loss"] == f"{reader().runner.poll().loss[1]:.3f}"


def test_the_code_makes_the_turn_in_the_picture(page):
    assert "range(1, 1 + 1)" in page.code[0].value and "hidden_units" not in page.code[0].value
    press(page, "step")
    press(page, "step")
    for code in page.code:
        assert "range(1, 2 + 1)" in code.value
    assert 'Dense(8, activation="relu"' in page.code[2].value


def test_continuous_training_can_be_paused_and_gone_on_with(page, loaded):
    here = reader()
    here.prepare(loaded.digits, Settings(hidden_units=8, epochs=100))
    assert press(page, "train")["running"]
    assert page.button(key="whole_picture_train").label == "Pause" and page.button(key="whole_picture_step").disabled
    press(page, "train")
    assert here.runner.wait(60)
    page.run()
    run, board = here.runner.poll(), shown(page)
    assert run.state == "paused" and not board["running"]
    assert board["headline"] == f"Next: turn {run.update + 1:,}" and len(board["curve"]["turns"]) <= 160
    assert page.button(key="whole_picture_train").label == "Go on"
    press(page, "stop")
    assert here.runner.poll().state == "stopped"
    assert page.button(key="whole_picture_train").label == "Train again"


def test_a_run_that_is_over_says_so_and_begins_anew(page):
    first = shown(page)
    press(page, "train")
    here = reader()
    assert here.runner.wait(60)
    page.run()
    board = shown(page)
    assert board["headline"] == "After 469 turns" and "run is over" in board["story"][3]["text"]
    assert "begins anew" in page.get("progress")[0].proto.text
    assert page.button(key="whole_picture_step").disabled
    over = here.runner
    press(page, "train")
    assert here.runner is not over and page.button(key="whole_picture_train").label != "Train again"
    here.runner.wait(60)
    page.run()
    begun = press(page, "reset")
    assert begun["headline"] == "Next: turn 1"
    for name in ("digits", "W1", "probabilities", "loss"):
        assert begun[name] == first[name], "the same settings begin with the same weights"


def test_a_run_of_another_page_is_shown_and_its_last_turn_here_is_not_mistaken_for_it(page, loaded):
    press(page, "step")
    here = reader()
    here.prepare(loaded.digits, Settings(hidden_units=8, epochs=1, seed=9))
    here.runner.step()
    assert here.runner.wait(60)
    page.run()
    board = shown(page)
    assert board["headline"] == "Next: turn 2" and not board["made"]
    assert board["curve"]["turns"] == [1, 2]


def test_a_link_in_the_picture_opens_its_page_once_and_the_run_goes_along(page):
    press(page, "step")
    runner = reader().runner
    page.session_state["whole_picture_board"] = {"open": {"stem": "descent", "count": 1}}
    page.run()
    assert "Descent" in [title.value for title in page.title]
    page.switch_page("pages/training/whole_picture.py").run()
    assert [title.value for title in page.title] == ["The whole picture"]
    assert reader().runner is runner and shown(page)["turn"] == 1


def test_a_message_no_board_sends_opens_nothing(page):
    page.session_state["whole_picture_board"] = {"open": {"stem": "../secret", "count": 5}}
    page.run()
    assert not page.exception and [title.value for title in page.title] == ["The whole picture"]


def test_the_drawing_is_scored_by_the_readers_own_network(page, loaded):
    assert re.search("pretrained", shown(page, "whole_picture_drawing")["network"])
    press(page, "step")
    drawing = shown(page, "whole_picture_drawing")
    practised = " on procedural digits" if loaded.digits.source == "procedural" else ""
    assert drawing["network"] == f"your own network after 1 update{practised}" and drawing["compact"]


def test_before_the_digits_are_here_the_picture_keeps_its_place(app, loaded, monkeypatch):
    close_all()
    monkeypatch.setattr(session.loader(), "poll", lambda: loaded._replace(state="loading", digits=None))
    app.run()
    assert not app.exception
    board = shown(app)
    assert not board["ready"] and len(board["parts"]) == 10
    assert app.button(key="whole_picture_train").disabled


def test_every_key_begins_with_the_page(page):
    assert [item.key for item in page.button if not item.key.startswith("whole_picture_")] == []
