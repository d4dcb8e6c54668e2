"""The blocks in a browser: the same figures as the engine's, while a slider is dragged, by keyboard, on a phone."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.tensors.real_world import (
    BINARY,
    DECIMAL,
    DOWNLOAD_BYTES_PER_SECOND,
    DURATIONS,
    LAPTOP_BYTES,
    MNIST_BYTES,
    PRESETS,
    View,
    comparisons,
    memory,
)

FIGURES = "Array.from(document.querySelectorAll('.uncrumple-data-figures dd'), (each) => each.textContent)"
LABEL = """(name) => {
  const label = [...document.querySelectorAll(".uncrumple-data-picture [data-axis]")]
    .find((each) => each.textContent.startsWith(name));
  const box = label.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def opened(page):
    page.goto("/real_world")
    page.wait_for_selector("[data-testid=data-blocks][data-drawn]", timeout=60_000)
    expect(page.get_by_text("The code of exactly this view")).to_be_visible(timeout=60_000)
    return page


def shape(page):
    return page.get_by_test_id("data-shape").locator("code")


def code(page):
    return page.get_by_test_id("stCode").first


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def shown(view: View) -> list[str]:
    return [f"{view.elements:,}", memory(view.bytes), *(item.text for item in comparisons(view.bytes))]


def written(view: View) -> str:
    return str(view.shape) if len(view.shape) == 1 else "(" + ", ".join(f"{size:,}" for size in view.shape) + ")"


def test_every_example_shows_the_engines_figures(page):
    opened(page)
    for name, view in PRESETS.items():
        page.get_by_test_id("data-example").select_option(label=name)
        expect(shape(page)).to_have_text(written(view))
        assert page.evaluate(FIGURES) == shown(view), name
        picture = page.get_by_role("img", name=re.compile("Block diagram"))
        assert picture.get_attribute("aria-label").endswith(f"{memory(view.bytes)} as float32.")
        labels = page.locator(".uncrumple-data-picture [data-axis]").all_text_contents()
        assert sorted(labels) == sorted(f"{axis}: {size:,}" for axis, size in zip(view.axes, view.shape, strict=True))
        assert page.evaluate("document.querySelectorAll('.uncrumple-data-picture svg *').length") < 300
        expect(code(page)).to_contain_text(f"shape = {view.shape}  # {', '.join(view.axes)}")


def test_how_the_words_were_read_stands_only_beside_what_they_describe(page):
    opened(page)
    read, back = page.get_by_test_id("data-read"), page.get_by_test_id("data-back")
    words = page.get_by_role("textbox", name="Describe data in your own words")
    words.fill("250 days of stock prices, 390 minutes, 3 values")
    expect(shape(page)).to_have_text("(250, 390, 3)")
    expect(read).to_contain_text("Read as 250 days")
    expect(back).to_be_hidden()
    page.get_by_test_id("data-example").select_option(label="128 grey images")
    expect(read).to_have_text("Shown is your own choice, not what the words above describe.")
    back.click()
    expect(shape(page)).to_have_text("(250, 390, 3)")
    expect(read).to_contain_text("Read as 250 days")
    slider(page, "timesteps").focus()
    page.keyboard.press("ArrowRight")
    assert read.inner_text().startswith("Shown is your own choice"), "at once, before any server knows"
    page.keyboard.press("ArrowLeft")
    page.get_by_role("textbox", name="Size of timesteps").fill("390")
    expect(read).to_contain_text("Read as 250 days")
    words.fill("thirty cats")
    expect(page.get_by_text("Last read: 250 days of stock prices, 390 minutes, 3 values.")).to_be_visible()
    expect(read).to_contain_text("Read as 250 days")
    expect(shape(page)).to_have_text("(250, 390, 3)")


@pytest.mark.slow
def test_the_browser_counts_as_the_engine_does(modules):
    random = np.random.default_rng(5)
    counts = [int(2 ** float(power) * 1.1) + 1 for power in random.uniform(0, 160, 3000)]
    counts += [10**power + step for power in range(2, 40) for step in (-1, 0, 1)]
    counts += [995 * 10**power + step for power in range(30) for step in (-1, 0, 1)]
    counts += [2 ** (10 * power) + step for power in range(1, 12) for step in (-1, 0, 1)]
    measures = {
        "laptop": LAPTOP_BYTES,
        "mnist": MNIST_BYTES,
        "speed": DOWNLOAD_BYTES_PER_SECOND,
        "durations": DURATIONS,
    }
    found = modules.evaluate(
        """async ([counts, prefixes, measures]) => {
          const { grouped, memoryText, comparisons } = await import("/data_blocks/counting.js");
          return counts.map((text) => [grouped(BigInt(text)), memoryText(BigInt(text), prefixes),
            ...comparisons(BigInt(text), measures)]);
        }""",
        [[str(count) for count in counts], {"decimal": DECIMAL, "binary": BINARY}, measures],
    )
    expected = [[f"{count:,}", memory(count), *(item.text for item in comparisons(count))] for count in counts]
    assert found == expected


@pytest.mark.slow
def test_dragging_acts_at_once_and_letting_go_tells_the_page(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    opened(page)
    expect(code(page)).to_contain_text("shape = (4, 240, 144, 256, 3)")
    box = slider(page, "frames").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    before, seen = len(sent), set()
    for share in np.linspace(0.35, 0.9, 12):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        seen.add((shape(page).inner_text(), *page.evaluate(FIGURES)))
    assert len(seen) == 12, "every movement shows other figures"
    assert len(sent) == before, "and no server is asked"
    assert "shape = (4, 240, 144, 256, 3)" in code(page).inner_text()
    page.mouse.up()
    sizes = [int(part.replace(",", "")) for part in re.findall(r"[\d,]*\d", shape(page).inner_text())]
    view = View("video", tuple(sizes))
    assert sizes[1] > 10**6
    assert page.evaluate(FIGURES) == shown(view)
    expect(code(page)).to_contain_text(f"shape = {view.shape}")


@pytest.mark.slow
def test_keyboard_and_typed_sizes(page):
    opened(page)
    slider(page, "samples").focus()
    page.keyboard.press("ArrowRight")
    expect(shape(page)).to_have_text("(5, 240, 144, 256, 3)")
    expect(slider(page, "samples")).to_have_attribute("aria-valuetext", "5")
    page.keyboard.press("End")
    expect(shape(page)).to_have_text("(1,000,000,000, 240, 144, 256, 3)")
    expect(code(page)).to_contain_text("shape = (1000000000, 240, 144, 256, 3)")
    field = page.get_by_role("textbox", name="Size of height")
    field.fill("abc")
    problem = page.locator(".uncrumple-data-problem")
    expect(problem).to_have_text("Height must be a whole number from 1 to 1,000,000,000; “abc” is not.")
    for bad in ("0", "1000000001", "1.5", "-3", ""):
        field.fill(bad)
        expect(problem).to_contain_text("from 1 to 1,000,000,000")
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(shape(page)).to_have_text("(1,000,000,000, 240, 144, 256, 3)")
    field.fill("1,000,000,000")
    expect(problem).to_have_text("")
    view = View("video", (10**9, 240, 10**9, 256, 3), "float64")
    page.get_by_test_id("data-dtype").select_option("float64")
    assert page.evaluate(FIGURES) == shown(view)
    expect(code(page)).to_contain_text('np.dtype("float64")')
    page.get_by_role("radio", name="Video").focus()
    page.keyboard.press("ArrowLeft")
    expect(shape(page)).to_have_text("(128, 256, 256, 3)")
    page.get_by_role("button", name="Without samples").click()
    expect(shape(page)).to_have_text("(256, 256, 3)")
    page.get_by_role("button", name="Add samples").click()
    expect(shape(page)).to_have_text("(10, 256, 256, 3)")


@pytest.mark.slow
def test_channels_travel_to_the_front(page):
    opened(page)
    page.get_by_test_id("data-example").select_option(label="128 colour images, channels-last")
    expect(shape(page)).to_have_text("(128, 256, 256, 3)")
    figures = page.evaluate(FIGURES)
    start = page.evaluate(LABEL, "channels")
    colour = page.evaluate("document.querySelector('[data-axis=\"3\"]').style.fill")
    page.evaluate(
        f"""() => {{ const place = {LABEL}; window.way = [];
          const look = () => {{ window.way.push(place("channels")); requestAnimationFrame(look); }}; look(); }}"""
    )
    page.get_by_test_id("data-order").click()
    expect(shape(page)).to_have_text("(128, 3, 256, 256)")
    page.wait_for_selector("[data-testid=data-blocks][data-moving=false]")
    end = page.evaluate(LABEL, "channels")
    between = [place for place in page.evaluate("window.way") if min(np.ptp([place, start], 0).max(), 99) > 9]
    between = [place for place in between if np.ptp([place, end], 0).max() > 9]
    assert end[0] - start[0] > 100, "from below the first box to the side of the last one"
    assert len(between) >= 3, "seen on its way"
    assert page.evaluate("document.querySelector('[data-axis=\"3\"]').style.fill") == colour
    assert page.evaluate(FIGURES) == figures
    expect(code(page)).to_contain_text("np.moveaxis(x, 1, -1)")
    expect(page.get_by_test_id("data-order")).to_have_attribute("aria-pressed", "true")


@pytest.mark.slow
def test_phone_words_reduced_motion_and_reload(phone):
    opened(phone)
    words = phone.get_by_role("textbox", name="Describe data in your own words")
    words.fill("30 photos of 12 megapixels")
    expect(shape(phone)).to_have_text("(30, 3,000, 4,000, 3)")
    assert phone.evaluate(FIGURES) == shown(View("images", (30, 3000, 4000, 3)))
    phone.get_by_test_id("data-order").click()
    expect(shape(phone)).to_have_text("(30, 3, 3,000, 4,000)")
    assert phone.get_by_test_id("data-blocks").get_attribute("data-moving") == "false", (
        "no motion where it is unwelcome"
    )
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    inside = phone.evaluate(
        """Array.from(document.querySelectorAll(".uncrumple-data-picture svg text"))
          .every((text) => { const box = text.getBoundingClientRect(); return box.left >= 0 && box.right <= 390; })"""
    )
    assert inside
    expect(code(phone)).to_contain_text("shape = (30, 3, 3000, 4000)")
    phone.reload()
    opened_again = phone.wait_for_selector("[data-testid=data-blocks][data-drawn]", timeout=60_000)
    assert opened_again
    expect(shape(phone)).to_have_text("(30, 3, 3,000, 4,000)")
    expect(code(phone)).to_contain_text("shape = (30, 3, 3000, 4000)")
