"""The point cloud in Chromium: scrubbed, played, turned by mouse and keyboard, pointed at, on a phone."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import start_app
from tests.browser.point_cloud_app import digits, plane, sheets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app_url():
    process, url = start_app("tests/browser/point_cloud_app.py")
    yield url
    process.terminate()
    process.wait(10)


def opened(page: Page, key: str):
    """The component of this key, once it has painted."""
    page.goto("/")
    root = page.locator(f".st-key-{key}_box [data-testid=point-cloud]")
    root.wait_for()
    page.wait_for_function("root => Number(root.dataset.drawn) > 0", arg=root.element_handle())
    root.scroll_into_view_if_needed()
    return root


def scrub(root, position: float) -> None:
    root.locator(".scrub").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", position
    )
    expect(root).to_have_attribute("data-position", f"{position:.2f}")


def where(root, point: int) -> np.ndarray:
    return np.array(root.evaluate("(root, point) => root.positionOf(point)", point))


def test_stages_and_the_way_between_are_the_given_points(page):
    root = opened(page, "sheets")
    stages = [stage.points for stage in sheets().stages]
    for position, expected in ((0, stages[0]), (3, stages[3]), (3.5, (stages[3] + stages[4]) / 2), (8, stages[8])):
        scrub(root, position)
        for point in (0, 700, 3041):
            np.testing.assert_allclose(where(root, point), expected[point], atol=1e-3)
    expect(root.locator(".words")).to_have_text("rolled 0.0 times")
    expect(root.locator("output")).to_have_text("Layer 8")


@pytest.mark.slow
def test_turning_by_mouse_and_keys_moves_the_picture_not_the_points(page):
    root = opened(page, "sheets")
    canvas = root.locator(".stage > canvas")
    before, point = root.get_attribute("data-angle"), where(root, 5)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 230, steps=4)
    page.mouse.up()
    expect(root).to_have_attribute("data-angle", "1.500,0.620")
    assert before == "0.600,0.350"
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(root).to_have_attribute("data-angle", "1.620,0.500")
    np.testing.assert_array_equal(where(root, 5), point)


@pytest.mark.slow
def test_playing_reaches_the_end_and_pauses(page):
    root = opened(page, "plane")
    root.get_by_role("button", name="Play").click()
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    expect(root).to_have_attribute("data-position", "1.00")
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    expect(root.locator(".words")).to_have_text("sheared")
    np.testing.assert_allclose(where(root, 81)[:2], plane().stages[1].points[81], atol=1e-3)


@pytest.mark.slow
def test_a_plane_does_not_turn_and_names_what_is_pointed_at(page):
    root = opened(page, "plane")
    canvas = root.locator(".stage > canvas")
    x, y = root.evaluate("root => root.pixelOf(82)")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    expect(root.locator(".tip")).to_have_text("outside: (−1, 1)")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    expect(root.locator(".tip")).to_be_hidden()
    angle = root.get_attribute("data-angle")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert root.get_attribute("data-angle") == angle


@pytest.mark.slow
def test_a_phone_shows_digits_by_numeral_and_picture_and_turns_by_touch(phone):
    root = opened(phone, "digits")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(root.locator(".controls")).to_be_hidden()
    x, y = root.evaluate("root => root.pixelOf(3)")
    box = root.locator(".stage > canvas").bounding_box()
    phone.touchscreen.tap(box["x"] + x, box["y"] + y)
    expect(root.locator(".tip span")).to_have_text("number 3")
    painted = root.locator(".tip canvas").evaluate(
        "canvas => { const d = canvas.getContext('2d').getImageData(0, 0, 56, 56).data;"
        " return [0, 3, 9].map((row) => d[4 * (56 * (2 * row + 1) + 20)]); }"
    )
    assert painted == [int(digits().images[3][row, 0]) for row in (0, 3, 9)] == [0, 255, 0]
