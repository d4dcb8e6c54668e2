"""The page and its challenge, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.operations.broadcasting import align, question
from engine.training import network
from pages.shell import session as shell
from tests.cases import some
from tests.pages.reading import data_of, plain

PICTURE = "broadcasting_picture"


@pytest.fixture
def page(app) -> AppTest:
    app.switch_page("pages/operations/broadcasting.py").run()
    assert not app.exception
    return app


def scene(page) -> dict:
    found = [item for item in page.get("bidi_component") if PICTURE in item.proto.id]
    return data_of(found[-1])["scene"]


def shapes(page):
    """The shapes in the picture: operands, then the result."""
    return [tuple(block["shape"]) for block in scene(page)["blocks"] if "stretched" not in block["name"]]


def press(page, label):
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def table(page, number=0) -> str:
    return [item.proto.body for item in page.get("html") if "alignment" in item.proto.body][number]


def test_the_page_opens_with_a_matrix_and_a_vector(page):
    assert page.title[0].value == "Broadcasting"
    assert shapes(page) == [(3, 4), (4,), (3, 4)]
    assert "added, then stretched" in table(page)
    assert "result = a + b" in page.code[0].value
    keys = [item.key for item in (*page.button, *page.text_input, *page.selectbox, *page.slider)]
    assert all(key.startswith("broadcasting_") for key in keys)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("(32, 10) + (10,)", [(32, 10), (10,), (32, 10)]),
        ("Maximum of rank 4 and rank 2", [(64, 3, 32, 10), (32, 10), (64, 3, 32, 10)]),
        ("Vector times scalar", [(5,), (), (5,)]),
        ("Three tensors", [(2, 1, 3), (4, 1), (3,), (2, 4, 3)]),
    ],
)
def test_examples_of_the_chapter(page, label, expected):
    press(page, label)
    assert shapes(page) == expected
    assert not page.error


def test_the_network_adds_its_real_biases(page):
    press(page, "x @ W1 + b1")
    assert shapes(page) == [(128, 512), (512,), (128, 512)]
    params = shell.pretrained_network().params
    images = shell.loader().poll().digits.train_images[:128].reshape(-1, 784)
    wanted = np.asarray(network.preprocess(images)) @ np.asarray(params.W1) + np.asarray(params.b1)
    drawn = wanted[np.ix_((0, 1, 2, 3, 4, 127), (0, 1, 2, 3, 4, 511))]
    said = [float(value) for value in scene(page)["blocks"][-1]["values"]]
    np.testing.assert_allclose(said, drawn.ravel(), atol=1e-4)
    assert "Drawn: the first 5 and the last of 128 along axis -2" in " ".join(text.value for text in page.markdown)
    assert "engine/training/pretrained.npz" in page.code[0].value


def test_shapes_that_do_not_fit_leave_the_picture_and_offer_the_nearest(page):
    before = scene(page)
    press(page, "No fit")
    assert plain(page.error[0]) == "Broadcasting needs equal sizes or 1 on each axis; axis -1 has 4 and 3."
    assert scene(page) == before
    assert "(4,)" in page.code[0].value
    offered = [button.label for button in page.button if "→" in button.label]
    assert offered[0] == "b: (3,) → (3, 1)"
    press(page, offered[0])
    assert not page.error
    assert shapes(page) == [(3, 4), (3, 1), (3, 4)]
    assert page.text_input(key="broadcasting_b").value == "(3, 1)"


def test_while_shapes_do_not_fit_what_is_still_shown_is_what_was(page):
    """After the network's example the picture changed to other numbers, and the sentence named the network's shapes."""
    press(page, "x @ W1 + b1")
    before, code = scene(page), page.code[0].value
    press(page, "No fit")
    assert scene(page) == before and page.code[0].value == code
    captions = [plain(item) for item in page.caption]
    assert "Not these shapes: below is still add of x @ W1 (128, 512) and b1 (512,), the last that fitted." in captions
    press(page, "Vector times scalar")
    assert not [caption for caption in (plain(item) for item in page.caption) if "still" in caption]
    press(page, "No fit")
    assert "below is still multiply of a (5,) and b ()" in " ".join(plain(item) for item in page.caption)


@pytest.mark.parametrize(
    "text", some(["(3,", "(3, x)", "(-1,)", "(1, 1, 1, 1, 1, 1, 1)", "3.5", "__import__('os')"], every=3)
)
def test_bad_text_is_one_sentence_and_the_picture_stays(page, text):
    before = scene(page)
    page.text_input(key="broadcasting_a").set_value(text).run()
    assert not page.exception
    assert len(page.error) == 1 and "a" in plain(page.error[0])
    assert scene(page) == before


@pytest.mark.parametrize("typed", [("()", "()"), ("(0,)", "(1,)"), ("(1000000000000,)", "(1000000000000, 1)")])
def test_extreme_shapes(page, typed):
    for name, text in zip("ab", typed, strict=True):
        page.text_input(key=f"broadcasting_{name}").set_value(text).run()
    assert not page.exception
    assert shapes(page)[-1] == align([shapes(page)[0], shapes(page)[1]]).result


def test_each_slider_moves_its_own_axis(page):
    press(page, "Column and row")
    next(item for item in page.slider if item.label == "b, axis -1").set_value(3).run()
    assert shapes(page) == [(4, 1), (1, 3), (4, 3)]


def test_sizes_are_dragged_and_axes_come_and_go(page):
    slider = next(item for item in page.slider if item.label == "a, axis -2")
    slider.set_value(7).run()
    assert page.text_input(key="broadcasting_a").value == "(7, 4)"
    assert shapes(page)[0] == (7, 4)
    press(page, "Add an axis to b")
    assert page.text_input(key="broadcasting_b").value == "(2, 4)"
    assert page.error, "7 and 2 do not fit"
    press(page, "Remove one from b")
    assert shapes(page) == [(7, 4), (4,), (7, 4)]


def test_the_readers_own_narrower_network(page, monkeypatch):
    import jax

    params = network.init(jax.random.key(7), hidden_units=64)
    own = shell.Network(params, "yours", "your own network", "1.1")
    monkeypatch.setattr(shell.Session, "network", lambda self: own)
    press(page, "x @ W1 + b1")
    assert shapes(page) == [(128, 64), (64,), (128, 64)]
    assert '"weights.npz"' in page.code[0].value


def answer(page, text):
    page.text_input(key="broadcasting_challenge_text").set_value(text)
    return press(page, "Answer")


def test_the_challenge_counts_explains_and_goes_on(page):
    page.session_state["broadcasting_challenge_seed"] = 1
    page.run()
    result = align(question(1, 0)).result
    answer(page, str(result))
    assert page.success[0].value == f"Right: the result has shape {result}."
    assert table(page, 1)
    assert "1 of 1 right" in [text.value for text in page.caption]
    press(page, "Next question")
    assert any(str(question(1, 1)[0]) in text.value for text in page.markdown)
    press(page, "They do not fit")
    right = align(question(1, 1)).result is None
    assert bool(page.success) == right
    assert f"{1 + right} of 2 right" in [text.value for text in page.caption]


def test_an_answer_that_is_no_shape_is_not_counted(page):
    answer(page, "about ten")
    assert len(page.error) == 1
    assert "Your score will stand here." in [text.value for text in page.caption]


def test_score_and_shapes_survive_a_page_switch(page):
    page.session_state["broadcasting_challenge_seed"] = 1
    page.text_input(key="broadcasting_a").set_value("(6, 4)").run()
    answer(page, str(align(question(1, 0)).result))
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/operations/broadcasting.py").run()
    assert shapes(page)[0] == (6, 4)
    assert "1 of 1 right" in [text.value for text in page.caption]
