import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page, start_app

pytestmark = pytest.mark.slow

PLOT = "document.querySelector('[data-testid=live-figure]')"
DRAWN = f"Number({PLOT}?.dataset.drawn ?? 0)"


@pytest.fixture(scope="module")
def url():
    process, address = start_app("tests/browser/live_figure_app.py")
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def figure(browser, url):
    """The bowl on a laptop, drawn; no console error and no foreign request may happen."""
    page, complaints = open_page(browser, url, viewport={"width": 1200, "height": 900}, color_scheme="light")
    page.goto("/")
    page.wait_for_function(f"{DRAWN} > 0")
    yield page
    page.context.close()
    assert complaints == []


def spot(page, x, y):
    """Where a point of the plane lies on the screen."""
    return page.evaluate(
        f"""([x, y]) => {{
          const plot = {PLOT}, box = plot.getBoundingClientRect(), {{ xaxis, yaxis }} = plot._fullLayout;
          return [box.x + xaxis._offset + xaxis.d2p(x), box.y + yaxis._offset + yaxis.d2p(y)];
        }}""",
        [x, y],
    )


def test_new_data_are_drawn_in_place_and_the_zoom_is_kept(figure):
    figure.mouse.move(*spot(figure, -1, -1))
    figure.mouse.down()
    figure.mouse.move(*spot(figure, 1, 1), steps=5)
    figure.mouse.up()
    figure.wait_for_function(f"{PLOT}._fullLayout.xaxis.range[1] < 1.2")
    zoomed = figure.evaluate(f"{PLOT}._fullLayout.xaxis.range.map((end) => end.toFixed(2))")
    figure.evaluate(f"window.before = {PLOT}; window.svg = {PLOT}.querySelector('.main-svg')")
    figure.get_by_role("button", name="New data").click()
    expect(figure.get_by_text("turn 1")).to_be_visible()
    figure.wait_for_function(f"{PLOT}.data[0].z[20][20] === 1")
    assert figure.evaluate(f"window.before === {PLOT} && window.svg === {PLOT}.querySelector('.main-svg')")
    assert figure.evaluate(f"{PLOT}._fullLayout.xaxis.range.map((end) => end.toFixed(2))") == zoomed


@pytest.mark.slow
@pytest.mark.parametrize(("x", "y"), [(1.25, -0.5), (-2.75, 2.6)], ids=["on the contour", "where nothing is drawn"])
def test_a_click_reports_the_exact_coordinates(figure, x, y):
    figure.mouse.click(*spot(figure, x, y))
    expect(figure.get_by_text("clicked")).not_to_have_text("not clicked")
    shown = [float(word) for word in figure.get_by_text("clicked").inner_text().split()[1:]]
    assert shown == pytest.approx([x, y], abs=0.03)


@pytest.mark.slow
def test_frames_are_scrubbed_in_the_browser_and_reported_once_on_release(figure):
    slider = figure.get_by_role("slider", name="Step")
    assert slider.input_value() == "4"
    slider.focus()
    figure.keyboard.press("Home")
    figure.wait_for_function(f"{PLOT}.dataset.frame === '0'")
    assert figure.evaluate(f"{PLOT}.data[1].x") == [-2, 0]
    expect(figure.locator("output")).to_have_text("step 0")
    assert slider.get_attribute("aria-valuetext") == "step 0"
    expect(figure.get_by_text("frame 0")).to_be_visible()
    assert figure.evaluate(f"{PLOT}.dataset.frame") == "0"


@pytest.mark.slow
def test_playing_runs_to_the_last_frame(figure):
    slider = figure.get_by_role("slider", name="Step")
    figure.get_by_role("button", name="Play").click()
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    assert slider.input_value() == "4"
    assert figure.evaluate(f"{PLOT}.data[1].x") == [-2, 4]


@pytest.mark.slow
def test_colour_names_become_the_palette_of_the_theme(figure):
    assert figure.evaluate(f"{PLOT}.data[1].line.color") == "#00725A"
    figure.emulate_media(color_scheme="dark")
    figure.wait_for_function(f"{PLOT}.data[1].line.color === '#2BD4A4'")
    assert "var(--" not in figure.evaluate(f"JSON.stringify({PLOT}.layout)")


@pytest.mark.slow
def test_a_phone_gets_its_own_height_and_a_finger_scrolls_the_page(browser, url):
    page, complaints = open_page(
        browser, url, viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page.goto("/")
    page.wait_for_function(f"{DRAWN} > 0")
    assert page.evaluate(f"{PLOT}.getBoundingClientRect().height") == 300
    assert page.evaluate(f"{PLOT}._fullLayout.dragmode") is False
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
    assert complaints == []


@pytest.mark.slow
def test_without_the_drawing_library_a_sentence_says_so(browser, url):
    page, _ = open_page(browser, url, viewport={"width": 800, "height": 700})
    page.route("**/plotly-*.min.js", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("alert").filter(has_text="drawing library")).to_be_visible()
    page.context.close()
