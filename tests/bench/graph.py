"""From a dragged slider to the updated computation graph: ``python -m tests.bench.graph``. Goal: at most 60 ms median.

The clock starts at the slider's input event and stops in the animation frame after the board has painted the values,
gradients and paths that Python answered to this event.
"""

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import report
from tests.browser.conftest import launch, start_app

MOVES = 40
BOARD = "[data-testid=graph-board]"
CASES = ("One neuron, one loss", "One variable on several paths", "softmax with crossentropy", "x @ W + b")
WATCH = """(root) => {
  window.times = [];
  let began = null;
  root.addEventListener("input", () => { began = performance.now(); }, true);
  root.addEventListener("change", () => { began ??= performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    if (began !== null) { window.times.push(performance.now() - began); began = null; }
  })).observe(root, { attributeFilter: ["data-answered"] });
}"""


def open_board(page: Page, title: str) -> None:
    page.goto("/graph")
    page.locator(f"{BOARD}[data-drawn]").wait_for()
    if title != CASES[0]:
        known = page.locator(BOARD).get_attribute("data-version")
        page.get_by_label("Preset").click()
        page.get_by_role("option", name=title).click()
        page.wait_for_function(f"known => document.querySelector('{BOARD}').dataset.version !== known", arg=known)
    page.locator(f"{BOARD} .node").first.press("Enter")
    page.locator(f"{BOARD} .paths li").first.wait_for()
    page.wait_for_timeout(500)
    page.locator(BOARD).evaluate(WATCH)


def drag(page: Page) -> None:
    """The first slider back and forth, a move every 120 ms."""
    frame = page.locator(f"{BOARD} .row input[type=range]").first.bounding_box()
    y = frame["y"] + frame["height"] / 2
    page.mouse.move(frame["x"] + frame["width"] / 2, y)
    page.mouse.down()
    for move in range(MOVES):
        page.mouse.move(frame["x"] + frame["width"] * (0.5 + 0.3 * np.sin(1.7 * move + 0.5)), y)
        page.wait_for_timeout(120)
    page.mouse.up()


def type_cells(page: Page) -> None:
    """New numbers into the first cell, each followed by the whole page."""
    box = page.locator(f"{BOARD} .row .cells input").first
    for move in range(MOVES // 2):
        box.fill(str(1 + move % 3 / 10))
        box.press("Enter")
        page.wait_for_function("count => window.times.length >= count", arg=move + 1)
        page.wait_for_timeout(250)


def measured(page: Page) -> np.ndarray:
    """Milliseconds of each change of the first variable."""
    if page.locator(f"{BOARD} .row input[type=range]").count():
        drag(page)
    else:
        type_cells(page)
    return np.array(page.evaluate("window.times"))


def floor(browser: Browser) -> float:
    """The median answer of a fragment that computes nothing, ms."""
    process, url = start_app("tests/bench/graph_floor_app.py")
    try:
        page = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}).new_page()
        page.goto("/")
        page.locator(f"{BOARD}[data-drawn]").wait_for()
        page.locator(BOARD).evaluate(WATCH)
        found = measured(page)
        page.context.close()
        return float(np.median(found))
    finally:
        process.terminate()


def main() -> None:
    process, url = start_app()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            least = floor(browser)
            report("slider to board, one box, nothing computed: median", f"{least:.1f}", "ms")
            for title in CASES:
                page = browser.new_context(base_url=url, viewport={"width": 1440, "height": 1400}).new_page()
                page.set_default_timeout(60_000)
                open_board(page, title)
                found = measured(page)
                shown = f"{np.median(found):.1f} / {np.percentile(found, 95):.1f} / {found.max():.1f} of {len(found)}"
                ratio = f"ms, {np.median(found) / least:.2f} × the floor"
                report(f"value to graph, {title}: median / p95 / max", shown, ratio)
                page.context.close()
            browser.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
