import csv
import io
import json

import numpy as np
import pytest

from engine.runner import history_csv
from engine.training import Settings
from pages.shell import session
from tests.pages.reading import component, plain, progress, texts


@pytest.fixture
def page(app):
    """The first-network page; its training thread is ended afterwards."""
    app.switch_page("pages/network.py").run()
    assert not app.exception
    yield app
    for found in list(session._sessions.values()):
        found.close()


def run_to_end(app):
    [here] = [found for found in session._sessions.values() if found.runner and found.runner.poll().state == "running"]
    assert here.runner.wait(60)
    app.run()
    return here


def test_it_opens_with_the_textbook_settings(page):
    assert page.selectbox(key="network_optimizer").value == "rmsprop"
    assert {key: page.number_input(key=f"network_{key}").value for key in ("epochs", "batch_size", "hidden_units")} == {
        "epochs": 5,
        "batch_size": 128,
        "hidden_units": 512,
    }
    assert "update 0 of 2,345" in progress(page)


def test_the_optimizer_suggests_its_own_learning_rate(page):
    page.selectbox(key="network_optimizer").select("sgd").run()
    assert page.number_input(key="network_learning_rate").value == 0.01
    page.selectbox(key="network_optimizer").select("adam").run()
    assert page.number_input(key="network_learning_rate").value == 0.001


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("batch_size", 0, "Batch size must be a whole number from 1 to 60,000; 0 is not."),
        ("hidden_units", 10**9, "Hidden units must be a whole number from 1 to 4,096; 1,000,000,000 is not."),
        ("learning_rate", -1.0, "Learning rate must be a number above 0 and at most 10,000,000,000; -1 is not."),
        ("epochs", 101, "Epochs must be a whole number from 1 to 100; 101 is not."),
    ],
)
def test_absurd_settings_are_refused_in_a_sentence_and_the_picture_stays(page, key, value, sentence):
    page.number_input(key=f"network_{key}").set_value(value).run()
    assert [plain(error) for error in page.error] == [sentence]
    assert page.button(key="network_train").disabled
    assert component(page, "network_run")["figure"]
    page.number_input(key=f"network_{key}").set_value(getattr(Settings(), key)).run()
    assert not page.error
    assert not page.button(key="network_train").disabled


def test_one_epoch_changes_the_sentence_the_code_and_the_downloads(page):
    before = texts(page)
    assert "the pretrained network that comes with the app" in before
    page.number_input(key="network_epochs").set_value(1).run()
    page.number_input(key="network_hidden_units").set_value(16).run()
    assert "Dense(16, activation" in page.code[2].value
    page.button(key="network_train").click().run()
    here = run_to_end(page)
    assert "update 469 of 469" in progress(page)
    assert "your own network after 469 updates" in texts(page)
    state = here.runner.poll()
    rows = list(csv.DictReader(io.StringIO(history_csv(state))))
    assert len(rows) == 469 + 1
    assert float(rows[0]["loss"]) == pytest.approx(float(state.loss[0]), rel=1e-5)
    assert rows[-1]["scope"] == "epoch"
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(float(state.epochs.test_accuracy[0]), rel=1e-5)
    assert page.button(key="network_train").label == "Train again"


def test_stepping_makes_one_update_and_reset_returns_to_the_same_weights(page):
    page.number_input(key="network_hidden_units").set_value(8).run()
    page.button(key="network_step").click().run()
    [here] = [found for found in session._sessions.values() if found.runner]
    assert here.runner.wait(60)
    page.run()
    assert "update 1 of" in progress(page)
    first = np.asarray(here.runner.poll().checkpoints[0].params.W1)
    page.button(key="network_reset").click().run()
    assert "update 0 of" in progress(page)
    assert np.array_equal(first, here.runner.poll().checkpoints[0].params.W1)


def test_every_single_step_is_seen_also_where_no_checkpoint_is_due(page):
    page.number_input(key="network_hidden_units").set_value(8).run()
    for _ in range(3):
        page.button(key="network_step").click().run()
        [here] = [found for found in session._sessions.values() if found.runner]
        assert here.runner.wait(60)
        page.run()
    frames = json.loads(component(page, "network_run")["figure"])["frames"]
    assert [frame["name"].split(" · ")[0] for frame in frames] == [f"update {update}" for update in range(4)]


def test_a_click_in_the_confusion_matrix_chooses_the_cell(page):
    page.selectbox(key="network_cell_label").select(9).run()
    page.selectbox(key="network_cell_predicted").select(4).run()
    assert "are a 9 and were taken for a 4" in texts(page)
    shown = component(page, "network_cell")
    assert all(lines[0] == "9 → 4" for lines in shown["captions"])


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.number_input, page.slider)
    keys = [item.key for kind in kinds for item in kind]
    assert keys
    assert [key for key in keys if not key.startswith("network_")] == []


def test_the_training_image_is_the_ninth_digit_of_the_textbook(page, mnist):
    assert "`train_images[4]` of MNIST is a **9**" in texts(page)
    page.number_input(key="network_train_image").set_value(0).run()
    assert f"is a **{mnist.train_labels[0]}**" in texts(page)
