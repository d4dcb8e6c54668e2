"""The boards of the noise page in Chromium: what is drawn while dragging is what the engine computes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from playwright.sync_api import expect

from engine.descent import noise

BOARD = ".st-key-noise_board_box [data-testid=noise-board]"
RACE = ".st-key-noise_race_box [data-testid=noise-race]"


def opened(page, kind="digits"):
    """Board and race, drawn."""
    page.goto("/noise")
    page.locator(f"{RACE}[data-drawn]").wait_for(timeout=90_000)
    board, race = page.locator(BOARD), page.locator(RACE)
    if kind == "own":
        page.get_by_role("radio", name="Points of your own").click()
        expect(race).to_have_attribute("data-version", "own")
        expect(board.locator(".full h4")).to_have_text("Loss over all 8")
    return board, race


def shown(board):
    return board.evaluate("(root) => root.noise")


def canvas(root, name):
    return root.locator(f".{name} canvas")


def expect_engines_gradients(board, size):
    """Every gradient and spread the board shows is the engine's at the board's position, for the board's points."""
    found = shown(board)
    x, y = np.array(found["xs"]), np.array(found["ys"])
    place = np.array(board.get_attribute("data-place").split(","), float)
    each = np.asarray(noise.sample_gradients(jnp.asarray(place, jnp.float32), x, y))
    np.testing.assert_allclose(found["full"]["vectors"][0], each.mean(0), atol=2e-4)
    for pane in ("sample", "batch"):
        expected = [each[indices].mean(0) for indices in found[pane]["indices"]]
        np.testing.assert_allclose(found[pane]["vectors"], expected, atol=2e-4)
        assert found[pane]["spread"] == pytest.approx(np.sqrt(np.var(expected, 0).sum()), rel=1e-3)
    variance = noise.gradient_variance(jnp.asarray(place, jnp.float32), noise.points(x, y), size)
    assert found["expected"]["batch"] == pytest.approx(np.sqrt(variance), rel=1e-3)
    return place


def test_dragging_the_position_redraws_every_gradient_in_the_browser(page):
    board, _ = opened(page)
    assert list(expect_engines_gradients(board, 8)) == [-1.5, 1.5]
    sample = canvas(board, "sample")
    sample.scroll_into_view_if_needed()
    box = sample.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.6 * box["height"])
    expect(board).not_to_have_attribute("data-place", "-1.5,1.5")
    dragged = expect_engines_gradients(board, 8)
    page.mouse.up()
    sample.press("ArrowLeft")
    expect(board).not_to_have_attribute("data-place", ",".join(f"{value:g}" for value in dragged))
    moved = expect_engines_gradients(board, 8)
    np.testing.assert_allclose(moved, dragged - [0.1, 0], atol=0.011)
    board.get_by_role("button", name="Draw after").click()
    expect(board).to_have_attribute("data-draw", "1")
    expect(board).to_have_attribute("data-kept", ",".join(f"{value:g}" for value in moved))
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Descent").click()
    page.locator("[data-testid=descent-board]").wait_for()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Batch size and noise").click()
    expect(page.locator(BOARD)).to_have_attribute("data-place", ",".join(f"{v:g}" for v in moved))


@pytest.mark.slow
def test_points_of_ones_own_are_added_dragged_and_removed(page):
    board, race = opened(page, "own")
    points = canvas(board, "points")
    points.scroll_into_view_if_needed()
    box = points.bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.7 * box["height"])
    expect(board.locator(".full h4")).to_have_text("Loss over all 9")
    expect(race.locator(".rows li").last).to_contain_text("Batch 9: all")
    expect_engines_gradients(board, 2)
    before = shown(board)
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.7 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"])
    page.wait_for_function(
        "([selector, y]) => document.querySelector(selector).noise.ys.at(-1) > y + 1",
        arg=[BOARD, before["ys"][-1]],
    )
    expect_engines_gradients(board, 2)
    page.mouse.up()
    points.press("Delete")
    expect(race.locator(".rows li").last).to_contain_text("Batch 8: all")
    points.press("Enter")
    for _ in range(12):  # faster than the answers come
        points.press("ArrowUp")
    expect(race.locator(".rows li").last).to_contain_text("Batch 9: all")
    assert (shown(board)["xs"][-1], shown(board)["ys"][-1]) == (0, pytest.approx(1.2, abs=1e-5))


@pytest.mark.slow
def test_rates_look_up_the_engines_runs_and_the_clock_counts_samples(page):
    board, race = opened(page)
    found = shown(board)
    data = noise.points(found["xs"], found["ys"])
    shuffled = noise.orders(jax.random.key(0), 256, noise.EPOCHS["digits"])

    def check(places, start):
        drawn = race.evaluate(
            "(root) => root.runs.map(({method, rate, now, places}) => [method.size, rate, now, Array.from(places)])"
        )
        assert [each[:2] for each in drawn] == places
        for size, rate, now, path in drawn:
            np.testing.assert_array_equal(np.float32(path), noise.runs(data, shuffled, size, start)[rate].ravel())
            assert now == np.searchsorted(noise.samples_seen(shuffled, size), 700, side="right") - 1

    race.get_by_role("slider", name="Samples seen").fill("700")
    race.get_by_role("slider", name="Learning rate, Batch 8").fill("15")
    expect(race).to_have_attribute("data-clock", "700")
    race.locator(".rows li", has_text="Batch 256").get_by_text("0.063", exact=True).wait_for()
    check([[1, 15], [8, 15], [32, 15], [256, 15]], (-2, 2))
    race.get_by_label("One learning rate for all").uncheck()
    race.get_by_role("slider", name="Learning rate, Batch 256: all").fill("20")
    expect(race.locator(".rows li", has_text="Batch 256").locator("output")).to_have_text("0.2")
    check([[1, 15], [8, 15], [32, 15], [256, 20]], (-2, 2))
    expect(page.get_by_test_id("stCode").first).to_contain_text("(256, 0.2)")
    canvas(race, "map").press("ArrowRight")
    expect(page.get_by_test_id("stCode").first).to_contain_text("w, b = (-1.9, 2.0)")
    page.wait_for_function(
        "(selector) => Math.abs(document.querySelector(selector).runs[0].places[0] + 1.9) < 1e-6",
        arg=RACE,
    )
    check([[1, 15], [8, 15], [32, 15], [256, 20]], (-1.9, 2))


@pytest.mark.slow
def test_the_race_plays_to_its_end_and_a_large_rate_diverges(page):
    _, race = opened(page)
    race.get_by_role("slider", name="Speed").fill("2")
    race.get_by_role("button", name="Play").click()
    expect(race).to_have_attribute("data-playing", "true")
    expect(race).to_have_attribute("data-clock", "2560", timeout=60_000)
    expect(race).to_have_attribute("data-playing", "false")
    rows = race.locator(".rows li")
    expect(rows.first).to_contain_text("2560 updates: ")
    race.get_by_role("slider", name="Learning rate, Batch 8").fill("30")
    expect(rows.first).to_contain_text("it diverges")
    race.get_by_role("button", name="Step back").click()
    expect(race).to_have_attribute("data-clock", "2559")


@pytest.mark.slow
def test_phone(phone):
    board, race = opened(phone)
    assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    for root in (board, race):
        assert all(
            box["x"] >= 0 and box["x"] + box["width"] <= 390
            for box in (found.bounding_box() for found in root.locator("canvas, input, button").all())
        )
