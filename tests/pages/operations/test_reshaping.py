"""The page of reshape and transpose: what is typed and chosen changes what is shown; what does not fit is said."""

import pytest

from tests.pages.reading import data_of, plain


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/operations/reshaping.py").run()
    assert not opened.exception
    return opened


def scene(app, key="reshaping_path"):
    found = [item for item in app.get("bidi_component") if key in item.proto.id]
    if not found:
        return None
    return data_of(found[-1])["scene"]


def captions(app, key="reshaping_path"):
    return [frame["caption"] for frame in scene(app, key)["frames"]]


def cards(app):
    return " ".join(item.proto.body for item in app.get("html"))


def errors(app):
    return [plain(item) for item in app.error]


def typed(app, **texts):
    for name, text in texts.items():
        app.text_input(key=f"reshaping_{name}").set_value(text)
    return app.run()


def chosen(app, operation):
    app.segmented_control(key="reshaping_operation").set_value(operation)
    return app.run()


def test_it_opens_with_the_matrix_of_the_book(page):
    assert page.title[0].value == "Reshape and transpose"
    assert scene(page)["blocks"][0]["texts"] == ["0", "1", "2", "3", "4", "5"]
    assert captions(page)[1:] == [
        "Reshaped to (6, 1). The elements keep their order.",
        "Reshaped to (2, 3). The elements keep their order.",
    ]
    assert "y2 = y1.reshape(2, 3)" in cards(page) and "y2 = y1.reshape(2, 3)" in page.code[0].value
    assert scene(page, "reshaping_contrast") is None


def test_every_key_begins_with_the_pages_name(page):
    chosen(page, "Both")
    widgets = [
        *page.text_input,
        *page.selectbox,
        *page.button,
        *page.toggle,
        *page.segmented_control,
        *page.get("bidi_component"),
    ]
    assert len(widgets) >= 9
    assert all((widget.key or widget.proto.id).find("reshaping_") >= 0 for widget in widgets)


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("[1, 2, 3]", "()", "A (3,) vector has 3 elements, () holds 1; a reshape keeps every element and adds none."),
        ("(3, 4)", "(5, -1)", "-1 cannot be solved in (5, -1): 12 is not divisible by 5"),
        ("(3, 4)", "(2,", "The target is not complete"),
        ("[[1, 2], [3]]", "-1", "The tensor is ragged"),
        ("wrong", "-1", "No tensor is called “wrong” here; those at hand are W1, b1, W2, b2, digit, hidden"),
    ],
)
def test_the_impossible_gets_a_sentence_and_the_last_good_picture_stays(page, source, target, sentence):
    typed(page, source="(3, 4)" if target != "()" else source, target="(-1, 1)")
    before = scene(page)
    typed(page, source=source, target=target)
    assert len(errors(page)) == 1 and errors(page)[0].startswith(sentence)
    if source == "wrong" or "ragged" in sentence:
        assert scene(page)["blocks"] == before["blocks"]
    else:
        assert scene(page) == before


def test_minus_one_and_the_flatten_button(page):
    typed(page, source="(2, 3, 4)", target="(4, -1)")
    assert captions(page)[-1] == "Reshaped to (4, 6). -1 is 6, for 24 / 4 = 6. The elements keep their order."
    page.button(key="reshaping_flatten").click().run()
    assert page.text_input(key="reshaping_target").value == "-1"
    assert captions(page)[-1] == "Reshaped to (24,). -1 is 24, all of them. The elements keep their order."


def test_transposing_offers_all_orders_and_the_contrast(page):
    typed(page, source="(2, 3, 4)")
    chosen(page, "Transpose")
    box = page.selectbox(key="reshaping_order_3")
    assert len(box.options) == 6
    box.set_value((1, 2, 0)).run()
    assert captions(page)[-1].startswith("Transposed to (3, 4, 2).")
    assert "of 24 elements are in different places" in captions(page, "reshaping_contrast")[-1]
    assert "y1 = x.transpose(1, 2, 0)" in page.code[0].value


def test_beyond_rank_three_the_order_is_typed(page):
    typed(page, source="(2, 1, 3, 2)")
    chosen(page, "Transpose")
    typed(page, order_4="(0, -1, 1, 2)")
    assert captions(page)[-1].startswith("Transposed to (2, 2, 1, 3).")
    before = scene(page)
    typed(page, order_4="(0, 1, 1, 2)")
    assert errors(page) == ["Axis 1 is repeated in (0, 1, 1, 2); each axis comes once, as in (3, 2, 1, 0)."]
    assert scene(page) == before


def test_a_copy_is_explained(page):
    page.selectbox(key="reshaping_preset").set_value("A copy: transpose, then flatten").run()
    assert "A copy: no one stride walks axes 0 and 1 as one, for 8 is not 3 × 32." in cards(page)
    assert captions(page)[-1].endswith("A copy: the elements are written anew, along a new thread.")


@pytest.mark.parametrize("example", ["Transpose (300, 20)", "Weights W2, transposed", "A batch of digits as images"])
def test_large_and_real_tensors_are_drawn_cut(page, example):
    page.selectbox(key="reshaping_preset").set_value(example).run()
    assert not page.exception and errors(page) == []
    assert 10 < len(scene(page)["blocks"][0]["texts"]) <= 1200


def test_numbers_in_place_of_values(page):
    typed(page, source="[[5, 5], [5, 5]]", target="-1")
    page.toggle(key="reshaping_numbered").set_value(True).run()
    assert scene(page)["blocks"][0]["texts"] == ["0", "1", "2", "3"]


def test_the_digit_in_three_views(page):
    assert len(captions(page, "reshaping_digit")) == 18
    assert captions(page, "reshaping_digit")[8].startswith("Width 27: 29 rows of 27 pixels use 783; 1 is left over.")
    control = page.segmented_control(key="reshaping_digit_view")
    control.set_value("Flatten").run()
    assert "rows laid end to end" in captions(page, "reshaping_digit")[1]
    page.segmented_control(key="reshaping_digit_view").set_value("Transpose").run()
    assert "mirrored along its diagonal" in captions(page, "reshaping_digit")[1]
