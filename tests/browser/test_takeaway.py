"""Pictures taken away in Chromium: as PNG, SVG and a page that opens offline; every page, every picture."""

import io
import re
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image, ImageColor
from playwright.sync_api import expect

from pages.shell.chapter import LESSONS
from tests.browser.conftest import LAPTOP, open_page
from viz import theme

BUTTON = "Take this picture away"
MARGIN = 12
"""Pixels around a board's picture, before it is doubled."""
SVG = "{http://www.w3.org/2000/svg}"


def taken(page, key, kind, folder):
    """The file a picture is saved as, by its menu; its bytes."""
    row = page.locator(f".st-key-{key} .uncrumple-take")
    row.get_by_role("button", name=BUTTON).click()
    with page.expect_download() as download:
        row.get_by_role("menuitem", name=kind).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    expect(row.get_by_role("status")).to_have_text(f"Saved as {path.name}")
    assert path.suffix == f".{kind.lower()}"
    return path


def pixels(source):
    """An image file or its bytes as an array (rows, columns, 3)."""
    return np.asarray(Image.open(io.BytesIO(source) if isinstance(source, bytes) else source).convert("RGB")).astype(
        int
    )


def shows(image, *names, palette=theme.LIGHT):
    """How many pixels have exactly each of these colours of the theme."""
    return [int((image == ImageColor.getrgb(palette[name])).all(-1).sum()) for name in names]


def words(path):
    """All text of an SVG file; fails if it is no XML."""
    return " ".join("".join(found.itertext()) for found in ElementTree.parse(path).iter(f"{SVG}text"))


@contextmanager
def offline(browser, path, **kind):
    """A file opened in a context without network; no complaint, no request may happen."""
    with browser.new_context(offline=True, **(LAPTOP | kind)) as context:
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url[:4] == "http" else None)
        page.goto(path.as_uri())
        yield page
        assert complaints == []


def test_a_plotly_figure_is_taken_away_as_it_stands_and_its_slider_works_offline(page, browser, tmp_path):
    key, plot = "gradient_check_weight_curve", ".st-key-gradient_check_weight_curve [data-testid=live-figure]"
    page.goto("/gradient_check")
    page.wait_for_function(f"document.querySelector('{plot}')?.dataset.frame === '54'", timeout=60_000)
    page.locator(f".st-key-{key} input[type=range]").fill("20")
    expect(page.locator(plot)).to_have_attribute("data-frame", "20")
    shown = page.locator(f"{plot} .textpoint text").all_text_contents()
    box = page.locator(plot).bounding_box()

    png = taken(page, key, "PNG", tmp_path)
    assert png.name == "uncrumple-gradient-check-weight-curve.png"
    image = pixels(png)
    assert image.shape == (2 * round(box["height"]), 2 * round(box["width"]), 3)
    assert min(shows(image, "surface", "grid", "gradient")) > 200
    assert tuple(image[0, 0]) == ImageColor.getrgb(theme.LIGHT["surface"])
    svg = words(taken(page, key, "SVG", tmp_path))
    assert all(re.sub(r"\s", "", text) in re.sub(r"\s", "", svg) for text in shown)
    assert "ε" in svg
    html = taken(page, key, "HTML", tmp_path)
    with offline(browser, html) as away:
        drawn = away.get_by_test_id("live-figure")
        expect(drawn).to_have_attribute("data-frame", "20")
        assert away.locator(".textpoint text").all_text_contents() == shown
        away.get_by_role("slider").press("ArrowRight")
        expect(drawn).to_have_attribute("data-frame", "21")
        assert away.locator(".textpoint text").all_text_contents() != shown
        expect(away.get_by_role("heading", name="Gradient check")).to_be_visible()
        expect(away.get_by_role("link")).to_have_attribute("href", re.compile(r"/gradient_check"))


@pytest.mark.slow
def test_a_board_of_canvases_is_taken_away_as_a_drawing_and_lives_offline(page, browser, tmp_path):
    key = "gradient_board"
    page.set_viewport_size({"width": 1440, "height": 1800})
    page.goto("/gradient")
    board = page.locator(".uncrumple-gradient[data-drawn]")
    board.get_by_role("button", name="Take the step").click()
    expect(board).to_have_attribute("data-steps", "1")
    page.mouse.move(0, 0)

    image = pixels(taken(page, key, "PNG", tmp_path))
    screen = pixels(board.screenshot())
    halved = pixels_halved(image)[MARGIN:, MARGIN:][: screen.shape[0], : screen.shape[1]]
    assert abs(halved.shape[0] - screen.shape[0]) <= 1 and halved.shape[1] == screen.shape[1]
    assert np.abs(halved - screen[: halved.shape[0]]).mean() < 6
    assert min(shows(image, "surface", "gradient", "weights", "loss")) > 200
    svg = taken(page, key, "SVG", tmp_path)
    said = words(svg)
    assert all(text in said for text in ("learning rate", "slope of the loss", "−gradient"))
    assert board.locator(".summary").text_content() in said
    assert len(ElementTree.parse(svg).findall(f".//{SVG}path")) > 200
    with offline(browser, taken(page, key, "HTML", tmp_path)) as away:
        alive = away.locator(".uncrumple-gradient")
        expect(alive).to_have_attribute("data-weights", board.get_attribute("data-weights"))
        alive.get_by_role("button", name="Take 10 steps").click()
        expect(alive).not_to_have_attribute("data-loss", board.get_attribute("data-loss"))


def pixels_halved(image):
    """The mean of every two by two pixels."""
    rows, columns = (size // 2 * 2 for size in image.shape[:2])
    return image[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2, 3).mean((1, 3))


@pytest.mark.slow
def test_the_menu_opens_walks_and_closes_by_keyboard(page):
    page.goto("/gradient")
    button = page.locator(".st-key-gradient_board").get_by_role("button", name=BUTTON)
    button.focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem")
    expect(item.nth(0)).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    for key, at in (("ArrowDown", 1), ("End", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("Home", 0)):
        page.keyboard.press(key)
        expect(item.nth(at)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(item).to_have_count(0)
    button.click()
    expect(item).to_have_count(3)
    page.locator("h1").click()
    expect(item).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.slow
def test_a_phone_takes_a_drawing_of_the_page_away_in_its_dark_theme(phone, browser, tmp_path):
    phone.goto("/graph")
    board = phone.get_by_test_id("graph-board")
    expect(board.locator(".nodes text").first).to_be_visible()
    row = phone.locator(".st-key-graph_board .uncrumple-take")
    row.scroll_into_view_if_needed()
    before = row.bounding_box()
    row.get_by_role("button", name=BUTTON).tap()
    menu = row.get_by_role("menu")
    expect(menu).to_be_visible()
    assert row.bounding_box() == before
    place = menu.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 390
    assert all(item.bounding_box()["height"] >= 44 for item in row.get_by_role("menuitem").all())
    phone.keyboard.press("Escape")
    image = pixels(taken(phone, "graph_board", "PNG", tmp_path))
    assert min(shows(image, "surface", "panel", "data", palette=theme.DARK)) > 200
    svg = taken(phone, "graph_board", "SVG", tmp_path)
    assert not list(ElementTree.parse(svg).iter(f"{SVG}foreignObject"))
    assert board.locator(".sentence").text_content().split()[0] in words(svg)
    assert all(text in words(svg) for text in board.locator(".nodes text").all_text_contents() if text)
    with offline(
        browser, taken(phone, "graph_board", "HTML", tmp_path), viewport={"width": 390, "height": 844}
    ) as away:
        slider = away.get_by_role("slider", name="Step")
        slider.press("Home")
        expect(away.locator(".scrub output")).to_have_text(re.compile("^[01] of"))
        assert away.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
def test_a_point_cloud_turns_and_moves_offline(page, browser, tmp_path):
    page.goto("/digit_layers")
    cloud = page.locator(".st-key-digit_layers_cloud [data-testid=point-cloud][data-drawn]")
    cloud.locator("input.scrub").press("Home")
    html = taken(page, "digit_layers_cloud", "HTML", tmp_path)
    png = pixels(taken(page, "digit_layers_cloud", "PNG", tmp_path))
    assert min(shows(png, "digit0", "digit1", "digit2")) > 5
    assert len(ElementTree.parse(taken(page, "digit_layers_cloud", "SVG", tmp_path)).findall(f".//{SVG}use")) >= 500
    with offline(browser, html) as away:
        alive = away.get_by_test_id("point-cloud")
        canvas = alive.locator(".stage > canvas")
        expect(alive).to_have_attribute("data-drawn", re.compile(r"\d"))
        assert alive.locator("input.scrub").input_value() == "0"
        for turn in (lambda: canvas.press("ArrowRight"), lambda: alive.locator("input.scrub").press("End")):
            before = alive.get_attribute("data-drawn"), canvas.screenshot()
            turn()
            expect(alive).not_to_have_attribute("data-drawn", before[0])
            assert canvas.screenshot() != before[1]


@pytest.mark.slow
def test_the_drawing_is_taken_away_with_its_last_answer(page, browser, tmp_path):
    page.set_viewport_size({"width": 1440, "height": 2200})
    page.goto("/drawing")
    canvas = page.get_by_test_id("drawing-canvas")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    key = "drawing_board"
    svg = taken(page, key, "SVG", tmp_path)
    assert "Centred in 28 × 28" in words(svg) and words(svg).count("%") >= 10
    with offline(browser, taken(page, key, "HTML", tmp_path)) as away:
        expect(away.locator("svg text", has_text="Centred in 28 × 28")).to_be_visible()
        assert away.locator("main input, main button").count() == 0
    image, screen = pixels(taken(page, key, "PNG", tmp_path)), pixels(page.get_by_test_id("drawing-board").screenshot())
    halved = pixels_halved(image)[MARGIN:, MARGIN:][: screen.shape[0], : screen.shape[1]]
    assert np.abs(halved - screen[: halved.shape[0], : halved.shape[1]]).mean() < 8


@pytest.mark.slow
@pytest.mark.parametrize("stem", [lesson.stem for lesson in LESSONS])
def test_every_picture_of_every_page_can_be_taken_away(browser, app_url, tmp_path, stem):
    page, complaints = open_page(browser, app_url, viewport={"width": 1440, "height": 2400}, color_scheme="light")
    page.goto("/" if stem == "whole_picture" else f"/{stem}")
    rows = page.locator(".uncrumple-take")
    rows.first.wait_for()
    expect(page.locator('[class*="stSkeleton"], [data-testid=stSpinner]')).to_have_count(0, timeout=60_000)
    without = page.evaluate("""[...document.querySelectorAll('.stMain :is(canvas, .js-plotly-plot)')].filter(
        (picture) => !picture.closest('.stBidiComponent')?.querySelector('.uncrumple-take')).length""")
    assert without == 0
    for row in rows.all():
        if not row.is_visible():
            continue
        names = []
        for kind in ("PNG", "HTML"):
            row.get_by_role("button", name=BUTTON).click()
            with page.expect_download() as download:
                row.get_by_role("menuitem", name=kind).click()
            names.append(tmp_path / download.value.suggested_filename)
            download.value.save_as(names[-1])
        image = pixels(names[0])
        assert min(image.shape[:2]) >= 40 and len(np.unique(image.reshape(-1, 3), axis=0)) > 5, names[0].name
        with offline(browser, names[1]) as away:
            assert len(np.unique(pixels(away.screenshot()).reshape(-1, 3), axis=0)) > 5, names[1].name
    page.context.close()
    assert complaints == []
