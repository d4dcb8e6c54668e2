"""The page Descent, without a browser."""

import re

import numpy as np
import pytest

from engine.descent import descent, surfaces
from tests.pages.reading import data_of


@pytest.fixture
def page(app):
    return app.switch_page("pages/descent/descent.py").run()


def board(page):
    """What the component was last given."""
    (component,) = page.get("bidi_component")
    return data_of(component)


def code(page):
    return "\n".join(block.value for block in page.code)


def formula(page):
    return page.latex[0].value.strip("$\n")


def clicked(page, point, count, kind="surface"):
    """The page after the board has sent a click."""
    page.session_state[f"descent_board_{kind}"] = {"start": {"point": point, "count": count}}
    return page.run()


def test_the_page_opens_with_three_ways_down_a_ravine(page):
    assert not page.exception
    assert page.title[0].value == "Descent"
    shown = board(page)
    assert [method["key"] for method in shown["methods"]] == ["sgd", "momentum", "adam"]
    assert shown["trace"]["method"] == "momentum"
    assert formula(page) == r"f(x, y) = \frac{x^{2} + 20 y^{2}}{2}"
    assert any("ball climbs" in text.value for text in page.markdown)


def test_every_key_begins_with_the_pages_name(page):
    page.selectbox(key="descent_surface").set_value("typed").run()
    widgets = [*page.selectbox, *page.text_input, *page.get("bidi_component"), *page.button_group, *page.select_slider]
    assert len(widgets) >= 6
    assert all(widget.key.startswith("descent_") for widget in widgets)


@pytest.mark.slow
def test_every_named_surface_and_curve_is_shown(page):
    for kind, named in (("surface", surfaces.SURFACES), ("curve", surfaces.CURVES)):
        page.button_group(key="descent_kind").set_value(kind).run()
        page.button_group(key=f"descent_methods_{kind}").set_value(["sgd"]).run()
        for name, surface in named.items():
            page.selectbox(key=f"descent_{kind}").set_value(name).run()
            assert not page.exception
            assert board(page)["surface"]["window"] == [list(side) for side in surface.window]
            assert len(board(page)["trace"]["lines"]) > 10


def test_any_subset_of_methods_is_raced_even_none(page):
    page.button_group(key="descent_methods_surface").set_value(["adam", "nesterov"]).run()
    assert [method["key"] for method in board(page)["methods"]] == ["nesterov", "adam"]
    assert board(page)["trace"]["method"] == "nesterov"
    page.button_group(key="descent_methods_surface").set_value([]).run()
    assert not page.exception
    assert board(page)["methods"] == []
    assert board(page)["trace"] is None


def test_a_typed_function_is_shown_and_a_bad_one_explained(page):
    page.selectbox(key="descent_surface").set_value("typed").run()
    field = page.text_input(key="descent_text_surface")
    field.set_value("x^2 + 3abs(y)").run()
    assert formula(page) == r"f(x, y) = x^{2} + 3 \left|y\right|"
    assert "x**2 + 3 * np.abs(y)" in code(page)
    before = board(page)["surface"]
    page.text_input(key="descent_text_surface").set_value("x^2 + sin(").run()
    assert not page.exception
    assert len(page.error) == 1
    assert board(page)["surface"] == before
    page.text_input(key="descent_text_surface").set_value("__import__('os')").run()
    assert len(page.error) == 1
    assert board(page)["surface"] == before


def test_the_window_of_a_typed_function_can_be_chosen(page):
    page.selectbox(key="descent_surface").set_value("typed").run()
    narrow = board(page)["rates"][-1]
    page.text_input(key="descent_text_surface").set_value("x^4 + y^4").run()
    page.selectbox(key="descent_window_surface").set_value(30).run()
    shown = board(page)
    assert shown["surface"]["window"] == [[-30, 30], [-30, 30]]
    assert shown["rates"][-1] < narrow / 100, "steeper in a wider window, so smaller learning rates are offered"


def test_a_function_undefined_at_the_usual_start_begins_elsewhere(page):
    page.selectbox(key="descent_surface").set_value("typed").run()
    page.text_input(key="descent_text_surface").set_value("log(x) + y^2").run()
    shown = board(page)
    assert shown["start"][0] > 0
    assert shown["answer"]["message"] == ""
    page.text_input(key="descent_text_surface").set_value("log(-1 - x^2) + y").run()
    assert board(page)["answer"]["message"].startswith("In this window the function has no finite value")


def test_a_click_starts_there_and_an_undefined_place_is_refused(page):
    clicked(page, [1.0, 0.5], "a.1")
    shown = board(page)
    assert shown["start"] == [1.0, 0.5]
    assert shown["answer"] == {"count": "a.1", "message": ""}
    assert "np.array([1.0, 0.5])" in code(page)
    page.selectbox(key="descent_surface").set_value("typed").run()
    page.text_input(key="descent_text_surface").set_value("sqrt(x) + y^2").run()
    clicked(page, [2.0, 1.0], "a.2")
    good = board(page)
    clicked(page, [-1.5, 0.25], "a.3")
    refused = board(page)
    assert refused["answer"]["message"] == (
        "At x = −1.5, y = 0.25 the function has no finite value, so nothing can start there."
    )
    assert refused["answer"]["count"] == "a.3"
    assert refused["start"] == [2.0, 1.0]
    assert refused["methods"] == good["methods"]


def test_settings_let_go_are_explained_and_kept_over_a_page_switch(page):
    moved = {"rate": 10, "momentum": 4, "step": 7, "method": "sgd", "count": "b.1"}
    page.session_state["descent_board_surface"] = {"settings": moved}
    page.run()
    rates, _ = descent.settings(surfaces.bowl_of(20).rates)
    trace = board(page)["trace"]
    assert (trace["method"], trace["rate"]) == ("sgd", 10)
    assert trace["lines"][7][0].startswith("Step 8, SGD")
    assert f"rate = {rates[10]:.9g}" in code(page)
    page.button_group(key="descent_methods_surface").set_value(["sgd", "adam"]).run()
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/descent/descent.py").run()
    shown = board(page)
    assert [method["key"] for method in shown["methods"]] == ["sgd", "adam"]
    assert (shown["settings"]["rate"], shown["settings"]["step"], shown["settings"]["method"]) == (10, 7, "sgd")


def test_each_function_keeps_its_own_start(page):
    clicked(page, [1.25, -0.5], "c.1")
    page.selectbox(key="descent_surface").set_value("bowl").run()
    np.testing.assert_allclose(board(page)["start"], surfaces.SURFACES["bowl"].start)
    page.selectbox(key="descent_surface").set_value("ravine").run()
    assert board(page)["start"] == [1.25, -0.5]


def test_the_conditioning_bends_the_bowl(page):
    page.select_slider(key="descent_condition").set_value(100).run()
    assert re.search(r"100 y\^\{2\}", formula(page))
    np.testing.assert_allclose(board(page)["rates"][-1], 4.2 / 100, rtol=1e-5)
