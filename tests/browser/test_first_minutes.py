"""As a new reader would: home, draw a digit, train, one's own digit scored by one's own network; nothing explained."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

SEVEN = [(70, 60), (210, 60), (130, 240)]
PAGES = "[data-testid=predicted-digit]"


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def canvas_box(page):
    return page.get_by_label("Canvas: draw a digit").bounding_box()


def places(page, points):
    frame = canvas_box(page)
    return [(frame["x"] + x * frame["width"] / 280, frame["y"] + y * frame["height"] / 280) for x, y in points]


def by_mouse(page):
    first, *rest = places(page, SEVEN)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def by_finger(page):
    touch = page.context.new_cdp_session(page)
    corners = places(page, SEVEN)
    way = [(a + (c - a) * k / 6, b + (d - b) * k / 6) for (a, b), (c, d) in pairwise(corners) for k in range(1, 7)]
    for kind, points in (("touchStart", corners[:1]), *(("touchMove", [point]) for point in way), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def shares(page):
    return [float(page.get_by_test_id(f"probability-{digit}").get_attribute("data-value")) for digit in range(10)]


def walk(page, draw, press):
    page.goto("/")
    expect(button(page, "Train")).to_be_enabled(timeout=60_000)
    assert canvas_box(page)["y"] + canvas_box(page)["height"] <= page.evaluate("innerHeight"), "no scrolling to draw"
    draw(page)
    expect(page.locator(PAGES)).to_have_text("7")
    expect(page.get_by_test_id("network-used")).to_contain_text("the pretrained network")
    before = shares(page)
    # Chromium makes no click of a tap that follows a swipe this fast within a few milliseconds; no finger does that.
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-told", "true")
    press(button(page, "Train"))
    expect(page.get_by_test_id("network-used")).to_contain_text("your own network after")
    page.wait_for_function(f"Number(document.querySelector('{PAGES}').dataset.seq) > 2")
    press(button(page, "Stop"))
    expect(page.get_by_text("Stopped: Train again begins anew")).to_be_visible()
    made = int(re.search(r"([\d,]+) of 2,345", page.get_by_test_id("stProgress").inner_text())[1].replace(",", ""))
    updates = f"{made:,} update" + "s" * (made > 1)
    practised = " on procedural digits" if page.get_by_text("These digits are procedural").count() else ""
    expect(page.get_by_test_id("network-used")).to_have_text(f"Network: your own network after {updates}{practised}.")
    after = shares(page)
    assert made >= 1 and sum(after) == pytest.approx(1, abs=1e-4)
    assert after != before, "scored by other weights than the pretrained ones"


def test_on_a_laptop(page):
    walk(page, by_mouse, lambda target: target.click())


def test_on_a_phone(phone):
    walk(phone, by_finger, lambda target: target.tap())
