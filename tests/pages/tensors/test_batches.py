"""The batches page and the route its pictures come by, without a browser."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from starlette.requests import Request
from starlette.routing import Match
from streamlit.testing.v1 import AppTest

from engine.digits.loading import Snapshot
from pages.shell import server, session
from tests.cases import some
from tests.pages.reading import awaited, data_of

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/batches.py").run()


def get(path: str, encoding: str = "gzip"):
    """The answer of the server's own routes; None where no route matches."""
    headers = [(b"accept-encoding", encoding.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "root_path": ""}
    for route in server.ROUTES:
        matched, more = route.matches(scope)
        if matched is Match.FULL:
            return awaited(route.endpoint(Request(scope | more)))
    return None


def strip(page) -> dict:
    """What the batch strip is given."""
    (found,) = page.get("bidi_component")
    return data_of(found)


def test_the_page_begins_with_469_batches_of_128(page, loaded):
    assert not page.exception
    given = strip(page)
    assert (given["samples"], given["batch_size"], given["batches"], given["last"]) == (60_000, 128, 469, 96)
    assert given["number"] == 0
    assert given["address"].endswith(f"/digits/{server.digit_chunks(loaded.digits).version}/")
    assert "n, batch_size = 0, 128" in page.code[0].value


def test_another_size_keeps_the_place_in_the_data(page):
    page.session_state["batches_number"] = 100
    page.run()
    page.text_input(key="batches_size_box").set_value("1000").run()
    assert not page.exception
    assert (strip(page)["batches"], strip(page)["number"]) == (60, 12)
    assert "n, batch_size = 12, 1000" in page.code[0].value
    page.text_input(key="batches_size_box").set_value("60000").run()
    assert (strip(page)["batches"], strip(page)["number"]) == (1, 0)


def test_a_batch_and_its_size_survive_a_page_switch(page):
    page.text_input(key="batches_size_box").set_value("100").run()
    page.session_state["batches_number"] = 7
    page.run()
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/tensors/batches.py").run()
    assert (strip(page)["batch_size"], strip(page)["number"]) == (100, 7)


def test_the_page_appears_before_the_digits(monkeypatch):
    monkeypatch.setattr(session.loader(), "poll", lambda: Snapshot("loading", "Looking for MNIST", 0.2))
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/batches.py").run()
    assert not app.exception and not app.get("bidi_component")
    assert any("as soon as the digits are here" in text.value for text in app.markdown)


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.text_input, *page.get("bidi_component")]
    assert widgets and all(widget.key.startswith("batches_") for widget in widgets)


@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
def test_the_route_offers_images_and_labels(loaded, encoding):
    digits = loaded.digits
    answer = get(f"/uncrumple/digits/{server.digit_chunks(digits).version}/117", encoding)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Vary"] == "Accept-Encoding"
    packed = answer.headers.get("Content-Encoding") == "gzip"
    assert packed == encoding.startswith("gzip")
    content = np.frombuffer(gzip.decompress(answer.body) if packed else answer.body, np.uint8)
    np.testing.assert_array_equal(content[: 96 * 784], digits.train_images[-96:].ravel())
    np.testing.assert_array_equal(content[96 * 784 :], digits.train_labels[-96:])


def test_a_whole_part_is_small(loaded):
    answer = get(f"/uncrumple/digits/{server.digit_chunks(loaded.digits).version}/0")
    assert len(gzip.decompress(answer.body)) == 512 * 785
    assert len(answer.body) < 200_000


@pytest.mark.parametrize("path", ["{version}/118", "{version}/99999999999", "another/0"])
def test_another_part_or_version_is_not_found(loaded, path):
    answer = get("/uncrumple/digits/" + path.format(version=server.digit_chunks(loaded.digits).version))
    assert answer.status_code == 404 and json.loads(answer.body)["error"].endswith(".")


@pytest.mark.parametrize("chunk", ["-1", "x", "1.5", ""])
def test_no_other_path_reaches_the_digits(loaded, chunk):
    assert get(f"/uncrumple/digits/{server.digit_chunks(loaded.digits).version}/{chunk}") is None


def test_no_digits_no_parts(monkeypatch):
    monkeypatch.setattr(session.loader(), "poll", lambda: Snapshot("loading", "Looking for MNIST", 0.2))
    assert get("/uncrumple/digits/x/0").status_code == 404


@pytest.mark.parametrize(
    ("text", "size"), some([("2.5", 128), ("0,05", 128), ("0", 128), ("60,001", 128), ("1e3", 1_000)], every=3)
)
def test_a_batch_size_is_taken_as_typed_or_refused(page, text, size):
    """A box of st.number_input made 2 of 2.5 and 5 of 0,05 without a word."""
    page.text_input(key="batches_size_box").set_value(text).run()
    assert page.session_state.batches_size == size
    assert len(page.error) == (size == 128)


def test_no_page_takes_numbers_by_a_box_that_changes_them():
    pages = Path(__file__).resolve().parents[3] / "pages"
    calls = [path.name for path in pages.rglob("*.py") if "number_input(" in path.read_text(encoding="utf-8")]
    assert calls == []
