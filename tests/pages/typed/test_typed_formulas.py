"""A typed formula stands typeset below its box; while a text is refused, the page says what its picture still shows."""

import pytest

from pages.shell import chapter
from tests.cases import some
from tests.pages.reading import plain

FORMULAS = {
    "derivative": (
        {"derivative_function": "typed"},
        "derivative_text",
        "x^3/2 - √x",
        r"f(x) = \frac{x^{3}}{2} - \sqrt{x}",
    ),
    "descent": (
        {"descent_surface": "typed"},
        "descent_text_surface",
        "3x*y + |y|",
        r"f(x, y) = 3 x y + \left|y\right|",
    ),
    "settings_map": (
        {"settings_map_surface": "typed"},
        "settings_map_text_surface",
        "x²+2y²",
        "f(x, y) = x^{2} + 2 y^{2}",
    ),
    "gradient_check": ({}, "gradient_check_text", "exp(x*y)", r"f(x, y) = \exp\left(x y\right)"),
    "graph": (
        {},
        "graph_text",
        "mean(relu(w*x) - y_true)",
        r"\mathrm{loss} = \operatorname{mean}\left(\operatorname{relu}\left(w x\right) - \mathrm{y\_true}\right)",
    ),
}


def opened(app, name):
    """The page with its box, and what it has typeset."""
    page = app.switch_page(chapter.lesson(name).file).run()
    for key, choice in FORMULAS[name][0].items():
        page.selectbox(key=key).set_value(choice).run()
    return page


def typed(page, key, text):
    page.text_input(key=key).set_value(text).run()
    assert not page.exception
    return page


def mathematics(page):
    return [item.value.strip("$\n") for item in page.latex]


def kept(page, key, marker="still_shown"):
    """What the page says it goes on with, in the container by which style sheets find the refused box."""
    found = [block for block in containers(page.main) if getattr(block.proto, "id", "").endswith(f"{key}_{marker}")]
    return [plain(item) for block in found for item in block.caption]


def containers(block):
    for child in getattr(block, "children", {}).values():
        if hasattr(child, "children"):
            yield child
            yield from containers(child)


@pytest.mark.parametrize("name", some(FORMULAS, every=3))
def test_a_typed_formula_is_typeset_and_a_refused_one_says_what_is_still_shown(app, name):
    _, key, text, expected = FORMULAS[name]
    page = typed(opened(app, name), key, text)
    assert mathematics(page) == [expected] and kept(page, key) == []
    typed(page, key, "2 * (x")
    assert mathematics(page) == [] and len(page.error) == 1
    assert kept(page, key) == [f"The picture still shows {text}."]
    typed(page, key, text)
    assert mathematics(page) == [expected] and kept(page, key) == [] and not page.error


@pytest.mark.parametrize(
    ("name", "key", "accepted", "refused", "said"),
    [
        ("tensors", "tensors_text", "[[1, 2], [3, 4]]", "[[1, 2], [3]]", "The picture still shows [[1, 2], [3, 4]]."),
        ("dtypes", "dtypes_numbers", "1, 2.5", "1, two", "The picture still shows 1, 2.5."),
        ("reshaping", "reshaping_target", "(2, -1)", "(4, 4)", "The picture still shows (2, -1)."),
        ("slicing", "slicing_index_digit", "14:, 14:", "14:, 14:, 0", "The picture still shows 14:, 14:."),
        ("broadcasting", "broadcasting_c", "", "three", "Still in force: nothing."),
        ("real_world", "real_world_words", "128 grey images, 28×28", "cats", "Last read: 128 grey images, 28×28."),
    ],
)
def test_every_box_says_what_its_picture_still_shows(app, name, key, accepted, refused, said):
    page = app.switch_page(chapter.lesson(name).file).run()
    if name == "slicing":
        page.button_group(key="slicing_choice").set_value("digit").run()
    assert kept(typed(page, key, accepted), key) == []
    assert kept(typed(page, key, refused), key) == [said]
    assert kept(typed(page, key, accepted), key) == [] and not page.error


def test_text_without_a_picture_of_its_own_leaves_the_picture_as_it_is(app):
    """The race's bars are of the last race, whatever the next one's size."""
    page = typed(app.switch_page("pages/operations/elementwise.py").run(), "elementwise_race_size", "twenty")
    assert kept(page, "elementwise_race_size") == []
    assert kept(page, "elementwise_race_size", "still_in_force") == ["Still in force: 20, 100."]
