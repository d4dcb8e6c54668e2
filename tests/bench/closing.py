"""How soon a training run ends once its tab is closed.

`python -m tests.bench.closing`: the time from the closing of the tab to the last processor time the server used.
"""

import os
import time

from playwright.sync_api import expect, sync_playwright

from tests.bench import digits, report
from tests.browser import conftest

WATCH_SECONDS = 3.0
TICK = 0.02


def processor_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_after_closing(page, pid: int) -> float:
    page.context.close()
    closed = last = time.perf_counter()
    used = processor_seconds(pid)
    while time.perf_counter() - closed < WATCH_SECONDS:
        time.sleep(TICK)
        now = processor_seconds(pid)
        # Training keeps both cores busy: at least a full tick per look.
        if now - used >= TICK:
            last = time.perf_counter()
        used = now
    return last - closed


def main() -> None:
    digits()
    process, url = conftest.start_app()
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        page, _ = conftest.open_page(browser, url, viewport={"width": 1440, "height": 900})
        page.goto("/network")
        epochs = page.get_by_role("textbox", name="Epochs")
        epochs.fill("100")
        epochs.press("Enter")
        expect(page.get_by_test_id("stProgress").first).to_contain_text("of 46,900", timeout=60_000)
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_test_id("stProgress").first).to_contain_text("left", timeout=60_000)
        report("training ends after the tab closes", f"{busy_after_closing(page, process.pid):.2f}", "s (at most 0.1)")
        browser.close()
    process.terminate()


if __name__ == "__main__":
    main()
