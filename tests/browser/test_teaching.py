"""A teacher's link in Chromium: what it hides, the panel that makes it, and a page frozen to one view."""

import pytest
from playwright.sync_api import Page, expect

VISIBLE = """() => [...document.querySelectorAll(".stMain .stElementContainer, .stSidebar, .stAppHeader")]
  .filter((element) => element.checkVisibility())
  .map((element) => element.className.match(/st-key-\\S+|st(Sidebar|AppHeader)/)?.[0]
    ?? element.innerText.slice(0, 40))"""


def open_page(page: Page, address: str) -> Page:
    """The page, its script run to the end."""
    page.goto(address)
    page.locator(".st-key-part_teaching").wait_for(state="attached")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def key(page: Page, name: str):
    return page.locator(f".st-key-{name}")


def panel(page: Page):
    """The open panel."""
    found = page.get_by_test_id("teaching")
    found.get_by_text("For teachers").click()
    return found


def link(page: Page) -> str:
    return page.get_by_test_id("teaching").get_by_role("textbox", name="Link").input_value()


def test_a_link_hides_and_a_frozen_page_moves_only_its_pictures(page, app_url):
    page.add_init_script(
        """new MutationObserver(() => {
             const seen = document.querySelector(".st-key-elementwise_operation");
             if (seen?.checkVisibility()) window.flashed = true;
           }).observe(document, { childList: true, subtree: true });"""
    )
    open_page(page, f"{app_url}/elementwise?hide=operation,notice")
    expect(page.get_by_test_id("live-cells").first).to_be_visible()
    expect(key(page, "elementwise_operation")).to_be_hidden()
    expect(page.get_by_text("What to notice", exact=True).first).to_be_hidden()
    expect(page.get_by_text("Try this", exact=True).first).to_be_visible()
    assert page.evaluate("window.flashed") is None

    open_page(page, f"{app_url}/elementwise?frozen=1&at-picture=1,0")
    cells = page.get_by_test_id("live-cells").first
    expect(cells).to_have_attribute("data-frame", "1")
    expect(
        page.locator(".stSidebar, .stAppHeader, .st-key-part_teaching, .stButton").locator("visible=true")
    ).to_have_count(0)
    before = page.url
    page.get_by_role("button", name="Step forward").first.click()
    expect(cells).to_have_attribute("data-frame", "2")
    cells.locator("canvas").dblclick(position={"x": 60, "y": 80})
    expect(page.locator(".uncrumple-cells input[type=text]")).to_have_count(0)
    assert page.url == before


@pytest.mark.slow
def test_the_panel_hides_at_once_shows_again_and_makes_the_link(page, app_url):
    open_page(page, f"{app_url}/slicing?hide=nothing_here")
    found = panel(page)
    expect(found).to_contain_text("The page has just now nothing called nothing_here.")
    found.get_by_label("nothing_here").uncheck()
    labels = found.locator(".controls label").all_inner_texts()
    assert len(labels) >= 2 and all(labels)
    name = found.locator(".controls input").first.get_attribute("data-name")
    control = key(page, f"slicing_{name}")
    found.locator(".controls input").first.check()
    expect(control).to_be_hidden()
    found.get_by_label("The sidebar").check()
    expect(page.locator(".stSidebar")).to_be_hidden()
    found.get_by_label("The code").check()
    expect(page.get_by_text("The code of exactly this view")).to_be_hidden()
    assert page.url.endswith(f"hide={name},sidebar,code") and link(page) == page.url
    page.reload()
    found = panel(page)
    expect(control).to_be_hidden()
    expect(page.locator(".stSidebar")).to_be_hidden()
    found.locator(".controls input").first.uncheck()
    expect(control).to_be_visible()
    found.get_by_label("The sidebar").uncheck()
    expect(page.locator(".stSidebar")).to_be_visible()
    assert page.url.endswith("hide=code")
    found.get_by_label("Freeze it").check()
    found.get_by_label("This panel").check()
    found.get_by_label("Without the app’s frame").check()
    assert link(page) == f"{page.url},teaching&frozen=1&embed=true"
    assert found.get_by_role("link", name="Open in a new tab").get_attribute("href") == link(page)
    expect(found).to_be_visible()


@pytest.mark.slow
def test_what_was_shown_again_stays_when_the_page_runs_anew(page, app_url):
    open_page(page, f"{app_url}/gradient?hide=model")
    expect(key(page, "gradient_model")).to_be_hidden()
    panel(page).get_by_label("Model").uncheck()
    expect(key(page, "gradient_model")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Derivative").click()
    expect(page.get_by_role("heading", level=1, name="Derivative")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Gradient", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Gradient")).to_be_visible()
    expect(key(page, "gradient_model")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["layer_stack", "descent", "geometry", "drawing", "dtypes"])
@pytest.mark.parametrize("embed", ["", "&embed=true"], ids=["", "embedded"])
def test_a_frozen_page_shows_its_title_and_pictures(page, app_url, stem, embed):
    open_page(page, f"{app_url}/{stem}?frozen=1{embed}")
    page.locator(".stMain .stBidiComponent canvas").first.wait_for()
    shown = page.evaluate(VISIBLE)
    title = page.get_by_role("heading", level=1).inner_text()
    assert title in shown
    assert [name for name in shown if not name.startswith(f"st-key-{stem}") and name != title] == []
    assert page.locator(".stButton, .stSelectbox, .stMarkdown p, .stCode").locator("visible=true").count() == 0


@pytest.mark.slow
def test_nothing_pressed_in_a_frozen_page_changes_it(page, app_url):
    open_page(page, f"{app_url}/gradient?frozen=1")
    board = page.get_by_test_id("gradient-board")
    expect(board).to_have_attribute("data-rests", "true")
    before = page.url, board.get_attribute("data-weights")
    for press in (
        lambda: page.get_by_role("button", name="Take the step").click(force=True),
        lambda: board.locator(".map canvas").click(position={"x": 200, "y": 200}, force=True),
        lambda: (board.locator(".handle").focus(), page.keyboard.press("ArrowLeft")),
        lambda: (board.locator("input[type=range]").first.focus(), page.keyboard.press("ArrowRight")),
        lambda: (
            board.locator("input[type=number]").first.focus(),
            page.keyboard.type("7"),
            page.keyboard.press("Enter"),
        ),
        lambda: (page.get_by_role("button", name="Take the step").focus(), page.keyboard.press("Enter")),
    ):
        press()
        assert (page.url, board.get_attribute("data-weights")) == before
    assert board.locator("input[type=number]").first.input_value() == before[1].split(",")[0]


@pytest.mark.slow
def test_a_frozen_stack_still_plays_on_a_phone(phone, app_url):
    open_page(phone, f"{app_url}/layer_stack?frozen=1&at-board=0,1,0")
    board = phone.get_by_test_id("stack-board")
    expect(board).to_have_attribute("data-position", "0")
    layers = board.get_attribute("data-layers")
    phone.get_by_role("slider", name="From input to output").fill("1")
    expect(board).to_have_attribute("data-position", "1")
    phone.get_by_role("button", name="Remove").click(force=True)
    assert board.get_attribute("data-layers") == layers
    widths = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    assert max(phone.evaluate(widths)) <= 390
    phone.goto(f"{app_url}/layer_stack")
    expect(phone.get_by_test_id("teaching")).to_be_visible()
    panel(phone)
    assert max(phone.evaluate(widths)) <= 390


@pytest.mark.slow
def test_a_frozen_drawing_takes_no_ink(page, app_url):
    from tests.browser.digits.test_drawing import SEVEN, place
    from tests.browser.test_place import encoded

    open_page(page, f"{app_url}/drawing?frozen=1&ink={encoded([SEVEN], 22)}")
    expect(page.get_by_test_id("predicted-digit")).to_have_text("7")
    page.mouse.move(*place(page, (40, 200)))
    page.mouse.down()
    page.mouse.move(*place(page, (240, 220)), steps=4)
    page.mouse.up()
    page.get_by_test_id("clear-drawing").click(force=True)
    page.get_by_test_id("evidence-2").click()
    expect(page.get_by_test_id("evidence")).to_have_attribute("data-shown", "2")
    expect(page.get_by_test_id("drawing-board")).to_have_attribute("data-strokes", "1")


@pytest.mark.slow
def test_hostile_names_do_nothing_but_say_so(page, app_url):
    open_page(
        page, f"{app_url}/slicing?hide=%3C/style%3E%3Cscript%3Ealert(1)%3C/script%3E,a%7D*%7Bdisplay:none,&frozen=yes"
    )
    expect(page.get_by_text("This link hides 2 names that nothing here can have")).to_be_visible()
    expect(page.get_by_text("this page is not frozen")).to_be_visible()
    expect(page.get_by_text("Try this", exact=True).first).to_be_visible()
    expect(page.get_by_test_id("teaching")).to_be_visible()
