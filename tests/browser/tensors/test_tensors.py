"""The tensors page in Chromium: typed text becomes a picture, cells are walked through and typed into."""

import re

import pytest
from playwright.sync_api import Page, expect

PICTURE = ".st-key-tensors_picture_box [data-testid=live-cells]"


def opened(page: Page):
    """The picture, once painted."""
    page.goto("/tensors")
    root = page.locator(PICTURE)
    root.wait_for(timeout=60_000)
    page.wait_for_function("root => Number(root.dataset.drawn) > 0", arg=root.element_handle())
    return root


def box(page: Page):
    return page.get_by_role("textbox", name="A number, or lists of numbers in square brackets")


def attribute(page: Page, name: str):
    return page.locator(f"[data-attribute={name}] code")


def readout(root):
    return root.get_by_test_id("live-cells-readout")


def middle(root, cell: int) -> tuple[float, float]:
    found = root.locator("canvas").evaluate("(canvas, cell) => canvas.cellBox(cell)", cell)
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


def test_typed_text_becomes_a_picture_and_bad_text_leaves_it(page):
    root = opened(page)
    expect(attribute(page, "shape")).to_have_text("(3, 5)")
    same = root.element_handle()
    box(page).fill("[[[1, 2]], [[3, 4]]]")
    expect(attribute(page, "shape")).to_have_text("(2, 1, 2)")
    expect(attribute(page, "strides")).to_have_text("(16, 16, 8)")
    expect(root.locator("canvas")).to_have_attribute("aria-label", re.compile(r"rank 3 and shape \(2, 1, 2\)"))
    box(page).fill("[[1, 2], [3]]")
    expect(page.get_by_role("alert").filter(has_text="ragged")).to_contain_text(
        "entry [0] has length 2, but entry [1] has length 1"
    )
    expect(attribute(page, "shape")).to_have_text("(2, 1, 2)")
    expect(root.locator("canvas")).to_have_attribute("aria-label", re.compile(r"shape \(2, 1, 2\)"))
    box(page).fill("__import__('os')")
    expect(page.get_by_role("alert").filter(has_text="none of these")).to_be_visible()
    box(page).fill("[6, 7]")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(attribute(page, "shape")).to_have_text("(2,)")
    assert same.evaluate("root => root.isConnected"), "one picture, changed in place"


@pytest.mark.slow
def test_arrow_keys_walk_the_cells_and_say_index_and_value(page):
    root = opened(page)
    root.locator("canvas").focus()
    page.keyboard.press("Home")
    expect(readout(root)).to_contain_text("x[0, 0] = 5")
    for key, said in (("ArrowRight", "x[0, 1] = 78"), ("ArrowDown", "x[1, 1] = 79"), ("End", "x[2, 4] = 2")):
        page.keyboard.press(key)
        expect(readout(root)).to_contain_text(said)
    page.keyboard.press("a")
    expect(readout(root)).to_have_text("axis 0 of x has size 3")


@pytest.mark.slow
def test_a_number_typed_into_a_cell_becomes_typed_text(page):
    root = opened(page)
    choose(page, "Examples")
    choose(page, "Vector")
    expect(attribute(page, "shape")).to_have_text("(5,)")
    page.mouse.dblclick(*middle(root, 1))
    page.keyboard.type("3.5")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("[12.0, 3.5, 6.0, 14.0, 7.0]")
    expect(attribute(page, "dtype")).to_have_text("float64")
    assert root.locator("canvas").evaluate("canvas => canvas.cellState(1).text") == "3.5"
    page.mouse.dblclick(*middle(root, 0))
    page.keyboard.type("print(1)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“print(1)” is none of these")
    expect(box(page)).to_have_value("[12.0, 3.5, 6.0, 14.0, 7.0]")


@pytest.mark.slow
@pytest.mark.parametrize("example", ["Rank 3", "Rank 5"])
def test_on_a_phone_everything_fits(phone, example):
    root = opened(phone)
    choose(phone, "Examples")
    choose(phone, example)
    expect(attribute(phone, "ndim")).to_have_text(example[-1])
    expect(root).to_have_attribute("data-arrangement", "narrow")
    root.get_by_label("Fan out the sheets").fill("1")
    count = 45 if example == "Rank 3" else 96
    boxes = [root.locator("canvas").evaluate("(canvas, cell) => canvas.cellBox(cell)", cell) for cell in range(count)]
    assert min(found["x"] for found in boxes) >= 0
    assert max(found["x"] + found["width"] for found in boxes) <= 390
    assert min(found["width"] for found in boxes) >= 10
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
