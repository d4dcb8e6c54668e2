"""Pictures a second of 2 × 1,521 points with their meshes, turned and scrubbed: ``python -m tests.bench.point_cloud``.

In Chromium without a graphics card. Each animation frame asks for the next angle or position; counted is what the
component painted in five seconds. The peer is the same points as Plotly's 3D scatter, turned in the same browser.
"""

import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright

from tests.bench import report
from tests.browser import conftest
from tests.browser.point_cloud_app import sheets

SECONDS = 5
GOAL = 30
DRIVE = """([what, seconds]) => new Promise((done) => {
  const root = document.querySelector(".st-key-sheets_box [data-testid=point-cloud]");
  const canvas = root.querySelector(".stage > canvas");
  const scrub = root.querySelector(".scrub");
  canvas.focus();
  const before = Number(root.dataset.drawn);
  const began = performance.now();
  const tick = (now) => {
    if (now - began > 1000 * seconds) {
      done((Number(root.dataset.drawn) - before) / ((performance.now() - began) / 1000));
      return;
    }
    if (what === "turned") canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    else {
      scrub.value = String(((now - began) / 600) % Number(scrub.max));
      scrub.dispatchEvent(new Event("input"));
    }
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})"""
PEER = """(seconds) => new Promise((done) => {
  const plot = document.querySelector(".js-plotly-plot");
  const began = performance.now();
  let frames = 0;
  const tick = () => {
    const angle = (performance.now() - began) / 500;
    if (performance.now() - began > 1000 * seconds) { done(frames / ((performance.now() - began) / 1000)); return; }
    const eye = { x: 1.6 * Math.cos(angle), y: 1.6 * Math.sin(angle), z: 0.8 };
    frames += 1;
    Plotly.relayout(plot, { "scene.camera.eye": eye }).then(() => requestAnimationFrame(tick));
  };
  requestAnimationFrame(tick);
})"""


def plotly(page: Page) -> float:
    """Pictures a second of Plotly's own scatter of the same points."""
    points = sheets().stages[0].points
    scatter = go.Scatter3d(x=points[:, 0], y=points[:, 1], z=points[:, 2], mode="markers", marker={"size": 3})
    page.set_content(go.Figure(scatter).to_html(include_plotlyjs=True))
    page.locator(".js-plotly-plot canvas").first.wait_for()
    return page.evaluate(PEER, SECONDS)


def main() -> None:
    process, address = conftest.start_app("tests/browser/point_cloud_app.py")
    try:
        with sync_playwright() as playwright:
            browser = conftest.launch(playwright)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.get_by_text("end").wait_for()
            rates = {what: page.evaluate(DRIVE, [what, SECONDS]) for what in ("turned", "scrubbed")}
            peer = plotly(browser.new_page(viewport={"width": 1440, "height": 900}))
            browser.close()
    finally:
        process.terminate()
    for what, rate in rates.items():
        report(f"2 × 1,521 points {what}", f"{rate:.1f}", f"pictures/s (goal {GOAL})")
        report(f"2 × 1,521 points {what}", f"{rate / peer:.1f}", f"times Plotly's 3D scatter ({peer:.1f} pictures/s)")


if __name__ == "__main__":
    main()
