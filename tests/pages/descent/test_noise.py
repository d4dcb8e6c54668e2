"""The page on batch size and noise, without a browser."""

import base64
from pathlib import Path

import jax
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.descent import noise
from tests.cases import some
from tests.pages.reading import data_of

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded) -> AppTest:
    return AppTest.from_file(APP, default_timeout=90).switch_page("pages/descent/noise.py").run()


def given(page):
    """What board and race are given."""
    board, race, *_ = (data_of(found) for found in page.get("bidi_component"))
    return board, race


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def words(page):
    return " ".join(part.value for part in [*page.markdown, *page.caption, *page.info])


def test_the_page_begins_with_256_real_digits(page, loaded):
    assert not page.exception
    board, race = given(page)
    x, y = noise.measured(loaded.digits.train_images, "width", "inked")
    np.testing.assert_array_equal(floats(board["x"]), x)
    np.testing.assert_array_equal(floats(board["y"]), y)
    assert [method["size"] for method in race["methods"]] == [1, 8, 32, 256]
    assert ("MNIST" if loaded.digits.is_mnist else "procedural digits") in words(page)
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX"]
    assert "[(1, 0.02), (8, 0.02), (32, 0.02), (256, 0.02)]" in page.code[0].value


def test_a_seed_is_another_order_and_the_code_has_it(page):
    page.text_input(key="noise_seed_box").set_value("5").run()
    board, race = given(page)
    draws = noise.orders(jax.random.fold_in(jax.random.key(5), 1), 256, noise.DRAWS)
    assert board["batches"] == draws[:, :8].tolist()
    x, y = floats(board["x"]), floats(board["y"])
    shuffled = noise.orders(jax.random.key(5), 256, noise.EPOCHS["digits"])
    expected = noise.runs(noise.points(x, y), shuffled, 1, (-2, 2))
    np.testing.assert_array_equal(floats(race["methods"][0]["positions"]), expected.ravel())
    assert "jax.random.key(5)" in page.code[0].value


def test_measures_and_batch_sizes_are_the_readers(page):
    page.selectbox(key="noise_x").set_value("height").run()
    page.select_slider(key="noise_size_digits").set_value(32).run()
    page.get("button_group")[1].set_value([64]).run()
    board, race = given(page)
    assert board["axes"][0] == "height of the ink" and len(board["batches"][0]) == 32
    assert [method["size"] for method in race["methods"]] == [1, 64, 256]
    assert "extent(axis=2)" in page.code[0].value
    assert not page.exception


@pytest.mark.parametrize(
    ("points", "sentence"),
    some(
        [
            (([], []), "There are no points"),
            (([1.0], [2.0]), "With one point"),
            (([1.0, 1.0], [0.0, 2.0]), "All points have the same x"),
            (([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]), "All points lie on one line"),
        ],
        every=3,
    ),
)
def test_degenerate_points_get_a_sentence_and_stop_nothing(page, points, sentence):
    page.session_state["noise_own"] = points
    page.get("button_group")[0].set_value("own").run()
    assert not page.exception
    assert sentence in words(page)
    board, race = given(page)
    assert len(floats(board["x"])) == len(points[0])
    assert len(race["methods"]) == {0: 0, 1: 1}.get(len(points[0]), len(race["methods"]))


def test_what_the_components_report_is_kept(page):
    page.session_state["noise_known"] = {"start": (1.0, -1.0), "clock": 9, "linked": False, "rates": {"8": 3}}
    page.run()
    _, race = given(page)
    assert (race["start"], race["clock"], race["linked"]) == ([1, -1], 9, False)
    assert [method["rate"] for method in race["methods"]] == [10, 3, 10, 10]
    assert "w, b = (1.0, -1.0)" in page.code[0].value
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/descent/noise.py").run()
    assert given(page)[1]["start"] == [1, -1]


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.button, *page.selectbox, *page.select_slider, *page.text_input, *page.get("button_group")]
    widgets += page.get("bidi_component")
    assert len(widgets) >= 9
    assert all(widget.key.startswith("noise_") for widget in widgets)
