"""The Geometry page: what the boards send is measured by the engine, named, and written as code."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from engine.geometry import geometry, geometry_measures
from engine.geometry.geometry import PRESETS
from engine.geometry.geometry_shapes import grid
from pages.shell import session as shell
from tests.pages.reading import component, plain


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/geometry/geometry.py").run()
    assert not opened.exception
    return opened


def board(app):
    return component(app, "geometry_map_board")


def sent(app, **change):
    """The board lets something go."""
    shown = board(app)
    settings = {name: shown[name] for name in ("chosen", "preset", "layers", "version")} | shown["map"]
    app.session_state["geometry_map_board"] = {"settings": settings | {"count": "1"} | change}
    return app.run()


def test_it_opens_with_a_rotation_by_30_degrees_and_the_textbooks_vectors(page):
    assert page.title[0].value == "Geometry"
    vectors = component(page, "geometry_vectors_board")
    assert (vectors["A"], vectors["B"], vectors["sum"]) == ([0.5, 1], [1, 0.25], [1.5, 1.25])
    shown = board(page)
    assert shown["map"]["W"] == geometry.rotation(30).ravel().tolist() and shown["chosen"] == "letter"
    assert shown["found"]["verdict"].startswith("W is a rotation by 30°, counter-clockwise")
    assert [item["name"] for item in shown["objects"]] == ["grid", "letter", "digit", "photo"]
    assert "0.8660254" in page.code[2].value


def test_what_the_board_sends_is_measured_and_written_as_code(page):
    before = board(page)["version"]
    sent(page, W=[1, 2, 0.5, -1], b=[0.25, 0], relu=True, preset="relu", chosen="grid")
    shown = board(page)
    W = np.array([[1, 2], [0.5, -1]])
    assert shown["map"] == shown["found"]["map"] == {"W": [1, 2, 0.5, -1], "b": [0.25, 0], "relu": True}
    assert shown["found"]["determinant"] == -2
    np.testing.assert_allclose(shown["found"]["eigen"]["values"], np.sort(np.linalg.eigvals(W))[::-1])
    assert shown["found"]["chosen"] == "grid" and shown["version"] == before
    assert shown["found"]["shares"][0] == pytest.approx(
        geometry_measures.direction_shares(geometry.require(W, [0.25, 0]))
    )
    assert shown["found"]["shares"][1] == pytest.approx(
        geometry_measures.area_shares(geometry.require(W, [0.25, 0]), grid())
    )
    numpy, jax, keras = (block.value for block in page.code[2:5])
    assert "W = np.array([[1.0, 2.0], [0.5, -1.0]])" in numpy and "lines = np.linspace(-1, 1, 7)" in numpy
    assert "jax.nn.relu(y)" in jax and 'activation="relu"' in keras
    assert "relu sets negative coordinates to 0." in shown["found"]["verdict"]


@pytest.mark.parametrize(
    "change",
    [{"W": [1, 0, 0, 1e9]}, {"b": [float("nan"), 0]}, {"W": ["one", 0, 0, 1]}, {"preset": "melting"}, {"version": -1}],
)
def test_what_no_board_sends_changes_nothing(page, change):
    before = board(page)
    sent(page, **{"W": [2, 0, 0, 2], **change})
    assert not page.exception and board(page) == before


def test_the_vectors_are_added_and_go_back_to_the_textbooks(page):
    version = component(page, "geometry_vectors_board")["version"]
    settings = {"A": [2, -1], "B": [0.25, 0.5], "order": "both", "version": version, "count": "1"}
    page.session_state["geometry_vectors_board"] = {"settings": settings}
    page.run()
    vectors = component(page, "geometry_vectors_board")
    assert vectors["sum"] == [2.25, -0.5] and vectors["order"] == "both"
    assert "A = np.array([2.0, -1.0])" in page.code[0].value
    page.button(key="geometry_vectors_begin").click().run()
    vectors = component(page, "geometry_vectors_board")
    assert vectors["A"] == [0.5, 1] and vectors["version"] == version + 1


def test_a_photo_becomes_the_object_and_what_is_none_is_refused(page):
    photo = np.zeros((40, 80, 3), np.uint8)
    photo[:, :40] = [200, 30, 30]
    file = BytesIO()
    Image.fromarray(photo).save(file, "PNG")
    upload = page.file_uploader(key="geometry_upload")
    version = board(page)["version"]
    upload.set_value(("flag.png", file.getvalue(), "image/png")).run()
    shown = board(page)
    picture = shown["objects"][-1]
    assert (picture["title"], picture["height"], picture["width"]) == ("Your photo", 24, 48)
    assert shown["chosen"] == "photo" and shown["version"] == version + 1
    assert "[1.0, -0.5]" in page.code[2].value
    page.file_uploader(key="geometry_upload").set_value(("note.txt", b"no picture", "text/plain")).run()
    assert "This file is not a picture" in plain(page.error[0])
    assert board(page)["objects"][-1] == picture


def test_the_object_is_the_readers_own_digit_once_drawn(page):
    assert board(page)["objects"][2]["title"].startswith("Test digit 0")
    drawn = np.zeros((28, 28), np.uint8)
    drawn[10:20, 12:15] = 255
    known = list(shell._sessions.values())
    for session in known:
        session.drawn = drawn
    page.run()
    assert board(page)["objects"][2]["title"] == "Your own digit"
    sent(page, chosen="digit")
    shares = geometry_measures.point_shares(
        PRESETS["rotation"].example, (np.argwhere(drawn)[:, ::-1] * 2 - 27) / [28, -28]
    )
    assert board(page)["found"]["shares"][1] == pytest.approx(shares)
    for session in known:
        session.drawn = None


def test_the_map_is_kept_while_other_pages_are_read(page):
    sent(page, W=[3, 0, 0, 1], preset="scaling", layers={"eigen": True})
    page.switch_page("pages/tensors/tensors.py").switch_page("pages/geometry/geometry.py").run()
    shown = board(page)
    assert shown["map"]["W"] == [3, 0, 0, 1] and shown["preset"] == "scaling"
    assert shown["layers"] == {"area": False, "eigen": True, "ellipse": False, "before": False}


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.get("bidi_component"), page.file_uploader)
    keys = [item.key for kind in kinds for item in kind]
    assert len(keys) >= 4
    assert [key for key in keys if not key.startswith("geometry_")] == []
