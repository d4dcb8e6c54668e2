"""The home page in Chromium: a turn is staged in place, links keep the run, the canvas is the one of its own page."""

import pytest
from playwright.sync_api import expect

BOARD = "[data-testid=loop-board]"
WATCH = """() => {
  const board = document.querySelector("[data-testid=loop-board]");
  window.watched = { stages: [], heights: new Set(), same: true, drawn: 0, disagree: [] };
  const look = () => {
    const now = document.querySelector("[data-testid=loop-board]");
    window.watched.same &&= now === board;
    if (now) window.watched.heights.add(`${now.getBoundingClientRect().top} ${now.offsetHeight}`);
    const stage = now?.dataset.stage ?? "";
    // After this frame is painted: what a reader sees.
    setTimeout(() => {
      const said = now?.querySelector("li[data-stage=loss]")?.textContent.match(/wrong they are: (.+)\\.$/)?.[1];
      if (said && said !== now.querySelector(".number").textContent) window.watched.disagree.push(said);
    });
    if (stage !== window.watched.stages.at(-1)) window.watched.stages.push(stage);
    requestAnimationFrame(look);
  };
  look();
}"""


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def opened(page):
    page.goto("/")
    board = page.locator(BOARD)
    expect(board).to_have_attribute("data-ready", "true", timeout=60_000)
    expect(button(page, "Train")).to_be_enabled()
    return board


def status(page):
    return page.get_by_test_id("stProgress").first


def watched(page):
    return page.evaluate("({ ...window.watched, heights: [...window.watched.heights] })")


def canvas(page, part):
    return page.locator(f"{BOARD} [data-part={part}] canvas").first.evaluate("canvas => canvas.toDataURL()")


def link(page, name):
    return page.locator(BOARD).get_by_role("link", name=name)


@pytest.mark.slow
def test_the_steps_of_a_staged_turn_say_no_number_that_its_boxes_do_not_show(page):
    """The list said 1.250 while the box still said 1.629; and the gradient's title opened the network's graph."""
    board = opened(page)
    expect(link(page, "Gradient")).to_have_attribute("data-stem", "gradient")
    button(page, "One turn").click()
    expect(board.get_by_role("status")).to_contain_text("Turn 1, made")
    page.evaluate(WATCH)
    button(page, "One turn").click()
    page.wait_for_function("window.watched.stages.includes('update') && window.watched.stages.at(-1) === ''")
    assert watched(page)["disagree"] == []
    expect(board.locator("li[data-stage=loss]")).to_contain_text(board.locator(".number").inner_text())


def test_a_turn_is_staged_in_place_and_a_link_takes_the_run_along(page):
    board = opened(page)
    above_the_fold = page.evaluate("innerHeight")
    for part in (board, page.get_by_test_id("drawing-canvas"), button(page, "One turn")):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= above_the_fold
    weights = canvas(page, "W1")
    page.evaluate(WATCH)
    button(page, "One turn").click()
    page.wait_for_function("window.watched.stages.includes('update') && window.watched.stages.at(-1) === ''")
    expect(board).to_have_attribute("data-turn", "1")
    seen = watched(page)
    assert seen["stages"][-5:] == ["forward", "loss", "backward", "update", ""]
    assert seen["same"] and len(seen["heights"]) == 1
    assert canvas(page, "W1") != weights
    expect(status(page)).to_contain_text("Paused · 1 of 2,345")
    link(page, "W1, b1").click()
    expect(page.get_by_role("heading", name="A first network", exact=True)).to_be_visible()
    expect(status(page)).to_contain_text("Paused · update 1 of 2,345")
    assert page.evaluate("performance.getEntriesByType('navigation').length === 1 && window.watched !== undefined")


@pytest.mark.slow
def test_training_is_followed_in_place_and_its_end_said(page):
    board = opened(page)
    page.evaluate(WATCH)
    button(page, "Train").click()
    expect(board).to_have_attribute("data-running", "true")
    expect(status(page)).to_contain_text("Finished in", timeout=120_000)
    expect(button(page, "Train again")).to_be_visible()
    expect(board.get_by_role("heading", name="After 2,345 turns")).to_be_visible()
    seen = watched(page)
    assert seen["same"] and len(seen["heights"]) == 1 and set(seen["stages"]) == {""}
    assert int(board.get_attribute("data-drawn")) > 3
    assert float(board.locator(".number").inner_text()) < 0.2


@pytest.mark.slow
def test_a_staged_turn_can_be_skipped(page):
    board = opened(page)
    button(page, "One turn").click()
    page.wait_for_function("document.querySelector('[data-testid=loop-board]').dataset.stage === 'forward'")
    board.get_by_role("button", name="Skip to the end").click()
    expect(board).to_have_attribute("data-stage", "")
    expect(board.get_by_role("status")).to_contain_text("Turn 1, made: loss 2.")
    expect(board.get_by_role("button", name="Skip to the end")).to_be_hidden()


@pytest.mark.slow
def test_another_digit_of_the_batch_is_followed_without_the_server(page):
    board = opened(page)
    before = [canvas(page, part) for part in ("batch", "hidden", "output")]
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    board.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    expect(board).to_have_attribute("data-digit", "1")
    expect(board.get_by_role("radio").nth(1)).to_be_focused()
    page.wait_for_function(
        "before => document.querySelector('[data-part=hidden] canvas').toDataURL() !== before", arg=before[1]
    )
    assert all(canvas(page, part) != old for part, old in zip(("batch", "hidden", "output"), before, strict=True))
    expect(board.locator(".labels .followed")).to_have_text(board.locator(".labels span").nth(1).inner_text())
    table = board.locator("[data-part=predictions] canvas")
    table.click(position={"x": 20, "y": table.bounding_box()["height"] - 5})
    expect(board).to_have_attribute("data-digit", "7")
    assert sent == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Batch", "Batches"),
        ("Dense 512", "Tensor product"),
        ("relu", "Element-wise operations"),
        ("W2, b2", "Tensors"),
        ("Loss", "The network’s graph"),
        ("Gradient", "Gradient"),
        ("Optimizer", "Descent"),
        ("Predictions", "Draw a digit"),
    ],
)
def test_every_link_opens_its_page_by_the_keyboard_and_the_way_back_finds_the_run(page, name, heading):
    board = opened(page)
    button(page, "One turn").click()
    expect(board).to_have_attribute("data-turn", "1")
    link(page, name).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="The whole picture").click()
    expect(status(page)).to_contain_text("Paused · 1 of 2,345")
    expect(page.locator(BOARD)).to_have_attribute("data-turn", "1")


@pytest.mark.slow
def test_links_can_be_tapped_nothing_is_too_wide_and_reduced_motion_stages_nothing(phone):
    board = opened(phone)
    widths = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    assert max(phone.evaluate(widths)) <= 390
    phone.evaluate(WATCH)
    button(phone, "One turn").tap()
    expect(board).to_have_attribute("data-turn", "1")
    expect(board).to_have_attribute("data-made", "true")
    assert watched(phone)["stages"] == [""]
    assert phone.evaluate("getComputedStyle(document.querySelector('.uncrumple-loop .line')).animationName") == "none"
    link(phone, "Optimizer").tap()
    expect(phone.get_by_role("heading", name="Descent", exact=True)).to_be_visible()


@pytest.mark.slow
def test_the_canvas_shows_the_drawing_of_its_own_page_and_the_other_way_round(page):
    opened(page)
    frame = page.get_by_test_id("drawing-canvas").bounding_box()
    page.mouse.move(frame["x"] + 100, frame["y"] + 40)
    page.mouse.down()
    page.mouse.move(frame["x"] + 100, frame["y"] + 200, steps=8)
    page.mouse.up()
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-told", "true")
    link(page, "Predictions").click()
    expect(page.get_by_role("heading", name="Draw a digit", exact=True)).to_be_visible()
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-strokes", "1")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("1")
    page.get_by_test_id("clear-drawing").click()
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-told", "true")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="The whole picture").click()
    expect(page.get_by_text("Draw a digit here")).to_be_visible()
