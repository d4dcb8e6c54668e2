"""What the loop board is given: every number and picture of the turn, true words, links to pages that exist."""

import base64
import re

import numpy as np
import pytest

from engine.training import training, whole_picture
from engine.training.training import Settings
from pages.shell import chapter
from viz.training import whole_picture as viz
from viz.training.whole_picture import Moment

TITLES = {each.stem: each.title for each in chapter.LESSONS}
SAMPLES = 40
SETTINGS = Settings(hidden_units=9, batch_size=32, seed=3, optimizer="sgd", learning_rate=0.1)
LOSSES = np.array([2.5, 2.25, 9.0], np.float32)


@pytest.fixture(scope="module")
def turned():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 255, (SAMPLES, 28, 28), dtype=np.uint8)
    data = training.place(images, rng.integers(0, 10, SAMPLES).astype(np.uint8), training.device_mesh())
    taken = whole_picture.batch(SETTINGS, 2, SAMPLES)
    state = training.initial_state(SETTINGS)
    return whole_picture.turn(state, data, taken, SETTINGS.learning_rate, optimizer="sgd"), taken


def drawn(turned, state="paused", update=3, made=True):
    found, taken = turned
    return viz.board(found, taken, Moment(state, SETTINGS, 0.1, update, 10, made, LOSSES), TITLES)


def opened(packed):
    return np.frombuffer(base64.b64decode(packed["bytes"]), np.uint8).reshape(packed["shape"])


def test_pictures_and_numbers_are_the_turns(turned):
    found, _ = turned
    shown = drawn(turned)
    assert np.array_equal(opened(shown["digits"]), found.images.reshape(-1, 28, 28))
    assert shown["labels"] == found.labels.tolist()
    np.testing.assert_allclose(shown["probabilities"], found.probabilities, atol=1e-5)
    np.testing.assert_allclose(opened(shown["hidden"]) / 255, found.hidden / found.hidden.max(), atol=0.003)
    assert shown["active"] == (found.hidden > 0).sum(axis=1).tolist()
    assert shown["loss"] == f"{found.loss:.3f}"
    assert shown["norms"]["gradient"]["W2"] == pytest.approx(float(found.norms.gradient.W2), rel=1e-3)


@pytest.mark.parametrize("layer", ["W1", "W2"])
def test_weights_are_drawn_on_one_scale_and_the_step_against_the_gradient(turned, layer):
    found, _ = turned
    pictures = {name: opened(packed).astype(int) - 128 for name, packed in drawn(turned)[layer].items()}
    before, after = (np.asarray(getattr(each, layer), float) for each in (found.before, found.after))
    if layer == "W1":
        before, after = (each.T.reshape(-1, 28, 28) for each in (before, after))
    scale = viz.limit(before)
    np.testing.assert_allclose(pictures["before"] / 127 * scale, before.clip(-scale, scale), atol=scale / 127)
    np.testing.assert_allclose(pictures["after"] / 127 * scale, after.clip(-scale, scale), atol=scale / 127)
    assert np.array_equal(pictures["step"], -pictures["gradient"]), "SGD steps straight against the gradient"
    assert np.abs(pictures["gradient"]).max() == 127


@pytest.mark.parametrize(
    ("state", "update", "made", "headline", "update_says"),
    [
        ("new", 0, False, "Next: turn 1", "press One turn"),
        ("paused", 3, True, "Turn 3", "SGD moves each weight"),
        ("paused", 3, False, "Next: turn 4", "press One turn"),
        ("running", 3, True, "Turn 4", "SGD moves each weight"),
        ("finished", 10, False, "After 10 turns", "The run is over"),
        ("stopped", 1, False, "After 1 turn", "The run is over"),
    ],
)
def test_the_picture_says_which_turn_it_is_and_whether_it_is_made(turned, state, update, made, headline, update_says):
    shown = drawn(turned, state, update, made)
    assert shown["headline"] == headline
    assert [stage["key"] for stage in shown["story"]] == ["forward", "loss", "backward", "update"]
    assert shown["story"][1]["text"] == f"How wrong they are: {shown['loss']}."
    assert not any(re.search(r"\d\.\d", stage["ahead"]) for stage in shown["story"]), "no result before its stage"
    assert update_says in shown["story"][3]["text"]
    assert shown["captions"]["optimizer"].startswith("moves W1 by" if made else "would move W1 by")
    assert shown["running"] == (state == "running")


def test_captions_count_what_is_there(turned):
    found, _ = turned
    captions = drawn(turned)["captions"]
    assert captions["batch"] == "32 digits, batch 1 of 2"
    assert captions["predictions"] == f"{100 * float(found.accuracy):.0f} % of the batch right"
    assert captions["rule"] == "SGD, rate 0.1"
    moved = 100 * np.linalg.norm(found.norms.step.W1) / np.linalg.norm(found.norms.weights.W1)
    assert captions["optimizer"] == f"moves W1 by {moved:.2g} %"


def test_the_curve_ends_with_the_turn_shown_and_skips_what_is_no_number(turned):
    found, _ = turned
    curve = drawn(turned)["curve"]
    assert curve["turns"] == [1, 2, 3]
    np.testing.assert_allclose(curve["losses"], [2.5, 2.25, float(found.loss)], atol=1e-3)
    lost = found._replace(loss=np.float32(np.nan), probabilities=np.full((8, 10), np.nan, np.float32))
    shown = drawn((lost, turned[1]))
    assert shown["loss"] == "not a number" and shown["curve"]["turns"] == [1, 2]
    assert np.array(shown["probabilities"]).tolist() == np.zeros((8, 10)).tolist()


def test_every_part_opens_a_page_of_the_chapter_and_the_empty_picture_has_the_same_parts(turned):
    parts = drawn(turned)["parts"]
    empty = viz.empty_board(TITLES, SETTINGS)
    assert empty["parts"] == parts and not empty["ready"] and len(empty["story"]) == 4
    links = {link["stem"]: link["page"] for part in parts for link in part["links"]}
    assert links.keys() == viz.STEMS and all(chapter.lesson(stem).title == page for stem, page in links.items())
    wanted = {"batches", "network", "tensors", "product", "elementwise", "network_graph", "gradient", "descent"}
    assert next(part for part in parts if part["key"] == "gradient")["links"][0]["stem"] == "gradient"
    assert wanted <= links.keys()
    assert parts[1]["links"][0]["title"] == "Dense 9"


def test_the_status_says_how_to_go_on_when_the_run_is_over():
    now = Moment("finished", SETTINGS, 0.1, 10, 10, False, LOSSES)
    assert "begins anew" in viz.status(now, 0, 3.25) and "3.2 s" in viz.status(now, 0, 3.25)
    text = viz.status(now._replace(state="running", update=1234, total=2345), 321.4, 0)
    assert text == "**Training** · 1,234 of 2,345 turns made · 321 turns/s"


def test_a_scale_for_weights_that_are_all_zero_or_lost():
    assert viz.limit(np.zeros(5)) == 1.0 and viz.limit(np.full(3, np.nan)) == 1.0
    assert viz.signed(np.array([np.nan, 2.0]), 1.0).tolist() == [128, 255]
