"""From scratch in Chromium: stepping by button, keyboard, click and finger needs no server; a run prints its log."""

import re

import pytest
from playwright.sync_api import expect

STEPPER = "[data-testid=code-stepper]"
FIRST = {"Dense layer": "dense", "Weight update": "sgd", "Fit": "fit"}


def opened(page, piece="Dense layer"):
    page.goto("/from_scratch")
    stepper = page.locator(STEPPER)
    expect(stepper).to_have_attribute("data-name", "dense", timeout=90_000)
    if piece != "Dense layer":
        page.get_by_role("radio", name=piece, exact=True).click()
        expect(stepper).to_have_attribute("data-name", FIRST[piece], timeout=90_000)
    return stepper


def current(stepper):
    return stepper.locator("[aria-current=step]")


def test_steps_follow_buttons_keys_clicks_and_the_slider(page):
    stepper = opened(page)
    expect(current(stepper)).to_have_text("    products = inputs @ W")
    cells = stepper.locator(".writes .numbers span")
    expect(cells).to_have_count(32)
    products = cells.all_inner_texts()
    stepper.get_by_role("button", name="Next").click()
    expect(current(stepper)).to_have_text("    sums = products + b")
    # b is 0 at first: adding it changes nothing, and the line reads what the one before it made.
    assert stepper.locator(".reads .card").first.locator(".numbers span").all_inner_texts() == products
    stepper.locator(".code").focus()
    page.keyboard.press("ArrowDown")
    expect(current(stepper)).to_have_text("    outputs = activation(sums)")
    page.keyboard.press("Home")
    expect(stepper.get_by_role("button", name="Back")).to_be_disabled()
    stepper.get_by_text("return outputs").click()
    expect(stepper).to_have_attribute("data-step", "3")
    expect(stepper.get_by_role("button", name="Next")).to_be_disabled()
    stepper.get_by_role("slider").fill("1")
    expect(stepper.locator("output")).to_have_text("2 of 4")


@pytest.mark.slow
def test_loops_show_their_passes_and_play_ends_at_the_end(page):
    stepper = opened(page, "Weight update")
    stepper.get_by_role("slider").fill("8")
    expect(current(stepper)).to_contain_text("step = learning_rate * slope")
    expect(stepper.locator("li[data-pass]")).to_have_attribute("data-pass", "3 of 4")
    expect(stepper.locator(".writes .head").first).to_contain_text("(8, 10) float32")
    stepper.get_by_role("slider").fill("13")
    stepper.get_by_role("button", name="Play").click()
    expect(stepper).to_have_attribute("data-step", "14")
    expect(stepper.get_by_role("button", name="Play")).to_be_visible()
    expect(stepper.locator(".says")).to_contain_text("Four new tensors")


@pytest.mark.slow
def test_a_short_run_prints_the_log_and_says_what_a_broken_line_does(page):
    opened(page)
    page.get_by_role("button", name="W begins at 0").click()
    expect(page.locator(".scratch-changes ins")).to_contain_text("low, high = 0.0, 0.0")
    page.get_by_role("button", name="Short run").click()
    expect(page.get_by_text(re.compile("Finished"))).to_be_visible(timeout=120_000)
    expect(page.locator(".scratch-log tbody tr").first.locator("td").first).to_contain_text("2.30")
    expect(page.get_by_text("The figures above agree.")).to_be_visible()


@pytest.mark.slow
def test_on_a_phone_fit_steps_by_touch_and_nothing_overflows(phone):
    stepper = opened(phone, "Fit")
    stepper.get_by_role("button", name="Next").tap()
    stepper.get_by_role("button", name="Next").tap()
    expect(stepper.locator("li[data-pass]")).to_have_count(2)
    expect(stepper.locator(".writes")).to_contain_text("images")
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )


@pytest.mark.slow
def test_a_link_opens_at_its_step_and_a_frozen_one_still_steps(page):
    stepper = opened(page)
    stepper.get_by_role("slider").fill("2")
    page.wait_for_function("location.search.includes('at-stepper=dense-2')")
    page.goto("/from_scratch?at-stepper=dense-2&frozen=1")
    expect(stepper).to_have_attribute("data-step", "2", timeout=90_000)
    stepper.get_by_role("button", name="Next").click()
    expect(stepper).to_have_attribute("data-step", "3")
    assert page.evaluate("location.search").count("dense-2") == 1
    page.goto("/from_scratch?at-stepper=dense-99999&seed=1")
    expect(stepper).to_have_attribute("data-step", "0", timeout=90_000)
