"""From a keystroke in a text box to the changed picture on the canvas: tensors, slicing and broadcasting.

Run: ``python -m tests.bench.typing``. Goal: at most 100 ms median.
"""

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.bench import report
from tests.browser.conftest import launch, start_app

STROKES = 30
CASES = {
    "tensors": ("/tensors", "A number, or lists of numbers in square brackets", "[[1, 2], [3, 4]]", ("5", "Backspace")),
    "slicing of train_images": ("/slicing", "Index: what stands between", "10:100", ("0", "Backspace")),
}
WATCH = """(root) => {
  window.times = [];
  let began = null;
  document.addEventListener("input", () => { began = performance.now(); }, true);
  new MutationObserver(() => {
    if (began !== null) { window.times.push(performance.now() - began); began = null; }
  }).observe(root, { attributeFilter: ["data-drawn"] });
}"""


def delays(page: Page, path: str, label: str, text: str, keys: tuple[str, str]) -> np.ndarray:
    """Milliseconds from each keystroke's input event to the next painting of the page's first picture."""
    page.goto(path)
    box = page.get_by_label(label).first
    box.wait_for()
    root = page.get_by_test_id("live-cells").first
    page.wait_for_function("root => Number(root.dataset.drawn) > 0", arg=root.element_handle())
    box.fill(text)
    page.wait_for_timeout(1500)
    root.evaluate(WATCH)
    for stroke in range(STROKES):
        box.press("End")
        # The last bracket closes the list: what is typed goes before it.
        for _ in range(2 if text.endswith("]]") else 0):
            box.press("ArrowLeft")
        box.press(keys[stroke % 2])
        page.wait_for_function("count => window.times.length >= count", arg=stroke + 1)
        page.wait_for_timeout(150)
    return np.array(page.evaluate("window.times"))


def main() -> None:
    process, url = start_app()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            for name, case in CASES.items():
                page = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}).new_page()
                page.set_default_timeout(60_000)
                found = delays(page, *case)
                shown = f"{np.median(found):.1f} / {np.percentile(found, 95):.1f} / {found.max():.1f}"
                report(f"keystroke to picture, {name}: median / p95 / max", shown, "ms")
            browser.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
