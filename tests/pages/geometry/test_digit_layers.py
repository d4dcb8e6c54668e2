"""The page "Digits, layer by layer": the batch, the network, its moment and the reader's digit change every number."""

import base64
import json
from types import SimpleNamespace

import numpy as np
import pytest

from engine.geometry import digit_layers
from engine.training import network, pretrained
from engine.training.training import Settings
from pages.shell import session as shell
from tests.pages.reading import component, plain, texts
from viz.geometry import digit_layers as viz


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/geometry/digit_layers.py").run()
    assert not opened.exception
    yield opened
    for found in list(shell._sessions.values()):
        found.close()
        found.drawn = None


def classes(app):
    return np.frombuffer(base64.b64decode(component(app, "digit_layers_cloud")["classes"]), np.uint8)


def reader():
    """The session of the page under test, the one made last."""
    return list(shell._sessions.values())[-1]


def test_it_opens_with_the_pretrained_network_s_digits_at_five_stages(page, loaded):
    cloud, digits = component(page, "digit_layers_cloud"), loaded.digits
    assert page.title[0].value == "Digits, layer by layer"
    assert [stage["name"] for stage in cloud["stages"]] == list(viz.STAGES) and cloud["count"] == 500
    np.testing.assert_array_equal(classes(page), digits.test_labels[:500])
    logits = network.forward(shell.pretrained_network().params, network.preprocess(digits.test_images[:500]))
    right = int(network.correct(logits, digits.test_labels[:500]).sum())
    assert f"the pretrained network that comes with the app. It names **{right} of 500**" in texts(page)
    assert cloud["notes"][0].startswith(f"label {digits.test_labels[0]}, predicted {logits[0].argmax()} (")
    assert cloud["marked"] == [] and cloud["atlas"].startswith("data:image/png")
    assert not page.select_slider and "orthogonal Procrustes" in page.caption[0].value


def test_the_probes_drawn_are_the_engine_s(page, loaded):
    found = digit_layers.study(pretrained.load().params, *digit_layers.samples(loaded.digits))
    fresh = digit_layers.untrained(512, *digit_layers.samples(loaded.digits))
    drawn = {item["name"]: item for item in json.loads(component(page, "digit_layers_probes")["figure"])["data"]}
    for name, study in (("this network, all numbers", found), ("untrained network, all numbers", fresh)):
        np.testing.assert_allclose(drawn[name]["y"], [layer.accuracy for layer in study.layers], atol=1e-6)
    words = [stage["text"] for stage in component(page, "digit_layers_cloud")["stages"]]
    assert words == [viz.stage_words(layer) for layer in found.layers]


def test_size_and_batch_choose_the_digits_and_the_code(page, loaded):
    labels = loaded.digits.test_labels
    page.button(key="digit_layers_next").click().run()
    np.testing.assert_array_equal(classes(page), labels[500:1000])
    assert "Test digits 500 to 999 (" in texts(page) and "test_images[500:1000]" in page.code[0].value
    page.text_input(key="digit_layers_batch_box").set_value("19").run()
    # The last batch of 500 is beyond the last of 1,500.
    page.get("button_group")[0].set_value(1_500).run()
    assert not page.exception
    assert page.text_input(key="digit_layers_batch_box").value == "5"
    np.testing.assert_array_equal(classes(page), labels[7_500:9_000])
    page.button(key="digit_layers_next").click().run()
    np.testing.assert_array_equal(classes(page), labels[:1_500])


@pytest.mark.parametrize("procedural", [False, True])
def test_weights_trained_on_mnist_are_said_to_be_where_the_digits_are_not(page, loaded, monkeypatch, procedural):
    digits = loaded.digits._replace(source="procedural" if procedural else "cache")
    monkeypatch.setattr(shell.loader(), "poll", lambda: loaded._replace(digits=digits))
    page.run()
    assert ("trained on MNIST, not on procedural digits" in texts(page)) == procedural


def test_the_reader_s_own_digit_travels_along(page, loaded):
    reader().drawn = loaded.digits.test_images[7]
    page.run()
    cloud = component(page, "digit_layers_cloud")
    assert cloud["count"] == 501 and cloud["marked"] == [500] and cloud["names"][10] == "yours"
    assert classes(page)[500] == 10
    # It is test digit 7, and so lies where that one does at every stage.
    for stage in cloud["stages"]:
        points = np.frombuffer(base64.b64decode(stage["points"]), "<i2").reshape(-1, 3)
        np.testing.assert_allclose(points[500], points[7], atol=1)
    assert cloud["notes"][500] == cloud["notes"][7].replace("label 9", "your digit")


@pytest.mark.slow
def test_a_run_of_the_reader_s_is_shown_at_any_moment(page, loaded):
    runner = reader().prepare(loaded.digits, Settings())
    for _ in range(2):
        runner.step()
        assert runner.wait(60)
    page.run()
    slider = page.select_slider(key="digit_layers_moment")
    assert slider.value == "now" and slider.options == ["update 0", "update 1", "update 2", "now"]
    assert "your own network after 2 updates" in texts(page) and 'np.load("weights.npz")' in page.code[0].value
    found = digit_layers.study(runner.poll().params, *digit_layers.samples(loaded.digits))
    assert component(page, "digit_layers_cloud")["stages"][3]["text"] == viz.stage_words(found.layers[3])
    slider.set_value("0").run()
    checkpoint = runner.poll().checkpoints[0]
    found = digit_layers.study(checkpoint.params, *digit_layers.samples(loaded.digits))
    assert "your own network before its first update" in texts(page)
    assert component(page, "digit_layers_cloud")["stages"][3]["text"] == viz.stage_words(found.layers[3])
    assert any("not those of the earlier moment" in item.value for item in page.caption)
    runner.reset()
    page.run()
    assert not page.exception and not page.select_slider
    assert "the pretrained network that comes with the app" in texts(page)


def test_a_network_whose_numbers_overflow_is_said_and_not_drawn(page, loaded, monkeypatch):
    run = SimpleNamespace(checkpoints=())
    monkeypatch.setattr(reader(), "runner", SimpleNamespace(poll=lambda: run, close=lambda: None))
    params = shell.pretrained_network().params
    broken = shell.Network(params._replace(W2=params.W2 * 1e38), "yours", "your own network after 3 updates", "9.3")
    monkeypatch.setattr(shell.Session, "network", lambda self: broken)
    page.run()
    assert not page.exception
    assert "Every number of the network must be finite" in plain(page.error[0])
    assert "in the pretrained network that comes with the app" in texts(page)
    assert component(page, "digit_layers_cloud")["count"] == 500


def test_procedural_digits_are_named_and_made_by_the_code(page, loaded, monkeypatch):
    procedural = loaded.digits._replace(source="procedural")
    state = loaded._replace(digits=procedural, state="ready", message="no network")
    monkeypatch.setattr(type(shell.loader()), "poll", lambda self: state)
    page.run()
    assert not page.exception
    assert "These digits are procedural, not MNIST" in page.warning[0].value
    assert "Test digits 0 to 499 (procedural digits)" in texts(page)
    assert "procedural.load()" in page.code[0].value


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.text_input, page.get("button_group"), page.get("bidi_component"))
    keys = [item.key for kind in kinds for item in kind]
    assert len(keys) >= 4 and all(key.startswith("digit_layers_") for key in keys)
