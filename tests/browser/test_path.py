"""The way through the chapter: definitions in place, what has been read, and links that keep the session."""

import json
import re

import pytest
from playwright.sync_api import expect

from pages.shell.chapter import LESSONS

BOX = "[data-testid=definition]"
ROW = "[data-testid=progress]"
STATUS = f"{ROW} .status"
RECORD = "uncrumple-progress"


def opened(page, stem, title):
    page.goto(f"/{stem}")
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.locator(f"{ROW} .marks").wait_for()
    page.locator(".uncrumple-definitions").wait_for(state="attached")
    return page


def mark(page, title):
    return page.locator(ROW).get_by_role("link", name=re.compile(f"^{re.escape(title)}: "))


@pytest.mark.slow
def test_a_term_opens_in_place_by_mouse_and_by_keyboard_and_leads_on(page):
    opened(page, "broadcasting", "Broadcasting")
    page.get_by_role("button", name="Column and row").click()
    expect(page.get_by_label("Shape of a")).to_have_value("(4, 1)")
    box, link = page.locator(BOX), page.locator(".stMarkdown a[href='/glossary#tensor']")
    expect(link).to_have_count(1)
    link.click()
    expect(box).to_contain_text("A block of numbers arranged along axes.")
    link.click()
    expect(box).to_be_hidden()
    link.focus()
    page.keyboard.press("Enter")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    box.get_by_role("link", name="More on “Tensors”").click()
    page.get_by_role("heading", name="Tensors", exact=True).wait_for()
    expect(box).to_be_hidden()
    mark(page, "Broadcasting").click()
    expect(page.get_by_label("Shape of a")).to_have_value("(4, 1)")


@pytest.mark.slow
def test_a_page_that_is_only_opened_is_not_ticked_and_one_gone_through_is(browser, app_url):
    """On a window as high as the page its foot is in view from the beginning."""
    with browser.new_context(base_url=app_url, viewport={"width": 1440, "height": 9000}) as context:
        page = opened(context.new_page(), "derivative", "Derivative")
        expect(page.locator(STATUS)).to_be_in_viewport()
        page.clock.install()
        page.clock.run_for(60_000)
        assert page.locator(STATUS).text_content() == f"0 of {len(LESSONS)} pages read"
        page.get_by_role("heading", name="Derivative", exact=True).click()
        page.clock.run_for(2_000)
        expect(page.locator(STATUS)).to_have_text(f"1 of {len(LESSONS)} pages read")


def test_a_page_read_to_its_end_is_ticked_and_stays_so_after_a_reload(page):
    opened(page, "derivative", "Derivative")
    expect(page.locator(STATUS)).to_have_text(f"0 of {len(LESSONS)} pages read")
    page.locator(STATUS).scroll_into_view_if_needed()
    expect(page.locator(STATUS)).to_have_text(f"1 of {len(LESSONS)} pages read")
    opened(page, "derivative", "Derivative")
    expect(page.locator(STATUS)).to_have_text(f"1 of {len(LESSONS)} pages read")
    here = mark(page, "Derivative")
    assert here.inner_text() == "✓" and here.get_attribute("aria-current") == "page"
    assert here.get_attribute("aria-label") == "Derivative: you are here, read"
    assert mark(page, "Gradient").get_attribute("aria-label") == "Gradient: not read yet"
    page.locator(".st-key-path_back").get_by_role("link", name="The whole picture").click()
    overview = page.locator(f"{ROW}[data-form=overview]")
    expect(overview.locator("li", has_text="Drag a secant").locator(".dot")).to_have_text("✓")
    expect(overview.get_by_role("link", name="Go on: A first network")).to_be_visible()


@pytest.mark.slow
def test_on_a_phone_a_tap_opens_the_definition_within_the_window(phone):
    opened(phone, "broadcasting", "Broadcasting")
    for slug in ("shape", "axis"):
        phone.locator(f".stMarkdown a[href='/glossary#{slug}']").tap()
        box = phone.locator(BOX)
        expect(box).to_be_visible()
        place = box.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 390
        phone.touchscreen.tap(200, 700)
        expect(box).to_be_hidden()
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )


@pytest.mark.slow
@pytest.mark.parametrize("kept", ["{", "7", '{"seen": 3}', '{"seen": [], "answers": {"graph": {"a": [1, 2]}}}'])
def test_what_somebody_else_stored_is_ignored(page, kept):
    page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [RECORD, kept])
    opened(page, "derivative", "Derivative")
    expect(page.locator(STATUS)).to_have_text(f"0 of {len(LESSONS)} pages read")
    page.locator(STATUS).scroll_into_view_if_needed()
    expect(page.locator(STATUS)).to_have_text(f"1 of {len(LESSONS)} pages read")


@pytest.mark.slow
def test_without_storage_and_without_a_sidebar_the_way_is_still_there(browser, app_url):
    with browser.new_context(base_url=app_url, viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(
            "for (const name of ['getItem', 'setItem']) { const own = Storage.prototype[name];"
            " Storage.prototype[name] = function (key, ...rest) {"
            f" if (key === '{RECORD}') throw new Error('blocked'); return own.call(this, key, ...rest); }}; }}"
        )
        opened(page, "broadcasting", "Broadcasting")
        page.get_by_role("button", name="Column and row").click()
        expect(page.get_by_label("Shape of a")).to_have_value("(4, 1)")
        page.locator(STATUS).scroll_into_view_if_needed()
        page.evaluate("document.querySelector('[data-testid=stSidebar]').remove()")
        mark(page, "Tensors").click()
        page.get_by_role("heading", name="Tensors", exact=True).wait_for()
        expect(page.locator(STATUS)).to_have_text(f"0 of {len(LESSONS)} pages read")
        mark(page, "Broadcasting").click()
        expect(page.get_by_label("Shape of a")).to_have_value("(4, 1)")


@pytest.mark.slow
def test_right_answers_of_earlier_visits_are_kept(page):
    answers = {"seen": ["tensors"], "answers": {"tensors": {"earlier": [3, 2]}, "graph": {"other": [1, 1]}}}
    page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [RECORD, json.dumps(answers)])
    opened(page, "tensors", "Tensors")
    expect(page.locator(f"{ROW}[data-form=row] .status")).to_have_text(
        f"1 of {len(LESSONS)} pages read, 3 of 4 answers right"
    )
    assert mark(page, "Tensors").get_attribute("aria-label") == "Tensors: you are here, read, 2 of 3 answers right"


@pytest.mark.slow
def test_the_glossary_finds_terms_and_an_anchor_leads_to_one(page):
    page.goto("/glossary#singular-value")
    sought = page.locator(".uncrumple-terms .sought")
    expect(sought).to_contain_text("singular value")
    expect(sought).to_be_in_viewport()
    search = page.get_by_label("Search the terms")
    search.fill("saddle points")
    expect(page.locator(".uncrumple-terms .term:visible")).to_have_count(1)
    search.fill("zzz")
    expect(page.get_by_text("No term, and no definition, contains this.")).to_be_visible()
    search.fill("")
    page.locator("#adjoint").locator("..").get_by_role("link", name="Computation graph").click()
    page.get_by_role("heading", name="Computation graph").wait_for()
    page.locator(".uncrumple-definitions").wait_for(state="attached")
    page.locator(".stMarkdown a[href^='/glossary#']").first.click()
    page.locator(BOX).get_by_role("link", name="All terms").click()
    expect(sought).to_be_in_viewport()
