"""The folds page: trained live, scrubbed without the server, painted on with mouse, keyboard and finger."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.geometry import folds, folds_data
from engine.geometry.folds import Settings

CLOUD = "[data-testid=point-cloud]"
BOARD = "[data-testid=paint-board]"
PAPER = f"{BOARD} .paper canvas"


def opened(page):
    page.goto("/folds")
    page.wait_for_function(f"document.querySelector('{CLOUD}')?.dataset.drawn > 0", timeout=60_000)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    return page


def choose(page, key, name):
    page.locator(f".st-key-{key}").get_by_text(name, exact=True).click()


def position(page, point):
    return page.evaluate(f"document.querySelector('{CLOUD}').positionOf({point})")


def scrub(page, value):
    page.locator(f"{CLOUD} .scrub").fill(str(value))
    page.wait_for_function(f"Math.abs(document.querySelector('{CLOUD}').dataset.position - {value}) < 0.011")


def test_trained_live_then_scrubbed_through_the_layers(page):
    opened(page)
    choose(page, "folds_shape", "Moons")
    expect(page.locator(".stProgress")).to_contain_text("Untrained")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".stProgress")).to_contain_text(re.compile(r"After update [\d,]+ relu"))
    expect(page.get_by_role("button", name="Train again")).to_be_enabled(timeout=60_000)
    expect(page.locator(".stProgress")).to_contain_text("After update 1,000 relu")
    data = folds_data.generate("moons")
    *_, last = folds.train(data, Settings())
    # All three are trained: another one is drawn without training.
    choose(page, "folds_activation", "tanh")
    run = last.runs["tanh"]
    expect(page.locator(".stProgress")).to_contain_text("After update 1,000 tanh")
    steps = folds.outputs(run.params, data.points, "tanh")
    scrub(page, 2)
    expect(page.locator(f"{CLOUD} output")).to_have_text("Layer 1: tanh")
    for point in (0, 299):
        assert position(page, point) == pytest.approx(steps[1][point], abs=1e-3)
    scrub(page, 2.25)
    between = 0.75 * steps[1][7] + 0.25 * steps[2][7]
    assert position(page, 7) == pytest.approx(between, abs=2e-4 * np.abs(steps[2]).max())
    expect(page.get_by_text("linear can only draw one straight line")).to_be_visible()


@pytest.mark.slow
def test_painting_by_mouse_and_keyboard_says_what_is_missing(page):
    opened(page)
    choose(page, "folds_shape", "Paint")
    expect(page.get_by_text("There are no points yet:")).to_be_visible()
    paper = page.locator(PAPER)
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()

    def stroke(from_x, to_x, y):
        page.mouse.move(box["x"] + from_x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + to_x * box["width"], box["y"] + y * box["height"], steps=12)
        page.mouse.up()

    stroke(0.2, 0.8, 0.25)
    expect(page.get_by_text("All points are blue")).to_be_visible()
    blue = int(page.locator(BOARD).get_attribute("data-points"))
    assert blue >= 8
    page.get_by_role("button", name="Red brush").click()
    stroke(0.2, 0.4, 0.75)
    expect(page.get_by_text("All points are blue")).to_be_hidden()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"{BOARD} .status")).to_have_text(f"{blue} blue, 0 red")
    paper.focus()
    for key in ("ArrowRight", "Space", "b", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(page.locator(f"{BOARD} .status")).to_have_text(f"{blue + 1} blue, 1 red")
    # What the server keeps is what is seen: the mark has gone a 40th of the paper right, then up.
    expect(page.get_by_text("[0.075, 0.0], [0.075, 0.075]]").first).to_be_visible()
    choose(page, "folds_shape", "XOR")
    choose(page, "folds_shape", "Paint")
    expect(page.locator(f"{BOARD} .status")).to_have_text(f"{blue + 1} blue, 1 red")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("There are no points yet:")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"{BOARD} .status")).to_have_text(f"{blue + 1} blue, 1 red")


@pytest.mark.slow
def test_on_a_phone_a_finger_paints_and_nothing_is_wider_than_the_screen(phone):
    opened(phone)
    choose(phone, "folds_shape", "Paint")
    paper = phone.locator(PAPER)
    box = paper.bounding_box()
    for kind, places in (("Blue brush", [(0.3, 0.3), (0.7, 0.7)]), ("Red brush", [(0.3, 0.7), (0.7, 0.3)])):
        phone.get_by_role("button", name=kind).tap()
        for x, y in places:
            paper.tap(position={"x": x * box["width"], "y": y * box["height"]})
    expect(phone.locator(f"{BOARD} .status")).to_have_text("2 blue, 2 red")
    train = phone.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_enabled()
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    train.tap()
    expect(phone.get_by_role("button", name="Train again")).to_be_enabled(timeout=60_000)
    expect(phone.locator(".stProgress")).to_contain_text("relu tells 100 % of the points apart")
    phone.get_by_role("button", name="Play").tap()
    phone.wait_for_function(f"document.querySelector('{CLOUD}').dataset.stage > 0")
