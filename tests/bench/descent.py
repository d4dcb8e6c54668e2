"""The descent page's latencies, in Chromium and in the engine: ``python -m tests.bench.descent``.

Frame gaps while the learning rate is dragged with three optimizers of 200 steps; a family of runs computed warm, and
packed; from the last key of a new function, and from a click, to the frame after the board has drawn what came.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
from playwright.sync_api import Page, sync_playwright

from engine.descent import descent, surfaces
from engine.descent.descent import METHODS
from engine.descent.surfaces import SURFACES
from tests.bench import report
from tests.browser import conftest
from viz.descent import descent as viz

RACED = ("sgd", "momentum", "adam")
REPEATS = 15
CLICKS = 10
FORMULAS = 5
BOARD = "[data-testid=descent-board]"
WATCH = """() => {
  window.waits = [];
  const begin = (event) => { window.waits.push({ begun: event.timeStamp, shown: 0 }); };
  document.addEventListener("input", (event) => event.target.type === "text" && begin(event), true);
  document.querySelector("BOARD .map canvas").addEventListener("click", begin, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    const wait = window.waits.at(-1);
    if (wait) wait.shown = performance.now();
  })).observe(document.querySelector("BOARD"), { attributes: true, attributeFilter: ["data-renewed"] });
}""".replace("BOARD", BOARD)
GAPS = """() => {
  window.gaps = [];
  let before = 0;
  const look = (now) => {
    if (before) window.gaps.push(now - before);
    before = now;
    window.looking = requestAnimationFrame(look);
  };
  window.looking = requestAnimationFrame(look);
}"""


def families(name: str, shift: float) -> tuple[float, float]:
    """Milliseconds to compute the runs of RACED on a surface, and to pack them for the browser."""
    surface = SURFACES[name]
    rates, momenta = (jnp.asarray(values, jnp.float32) for values in descent.settings(surface.rates))
    start = jnp.asarray(surface.start, jnp.float32) + shift
    begun = time.perf_counter()
    found = {
        method: descent.family(
            surface.expression, method, start, rates, momenta if METHODS[method].uses_momentum else momenta[:1]
        )
        for method in RACED
    }
    jax.block_until_ready(found)
    computed = time.perf_counter()
    _, values = surfaces.grid(surface)
    viz.race(surface, values, surfaces.heights(surface), found)
    return 1e3 * (computed - begun), 1e3 * (time.perf_counter() - computed)


def drag(page: Page) -> tuple[np.ndarray, int]:
    """Milliseconds between frames while the learning rate goes from end to end; and how often all was drawn."""
    page.locator(f"{BOARD} .step").focus()
    page.keyboard.press("End")
    box = page.locator(f"{BOARD} .rate").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10, middle)
    page.mouse.down()
    drawn = int(page.locator(BOARD).get_attribute("data-drawn"))
    page.evaluate(GAPS)
    for right in (box["width"] - 10, 10, box["width"] - 10, 10):
        page.mouse.move(box["x"] + right, middle, steps=80)
    gaps = page.evaluate("() => { cancelAnimationFrame(window.looking); return window.gaps; }")
    page.mouse.up()
    return np.array(gaps), int(page.locator(BOARD).get_attribute("data-drawn")) - drawn


def shown(page: Page) -> float:
    """Milliseconds the last input waited for its picture."""
    page.wait_for_function("window.waits.at(-1).shown > 0 && performance.now() > window.waits.at(-1).shown + 300")
    return page.evaluate("window.waits.at(-1).shown - window.waits.at(-1).begun")


def click(page: Page) -> np.ndarray:
    times = []
    for number in range(CLICKS):
        page.locator(f"{BOARD} .map canvas").click(position={"x": 100 + 20 * number, "y": 100 + 10 * number})
        times.append(shown(page))
    return np.array(times)


def type_functions(page: Page) -> np.ndarray:
    """From the input event of formulas never seen before to their picture with all paths."""
    page.get_by_role("combobox", name="Function").click()
    page.get_by_role("option", name="Your own function").click()
    field = page.get_by_role("textbox", name="f(x, y) =")
    field.wait_for()
    page.wait_for_timeout(5_000)
    times = []
    for number in range(FORMULAS):
        field.fill(f"x^2 / {number + 3} + sin({number + 2}x) + y^2")
        times.append(shown(page))
    return np.array(times)


def measure(address: str) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
    with sync_playwright() as playwright:
        browser = conftest.launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/descent")
        page.locator(f"{BOARD}[data-renewed]").wait_for(timeout=60_000)
        page.evaluate(WATCH)
        # The page asks for its last data once more after it has come up.
        page.wait_for_timeout(2_000)
        gaps, drawn = drag(page)
        clicks = click(page)
        typed = type_functions(page)
        browser.close()
    return gaps, drawn, clicks, typed


def main() -> None:
    for name in ("ravine", "rosenbrock"):
        families(name, 0.0)
        times = np.array([families(name, 0.01 * number) for number in range(1, REPEATS + 1)])
        report(f"{name}: families of {', '.join(RACED)}, warm, median", f"{np.median(times[:, 0]):.0f}", "ms (150)")
        report(f"{name}: grid and packing, median", f"{np.median(times[:, 1]):.0f}", "ms")
    process, address = conftest.start_app()
    try:
        gaps, drawn, clicks, typed = measure(address)
    finally:
        process.terminate()
    report(f"frame gap while dragging, median of {len(gaps)}", f"{np.median(gaps):.1f}", "ms")
    report("frame gap while dragging, p95", f"{np.percentile(gaps, 95):.1f}", "ms (at most 20)")
    report("pictures drawn meanwhile", drawn, "of all paths")
    report(f"click to new paths, median of {CLICKS}", f"{np.median(clicks):.0f}", "ms")
    report(f"new function to picture with paths, median of {FORMULAS}", f"{np.median(typed):.0f}", "ms (at most 1000)")
    report("new function to picture with paths, largest", f"{np.max(typed):.0f}", "ms")


if __name__ == "__main__":
    main()
