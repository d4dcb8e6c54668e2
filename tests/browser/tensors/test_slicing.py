"""The slice in the browser: typing, pointing, the journey, keyboard, editing in cells, and a phone."""

import re

import pytest
from playwright.sync_api import expect

CELLS = ".st-key-slicing_cells_box [data-testid=live-cells]"


@pytest.fixture
def own(page):
    """The page with the reader's own tensor, 4 × 5."""
    opened(page)
    page.get_by_role("radio", name="x, your own", exact=True).click()
    expect(page.get_by_label("Your tensor")).to_be_visible()
    picture(page, "x, shape (4, 5)")
    return page


def opened(page):
    page.goto("/slicing")
    page.wait_for_selector(f"{CELLS}[data-drawn]", timeout=60_000)


def picture(page, words):
    """Wait until the picture shows a slice whose description holds these words."""
    expect(page.locator(f"{CELLS} canvas")).to_have_attribute("aria-label", re.compile(re.escape(words)))


def index(page, text):
    page.get_by_label("Index: what stands").fill(text)


def cell_state(page, cell):
    return page.evaluate(f"document.querySelector('{CELLS} canvas').cellState({cell})")


def box(page, cell):
    return page.evaluate(f"document.querySelector('{CELLS} canvas').cellBox({cell})")


def point_at(page, cell):
    page.locator(f"{CELLS} canvas").scroll_into_view_if_needed()
    at = box(page, cell)
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)


def readout(page):
    return page.locator(f"{CELLS} [data-testid=live-cells-readout]")


def test_typing_lights_the_taken_cells_and_draws_the_result(own):
    index(own, "1:3, ::2")
    picture(own, "its slice, shape (2, 3)")
    taken = {5, 7, 9, 10, 12, 14}
    assert {cell for cell in range(20) if cell_state(own, cell)["lit"]} == taken
    assert [cell_state(own, cell)["text"] for cell in range(20, 26)] == ["10", "12", "14", "20", "22", "24"]
    expect(own.get_by_text("(2, 3)", exact=True)).to_be_visible()


@pytest.mark.slow
def test_pointing_at_a_result_cell_lights_its_source_without_the_server(own):
    index(own, "::-1")
    picture(own, "its slice, shape (4, 5)")
    sent = []
    own.on("websocket", lambda socket: sent.append(socket.url))
    own.on("request", lambda request: sent.append(request.url))
    point_at(own, 20)
    expect(readout(own)).to_have_text("my_slice[0, 0] = 30. Taken from x[3, 0]")
    assert [cell for cell in range(20) if cell_state(own, cell)["lit"]] == [15]
    point_at(own, 15)
    expect(readout(own)).to_contain_text("x[3, 0] = 30. Taken: it is my_slice[0, 0]")
    assert sent == []


@pytest.mark.slow
def test_stepping_back_brings_the_cells_home_by_keyboard(own):
    own.get_by_role("button", name="Step back").focus()
    own.keyboard.press("Enter")
    own.wait_for_function(f"document.querySelector('{CELLS}').dataset.frame === '0'")
    own.wait_for_function(f"document.querySelector('{CELLS} canvas').cellState(20).presence === 0")
    assert box(own, 20) == box(own, 5), "the result's first cell lies on its source"
    own.get_by_role("button", name="Step forward").focus()
    own.keyboard.press("Enter")
    own.wait_for_function(f"document.querySelector('{CELLS} canvas').cellState(20).presence === 1")
    assert box(own, 20)["x"] > box(own, 5)["x"]


@pytest.mark.slow
def test_a_number_typed_into_a_cell_changes_tensor_and_result(own):
    own.locator(f"{CELLS} canvas").focus()
    own.keyboard.press("Home")
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        own.keyboard.press(key)
    own.keyboard.type("-7")
    own.keyboard.press("Enter")
    expect(own.get_by_label("Your tensor")).to_have_value(re.compile(r"\[10, -7, 12"))
    own.wait_for_function(f"document.querySelector('{CELLS} canvas').cellState(21).text === '-7'")


@pytest.mark.slow
def test_a_refused_index_is_said_and_the_picture_stays(page):
    opened(page)
    shape = r"(90, 28, 28)"
    picture(page, shape)
    page.evaluate(f"document.querySelector('{CELLS}').marked = true")
    index(page, "10:100, 28")
    expect(page.get_by_role("alert")).to_have_text(re.compile("Axis 1 has size 28; index 28 is outside -28 to 27"))
    picture(page, shape)
    index(page, "10:100, 27")
    picture(page, "(90, 28)")
    assert page.evaluate(f"document.querySelector('{CELLS}').marked"), "the picture was mounted anew"


@pytest.mark.slow
def test_phone(phone):
    opened(phone)
    phone.get_by_role("radio", name=":, 14:, 14:", exact=True).click()
    picture(phone, "(60000, 14, 14)")
    assert phone.locator(CELLS).get_attribute("data-arrangement") == "narrow"
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    expect(phone.get_by_role("table", name="The shape, axis by axis")).to_contain_text("takes 14, 15, …, 27: 14 of 28")
