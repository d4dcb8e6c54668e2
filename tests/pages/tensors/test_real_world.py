"""The page without a browser: words, refusals, the kept view and its code."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.tensors.descriptions import EXAMPLES, parse_description
from engine.tensors.real_world import View
from tests.pages.reading import component, plain
from viz.tensors.real_world_snippets import shape_code

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/real_world.py").run()


def say(page: AppTest, text: str) -> AppTest:
    return page.text_input(key="real_world_words").set_value(text).run()


def code(page: AppTest) -> list[str]:
    return [block.value.rstrip() for block in page.code]


def blocks(page: AppTest) -> dict:
    return component(page, "real_world_blocks")


def expected(view: View) -> list[str]:
    return [source.rstrip() for source in shape_code(view).values()]


def test_the_page_begins_with_the_chapters_video(page):
    assert not page.exception
    assert page.title[0].value == "Real-world data"
    assert len(page.get("bidi_component")) == 2
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX", "Keras"]
    assert code(page) == expected(View("video", (4, 240, 144, 256, 3)))


@pytest.mark.parametrize("text", EXAMPLES)
def test_words_become_the_view_and_its_code(page, text):
    say(page, text)
    assert not page.exception
    assert not page.error
    found = parse_description(text)
    assert page.session_state["real_world_view"] == found.view
    assert code(page) == expected(found.view)
    assert blocks(page)["words"]["read"] == found.read
    assert not blocks(page)["words"]["refused"]


def test_new_words_keep_the_dtype_and_the_order(page):
    page.session_state["real_world_view"] = View("images", (2, 2, 2, 3), "uint8", True)
    say(page, EXAMPLES[0])
    assert page.session_state["real_world_view"] == View("images", (30, 3000, 4000, 3), "uint8", True)


def test_words_that_name_a_dtype_and_an_order_decide_them(page):
    page.session_state["real_world_view"] = View("images", (2, 2, 2, 3), "float64", False)
    say(page, "128 colour images of 256×256, channels first, as uint8")
    assert page.session_state["real_world_view"] == View("images", (128, 256, 256, 3), "uint8", True)
    assert blocks(page)["words"]["said"] == ["dtype", "channels_first"]


def test_other_words_of_the_same_data_bring_them_back(page):
    """Not only words that are read otherwise: the reader typed, so the words are what is shown."""
    say(page, EXAMPLES[0])
    page.session_state["real_world_view"] = View("vectors", (7, 3))
    say(page, "thirty photos of 12 megapixels")
    assert page.session_state["real_world_view"] == View("images", (30, 3000, 4000, 3))


def test_the_same_words_leave_a_chosen_view_alone(page):
    chosen = View("series", (250, 390, 3))
    page.session_state["real_world_view"] = chosen
    page.run()
    assert page.session_state["real_world_view"] == chosen
    assert code(page) == expected(chosen)


def test_words_not_understood_are_one_sentence_and_change_nothing(page):
    say(page, EXAMPLES[0])
    before = code(page)
    say(page, "thirty cats")
    assert not page.exception
    assert [plain(error).startswith("“cats” is not understood here") for error in page.error] == [True]
    assert code(page) == before
    assert blocks(page)["words"]["text"] == EXAMPLES[0]
    assert blocks(page)["words"]["refused"], "and the blocks can say that they still show the words before"
    say(page, "")
    assert len(page.error) == 1
    assert plain(page.error[0]).startswith("This does not say what the data are.")
    assert code(page) == before


def test_the_view_survives_a_page_switch(page):
    say(page, EXAMPLES[2])
    page.session_state["real_world_view"] = View("vectors", (7, 3), "bool")
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/tensors/real_world.py").run()
    assert page.session_state["real_world_view"] == View("vectors", (7, 3), "bool")
    assert page.text_input(key="real_world_words").value == EXAMPLES[2]


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.text_input, *page.get("bidi_component"), *page.button]
    assert len(widgets) == 3
    assert all(widget.key.startswith("real_world_") for widget in widgets)
