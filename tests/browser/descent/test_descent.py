"""The descent board in the browser: everything that moves does so without the server."""

import re

import pytest
from playwright.sync_api import expect

BOARD = "[data-testid=descent-board]"
# The map's pixels within the axes, as one number: changes whenever a path does.
PRINT = """() => {
  const canvas = document.querySelector("[data-testid=descent-board] .map canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 1) sum = (sum * 31 + data[at]) | 0;
  return sum;
}"""
COUNT = """() => {
  const canvas = document.querySelector("[data-testid=descent-board] .map canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const counts = {};
  for (let at = 0; at < data.length; at += 4) {
    const key = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}"""


def opened(page):
    page.goto("/descent")
    page.locator(f"{BOARD}[data-renewed]").wait_for(timeout=60_000)
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.explained === '12'")


@pytest.fixture
def sent(page):
    """The messages the page sends to the server."""
    messages = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: messages.append(frame)))
    return messages


def part(page, selector):
    return page.locator(f"{BOARD} {selector}")


def verdicts(page):
    return part(page, ".verdict").all_inner_texts()


def settled(page, step):
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.explained === '{step}'")


def test_dragging_the_learning_rate_moves_every_path_without_the_server(page, sent):
    opened(page)
    page.wait_for_load_state("networkidle")
    before, height = verdicts(page), part(page, "").bounding_box()["height"]
    part(page, ".rate").scroll_into_view_if_needed()
    box = part(page, ".rate").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.6 * box["width"], middle)
    page.mouse.down()
    quiet = len(sent)
    heights, seen = set(), set()
    for step in range(60, 97, 4):
        drawn = part(page, "").get_attribute("data-drawn")
        page.mouse.move(box["x"] + box["width"] * step / 100, middle)
        if step > 60:
            page.wait_for_function(f"document.querySelector('{BOARD}').dataset.drawn !== '{drawn}'")
        heights.add(part(page, "").bounding_box()["height"])
        seen.add(page.evaluate(PRINT))
    assert len(sent) == quiet, "nothing is sent while dragging"
    assert heights == {height}
    assert len(seen) >= 8
    during = verdicts(page)
    assert all(one != other for one, other in zip(before, during, strict=True)), "every method follows"
    assert part(page, ".lines").inner_text().startswith("Step 13, Heavy ball"), "faded, not gone"
    page.mouse.up()
    settled(page, 12)
    assert len(sent) > quiet
    told = re.search(r"− (\d\S*) · ", part(page, ".lines").inner_text())
    assert float(told[1]) == pytest.approx(float(part(page, ".rate + output").inner_text()), rel=0.01)
    expect(part(page, ".lines")).not_to_have_class(re.compile("waiting"))


@pytest.mark.slow
def test_a_click_starts_there_and_scrubbing_is_explained(page):
    opened(page)
    before = verdicts(page)
    part(page, ".map canvas").click(position={"x": 400, "y": 280})
    page.wait_for_function(
        "([selector, before]) => Array.from(document.querySelectorAll(selector), (item) => item.textContent)"
        ".every((text, k) => text !== before[k])",
        arg=[f"{BOARD} .verdict", before],
    )
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("point = np.array([1.")
    settled(page, 12)
    part(page, ".step").focus()
    page.keyboard.press("Home")
    expect(part(page, ".lines")).to_contain_text("Step 1, Heavy ball")
    first = re.search(r"\nx: \(?(.*?)\)? \+ ", part(page, ".lines").inner_text())
    assert 1 < float(first[1]) < 1.6, "the run begins where the click was"
    for step in range(2, 5):
        page.get_by_role("button", name="Step forward").click()
        expect(part(page, ".lines")).to_contain_text(f"Step {step}, Heavy ball")
    page.keyboard.press("Tab")
    part(page, ".step").focus()
    page.keyboard.press("End")
    expect(part(page, ".lines")).to_contain_text("The run ends here, after 200 steps")
    part(page, "button[data-method=adam]").click()
    settled(page, 200)
    part(page, ".step").focus()
    page.keyboard.press("Home")
    expect(part(page, ".lines")).to_contain_text("Step 1, Adam")


@pytest.mark.slow
def test_play_runs_to_the_end_and_pauses(page):
    opened(page)
    part(page, ".speed").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"Number(document.querySelector('{BOARD}').dataset.step) > 20")
    page.get_by_role("button", name="Pause", exact=True).click()
    held = int(part(page, "").get_attribute("data-step"))
    assert held < 200
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.step === '200'")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.slow
def test_keyboard_moves_the_start_and_turns_the_relief(page):
    opened(page)
    relief = "document.querySelector('[data-testid=descent-board] .relief canvas').toDataURL().length"
    before = page.evaluate(relief)
    part(page, ".relief canvas").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"{relief} !== {before}")
    known = part(page, "").get_attribute("data-renewed")
    part(page, ".map canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.renewed !== '{known}'")
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("point = np.array([-2.45")


@pytest.mark.slow
def test_a_typed_function_with_a_hole_is_drawn_grey_and_refuses_a_start_there(page):
    opened(page)
    page.get_by_role("combobox", name="Function").click()
    page.get_by_role("option", name="Your own function").click()
    page.get_by_role("textbox", name="f(x, y) =").fill("log(x) + y^2")
    expect(part(page, ".map figcaption")).to_contain_text("Grey: undefined.", timeout=60_000)
    grey = page.evaluate(COUNT).get("185,178,166", 0)
    assert grey > 40_000
    code = page.locator("[data-testid=stCode]").first
    expect(code).to_contain_text("np.log(x) + y**2")
    start = re.search(r"np\.array\(\[[^]]*\]\)", code.inner_text())[0]
    part(page, ".map canvas").click(position={"x": 120, "y": 200})
    expect(part(page, ".message")).to_contain_text("the function has no finite value")
    assert start in code.inner_text()
    page.get_by_role("textbox", name="f(x, y) =").fill("log(x + y^2")
    expect(page.get_by_role("alert").filter(has_text="not complete")).to_be_visible()
    assert page.evaluate(COUNT).get("185,178,166", 0) == grey, "the last good picture stays"


@pytest.mark.slow
def test_switching_the_theme_repaints(page):
    opened(page)
    before = page.evaluate(PRINT)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"({PRINT})() !== {before}")
    # The dark paper, and none of the light one.
    page.wait_for_function(f"!(({COUNT})()['255,255,255'] > 500)")


@pytest.mark.slow
def test_phone(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    tops = [part(phone, name).bounding_box()["y"] for name in (".map", ".rate", ".legend", ".relief", ".loss")]
    assert tops == sorted(tops)
    for name in (".map canvas", ".relief canvas", ".loss canvas"):
        assert part(phone, name).evaluate("canvas => getComputedStyle(canvas).touchAction") == "pan-y"
    height = part(phone, "").bounding_box()["height"]
    part(phone, ".step").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        phone.keyboard.press(key)
        assert part(phone, "").bounding_box()["height"] == height
    known = part(phone, "").get_attribute("data-renewed")
    part(phone, ".map canvas").tap(position={"x": 250, "y": 120})
    phone.wait_for_function(f"document.querySelector('{BOARD}').dataset.renewed !== '{known}'")
    expect(phone.locator("[data-testid=stCode]").first).to_contain_text("point = np.array([1.")
