"""Pointer-up to changed bars, in Chromium: ``python -m tests.bench.pointer``.

Fifty strokes of ten digits. The clock starts at the time stamp of each pointerup event and stops in the animation
frame after the last change of the bars that it caused, so the answer to a half-drawn stroke does not count.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
STROKES = 50
GOALS = {"median": 30, "p95": 60}
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
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


@contextmanager
def running_app() -> Iterator[str]:
    """The app's own server on a free port; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless", "true", "--server.port", str(port)]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health")
            yield address
        finally:
            server.terminate()


def _wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"the app did not answer at {address} within {seconds:g} s")


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
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("UNCRUMPLE_CHROMIUM") or shutil.which("chromium"), args=CHROMIUM_OPTIONS
        )
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
    with running_app() as address:
        times = measure(address)
    print(f"pointer-up to changed bars, strokes: {len(times)} strokes")
    figures = {"median": np.median(times), "p95": np.percentile(times, 95), "max": times.max()}
    for name, value in figures.items():
        goal = f" (goal {GOALS[name]})" if name in GOALS else ""
        print(f"pointer-up to changed bars, {name}: {value:.1f} ms{goal}")


if __name__ == "__main__":
    main()
