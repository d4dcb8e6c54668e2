"""The page of the tensor product: what is typed, edited and chosen changes what is shown; what does not fit is said."""

import base64
import json
import time

import numpy as np
import pytest

from pages.shell import session as shell
from tests.cases import some
from tests.pages.reading import component, plain, texts


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/operations/product.py").run()
    assert not opened.exception
    return opened


def blocks(app, key="product_picture"):
    return component(app, key)["scene"]["blocks"]


def shown(app):
    """The numbers of x @ y in the picture."""
    return blocks(app)[2]["texts"]


def rule(app):
    return " ".join(item.proto.body for item in app.get("html"))


def typed(app, x, y):
    app.text_input(key="product_x").set_value(x)
    app.text_input(key="product_y").set_value(y)
    return app.run()


def test_it_opens_with_a_product_of_matrices(page):
    assert page.title[0].value == "Tensor product"
    assert shown(page) == ["58", "64", "139", "154"]
    assert "4 cells × 3 terms = 12 multiply–adds" in rule(page)
    assert blocks(page)[0]["editable"] and not blocks(page)[2]["editable"]
    assert "Different shapes: (2, 2) and (3, 3)." in texts(page)


def test_typed_numbers_and_their_order(page):
    typed(page, "[[1, 2], [3, 4]]", "[[0, 1], [1, 0]]")
    assert shown(page) == ["2", "1", "4", "3"]
    assert "4 of 4 cells differ: the order matters." in texts(page)
    typed(page, "[[1, 2], [3, 4]]", "[[2, 0], [0, 2]]")
    assert "Equal in every cell" in texts(page)


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    some(
        [
            (
                "[[1, 2, 3, 4], [5, 6, 7, 8]]",
                "[[1, 2], [3, 4], [5, 6]]",
                "The last axis of x has 4, the first of y has 3: they must be equal. "
                "“y @ x” would work, and give (3, 4).",
            ),
            ("[1, 2]", "[1, 2, 3]", "The only axis of x has 2, the only one of y has 3: they must be equal."),
            ("3", "[1, 2, 3]", "“x” is a scalar: it has no axis to sum over. Multiply by it with “x * y”."),
        ],
        every=2,
    ),
)
def test_sizes_that_do_not_fit_are_named_and_nothing_of_another_product_stays(page, x, y, sentence):
    """The rule, the numbers and the code were those of the product before."""
    typed(page, "[[1, 0], [0, 1]]", "[[5, 6], [7, 8]]")
    typed(page, x, y)
    assert [plain(error) for error in page.error] == [sentence]
    assert [np.shape(json.loads(text)) for text in (x, y)] == [tuple(block["shape"]) for block in blocks(page)]
    assert "no product" in rule(page) and "multiply–adds" not in rule(page).split("shape-words")[0]
    assert "product_commuted" not in [item.key for item in page.get("bidi_component")]
    assert not [block for block in page.code if "[5, 6]" in block.value]
    typed(page, "[[2, 0], [0, 2]]", "[[5, 6], [7, 8]]")
    assert not page.error
    assert shown(page) == ["10", "12", "14", "16"]


@pytest.mark.parametrize(
    "text", some(["[[1, 2], [3]]", "import os", "[1, 2", "", "W7", "W1[900]", "x" * 3_000], every=3)
)
def test_bad_text_is_one_sentence_beside_its_box(page, text):
    page.text_input(key="product_x").set_value(text).run()
    assert not page.exception
    assert len(page.error) == 1 and plain(page.error[0]).startswith(("“x” ", "Index", "The ", "Axis"))
    assert shown(page) == ["58", "64", "139", "154"]


@pytest.mark.parametrize(("order", "steps"), some([("dot", 4), ("outer", 3), ("rows", 6), ("columns", 6)], every=3))
def test_each_order_has_its_own_steps_and_code(page, order, steps):
    page.get("button_group")[0].set_value(order).run()
    frames = component(page, "product_picture")["scene"]["frames"]
    assert len(frames) == steps + 1
    names = {"dot": "dot product", "outer": "outer product", "rows": "rows of y", "columns": "columns of x"}
    assert names[order] in page.code[0].value


def test_examples_of_every_kind(page):
    box = page.selectbox(key="product_example")
    for name in box.options:
        box.set_value(name).run()
        assert not page.exception, name
        assert bool(page.error) == (name == "Sizes that do not fit"), name
    assert page.text_input(key="product_x").value == "batch"
    assert "51,380,224 multiply–adds" in rule(page)
    assert "Too large to play" in texts(page)
    found = shell.loader().poll().digits.train_images[:128].reshape(128, 784).astype(np.float32) / 255
    wanted = found @ np.asarray(shell.pretrained_network().params.W1)
    assert float(blocks(page)[2]["values"][0]) == pytest.approx(float(wanted[0, 0]), abs=1e-3)
    assert not blocks(page)[0]["editable"]


def test_a_whole_batch_shows_ink_and_not_a_corner_of_zeros(page):
    """The first eleven pixels of every image are empty, and so is the last."""
    page.selectbox(key="product_example").set_value("A whole batch · W1").run()
    x, y, _ = blocks(page)
    assert sum(float(value) > 0 for value in x["values"]) > 48
    terms = np.frombuffer(base64.b64decode(y["indices"]), "<f8").reshape(-1, 2)[:, 0]
    assert len(set(terms)) == 12 and np.ptp(terms) == 11
    assert f"Drawn are terms {terms.min():.0f} to {terms.max():.0f} of the shared axis" in texts(page)


def test_the_unit_of_the_dense_layer(page):
    reader = shell.pretrained_network()
    image = shell.loader().poll().digits.test_images[0]
    x = image.reshape(784).astype(np.float32) / 255
    before = x.astype(float) @ np.asarray(reader.params.W1, float) + np.asarray(reader.params.b1)
    slider = page.slider(key="product_unit")
    assert slider.value == int(before.argmax())
    assert f"= **{before.max():.3f}**, hidden unit {slider.value}" in texts(page)
    slider.set_value(3).run()
    assert f"= **{before[3]:.3f}** → **relu**" in texts(page)
    assert f"= **{max(0, before[3]):.3f}**, hidden unit 3" in texts(page)
    assert "unit = 3" in "".join(block.value for block in page.code)
    page.button(key="product_most_active").click().run()
    assert page.slider(key="product_unit").value == int(before.argmax())


def test_a_measurement_runs_and_says_what_it_found(page):
    assert "**51,380,224** multiply–adds" in texts(page)
    assert page.button(key="product_stop").disabled
    page.get("button_group")[1].set_value("16 × 16").run()
    assert "16 × 16 × 16 = **4,096** multiply–adds" in texts(page)
    page.button(key="product_measure").click().run()
    deadline = time.monotonic() + 60
    while "**Measured**" not in page.get("progress")[-1].proto.text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page.run()
    assert "The loops take **" in texts(page) and "(medians of 5 of 5 runs)" in texts(page)
    bars = json.loads(component(page, "product_speed")["figure"])["data"][0]
    assert bars["y"] == ["three loops", "NumPy", "JAX"]
    assert not page.button(key="product_measure").disabled


def test_every_widget_key_begins_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.slider, page.get("bidi_component"))
    keys = [item.key for kind in kinds for item in kind]
    assert keys
    assert [key for key in keys if not key.startswith("product_")] == []
