"""The live cells in Chromium: pointed at, walked through, played, scrubbed, fanned out, typed into."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import open_page, start_app

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app_url():
    process, url = start_app("tests/browser/live_cells_app.py")
    yield url
    process.terminate()
    process.wait(10)


def cells(page: Page, key: str):
    """The component of this key, once it has painted."""
    root = page.locator(f".st-key-{key}_box [data-testid=live-cells]")
    root.wait_for()
    page.wait_for_function("root => Number(root.dataset.drawn) > 0", arg=root.element_handle())
    root.scroll_into_view_if_needed()
    return root


def middle(root, cell: int) -> tuple[float, float]:
    box = root.locator("canvas").evaluate("(canvas, cell) => canvas.cellBox(cell)", cell)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def look(root, cell: int) -> dict:
    return root.locator("canvas").evaluate("(canvas, cell) => canvas.cellState(cell)", cell)


def readout(root):
    return root.get_by_test_id("live-cells-readout")


def test_pointing_at_a_result_lights_its_pair_and_spells_it_out(page):
    page.goto("/")
    root = cells(page, "sums")
    assert look(root, 4)["lit"] is None
    page.mouse.move(*middle(root, 16))
    expect(readout(root)).to_have_text("sum[1, 1] = 18. 4 + 14 = 18")
    assert [look(root, cell)["lit"] for cell in (4, 10, 16, 5)] == ["data", "weights", "prediction", None]
    page.mouse.move(2, 2)
    expect(readout(root)).to_contain_text("Point at a cell")
    assert look(root, 4)["lit"] is None


def test_arrow_keys_walk_along_axes_and_on_to_the_next_block(page):
    page.goto("/")
    root = cells(page, "sums")
    page.keyboard.press("Tab")
    root.locator("canvas").focus()
    page.keyboard.press("Home")
    expect(readout(root)).to_contain_text("x[0, 0] = 0")
    for key, place in (("ArrowRight", "x[0, 1]"), ("ArrowDown", "x[1, 1]"), ("ArrowRight", "x[1, 2]")):
        page.keyboard.press(key)
        expect(readout(root)).to_contain_text(place)
    page.keyboard.press("ArrowRight")
    expect(readout(root)).to_contain_text("y[1, 0] = 13")
    page.keyboard.press("a")
    expect(readout(root)).to_have_text("axis 0 of y has size 2")
    page.keyboard.press("Escape")
    expect(readout(root)).not_to_contain_text("y[1, 0]")


@pytest.mark.slow
def test_page_down_goes_to_the_sheet_behind(page):
    page.goto("/")
    root = cells(page, "cube")
    root.locator("canvas").focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    expect(readout(root)).to_contain_text("cube[1, 0, 0] = 15")


@pytest.mark.slow
def test_steps_show_their_caption_and_hide_what_is_not_computed_yet(page):
    page.goto("/")
    root = cells(page, "sums")
    root.get_by_role("button", name="Step forward").click()
    expect(root).to_have_attribute("data-frame", "1")
    expect(root).to_contain_text("Cell 0.")
    assert look(root, 12)["text"] == "10"
    assert look(root, 13)["text"] == ""
    root.get_by_label("Step", exact=True).press("ArrowRight")
    expect(root).to_have_attribute("data-frame", "2")
    assert look(root, 13)["text"] == "12"


@pytest.mark.slow
def test_playing_moves_cells_all_the_way_and_stops(page):
    page.goto("/")
    root = cells(page, "travelling")
    start = np.array([middle(root, cell) for cell in range(12)])
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-playing", "false")
    expect(root).to_have_attribute("data-frame", "1")
    end = np.array([middle(root, cell) for cell in range(12)])
    size = start[1, 0] - start[0, 0]
    home = start[0]
    for cell in range(12):
        np.testing.assert_allclose((start[cell] - home) / size, divmod(cell, 4)[::-1], atol=0.05)
        np.testing.assert_allclose((end[cell] - end[0]) / size, divmod(cell, 6)[::-1], atol=0.05)


@pytest.mark.slow
def test_scrubbing_stops_halfway(page):
    page.goto("/")
    root = cells(page, "travelling")
    before = middle(root, 11)
    slider = root.get_by_label("Step", exact=True)
    slider.evaluate("slider => { slider.value = '1'; slider.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(root).to_have_attribute("data-frame", "1")
    after = middle(root, 11)
    slider.evaluate("slider => { slider.value = '0.37'; slider.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(root).to_have_attribute("data-frame", "0")
    halfway = middle(root, 11)
    assert before[0] < halfway[0] < after[0]
    assert before[1] > halfway[1] > after[1]


@pytest.mark.slow
def test_fanning_out_uncovers_the_sheets_without_changing_the_height(page):
    page.goto("/")
    root = cells(page, "cube")
    height = root.bounding_box()["height"]
    first, behind = middle(root, 4), middle(root, 15)
    assert behind[0] < first[0]
    root.get_by_label("Fan out the sheets").fill("1")
    page.wait_for_function(
        "([canvas, x]) => canvas.cellBox(15).x > canvas.cellBox(4).x", arg=[root.locator("canvas").element_handle(), 0]
    )
    assert root.bounding_box()["height"] == height


@pytest.mark.slow
def test_a_typed_cell_goes_back_to_python(page):
    page.goto("/")
    root = cells(page, "cube")
    page.mouse.dblclick(*middle(root, 7))
    page.keyboard.type("3.5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("'text': '3.5'")).to_contain_text("'block': 0, 'index': [0, 1, 2]")
    expect(page.get_by_text("pick {")).to_contain_text("'index': [0, 1, 2]")


@pytest.mark.slow
def test_escape_leaves_the_cell_as_it_was(page):
    page.goto("/")
    root = cells(page, "cube")
    page.mouse.dblclick(*middle(root, 7))
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    expect(root.locator("input.uncrumple-cells-editor")).to_have_count(0)
    expect(page.get_by_text("edit None")).to_be_visible()


@pytest.mark.slow
def test_brackets_say_their_axis(page):
    page.goto("/")
    root = cells(page, "cube")
    x, y = middle(root, 10)
    size = middle(root, 11)[0] - x
    page.mouse.move(x + size, y + size / 2 + 10)
    expect(readout(root)).to_have_text("axis 2 of cube has size 5")


@pytest.mark.slow
def test_a_phone_gets_its_own_arrangement_and_no_sideways_scrolling(phone):
    phone.goto("/")
    root = cells(phone, "sums")
    expect(root).to_have_attribute("data-arrangement", "narrow")
    assert middle(root, 6)[1] > middle(root, 5)[1]
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.touchscreen.tap(*middle(root, 16))
    expect(readout(root)).to_contain_text("4 + 14 = 18")


@pytest.mark.slow
def test_with_reduced_motion_pictures_change_without_travelling(browser, app_url):
    page, complaints = open_page(browser, app_url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.goto("/")
    root = cells(page, "travelling")
    drawn = int(root.get_attribute("data-drawn"))
    root.get_by_role("button", name="Step forward").click()
    expect(root).to_have_attribute("data-frame", "1")
    assert int(root.get_attribute("data-drawn")) - drawn <= 3
    page.context.close()
    assert complaints == []
