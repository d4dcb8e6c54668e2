"""The tensors page, without a browser."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.digits.loading import Snapshot
from engine.tensors.tensors import EXAMPLES
from pages.shell import session as shell
from tests.pages.reading import data_of, plain

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/tensors.py").run()


def scene(page: AppTest, key: str = "tensors_picture") -> dict:
    """What the live cells of this key are given."""
    (found,) = [item for item in page.get("bidi_component") if item.key == key]
    return data_of(found)["scene"]


def attribute(page: AppTest, name: str) -> str:
    html = next(item.proto.body for item in page.get("html") if f"data-attribute='{name}'" in item.proto.body)
    return re.sub("<[^>]*>", "", re.search(rf"data-attribute='{name}'><code>(.*?)</code>", html)[1])


def choose(page: AppTest, **chosen: str) -> AppTest:
    for key, value in chosen.items():
        page.session_state[f"tensors_{key}"] = value
        page.run()
    assert not page.exception
    return page


def type_text(page: AppTest, text: str) -> AppTest:
    page.text_input(key="tensors_text").set_value(text).run()
    assert not page.exception
    return page


def test_the_page_opens_with_a_matrix(page):
    assert not page.exception
    assert page.title[0].value == "Tensors"
    assert scene(page)["blocks"][0]["shape"] == [3, 5]
    assert attribute(page, "strides") == "(40, 8)"
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX"]


def test_typed_text_changes_picture_attributes_and_code(page):
    type_text(page, "[[0.5, True], [nan, -3]]")
    block = scene(page)["blocks"][0]
    assert block["values"] == ["0.5", "1.0", "nan", "-3.0"]
    assert block["editable"]
    assert (attribute(page, "dtype"), attribute(page, "nbytes")) == ("float64", "32")
    assert "np.array([[0.5, 1.0], [nan, -3.0]])" in page.code[0].value
    assert "from numpy import nan" in page.code[0].value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[1, 2], [3]]", "The tensor is ragged: entry [0] has length 2, but entry [1] has length 1."),
        ("open('x')", "“open('x')” is none of these"),
        ("[1, 2", "the bracket “[” at character 1 is not closed"),
    ],
)
def test_bad_text_is_one_sentence_and_the_last_picture_stays(page, text, sentence):
    type_text(page, "[8, 9]")
    type_text(page, text)
    assert len(page.error) == 1
    assert sentence in plain(page.error[0])
    assert scene(page)["blocks"][0]["values"] == ["8", "9"]
    assert attribute(page, "shape") == "(2,)"
    type_text(page, "7")
    assert not page.error
    assert attribute(page, "ndim") == "0"


def test_one_example_of_each_rank(page):
    choose(page, mode="Examples")
    for rank, name in enumerate(EXAMPLES):
        choose(page, example=name)
        assert attribute(page, "ndim") == str(rank)
        assert len(scene(page)["poses"][0]["axes"]) == rank
        assert ("spread" in scene(page)) == (rank >= 3)


def test_sliders_set_a_shape_filled_with_numbers_in_order(page):
    choose(page, mode="Shape by sliders")
    page.slider(key="tensors_rank").set_value(2).run()
    assert len([slider for slider in page.slider if "size" in slider.key]) == 2
    page.slider(key="tensors_size_0").set_value(2).run()
    page.slider(key="tensors_size_1").set_value(4).run()
    assert scene(page)["blocks"][0]["values"] == [str(number) for number in range(8)]
    assert "np.arange(8).reshape(2, 4)" in page.code[0].value
    page.slider(key="tensors_rank").set_value(0).run()
    assert attribute(page, "shape") == "()"
    page.slider(key="tensors_rank").set_value(5).run()
    for axis in range(5):
        page.slider(key=f"tensors_size_{axis}").set_value(8)
    page.run()
    assert attribute(page, "size") == "32,768"
    assert not scene(page)["blocks"][0]["editable"]
    assert any("“…” stands for the rest" in text.value for text in page.markdown)


def test_real_tensors_show_what_they_are(page):
    choose(page, mode="Real tensors")
    digits = shell.loader().poll().digits
    params = shell.pretrained_network().params
    expected = {"W1": params.W1, "b1": params.b1, "W2": params.W2, "b2": params.b2, "train_images": digits.train_images}
    for name, array in expected.items():
        choose(page, real=name)
        assert attribute(page, "shape") == str(array.shape)
        assert attribute(page, "dtype") == str(array.dtype)
        block = scene(page)["blocks"][0]
        assert not block["editable"]
        values = np.asarray(array)
        indices = np.frombuffer(base64.b64decode(block["indices"]), "<f8").astype(int).reshape(-1, values.ndim)
        words = [block["values"]] * len(indices) if isinstance(block["values"], str) else block["values"]
        for index, value in list(zip(indices, words, strict=True))[:50]:
            assert value == str(values[tuple(index)])
    choose(page, real="batch")
    assert attribute(page, "strides") == "(3136, 4)"
    choose(page, real="hidden")
    assert "hidden = np.maximum" in page.code[0].value


def test_before_the_digits_are_here_the_other_real_tensors_are(monkeypatch, loaded):
    monkeypatch.setattr(shell.loader(), "poll", lambda: Snapshot("loading", "Looking for MNIST", 0.2))
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/tensors.py").run()
    app.session_state["tensors_real"] = "batch"
    app.session_state["tensors_mode"] = "Real tensors"
    app.run()
    assert not app.exception
    assert attribute(app, "shape") == "(28, 28)"
    assert any("`batch` is not here yet" in item.value for item in app.caption)
    assert app.session_state["tensors_real"] == "batch", "a choice waits for its data"
    monkeypatch.undo()
    assert attribute(app.run(), "shape") == "(128, 784)"


def test_dimension_and_rank_are_compared_side_by_side(page):
    assert [block["shape"] for block in scene(page, "tensors_comparison")["blocks"]] == [[5], [2, 2, 2, 2, 2]]
    assert scene(page, "tensors_comparison")["blocks"][0]["values"] == ["12", "3", "6", "14", "7"]
    page.slider(key="tensors_dimension").set_value(8).run()
    page.slider(key="tensors_axes").set_value(1).run()
    assert [block["shape"] for block in scene(page, "tensors_comparison")["blocks"]] == [[8], [2]]


def test_choices_survive_a_page_switch(page):
    type_text(page, "[[1], [2]]")
    choose(page, mode="Shape by sliders")
    page.slider(key="tensors_size_0").set_value(7).run()
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/tensors/tensors.py").run()
    assert page.slider(key="tensors_size_0").value == 7
    choose(page, mode="Type it")
    assert page.text_input(key="tensors_text").value == "[[1], [2]]"


def test_every_key_begins_with_the_pages_name(page):
    for mode in ("Type it", "Examples", "Real tensors", "Shape by sliders"):
        choose(page, mode=mode)
        widgets = [*page.slider, *page.text_input, *page.get("button_group"), *page.get("bidi_component")]
        assert len(widgets) >= 5
        assert all(widget.key.startswith("tensors_") for widget in widgets)
