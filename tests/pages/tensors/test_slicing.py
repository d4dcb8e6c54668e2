"""The page without a browser: tensors, index texts, refusals, edits in cells, and the code."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.digits.loading import Snapshot
from pages.shell import session as shell
from tests.pages.reading import plain

APP = Path(__file__).parents[3] / "app.py"
OWN = "x, your own"
INDEX = "slicing_index_{}"


@pytest.fixture
def page() -> AppTest:
    """The page with the digits loaded."""
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/slicing.py")
    end = time.monotonic() + 120
    while shell.loader().poll().digits is None and time.monotonic() < end:
        time.sleep(0.1)
    return app.run()


def choose(app: AppTest, choice: str) -> AppTest:
    app.session_state["slicing_choice"] = choice
    return app.run()


def slice_by(app: AppTest, name: str, text: str) -> AppTest:
    return app.text_input(key=INDEX.format(name)).set_value(text).run()


def derivation(app: AppTest) -> str:
    (html,) = (element.proto.body for element in app.get("html") if "class='slicing'" in element.proto.body)
    return html


def shapes(app: AppTest) -> list[str]:
    return re.findall(r"<dt>Shape</dt><dd><code>(.*?)</code> → <code>(.*?)</code>", derivation(app))[0]


def test_the_page_opens_with_the_books_first_slice(page):
    assert not page.exception
    assert page.title[0].value == "Slicing"
    assert shapes(page) == ("(60000, 28, 28)", "(90, 28, 28)")
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX"]
    assert all("my_slice = train_images[10:100]" in block.value for block in page.code)


def test_a_choice_waits_for_digits_that_come_late(monkeypatch, loaded):
    """After a restart the page opened before the digits were there, and train_images became digit for good."""
    monkeypatch.setattr(shell.loader(), "poll", lambda: Snapshot("loading", "Looking for MNIST", 0.2))
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/slicing.py").run()
    app = choose(app, "train_images")
    assert not app.exception and shapes(app)[0] == "(28, 28)"
    assert any("`train_images` is not here yet" in item.value for item in app.caption)
    assert app.session_state["slicing_choice"] == "train_images"
    monkeypatch.undo()
    assert shapes(app.run()) == ("(60000, 28, 28)", "(90, 28, 28)")
    assert not any("not here yet" in item.value for item in app.caption)


def test_every_key_begins_with_the_pages_name(page):
    choose(page, OWN)
    widgets = [*page.text_input, *page.get("button_group"), *page.get("bidi_component")]
    assert len(widgets) >= 4
    assert all(widget.key.startswith("slicing_") for widget in widgets)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("10:100, 0:28, 0:28", "(90, 28, 28)"),
        (":, 14:, 14:", "(60000, 14, 14)"),
        ("my_slice = train_images[:, 7:-7, 7:-7]", "(60000, 14, 14)"),
        ("-1, ::-1", "(28, 28)"),
    ],
)
def test_the_shape_follows_the_text(page, text, shape):
    slice_by(page, "train_images", text)
    assert not page.error
    assert shapes(page)[1] == shape


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("60000", "Axis 0 has size 60000; index 60000 is outside -60000 to 59999."),
        ("0, 0, 0, 0", "The index names 4 axes, but the tensor has only 3: axis 0 of size 60000"),
        ("print(1)", "An item of the index must be a whole number, a slice such as 1:5, ..., newaxis or a list"),
        ("", "The index is empty"),
    ],
)
def test_a_refused_text_is_a_sentence_and_the_last_slice_stays(page, text, sentence):
    slice_by(page, "train_images", "5:7")
    slice_by(page, "train_images", text)
    assert [plain(error)[: len(sentence)] for error in page.error] == [sentence]
    assert shapes(page)[1] == "(2, 28, 28)"
    assert "train_images[5:7]" in page.code[0].value


def test_an_example_becomes_the_text(page):
    (examples,) = (group for group in page.get("button_group") if group.key.endswith("_example"))
    examples.set_value(":, 7:-7, 7:-7").run()
    assert page.text_input(key=INDEX.format("train_images")).value == ":, 7:-7, 7:-7"
    assert shapes(page)[1] == "(60000, 14, 14)"


@pytest.mark.parametrize(("choice", "shape"), [("digit", "(28, 28)"), ("W1", "(784, 512)"), (OWN, "(4, 5)")])
def test_each_tensor_and_its_own_index(page, choice, shape):
    slice_by(page, "train_images", "7:9")
    choose(page, choice)
    assert not page.exception
    assert not page.error
    assert shapes(page)[0] == shape
    choose(page, "train_images")
    assert shapes(page)[1] == "(2, 28, 28)"


def test_a_typed_tensor_of_another_rank_still_shows(page):
    """The last accepted index fits the new tensor no more: everything is shown, and what is wrong is said."""
    choose(page, OWN)
    slice_by(page, "x", "1:3, ::2")
    page.text_input(key="slicing_tensor").set_value("[1, 2, 3]").run()
    assert not page.exception
    assert plain(page.error[0]).startswith("The index names 2 axes, but the tensor has only 1: axis 0 of size 3")
    assert shapes(page) == ("(3,)", "(3,)")


def test_the_code_of_a_typed_tensor_runs_and_gives_the_shape_shown(page):
    choose(page, OWN)
    slice_by(page, "x", "[0, 2, 3], ::-2")
    names: dict = {}
    exec(compile(page.code[0].value, "snippet", "exec"), names)
    np.testing.assert_array_equal(names["my_slice"], [[4, 2, 0], [24, 22, 20], [34, 32, 30]])
    assert shapes(page)[1] == "(3, 3)"
    assert "<b>A copy.</b>" in derivation(page)


def test_the_text_survives_a_page_switch(page):
    choose(page, "digit")
    slice_by(page, "digit", "3:5")
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/tensors/slicing.py").run()
    assert page.text_input(key=INDEX.format("digit")).value == "3:5"
