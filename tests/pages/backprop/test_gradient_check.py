"""The gradient check page, without a browser."""

import base64
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.backprop import gradient_check_formula, gradient_check_network
from engine.descent import naive_search
from engine.descent.naive_search import BATCH, Place
from engine.timing import measuring
from engine.typed import expressions
from pages.shell import session as shell
from tests.pages.reading import data_of, plain
from viz.backprop.gradient_check_words import precise

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded):
    opened = AppTest.from_file(APP, default_timeout=60).switch_page("pages/backprop/gradient_check.py").run()
    assert not opened.exception
    return opened


def component(page, key):
    (found,) = [item for item in page.get("bidi_component") if item.key == key]
    return data_of(found)


def texts(page):
    return "\n".join(item.value for item in page.markdown)


def measured(page, which, dtype="float64"):
    """The errors of one dtype as they are sent, float64 in base64."""
    figure = json.loads(component(page, f"gradient_check_{which}_curve")["figure"])
    trace = next(trace for trace in figure["data"] if trace["name"] == f"{dtype}, measured")
    return np.frombuffer(base64.b64decode(trace["y"]["bdata"]), np.float64)


def chosen(page):
    state = page.session_state
    return Place(state["gradient_check_layer"], state["gradient_check_row"], state["gradient_check_column"])


def of_test_digit(number):
    digits, params = shell.loader().poll().digits, shell.pretrained_network().params
    images, labels = digits.test_images[number : number + 1], digits.test_labels[number : number + 1]
    return params, naive_search.slopes(params, images, labels), images, labels


def value(page):
    """What the first table says autodiff gives."""
    return re.search(r"`jax.grad`, float64 \| (\S+)", texts(page)).group(1)


def test_it_opens_at_the_largest_gradient_of_w1_on_a_test_digit(page):
    params, found, images, labels = of_test_digit(8)
    place = chosen(page)
    assert place.layer == "W1" and place[1:] == np.unravel_index(np.abs(found.gradient.W1).argmax(), (784, 512))
    sweep = gradient_check_network.sweep(params, found, place, images, labels)
    assert sweep.slope != 0 and value(page) == precise(sweep.slope) and "the gradient is right" in texts(page)
    assert f"**{sweep.name} = {precise(sweep.value)}**" in texts(page)
    assert f'layer, index = "W1", ({place.row}, {place.column})' in page.code[0].value
    assert any("The ten numbers" in expander.label for expander in page.expander)
    assert component(page, "gradient_check_pictures")["scene"]["blocks"][1]["name"] == (
        f"gradient of W1[:, {place.column}]"
    )


def test_the_pictures_follow_the_unit(page):
    page.selectbox(key="gradient_check_layer").set_value("W2").run()
    page.text_input(key="gradient_check_row_box").set_value("7").run()
    assert not page.exception
    scene = component(page, "gradient_check_pictures")["scene"]
    assert scene["blocks"][0]["name"] == "W1[:, 7]" and scene["frames"][0]["lit"] == {}
    page.selectbox(key="gradient_check_layer").set_value("b2").run()
    assert component(page, "gradient_check_pictures")["scene"]["blocks"][0]["name"] == "W1[:, 7]"
    assert page.text_input(key="gradient_check_row_box").disabled and chosen(page).row == 0


@pytest.mark.slow
def test_every_tensor_and_the_shortcuts(page):
    params, found, images, _ = of_test_digit(8)
    for layer in ("b1", "W2", "b2"):
        page.selectbox(key="gradient_check_layer").set_value(layer).run()
        page.button(key="gradient_check_largest").click().run()
        assert not page.exception
        place = chosen(page)
        gradient = getattr(found.gradient, layer)
        slope = gradient[place.row, place.column] if gradient.ndim == 2 else gradient[place.column]
        assert abs(slope) == np.abs(gradient).max() and value(page) == precise(float(slope))
    page.button(key="gradient_check_silent").click().run()
    place = chosen(page)
    assert place.layer == "W1" and place.column == gradient_check_network.silent_unit(params, images)
    assert (
        value(page) == "0" and "changing this alone changes nothing" in texts(page) and "relu′ = **0**" in texts(page)
    )


@pytest.mark.slow
def test_a_batch_and_another_test_digit(page):
    page.text_input(key="gradient_check_test_box").set_value("5").run()
    params, found, *_ = of_test_digit(5)
    place = chosen(page)
    assert value(page) == precise(float(found.gradient.W1[place.row, place.column]))
    page.segmented_control(key="gradient_check_data").set_value("batch").run()
    assert not page.exception
    digits = shell.loader().poll().digits
    found = naive_search.slopes(params, digits.train_images[:BATCH], digits.train_labels[:BATCH])
    assert value(page) == precise(float(found.gradient.W1[place.row, place.column]))
    assert f"**mean over {BATCH} images**" in texts(page) and "train" in page.code[0].value


def test_the_readers_own_digit_and_what_it_is_meant_as(page, loaded):
    params, digits = shell.pretrained_network().params, loaded.digits
    known = list(shell._sessions.values())

    def draw(image):
        for session in known:
            session.drawn = image

    try:
        for number in (3, 4):
            # A new drawing is at first taken for what the network takes it for.
            draw(digits.test_images[number])
            page.run()
            if number == 3:
                page.segmented_control(key="gradient_check_data").set_value("drawn").run()
            assert not page.exception
            assert page.selectbox(key="gradient_check_label").value == digits.test_labels[number]
        page.selectbox(key="gradient_check_label").set_value(1).run()
        found = naive_search.slopes(params, digits.test_images[4:5], np.array([1]))
        place = chosen(page)
        assert value(page) == precise(float(found.gradient.W1[place.row, place.column]))
        assert "your digit, meant as 1" in texts(page) and "labels = np.array([1])" in page.code[0].value
    finally:
        draw(None)


@pytest.mark.slow
def test_a_formula_a_preset_and_what_cannot_be_read(page):
    page.text_input(key="gradient_check_text").set_value("x^3 * y").run()
    page.text_input(key="gradient_check_x_box").set_value("2.0").run()
    page.text_input(key="gradient_check_y_box").set_value("0.5").run()
    assert "| autodiff, `jax.grad`, float64 | 6 |" in texts(page)
    sweep = gradient_check_formula.sweep(expressions.parse("x^3 * y", ("x", "y")), (2.0, 0.5), "x")
    assert "∂/∂x = 12" in texts(page) and f"ε\\* = {sweep.single.optimum:.2g}" in texts(page)
    page.segmented_control(key="gradient_check_variable").set_value("y").run()
    assert "| autodiff, `jax.grad`, float64 | 8 |" in texts(page) and "argnums=1" in page.code[3].value
    before = measured(page, "formula")
    page.text_input(key="gradient_check_text").set_value("x^3 * (").run()
    assert len(page.error) == 1 and "not complete" in plain(page.error[0])
    np.testing.assert_array_equal(measured(page, "formula"), before)
    page.text_input(key="gradient_check_text").set_value("log(x - 5)").run()
    assert len(page.error) == 1 and "must be a finite number" in plain(page.error[0])
    # The last formula that could be checked is not shown below another one's refusal.
    assert "gradient_check_formula_curve" not in [item.key for item in page.get("bidi_component")]
    assert texts(page).count("| value | relative error |") == 1
    assert plain(page.error[0]).startswith("“f” must be")
    page.selectbox(key="gradient_check_preset").set_value("Near a corner").run()
    assert not page.error and "corner or jump between" in texts(page)
    assert page.text_input(key="gradient_check_x_box").value == "1.01"


def test_the_cost_is_measured_in_the_background(page, monkeypatch):
    from engine.backprop import gradient_check_cost

    monkeypatch.setattr(gradient_check_cost, "SAMPLE", 5)
    assert "**814,100 forward passes**" in texts(page) and "Press **Measure**" in texts(page)
    page.button(key="gradient_check_measure").click().run()
    deadline = time.monotonic() + 60
    while "Measured: **5**" not in texts(page):
        assert time.monotonic() < deadline, texts(page)[-500:]
        time.sleep(0.1)
        page.run()
    bars = json.loads(component(page, "gradient_check_cost")["figure"])["data"][0]
    forward, backward, naive = bars["x"]
    assert naive == pytest.approx(814_100 * forward) and "**Extrapolated**" in texts(page) and backward > 0
    assert page.button(key="gradient_check_stop").disabled


def test_a_measurement_that_waits_can_be_stopped(page):
    with measuring.track:
        page.button(key="gradient_check_measure").click().run()
        deadline = time.monotonic() + 60
        while "Waiting for another measurement" not in texts(page):
            assert time.monotonic() < deadline
            page.run()
        assert page.button(key="gradient_check_measure").disabled
        page.button(key="gradient_check_stop").click().run()
        assert "Stopped before the first weight" in texts(page)
    assert not page.button(key="gradient_check_measure").disabled


def test_the_curve_is_the_engines(page):
    params, found, images, labels = of_test_digit(8)
    sweep = gradient_check_network.sweep(params, found, chosen(page), images, labels)
    np.testing.assert_allclose(measured(page, "weight", "float32"), sweep.single.errors)
    np.testing.assert_allclose(measured(page, "weight"), sweep.double.errors)


def test_every_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.segmented_control)
    keys = [item.key for kind in (*kinds, page.get("bidi_component")) for item in kind]
    assert len(keys) > 12 and [key for key in keys if not key.startswith("gradient_check_")] == []
