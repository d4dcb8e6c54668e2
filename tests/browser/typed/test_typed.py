"""Pictures behind a box whose text is refused are pale in the browser, and only while it is."""

import pytest
from playwright.sync_api import expect


def box(page, name):
    return page.get_by_role("textbox", name=name, exact=True)


def picture(page, key):
    return page.locator(f".st-key-{key} .stBidiComponent")


@pytest.mark.slow
@pytest.mark.parametrize("window", ["page", "phone"])
def test_the_old_picture_is_pale_while_a_formula_is_refused(request, window):
    page = request.getfixturevalue(window)
    page.goto("/derivative?function=typed")
    board, formula = picture(page, "derivative_board"), page.locator(".st-key-derivative_text_typeset")
    expect(board).to_have_css("opacity", "1", timeout=60_000)
    expect(formula.locator("annotation")).to_have_text(r"f(x) = \frac{x^{2}}{4} + \sin\left(2 x\right)")
    before = formula.bounding_box()["height"]
    box(page, "f(x) =").fill("x / 2")
    expect(formula.locator("annotation")).to_have_text(r"f(x) = \frac{x}{2}")
    assert formula.bounding_box()["height"] == before
    box(page, "f(x) =").fill("x / ")
    expect(board).to_have_css("opacity", "0.4")
    expect(board).to_have_css("filter", "grayscale(1)")
    expect(page.get_by_text("The picture still shows x / 2.")).to_be_visible()
    box(page, "f(x) =").fill("x / 3")
    expect(board).to_have_css("opacity", "1")
    expect(board).to_have_css("filter", "none")


def test_only_the_pictures_up_to_the_next_heading_are_pale(page):
    page.goto("/dtypes")
    of_the_box, another = picture(page, "dtypes_table"), picture(page, "dtypes_scaling")
    expect(another).to_have_css("opacity", "1", timeout=60_000)
    box(page, "Numbers, up to 12, with commas between them").fill("1, two")
    expect(of_the_box).to_have_css("opacity", "0.4")
    expect(another).to_have_css("opacity", "1")
