"""Batches scrubbed in Chromium: by slider, bar, buttons and keys, without a rerun."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page

STRIP = "[data-testid=batch-strip]"


def opened(page):
    page.goto("/batches")
    root = page.locator(STRIP)
    expect(root).to_have_attribute("data-shown", "0", timeout=60_000)
    return root


def slider(page):
    return page.get_by_role("slider", name="Batch n")


def set_slider(page, n):
    slider(page).evaluate("(input, n) => { input.value = n; input.dispatchEvent(new Event('input')); }", str(n))


def shows(root, n):
    expect(root).to_have_attribute("data-batch", str(n))
    expect(root).to_have_attribute("data-shown", str(n))


@pytest.fixture(scope="module")
def digits():
    """The digits the server of these tests loads: its environment is this one's."""
    from engine.digits.loading import Loader

    loader = Loader()
    loader.start()
    deadline = time.monotonic() + 60
    while loader.poll().digits is None:
        assert time.monotonic() < deadline, loader.poll().message
        time.sleep(0.02)
    return loader.poll().digits


def labels(root):
    text = root.locator("canvas").get_attribute("aria-label")
    return [int(label) for label in re.search(r"drawn: (.*)", text)[1].split()]


def test_any_batch_is_drawn_with_its_labels_and_nothing_is_rerun(page, digits):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    root = opened(page)
    page.wait_for_function("document.querySelector('[data-testid=stCode]')")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    before = len(sent)
    for n in (1, 250, 468, 3):
        set_slider(page, n)
        shows(root, n)
        assert labels(root) == digits.train_labels[128 * n : 128 * (n + 1)].tolist()
    # The slider has never rested for the 0.3 s after which Python hears of it, or just once on a slow machine.
    assert len(sent) - before <= 4
    expect(root.locator(".bounds")).to_have_text("train_images[384 : 512]")
    expect(root.locator(".rule")).to_have_text("train_images[128 * 3 : 128 * (3 + 1)]")
    expect(page.get_by_test_id("stCode").first).to_contain_text("n, batch_size = 3, 128")


@pytest.mark.slow
def test_the_digits_on_the_canvas_are_the_samples(page, digits):
    root = opened(page)
    set_slider(page, 77)
    shows(root, 77)
    found = root.locator("canvas").evaluate(
        """(canvas) => [0, 5, 127].map((place) => {
          const box = canvas.digitBox(place), frame = canvas.getBoundingClientRect();
          const scale = canvas.width / frame.width;
          const { data } = canvas.getContext("2d").getImageData(
            (box.x - frame.left) * scale, (box.y - frame.top) * scale, box.width * scale, box.height * scale);
          const size = Math.round(box.width * scale);
          return Array.from({ length: size * size }, (_, pixel) => data[4 * pixel]);
        })"""
    )
    images = digits.train_images[128 * 77 : 128 * 78].astype(float)
    for place, reds in zip((0, 5, 127), found, strict=True):
        size = int(len(reds) ** 0.5)
        ink = 255 - np.array(reds, float).reshape(size, size)
        rows = (np.arange(size) * 28 / size).astype(int)
        alike = [np.corrcoef(ink.ravel(), image[np.ix_(rows, rows)].ravel())[0, 1] for image in images]
        assert np.argmax(alike) == place and alike[place] > 0.9


@pytest.mark.slow
def test_the_last_batch_is_smaller_and_keys_and_pointer_read_it(page, digits):
    root = opened(page)
    slider(page).focus()
    page.keyboard.press("End")
    shows(root, 468)
    expect(root.locator(".shape")).to_have_text("shape (96, 28, 28)")
    expect(root.locator(".uncrumple-strip-note")).to_contain_text(
        "468 × 128 = 59,904 samples come before it, 96 are left"
    )
    assert len(labels(root)) == 96
    expect(slider(page)).to_have_attribute("aria-valuetext", "batch 468, samples 59904 to 59999")
    page.keyboard.press("ArrowLeft")
    shows(root, 467)
    root.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    readout = root.get_by_test_id("batch-strip-readout")
    first = 467 * 128
    expect(readout).to_have_text(
        f"batch[1] is train_images[{first + 1}]; its label is {digits.train_labels[first + 1]}."
    )
    canvas = root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.evaluate("(canvas) => canvas.digitBox(9)")
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    expect(readout).to_contain_text(f"batch[9] is train_images[{first + 9}]")


@pytest.mark.slow
def test_another_batch_size_keeps_the_place_and_a_large_batch_says_what_is_drawn(page):
    root = opened(page)
    set_slider(page, 100)
    shows(root, 100)
    expect(page.get_by_test_id("stCode").first).to_contain_text("n, batch_size = 100, 128")
    field = page.get_by_role("textbox", name="Batch size")
    field.fill("1000")
    field.press("Enter")
    shows(root, 12)
    expect(root.locator(".uncrumple-strip-note")).to_contain_text("Drawn: the first 128 of 1,000.")
    expect(root.locator(".shape")).to_have_text("shape (1000, 28, 28)")
    expect(page.locator(".batch-sizes .chosen")).to_contain_text("1,000")


@pytest.mark.slow
def test_on_a_phone_everything_fits_and_the_bar_can_be_tapped(phone):
    root = opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    canvas = root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    width = canvas.bounding_box()["width"]
    canvas.click(position={"x": width / 2, "y": 10})
    shows(root, int(60_000 * (width / 2) / width / 128))
    phone.get_by_role("button", name="Next batch").tap()
    shows(root, 235)


@pytest.mark.slow
def test_pictures_stay_until_the_new_ones_are_here_and_a_failure_is_said(browser, app_url):
    page, complaints = open_page(browser, app_url, viewport={"width": 1440, "height": 900}, color_scheme="light")
    root = opened(page)
    held = []
    page.route("**/uncrumple/digits/**", lambda route: held.append(route))
    set_slider(page, 300)
    expect(root).to_have_attribute("aria-busy", "true")
    expect(root).to_have_attribute("data-shown", "0")
    dark = root.locator("canvas").evaluate(
        "(canvas) => { const box = canvas.digitBox(0), frame = canvas.getBoundingClientRect();"
        " const { data } = canvas.getContext('2d').getImageData(box.x - frame.left, box.y - frame.top, 40, 40);"
        " return data.filter((value, index) => index % 4 === 0 && value < 60).length; }"
    )
    assert dark > 20, "the digit drawn before is gone"
    held[0].fulfill(status=404, content_type="application/json", body='{"error": "Not in use any more."}')
    expect(root.get_by_test_id("batch-strip-readout")).to_contain_text("could not be loaded. Not in use any more.")
    page.context.close()
    assert all("404" in complaint for complaint in complaints)
