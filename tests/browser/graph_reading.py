"""What the browser tests of the two graph pages ask of their board alike."""

BOARD = "[data-testid=graph-board]"


def expect_readable(page):
    """Every letter of the graph is at least 10 pixels high as drawn, and no zoom button lies on its boxes."""
    sizes = page.locator(f"{BOARD} .stage :is(text, tspan)").evaluate_all(
        "texts => texts.filter((text) => text.textContent.trim() && text.checkVisibility()).map((text) =>"
        " parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.querySelector('.world').getCTM().a)"
    )
    assert len(sizes) > 10 and min(sizes) >= 10 - 1e-6
    stage = page.locator(f"{BOARD} .stage").bounding_box()
    for button in page.locator(f"{BOARD} .zoom button").all():
        assert button.bounding_box()["y"] + button.bounding_box()["height"] <= stage["y"]
