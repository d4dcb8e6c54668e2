"""The tangent board in Chromium: points dragged, keys, exact numbers, places without a derivative, a phone."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.descent import derivative
from engine.descent.derivative import EPSILONS, PRESETS

BOARD = "[data-testid=tangent-board]"


def opened(page, version="square"):
    page.goto("/derivative")
    root = page.locator(BOARD)
    expect(root).to_have_attribute("data-version", version, timeout=60_000)
    expect(root).to_have_attribute("data-x", "1")
    return root


def choose(page, title, version):
    page.get_by_role("combobox", name="Function").click()
    page.get_by_role("option", name=title, exact=True).click()
    expect(page.locator(BOARD)).to_have_attribute("data-version", version, timeout=60_000)


def figure(root):
    return root.locator(".curve canvas")


def numbers(root) -> dict:
    return {name: float(root.get_attribute(f"data-{name}")) for name in ("x", "epsilon", "secant", "slope", "error32")}


def client(root, x, y):
    """Where a point of the function's picture lies on the screen; the paddings are those of tangent_curves.js."""
    box = figure(root).bounding_box()
    low, high = PRESETS["square"].window
    bottom, top = -0.07 * 16, 1.07 * 16
    across = 52 + (x - low) / (high - low) * (box["width"] - 66)
    return box["x"] + across, box["y"] + 8 + (1 - (y - bottom) / (top - bottom)) * (box["height"] - 34)


def watched(page) -> list:
    """Every request from now on, fonts aside that the code panel loads late; frames are counted in the page."""
    sent: list = []
    page.on("request", lambda request: "/static/" in request.url or sent.append(request.url))
    page.evaluate(
        "() => { window.sentFrames = 0; const send = WebSocket.prototype.send;"
        " WebSocket.prototype.send = function (data) { window.sentFrames += 1; return send.call(this, data); }; }"
    )
    return sent


def test_both_points_are_dragged_without_the_server(page):
    root = opened(page)
    sent = watched(page)
    page.mouse.move(*client(root, 1, 1))
    page.mouse.down()
    page.mouse.move(*client(root, -0.5, 1), steps=8)
    expect(root).to_have_attribute("data-x", "-0.5")
    assert numbers(root) == {"x": -0.5, "epsilon": 1, "secant": 0, "slope": -1, "error32": 1}
    expect(root.locator("[data-row=secant]")).to_have_text("(f(0.5) − f(−0.5)) / 1 = (0.25 − 0.25) / 1 = 0")
    expect(root.locator("[data-row=line]")).to_have_text("f(x) + f′(x) · ε = 0.25 + (−1) · 1 = −0.75")
    assert sent == [] and page.evaluate("window.sentFrames") == 0
    page.mouse.up()
    expect(page.get_by_test_id("stCode").first).to_contain_text("np.float64(-0.5), 1")
    page.mouse.move(*client(root, 0.5, 0.25))
    page.mouse.down()
    page.mouse.move(*client(root, -1.5, 2.25), steps=8)
    expect(root).to_have_attribute("data-epsilon", "-1")
    assert numbers(root)["secant"] == -2
    page.mouse.up()
    expect(page.get_by_test_id("stCode").first).to_contain_text("np.float64(-0.5), -1")
    expect(root).to_have_attribute("data-x", "-0.5")


@pytest.mark.slow
def test_keys_move_the_point_and_shrink_epsilon_to_the_engines_numbers(page):
    root = opened(page)
    choose(page, "sin(x)", "sine")
    figure(root).focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "-"):
        page.keyboard.press(key)
    expect(root).to_have_attribute("data-x", str(1 - 14 / 64))
    x = np.array([1 - 14 / 64])
    for _ in range(len(EPSILONS) - 4):
        page.keyboard.press("ArrowDown")
    expect(root).to_have_attribute("data-epsilon", str(-EPSILONS[1]).replace("e-0", "e-"))
    found = numbers(root)
    assert found["slope"] == pytest.approx(np.cos(x[0]), rel=1e-15)
    assert found["secant"] == pytest.approx(np.cos(x[0]) - np.sin(x[0]) / 2 * -EPSILONS[1], abs=1e-8)
    study = derivative.study(PRESETS["sine"].expression, PRESETS["sine"].window)
    at, epsilon = int(np.flatnonzero(study.x == x[0])[0]), len(EPSILONS) + 1
    here, near = study.wide_values32[128 + at], study.near32[at, epsilon]
    single = derivative.linear_errors(near, here, study.slopes32[at], np.float32(study.epsilons[epsilon]))
    assert single.dtype == np.float32 and found["error32"] == abs(float(single))


@pytest.mark.slow
def test_a_corner_says_both_slopes_and_a_gap_has_no_line(page):
    root = opened(page)
    choose(page, "relu(x)", "relu")
    expect(root.locator(".verdict")).to_contain_text("the slope from the left is 0, from the right it is 1")
    root.get_by_role("slider", name="x", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-fails", "false")
    root.get_by_role("button", name="Go where it fails").click()
    expect(root).to_have_attribute("data-x", "0")
    choose(page, "log(x)", "logarithm")
    figure(root).focus()
    page.keyboard.press("Home")
    expect(root.locator(".verdict")).to_contain_text("At x = −1 f has no finite value")
    expect(root.locator("[data-row=line]")).to_have_text("no straight line to follow")


@pytest.mark.slow
def test_where_f_has_no_value_its_neighbour_still_has_one(page):
    root = opened(page)
    choose(page, "1 / x", "reciprocal")
    root.get_by_role("button", name="Go where it fails").click()
    expect(root).to_have_attribute("data-x", "0")
    expect(root.locator("[data-row=secant]")).to_have_text("none: f(0) has no finite value")
    expect(root.locator("[data-row=true]")).to_have_text("f(1) = 1")
    expect(root.locator("[data-row=tangent]")).to_have_text("none: no point to touch")


@pytest.mark.slow
def test_no_tangent_is_named_where_there_is_no_derivative(page):
    root = opened(page)
    choose(page, "|x|", "absolute")
    expect(root).to_have_attribute("data-x", "0")
    expect(root.locator(".verdict")).to_contain_text("There is no derivative")
    expect(root.locator("[data-row=tangent]")).to_have_text("none: no derivative here")
    expect(root.locator("[data-row=line]")).to_have_text("no straight line to follow")
    expect(root.locator("[data-row=error]")).to_have_text("–")
    expect(root.locator("[data-row=secant]")).to_have_text("(f(1) − f(0)) / 1 = (1 − 0) / 1 = 1")
    expect(root.locator(".curve figcaption")).to_contain_text("no derivative")
    expect(root.locator(".curve figcaption")).not_to_contain_text("JAX answers another")


@pytest.mark.slow
def test_typed_formulas_are_written_and_marked_as_they_are(page):
    root = opened(page)
    choose(page, "Your own function", "typed")
    caption, secant = root.locator(".curve figcaption"), root.locator("[data-row=secant]")
    field = page.get_by_role("textbox", name="f(x) =")
    fails = root.get_by_role("button", name="Go where it fails")

    def shows(text):
        field.fill(text)
        expect(figure(root)).to_have_attribute(
            "aria-label", re.compile(re.escape(f"The function {text} with")), timeout=60_000
        )

    shows("relu(x) - relu(-x)")
    fails.click()
    expect(root.locator("[data-row=tangent]")).to_have_text("f′(0) = 1")
    expect(root.locator(".verdict")).to_have_class(re.compile("doubts"))
    expect(caption).to_contain_text("JAX answers another number")
    expect(caption).not_to_contain_text("no derivative")
    shows("sin(pi*x)")
    expect(secant).to_have_text("(f(1) − f(0)) / 1 = (1.225·10⁻¹⁶ − 0) / 1 = 1.225·10⁻¹⁶")
    root.get_by_role("slider", name="epsilon").focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    expect(secant).to_contain_text("/ (2·10⁻⁷) = ")
    shows("sin(x) / x")
    expect(caption).to_contain_text("a hole")
    expect(caption).not_to_contain_text("f has no finite value")
    shows("1 / x")
    expect(caption).not_to_contain_text("a hole")
    shows("x^x")
    expect(caption).to_contain_text("f has no finite value")


@pytest.mark.slow
def test_epsilon_shrinks_by_itself_until_the_secant_is_the_tangent(page):
    root = opened(page)
    root.get_by_role("button", name="Let ε shrink").click()
    expect(root.get_by_role("button", name="Stop")).to_be_visible()
    expect(root).to_have_attribute("data-epsilon", "0.000001")
    expect(root.get_by_role("button", name="Let ε shrink")).to_be_visible()
    assert numbers(root)["secant"] == pytest.approx(2, abs=2e-6)


@pytest.mark.slow
def test_a_typed_error_keeps_the_picture(page):
    root = opened(page)
    root.evaluate("(element) => { element.kept = true; }")
    choose(page, "Your own function", "typed")
    field = page.get_by_role("textbox", name="f(x) =")
    field.fill("3x / 2")
    expect(root).to_have_attribute("data-slope", "1.5")
    field.fill("3x / 2 + cos(")
    expect(page.get_by_role("alert").first).to_contain_text("not complete")
    expect(root).to_have_attribute("data-slope", "1.5")
    field.fill("cos(x)")
    expect(root.locator("[data-row=tangent]")).to_have_text("f′(1) = −0.841471")
    assert root.evaluate("(element) => element.kept"), "the board was mounted anew"


@pytest.mark.slow
def test_on_a_phone_everything_fits_and_follows_a_finger(phone):
    root = opened(phone)
    figure(root).scroll_into_view_if_needed()
    phone.touchscreen.tap(*client(root, -2, 1))
    expect(root.locator(".verdict")).to_contain_text("At x = −")
    assert numbers(root)["x"] == pytest.approx(-2, abs=0.05)
    assert numbers(root)["slope"] == 2 * numbers(root)["x"]
    assert json.loads(
        phone.evaluate(
            "JSON.stringify([document.documentElement, document.querySelector('[data-testid=stMain]'), "
            "document.querySelector('[data-testid=tangent-board]')].map((e) => e.scrollWidth - e.clientWidth))"
        )
    ) == [0, 0, 0]
