"""The drawing board in Chromium: pen, keys, touch, what it shows, what it keeps, and what it says when it cannot."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cases import some
from viz import theme

THREE = [(80, 70), (130, 40), (190, 60), (195, 105), (130, 135), (195, 160), (205, 215), (140, 245), (75, 215)]
SEVEN = [(70, 60), (210, 60), (130, 240)]
ONE = [(140, 40), (140, 240)]
COUNT_REQUESTS = """() => {
  window.requests = 0;
  const { fetch } = window;
  window.fetch = (...request) => { window.requests += 1; return fetch(...request); };
}"""
FAIL = {
    "unreachable": "() => { window.fetch = () => Promise.reject(new TypeError('no network')); }",
    "refused": """() => { window.fetch = async () =>
        new Response(JSON.stringify({ error: 'a sentence from the server.' }), { status: 422 }); }""",
}


def open_board(page: Page, address: str) -> Page:
    page.goto(f"{address}/drawing")
    expect(page.get_by_test_id("drawing-canvas")).to_be_visible()
    expect(page.get_by_text("The code of exactly this view")).to_be_visible()
    return page


def place(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    frame = page.get_by_test_id("drawing-canvas").bounding_box()
    return frame["x"] + point[0] * frame["width"] / 280, frame["y"] + point[1] * frame["height"] / 280


def move(page: Page, points: list[tuple[float, float]]) -> None:
    for point in points:
        page.mouse.move(*place(page, point), steps=5)


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke, and wait for a prediction after its end."""
    page.mouse.move(*place(page, points[0]))
    page.mouse.down()
    move(page, points[1:])
    before = sequence(page)
    page.mouse.up()
    page.wait_for_function("before => Number(document.querySelector('[data-seq]').dataset.seq) > before", arg=before)
    settle(page)


def settle(page: Page) -> None:
    """Until no request is under way and the page's script has run for the drawing as it is."""
    page.wait_for_function("() => document.querySelector('[data-testid=drawing-canvas]').checkVisibility()")
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-told", "true")


def sequence(page: Page) -> int:
    return int(page.get_by_test_id("predicted-digit").get_attribute("data-seq"))


def digit(page: Page) -> str:
    return page.get_by_test_id("predicted-digit").inner_text()


def probabilities(page: Page) -> list[float]:
    return [float(page.get_by_test_id(f"probability-{digit}").get_attribute("data-value")) for digit in range(10)]


def strokes(page: Page, count: int) -> None:
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-strokes", str(count))


def picture(page: Page, selector: str) -> str:
    return page.locator(selector).evaluate("canvas => canvas.toDataURL()")


def ink(page: Page) -> int:
    """Pixels of the canvas that hold ink."""
    return page.get_by_test_id("drawing-canvas").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
             .filter((value, i) => i % 4 === 3 && value > 127).length"""
    )


@pytest.mark.slow
def test_an_empty_canvas_shows_no_prediction(page, app_url):
    open_board(page, app_url)
    expect(page.get_by_test_id("predicted-digit")).to_have_text("–")
    expect(page.get_by_test_id("predicted-digit")).to_be_hidden()
    assert sequence(page) == 0
    for number in range(10):
        expect(page.get_by_test_id(f"probability-{number}")).to_have_text("–")
    expect(page.get_by_text("Draw a digit here")).to_be_visible()
    page.get_by_test_id("clear-drawing").click()
    page.get_by_test_id("undo-drawing").click()
    expect(page.get_by_test_id("drawing-message")).to_have_text("")


@pytest.mark.parametrize(("points", "meant"), some([(THREE, "3"), (SEVEN, "7"), (ONE, "1")], every=2))
def test_a_drawn_digit_is_recognized(page, app_url, points, meant):
    open_board(page, app_url)
    draw(page, points)
    assert digit(page) == meant
    shares = probabilities(page)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert shares.index(max(shares)) == int(meant)
    expect(page.get_by_test_id(f"probability-{meant}")).to_have_text(f"{100 * max(shares):.1f} %")


@pytest.mark.slow
def test_the_sequence_number_grows_by_one_with_every_prediction(page, app_url):
    open_board(page, app_url)
    page.evaluate(
        """() => {
          const digit = document.querySelector("[data-seq]");
          window.seen = [digit.dataset.seq];
          new MutationObserver(() => window.seen.push(digit.dataset.seq))
            .observe(digit, { attributes: true, attributeFilter: ["data-seq"] });
        }"""
    )
    draw(page, THREE)
    draw(page, SEVEN)
    seen = [int(number) for number in page.evaluate("window.seen")]
    assert seen == list(range(len(seen)))
    assert len(seen) > 10


@pytest.mark.slow
def test_the_prediction_moves_while_the_pen_is_down(page, app_url):
    open_board(page, app_url)
    page.mouse.move(*place(page, THREE[0]))
    page.mouse.down()
    move(page, THREE[1:4])
    expect(page.get_by_test_id("predicted-digit")).not_to_have_text("–")
    half = probabilities(page)
    move(page, THREE[4:])
    page.wait_for_function(
        """half => [...Array(10).keys()].some((digit) => Math.abs(half[digit] - Number(
             document.querySelector(`[data-testid=probability-${digit}]`).dataset.value)) > 0.2)""",
        arg=half,
    )
    expect(page.get_by_test_id("predicted-digit")).to_have_text("3")
    page.mouse.up()


@pytest.mark.slow
def test_other_buttons_leave_no_ink(page, app_url):
    open_board(page, app_url)
    page.mouse.move(*place(page, ONE[0]))
    page.mouse.down(button="right")
    move(page, ONE[1:])
    page.mouse.up(button="right")
    strokes(page, 0)
    assert ink(page) == 0


@pytest.mark.slow
def test_undo_clear_and_undo_again(page, app_url):
    open_board(page, app_url)
    draw(page, ONE)
    draw(page, [(60, 140), (220, 140)])
    strokes(page, 2)
    page.get_by_test_id("undo-drawing").click()
    strokes(page, 1)
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    page.get_by_test_id("clear-drawing").click()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("–")
    assert ink(page) == 0
    page.get_by_test_id("undo-drawing").click()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    strokes(page, 1)


@pytest.mark.slow
def test_a_thinner_pen_leaves_less_ink_and_is_evened_out(page, app_url):
    open_board(page, app_url)
    draw(page, THREE)
    before, wide = sequence(page), ink(page)
    page.get_by_test_id("brush-size").fill("8")
    page.wait_for_function("before => Number(document.querySelector('[data-seq]').dataset.seq) > before", arg=before)
    assert ink(page) < wide / 2
    expect(page.get_by_text("thickened to")).to_be_visible()


@pytest.mark.slow
def test_drawing_by_keyboard(page, app_url):
    open_board(page, app_url)
    page.get_by_test_id("drawing-canvas").focus()
    for key in ["Shift+ArrowUp"] * 4 + ["Space"] + ["Shift+ArrowDown"] * 7:
        page.keyboard.press(key)
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    page.keyboard.press("Enter")
    strokes(page, 1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    strokes(page, 2)
    page.keyboard.press("Control+z")
    strokes(page, 1)
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("–")
    page.keyboard.press("u")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")


def test_drawing_by_touch_does_not_scroll(phone, app_url):
    open_board(phone, app_url)
    phone.get_by_test_id("drawing-canvas").scroll_into_view_if_needed()
    scroll = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = phone.evaluate(scroll)
    touch = phone.context.new_cdp_session(phone)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [place(phone, point) for point in points]
        sent = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})

    send("touchStart", SEVEN[0])
    for step in range(1, 11):
        send("touchMove", (70 + 14 * step, 60))
    send("touchStart", SEVEN[1], (40, 200))  # a second finger draws nothing
    for step in range(1, 11):
        send("touchMove", (210 - 8 * step, 60 + 18 * step), (40, 200 + step))
    send("touchEnd")
    expect(phone.get_by_test_id("predicted-digit")).to_have_text("7")
    strokes(phone, 1)
    assert phone.evaluate(scroll) == before


@pytest.mark.slow
def test_nothing_is_wider_than_a_phone(phone, app_url):
    open_board(phone, app_url)
    draw(phone, THREE)
    widths = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    assert max(phone.evaluate(widths)) <= 390
    for button in ("undo-drawing", "clear-drawing", "evidence-0", "evidence-9"):
        size = phone.get_by_test_id(button).bounding_box()
        assert min(size["width"], size["height"]) >= 44


@pytest.mark.slow
def test_a_rerun_keeps_the_very_same_canvas(page, app_url):
    open_board(page, app_url)
    page.get_by_test_id("drawing-canvas").evaluate("canvas => { canvas.mine = true; }")
    code = page.get_by_test_id("stCode").first
    before = code.inner_text()
    draw(page, THREE)
    expect(code).not_to_have_text(before)
    page.get_by_role("tab", name="JAX").click()
    assert page.get_by_test_id("drawing-canvas").evaluate("canvas => canvas.mine === true")
    assert ink(page) > 0


@pytest.mark.slow
def test_the_drawing_survives_a_page_switch(page, app_url):
    open_board(page, app_url)
    page.get_by_test_id("brush-size").fill("30")
    draw(page, THREE)
    drawn = ink(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="A first network").click()
    expect(page.get_by_test_id("drawing-canvas")).to_have_count(0)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw a digit").click()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("3")
    assert ink(page) == drawn
    expect(page.get_by_test_id("brush-size")).to_have_value("30")


@pytest.mark.slow
def test_the_drawing_survives_a_fresh_load(page, app_url):
    open_board(page, app_url)
    draw(page, SEVEN)
    drawn = ink(page)
    open_board(page, app_url)
    expect(page.get_by_test_id("predicted-digit")).to_have_text("7")
    assert ink(page) == drawn


@pytest.mark.slow
def test_a_test_digit_with_strokes_survives_a_fresh_load_and_is_cleared(page, app_url):
    open_board(page, app_url)
    caption = page.get_by_test_id("picture-beneath")
    put_test_digit(page)
    expect(page.get_by_test_id("predicted-digit")).to_have_text(label(page))
    draw(page, [(10, 10), (20, 10)])
    shown, drawn, seen = caption.inner_text(), ink(page), probabilities(page)
    open_board(page, app_url)
    expect(caption).to_have_text(shown)
    expect(page.get_by_test_id("predicted-digit")).not_to_have_text("–")
    assert ink(page) == drawn
    assert probabilities(page) == pytest.approx(seen, abs=1e-6)
    page.get_by_test_id("clear-drawing").click()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("–")
    expect(caption).to_have_text("")
    assert ink(page) == 0


def put_test_digit(page: Page) -> None:
    page.get_by_text("Start from a test digit").click()
    button = page.get_by_role("button", name="Put it on the canvas")
    expect(button).to_be_visible(timeout=30_000)
    button.click()
    expect(page.get_by_test_id("picture-beneath")).to_contain_text("its label is")


def label(page: Page) -> str:
    return re.search(r"its label is (\d)", page.get_by_test_id("picture-beneath").inner_text())[1]


@pytest.mark.slow
def test_evidence_is_toggled_in_the_browser_alone(page, app_url):
    open_board(page, app_url)
    draw(page, THREE)
    evidence = page.get_by_test_id("evidence")
    expect(evidence).to_have_attribute("data-shown", "3")
    before = picture(page, "[data-testid=evidence]")
    page.evaluate(COUNT_REQUESTS)
    page.get_by_test_id("evidence-8").click()
    expect(evidence).to_have_attribute("data-shown", "8")
    assert picture(page, "[data-testid=evidence]") != before
    page.get_by_test_id("evidence-8").click()
    expect(evidence).to_have_attribute("data-shown", "3")
    assert picture(page, "[data-testid=evidence]") == before
    assert page.evaluate("window.requests") == 0


@pytest.mark.slow
def test_a_pixel_is_followed_into_the_vector(page, app_url):
    open_board(page, app_url)
    draw(page, THREE)
    page.locator("[data-name=centred]").hover(position={"x": 73, "y": 73})
    expect(page.get_by_test_id("pixel-readout")).to_contain_text("Row 14, column 14")
    expect(page.get_by_test_id("pixel-readout")).to_contain_text("number 406")
    page.locator("[data-name=centred]").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("pixel-readout")).to_contain_text("number 434")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failure", "sentence"), [("unreachable", "The server does not answer"), ("refused", "a sentence from the server")]
)
def test_a_failure_is_one_sentence_and_the_last_picture_stays(page, app_url, failure, sentence):
    open_board(page, app_url)
    draw(page, THREE)
    before = picture(page, "[data-stage=centred]")
    page.evaluate("window.working = window.fetch")
    page.evaluate(FAIL[failure])
    page.mouse.move(*place(page, (140, 10)))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_test_id("drawing-message")).to_contain_text(sentence)
    assert digit(page) == "3"
    assert picture(page, "[data-stage=centred]") == before
    page.evaluate("window.fetch = window.working")
    draw(page, ONE)
    expect(page.get_by_test_id("drawing-message")).to_have_text("")


@pytest.mark.slow
def test_a_network_in_training_is_asked_again_without_reruns(page, app_url):
    open_board(page, app_url)
    draw(page, THREE)
    before = sequence(page)
    page.evaluate(
        """() => {
          const { fetch } = window;
          window.version = 0;
          window.asked = 0;
          window.fetch = async (...request) => {
            const answer = await (await fetch(...request)).json();
            window.asked += 1;
            return new Response(JSON.stringify({ ...answer, training: true, version: `run ${window.version}` }));
          };
        }"""
    )
    draw(page, ONE)
    page.wait_for_function("() => window.asked > 3")
    resting = sequence(page)
    page.evaluate("() => { window.asked = 0; }")
    page.wait_for_function("() => window.asked > 3")
    assert sequence(page) == resting > before
    page.evaluate("() => { window.version += 1; window.asked = 0; }")
    page.wait_for_function("() => window.asked > 3")
    assert sequence(page) == resting + 1


@pytest.mark.slow
def test_a_file_that_is_no_picture_is_refused_beside_the_uploader(page, app_url):
    open_board(page, app_url)
    draw(page, THREE)
    page.get_by_text("Start from a test digit").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "three.png", "mimeType": "image/png", "buffer": b"this is no picture"}
    )
    expect(page.get_by_test_id("stAlert").filter(has_text="not a picture")).to_be_visible()
    assert digit(page) == "3"
    strokes(page, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "palette"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_ink_and_paper_follow_the_theme(page, app_url, scheme, palette):
    page.emulate_media(color_scheme=scheme)
    open_board(page, app_url)
    draw(page, ONE)
    middle = page.get_by_test_id("drawing-canvas").evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]"""
    )
    assert "#{:02X}{:02X}{:02X}".format(*middle[:3]) == palette["ink"]
    paper = page.locator(".uncrumple-paper").evaluate("paper => getComputedStyle(paper).backgroundColor")
    assert "#{:02X}{:02X}{:02X}".format(*map(int, re.findall(r"\d+", paper))) == palette["surface"]


@pytest.mark.slow
def test_reduced_motion_leaves_no_visible_transition(page, app_url):
    page.emulate_media(reduced_motion="reduce")
    open_board(page, app_url)
    draw(page, ONE)
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll(".uncrumple-board, .uncrumple-board *")]
             .map((element) => parseFloat(getComputedStyle(element).transitionDuration)))"""
    )
    assert longest <= 0.001
