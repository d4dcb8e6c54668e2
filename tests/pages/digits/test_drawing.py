"""The page around the board, without a browser."""

import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from engine.digits import drawing, upload
from engine.digits.loading import Snapshot
from pages.shell import session as shell
from tests.engine.digits.test_drawing import likeness

APP = Path(__file__).parents[3] / "app.py"
SEVEN = {"strokes": [[70, 60, 210, 60, 130, 240]], "brush": 22, "base": False}


@pytest.fixture
def page() -> AppTest:
    """The page with the digits loaded."""
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/digits/drawing.py")
    end = time.monotonic() + 120
    while shell.loader().poll().digits is None and time.monotonic() < end:
        time.sleep(0.1)
    return app.run()


def code(app: AppTest) -> list[str]:
    return [block.value for block in app.code]


def test_the_page_runs(page):
    assert not page.exception
    assert page.title[0].value == "Draw a digit"
    assert len(page.get("bidi_component")) == 1
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX", "Keras"]
    assert all("engine/training/pretrained.npz" in source for source in code(page))


def test_the_page_appears_before_the_digits(monkeypatch):
    monkeypatch.setattr(shell.loader(), "poll", lambda: Snapshot("loading", "Looking for MNIST", 0.2))
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/digits/drawing.py").run()
    assert not app.exception
    assert len(app.get("bidi_component")) == 1
    assert not app.text_input
    assert any("as soon as the digits are here" in text.value for text in app.markdown)


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.button, *page.text_input, *page.get("file_uploader"), *page.get("bidi_component")]
    assert widgets
    assert all(widget.key.startswith("drawing_") for widget in widgets)


def test_a_test_digit_lies_on_the_board(page):
    page.text_input(key="drawing_number_box").set_value("42").run()
    digits = shell.loader().poll().digits
    picture = page.session_state["drawing_picture"]
    np.testing.assert_array_equal(picture.canvas, drawing.canvas_from_digit(digits.test_images[42]))
    assert picture.caption.endswith(f"its label is {digits.test_labels[42]}.")
    assert ("procedural" in picture.caption) == (not digits.is_mnist)
    assert page.session_state["drawing_kept"]["base"]
    before = picture.name
    page.button(key="drawing_place").click().run()
    assert page.session_state["drawing_picture"].name != before


def test_a_random_digit_shows_its_number(page):
    page.button(key="drawing_random").click().run()
    assert not page.exception
    number = page.text_input(key="drawing_number_box").value
    assert f"Test digit {number} of" in page.session_state["drawing_picture"].caption


def test_the_code_follows_the_drawing(page):
    before = code(page)
    page.session_state["drawing_kept"] = SEVEN
    after = code(page.run())
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_a_drawing_survives_a_page_switch(page):
    page.session_state["drawing_kept"] = SEVEN
    page.text_input(key="drawing_number_box").set_value("7").run()
    kept = page.session_state["drawing_kept"]
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/digits/drawing.py").run()
    assert page.session_state["drawing_kept"] == kept
    assert page.text_input(key="drawing_number_box").value == "7"


def photo() -> bytes:
    picture = Image.new("L", (600, 400), 235)
    ImageDraw.Draw(picture).line([(220, 80), (380, 80), (300, 330)], fill=30, width=26)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_an_uploaded_picture_lies_on_the_board(page):
    page.get("file_uploader")[0].upload("seven.png", photo(), "image/png").run()
    assert not page.exception
    assert not page.error
    assert page.session_state["drawing_picture"].caption == "Your picture."


def on_a_desk() -> bytes:
    """The same 7 on a sheet that fills a fifth of the picture; what surrounds it is as dark as the ink."""
    picture = Image.new("L", (900, 800), 40)
    picture.paste(Image.open(BytesIO(photo())).crop((150, 20, 450, 390)), (300, 200))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def readings(page) -> list[str]:
    return [text.value for text in page.markdown if text.value.startswith("Read as")]


def test_the_page_says_how_a_picture_was_read_and_the_reader_can_flip_it(page):
    assert not readings(page)
    page.get("file_uploader")[0].upload("seven.png", on_a_desk(), "image/png").run()
    assert ["dark ink on lighter paper" in text and "inside the picture" in text for text in readings(page)] == [True]
    assert any(button.key == "drawing_flip" for button in page.button)
    before = page.session_state["drawing_picture"]
    plain = upload.canvas_from_upload(photo())
    assert likeness(before.canvas, plain) > 0.95
    page.button(key="drawing_flip").click().run()
    assert ["light ink on darker paper" in text for text in readings(page)] == [True]
    assert likeness(page.session_state["drawing_picture"].canvas, plain) < 0.8
    page.button(key="drawing_flip").click().run()
    np.testing.assert_array_equal(page.session_state["drawing_picture"].canvas, before.canvas)
    page.button(key="drawing_random").click().run()
    assert not readings(page)
    assert not page.exception


def test_a_phones_photo_is_called_by_its_name(page):
    heic = bytes(3) + b"\x18ftypheic" + bytes(80)
    page.get("file_uploader")[0].upload("IMG_1.HEIC", heic, "image/heic").run()
    assert "HEIC" in page.error[0].value and "PNG or JPEG" in page.error[0].value


@pytest.mark.parametrize("content", [b"", b"this is no picture", photo()[:300]])
def test_a_bad_file_is_one_sentence_and_changes_nothing(page, content):
    page.text_input(key="drawing_number_box").set_value("3").run()
    before = page.session_state["drawing_picture"].name
    page.get("file_uploader")[0].upload("bad.png", content, "image/png").run()
    assert not page.exception
    assert len(page.error) == 1
    assert page.session_state["drawing_picture"].name == before
