"""The Stacked layers page: every chain, what the board sends is examined by the engine and written as code."""

import numpy as np
import pytest

from engine.geometry import layer_stack as stack
from engine.geometry.geometry import rotation
from engine.geometry.layer_stack import CHAINS
from tests.pages.reading import data_of, plain


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/geometry/layer_stack.py").run()
    assert not opened.exception
    return opened


def board(app):
    found = [item for item in app.get("bidi_component") if "layer_stack_board" in item.proto.id]
    return data_of(found[-1])


def sent(app, layers, **change):
    """The board lets something go."""
    settings = {"layers": layers, "selected": 0, "tolerance": 0.05, "version": board(app)["version"], "count": "1"}
    app.session_state["layer_stack_board"] = {"settings": settings | change}
    return app.run()


def layer(W, b, activation="none"):
    return {"W": W, "b": b, "activation": activation}


def test_it_opens_with_a_chain_that_is_one_layer(page):
    data = board(page)
    assert page.title[0].value == "Stacked layers"
    W = np.array([[1.2, 0], [0, 0.7]]) @ np.array([[1, 0.6], [0, 1]]) @ rotation(30)
    np.testing.assert_allclose(data["found"]["single"]["W"], W.ravel(), rtol=1e-12)
    assert data["found"]["exact"] and max(data["found"]["distances"]) < 1e-14
    assert len(data["layers"]) == 3 and data["selected"] == 0


@pytest.mark.parametrize("name", [name for name in CHAINS if name != "affine"])
def test_every_chain(page, name):
    before = board(page)["version"]
    page.selectbox(key="layer_stack_chain").set_value(name).run()
    assert not page.exception
    data, chain = board(page), CHAINS[name][1]
    found = stack.examine(chain, stack.cloud("all"))
    assert [layer["activation"] for layer in data["layers"]] == list(chain.activations)
    np.testing.assert_allclose(data["found"]["distances"], found.distances, atol=1e-14)
    assert data["version"] == before + 1
    assert [tab.label for tab in page.tabs] == ["NumPy", "JAX", "Keras"]
    assert ("linalg.lstsq" in page.code[0].value) == (not chain.is_affine)


def test_the_points_lie_where_the_reader_says(page):
    page.selectbox(key="layer_stack_chain").set_value("folds").run()
    assert not board(page)["found"]["exact"]
    page.segmented_control(key="layer_stack_place").set_value("patch").run()
    data = board(page)
    assert data["found"]["exact"] and data["found"]["changed"] == [0, 200, 0]
    assert (
        data["points"] == stack.cloud("patch").ravel().tolist() and "uniform(0.5, 1.0, (200, 2))" in page.code[0].value
    )
    # The corners of the whole grid still prove that it is no single layer.
    assert data["found"]["witness"]["gap"] > 1


def test_what_the_board_sends_is_examined_and_written_as_code(page):
    version = board(page)["version"]
    layers = [layer([1, 0, -1, 0], [0, 0], "relu"), layer([1, 1, 0, 0], [0, -0.25])]
    sent(page, layers, selected=1, tolerance=0.2)
    data = board(page)
    assert not page.exception and data["version"] == version and data["selected"] == 1 and data["tolerance"] == 0.2
    across = stack.cloud("all")[:, 0]
    found = data["found"]
    assert found["witness"]["gap"] == 1.5 and found["changed"] == [np.count_nonzero(across), 0]
    assert "np.array([[1.0, 0.0], [-1.0, 0.0]])" in page.code[0].value and "distances > 0.2" in page.code[0].value
    single = np.reshape(found["single"]["W"], (2, 2))
    wanted = np.linalg.lstsq(np.column_stack([stack.cloud("all"), np.ones(200)]), np.abs(across), rcond=None)[0]
    np.testing.assert_allclose(single[0], wanted[:2], atol=1e-12)


def test_what_is_no_chain_is_refused_and_the_last_one_stays(page):
    before = board(page)
    sent(page, [layer([1, 0, 0, 11], [0, 0])])
    assert "“W” of layer 1 may hold numbers from -10 to 10; 11 is not." in plain(page.error[0])
    assert board(page)["layers"] == before["layers"]
    sent(page, [layer([1, 0, 0, 9], [0, 0])])
    assert not page.error and board(page)["layers"][0]["W"] == [1, 0, 0, 9]


def test_a_message_from_before_another_chain_is_not_for_this_one(page):
    old = board(page)["version"]
    page.selectbox(key="layer_stack_chain").set_value("undone").run()
    sent(page, [layer([0, 0, 0, 0], [0, 0])], version=old)
    assert board(page)["layers"][0]["W"] == [2, 1, 1, 1]


def test_every_widget_key_begins_with_the_page(page):
    keys = [item.key for kind in (page.selectbox, page.segmented_control, page.get("bidi_component")) for item in kind]
    assert len(keys) == 3 and [key for key in keys if not key.startswith("layer_stack_")] == []
