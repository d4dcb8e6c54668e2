"""The confusion matrix and the ten bars, number by number."""

import numpy as np
import pytest

from engine.training.evaluation import Evaluation, compare
from viz import theme
from viz.training.evaluation import (
    accuracy_words,
    comparison_words,
    confusion_figure,
    digit_words,
    probabilities_figure,
)


def judged(confusion):
    nothing = np.zeros(0, int)
    return Evaluation(np.zeros((0, 10)), nothing, nothing, np.asarray(confusion), nothing)


@pytest.fixture
def confusion():
    """Counts that are all different, so that no two cells can be exchanged."""
    counts = np.arange(100).reshape(10, 10) + 1
    counts[np.arange(10), np.arange(10)] = 900 + np.arange(10)
    return counts


def test_cells_are_coloured_by_their_share_of_the_label_and_the_diagonal_is_not(confusion):
    figure = confusion_figure(judged(confusion))
    (cells,) = figure.select_traces({"name": "confusion"})
    shares = confusion / confusion.sum(axis=1, keepdims=True)
    shares[np.arange(10), np.arange(10)] = 0
    np.testing.assert_allclose(cells.z, shares)
    assert cells.zmin == 0 and cells.zmax == pytest.approx(shares.max())
    assert [colour for _, colour in cells.colorscale] == [colour for _, colour in theme.SEQUENTIAL]


def test_every_cell_prints_its_count(confusion):
    (cells,) = confusion_figure(judged(confusion)).select_traces({"name": "confusion"})
    assert np.asarray(cells.text).astype(int).tolist() == confusion.tolist() and cells.texttemplate == "%{text}"
    assert list(cells.x) == list(cells.y) == list(range(10))


def test_labels_run_down_and_predictions_across_in_squares(confusion):
    layout = confusion_figure(judged(confusion)).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("predicted", "label")
    assert layout.yaxis.autorange == "reversed" and layout.yaxis.scaleanchor == "x"


def test_the_counts_given_are_left_as_they_are(confusion):
    before = confusion.copy()
    confusion_figure(judged(confusion))
    np.testing.assert_array_equal(confusion, before)


def test_a_label_without_digits_and_a_network_without_failures_draw_nothing_in_colour():
    (cells,) = confusion_figure(judged(np.diag([5] * 9 + [0]))).select_traces({"name": "confusion"})
    assert not np.any(cells.z) and np.all(np.isfinite(cells.z)) and cells.zmax > 0


@pytest.mark.parametrize("label", [0, 4, None])
def test_ten_bars_with_their_values_and_the_label_outlined(label):
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10)).astype(np.float32)
    figure = probabilities_figure(probabilities, label)
    (bars,) = figure.select_traces({"name": "probabilities"})
    assert list(bars.x) == list(range(10))
    np.testing.assert_array_equal(bars.y, probabilities)
    assert [digit for digit, width in enumerate(bars.marker.line.width) if width] == ([] if label is None else [label])
    assert bars.texttemplate == "%{y:.1%}" and bars.marker.color == theme.color("prediction")
    assert bars.marker.line.color == theme.color("truth")


def test_the_bars_axis_runs_from_nothing_to_certainty_with_room_for_a_label():
    layout = probabilities_figure(np.eye(10)[3], 3).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("class", "probability")
    assert layout.yaxis.range[0] == 0 and 1 < layout.yaxis.range[1] < 1.2


LABELS = np.repeat(np.arange(10), 6_000)


@pytest.mark.parametrize(
    ("training", "test", "said"),
    [
        (0.9941, 0.98, "The gap of **1.41 percentage points** is *overfitting*"),
        (0.9810, 0.98, "within chance"),
        (0.9790, 0.98, "within chance"),
        (0.93, 0.94, "1.00 percentage points fewer"),
        (0.1024, 0.0974, "That is guessing"),
        (0.0974, 0.0974, "That is guessing"),
    ],
)
def test_overfitting_is_said_only_of_what_was_learnt_and_beyond_chance(training, test, said):
    words = comparison_words(compare(training, test, LABELS, 10_000), 60_000)
    assert said in words and f"right on {training:.2%} of the 60,000 training digits" in words
    assert ("is *overfitting*" in words) == (said.startswith("The gap"))


def test_a_digit_without_numbers_is_not_said_to_be_a_zero():
    probabilities = np.array([np.eye(10)[7], np.full(10, np.nan), np.eye(10)[2]])
    labels = np.array([7, 0, 3])
    found = Evaluation(probabilities, probabilities.argmax(axis=1), labels, np.zeros((10, 10), int), np.array([1, 2]))
    assert digit_words(found, 0) == "Label **7**, predicted **7**: right."
    assert "no prediction" in digit_words(found, 1)
    assert digit_words(found, 2) == "Label **3**, predicted **2**: wrong."
    words = accuracy_words(found, "this network", "MNIST")
    assert "33.33%" in words and "3 test digits (MNIST)" in words and "wrong on 2" in words
