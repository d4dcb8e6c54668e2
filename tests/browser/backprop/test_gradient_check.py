"""The gradient check in Chromium: scrub epsilon without the server, click a pixel, measure, phone."""

import re

import pytest
from playwright.sync_api import expect

CURVE = ".st-key-gradient_check_weight_curve_box"
PLOT = f"{CURVE} [data-testid=live-figure]"
CELLS = ".st-key-gradient_check_pictures_box canvas"


def opened(page):
    page.goto("/gradient_check")
    page.wait_for_function(f"document.querySelector('{PLOT}')?.dataset.frame === '54'", timeout=60_000)
    expect(page.get_by_role("button", name="Measure")).to_be_visible(timeout=60_000)
    return page


@pytest.fixture
def check(page):
    return opened(page)


def numbers(page):
    """What is written below the curve: the lines of float32 and of float64."""
    return page.evaluate(
        f"""[...document.querySelectorAll('{PLOT} .textpoint text')].map(
            (text) => [...text.querySelectorAll('.line')].map((line) => line.textContent.trim()))"""
    )


def number(line):
    text = line.split()[-1].replace("−", "-")
    mantissa, _, power = text.partition("·10")
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(mantissa) * 10.0 ** int(power.translate(digits) or 0)


def test_scrubbing_epsilon_needs_no_server_and_rewrites_the_quotient(check):
    sent = []
    check.on("websocket", lambda socket: sent.append(socket))
    slider = check.locator(f"{CURVE} input[type=range]")
    slider.scroll_into_view_if_needed()
    expect(check.locator(f"{CURVE} output")).to_have_text("ε = 0.1")
    errors = []
    # Frames 54, 24 and 0 are ε = 0.1, 10⁻⁶ and 10⁻¹⁰.
    for frame, epsilon in ((54, 0.1), (24, 1e-6), (0, 1e-10)):
        slider.fill(str(frame))
        check.wait_for_function(f"document.querySelector('{PLOT}').dataset.frame === '{frame}'")
        single, double = numbers(check)
        above, below, quotient, slope = (number(line) for line in double[1:5])
        assert (above - below) / (2 * epsilon) == pytest.approx(quotient, rel=1e-3, abs=1e-16 / epsilon)
        # Relative to the larger of the two, as engine.backprop.gradient_check.relative_errors says.
        found = number(single[3])
        expected = abs(found - slope) / max(abs(found), abs(slope))
        assert number(single[5]) == pytest.approx(expected, rel=0.05, abs=0.02)
        errors.append(number(double[5]))
    assert errors[1] < errors[0] and errors[1] < errors[2] and single[1].split()[-1] == single[2].split()[-1]
    assert sent == []


@pytest.mark.slow
def test_a_click_on_a_pixel_chooses_its_weight(check):
    check.locator(CELLS).scroll_into_view_if_needed()
    pixel = 20 * 28 + 9
    box = check.evaluate(f"document.querySelector('{CELLS}').cellBox({784 + pixel})")
    check.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(check.get_by_label(re.compile("^Row, 0"))).to_have_value(str(pixel))
    expect(check.get_by_text(re.compile(r"W1\[569, \d+\] = ")).first).to_be_visible()


@pytest.mark.slow
def test_a_silent_unit_gives_0_by_every_method(check):
    check.get_by_role("button", name="A silent unit").click()
    expect(check.get_by_text("changing this alone changes nothing here")).to_be_visible()
    expect(check.get_by_text("relu′ = 0")).to_be_visible()


@pytest.mark.slow
def test_a_formula_at_every_keystroke_and_a_measurement(check):
    box = check.get_by_label("f(x, y) =")
    box.fill("x^2 * y")
    expect(check.get_by_role("cell", name="u2 = u1 × y")).to_be_visible()
    expect(check.get_by_text("no truncation error at all").last).to_be_visible()
    box.fill("x^2 * (")
    expect(check.get_by_role("alert").filter(has_text="not complete")).to_be_visible()
    check.get_by_role("button", name="Measure").click()
    expect(check.get_by_text(re.compile("^Measured: .*Extrapolated"))).to_be_visible()
    expect(check.get_by_role("button", name="Measure")).to_be_enabled()


@pytest.mark.slow
def test_on_a_phone_nothing_is_cut_off(phone):
    opened(phone)
    phone.locator(PLOT).scroll_into_view_if_needed()
    assert phone.evaluate("document.documentElement.scrollWidth <= 390")
    boxes = phone.evaluate(
        f"""[...document.querySelectorAll('{PLOT} .textpoint text')].map((text) => {{
            const box = text.getBoundingClientRect();
            const plot = document.querySelector('{PLOT}').getBoundingClientRect();
            return [box.top - plot.top, box.bottom - plot.top, box.left, box.right, plot.height]; }})"""
    )
    (_, first_bottom, *_), (second_top, bottom, left, right, height) = boxes
    assert first_bottom <= second_top and bottom <= height and left >= 0 and right <= 390
