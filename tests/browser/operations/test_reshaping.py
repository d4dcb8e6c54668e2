"""Elements travel in the browser: played, stepped by keyboard, scrubbed, on a phone; the digit leans and stands up."""

import pytest
from playwright.sync_api import expect

PATH, CONTRAST, DIGIT = (f".st-key-reshaping_{name}_box" for name in ("path", "contrast", "digit"))
COUNT = """
(box) => new Promise((done) => {
  const root = document.querySelector(box + " [data-testid=live-cells]");
  let frames = 0;
  root.querySelector("button.play").click();
  const look = () => {
    frames += 1;
    if (root.dataset.playing === "true") requestAnimationFrame(look);
    else done(frames);
  };
  requestAnimationFrame(look);
})
"""


def opened(page):
    page.goto("/reshaping")
    for box in (PATH, DIGIT):
        page.wait_for_function(
            f"document.querySelector('{box} [data-testid=live-cells]')?.dataset.drawn > 0", timeout=60_000
        )


def at_frame(page, box, number):
    page.wait_for_function(
        f"(() => {{ const root = document.querySelector('{box} [data-testid=live-cells]');"
        f" return root.dataset.frame === '{number}' && root.dataset.playing !== 'true'"
        f" && Number(root.querySelector('input').value) === {number}; }})()"
    )


def places(page, box, cells):
    """Column and row of each cell, in cell sizes from the first one's place."""
    return page.evaluate(
        """([box, cells]) => {
          const canvas = document.querySelector(box + " canvas");
          const first = canvas.cellBox(cells[0]);
          return cells.map((cell) => {
            const { x, y, width } = canvas.cellBox(cell);
            return [Math.round((x - first.x) / width), Math.round((y - first.y) / width)];
          });
        }""",
        [box, cells],
    )


def test_every_element_travels_to_numpys_place_without_the_server(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    opened(page)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    assert sent, "the page's own messages to the server are seen"
    sent.clear()
    slider = page.locator(PATH).get_by_label("Step", exact=True)
    assert places(page, PATH, range(6)) == [[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2]]
    slider.focus()
    page.keyboard.press("ArrowRight")
    at_frame(page, PATH, 1)
    assert places(page, PATH, range(6)) == [[0, row] for row in range(6)]
    page.keyboard.press("ArrowRight")
    at_frame(page, PATH, 2)
    assert places(page, PATH, range(6)) == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    expect(page.locator(PATH)).to_contain_text("Reshaped to (2, 3).")
    assert sent == []


@pytest.mark.slow
def test_a_new_target_is_drawn_and_an_impossible_one_changes_nothing(page):
    opened(page)
    target = page.get_by_role("textbox", name="Target shape, or several in a row")
    target.fill("(1, 6)")
    expect(page.locator(PATH)).to_contain_text("1 of 2")
    target.fill("()")
    expect(page.get_by_role("alert").filter(has_text="A (3, 2) matrix has 6 elements, () holds 1")).to_be_visible()
    page.locator(PATH).get_by_role("button", name="Step forward").click()
    at_frame(page, PATH, 1)
    assert places(page, PATH, range(6)) == [[column, 0] for column in range(6)]


@pytest.mark.slow
def test_transposed_and_reshaped_end_in_different_places(page):
    opened(page)
    page.get_by_role("radio", name="Transpose", exact=True).first.click()
    page.wait_for_function(f"document.querySelector('{CONTRAST} [data-testid=live-cells]')?.dataset.drawn > 0")
    page.locator(CONTRAST).get_by_role("button", name="Step forward").click()
    at_frame(page, CONTRAST, 1)
    assert places(page, CONTRAST, range(6)) == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    assert places(page, CONTRAST, range(6, 12)) == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    lit = page.evaluate(
        f"Array.from({{ length: 6 }}, (_, cell) => document.querySelector('{CONTRAST} canvas').cellState(cell).lit)"
    )
    assert lit == ["truth", None, None, None, None, "truth"]
    expect(page.locator(CONTRAST)).to_contain_text("4 of 6 elements are in different places")


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "width"), [(8, 27), (10, 29)])
def test_the_digit_leans_at_a_wrong_width(page, steps, width):
    opened(page)
    slider = page.locator(DIGIT).get_by_label("Step", exact=True)
    slider.fill(str(steps))
    at_frame(page, DIGIT, steps)
    expect(page.locator(DIGIT)).to_contain_text(f"Width {width}:")
    below = places(page, DIGIT, [3 * 28 + 10, 4 * 28 + 10, 5 * 28 + 10])
    lean = 28 - width
    assert below == [[0, 0], [lean, 1], [2 * lean, 2]]


@pytest.mark.slow
def test_playing_the_digit_shows_the_ways_between(page):
    opened(page)
    page.locator(DIGIT).scroll_into_view_if_needed()
    page.locator(DIGIT).get_by_label("Speed").fill("2")
    steps = page.locator(DIGIT).get_by_label("Step", exact=True).get_attribute("max")
    assert page.evaluate(COUNT, DIGIT) > 3 * int(steps)


@pytest.mark.slow
def test_a_phone_shows_all_of_it(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    phone.locator(PATH).get_by_role("button", name="Step forward").click()
    at_frame(phone, PATH, 1)
    assert places(phone, PATH, range(6)) == [[0, row] for row in range(6)]
    for box in (PATH, DIGIT):
        outline = phone.locator(f"{box} canvas").bounding_box()
        assert outline["x"] >= 0 and outline["x"] + outline["width"] <= 390
