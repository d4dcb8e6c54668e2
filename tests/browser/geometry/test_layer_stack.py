"""The stack board: dragging, the morph and the overlay need no server and end in the engine's numbers; edits, phone."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy import linalg

from engine.geometry import layer_stack as stack
from engine.geometry.geometry import rotation
from engine.geometry.layer_stack import CHAINS

BOARD = "[data-testid=stack-board]"
DATA = f"document.querySelector('{BOARD}').dataset"
POINTS = stack.cloud("all")


def rests(page):
    page.wait_for_function(f"{DATA}.rests === 'true'")


def opened(page):
    page.goto("/layer_stack")
    page.wait_for_function(f"document.querySelector('{BOARD}')?.dataset.rests === 'true'", timeout=60_000)
    return page


@pytest.fixture
def board(page):
    return opened(page)


def shown(page):
    """The chain on the board, and the rest it tells."""
    data = page.evaluate(f"({{...{DATA}}})")
    return stack.chain_of(json.loads(data["layers"])), data


@contextmanager
def changed(page):
    """Once what is done within has changed the chain, and the engine has examined it."""
    before = shown(page)[1]["layers"]
    yield
    page.wait_for_function(f"before => {DATA}.layers !== before && {DATA}.rests === 'true'", arg=before)


def choose(page, title):
    with changed(page):
        page.locator(".st-key-layer_stack_chain").get_by_role("combobox").click()
        page.get_by_role("option", name=title).click()


def press(page, name):
    with changed(page):
        page.get_by_role("button", name=name).click()


def single(data):
    found = json.loads(data["single"])
    return np.reshape(found["W"], (2, 2)), np.array(found["b"])


def middle(page, handle):
    """Where the middle of a handle is on the screen."""
    box = page.locator(f"{BOARD} .handle[data-handle='{handle}']").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def moved(page, position):
    """Sample points as drawn at a position of the slider."""
    page.locator(f"{BOARD} .position").fill(str(position))
    page.wait_for_function(f"Number({DATA}.position) === {position}")
    return np.reshape(page.evaluate(f"document.querySelector('{BOARD}').shown().points"), (-1, 2))


def test_while_a_handle_is_dragged_the_single_layer_stays_the_product(board):
    board.locator(f"{BOARD} .stage").first.scroll_into_view_if_needed()
    x, y = middle(board, "0")
    board.mouse.move(x, y)
    board.mouse.down()
    before = shown(board)[1]["layers"]
    for k in range(1, 5):
        board.mouse.move(x + 12 * k, y - 9 * k)
        board.wait_for_function(f"before => {DATA}.layers !== before", arg=before)
        chain, data = shown(board)
        before = data["layers"]
        # Held: these numbers have not been in Python.
        assert data["rests"] == "false"
        wanted = stack.collapse(chain)[-1]
        np.testing.assert_allclose(single(data)[0], wanted.W, rtol=1e-12)
        np.testing.assert_allclose(single(data)[1], wanted.b, rtol=1e-12)
        assert float(data["largest"]) < 1e-14
    # The first column of W moved by what the pointer did, the second and b not at all.
    assert chain.weights[0, 0, 0] > 0.87 + 0.2 and chain.weights[0, 1, 0] > 0.5 + 0.15
    assert chain.weights[0, :, 1].tolist() == [-0.5, rotation(30)[1, 1]] and chain.biases[0].tolist() == [0, 0]
    # The handle stayed under the pointer, up to rounding to hundredths.
    assert middle(board, "0") == pytest.approx((x + 48, y - 36), abs=1)
    board.mouse.up()
    rests(board)
    expect(board.locator(f"{BOARD} .summary")).to_contain_text("3 layers are one layer. Largest distance")
    expect(board.locator(f"{BOARD} .numbers input").first).to_have_value(f"{chain.weights[0, 0, 0]:g}")
    expect(board.get_by_text(str(chain.weights[0].tolist())).first).to_be_attached()
    x, y = middle(board, "b")
    board.mouse.move(x, y)
    with changed(board):
        board.mouse.down()
        board.mouse.move(x + 30, y)
        board.mouse.up()
    after = shown(board)[0]
    assert after.biases[0][0] > 0.1 and after.biases[0][1] == 0
    np.testing.assert_array_equal(after.weights, chain.weights)


@pytest.mark.slow
def test_the_morph_stops_at_every_layers_output_and_turns_on_the_way(board):
    choose(board, "Two folds")
    chain = CHAINS["folds"][1]
    stages = stack.forward(chain, POINTS)
    # Stops: input, W1, relu, W2, relu, W3.
    wanted = [POINTS, stages.affine[0], stages.active[0], stages.affine[1], stages.active[1], stages.active[2]]
    for position, points in enumerate(wanted):
        np.testing.assert_allclose(moved(board, position), points, atol=1e-12)
    expect(board.locator(f"{BOARD} .place")).to_have_text("output")
    turn, stretch = linalg.polar(chain.weights[0])
    half = linalg.sqrtm(turn).real @ (np.eye(2) + stretch) / 2
    np.testing.assert_allclose(moved(board, 0.5), POINTS @ half.T + chain.biases[0] / 2, atol=1e-12)
    expect(board.locator(f"{BOARD} .place")).to_have_text("W @ x + b of layer 1, 50 %")
    np.testing.assert_allclose(moved(board, 1.25), 0.75 * wanted[1] + 0.25 * wanted[2], atol=1e-12)
    expect(board.locator(f"{BOARD} .place")).to_have_text("relu of layer 1, 25 %")
    board.get_by_role("button", name="Play").click()
    board.wait_for_function(f"Number({DATA}.position) > 1.6")
    board.get_by_role("button", name="Pause").click()


@pytest.mark.slow
def test_with_relu_the_count_the_proof_and_the_honest_exception(board):
    with changed(board):
        board.locator(f"{BOARD} .activation").select_option("relu")
    chain, data = shown(board)
    found = stack.examine(chain, POINTS)
    count = stack.disagreeing(found.distances, 0.05)
    assert int(data["disagreeing"]) == count > 50 and float(data["gap"]) == found.witness.gap
    np.testing.assert_allclose(single(data)[0], found.single.W, rtol=1e-12)
    expect(board.locator(f"{BOARD} .summary")).to_contain_text(f"{count} of 200 points disagree")
    expect(board.locator(f"{BOARD} .single")).to_contain_text("sends the middle of two points to the middle")
    board.get_by_label("A point disagrees beyond").select_option("0.2")
    fewer = stack.disagreeing(found.distances, 0.2)
    expect(board.locator(f"{BOARD} .summary")).to_contain_text(f"{fewer} of 200 points disagree")
    # In the browser alone, the same best layer and witness.
    board.locator(f"{BOARD} .stage").first.scroll_into_view_if_needed()
    x, y = middle(board, "1")
    board.mouse.move(x, y)
    board.mouse.down()
    board.mouse.move(x + 15, y + 10)
    board.wait_for_function(f"{DATA}.rests === 'false'")
    held, data = shown(board)
    found = stack.examine(held, POINTS)
    np.testing.assert_allclose(single(data)[0], found.single.W, atol=1e-12)
    assert float(data["gap"]) == pytest.approx(found.witness.gap, rel=1e-9)
    assert int(data["disagreeing"]) == stack.disagreeing(found.distances, 0.2)
    board.mouse.up()
    choose(board, "relu that has nothing to do")
    expect(board.locator(f"{BOARD} .summary")).to_contain_text("relu changes nothing")
    assert shown(board)[1]["exact"] == "true"


@pytest.mark.slow
def test_layers_are_added_moved_removed_typed_and_refused(board):
    kind = board.get_by_label("Kind")
    kind.select_option("random")
    board.get_by_label("Seed").fill("1.5")
    board.get_by_role("button", name="Add as a new layer").click()
    expect(board.locator(f"{BOARD} .message")).to_have_text("Seed must be a whole number from 0 to 99; “1.5” is not.")
    board.get_by_label("Seed").fill("7")
    press(board, "Add as a new layer")
    chain, data = shown(board)
    wanted = stack.random_affine(7)
    assert data["selected"] == "1" and len(chain.activations) == 4
    np.testing.assert_array_equal(chain.weights[1], wanted.W)
    np.testing.assert_array_equal(chain.biases[1], wanted.b)
    press(board, "Later")
    np.testing.assert_array_equal(shown(board)[0].weights[2], wanted.W)
    kind.select_option("rotation")
    board.get_by_label("Degrees").fill("90")
    press(board, "Put into layer 3")
    assert shown(board)[0].weights[2].tolist() == [[0, -1], [1, 0]]
    entry = board.get_by_label("W[0, 1]")
    for text, said in (("nan", "“nan” is not."), ("11", "“11” is not."), ("", "nothing is typed.")):
        entry.fill(text)
        entry.press("Enter")
        sentence = f"W[0, 1] must be a number from −10 to 10; {said}"
        expect(board.locator(f"{BOARD} .message")).to_have_text(sentence)
        expect(entry).to_have_value("-1")
    with changed(board):
        entry.fill("−0.5")
        entry.press("Enter")
    assert shown(board)[0].weights[2].tolist() == [[0, -0.5], [1, 0]]
    expect(board.locator(f"{BOARD} .message")).to_be_hidden()
    board.locator(f"{BOARD} .handle[data-handle=b]").focus()
    with changed(board):
        board.keyboard.press("ArrowUp")
    assert shown(board)[0].biases[2].tolist() == [0, 0.05]
    for _ in range(3):
        board.get_by_role("button", name="Remove").click()
    board.wait_for_function(f"JSON.parse({DATA}.layers).length === 1 && {DATA}.rests === 'true'")
    expect(board.get_by_role("button", name="Remove")).to_be_disabled()
    for _ in range(5):
        board.get_by_role("button", name="Add as a new layer").click()
    board.wait_for_function(f"JSON.parse({DATA}.layers).length === 6 && {DATA}.rests === 'true'")
    expect(board.get_by_role("button", name="Add as a new layer")).to_be_disabled()


@pytest.mark.slow
def test_sentences_are_computed_from_all_digits(board):
    """Of a turn by 37 degrees, three digits made areas grow; 0.1 · 0.6 − 0.3 · 0.2 is 7e−18 in 64 bits."""
    note = board.locator(f"{BOARD} .note")
    expect(note).to_have_text("Determinant of W = 1: areas stay as large.")
    board.get_by_label("Degrees").fill("37")
    press(board, "Put into layer 1")
    np.testing.assert_allclose(shown(board)[0].weights[0], rotation(37), atol=1e-15)
    expect(note).to_have_text("Determinant of W = 1: areas stay as large.")
    entry = board.get_by_label("W[0, 0]")
    expect(entry).to_have_value("0.7986")
    # Who goes to the box sees the number itself, and leaving it changes nothing.
    before = shown(board)[1]["layers"]
    entry.focus()
    expect(entry).to_have_value(str(rotation(37)[0, 0]))
    entry.blur()
    expect(entry).to_have_value("0.7986")
    assert shown(board)[1]["layers"] == before
    for numbers, said in (
        (("0.1", "0.3", "0.2", "0.6"), "Both columns of W lie on one line (determinant 0): layer 1 flattens"),
        (("1.00003", "0", "0", "1"), "Determinant of W = 1.00003: areas become 1.00003 times as large."),
    ):
        for k, text in enumerate(numbers):
            box = board.locator(f"{BOARD} .numbers input").nth(k)
            box.fill(text)
            box.press("Enter")
        expect(note).to_contain_text(said)
    rests(board)


@pytest.mark.slow
def test_on_a_phone_a_finger_drags_and_nothing_overflows(phone):
    opened(phone)
    choose(phone, "A layer of zeros")
    phone.get_by_role("button", name="Layer 2: select it").tap()
    expect(phone.locator(f"{BOARD} .note")).to_contain_text("every point is sent to b = (0.5, 0.5)")
    phone.locator(f"{BOARD} .stage").first.scroll_into_view_if_needed()
    x, y = middle(phone, "1")
    touch = phone.context.new_cdp_session(phone)
    for kind, way in (("touchStart", 0), ("touchMove", 20), ("touchMove", 40), ("touchEnd", None)):
        places = [] if way is None else [{"x": x, "y": y - way}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    phone.wait_for_function(f"JSON.parse({DATA}.layers)[1].W[3] > 0.1 && {DATA}.rests === 'true'")
    chain, data = shown(phone)
    assert chain.weights[1][:, 0].tolist() == [0, 0]
    expect(phone.locator(f"{BOARD} .note")).to_contain_text("flattens the plane onto a line")
    np.testing.assert_allclose(single(data)[0], np.linalg.multi_dot(chain.weights[::-1]), atol=1e-12)
    assert phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every((element) => element.scrollWidth <= element.clientWidth)"
    )
