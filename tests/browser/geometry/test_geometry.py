"""The plane boards: dragged, typed, played and steered by keys in the browser alone; at rest the engine's numbers."""

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.geometry import geometry, geometry_measures
from engine.geometry.geometry import PRESETS, PlaneMap
from engine.geometry.geometry_shapes import LETTER, pixel_points

BOARD = "[data-testid=plane-map]"
VECTORS = "[data-testid=plane-vectors]"
POINTS = np.array([[0, 0], [1, 0], [-0.5, 0.75], [2, -3]])


def opened(page):
    page.goto("/geometry")
    rests(page)
    return page


def rests(page):
    """The engine has answered for the map shown, and the window has stopped moving."""
    page.wait_for_function(
        f"(({{dataset}}) => dataset.rests === 'true' && dataset.still === 'true')"
        f"(document.querySelector('{BOARD}') ?? {{dataset: {{}}}})",
        timeout=60_000,
    )


def shown(page, board=BOARD):
    return page.evaluate(f"({{...document.querySelector('{board}').dataset}})")


def numbers(text):
    return np.array([float(value) for value in text.split(",") if value])


def plane_of(data):
    return PlaneMap(numbers(data["w"]).reshape(2, 2), numbers(data["b"]), data["relu"] == "true")


def agrees(data):
    """Everything the board says is what the engine says of that map."""
    plane = plane_of(data)
    found = geometry_measures.measure(plane.W)
    np.testing.assert_allclose(float(data["determinant"]), found.determinant, atol=1e-12)
    np.testing.assert_allclose(numbers(data["singular"]), found.singular, atol=1e-12)
    np.testing.assert_allclose(numbers(data["values"]), found.eigen.values, atol=1e-9)
    np.testing.assert_allclose(numbers(data["directions"]), found.eigen.directions.ravel(), atol=1e-9)
    np.testing.assert_allclose(numbers(data["shares"])[:4], geometry_measures.direction_shares(plane), atol=1e-12)
    if data["chosen"] == "letter":
        shares = geometry_measures.area_shares(plane, [LETTER])
        np.testing.assert_allclose(numbers(data["shares"])[4:], shares, atol=1e-12)
    assert int(data["rank"]) == found.rank


def box(page, label):
    return page.locator(f"{BOARD} input[aria-label='{label}']")


def centre(handle):
    place = handle.bounding_box()
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def images(page):
    return np.array(page.evaluate(f"{POINTS.tolist()}.map(document.querySelector('{BOARD}').imageOf)"))


def test_dragging_an_arrow_changes_w_at_once_and_ends_in_the_engines_numbers(page):
    opened(page)
    handle = page.locator(f"{BOARD} .handle[data-name=column1]")
    handle.scroll_into_view_if_needed()
    x, y = centre(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 6):
        before = shown(page)["w"]
        page.mouse.move(x + 30 * k, y + 22 * k)
        page.wait_for_function(f"document.querySelector('{BOARD}').dataset.w !== '{before}'")
        data = shown(page)
        # Held: Python knows nothing of this map yet, but all numbers are right.
        assert data["rests"] == "false"
        agrees(data)
    assert data["preset"] == "linear" and float(data["determinant"]) < 0.2
    expect(page.locator(f"{BOARD} .verdict")).to_have_text("")
    typed = float(box(page, "W[0, 1]").input_value().replace("−", "-"))
    assert typed == pytest.approx(plane_of(data).W[0, 1], abs=5e-4)
    np.testing.assert_allclose(plane_of(data).W[:, 0], geometry.rotation(30)[:, 0], atol=1e-12)
    page.mouse.up()
    rests(page)
    agrees(shown(page))
    expect(page.locator(f"{BOARD} .verdict")).to_have_text(geometry_measures.classify(plane_of(shown(page))))
    W = plane_of(shown(page)).W
    expect(page.get_by_text(f"W = np.array([[{W[0, 0]}, {W[0, 1]}]").first).to_be_attached()


@pytest.mark.slow
def test_every_family_and_the_way_to_it(page):
    opened(page)
    for name, preset in PRESETS.items():
        page.locator(f"{BOARD} .presets button[data-name={name}]").click()
        page.wait_for_function(
            f"(({{dataset}}) => dataset.preset === '{name}' && dataset.part === '1')(document.querySelector('{BOARD}'))"
        )
        data = shown(page)
        assert data["preset"] == name and data["part"] == "1"
        np.testing.assert_allclose(images(page), geometry.apply(preset.example, POINTS), atol=1e-12)
        agrees(data)
        for part in (0, 0.3, 0.8) if name in ("rotation", "relu") else (0.3,):
            page.locator(f"{BOARD} .part").fill(str(part))
            page.wait_for_function(f"document.querySelector('{BOARD}').dataset.part === '{part}'")
            np.testing.assert_allclose(images(page), geometry.between(preset.example, part)(POINTS), atol=1e-12)
        expect(page.locator(f"{BOARD} .handle").first).to_be_hidden()
    page.get_by_role("button", name="Rotation", exact=True).click()
    page.get_by_label("Angle, degrees counter-clockwise").fill("90")
    rests(page)
    np.testing.assert_array_equal(plane_of(shown(page)).W, [[0, -1], [1, 0]])
    expect(page.locator(f"{BOARD} .verdict")).to_contain_text("rotation by 90°, counter-clockwise")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"(part => part > 0.05 && part < 0.95)(document.querySelector('{BOARD}').dataset.part)")
    page.wait_for_function(f"document.querySelector('{BOARD}').dataset.part === '1'")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.slow
def test_numbers_are_typed_and_what_is_none_is_refused(page):
    opened(page)
    box(page, "W[0, 0]").fill("-2")
    box(page, "b[1]").fill("0,5")
    box(page, "b[1]").press("Enter")
    rests(page)
    plane = plane_of(shown(page))
    assert plane.W[0, 0] == -2 and plane.b.tolist() == [0, 0.5] and shown(page)["preset"] == "affine"
    # The window has grown until the image of everything fits.
    assert float(shown(page)["reach"]) == 5
    message = page.locator(f"{BOARD} .message")
    for text in ("NaN", "1e9", "two", ""):
        box(page, "W[1, 1]").fill(text)
        box(page, "W[1, 1]").press("Tab")
        expect(message).to_have_text(f"W[1, 1] must be a number from −100 to 100; “{text}” is not.")
        np.testing.assert_array_equal(plane_of(shown(page)).W, plane.W)
    expect(box(page, "W[1, 1]")).to_have_value("0.866")
    for label in ("W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"):
        box(page, label).fill("0")
    box(page, "W[1, 1]").press("Enter")
    expect(message).to_be_hidden()
    rests(page)
    agrees(shown(page))
    expect(page.locator(f"{BOARD} .readout").first).to_contain_text("squashed onto a point")
    expect(page.locator(f"{BOARD} .verdict")).to_contain_text("W is zero")


@pytest.mark.slow
def test_keys_move_the_handle_in_focus_and_the_sum_follows(page):
    opened(page)
    page.get_by_role("button", name="Back to nothing").click()
    page.locator(f"{BOARD} .handle[data-name=b]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    rests(page)
    assert shown(page)["b"] == "0.05,-0.5" and shown(page)["preset"] == "translation"
    page.locator(f"{BOARD} .objects").select_option("photo")
    page.locator(f"{BOARD} .readout", has_text="relu").get_by_role("checkbox").check()
    rests(page)
    agrees(shown(page))
    assert shown(page)["preset"] == "relu"
    vectors = page.locator(VECTORS)
    expect(vectors.get_by_role("status")).to_have_text("A + B = [0.5 + 1, 1 + 0.25] = [1.5, 1.25]")
    vectors.locator(".handle[data-name=B]").focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(vectors.get_by_role("status")).to_have_text("A + B = [0.5 + 1, 1 + (−0.25)] = [1.5, 0.75]")
    vectors.get_by_label("both orders").check()
    page.wait_for_function(f"document.querySelector('{VECTORS}').dataset.rests === 'true'")
    expect(page.get_by_text("B = np.array([1.0, -0.25])").first).to_be_attached()
    page.get_by_role("button", name="A = [0.5, 1], B = [1, 0.25]").click()
    page.wait_for_function(f"document.querySelector('{VECTORS}').dataset.sum === '1.5,1.25'")


@pytest.mark.slow
def test_relus_shares_say_what_they_are_of(page):
    """Of directions and of the letter's area, both exact; of a picture the pixels, counted."""
    opened(page)
    page.get_by_role("button", name="Affine + relu").click()
    rests(page)
    row = page.locator(f"{BOARD} .readout", has_text="relu after")
    plane = PRESETS["relu"].example
    far, own = geometry_measures.direction_shares(plane), geometry_measures.area_shares(plane, [LETTER])
    expect(row).to_contain_text(
        f"far out, where b hardly matters, it keeps {100 * far.kept:.1f}\u00a0% of all directions"
    )
    expect(row).to_contain_text(f"Of the object’s area it keeps {100 * own.kept:.1f}\u00a0%, flattens")
    page.locator(f"{BOARD} .objects").select_option("photo")
    rests(page)
    counts = np.rint(784 * np.array(geometry_measures.point_shares(plane, pixel_points(28, 28)))).astype(int)
    expect(row).to_contain_text(
        f"Of the object’s 784 pixels, each counted by its middle, it keeps {counts[0]}, "
        f"flattens {counts[1] + counts[2]}, puts {counts[3]} on the origin"
    )
    # Written 1, areas would be said to grow 1 times.
    box(page, "W[0, 0]").fill("1.0002")
    for label, text in (("W[0, 1]", "0"), ("W[1, 0]", "0"), ("W[1, 1]", "1")):
        box(page, label).fill(text)
    expect(page.locator(f"{BOARD} .readout").first).to_contain_text("1.0002: before relu, areas grow 1.0002 times")


@pytest.mark.slow
def test_on_a_phone_a_finger_drags_b_and_playing_goes_in_steps(phone):
    opened(phone)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
    handle = phone.locator(f"{BOARD} .handle[data-name=b]")
    handle.scroll_into_view_if_needed()
    x, y = centre(handle)
    session = phone.context.new_cdp_session(phone)
    for kind, far in (("touchStart", 0), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        touches = [] if far is None else [{"x": x + far, "y": y - far}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    phone.wait_for_function(f"document.querySelector('{BOARD}').dataset.b !== '0,0'")
    rests(phone)
    b = plane_of(shown(phone)).b
    assert b[0] == pytest.approx(b[1], abs=0.03) and b[0] > 0.5
    phone.evaluate(
        f"""() => {{
          const board = document.querySelector('{BOARD}');
          window.parts = new Set();
          new MutationObserver(() => window.parts.add(board.dataset.part)).observe(board, {{attributes: true}});
        }}"""
    )
    phone.get_by_role("button", name="Play").click()
    phone.wait_for_function("window.parts.has('0.75') && window.parts.has('1')")
    assert set(phone.evaluate("[...window.parts]")) <= {"0", "0.25", "0.5", "0.75", "1"}


def color_at(page, place):
    """The pixel of the canvas at a point of the plane."""
    return page.evaluate(
        f"""place => {{
          const board = document.querySelector('{BOARD}');
          const canvas = board.querySelector('canvas');
          const ratio = canvas.width / canvas.clientWidth;
          const [x, y] = board.pixelOf(place).map((value) => Math.round(value * ratio));
          return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
        }}""",
        list(place),
    )


@pytest.mark.slow
def test_pixels_and_outlines_lie_where_the_map_sends_them(page, mnist):
    opened(page)
    page.get_by_role("button", name="Affine + relu").click()
    page.locator(f"{BOARD} .readout").first.get_by_role("checkbox").uncheck()
    rests(page)
    # What relu keeps of the F: its sides end on the axes, not at its corners' images. Elsewhere the canvas is clear.
    (filled, empty) = (color_at(page, place) for place in ([0.1, 0.72], [0.4, 0.2]))
    assert filled[3] > 90 and filled[1] < 100 and empty[3] < 20
    page.locator(f"{BOARD} .objects").select_option("photo")
    page.get_by_role("button", name="Scaling").click()
    rests(page)
    ink = mnist.test_images[4]
    # Below the arrows; on no mirror image of the digit.
    apart = np.maximum.reduce([ink[::-1], ink[:, ::-1], ink[::-1, ::-1]]) < 10
    places = pixel_points(28, 28)[((ink > 250) & apart).ravel()]
    places = places[places[:, 1] < -0.3]
    for place, brightness in ((places[0], 0), (places[0] * [-1, 1], 255)):
        moved = geometry.apply(PRESETS["scaling"].example, place[None])[0]
        assert abs(color_at(page, moved)[0] - brightness) < 12
