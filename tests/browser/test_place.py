"""What only the browser knows, in the page's address: positions of pictures, and the drawing."""

import base64
import itertools
import json
import math
import random
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COMPONENTS, ROOT, open_page, start_app
from tests.browser.digits.test_drawing import SEVEN, THREE, draw

TRAJECTORIES = ROOT.parent / "shared" / "data" / "pendigits-train.txt"
HOSTILE = ["", "NaN", "1e9", "1,2,3,4,5,6,7", "-", "<b>", "%E0%A4", "9" * 3000, "1;0"]


def parameter(page: Page, name: str) -> str | None:
    return page.evaluate("name => new URLSearchParams(location.search).get(name)", name)


def becomes(page: Page, name: str, value: str | None) -> None:
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def state(page: Page, test_id: str, name: str, value: str) -> None:
    expect(page.get_by_test_id(test_id).first).to_have_attribute(f"data-{name}", value)


@pytest.mark.slow
def test_a_scrubbed_picture_and_a_drawing_stand_in_the_address(page, app_url):
    page.goto(f"{app_url}/elementwise?at-picture=1,0")
    state(page, "live-cells", "frame", "1")
    steps = page.evaluate("history.length")
    page.get_by_role("button", name="Step forward").first.click()
    state(page, "live-cells", "frame", "2")
    becomes(page, "at-picture", "2,0")
    page.reload()
    state(page, "live-cells", "frame", "2")
    slider = page.get_by_test_id("live-cells").first.get_by_role("slider", name="Step")
    slider.fill(slider.get_attribute("max"))
    becomes(page, "at-picture", None)
    assert page.evaluate("history.length") == steps

    page.goto(f"{app_url}/drawing?ink={encoded([SEVEN], 30)}")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("7")
    expect(page.get_by_test_id("brush-size")).to_have_value("30")
    page.get_by_test_id("clear-drawing").click()
    becomes(page, "ink", None)


PLACES = [
    ("layer_stack", "at-board", "0.5,0,1", "stack-board", "position", "0.5"),
    ("noise", "at-board", "3", "noise-board", "draw", "3"),
    ("graph", "at-board", "2", "graph-board", "step", "2"),
    ("graph", "at-board", "2,60,80,0.9", "graph-board", "step", "2"),
    ("digit_layers", "at-cloud", "1.5,0.3,-0.8", "point-cloud", "position", "1.50"),
    ("dtypes", "at-table", "4,0," + "01" * 8, "number-bits", "bits", "01" * 8),
    ("reshaping", "at-path", "1,0", "live-cells", "frame", "1"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "name", "value", "test_id", "about", "expected"), PLACES)
def test_a_link_begins_where_it_was_made(page, app_url, stem, name, value, test_id, about, expected):
    page.goto(f"{app_url}/{stem}?{name}={value}")
    state(page, test_id, about, expected)
    expect(page.get_by_test_id("teaching")).to_be_visible()
    assert parameter(page, name) == value
    page.reload()
    state(page, test_id, about, expected)
    assert parameter(page, name) == value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stem", "name", "test_id", "about"),
    sorted({(stem, name, test_id, about) for stem, name, _, test_id, about, _ in PLACES}),
)
def test_hostile_positions_are_as_if_they_were_not_there(page, app_url, stem, name, test_id, about):
    page.goto(f"{app_url}/{stem}")
    expect(page.get_by_test_id("teaching")).to_be_visible()
    usual = page.get_by_test_id(test_id).first.get_attribute(f"data-{about}")
    for value in random.Random(stem).sample(HOSTILE, 3):
        page.goto(f"{app_url}/{stem}?{name}={value}")
        state(page, test_id, about, usual)
    page.goto(f"{app_url}/{stem}?{name}={','.join(['99999'] * 3)}")
    expect(page.get_by_test_id(test_id).first).to_be_visible()


@pytest.fixture
def figures(browser):
    """A page of an app of its own, with one figure that has frames."""
    process, url = start_app("tests/browser/live_figure_app.py")
    page, complaints = open_page(browser, url, viewport={"width": 1440, "height": 900})
    yield page
    page.context.close()
    process.terminate()
    process.wait(10)
    assert complaints == []


@pytest.mark.slow
def test_a_figures_frame_is_clamped_kept_and_left_out_at_its_end(figures):
    page = figures
    plot = page.locator(".uncrumple-plot[data-frame]").first
    page.goto("/?at-bowl=1&mine=yes")
    expect(plot).to_have_attribute("data-frame", "1")
    slider = page.locator(".uncrumple-scrubber input").first
    last = slider.get_attribute("max")
    slider.fill("0")
    becomes(page, "at-bowl", "0")
    slider.fill(last)
    becomes(page, "at-bowl", None)
    assert parameter(page, "mine") == "yes"
    page.goto("/?at-bowl=9999")
    expect(plot).to_have_attribute("data-frame", last)


@pytest.mark.slow
def test_the_plane_keeps_its_way_and_its_points(page, app_url):
    page.goto(f"{app_url}/geometry?at-map_board=0.5&at-vectors_board=points")
    expect(page.locator(".morph output")).to_have_text("t = 0.50")
    expect(page.get_by_label("Show the vectors as points only")).to_be_checked()
    page.get_by_label("Show the vectors as points only").uncheck()
    page.get_by_label("From nothing to the map").fill("0.25")
    becomes(page, "at-vectors_board", None)
    becomes(page, "at-map_board", "0.25")


@pytest.mark.slow
def test_the_relief_keeps_its_angle(page, app_url):
    page.goto(f"{app_url}/descent")
    relief = page.get_by_label("The surface in perspective; arrow keys turn it")
    relief.focus()
    before = page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => location.href !== before", arg=before)
    name, value = re.search(r"(at-board_\w+)=([-\d.,]+)", page.url).groups()
    assert [float(part) for part in value.split(",")] == [-0.48, 0.62]
    page.reload()
    expect(relief).to_be_visible()
    relief.focus()
    page.keyboard.press("ArrowLeft")
    becomes(page, name, "-0.36,0.62")


# The drawing.


def encoded(strokes: list[list[tuple[int, int]]], brush: int) -> str:
    """The text of a drawing of whole numbers, by its definition in drawing_board/ink.js."""
    numbers, place = [brush, len(strokes)], (0, 0)
    for stroke in strokes:
        numbers.append(len(stroke))
        for point in stroke:
            for step in (point[0] - place[0], point[1] - place[1]):
                numbers.append(2 * step if step >= 0 else -2 * step - 1)
            place = point
    raw = bytearray()
    for number in numbers:
        while number > 127:
            raw.append(number % 128 + 128)
            number //= 128
        raw.append(number)
    return base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")


def decoded(text: str) -> tuple[list[list[tuple[int, int]]], int]:
    """The strokes and the pen width of a text, by the same definition."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    numbers, number, shift = [], 0, 0
    for byte in raw:
        number, shift = number | (byte & 127) << shift, shift + 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
    rest = iter(numbers)
    brush, strokes, x, y = next(rest), [], 0, 0
    for _ in range(next(rest)):
        stroke = []
        for _ in range(next(rest)):
            across, down = next(rest), next(rest)
            x += -(across + 1) // 2 if across % 2 else across // 2
            y += -(down + 1) // 2 if down % 2 else down // 2
            stroke.append((x, y))
        strokes.append(stroke)
    assert next(rest, None) is None
    return strokes, brush


class Ink:
    """The functions of drawing_board/ink.js, run in Chromium."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate("async () => { window.ink = await import('/drawing_board/ink.js'); }")

    def encode(self, drawings: list[list[list[float]]], brush: int = 22) -> list[str | None]:
        run = "([drawings, brush]) => drawings.map((strokes) => ink.encodeInk(strokes, brush))"
        return self.page.evaluate(run, [drawings, brush])

    def decode(self, texts: list[str]) -> list[dict | None]:
        return self.page.evaluate("texts => texts.map((text) => ink.decodeInk(text, [8, 40]))", texts)


@pytest.fixture
def ink(modules):
    return Ink(modules)


def flat(strokes: list[list[tuple[float, float]]]) -> list[list[float]]:
    return [[value for point in stroke for value in point] for stroke in strokes]


def wave(points: int, noise: float, seed: int) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    way = [k / (points - 1) for k in range(points)]
    return [
        (round(20 + 240 * t + dice.gauss(0, noise), 1), round(140 + 100 * math.sin(7 * t) + dice.gauss(0, noise), 1))
        for t in way
    ]


def off(point: tuple[float, float], line: list[tuple[float, float]]) -> float:
    """Distance from a point to a broken line."""
    p, found = np.array(point, float), []
    for start, end in itertools.pairwise(line):
        a, b = np.array(start, float), np.array(end, float)
        part = np.clip((p - a) @ (b - a) / max((b - a) @ (b - a), 1e-12), 0, 1)
        found.append(np.linalg.norm(p - a - part * (b - a)))
    return min(found, default=math.dist(point, line[0]))


@pytest.mark.slow
def test_the_text_of_a_drawing_is_what_its_definition_says(ink):
    drawings = [
        [wave(200, 0.3, 1)],
        [wave(60, 0.0, 2), [(140.2, 139.8)]],
        [[(-280.0, 560.0), (560.0, -280.0)]],
        [THREE, SEVEN],
    ]
    for drawing, text in zip(drawings, ink.encode([flat(each) for each in drawings], 17), strict=True):
        strokes, brush = decoded(text)
        assert brush == 17 and len(strokes) == len(drawing) and encoded(strokes, brush) == text
        for before, after in zip(drawing, strokes, strict=True):
            assert math.dist(before[0], after[0]) <= 0.71 and math.dist(before[-1], after[-1]) <= 0.71
            assert max(off(point, after) for point in before) <= 0.5 + 0.71 + 0.5
        assert ink.decode([text]) == [{"strokes": flat(strokes), "brush": 17}]
        assert ink.encode([flat(strokes)], 17) == [text]


@pytest.mark.slow
def test_a_straight_line_needs_two_points_and_endless_scribbling_stays_short(ink):
    line = [(float(k), 2.0 * k) for k in range(100)]
    dice = random.Random(0)
    scribble = [[(dice.uniform(0, 280), dice.uniform(0, 280)) for _ in range(300)]]
    smooth = [wave(400, 0.0, seed) for seed in range(12)]
    short, none, long = ink.encode([flat([line]), flat(scribble * 5), flat(smooth)])
    assert decoded(short)[0] == [[(0, 0), (99, 198)]]
    assert none is None
    assert len(long) <= 1600 and len(decoded(long)[0]) == 12
    assert ink.encode([[], flat([[(1.0, 1.0)]] * 65)]) == [None, None]


@pytest.mark.slow
def test_what_no_board_has_written_is_no_drawing(ink):
    right = encoded([SEVEN], 22)
    outside = [encoded([[(561, 0)]], 22), encoded([[(0, -281)]], 22)]
    pens = [encoded([SEVEN], 7), encoded([SEVEN], 41)]
    counts = [
        encoded([], 22),
        encoded([[]], 22),
        encoded([[(k % 2, 0) for k in range(1001)]], 22),
        encoded([SEVEN] * 65, 22),
    ]
    others = [
        "",
        "A",
        right[:-3],
        right + "AA",
        right + "=",
        right.replace(right[3], "+"),
        "FgF_" + "_" * 400,
        "Fv____8P",
        "_" * 5000,
    ]
    longer = base64.urlsafe_b64encode(b"\x96\x00\x01\x01\x02\x02").decode()  # the pen's 22 in two bytes
    assert ink.decode([*outside, *pens, *counts, *others, longer]) == [None] * 18
    assert ink.decode([right]) == [{"strokes": flat([SEVEN]), "brush": 22}]


@pytest.mark.slow
@pytest.mark.skipif(not TRAJECTORIES.exists(), reason="the writers' trajectories are not here")
def test_five_hundred_writers_digits_are_short_and_keep_their_predictions(ink):
    from engine.digits import drawing
    from tests.bench import drawing as bench

    dice = np.random.default_rng(5)
    known = bench.parse_unipen(TRAJECTORIES.read_text())
    chosen = [known[k] for k in dice.choice(len(known), 500, replace=False)]
    drawings = [[np.round(stroke, 1) for stroke in bench.on_canvas(one, dice)] for one in chosen]
    texts = ink.encode([[stroke.ravel().tolist() for stroke in each] for each in drawings])
    lengths = np.array([len(text) for text in texts])
    assert np.median(lengths) <= 100 and np.percentile(lengths, 95) <= 150 and lengths.max() <= 200
    again = [[np.array(stroke, float) for stroke in decoded(text)[0]] for text in texts]
    before, after = (
        bench.predicted([drawing.normalize(drawing.rasterize(each)).centred for each in every])
        for every in (drawings, again)
    )
    assert (before == after).mean() >= 0.995


@pytest.mark.slow
def test_a_drawing_is_put_into_the_link_when_the_pen_rests_and_beats_what_the_tab_remembers(page, app_url):
    page.goto(f"{app_url}/drawing?at-board=8")
    expect(page.get_by_test_id("teaching")).to_be_visible()
    draw(page, THREE)
    page.wait_for_function("() => location.search.includes('ink=')")
    strokes, brush = decoded(parameter(page, "ink"))
    assert brush == 22 and max(off(point, strokes[0]) for point in THREE) <= 3
    assert len(strokes[0]) < 40
    text = parameter(page, "ink")
    expect(page.get_by_test_id("evidence")).to_have_attribute("data-shown", "8")
    page.goto(f"{app_url}/drawing?ink={encoded([SEVEN], 22)}")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("7")
    page.goto(f"{app_url}/drawing?ink={text}")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("3")
    stored = json.loads(page.evaluate("sessionStorage.getItem('uncrumple-drawing_board')"))
    assert stored["strokes"] != flat([SEVEN])
    code = page.get_by_test_id("stCode").first
    expect(code).not_to_contain_text("np.zeros((28, 28)")


@pytest.mark.slow
@pytest.mark.parametrize("text", ["!!", "A", "_" * 5000, "%3Cscript%3E", "FgED"])
def test_a_drawing_that_cannot_be_read_is_left_out_with_a_word(page, app_url, text):
    page.goto(f"{app_url}/drawing?ink={text}")
    said = page.get_by_test_id("link-words")
    expect(said).to_have_text("The drawing in this link (ink) cannot be read, so it is left out.")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("–")
    expect(page.get_by_test_id("teaching")).to_be_visible()
    draw(page, SEVEN)
    expect(said).to_have_text("")
    page.wait_for_function("text => new URLSearchParams(location.search).get('ink')?.startsWith('FgE')", arg=text)


def test_the_home_page_is_the_one_the_scripts_mean():
    from pages.shell.chapter import LESSONS

    script = (COMPONENTS / "shared" / "place.js").read_text()
    assert re.search(r'const HOME = "(\w+)"', script)[1] == LESSONS[0].stem
