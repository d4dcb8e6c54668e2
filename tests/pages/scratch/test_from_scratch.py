"""The From scratch page: pieces with the reader's numbers, runs, swapped and broken lines, the code of all of it."""

import json
import time

import numpy as np
import pytest

from engine.scratch import from_scratch_runs
from engine.scratch.from_scratch_runs import Run, Runs, Settings
from engine.scratch.from_scratch_steps import PIECES
from pages.scratch import from_scratch_loop
from tests.pages.reading import component, plain, texts
from viz.scratch import from_scratch_snippets as snippets
from viz.scratch.from_scratch_code import PIECES as WORDS


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Runs of a few made-up updates: the engine's tests run for real."""

    def run(settings, digits):
        del digits
        for made in (1, 4):
            yield Run(settings, np.linspace(2.4, 2.31, made), np.full(made // 2, 0.1), 2)

    monkeypatch.setattr(from_scratch_runs, "run", run)


@pytest.fixture
def runs(monkeypatch):
    """The reader's runs, for the test to look at too."""
    made = Runs()
    monkeypatch.setattr(from_scratch_loop, "runs", lambda: made)
    yield made
    made.close()


@pytest.fixture
def page(app, runs):
    opened = app.switch_page("pages/scratch/from_scratch.py").run()
    assert not opened.exception
    return opened


def programs(settings):
    return [text.rstrip() for text in snippets.snippets(settings).values()]


def html(app):
    return " ".join(item.proto.body for item in app.get("html"))


def finish(app):
    """Rerun until the run is over and the buttons say so."""
    deadline = time.monotonic() + 60
    app.run()
    while app.button(key="from_scratch_run").disabled:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        app.run()
    assert not app.exception
    return app


def test_it_opens_with_the_dense_layer_and_the_textbooks_program(page):
    stepper = component(page, "from_scratch_stepper")
    assert stepper["name"] == "dense" and len(stepper["steps"]) == 4
    assert "The whole loop" in [item.value for item in page.header]
    figure = json.loads(component(page, "from_scratch_curves")["figure"])
    assert [trace["name"] for trace in figure["data"]] == ["the textbook’s"] * 2
    assert "4.60 to 5.90" in html(page)
    assert [block.value for block in page.code][-2:] == programs(Settings())


@pytest.mark.slow
def test_every_piece_runs_with_the_numbers_at_once(page):
    names = {"loss": "average_loss", "step": "training_step", "update": "sgd"}
    for piece in PIECES:
        page.segmented_control(key="from_scratch_piece").set_value(piece).run()
        assert not page.exception
        assert component(page, "from_scratch_stepper")["name"] == names.get(piece, piece)
        assert WORDS[piece].about in texts(page)
    before = len(component(page, "from_scratch_stepper")["steps"])
    page.text_input(key="from_scratch_small_epochs_box").set_value("3").run()
    assert len(component(page, "from_scratch_stepper")["steps"]) > before
    page.segmented_control(key="from_scratch_piece").set_value("dense").run()
    page.text_input(key="from_scratch_small_hidden_units_box").set_value("5").run()
    page.text_input(key="from_scratch_small_batch_size_box").set_value("2").run()
    made = component(page, "from_scratch_stepper")["steps"][0]["writes"][0]
    assert [axis["size"] for axis in made["axes"]] == [2, 5]


def test_a_range_upside_down_is_refused_and_the_picture_stays(page, runs):
    before = component(page, "from_scratch_stepper")
    page.text_input(key="from_scratch_small_low_box").set_value("0.5").run()
    assert any("0.5 to 0.1 is not such a range" in plain(item) for item in page.error)
    assert component(page, "from_scratch_stepper")["steps"] == before["steps"]
    page.text_input(key="from_scratch_small_low_box").set_value("0.0").run()
    page.text_input(key="from_scratch_low_box").set_value("0.5").run()
    assert any("0.5 to 0.1 is not such a range" in plain(item) for item in page.error)
    page.button(key="from_scratch_run").click().run()
    assert runs.poll().state == "new"


def test_a_run_is_shown_and_another_keeps_it(page, runs):
    finish(page.button(key="from_scratch_run").click().run())
    assert runs.poll().latest.settings == Settings()
    assert ">2.40<" in html(page) and "After 2 epochs: loss 2.355" in texts(page)
    page.pills(key="from_scratch_broken").set_value(["labels", "rate"]).run()
    finish(page.button(key="from_scratch_short").click().run())
    latest = runs.poll().latest.settings
    assert latest == Settings(epochs=2, broken=("rate", "labels"))
    figure = json.loads(component(page, "from_scratch_curves")["figure"])
    curves = [trace["name"] for trace in figure["data"] if trace["mode"] == "lines"]
    assert curves == ["SGD, W 0 to 0.1, 2 epochs, learning rate 1, labels shuffled", "SGD, W 0 to 0.1"]
    # The made-up losses fit shuffled labels and contradict what is said of the learning rate.
    assert "*The figures above agree.*" in texts(page) and "*Not so here: the other changes" in texts(page)
    page.button(key="from_scratch_forget").click().run()
    assert runs.kept == ()


def test_swapped_and_broken_lines_are_marked_and_in_the_code(page):
    assert "<del" not in html(page)
    page.segmented_control(key="from_scratch_optimizer").set_value("rmsprop").run()
    assert "− update = sgd</del>" in html(page) and "+ update = rmsprop</ins>" in html(page)
    page.pills(key="from_scratch_broken").set_value(["scale"]).run()
    assert html(page).count("</ins>") == 2
    wanted = Settings(optimizer="rmsprop", broken=("scale",))
    assert [block.value for block in page.code][-2:] == programs(wanted)
    page.button(key="from_scratch_range_-0.05").click().run()
    assert "low, high = -0.05, 0.05" in page.code[-1].value


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.segmented_control, page.pills)
    keys = [item.key for kind in kinds for item in kind]
    assert keys
    assert [key for key in keys if not key.startswith("from_scratch_")] == []
