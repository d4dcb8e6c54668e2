"""The page, without a browser: controls change the map, clicks choose cells and starts, the ball is kept."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.descent import local_minima, settings_map, surfaces
from engine.descent.surfaces import CURVES
from viz.descent import settings_words


@pytest.fixture
def page(app) -> AppTest:
    return app.switch_page("pages/descent/settings_map.py").run()


def text(page: AppTest) -> str:
    return "\n".join(block.value for block in page.markdown)


def shown(surface, method="momentum", limit=200, tolerance=0.01, start=None):
    tried = settings_map.runs(surface, method, start or tuple(round(x, 3) for x in surface.start), limit)
    return settings_map.measure(surface, tried, tolerance)


def test_the_page_runs_and_names_the_best_cell(page):
    assert not page.exception
    assert page.title[0].value == "Which settings arrive"
    found = shown(surfaces.bowl_of(20))
    assert f"Fewest steps: {found.steps[found.best]}**" in text(page)
    assert "agree in all 2,074 cells" in text(page)
    assert page.session_state["settings_map_rate"] == found.best.rate
    assert len(page.get("bidi_component")) == 3
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX", "NumPy", "JAX"]


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.selectbox, *page.select_slider, *page.text_input, *page.toggle, *page.button]
    widgets += [*page.get("bidi_component"), *page.get("button_group")]
    assert len(widgets) >= 12
    assert all(widget.key.startswith("settings_map_") for widget in widgets)


def test_conditioning_method_tolerance_and_steps_change_the_map(page):
    page.select_slider(key="settings_map_condition").set_value(100).run()
    assert f"Fewest steps: {(one := shown(surfaces.bowl_of(100))).steps[one.best]}**" in text(page)
    page.session_state["settings_map_method"] = "book_plus"
    page.session_state["settings_map_tolerance"] = 0.1
    page.session_state["settings_map_limit"] = 400
    page.run()
    one = shown(surfaces.bowl_of(100), "book_plus", 400, 0.1)
    assert f"Fewest steps: {one.steps[one.best]}**" in text(page)
    assert f"{(one.steps == settings_map.DIVERGED).sum():,} diverge" in text(page)
    assert "the first edition's sign" in page.code[0].value


def test_the_sliders_choose_a_cell(page):
    found = shown(surfaces.bowl_of(20))
    page.select_slider(key="settings_map_rate").set_value(20)
    page.select_slider(key="settings_map_momentum").set_value(7).run()
    assert f"**Learning rate {found.rates[20]:.3g}, momentum 0.21:**" in text(page)
    outcome = f"from step **{found.steps[20, 7]}** on" if found.steps[20, 7] > 0 else "does not come to stay"
    assert outcome in text(page)


def test_another_start_is_another_map_and_another_function_brings_its_own(page):
    page.text_input(key="settings_map_start_x_box").set_value("0.5")
    page.text_input(key="settings_map_start_y_box").set_value("2.0").run()
    one = shown(surfaces.bowl_of(20), start=(0.5, 2.0))
    assert f"{(one.steps == settings_map.NOT_WITHIN).sum():,} do not arrive" in text(page)
    page.selectbox(key="settings_map_surface").set_value("beale").run()
    assert page.text_input(key="settings_map_start_x_box").value == "1"
    assert "quadratics only" in text(page)
    page.session_state["settings_map_kind"] = "curve"
    page.run()
    assert not page.exception
    assert [box.key for box in page.text_input] == ["settings_map_start_x_box"]


def test_a_typed_function_and_its_errors(page):
    page.selectbox(key="settings_map_surface").set_value("typed").run()
    page.text_input(key="settings_map_text_surface").set_value("x^2 + (y - 1)^4").run()
    assert not page.exception and not page.error
    assert "y - 1" in page.code[0].value
    page.text_input(key="settings_map_text_surface").set_value("x^2 + open('f')").run()
    assert not page.exception and len(page.error) == 1
    page.text_input(key="settings_map_text_surface").set_value("log(x) + log(y)").run()
    assert any("no finite value" in warning.value for warning in page.warning)


def test_the_sweep_appears_on_demand_with_the_readers_momentum(page):
    assert "Bisection" not in text(page)
    page.toggle(key="settings_map_sweep").set_value(True).run()
    swept = local_minima.sweep(local_minima.SURFACE.start)
    assert f"it leaves. The smallest on the slider that escapes is {local_minima.smallest_on_slider(swept, 3):.2f}" in (
        text(page)
    )
    page.session_state["settings_map_ball_kept"]["momentum"] = 85
    page.run()
    assert "momentum 0.85 the ball comes to rest on the **right**" in text(page)
    page.session_state["settings_map_ball_kept"]["start"] = (3.0,)
    page.run()
    assert "meets no change" in text(page)
    page.button(key="settings_map_left").click().run()
    assert np.isclose(page.session_state["settings_map_ball_kept"]["start"][0], -4.2)
    assert "Bisection" in text(page)


def test_sliders_and_what_they_control_agree_after_the_function_changes(page):
    """The browser keeps the label a slider showed: the page must send the position again when the labels change."""
    page.session_state["settings_map_method"] = "book_plus"
    page.run()
    page.select_slider(key="settings_map_rate").set_value(54).run()
    page.session_state["settings_map_kind"] = "curve"
    page.run()
    rates, _ = settings_map.settings(CURVES["valleys"])
    slider = page.select_slider(key="settings_map_rate")
    label = settings_words.number(rates[54])
    assert label == "0.631" and f"**Learning rate {label}, " in text(page)
    assert slider.proto.set_value and list(slider.proto.raw_value) == [label]
    assert slider.proto.options[54] == label


def test_a_function_without_a_floor_is_called_so(page):
    page.selectbox(key="settings_map_surface").set_value("typed").run()
    page.text_input(key="settings_map_text_surface").set_value("x*y").run()
    assert not page.exception
    assert any("No floor of this function was found" in warning.value for warning in page.warning)
    assert "falls without end" in text(page)
    for false in ("above where it began", "changes from place to place", "diverges**"):
        assert false not in text(page)
