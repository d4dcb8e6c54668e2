"""Check yourself in the browser: typed and sent with Enter, tried twice, solved; small screens fit."""

import re

import pytest
from playwright.sync_api import expect


def idle(page):
    """Nothing on its way that could take back what is typed next: faster than any reader, a test would lose it."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def asked(page, address):
    page.goto(address)
    page.get_by_role("button", name="Ask me something").wait_for()
    idle(page)
    page.get_by_role("button", name="Ask me something").click()
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_visible()
    return page.locator(".st-key-part_questions")


def test_typed_twice_with_enter_then_solved_then_another(page):
    # All questions of this page want a number, and never one with a fraction.
    box = asked(page, "/dtypes")
    field = box.get_by_role("textbox", name="The number")
    idle(page)
    field.fill("no idea")
    field.press("Enter")
    expect(box.get_by_test_id("stAlert")).to_contain_text("cannot be read as a number")
    idle(page)
    field.fill("0.5")
    field.press("Enter")
    expect(box.get_by_test_id("stAlert")).to_contain_text("Try once more")
    idle(page)
    field.fill("1/4")
    field.press("Enter")
    expect(box.get_by_test_id("stAlert")).to_contain_text("The answer is")
    expect(field).to_be_disabled()
    expect(field).to_have_value("1/4")
    prompt = box.locator("[data-testid=stForm] p").first.inner_text()
    box.get_by_role("button", name="Another question").click()
    expect(box.locator("[data-testid=stForm] p").first).not_to_have_text(prompt)
    expect(box.get_by_role("button", name="Check", exact=True)).to_be_enabled()


@pytest.mark.slow
def test_on_a_phone_the_longest_questions_fit(phone):
    box = asked(phone, "/layer_stack")
    box.scroll_into_view_if_needed()
    box.get_by_role("radio").nth(1).check(force=True)
    box.get_by_role("button", name="Check", exact=True).tap()
    expect(box.get_by_test_id("stAlert")).to_contain_text(re.compile("Right|Not yet"))
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = box.locator("[data-testid=stRadio] label:has(input)").evaluate_all(
        "labels => labels.map(label => label.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24
