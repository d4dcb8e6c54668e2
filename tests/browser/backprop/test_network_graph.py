"""The network's graph in the browser: groups opened, boxes chosen, steps, units clicked, moved by training, phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.graph_reading import BOARD, expect_readable


def opened(page):
    page.goto("/network_graph")
    page.locator(f"{BOARD}[data-rests=true]").wait_for(timeout=60_000)
    page.get_by_text("The code of exactly this view").wait_for()
    return page


def node(page, name):
    return page.locator(f"{BOARD} .node").filter(has=page.locator(f'tspan.name:text-is("{name}")'))


def data(page):
    return page.evaluate(f"({{...document.querySelector('{BOARD}').dataset}})")


def test_it_opens_with_text_that_can_be_read_and_nothing_lies_on_a_box(page):
    opened(page)
    expect_readable(page)


@pytest.mark.slow
def test_a_layer_opens_in_the_picture_and_a_box_is_told_about(page):
    opened(page)
    expect(node(page, "layer 1")).to_have_attribute(
        "aria-label", re.compile(r"layer 1, shape \(512,\), float32.*norm [\d.]+, gradient picture of 16 by 32 .*norm")
    )
    page.get_by_role("button", name="Fit").click()
    node(page, "relu").locator(".toggle").click()
    expect(node(page, "x3")).to_have_count(1)
    expect(node(page, "relu")).to_have_count(0)
    node(page, "x3").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{BOARD} .paths h4")).to_have_text("x3: shape (512,), float32")
    expect(page.locator(f"{BOARD} .paths .hint")).to_contain_text("choose(r1, ")
    expect(page.locator("table.pairs tr.chosen")).to_contain_text("x3 = max(x2, 0)")
    page.keyboard.press("+")
    expect(node(page, "relu")).to_have_count(1)


@pytest.mark.slow
def test_steps_run_in_the_browser_with_shapes_and_norms(page):
    opened(page)
    answered = data(page)["answered"]
    sentence = page.locator(f"{BOARD} .sentence")
    expect(page.locator(f"{BOARD} .edge.carries")).to_have_count(10)
    page.get_by_role("button", name="Forward pass").click()
    expect(page.locator(f"{BOARD} .edge.carries")).to_have_count(0)
    page.get_by_role("button", name="Step forward").click()
    expect(sentence).to_have_text(re.compile(r"layer 1 = inputs @ W1 \+ b1: shape \(512,\), float32, norm [\d.]+\."))
    page.get_by_role("button", name="Backward pass").click()
    expect(sentence).to_have_text("dloss/dloss = 1: the backward pass starts at loss.")
    page.get_by_role("button", name="Step forward").click()
    page.get_by_role("button", name="Step forward").click()
    expect(page.locator(f"{BOARD} .edge.carries")).to_have_count(2)
    widths = page.locator(f"{BOARD} .edge.carries .line").evaluate_all(
        "lines => lines.map((line) => parseFloat(line.style.strokeWidth))"
    )
    assert all(1 < width < 8.3 for width in widths)
    assert data(page)["answered"] == answered


@pytest.mark.slow
def test_a_click_in_the_gallery_chooses_its_unit(page):
    opened(page)
    gallery = page.locator(".st-key-network_graph_gallery .nsewdrag").first
    gallery.scroll_into_view_if_needed()
    gallery.wait_for()
    unit = page.get_by_role("slider", name="Hidden unit").first
    first = int(page.locator(".st-key-network_graph_gallery .textpoint text").first.text_content())
    frame = gallery.bounding_box()
    # The eleventh image: second row, third column of an 8 × 8 grid.
    page.mouse.click(frame["x"] + frame["width"] * 2.5 / 8, frame["y"] + frame["height"] * 1.6 / 8)
    expect(page.get_by_text(re.compile(rf"^Unit {first + 10}: "))).to_be_visible()
    expect(unit).to_have_value(str(first + 10))


@pytest.mark.slow
def test_it_moves_while_the_network_trains(page):
    page.goto("/network")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="The network’s graph").click()
    page.get_by_text(re.compile("Weights: your own network after [\\d,]+ update")).wait_for()
    page.locator(f"{BOARD}[data-rests=true]").wait_for()
    places = f"[...document.querySelectorAll('{BOARD} .node')].map((box) => box.getAttribute('transform')).join()"
    before, stood, version = (
        node(page, "loss").get_attribute("aria-label"),
        page.evaluate(places),
        data(page)["version"],
    )
    expect(node(page, "loss")).not_to_have_attribute("aria-label", before)
    assert page.evaluate(places) == stood and data(page)["version"] == version


@pytest.mark.slow
def test_on_a_phone_nothing_overflows_and_a_batch_can_be_opened(phone):
    opened(phone)
    phone.get_by_text("A batch of 128", exact=True).click()
    phone.wait_for_function(f"document.querySelector('{BOARD}').dataset.version.startsWith('128 ')")
    phone.get_by_role("button", name="Expand all").click()
    expect(phone.locator(f"{BOARD} .node")).to_have_count(31)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    main = phone.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        "return main.scrollWidth - main.clientWidth; })()"
    )
    assert main <= 0
