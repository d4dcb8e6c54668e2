"""Pictures, words and the figure of the from-scratch page against the engine's own values."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from engine.digits.mnist import Digits
from engine.scratch.from_scratch_runs import BREAKS, TEXTBOOK, Run, Settings, run
from engine.scratch.from_scratch_steps import PIECES, Small, walk
from tests.cases import some
from viz.scratch import from_scratch as viz
from viz.scratch import from_scratch_words as words
from viz.scratch.from_scratch_code import PIECES as WORDS
from viz.scratch.from_scratch_code import coloured
from viz.scratch.from_scratch_values import CLASS, PIXEL, SAMPLE, UNIT, statement, stepper

SMALL = Small(batch_size=3, hidden_units=6, low=-0.1)
SOUND = Settings()


@pytest.fixture(scope="module")
def digits():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (20, 28, 28)).astype(np.uint8)
    return Digits(images, np.arange(20, dtype=np.uint8) % 10, images, np.zeros(20, np.uint8), "test")


@pytest.fixture(scope="module")
def recordings(digits):
    return {piece: walk(piece, SMALL, digits) for piece in PIECES}


@pytest.fixture(scope="module")
def shown(recordings):
    return {piece: stepper(found, WORDS[piece], hidden_units=6) for piece, found in recordings.items()}


@pytest.fixture(scope="module")
def fewer(mnist):
    """A tenth of the training digits."""
    return Digits(*(part[:6400] for part in mnist[:2]), *(part[:2000] for part in mnist[2:4]), mnist.source)


def made(losses, accuracies, *, updates=469, **settings):
    return Run(replace(SOUND, **settings), np.asarray(losses, float), np.asarray(accuracies, float), updates)


def find(cards, name):
    return next(card for card in cards if card["name"] == name)


@pytest.mark.parametrize("piece", PIECES)
def test_the_code_shown_is_the_source(piece, recordings, shown):
    joined = ["".join(text for text, _ in line) for line in shown[piece]["lines"]]
    assert "\n".join(joined) + "\n" == recordings[piece].source


@pytest.mark.parametrize("piece", [*PIECES, "rmsprop", "adam"])
def test_every_executed_line_is_explained(piece, recordings, digits):
    found = recordings.get(piece)
    if found is None:
        found, piece = walk("update", replace(SMALL, optimizer=piece), digits), "update"
    texts = [" ".join(line.split()) for line in found.source.splitlines()]
    assert {statement(texts, step) for step in found.steps} <= set(WORDS[piece].does)


@pytest.mark.parametrize("piece", PIECES)
def test_each_step_shows_what_was_recorded(piece, recordings, shown):
    called = {"returned": "returns", "yielded": "yields"}
    for step, told in zip(recordings[piece].steps, shown[piece]["steps"], strict=True):
        assert told["line"] == step.line and [list(each) for each in step.passes] == told["passes"]
        assert [card["name"] for card in told["reads"]] == list(step.reads)
        assert [card["name"] for card in told["writes"]] == [called.get(name, name) for name in step.writes]
        assert {card["name"] for card in told["writes"] if card["mark"] == "changed"} == set(step.changed)


def test_pictures_carry_the_values(recordings, shown):
    values = shown["dense"]["values"]
    first = shown["dense"]["steps"][0]
    recorded = recordings["dense"].steps[0]
    pixels = values[find(first["reads"], "inputs")["value"]]
    assert pixels["kind"] == "tiles" and pixels["ink"] and pixels["count"] == 3
    sheet = np.frombuffer(base64.b64decode(pixels["bytes"]), np.uint8).reshape(3, 784)
    np.testing.assert_allclose(sheet / 255, recorded.reads["inputs"], atol=1e-6)
    weights = values[find(first["reads"], "W")["value"]]
    assert weights["count"] == 6 and not weights["ink"]
    W = recorded.reads["W"]
    sheet = np.frombuffer(base64.b64decode(weights["bytes"]), np.int8).reshape(6, 784)
    np.testing.assert_allclose(sheet.T / 127 * np.abs(W).max(), W, atol=np.abs(W).max() / 200)
    cells = values[find(first["writes"], "products")["value"]]
    assert (cells["kind"], cells["rows"], cells["columns"]) == ("cells", 3, 6)
    found = [float(text.replace("−", "-")) for text in cells["texts"]]
    np.testing.assert_allclose(found, recorded.writes["products"].ravel(), rtol=0.06, atol=0.01)
    assert np.sign(cells["strengths"]).tolist() == np.sign(recorded.writes["products"].ravel()).tolist()


def test_probabilities_are_bars_and_weights_four_tensors(shown):
    loss = shown["loss"]
    bars = loss["values"][find(loss["steps"][0]["writes"], "probabilities")["value"]]
    assert bars["kind"] == "bars" and bars["rows"] == 3
    np.testing.assert_allclose(np.reshape(bars["values"], (3, 10)).sum(1), 1, atol=1e-3)
    gradient = find(shown["step"]["steps"][0]["writes"], "gradient")
    assert [item["name"] for item in gradient["items"]] == ["W1", "b1", "W2", "b2"]
    colors = [[axis["color"] for axis in item["axes"]] for item in gradient["items"]]
    assert colors == [[PIXEL, UNIT], [UNIT], [UNIT, CLASS], [CLASS]]
    probabilities = find(loss["steps"][0]["writes"], "probabilities")
    assert [axis["color"] for axis in probabilities["axes"]] == [SAMPLE, CLASS]
    returned = shown["step"]["steps"][-1]["writes"][0]
    assert [item["name"] for item in returned["items"]] == ["loss", "weights", "memory"]


def test_a_value_is_sent_once(shown):
    values = shown["sequential"]["values"]
    kinds = [value for value in values if value["kind"] == "tiles"]
    # The pixels and W1, though four lines read them.
    assert len(kinds) == 2


def test_numbers_that_are_none_leave_the_picture_whole(digits):
    found = stepper(walk("fit", replace(SMALL, learning_rate=100.0, high=10.0), digits), WORDS["fit"], hidden_units=6)
    assert found["steps"]


def test_colours_cover_lines_of_any_kind():
    text = 'def f(x):\n    """Two\n    lines."""\n    return x + 1  # one\n'
    lines = coloured(text)
    assert ["".join(part for part, _ in line) for line in lines] == text.splitlines()
    assert ("f", "name") in lines[0] and ('    lines."""', "string") in lines[2]
    assert lines[3][1] == ("return", "keyword") and ("1", "number") in lines[3]


class TestFigure:
    def test_the_curve_is_the_runs_and_the_diamonds_the_textbooks(self):
        losses = np.linspace(5, 1, 469 * 2)
        figure = viz.run_figure(made(losses, [0.4, 0.6]), [], SOUND)
        curve, points, accuracy, book, book_accuracy = figure.data
        np.testing.assert_allclose(curve.x[-1], (curve.x[-1]) // 1 + curve.x[-1] % 1)
        assert len(curve.x) <= 400 and curve.y[0] == pytest.approx(losses[:4].mean())
        assert points.y[1] == losses[100] and points.x[1] == pytest.approx(100 / 469) and len(points.x) == 10
        assert list(accuracy.y) == [0.4, 0.6] and list(accuracy.x) == [1, 2]
        assert list(book.y[1:5]) == [2.25, 2.22, 2.11, 2.23] and book.x[6] == pytest.approx(9 + 100 / 469)
        assert book.y[0] == pytest.approx(5.25) and book.error_y.array[0] == pytest.approx(0.65)
        assert book_accuracy.y[0] == pytest.approx(0.815) and book_accuracy.x[0] == 10

    def test_earlier_runs_stay_named_and_differ_by_dash_and_colour(self):
        kept = [made([2, 1], [0.1], broken=(each,)) for each in BREAKS[:5]]
        figure = viz.run_figure(made([3, 2], [0.2]), kept, SOUND)
        curves = [trace for trace in figure.data if trace.mode == "lines"]
        assert [trace.name for trace in curves] == [viz.name(each.settings) for each in (made([], []), *kept[::-1])]
        assert len({(trace.line.color, trace.line.dash) for trace in curves}) == 6

    def test_other_numbers_have_no_textbook_and_none_no_curve(self):
        assert len(viz.run_figure(None, [], replace(SOUND, low=0.01)).data) == 0
        assert len(viz.run_figure(None, [], replace(SOUND, batch_size=64)).data) == 0
        short = viz.run_figure(None, [], replace(SOUND, epochs=2))
        assert len(short.data[0].x) == 5 and len(short.data[1].x) == 0

    def test_what_is_no_number_leaves_the_axes_whole(self):
        figure = viz.run_figure(made([5.0, np.nan, np.inf, 0.0], []), [], SOUND)
        assert np.isfinite(figure.layout.yaxis.range).all()
        assert figure.layout.yaxis.range[0] == pytest.approx(np.log10(0.5))
        low = viz.run_figure(made(np.full(40, 0.01), []), [], SOUND)
        assert 10 ** low.layout.yaxis.range[0] < 0.01


def test_the_log_holds_every_hundredth_batch_beside_the_textbooks():
    losses = np.arange(469 * 2) / 1000
    table = viz.log_html(made(losses, [0.401, 0.5]), SOUND)
    for text in (">0.10<small>textbook 2.25</small>", ">0.87<", "4.60 to 5.90", ">40.1%<", "81% to 82%"):
        assert text in table, text
    assert table.count("<tr>") == 11
    assert "textbook" not in viz.log_html(None, replace(SOUND, low=0.02))
    assert "no number" in viz.log_html(made([np.nan], []), SOUND)


def test_names_say_what_differs():
    assert viz.name(replace(SOUND, optimizer="adam", epochs=1, learning_rate=0.5, broken=("zeros", "labels"))) == (
        "Adam, rate 0.5, 1 epoch, W begins at 0, labels shuffled"
    )


class TestWords:
    """Every sentence is borne out by the run it is about, and by no other."""

    @pytest.mark.parametrize("broken", some(["zeros", "labels", "rate", "scale"], every=3))
    def test_of_what_is_broken_on_some_real_digits(self, broken, fewer):
        done = list(run(Settings(broken=(broken,), epochs=2), fewer))[-1]
        (verdict,) = words.verdicts(done)
        assert verdict.holds is True, (verdict, done.losses[-5:], done.accuracies)
        assert f"**{done.accuracies[-1]:.4f}**" in words.measured(done)

    @pytest.mark.slow
    @pytest.mark.parametrize("low", [0.0, -0.05])
    @pytest.mark.parametrize("broken", BREAKS)
    def test_of_what_is_broken_on_all_of_mnist(self, broken, low, mnist):
        done = list(run(Settings(low=low, high=low + 0.1, broken=(broken,), epochs=2), mnist))[-1]
        (verdict,) = words.verdicts(done)
        assert verdict.holds is True, (verdict, done.losses[-5:], done.accuracies)

    @pytest.mark.slow
    @pytest.mark.parametrize("broken", ["activation", "zeros", "rate", "scale"])
    def test_with_rmsprop(self, broken, mnist):
        settings = Settings(low=-0.05, high=0.05, broken=(broken,), epochs=2, optimizer="rmsprop")
        (verdict,) = words.verdicts(list(run(settings, mnist))[-1])
        assert verdict.holds is True

    @pytest.mark.parametrize("broken", BREAKS)
    @pytest.mark.parametrize("low", [0.0, -0.05])
    def test_a_run_that_went_otherwise_is_said_to(self, broken, low):
        sound = low == 0.0 and broken in ("bias", "activation")
        # One that guesses contradicts what should work, one that works what should fail.
        works = made(np.r_[np.full(469, 2.2), np.linspace(2, 0.4, 469)], [0.44, 0.7], low=low, high=low + 0.1)
        guesses = made(np.linspace(2.31, 2.3, 938), [0.1, 0.11], low=low, high=low + 0.1)
        expected_to_work = sound or (low < 0 and broken in ("bias", "activation", "rate", "scale"))
        wrong = guesses if expected_to_work else works
        wrong = wrong._replace(settings=replace(wrong.settings, broken=(broken,)))
        (verdict,) = words.verdicts(wrong)
        assert verdict.holds is False
        assert words.checked(verdict, False).startswith("Not so here")

    def test_nothing_is_said_before_an_epoch_is_over_or_where_nothing_is_known(self):
        assert words.verdicts(made([2.0], [], broken=("bias",))) == ()
        (verdict,) = words.verdicts(made([2.0] * 938, [0.5, 0.6], low=0.03, broken=("bias",)))
        assert verdict.holds is None and words.checked(verdict, True).startswith("Not checked")

    def test_several_are_told_each(self):
        done = made([2.3] * 938, [0.1, 0.1], broken=("labels", "zeros"))
        assert [verdict.name for verdict in words.verdicts(done)] == ["zeros", "labels"]


def test_changed_lines_are_struck_through_and_put_in():
    text = viz.changes_html("  a = 1\n- b = <2>\n+ b = 3")
    assert "<del" in text and "− b = &lt;2&gt;</del>" in text and "+ b = 3</ins>" in text and "<span>  a = 1" in text


def test_the_textbooks_figures_are_the_syllabus():
    positive, around = TEXTBOOK
    assert next(iter(positive.losses.values())) == (4.6, 5.9) and positive.accuracy == (0.81, 0.82)
    assert [low for low, _ in list(positive.losses.values())[5:]] == [0.70, 0.70, 0.61, 0.67, 0.74]
    assert around.accuracy == (0.83, 0.83)
