"""The README's pictures, taken anew from the running app.

`python -m tests.pictures` writes .pictures/*.png. MNIST must be at hand, and Chromium.
"""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import conftest

FOLDER = conftest.ROOT / ".pictures"
SIZE = {"width": 1280, "height": 800}
THREE = [(0.3, 0.26), (0.46, 0.16), (0.63, 0.22), (0.66, 0.36), (0.5, 0.47), (0.66, 0.57), (0.68, 0.73), (0.52, 0.85),
         (0.34, 0.8), (0.28, 0.72)]  # fmt: skip
"""A digit, as parts of the canvas's side."""


class Picture(NamedTuple):
    """One picture: its file's name, the page's address, the theme, and what is done before it is taken."""

    name: str
    address: str
    theme: str
    prepare: Callable[[Page], None]


def draw(page: Page) -> None:
    box = page.get_by_test_id("drawing-canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in THREE]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    expect(page.get_by_text("3", exact=True).first).to_be_visible()


def scroll_to(selector: str) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        page.locator(selector).first.wait_for()
        page.locator(selector).first.evaluate("element => element.scrollIntoView({ block: 'center' })")

    return prepare


PICTURES = [
    Picture("drawing", "/drawing", "light", draw),
    Picture("descent", "/descent", "light", scroll_to("[data-testid=descent-board]")),
    Picture("graph", "/graph", "dark", scroll_to("[data-testid=graph-board]")),
]


def main() -> None:
    """Each picture, one after the other, from one server."""
    FOLDER.mkdir(exist_ok=True)
    process, url = conftest.start_app()
    try:
        with sync_playwright() as playwright:
            browser = conftest.launch(playwright)
            for picture in PICTURES:
                page, complaints = conftest.open_page(browser, url, viewport=SIZE, color_scheme=picture.theme)
                page.goto(picture.address)
                page.wait_for_load_state("networkidle")
                picture.prepare(page)
                page.wait_for_timeout(2_000)
                page.screenshot(path=FOLDER / f"{picture.name}.png")
                assert not complaints, complaints
                page.context.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
