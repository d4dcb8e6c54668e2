"""Forward and reverse mode in Chromium: the Jacobians fill pass by pass in the browser; times; phone."""

import pytest
from playwright.sync_api import expect

BOX = ".st-key-autodiff_modes_jacobian_box"
CANVAS = f"{BOX} canvas"


def opened(page):
    page.goto("/autodiff_modes")
    page.wait_for_function(f"document.querySelector('{CANVAS}')?.cellState?.(0) !== undefined", timeout=60_000)
    expect(page.get_by_text("reverse mode needs one pass for all 407,050 weights")).to_be_visible(timeout=60_000)
    return page


def filled(page, first, rows=4, columns=6):
    """Which cells of a Jacobian show a number."""
    texts = page.evaluate(
        f"Array.from({{length: {rows * columns}}}, (_, k) => "
        f"document.querySelector('{CANVAS}').cellState({first} + k).text)"
    )
    return [[bool(text) for text in texts[row * columns : (row + 1) * columns]] for row in range(rows)]


def test_columns_and_rows_fill_pass_by_pass(page):
    opened(page)
    step = page.locator(f"{BOX} input[type=range]").first
    for passes in (0, 2, 5):
        step.fill(str(passes))
        page.wait_for_function(f"document.querySelector('{CANVAS}').cellState({passes}).text === ''")
        assert filled(page, 0) == [[column < passes for column in range(6)]] * 4
        assert filled(page, 24) == [[row < passes] * 6 for row in range(4)]
    expect(page.locator(BOX)).to_contain_text("Reverse was complete after pass 4.")


@pytest.mark.slow
def test_the_curve_needs_one_forward_pass(page):
    opened(page)
    page.get_by_label("Function").click()
    page.get_by_role("option", name="One input, many outputs: a curve").click()
    expect(page.get_by_text("Forward mode wins")).to_be_visible()
    page.wait_for_function(
        f"document.querySelector('{CANVAS}').cellState(8) === undefined "
        f"|| document.querySelector('{CANVAS}').cellState(8) === null"
    )
    expect(page.get_by_role("cell", name="1, one for each input")).to_be_visible()


@pytest.mark.slow
def test_measuring_draws_both_bars(page):
    opened(page)
    page.get_by_role("button", name="Measure").first.click()
    expect(page.get_by_text("as long as jac")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Stop").first).to_be_disabled()
    bars = page.locator(".st-key-autodiff_modes_times_box .bars .point")
    expect(bars).to_have_count(2)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["ArrowRight"])
def test_on_a_phone_it_fits_and_steps_by_keyboard(phone, key):
    opened(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= 390")
    step = phone.locator(f"{BOX} input[type=range]").first
    step.focus()
    phone.keyboard.press(key)
    phone.wait_for_function(f"document.querySelector('{CANVAS}').cellState(0).text !== ''")
    assert filled(phone, 0)[0] == [True] + [False] * 5
