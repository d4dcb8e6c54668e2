"""Pointer-up to changed bars, in Chromium: ``python -m tests.bench.pointer``.

Fifty strokes of ten digits. The clock starts at the time stamp of each pointerup event and stops in the animation
frame after the last change of the bars that it caused, so the answer to a half-drawn stroke does not count.
"""

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.bench import report
from tests.browser import conftest

STROKES = 50
GOALS = {"median": 30, "p95": 60}
DIGITS = [
    [[(140, 40), (80, 90), (75, 190), (140, 240), (205, 190), (200, 90), (140, 40)]],
    [[(140, 40), (140, 240)]],
    [[(80, 90), (140, 40), (200, 90), (150, 170), (75, 235), (210, 235)]],
    [[(80, 60), (170, 45), (195, 95), (130, 135)], [(130, 135), (205, 165), (190, 225), (75, 225)]],
    [[(130, 40), (75, 160), (210, 160)], [(175, 90), (170, 245)]],
    [[(95, 50), (90, 130), (170, 120), (205, 180), (160, 235), (80, 225)], [(95, 50), (200, 50)]],
    [[(170, 40), (95, 120), (85, 200), (140, 240), (195, 200), (160, 150), (90, 180)]],
    [[(75, 50), (205, 50), (130, 240)]],
    [[(180, 70), (110, 60), (110, 115), (180, 165), (170, 235), (100, 225), (110, 160), (185, 110), (180, 70)]],
    [[(195, 90), (140, 50), (95, 100), (140, 145), (195, 100)], [(195, 90), (190, 240)]],
]
WATCH = """() => {
  window.strokes = [];
  let stroke = null;
  const find = (id) => document.querySelector(`[data-testid="${id}"]`);
  const canvas = find("drawing-canvas");
  canvas.addEventListener("pointerdown", () => { stroke = null; }, true);
  canvas.addEventListener("pointerup", (event) => {
    window.strokes.push(stroke = { up: event.timeStamp, shown: 0 });
  }, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    if (stroke) stroke.shown = performance.now();
  })).observe(find("predicted-digit"), { attributes: true, attributeFilter: ["data-seq"] });
}"""


def open_board(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw a digit").click()
    page.get_by_test_id("drawing-canvas").wait_for()
    page.evaluate(WATCH)


def draw(page: Page, points: list[tuple[int, int]]) -> None:
    """One stroke by the mouse; returns once the bars have followed the pen's last point."""
    frame = page.get_by_test_id("drawing-canvas").bounding_box()
    places = [(frame["x"] + x * frame["width"] / 280, frame["y"] + y * frame["width"] / 280) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    page.wait_for_function("() => window.strokes.at(-1).shown && performance.now() > window.strokes.at(-1).shown + 200")


def measure(address: str) -> np.ndarray:
    """Milliseconds of each stroke, (STROKES,)."""
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        open_board(page, address)
        drawn = 0
        while drawn < STROKES:
            for digit in DIGITS:
                page.get_by_test_id("clear-drawing").click()
                for points in digit[: STROKES - drawn]:
                    draw(page, points)
                    drawn += 1
        strokes = page.evaluate("window.strokes")
        browser.close()
    return np.array([stroke["shown"] - stroke["up"] for stroke in strokes])


def main() -> None:
    process, address = conftest.start_app()
    try:
        times = measure(address)
    finally:
        process.terminate()
    figures = {"median": np.median(times), "p95": np.percentile(times, 95), "max": times.max()}
    for name, value in figures.items():
        goal = f" (at most {GOALS[name]})" if name in GOALS else ""
        report(f"pointer-up to changed bars, {name} of {len(times)} strokes", f"{value:.1f}", f"ms{goal}")


if __name__ == "__main__":
    main()
