"""Digits in the browser: scrubbed without the server, pointed at, exchanged for others, with a drawing and a run."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect

CLOUD = ".st-key-digit_layers_cloud_box [data-testid=point-cloud]"


def opened(page):
    page.goto("/digit_layers")
    return ready(page)


def ready(page):
    page.wait_for_function(f"Number(document.querySelector('{CLOUD}')?.dataset.drawn) > 0", timeout=90_000)
    expect(page.get_by_role("heading", name="The code of exactly this view")).to_be_visible(timeout=60_000)
    return page.locator(CLOUD)


def scrub(root, position: float) -> None:
    root.locator(".scrub").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input'));"
        " input.dispatchEvent(new Event('change')); }",
        position,
    )
    expect(root).to_have_attribute("data-position", f"{position:.2f}")


def places(root, count: int) -> np.ndarray:
    return np.array(root.evaluate("(root, count) => [...Array(count).keys()].map((k) => root.positionOf(k))", count))


def test_classes_part_from_pixels_to_logits_and_between_stages_digits_move_straight(page, mnist):
    root, labels = opened(page), mnist.test_labels[:500]
    stages, ratios = [], []
    for stage, name in enumerate(("Pixels", "Before relu", "After relu", "Logits", "Probabilities")):
        scrub(root, stage)
        expect(root.locator("output")).to_have_text(name)
        expect(root.locator(".words")).to_contain_text(re.compile(r"keep \d\d\.\d% of their variance"))
        points = places(root, 500)
        means = np.array([points[labels == label].mean(0) for label in labels])
        ratios.append(((points - means) ** 2).sum() / ((means - points.mean(0)) ** 2).sum())
        stages.append(points)
    assert ratios[0] > 2 * ratios[3]
    scrub(root, 2.25)
    np.testing.assert_allclose(places(root, 500), 0.75 * stages[2] + 0.25 * stages[3], atol=1e-6)
    # Standing close to the stage before, not mirrored or turned away from it.
    for before, after in itertools.pairwise(stages):
        assert (before * after).sum() > 0


@pytest.mark.slow
def test_a_digit_that_is_pointed_at_shows_its_image_its_label_and_the_prediction(page, mnist):
    root = opened(page)
    root.scroll_into_view_if_needed()
    scrub(root, 0)
    # The digit farthest out on the left lies alone.
    pixels = np.array(root.evaluate("root => [...Array(500).keys()].map((k) => root.pixelOf(k))"))
    leftmost = int(pixels[:, 0].argmin())
    box = root.locator(".stage > canvas").bounding_box()
    page.mouse.move(box["x"] + pixels[leftmost, 0], box["y"] + pixels[leftmost, 1])
    said = root.locator(".tip span")
    expect(said).to_have_text(re.compile(rf"^label {mnist.test_labels[leftmost]}, predicted \d \(\d+% sure\)$"))
    ink = root.locator(".tip canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 56, 56).data].filter((_, k) => k % 4 === 0)"
    )
    np.testing.assert_array_equal(np.array(ink).reshape(56, 56)[1::2, 1::2], mnist.test_images[leftmost])


@pytest.mark.slow
def test_other_digits_come_to_the_same_stage(page):
    root = opened(page)
    scrub(root, 3)
    page.get_by_role("button", name="Next batch").click()
    expect(page.get_by_text("Test digits 500 to 999 (")).to_be_visible()
    expect(root).to_have_attribute("data-position", "3.00")
    page.get_by_role("radio", name="1,500").click()
    expect(page.get_by_text("Test digits 1,500 to 2,999 (")).to_be_visible()
    page.wait_for_function("root => root.positionOf(1499).every(Number.isFinite)", arg=root.element_handle())
    expect(root).to_have_attribute("data-position", "3.00")
    expect(root.locator("output")).to_have_text("Logits")


@pytest.mark.slow
def test_a_drawing_travels_along_and_a_run_can_be_scrubbed(page):
    page.goto("/drawing")
    canvas = page.locator("[data-testid=drawing-board] canvas").first
    box = canvas.bounding_box()
    with page.expect_response(lambda response: "predict" in response.url and response.ok):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8, steps=5)
        page.mouse.up()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="A first network").click()
    page.get_by_role("button", name="One update", exact=True).click()
    expect(page.get_by_text("your own network after 1 update")).to_be_visible(timeout=60_000)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Digits, layer by layer").click()
    root = ready(page)
    expect(root.locator(".legend").get_by_title("yours")).to_be_visible()
    expect(page.get_by_text("in your own network after 1 update")).to_be_visible()
    slider = page.get_by_role("slider", name="Moment of your run")
    slider.press("Home")
    expect(page.get_by_text("in your own network before its first update")).to_be_visible()
    expect(root.locator(".legend").get_by_title("yours")).to_be_visible()


@pytest.mark.slow
def test_on_a_phone_nothing_sticks_out(phone):
    root = opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    # With reduced motion the play button steps from stage to stage.
    root.get_by_role("button", name="Play").tap()
    expect(root).to_have_attribute("data-position", "4.00")
    expect(root.locator("output")).to_have_text("Probabilities")
