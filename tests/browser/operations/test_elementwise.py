import re

import pytest
from playwright.sync_api import expect

PICTURE = ".st-key-elementwise_picture_box"
CANVAS = f"document.querySelector('{PICTURE} canvas')"
BARS = ".st-key-elementwise_race_bars_box [data-testid=live-figure]"
SIX = 6


def opened(page):
    page.goto("/elementwise")
    page.wait_for_selector(f"{PICTURE} [data-testid=live-cells][data-drawn]", timeout=60_000)
    page.wait_for_function(f"document.querySelector('{BARS}')?.dataset.drawn", timeout=60_000)


def state(page, cell):
    return page.evaluate(f"{CANVAS}.cellState({cell})")


def point(page, cell):
    page.locator(f"{PICTURE} canvas").scroll_into_view_if_needed()
    box = page.evaluate(f"{CANVAS}.cellBox({cell})")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def readout(page):
    return page.locator(PICTURE).get_by_test_id("live-cells-readout")


def results(page):
    """The six cells of the result, as they read now."""
    return [state(page, 2 * SIX + cell)["text"] for cell in range(SIX)]


def no_sideways_scrolling(page):
    assert page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )


def trace(page, name, field):
    return page.evaluate(
        "([selector, name, field]) => Array.from(document.querySelector(selector)"
        ".data.find((trace) => trace.name === name)[field])",
        [BARS, name, field],
    )


def test_the_pair_under_the_pointer_lights_and_is_spelled_out(page):
    opened(page)
    for cell in (4, SIX + 4, 2 * SIX + 4):
        point(page, cell)
        expect(readout(page)).to_contain_text("5 + 50 = 55")
        lit = {number: state(page, number)["lit"] for number in range(3 * SIX)}
        assert {number: color for number, color in lit.items() if color} == {
            4: "data",
            SIX + 4: "weights",
            2 * SIX + 4: "prediction",
        }
    page.get_by_role("radio", name="max").click()
    expect(page.get_by_text("np.maximum(x, y)").first).to_be_visible()
    point(page, 0)
    expect(readout(page)).to_contain_text("max(1, 10) = 10")


@pytest.mark.slow
def test_the_result_fills_step_by_step_from_the_keyboard(page):
    opened(page)
    assert results(page) == ["11", "22", "33", "44", "55", "66"]
    slider = page.locator(f"{PICTURE} input[aria-label=Step]")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"{CANVAS}.cellState({2 * SIX + 1}).text === ''")
    assert results(page) == ["11", "", "", "", "", ""]
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{CANVAS}.cellState({2 * SIX + 1}).text === '22'")
    assert results(page) == ["11", "22", "", "", "", ""]
    expect(page.locator(f"{PICTURE} .uncrumple-cells-caption")).to_have_text("2 + 20 = 22")
    assert [state(page, cell)["lit"] for cell in (1, SIX + 1, 2 * SIX + 1)] == ["data", "weights", "prediction"]
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"document.querySelector('{PICTURE} [data-testid=live-cells]').dataset.frame === '6'")
    assert results(page) == ["11", "22", "33", "44", "55", "66"]


@pytest.mark.slow
def test_a_number_typed_into_a_cell_changes_the_result(page):
    opened(page)
    point(page, SIX)
    page.mouse.dblclick(*[page.evaluate(f"{CANVAS}.cellBox({SIX}).{side}") + 8 for side in "xy"])
    editor = page.get_by_label("New value of y[0, 0]")
    editor.fill("0.5")
    editor.press("Enter")
    page.wait_for_function(f"{CANVAS}.cellState({2 * SIX}).text === '1.5'")
    expect(page.get_by_label("y: a number, or lists of numbers")).to_have_value(re.compile("0.5"))
    expect(page.get_by_text("int64 with float64 gives float64")).to_be_visible()
    page.get_by_label("x: a number, or lists of numbers").fill("[1, 2")
    expect(page.get_by_role("alert")).to_contain_text("not complete")
    assert state(page, 2 * SIX)["text"] == "1.5"


@pytest.mark.slow
def test_the_race_shows_progress_ends_and_stops(page):
    opened(page)
    page.get_by_label("Repetitions").fill("200")
    page.get_by_label("Repetitions").press("Enter")
    expect(page.get_by_text("range(200)").first).to_be_visible()
    page.evaluate(f"window.bars = document.querySelector('{BARS}')")
    page.get_by_role("button", name="Race", exact=True).click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text("Finished · relu(x + y), shape (20, 100), 200 times", timeout=60_000)
    expect(page.get_by_text("On this machine, for matrices of shape (20, 100)")).to_be_visible()
    loops, numpy, _, first = trace(page, "median", "x")
    assert loops > 20 * numpy > 0
    assert first > 0.001
    assert len(trace(page, "runs", "x")) == 15
    assert page.evaluate(f"document.querySelector('{BARS}').layout.xaxis.type") == "log"
    assert page.evaluate(f"window.bars === document.querySelector('{BARS}')"), "the bars were mounted anew"
    page.get_by_role("radio", name="200 × 1,000").click()
    expect(page.get_by_label("Rows, columns")).to_have_value("200, 1000")
    page.get_by_role("button", name="Race", exact=True).click()
    expect(progress).to_contain_text("of 5", timeout=30_000)
    point(page, 4)
    expect(readout(page)).to_contain_text("5 + 50 = 55")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(progress).to_contain_text("Stopped")
    expect(page.get_by_role("button", name="Race", exact=True)).to_be_enabled()


@pytest.mark.slow
def test_on_a_phone_everything_fits(phone):
    opened(phone)
    no_sideways_scrolling(phone)
    assert phone.locator(f"{PICTURE} [data-testid=live-cells]").get_attribute("data-arrangement") == "narrow"
    box = phone.evaluate(f"{CANVAS}.cellBox({SIX})")
    first = phone.evaluate(f"{CANVAS}.cellBox(0)")
    assert box["y"] > first["y"] + first["height"]
    assert box["width"] >= 24
    phone.locator(".st-key-elementwise_preset_4 button").click()
    expect(phone.get_by_text(re.compile("were negative and became 0"))).to_be_visible()
    no_sideways_scrolling(phone)
