"""The page "The network's graph": what goes through, which network, open groups, chosen boxes, units, the code."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.backprop.graph_backward import backward
from engine.backprop.network_graph import GROUPS, network_graph, network_values
from engine.backprop.network_graph_units import units_of
from engine.training import network
from engine.training.training import Settings
from pages.shell import session as shell
from tests.pages.reading import data_of
from viz.backprop import network_graph_units as units_viz
from viz.backprop.graph_words import number


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/backprop/network_graph.py").run()
    assert not opened.exception
    yield opened
    for found in list(shell._sessions.values()):
        found.close()
        found.drawn = None


def component(page, key):
    found = [item for item in page.get("bidi_component") if item.key == key][-1]
    return data_of(found)


def loss(page):
    shown = component(page, "network_graph_board")
    return shown["values"][shown["output"]]


def names(page):
    return [node["name"] for node in component(page, "network_graph_board")["drawing"]["nodes"]]


def texts(page):
    return " ".join(item.value for item in page.markdown)


def passed(params, images, labels):
    """Graph and backward pass of the engine for (28, 28) or (n, 28, 28) images."""
    inputs = np.asarray(network.preprocess(np.reshape(images, (-1, 28, 28))))
    samples = len(images) if np.ndim(images) == 3 else None
    graph = network_graph(samples=samples, hidden_units=params.W1.shape[1])
    return graph, backward(graph, network_values(params, inputs if samples else inputs[0], labels))


def engine_loss(*given):
    graph, found = passed(*given)
    return number(found.values[graph.output])


def ask(page, count="1", **change):
    """The board sends a message."""
    version = component(page, "network_graph_board")["drawing"]["version"]
    message = {"values": [], "chosen": None, "rest": True, "toggle": "", "version": version, "count": count}
    page.session_state["network_graph_board"] = {"ask": message | change}
    page.run()
    assert not page.exception
    return component(page, "network_graph_board")


def buttons(page, key):
    return next(item for item in page.get("button_group") if item.key == key)


def test_it_opens_with_the_first_test_digit_in_the_pretrained_network(page, loaded):
    image, label = loaded.digits.test_images[0], int(loaded.digits.test_labels[0])
    params = shell.pretrained_network().params
    assert page.title[0].value == "The network’s graph" and names(page)[6:] == list(GROUPS)
    assert loss(page) == engine_loss(params, image, label)
    assert f"a {label}; y_true says {label}. Weights: the pretrained network that comes with the app." in texts(page)
    units = units_of(*passed(params, image, label))
    assert units_viz.count_words(units) in texts(page)
    assert units_viz.unit_words(units, int(units.norms.argmax())) in texts(page)
    assert "d_scores = d_hidden * (scores > 0)" in page.code[-2].value and f"[{label}]" in page.code[-1].value
    assert page.code[0].value.startswith("{ lambda ;") and "engine/training/pretrained.npz" in page.code[-1].value


def test_another_label_digit_or_batch_changes_every_number(page, loaded):
    digits, params = loaded.digits, shell.pretrained_network().params
    wrong = (int(digits.test_labels[0]) + 1) % 10
    buttons(page, "network_graph_label").set_value(wrong).run()
    assert loss(page) == engine_loss(params, digits.test_images[0], wrong)
    page.text_input(key="network_graph_test_box").set_value("5").run()
    label = int(digits.test_labels[5])
    assert loss(page) == engine_loss(params, digits.test_images[5], label) and f"y_true says {label}" in texts(page)
    buttons(page, "network_graph_source").set_value("A batch of 128").run()
    page.text_input(key="network_graph_batch_box").set_value("2").run()
    assert not page.exception
    batch = slice(256, 384)
    assert loss(page) == engine_loss(params, digits.train_images[batch], digits.train_labels[batch])
    assert "Training images 256 to 383" in texts(page) and "train_images[256:384]" in page.code[-1].value
    assert f"of {params.W1.shape[1]} hidden units are dead for this batch of 128 images" in texts(page)


def test_groups_open_and_close_and_a_box_is_told_about(page):
    version = component(page, "network_graph_board")["drawing"]["version"]
    shown = ask(page, "7", toggle="relu")
    assert shown["answered"] == "7" and "relu" not in names(page) and "layer 1" in names(page)
    # The same message, which the component keeps, must not open the group again.
    page.button(key="network_graph_collapse").click().run()
    ask(page, "7", toggle="relu", version=version)
    assert "relu" in names(page)
    ask(page, "7.1", toggle="relu")
    shown = ask(page, "8", chosen=names(page).index("x3"))
    assert shown["paths"]["heading"] == "x3: shape (512,), float32" and "choose(r1, " in shown["paths"]["note"]
    assert any("class=chosen" in item.proto.body for item in page.get("html"))
    ask(page, "9", toggle="relu")
    assert names(page)[6:] == list(GROUPS)
    page.button(key="network_graph_expand").click().run()
    assert not set(GROUPS[:4]) & set(names(page)) and component(page, "network_graph_board")["paths"] is None
    ask(page, "10", toggle="loss", version="of another picture")
    assert not set(GROUPS[:4]) & set(names(page))
    page.button(key="network_graph_collapse").click().run()
    assert names(page)[6:] == list(GROUPS)


def test_a_run_of_the_reader_s_moves_the_same_picture_and_its_checkpoints_can_be_seen(page, loaded):
    digits, before = loaded.digits, component(page, "network_graph_board")
    runner = list(shell._sessions.values())[-1].prepare(digits, Settings(hidden_units=512))
    runner.step()
    assert runner.wait(60)
    page.run()
    image, label = digits.test_images[0], int(digits.test_labels[0])
    after = component(page, "network_graph_board")
    assert "your own network after 1 update" in texts(page) and "weights.npz" in page.code[-1].value
    assert loss(page) == engine_loss(runner.poll().params, image, label) != before["values"][before["output"]]
    assert after["drawing"] == before["drawing"]
    page.select_slider(key="network_graph_moment").set_value("0").run()
    # A checkpoint keeps the weights in half precision, which the third decimal of a loss may show.
    start = network.Params(*(weights.astype(np.float32) for weights in runner.poll().checkpoints[0].params))
    assert loss(page) == engine_loss(start, image, label) and "as it was at update 0" in texts(page)
    assert "not those of the earlier moment" in page.caption[-1].value


def test_a_loss_that_is_no_number_is_said(page):
    params = shell.pretrained_network().params
    run = SimpleNamespace(update=3, params=params._replace(W2=params.W2 * 1_000), checkpoints=(), state="paused")
    list(shell._sessions.values())[-1].runner = SimpleNamespace(poll=lambda: run, close=lambda: None)
    page.run()
    assert not page.exception and loss(page) == "nan"
    assert "softmax rounded" in component(page, "network_graph_board")["notes"][0]["text"]
    assert "not a finite number" in page.warning[-1].value


def test_the_reader_s_own_digit_goes_through_with_the_network_s_guess_as_label(page, loaded):
    drawn = np.roll(loaded.digits.test_images[3], 2, axis=1)
    list(shell._sessions.values())[-1].drawn = drawn
    page.run()
    buttons(page, "network_graph_source").set_value("Your digit").run()
    params = shell.pretrained_network().params
    guess = int(np.argmax(network.forward(params, network.preprocess(drawn[None]))[0]))
    assert f"Your own digit; y_true says {guess}" in texts(page)
    assert loss(page) == engine_loss(params, drawn, guess)
    list(shell._sessions.values())[-1].drawn = None
    page.run()
    assert "Test digit 0" in texts(page)


def test_a_click_chooses_a_unit_and_the_largest_gradients_come_first(page, loaded):
    page.toggle(key="network_graph_largest").set_value(True).run()
    params = shell.pretrained_network().params
    units = units_of(*passed(params, loaded.digits.test_images[0], int(loaded.digits.test_labels[0])))
    order = units_viz.ordered(units, largest_first=True)
    page.slider(key="network_graph_page").set_value(0).run()
    top, left = units_viz.corner(11)
    page.session_state["network_graph_gallery"] = {"click": {"x": left + 4.2, "y": top + 9.1, "count": 3}}
    page.run()
    assert page.slider(key="network_graph_unit").value == order[11]
    assert units_viz.unit_words(units, int(order[11])) in texts(page)
    page.slider(key="network_graph_unit").set_value(int(order[200])).run()
    assert page.slider(key="network_graph_page").value == 200 // 64
    assert not page.exception
