"""Frame gaps while a 12×12 product plays in Chromium: `python -m tests.bench.product`; and the page's measured speeds.

The gaps are those between the time stamps of requestAnimationFrame, for each of the four orders.
"""

import numpy as np
from playwright.sync_api import expect, sync_playwright

from engine.operations.product_speed import Settings, Speed
from engine.timing.measuring import CONTESTANTS
from tests.bench import report
from tests.browser import conftest

SECONDS = 4
GOAL = 20
PICTURE = ".st-key-product_picture_box [data-testid=live-cells]"
GAPS = """(seconds) => new Promise((resolve) => {
  const stamps = [];
  const look = (now) => {
    stamps.push(now);
    if (now - stamps[0] < 1000 * seconds) requestAnimationFrame(look);
    else resolve(stamps.slice(1).map((stamp, k) => stamp - stamps[k]));
  };
  requestAnimationFrame(look);
})"""


def gaps(address: str) -> dict[str, np.ndarray]:
    """Order → milliseconds between animation frames while it plays; "at rest" as the floor."""
    found = {}
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/product")
        picture = page.locator(PICTURE)
        picture.wait_for()
        page.get_by_role("combobox", name="Start from an example").click()
        page.get_by_role("option", name="12 × 12 times 12 × 12").click()
        expect(picture.get_by_role("slider", name="Step")).to_have_attribute("max", "144")
        found["at rest"] = np.array(page.evaluate(GAPS, SECONDS))
        # Orders with different numbers of steps in turn: the slider's end tells when the new scene is there.
        for order, steps in (("Dot", 144), ("Outer", 12), ("Rows", 144), ("Outer", 12), ("Columns", 144)):
            page.get_by_role("radio", name=order, exact=True).click()
            expect(picture.get_by_role("slider", name="Step")).to_have_attribute("max", str(steps))
            picture.get_by_role("button", name="Play").click()
            found[order] = np.array(page.evaluate(GAPS, SECONDS))
            picture.get_by_role("button", name="Pause").click()
        browser.close()
    return found


def main() -> None:
    process, address = conftest.start_app()
    try:
        for order, times in gaps(address).items():
            shown = f"{np.percentile(times, 95):.1f} (median {np.median(times):.1f}, longest {times.max():.1f})"
            report(f"frame gaps, 12×12 product, {order}, p95 of {len(times)}", shown, f"ms (at most {GOAL})")
    finally:
        process.terminate()
    for sizes in ((16, 16, 16), (256, 256, 256), (128, 784, 512)):
        speed = Speed()
        speed.start(Settings(*sizes))
        speed.wait()
        now = speed.poll()
        for name in CONTESTANTS:
            shown = f"{now.seconds(name):.3g} s, {now.gigaflops(name):.3g} GFLOP/s"
            report(f"product {sizes}, {name}, median", shown, f"({now.ratio('loops', name):,.0f} × faster than loops)")


if __name__ == "__main__":
    main()
