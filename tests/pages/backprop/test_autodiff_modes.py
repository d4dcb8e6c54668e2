"""The page on forward and reverse mode, without a browser."""

import json
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.backprop import autodiff_modes as modes
from engine.backprop.autodiff_modes import Problem
from tests.pages.reading import data_of

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded):
    opened = AppTest.from_file(APP, default_timeout=60).switch_page("pages/backprop/autodiff_modes.py").run()
    assert not opened.exception
    return opened


def component(page, key):
    (found,) = [item for item in page.get("bidi_component") if item.key == key]
    return data_of(found)


def texts(page):
    return "\n".join(item.value for item in page.markdown)


def test_it_opens_with_a_dense_layer_in_both_modes(page):
    counts = modes.counts(Problem("dense", 6, 4))
    blocks = component(page, "autodiff_modes_jacobian")["scene"]["blocks"]
    assert [block["shape"] for block in blocks] == [[4, 6], [4, 6]]
    forward, reverse = ([float(value) for value in block["values"]] for block in blocks)
    assert forward == pytest.approx(reverse, rel=1e-12)
    assert f"| **{counts.forward:,}** | **{counts.reverse:,}** |" in texts(page)
    assert "**Reverse mode wins**: 4 passes instead of 6" in texts(page)
    assert "jnp.eye(6)" in page.code[1].value and "jnp.eye(4)" in page.code[1].value


def test_examples_fix_their_sizes_and_the_others_move(page):
    page.select_slider(key="autodiff_modes_inputs").set_value(512).run()
    page.selectbox(key="autodiff_modes_example").set_value("squares").run()
    counts = modes.counts(Problem("squares", 512, 1))
    assert f"**{counts.forward:,}** | **{counts.reverse:,}**" in texts(page) and counts.forward > 500 * counts.reverse
    assert page.select_slider(key="autodiff_modes_outputs").disabled
    assert not page.select_slider(key="autodiff_modes_inputs").disabled
    page.selectbox(key="autodiff_modes_example").set_value("curve").run()
    assert "**Forward mode wins**: 1 pass instead of 4" in texts(page)
    assert page.select_slider(key="autodiff_modes_inputs").disabled
    assert not page.exception and "sin(jnp.arange" in page.code[1].value


def test_the_network_needs_one_pass_for_all_its_weights(page):
    assert "reverse mode needs one pass for all 407,050 weights" in texts(page)


@pytest.mark.parametrize(
    ("of", "said"), [("jacobians", "times** as long as jac"), ("network", "**Extrapolated**, 407,050")]
)
def test_both_are_measured_in_the_background(page, of, said):
    page.button(key=f"autodiff_modes_{of}_measure").click().run()
    deadline = time.monotonic() + 60
    while said not in texts(page) or not page.button(key=f"autodiff_modes_{of}_stop").disabled:
        assert time.monotonic() < deadline, texts(page)[-400:]
        time.sleep(0.1)
        page.run()
    key = {"jacobians": "autodiff_modes_times", "network": "autodiff_modes_network"}[of]
    bars = json.loads(component(page, key)["figure"])["data"][0]["x"]
    assert len(bars) == {"jacobians": 2, "network": 3}[of] and min(bars) > 0
    if of == "jacobians":
        # Times of another size are not shown for this one.
        page.select_slider(key="autodiff_modes_inputs").set_value(3).run()
        assert "times** as long as jac" not in texts(page)


def test_every_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.select_slider, page.get("bidi_component"))
    keys = [item.key for kind in kinds for item in kind]
    assert len(keys) == 10 and [key for key in keys if not key.startswith("autodiff_modes_")] == []
