"""From process start to a usable first page, and from a click in the navigation to the other page.

`python -m tests.bench.start`: one line per figure. Data and the operating system's file cache are warm.
"""

import statistics
import time

from playwright.sync_api import expect, sync_playwright

from tests.bench import digits, report
from tests.browser import conftest

STARTS = 3
SWITCHES = 6


def first_page(browser) -> tuple[float, object, object]:
    """Seconds until the Train button can be pressed; the process and the page."""
    began = time.perf_counter()
    process, url = conftest.start_app()
    page, _ = conftest.open_page(browser, url, viewport={"width": 1440, "height": 900})
    page.goto("/network")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=60_000)
    return time.perf_counter() - began, process, page


def switch(page, link: str, ready) -> float:
    began = time.perf_counter()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=link).click()
    expect(ready(page)).to_be_visible()
    return time.perf_counter() - began


def main() -> None:
    digits()
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        seconds = []
        for _ in range(STARTS):
            elapsed, process, page = first_page(browser)
            seconds.append(elapsed)
            if len(seconds) < STARTS:
                process.terminate()
                process.wait(10)
        report("process start to first page usable, median", f"{statistics.median(seconds):.2f}", "s (at most 5)")

        def board(page):
            return page.get_by_test_id("drawing-canvas")

        def run(page):
            return page.locator(".st-key-network_run_box .main-svg").first

        page.locator(".st-key-network_run_box .main-svg").first.wait_for()
        there, back = [], []
        for _ in range(SWITCHES):
            there.append(switch(page, "Draw a digit", board))
            back.append(switch(page, "A first network", run))
        report("warm switch to the drawing page, median", f"{statistics.median(there[1:]):.2f}", "s (at most 1)")
        report("warm switch to the network page, median", f"{statistics.median(back[1:]):.2f}", "s (at most 1)")
        browser.close()
        process.terminate()


if __name__ == "__main__":
    main()
