"""The map of settings in the browser: click a cell, play its run, start elsewhere; drag the ball's momentum."""

import re

import pytest
from playwright.sync_api import expect

MAP = ".st-key-settings_map_map_box [data-testid=live-figure]"
RUN = ".st-key-settings_map_run_box [data-testid=live-figure]"
SWEEP = ".st-key-settings_map_sweep_figure_box [data-testid=live-figure]"
BOARD = ".st-key-settings_map_ball_box [data-testid=descent-board]"


def opened(page):
    page.goto("/settings_map")
    for figure in (MAP, RUN):
        page.wait_for_function(f"document.querySelector('{figure}')?.dataset.drawn", timeout=60_000)


def click(page, figure, x, y):
    """Click a figure at data coordinates."""
    page.locator(figure).scroll_into_view_if_needed()
    spot = page.evaluate(
        """([selector, x, y]) => {
          const plot = document.querySelector(selector);
          const box = plot.getBoundingClientRect();
          const { xaxis, yaxis } = plot._fullLayout;
          return [box.x + xaxis._offset + xaxis.d2p(x), box.y + yaxis._offset + yaxis.d2p(y)];
        }""",
        [figure, x, y],
    )
    page.mouse.click(*spot)


def trace(page, figure, name, field):
    return page.evaluate(
        "([selector, name, field]) => Array.from(document.querySelector(selector)"
        ".data.find((trace) => trace.name === name)[field])",
        [figure, name, field],
    )


def test_a_click_on_a_cell_shows_its_run_in_place(page):
    opened(page)
    page.evaluate(f"window.before = document.querySelector('{RUN}')")
    click(page, MAP, 0.21, 0.3)
    said = page.locator("p").filter(has_text=re.compile(r"Learning rate 0\.\d+, momentum"))
    expect(said).to_contain_text("momentum 0.30: the run diverges")
    page.wait_for_function(f"document.querySelector('{MAP}').data.find((t) => t.name === 'your cell').y[0] === 0.3")
    assert trace(page, MAP, "your cell", "x")[0] == pytest.approx(0.21, rel=0.06)
    assert page.evaluate(f"window.before === document.querySelector('{RUN}')"), "the run was mounted anew"
    click(page, MAP, 0.05, 0.6)
    expect(said).to_contain_text("momentum 0.60: from step")


@pytest.mark.slow
def test_the_run_is_scrubbed_and_played_without_the_server(page):
    opened(page)
    slider = page.locator(".st-key-settings_map_run_box input[type=range]")
    page.wait_for_load_state("networkidle")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"document.querySelector('{RUN}').dataset.frame === '0'")
    assert trace(page, RUN, "now", "x") == pytest.approx([-2.6])
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-settings_map_run_box output")).to_have_text(re.compile("^step 1: loss "))
    path = trace(page, RUN, "path", "x")
    assert trace(page, RUN, "now", "x") == pytest.approx([path[1]], rel=1e-4)
    page.locator(".st-key-settings_map_run_box").get_by_role("button", name="Play").click()
    page.wait_for_function(f"Number(document.querySelector('{RUN}').dataset.frame) > 4")
    assert [url for url in requests if "/media/" not in url] == [], "but for the window's icon"


@pytest.mark.slow
def test_a_cell_is_picked_by_keyboard_and_a_start_by_clicking(page):
    opened(page)
    slider = page.get_by_role("slider", name="Momentum").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"Math.abs(document.querySelector('{MAP}').data.find((t) => t.name === 'your cell').y[0] - 0.51) < 0.001"
    )
    click(page, RUN, 1.5, -2)
    expect(page.get_by_role("textbox", name="Start, x")).to_have_value(re.compile(r"^1\.[45]\d*$"))
    expect(page.get_by_role("textbox", name="Start, y")).to_have_value(re.compile(r"^-(1\.9|2\.0)\d*$"))
    page.wait_for_function(
        f"Math.abs(document.querySelector('{RUN}').data.find((t) => t.name === 'path').x[0] - 1.5) < 0.05"
    )


@pytest.mark.slow
def test_dragging_momentum_redraws_the_ball_and_the_sweep_shows_the_guess(page):
    opened(page)
    page.wait_for_function(f"document.querySelector('{BOARD}')?.dataset.drawn", timeout=60_000)
    board = page.locator(BOARD)
    board.scroll_into_view_if_needed()
    expect(page.get_by_text("momentum 0.50 the ball comes to rest on the left")).to_be_visible()
    drawn = int(board.get_attribute("data-drawn"))
    momentum = board.get_by_role("slider", name="Momentum")
    momentum.focus()
    for _ in range(35):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"Number(document.querySelector('{BOARD}').dataset.drawn) > {drawn}")
    expect(page.get_by_text("momentum 0.85 the ball comes to rest on the right")).to_be_visible()
    page.locator("label", has_text="Show the sweep").click()
    page.wait_for_function(f"document.querySelector('{SWEEP}')?.dataset.drawn", timeout=60_000)
    assert trace(page, SWEEP, "your momentum", "x") == pytest.approx([0.85])
    expect(page.get_by_text("it leaves.")).to_contain_text("yours is 0.02 above it")


@pytest.mark.slow
def test_phone_dark(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    for figure in (MAP, RUN):
        box = phone.locator(figure).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    phone.locator(MAP).scroll_into_view_if_needed()
    click(phone, MAP, 0.02, 0.51)
    expect(phone.get_by_text(re.compile(r"Learning rate 0\.0\d+, momentum 0\.51:"))).to_be_visible()
