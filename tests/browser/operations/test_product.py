"""The box diagram in the browser: point, play, walk by keyboard, change a number, on a laptop and on a phone."""

import re

import pytest
from playwright.sync_api import expect

BOX = ".st-key-product_picture_box"
PICTURE = f"{BOX} [data-testid=live-cells]"
CANVAS = f"document.querySelector('{BOX} canvas')"


@pytest.fixture
def product(page):
    return opened(page)


def opened(page):
    page.goto("/product")
    page.wait_for_function(f"Number(document.querySelector('{PICTURE}')?.dataset.drawn) > 0", timeout=60_000)
    expect(page.get_by_role("button", name="Measure")).to_be_visible(timeout=60_000)
    page.wait_for_function(
        "Number(document.querySelector('.st-key-product_unit_picture_box [data-testid=live-cells]')?.dataset.drawn) > 0"
    )
    return page


def look(page, cell):
    return page.evaluate(f"{CANVAS}.cellState({cell})")


def middle(page, cell):
    page.locator(f"{BOX} canvas").scroll_into_view_if_needed()
    box = page.evaluate(f"{CANVAS}.cellBox({cell})")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def readout(page):
    return page.locator(f"{BOX} [data-testid=live-cells-readout]")


def test_pointing_at_a_result_cell_lights_its_row_and_column_and_spells_the_sum(product):
    """x has cells 0 to 5, y 6 to 11, the result 12 to 15."""
    product.mouse.move(*middle(product, 14))
    expect(readout(product)).to_contain_text("row 1 of x · column 0 of y: 4 × 7 + 5 × 9 + 6 × 11 = 139")
    lit = [look(product, cell)["lit"] for cell in range(16)]
    assert lit == [None] * 3 + ["data"] * 3 + ["prediction", None] * 3 + [None, None, "gradient", None]


@pytest.mark.slow
def test_playing_ends_in_the_product_and_stepping_back_takes_a_cell_away(product):
    expect(product.locator(PICTURE)).to_have_attribute("data-frame", "4")
    product.locator(BOX).get_by_role("button", name="Play").click()
    product.wait_for_function(f"{CANVAS}.cellState(15).text === ''")
    expect(product.locator(PICTURE)).to_have_attribute("data-frame", "4")
    expect(product.locator(PICTURE)).to_have_attribute("data-playing", "false")
    assert [look(product, cell)["text"] for cell in range(12, 16)] == ["58", "64", "139", "154"]
    slider = product.locator(BOX).get_by_role("slider", name="Step", exact=True)
    for frame in ("3", "2"):
        product.locator(BOX).get_by_role("button", name="Step back").click()
        expect(slider).to_have_value(frame)
    product.wait_for_function(f"{CANVAS}.cellState(15).text === ''")
    assert [look(product, cell)["text"] for cell in range(12, 15)] == ["58", "64", "139"]
    expect(product.locator(f"{BOX} p").first).to_contain_text("Row 1 of x · column 0 of y")


@pytest.mark.slow
def test_a_number_changed_in_the_picture_changes_text_and_result(product):
    product.mouse.dblclick(*middle(product, 0))
    editor = product.locator(f"{BOX} input[aria-label^='New value']")
    editor.fill("10")
    editor.press("Enter")
    expect(product.get_by_role("textbox", name=re.compile("^x: numbers"))).to_have_value("[[10, 2, 3], [4, 5, 6]]")
    product.wait_for_function(f"{CANVAS}.cellState(12).text === '121'")


@pytest.mark.slow
def test_sizes_that_do_not_fit_are_said_at_the_keystroke_and_stand_without_a_product(product):
    box = product.get_by_role("textbox", name=re.compile("^y: numbers"))
    box.fill("[[1, 2], [3, 4]]")
    expect(product.get_by_text("The last axis of x has 3, the first of y has 2: they must be equal.")).to_be_visible()
    # x has cells 0 to 5, y 6 to 9, and there is no result.
    product.wait_for_function(f"{CANVAS}.cellState(9).text === '4' && !{CANVAS}.cellState(10)")
    box.fill("[1, 1, 1]")
    expect(product.get_by_text("The last axis of x has 3, the first")).to_have_count(0)
    product.wait_for_function(f"{CANVAS}.cellState(9).text === '6'")


@pytest.mark.slow
def test_every_number_of_a_block_stands_there_in_one_size(product):
    """Numbers with a sign were too long for crowded cells and left out; long ones were smaller than short ones."""
    product.locator(".st-key-product_example").get_by_role("combobox").click()
    product.get_by_role("option", name="Hidden · W2, a part").click()
    # hidden has cells 0 to 11, W2 120 more, the product the last ten.
    product.wait_for_function(f"{CANVAS}.cellState(131)?.text && {CANVAS}.cellState(141)")
    found = [look(product, cell) for cell in range(12, 132)]
    assert sum(look["text"].startswith("-") for look in found) > 20
    assert len({look["size"] for look in found}) == 1 and found[0]["size"] >= 8


@pytest.mark.slow
def test_by_keyboard(product):
    product.locator(f"{BOX} canvas").focus()
    product.keyboard.press("Tab")
    product.keyboard.press("Shift+Tab")
    for _ in range(3):
        product.keyboard.press("ArrowRight")
    expect(readout(product)).to_contain_text("(x @ y)[0, 0] = 58")
    expect(readout(product)).to_contain_text("row 0 of x · column 0 of y: 1 × 7 + 2 × 9 + 3 × 11 = 58")


@pytest.mark.slow
def test_on_a_phone(phone):
    opened(phone)
    expect(phone.locator(PICTURE)).to_have_attribute("data-arrangement", "narrow")
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    phone.locator(f"{BOX} canvas").scroll_into_view_if_needed()
    phone.touchscreen.tap(*middle(phone, 15))
    expect(readout(phone)).to_contain_text("row 1 of x · column 1 of y: 4 × 8 + 5 × 10 + 6 × 12 = 154")
