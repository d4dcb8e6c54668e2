"""Uncrumple: a real training seen live, scrubbed between layers, turned by dragging and keys, on a phone too."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

CLOUD = "[data-testid=point-cloud]"
TRAINED = re.compile("Trained, 8,000 updates")


def opened(page):
    page.goto("/uncrumple")
    page.wait_for_function(f"document.querySelector('{CLOUD}')?.dataset.stages === '9'", timeout=60_000)
    expect(page.get_by_role("button", name="Compare depths")).to_be_visible(timeout=60_000)
    return page


@pytest.fixture
def uncrumple(page):
    return opened(page)


def dataset(page):
    return page.evaluate(f"({{...document.querySelector('{CLOUD}').dataset}})")


def place(page, point):
    return page.evaluate(f"document.querySelector('{CLOUD}').positionOf({point})")


def drawn(page, before):
    page.wait_for_function(f"document.querySelector('{CLOUD}').dataset.drawn !== '{before}'")


def scrub(page, value):
    page.locator(f"{CLOUD} .scrub").fill(str(value))
    page.wait_for_function(f"Math.abs(document.querySelector('{CLOUD}').dataset.position - {value}) < 0.01")


@contextmanager
def without_the_server(page):
    """Once the page's script has ended, which the end of a training starts anew."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


def shallow(page):
    """Two layers, which train fastest."""
    page.get_by_role("radio", name="2", exact=True).click()
    page.wait_for_function(f"document.querySelector('{CLOUD}').dataset.stages === '3'")


@pytest.mark.slow
def test_a_training_is_seen_live_and_scrubbed_without_the_server(uncrumple):
    shallow(uncrumple)
    uncrumple.get_by_role("button", name="Train", exact=True).click()
    # The picture opens at the last layer: its points move while the network learns.
    first = place(uncrumple, 0)
    uncrumple.wait_for_function(
        f"Math.abs(document.querySelector('{CLOUD}').positionOf(0)[2] - {first[2]}) > 0.05", timeout=60_000
    )
    expect(uncrumple.get_by_text(TRAINED)).to_be_visible(timeout=90_000)
    expect(uncrumple.get_by_text(re.compile("held-out points on their own colour’s side"))).to_be_visible()
    with without_the_server(uncrumple):
        scrub(uncrumple, 0)
        ball = place(uncrumple, 7)
        scrub(uncrumple, 1)
        layer = place(uncrumple, 7)
        scrub(uncrumple, 0.25)
        assert place(uncrumple, 7) == pytest.approx(
            [0.75 * a + 0.25 * b for a, b in zip(ball, layer, strict=True)], abs=1e-4
        )
        expect(uncrumple.locator(f"{CLOUD} .words")).to_contain_text("the fitted plane parts")
        # Red above blue at the end: the readout began along the third axis.
        scrub(uncrumple, 2)
        heights = uncrumple.evaluate(
            f"""(() => {{ const cloud = document.querySelector('{CLOUD}');
            const mean = (from) => {{ let sum = 0;
                for (let k = from; k < from + 1500; k += 1) sum += cloud.positionOf(k)[2]; return sum / 1500; }};
            return [mean(0), mean(1500)]; }})()"""
        )
        assert heights[0] > heights[1] + 0.5


def test_it_turns_by_dragging_and_by_keys_and_keeps_its_angle_on_another_ball(uncrumple):
    canvas = uncrumple.locator(f"{CLOUD} .stage > canvas")
    box = canvas.bounding_box()
    before = dataset(uncrumple)["angle"]
    uncrumple.mouse.move(box["x"] + 200, box["y"] + 200)
    uncrumple.mouse.down()
    uncrumple.mouse.move(box["x"] + 300, box["y"] + 230, steps=4)
    uncrumple.mouse.up()
    uncrumple.wait_for_function(f"document.querySelector('{CLOUD}').dataset.angle !== '{before}'")
    dragged = dataset(uncrumple)["angle"]
    canvas.focus()
    uncrumple.keyboard.press("ArrowLeft")
    uncrumple.wait_for_function(f"document.querySelector('{CLOUD}').dataset.angle !== '{dragged}'")
    turned, ball = dataset(uncrumple)["angle"], place(uncrumple, 0)
    uncrumple.get_by_role("button", name="Another ball").click()
    uncrumple.wait_for_function(f"document.querySelector('{CLOUD}').positionOf(0)[0] !== {ball[0]}")
    assert dataset(uncrumple)["angle"] == turned


@pytest.mark.slow
def test_a_training_can_be_stopped_and_leaves_what_it_has_reached(uncrumple):
    uncrumple.get_by_role("button", name="Train", exact=True).click()
    expect(uncrumple.get_by_text(re.compile(r"Training: update [1-9],?\d+ of 8,000"))).to_be_visible(timeout=90_000)
    uncrumple.get_by_role("button", name="Stop").first.click()
    expect(uncrumple.get_by_text(re.compile("Stopped after"))).to_be_visible()
    expect(uncrumple.get_by_role("button", name="Train again")).to_be_enabled()


@pytest.mark.slow
def test_on_a_phone_it_fits_and_shows_how_the_ball_was_crumpled(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    phone.get_by_text("How the ball was crumpled", exact=True).first.click()
    expect(phone.locator(f"{CLOUD} output")).to_have_text("Strength 0.70")
    scrub(phone, 0)
    expect(phone.locator(f"{CLOUD} output")).to_have_text("Flat sheets")
    assert abs(place(phone, 0)[2] - place(phone, 1)[2]) < 1e-3
