import base64
import csv
import io
import json
import re

import numpy as np
import pytest

from engine.training.runner import history_csv
from engine.training.training import Settings
from pages.shell import session
from pages.training import training
from tests.cases import some
from tests.pages.reading import component, plain, progress, texts


@pytest.fixture
def page(app):
    """The first-network page; its training thread is ended afterwards."""
    app.switch_page("pages/training/network.py").run()
    assert not app.exception
    yield app
    for found in list(session._sessions.values()):
        found.close()


def run_to_end(app):
    [here] = [found for found in session._sessions.values() if found.runner and found.runner.poll().state != "new"]
    assert here.runner.wait(60)
    app.run()
    return here


def decoded(values):
    """A list of a figure's JSON, or an array that Plotly has packed."""
    if isinstance(values, list):
        return np.array(values, float)
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])


def test_it_opens_with_the_textbook_settings(page):
    assert page.selectbox(key="network_optimizer").value == "rmsprop"
    shown = {key: page.text_input(key=f"network_{key}_box").value for key in ("epochs", "batch_size", "hidden_units")}
    assert shown == {"epochs": "5", "batch_size": "128", "hidden_units": "512"}
    assert "update 0 of 2,345" in progress(page)


@pytest.mark.parametrize(
    ("text", "rate"), some([("0,05", 0.05), ("5 %", 0.05), ("1e−3", 0.001), ("1/8", 0.125)], every=3)
)
def test_a_learning_rate_is_read_as_it_is_meant(page, text, rate):
    page.text_input(key="network_learning_rate_box").set_value(text).run()
    assert not page.error and page.session_state["network_learning_rate"] == rate
    assert page.text_input(key="network_learning_rate_box").value == text


def test_the_optimizer_suggests_its_own_learning_rate(page):
    page.selectbox(key="network_optimizer").select("sgd").run()
    assert page.text_input(key="network_learning_rate_box").value == "0.01"
    page.selectbox(key="network_optimizer").select("adam").run()
    assert page.text_input(key="network_learning_rate_box").value == "0.001"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    some(
        [
            ("batch_size", 0, "Batch size must be a whole number from 1 to 60,000; 0 is not."),
            ("hidden_units", 10**9, "Hidden units must be a whole number from 1 to 4,096; 1,000,000,000 is not."),
            ("learning_rate", -1.0, "Learning rate must be a number above 0 and at most 10,000,000,000; -1 is not."),
            ("batch_size", 2.5, "Batch size must be a whole number; “2.5” is not."),
            ("batch_size", "-5 images", "Batch size must be a number such as 0.05 or 1e-3; “-5 images” is not."),
            ("learning_rate", "1,000", "“1,000” can mean two numbers; write 1000 or 1.000."),
            ("epochs", 101, "Epochs must be a whole number from 1 to 100; 101 is not."),
        ],
        every=3,
    ),
)
def test_absurd_settings_are_refused_in_a_sentence_and_the_picture_stays(page, key, value, sentence):
    page.text_input(key=f"network_{key}_box").set_value(str(value)).run()
    assert [plain(error) for error in page.error] == [sentence]
    assert page.button(key="network_train").disabled
    assert component(page, "network_run")["figure"]
    page.text_input(key=f"network_{key}_box").set_value(str(getattr(Settings(), key))).run()
    assert not page.error
    assert not page.button(key="network_train").disabled


def test_one_epoch_changes_the_sentence_the_code_and_the_downloads(page):
    before = texts(page)
    assert "the pretrained network that comes with the app" in before
    page.text_input(key="network_epochs_box").set_value("1").run()
    page.text_input(key="network_hidden_units_box").set_value("16").run()
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


@pytest.mark.parametrize(
    ("state", "speed", "sharing", "words"),
    [
        ("running", 0.0, 4, "speed not yet measured"),
        ("running", 50.4, 1, "50 updates/s · 6,451 images/s"),
        ("running", 50.4, 2, "50 updates/s · 6,451 images/s, taking turns with 1 other training"),
        ("running", 50.4, 30, "50 updates/s · 6,451 images/s, taking turns with 29 other trainings"),
        ("finished", 50.4, 30, "50 updates/s · 6,451 images/s"),
    ],
)
def test_a_run_that_takes_turns_with_others_says_so(page, state, speed, sharing, words):
    page.button(key="network_step").click().run()
    [here] = [found for found in session._sessions.values() if found.runner]
    run = here.runner.poll()._replace(state=state, updates_per_second=speed, sharing=sharing)
    assert training._speed(run) == words


@pytest.mark.slow
def test_stepping_makes_one_update_and_reset_returns_to_the_same_weights(page):
    page.text_input(key="network_hidden_units_box").set_value("8").run()
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
    page.text_input(key="network_hidden_units_box").set_value("8").run()
    for _ in range(3):
        page.button(key="network_step").click().run()
        [here] = [found for found in session._sessions.values() if found.runner]
        assert here.runner.wait(60)
        page.run()
    frames = json.loads(component(page, "network_run")["figure"])["frames"]
    assert [frame["name"].split(" · ")[0] for frame in frames] == [f"update {update}" for update in range(4)]


@pytest.mark.slow
def test_the_same_weights_are_compared_on_training_and_test_digits(page, loaded):
    """The running mean of the epoch is of other weights; it was called what the network knows."""
    page.text_input(key="network_epochs_box").set_value("1").run()
    page.text_input(key="network_hidden_units_box").set_value("16").run()
    page.button(key="network_train").click().run()
    here = run_to_end(page)
    W1, b1, W2, b2 = (np.asarray(value, np.float64) for value in here.runner.poll().params)
    inputs = loaded.digits.train_images.reshape(-1, 784) / 255
    right = np.mean((np.maximum(inputs @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == loaded.digits.train_labels)
    said = re.search(r"The same weights are right on ([\d.]+)% of the 60,000 training digits", texts(page)).group(1)
    assert float(said) == pytest.approx(100 * right, abs=0.011)
    assert abs(float(here.runner.poll().epochs.accuracy[-1]) - right) > 0.01


def test_a_network_that_guesses_is_not_told_that_it_overfits(page):
    """SGD with learning rate 10, which the page itself recommends to try."""
    page.text_input(key="network_hidden_units_box").set_value("16").run()
    page.selectbox(key="network_optimizer").select("sgd").run()
    page.text_input(key="network_learning_rate_box").set_value("10.0").run()
    page.button(key="network_epoch").click().run()
    run_to_end(page)
    assert "That is guessing" in texts(page) and "is *overfitting*" not in texts(page)


def test_after_divergence_all_parts_show_the_same_weights_and_their_count(page, loaded):
    """Above the digit scored 7 at 100 %, below it was predicted 0 with nan."""
    page.text_input(key="network_hidden_units_box").set_value("64").run()
    page.selectbox(key="network_optimizer").select("sgd").run()
    page.text_input(key="network_learning_rate_box").set_value("1e10").run()
    page.button(key="network_epoch").click().run()
    here = run_to_end(page)
    run = here.runner.poll()
    assert run.state == "diverged"
    said = texts(page) + page.error[0].value
    after = f"after {run.update:,} update{'' if run.update == 1 else 's'}"
    assert (
        f"update {run.update} of" in progress(page) and f"your own network {after}" in said and f"those {after}" in said
    )
    figure = json.loads(component(page, "network_run")["figure"])
    assert figure["frames"][-1]["name"].startswith(f"update {run.update} ")
    [above] = [trace["y"] for trace in figure["data"] if trace.get("name") == "probabilities"]
    [below] = [t["y"] for t in json.loads(component(page, "network_test_bars")["figure"])["data"]]
    np.testing.assert_allclose(decoded(above), decoded(below), atol=1e-6)
    assert np.sum(decoded(above)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("procedural", [False, True])
def test_weights_trained_on_mnist_and_measured_on_other_digits_are_said_to_be(page, loaded, monkeypatch, procedural):
    digits = loaded.digits._replace(source="procedural" if procedural else "cache")
    monkeypatch.setattr(session.loader(), "poll", lambda: loaded._replace(digits=digits))
    page.run()
    assert ("trained on MNIST, not on procedural digits" in texts(page)) == procedural
    assert ("(procedural digits)" in texts(page)) == procedural


def test_a_click_in_the_confusion_matrix_chooses_the_cell(page):
    page.selectbox(key="network_cell_label").select(9).run()
    page.selectbox(key="network_cell_predicted").select(4).run()
    assert "are a 9 and were taken for a 4" in texts(page)
    shown = component(page, "network_cell")
    assert all(lines[0] == "9 → 4" for lines in shown["captions"])


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.slider)
    keys = [item.key for kind in kinds for item in kind]
    assert keys
    assert [key for key in keys if not key.startswith("network_")] == []


def test_the_training_image_is_the_ninth_digit_of_the_textbook(page, mnist):
    assert "`train_images[4]` of MNIST is a **9**" in texts(page)
    page.text_input(key="network_train_image_box").set_value("0").run()
    assert f"is a **{mnist.train_labels[0]}**" in texts(page)
