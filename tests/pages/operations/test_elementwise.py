"""The page and its race, without a browser."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.operations.elementwise import OPERATIONS
from engine.operations.race import Race, Settings
from engine.timing import measuring
from pages.shell import session as shell
from tests.pages.reading import plain

PICTURE = "elementwise_picture"


@pytest.fixture
def page(app) -> AppTest:
    app.switch_page("pages/operations/elementwise.py").run()
    assert not app.exception
    return app


def shown(page):
    """Operation, operands and result in the picture."""
    operation, operands, result = page.session_state["elementwise_shown"]
    return operation, [operand.array for operand in operands], result


def said(page) -> str:
    return "\n".join(text.value for text in page.markdown)


def choose(page, name):
    page.session_state["elementwise_operation"] = name
    return page.run()


def test_the_page_opens_with_two_matrices(page):
    assert page.title[0].value == "Element-wise operations"
    operation, (x, y), result = shown(page)
    assert operation == "add"
    np.testing.assert_array_equal(result, x + y)
    assert "dtype **int64**" in said(page)
    assert "z = x + y" in page.code[0].value
    keys = [widget.key for widget in (*page.button, *page.text_input, *page.selectbox, *page.get("bidi_component"))]
    assert PICTURE in keys
    assert all(key.startswith("elementwise_") for key in keys)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_reaches_the_picture_and_the_code(page, name):
    choose(page, name)
    assert not page.exception
    assert shown(page)[0] == name
    assert OPERATIONS[name].call.format("x", "y") in page.code[0].value
    assert bool(page.text_input(key="elementwise_x_text"))
    assert len([box for box in page.text_input if box.key == "elementwise_y_text"]) == OPERATIONS[name].arity - 1


@pytest.mark.parametrize(
    ("x", "y", "part"),
    [
        ("[[1, 2", None, "not complete"),
        ("[[1, 2], [3]]", None, "ragged"),
        ("__import__('os')", None, "may hold only"),
        ("[1, 2, 3]", "[1, 2]", "shapes must be equal"),
        ("[" * 9 + "1" + "]" * 9, None, "deep"),
    ],
)
def test_bad_input_gets_a_sentence_and_the_picture_stays(page, x, y, part):
    before = shown(page)[2]
    page.text_input(key="elementwise_x_text").set_value(x)
    if y:
        page.text_input(key="elementwise_y_text").set_value(y)
    page.run()
    assert not page.exception
    assert [part in plain(error) for error in page.error] == [True]
    np.testing.assert_array_equal(shown(page)[2], before)
    assert len(page.get("bidi_component")) == 2
    assert any("“Broadcasting”" in caption.value for caption in page.caption) == (y is not None)


def test_refused_computations_get_a_sentence(page):
    page.text_input(key="elementwise_x_text").set_value("[2, 3]")
    page.text_input(key="elementwise_y_text").set_value("-1").run()
    before = shown(page)[2]
    choose(page, "power")
    assert "2 ** -1" in plain(page.error[0])
    np.testing.assert_array_equal(shown(page)[2], before)
    page.text_input(key="elementwise_x_text").set_value("[2.0, 4]").run()
    assert not page.error
    assert shown(page)[2].tolist() == [0.5, 0.25]


def preset(page, number):
    page.button(key=f"elementwise_preset_{number}").click().run()
    assert not page.exception
    assert not page.error
    return shown(page)


def test_presets(page):
    assert preset(page, 1)[2].tolist() == pytest.approx([np.inf, np.nan, -np.inf, np.inf], nan_ok=True)
    assert preset(page, 2)[2].tolist() == [False, True, False, False]
    _, (digit, _), doubled = preset(page, 3)
    assert doubled.dtype == np.uint8
    np.testing.assert_array_equal(doubled, 2 * digit.astype(int) % 256)
    assert preset(page, 0)[2].tolist() == [[11, 22, 33], [44, 55, 66]]


def test_relu_on_the_networks_own_sums_counts_what_became_zero(page):
    _, (sums,), hidden = preset(page, 4)
    params = shell.pretrained_network().params
    assert sums.shape == np.asarray(params.b1).shape
    np.testing.assert_array_equal(hidden, np.where(sums > 0, sums, 0))
    count = int((sums < 0).sum())
    assert 0 < count < len(sums)
    assert f"**{count:,} were negative and became 0**" in said(page)
    assert "inputs @ W1 + b1" in page.code[0].value


@pytest.mark.parametrize("name", ["digit", "batch", "W1", "b1", "hidden"])
def test_real_tensors_go_with_a_single_number(page, name):
    page.text_input(key="elementwise_y_text").set_value("2")
    page.selectbox(key="elementwise_x").set_value(name).run()
    assert not page.exception
    _, (x, _), result = shown(page)
    np.testing.assert_array_equal(result, x + np.array(2))
    assert x.size > 500


def wait_for_the_race(page):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        page.run()
        if any("Finished" in bar.proto.text for bar in page.get("progress")):
            return
        time.sleep(0.1)
    raise AssertionError("the race did not end")


def test_the_race_is_run_and_told(page):
    page.text_input(key="elementwise_race_size").set_value("2, 30").run()
    page.text_input(key="elementwise_race_repetitions_box").set_value("10").run()
    page.button(key="elementwise_race_start").click().run()
    wait_for_the_race(page)
    assert not page.exception
    assert "On this machine, for matrices of shape (2, 30)" in said(page)
    assert any("medians of 5 runs each" in text.value for text in page.caption)
    assert "range(10)" in page.code[2].value
    assert "(2, 30)" in page.code[2].value
    page.button(key="elementwise_race_start").click().run()
    wait_for_the_race(page)
    assert len(page.table) == 1


def test_the_race_can_be_stopped(page):
    page.text_input(key="elementwise_race_size").set_value("2000, 5000").run()
    page.text_input(key="elementwise_race_repetitions_box").set_value("100000").run()
    assert page.button(key="elementwise_race_stop").disabled
    page.button(key="elementwise_race_start").click().run()
    assert page.button(key="elementwise_race_start").disabled
    page.button(key="elementwise_race_stop").click().run()
    assert not page.exception
    assert any("Stopped" in bar.proto.text for bar in page.get("progress"))
    with measuring.track:
        pass


@pytest.mark.parametrize(("size", "part"), [("20", "two sizes"), ("9999, 9999", "10,000,000"), ("x", "“x”")])
def test_impossible_sizes_get_a_sentence(page, size, part):
    page.text_input(key="elementwise_race_size").set_value(size).run()
    assert not page.exception
    assert part in plain(page.error[0])
    assert not page.button(key="elementwise_race_start").disabled
    assert "(20, 100)" in page.code[2].value


def test_sizes_of_one_click(page):
    page.session_state["elementwise_race_size"] = "3, 3"
    page.run()
    assert "(3, 3)" in page.code[2].value
    assert Race().poll().settings == Settings((20, 100), 1_000)
