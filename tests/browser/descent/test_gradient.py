"""The gradient board: dragging redraws in the browser alone, at rest the numbers are JAX's; keyboard, edits, phone."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.descent.gradient import PROBLEMS

BOARD = "[data-testid=gradient-board]"
CELLS = ".st-key-gradient_cells_box canvas"
PAIRS = PROBLEMS["pairs"]


def opened(page):
    page.goto("/gradient")
    page.wait_for_function(f"document.querySelector('{BOARD}')?.dataset.rests === 'true'", timeout=60_000)
    expect(page.get_by_role("button", name="Measure")).to_be_visible(timeout=60_000)
    page.wait_for_function("document.querySelector('.st-key-gradient_cells_box canvas')?.cellState(0)?.text === '1'")
    return page


@pytest.fixture
def gradient(page):
    return opened(page)


def shown(page):
    data = page.evaluate(f"({{...document.querySelector('{BOARD}').dataset}})")
    return np.array([float(value) for value in data["weights"].split(",")]).reshape(2, 2), data


def loss(weights):
    return float(np.mean((PAIRS.x @ weights - PAIRS.targets) ** 2))


def slope(weights):
    return 2 / PAIRS.targets.size * PAIRS.x.T @ (PAIRS.x @ weights - PAIRS.targets)


def rests(page):
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.rests === 'true'")


def test_dragging_the_point_needs_no_server_and_ends_in_jaxs_numbers(gradient):
    handle = gradient.locator(f"{BOARD} .handle")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    gradient.mouse.move(x, y)
    gradient.mouse.down()
    before = shown(gradient)[1]["weights"]
    for k in range(1, 6):
        gradient.mouse.move(x + 20 * k, y + 15 * k)
        gradient.wait_for_function(f"document.querySelector('{BOARD}').dataset.weights !== '{before}'")
        weights, data = shown(gradient)
        before = data["weights"]
        # Held: no number has come from Python for this W, yet the loss is right.
        assert data["rests"] == "false"
        assert float(data["loss"]) == pytest.approx(loss(weights), rel=1e-9)
    assert weights[0, 0] > PAIRS.weights[0, 0] and weights[1, 0] < PAIRS.weights[1, 0]
    np.testing.assert_array_equal(weights[:, 1], PAIRS.weights[:, 1])
    gradient.mouse.up()
    rests(gradient)
    assert float(shown(gradient)[1]["loss"]) == pytest.approx(loss(weights), rel=1e-12)
    text = f"{slope(weights)[1, 0]:+.3g}".replace("-", "−")
    expect(gradient.locator(f"{BOARD} .entry output").nth(2)).to_have_text(f"∂loss/∂W[1, 0] = {text}")
    gradient.wait_for_function(f"document.querySelector('{CELLS}').cellState(6).text === '{weights[0, 0]:.3g}'")


@pytest.mark.slow
def test_steps_go_down_and_too_large_a_rate_goes_up_and_back_leads_to_the_start(gradient):
    weights, data = shown(gradient)
    assert float(data["largest"]) == pytest.approx(1.848915, abs=1e-5)
    gradient.get_by_role("button", name="Take the step").click()
    rests(gradient)
    stepped, after = shown(gradient)
    np.testing.assert_allclose(stepped, weights - 5.8 / 8 * slope(weights), rtol=1e-9)
    assert float(after["loss"]) == pytest.approx(float(data["after"])) and float(after["loss"]) < float(data["loss"])
    rate = gradient.locator(f"{BOARD} .rate")
    rate.fill("400")
    expect(gradient.locator(f"{BOARD} .summary")).to_contain_text("higher: the step is too large")
    gradient.get_by_role("button", name="Take 10 steps").click()
    gradient.wait_for_function(f"Number(document.querySelector('{BOARD}').dataset.loss) > 1000")
    rests(gradient)
    for _ in range(2):
        gradient.get_by_role("button", name="Take 10 steps").click()
    expect(gradient.locator(f"{BOARD} .message")).to_contain_text("beyond a million")
    gradient.get_by_role("button", name="Back to the start").click()
    rests(gradient)
    np.testing.assert_array_equal(shown(gradient)[0], PAIRS.weights)
    expect(gradient.locator(f"{BOARD} .message")).to_be_hidden()


@pytest.mark.slow
def test_by_keyboard(gradient):
    gradient.get_by_role("slider", name="W[0, 1]").focus()
    gradient.keyboard.press("ArrowRight")
    # What a key does is drawn in the next frame.
    gradient.wait_for_function(f"document.querySelector('{BOARD}').dataset.weights.split(',')[1] !== '2'")
    rests(gradient)
    assert shown(gradient)[0][0, 1] == pytest.approx(2.01)
    gradient.locator(f"{BOARD} .handle").focus()
    gradient.keyboard.press("ArrowRight")
    gradient.keyboard.press("ArrowUp")
    gradient.wait_for_function(
        f"""document.querySelector('{BOARD}').dataset.weights.split(',')
        .every((value, k) => k % 2 || Math.abs(value - {PAIRS.weights[:, 0].tolist()}[k / 2]) > 0.05)"""
    )
    rests(gradient)
    assert shown(gradient)[0][:, 0] == pytest.approx(PAIRS.weights[:, 0] + 0.1)
    gradient.get_by_label("Across").select_option("W[0, 1]")
    gradient.locator(f"{BOARD} .handle").focus()
    gradient.keyboard.press("ArrowLeft")
    rests(gradient)
    assert shown(gradient)[0][0, 1] == pytest.approx(1.91)


@pytest.mark.slow
def test_a_target_is_edited_in_its_cell_and_what_is_no_number_is_refused(gradient):
    canvas = gradient.locator(CELLS)
    canvas.scroll_into_view_if_needed()

    def edit(cell, text):
        box = gradient.evaluate(f"document.querySelector('{CELLS}').cellBox({cell})")
        gradient.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        editor = gradient.locator(".st-key-gradient_cells_box input[aria-label^='New value']")
        editor.fill(text)
        editor.press("Enter")

    # Six cells of x, four of W, six of y_pred: the first target is cell 16.
    edit(16, "4.5")
    targets = PAIRS.targets.copy()
    targets[0, 0] = 4.5
    changed = float(np.mean((PAIRS.x @ PAIRS.weights - targets) ** 2))
    gradient.wait_for_function(f"Math.abs(document.querySelector('{BOARD}').dataset.loss - {changed}) < 1e-9")
    edit(16, "500")
    expect(gradient.get_by_text("“y_true” may hold numbers from -100 to 100; 500 is not.")).to_be_visible()
    assert float(shown(gradient)[1]["loss"]) == pytest.approx(changed)


@pytest.mark.slow
def test_the_cost_is_measured_in_the_page(gradient):
    gradient.get_by_role("button", name="Measure").click()
    expect(gradient.get_by_text(re.compile("814,100 forward passes were not run"))).to_be_visible(timeout=60_000)


@pytest.mark.slow
def test_on_a_phone_a_finger_moves_the_point(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    canvas = phone.locator(f"{BOARD} .map canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    phone.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.3 * box["height"])
    phone.wait_for_function(f"document.querySelector('{BOARD}').dataset.weights.split(',')[0] > 0.5")
    rests(phone)
    weights, data = shown(phone)
    assert float(data["loss"]) == pytest.approx(loss(weights), rel=1e-12)
