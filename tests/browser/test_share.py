"""The address follows the view in a real browser: reloaded, copied, left and come back to."""

import re

import pytest
from playwright.sync_api import expect

TYPED = "A number, or lists of numbers in square brackets"
WORD = ".st-key-tensors_link_word"


def sidebar(page, name):
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_reload_shows_the_view_that_was_left(page):
    page.goto("/tensors?mode=Shape+by+sliders&size_0=4&at-other=1.5")
    expect(page.get_by_role("slider", name="Axis 0")).to_have_value("4")
    page.get_by_text("Type it", exact=True).click()
    page.get_by_label(TYPED).fill("[1, 2 & 3]")
    page.get_by_label(TYPED).fill("[1, 2, -3.5]")
    page.get_by_role("slider", name="Entries of the vector").press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"/tensors\?text=%5B1,\+2,\+-3\.5%5D&dimension=4&at-other=1\.5$"))
    steps = page.evaluate("history.length")
    page.reload()
    expect(page.get_by_label(TYPED)).to_have_value("[1, 2, -3.5]")
    expect(page.get_by_role("slider", name="Entries of the vector")).to_have_value("4")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?text=%5B1,\+2,\+-3\.5%5D&dimension=4&at-other=1\.5$"))
    assert page.evaluate("history.length") == steps


@pytest.mark.slow
def test_nonsense_is_said_until_the_reader_does_something_and_pages_keep_their_own_address(page):
    page.goto("/tensors?dimension=99&nonsense=1&axes=2&embed_options=light_theme")
    expect(page.locator(WORD)).to_contain_text("This link’s dimension (99) does not fit this page")
    expect(page.locator(WORD)).to_contain_text("This view has no setting nonsense.")
    expect(page).to_have_url(re.compile(r"/tensors\?axes=2&embed_options=light_theme$"))
    page.get_by_role("slider", name="Axes of the tensor").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/tensors\?axes=3"))
    expect(page.locator(WORD)).to_be_hidden()
    sidebar(page, "Data types")
    expect(page).to_have_url(re.compile(r"/dtypes(\?embed_options=light_theme)?$"))
    page.get_by_label("Numbers, up to 12").fill("1, 2")
    expect(page).to_have_url(re.compile(r"/dtypes\?numbers=1,\+2"))
    page.go_back()
    expect(page.get_by_role("heading", name="Tensors", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/tensors\?axes=3"))
    sidebar(page, "Data types")
    expect(page).to_have_url(re.compile(r"/dtypes\?numbers=1,\+2"))


def test_the_link_is_copied_or_selected_where_copying_is_not_allowed(page):
    page.goto("/tensors?dimension=3")
    button = page.get_by_role("button", name="Copy link")
    page.evaluate(
        """() => {
            const value = { writeText: async (text) => (window.copied = text) };
            Object.defineProperty(navigator, "clipboard", { value, configurable: true });
        }"""
    )
    button.press("Enter")
    expect(page.get_by_test_id("address").last).to_contain_text("Copied")
    assert page.evaluate("window.copied") == page.url
    page.evaluate(
        """() => {
            navigator.clipboard.writeText = async () => { throw new Error("not allowed"); };
            document.execCommand = () => false;
        }"""
    )
    button.click()
    field = page.get_by_label("The link to this view")
    expect(field).to_have_value(page.url)
    expect(field).to_be_focused()
    assert page.evaluate("document.getSelection().toString() || document.activeElement.value") == page.url
    assert field.evaluate("element => element.selectionEnd - element.selectionStart") == len(page.url)


@pytest.mark.slow
def test_an_embedded_view_follows_too(page):
    page.goto("/derivative?embed=true&function=sine")
    page.get_by_test_id("tangent-board").locator("input.x").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/derivative\?function=sine&place_sine=%5B[^&]*%5D&embed=true$"))


@pytest.mark.slow
def test_on_a_phone_the_row_fits(phone):
    phone.goto("/dtypes")
    button = phone.get_by_role("button", name="Copy link")
    button.scroll_into_view_if_needed()
    assert button.bounding_box()["height"] >= 44
    button.tap()
    expect(phone.get_by_test_id("address").last).to_contain_text("Copied")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


LINK_WORDS = "[data-testid=link-words]:not(:empty)"


@pytest.mark.slow
def test_what_only_the_browser_reads_of_a_link_is_said_where_it_cannot_be(page):
    page.goto("/drawing?ink=garbage")
    expect(page.locator(LINK_WORDS)).to_have_text("The drawing in this link (ink) cannot be read, so it is left out.")
    page.goto("/tensors?ink=garbage&at-nothing=1&dimension=3")
    expect(page.locator(LINK_WORDS)).to_have_text(
        "This page has no canvas for the drawing in this link (ink). This view has no picture for “at-nothing”."
    )


def test_an_unknown_page_says_so_offers_the_nearest_and_leaves_the_page_alive(page):
    page.goto("/tensrs")
    expect(page.get_by_text("There is no page called “tensrs”. The nearest by name:")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("stMain").get_by_role("link", name="Tensors", exact=True).first.click()
    expect(page.get_by_role("heading", name="Tensors", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/tensors$"))
    page.goto("/whole_picture")
    expect(page.get_by_role("heading", name="The whole picture", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
