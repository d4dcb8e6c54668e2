"""The derivative page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.reading import data_of, plain

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/descent/derivative.py").run()


def board(page) -> dict:
    """What the tangent board is given."""
    (found,) = [item for item in page.get("bidi_component") if item.key == "derivative_board"]
    return data_of(found)


def code(page) -> str:
    return next(block.value for block in page.code if block.language == "python")


def test_the_page_starts_with_the_parabola(page):
    assert not page.exception
    shown = board(page)
    assert shown["version"] == "square" and shown["place"] == {"x": 1.0, "epsilon": 1.0}
    assert "x**2" in code(page).replace(" ", "") and "np.float64(1.0), 1" in code(page)


def test_a_preset_brings_its_function_and_start(page):
    page.selectbox(key="derivative_function").set_value("absolute").run()
    shown = board(page)
    assert shown["version"] == "absolute" and shown["place"]["x"] == 0
    assert shown["sentences"][0][1].startswith("At x = 0 the slope from the left is −1")
    assert "np.abs(x)" in code(page)


def test_a_typed_error_is_said_and_keeps_the_picture(page):
    page.selectbox(key="derivative_function").set_value("typed").run()
    page.text_input(key="derivative_text").set_value("abs(3x - 1)").run()
    before = board(page)
    assert before["between"].startswith("At x ≈ 0.3333333")
    page.text_input(key="derivative_text").set_value("abs(3x - ").run()
    assert len(page.error) == 1 and "not complete" in plain(page.error[0])
    assert board(page)["packed"] == before["packed"] and "np.abs(" in code(page)
    page.text_input(key="derivative_text").set_value("x^3").run()
    assert not page.error and board(page)["between"] == ""


def test_the_code_follows_the_points_of_this_function_only(page):
    place = {"version": "square", "x": -0.5, "epsilon": -0.25, "count": "1"}
    page.session_state["derivative_board"] = {"place": place}
    page.run()
    assert "np.float64(-0.5), -0.25" in code(page)
    page.selectbox(key="derivative_function").set_value("sine").run()
    assert "np.float64(1.0), 1" in code(page)
    page.selectbox(key="derivative_function").set_value("square").run()
    assert board(page)["place"] == {"x": -0.5, "epsilon": -0.25}


def test_the_function_survives_a_page_switch(page):
    page.selectbox(key="derivative_function").set_value("root").run()
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/descent/derivative.py").run()
    assert page.selectbox(key="derivative_function").value == "root" and board(page)["version"] == "root"


def test_every_key_begins_with_the_pages_name(page):
    page.selectbox(key="derivative_function").set_value("typed").run()
    widgets = [*page.selectbox, *page.text_input, *page.get("bidi_component")]
    assert len(widgets) == 3 and all(widget.key.startswith("derivative_") for widget in widgets)
