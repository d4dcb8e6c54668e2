"""Broadcasting in the browser: ghosts that travel, cells pointed at, shapes typed, and a phone."""

import re

import pytest
from playwright.sync_api import expect

CELLS = ".st-key-broadcasting_picture_box [data-testid=live-cells]"
READOUT = f"{CELLS} [data-testid=live-cells-readout]"
A, B_GHOSTS, RESULT = 0, 16, 24  # First cells of (3, 4), of the ghosts of (4,) and of the result.


def opened(page):
    page.goto("/broadcasting")
    page.wait_for_function(f"Number(document.querySelector('{CELLS}')?.dataset.drawn) > 0", timeout=90_000)


def state(page, cell):
    return page.evaluate("([box, cell]) => document.querySelector(box + ' canvas').cellState(cell)", [CELLS, cell])


def place(page, cell):
    return page.evaluate("([box, cell]) => document.querySelector(box + ' canvas').cellBox(cell)", [CELLS, cell])


def frame(page, number):
    page.wait_for_function(f"document.querySelector('{CELLS}').dataset.frame === '{number}'")


def seek(page, time):
    page.locator(f"{CELLS} .step input").evaluate(
        "(slider, time) => { slider.value = time; slider.dispatchEvent(new Event('input')); }", str(time)
    )
    page.wait_for_function(f"Number(document.querySelector('{CELLS} .step input').value) === {time}")


def no_sideways_scrolling(page):
    assert page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )


def pictured(page, words):
    page.wait_for_function(
        "([box, words]) => document.querySelector(box + ' canvas').ariaLabel.includes(words)", arg=[CELLS, words]
    )


def test_ghosts_leave_their_source_and_the_result_spells_its_computation(page):
    opened(page)
    assert state(page, B_GHOSTS)["presence"] == 0
    source = place(page, 12)
    ahead = page.get_by_role("button", name="Step forward")
    ahead.click()
    frame(page, 1)
    ahead.click()
    page.wait_for_function(
        f"(() => {{ const cell = document.querySelector('{CELLS} canvas').cellState({B_GHOSTS});"
        "return cell.presence === 1 && cell.ghost; })()"
    )
    ghost = place(page, B_GHOSTS)
    assert abs(ghost["x"] - source["x"]) < 1 and ghost["y"] > source["y"] + 20
    seek(page, 2)
    page.locator(f"{CELLS} .step input").focus()
    page.keyboard.press("End")
    frame(page, 9)
    box = place(page, RESULT + 6)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(READOUT)).to_have_text("result[1, 2] = 10. Computed as 7 + 3 = 10.")
    assert [state(page, cell)["lit"] for cell in (A + 6, 14, B_GHOSTS + 2, A + 5)] == [
        "data",
        "weights",
        "weights",
        None,
    ]


@pytest.mark.slow
def test_typing_moves_the_table_and_the_picture_and_refusal_leaves_the_picture(page):
    opened(page)
    page.get_by_label("Shape of b").fill("(3, 1)")
    pictured(page, "(3, 4) and (3, 1)")
    expect(page.locator(".alignment").first).to_contain_text("stretched")
    page.get_by_label("Shape of b").fill("(3,)")
    alert = page.get_by_role("alert").filter(has_text="axis -1 has 4 and 3")
    expect(alert).to_be_visible()
    pictured(page, "(3, 4) and (3, 1)")
    page.get_by_role("button", name="b: (3,) → (4,)").click()
    pictured(page, "(3, 4) and (4,)")
    expect(alert).to_have_count(0)
    expect(page.get_by_label("Shape of b")).to_have_value("(4,)")


@pytest.mark.slow
def test_sizes_are_dragged_by_keyboard(page):
    opened(page)
    page.get_by_text("Drag the sizes").click()
    slider = page.get_by_role("slider", name="a, axis -2")
    slider.focus()
    page.keyboard.press("ArrowRight")
    pictured(page, "(4, 4) and (4,)")
    page.keyboard.press("ArrowRight")
    pictured(page, "(5, 4) and (4,)")
    expect(page.get_by_label("Shape of a")).to_have_value("(5, 4)")


@pytest.mark.slow
def test_the_challenge_by_keyboard(page):
    opened(page)
    page.get_by_label("Shape of the result").fill("(1, 2, 3, 4, 5)")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 of 1 right")).to_be_visible()
    expect(page.locator(".alignment")).to_have_count(2)
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text(re.compile("Question 2"))).to_be_visible()


@pytest.mark.slow
def test_phone_keeps_its_width_and_shows_numbers_of_rank_4(phone):
    opened(phone)
    no_sideways_scrolling(phone)
    assert phone.evaluate(f"document.querySelector('{CELLS}').dataset.arrangement") == "narrow"
    phone.get_by_role("button", name="Maximum of rank 4 and rank 2").click()
    pictured(phone, "(64, 3, 32, 10)")
    no_sideways_scrolling(phone)
    assert place(phone, 0)["width"] >= 20
    table = phone.locator(".alignment").first.bounding_box()
    assert table["x"] >= 0 and table["x"] + table["width"] <= 390
    assert phone.evaluate(
        "(() => { const box = document.querySelector('.alignment'); return box.scrollWidth <= box.clientWidth; })()"
    )
