"""Frame gaps while a learning rate or a position is dragged, and how long the runs take: `python -m tests.bench.noise`.

The gaps are those between the time stamps of requestAnimationFrame; at rest they are the floor.
"""

import time

import jax
import numpy as np
from playwright.sync_api import sync_playwright

from engine.descent import noise, noise_floor
from tests.bench import report
from tests.browser import conftest

SECONDS = 4
GOAL = 20
BOARD = ".st-key-noise_board_box [data-testid=noise-board][data-drawn]"
RACE = ".st-key-noise_race_box [data-testid=noise-race][data-drawn]"
# At every frame the slider or the pointer stands elsewhere, as if dragged without rest.
GAPS = """([selector, kind, seconds]) => new Promise((resolve) => {
  const root = document.querySelector(selector);
  const target = root.querySelector(kind === "position" ? ".sample canvas" : ".rows input");
  const box = target.getBoundingClientRect();
  const stamps = [];
  const point = (name) => target.dispatchEvent(new PointerEvent(name, {
    pointerId: 1, clientX: box.x + box.width * (0.5 + 0.3 * Math.sin(stamps.length / 9)), clientY: box.y + 120,
  }));
  target.setPointerCapture = () => {};
  if (kind === "position") point("pointerdown");
  const look = (now) => {
    stamps.push(now);
    if (kind === "position") point("pointermove");
    if (kind === "rate") {
      target.value = String(Math.round(12 + 8 * Math.sin(stamps.length / 9)));
      target.dispatchEvent(new Event("input"));
    }
    if (now - stamps[0] < 1000 * seconds) { requestAnimationFrame(look); return; }
    if (kind === "position") point("pointerup");
    resolve(stamps.slice(1).map((stamp, k) => stamp - stamps[k]));
  };
  requestAnimationFrame(look);
})"""


def gaps(address: str) -> dict[str, np.ndarray]:
    """What is dragged → milliseconds between animation frames."""
    found = {}
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/noise")
        for selector, kinds in ((RACE, ("at rest", "rate")), (BOARD, ("position",))):
            page.locator(selector).wait_for(timeout=90_000)
            page.locator(selector).scroll_into_view_if_needed()
            for kind in kinds:
                found[kind] = np.array(page.evaluate(GAPS, [selector, kind, SECONDS]))
        browser.close()
    return found


def took(work) -> float:
    """Median milliseconds of nine calls after a first one."""
    work()
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1e3 * float(np.median(times))


def main() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, noise.SAMPLES))
    data = noise.points(x, y)
    shuffled = noise.orders(jax.random.key(0), noise.SAMPLES, noise.EPOCHS["digits"])
    all_runs = took(lambda: [noise.runs(data, shuffled, size, (-2, 2)) for size in (1, 8, 32, 256)])
    report(f"runs of four batch sizes × {len(noise.RATES)} learning rates", f"{all_runs:.1f}", "ms (at most 150)")
    report("noise floor", f"{took(lambda: noise_floor.floor(data, jax.random.key(0))):.0f}", "ms")
    process, address = conftest.start_app()
    try:
        for kind, times in gaps(address).items():
            shown = f"{np.percentile(times, 95):.1f} (median {np.median(times):.1f}, longest {times.max():.1f})"
            report(f"frame gaps, {kind}, p95 of {len(times)}", shown, f"ms (at most {GOAL})")
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
