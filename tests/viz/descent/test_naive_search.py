"""The naive search's figures and sentences say what the engine measured, and what was not measured."""

import numpy as np
import pytest

from engine.descent.naive_search import Cost, Place, Trial
from viz import theme
from viz.descent import naive_search as viz

TRIAL = Trial(Place("W2", 3, 1), 0.3, 0.05, 0.4, 0.5, 0.6, 1.9)


def trace(figure, name):
    return next(item for item in figure.data if item.name == name)


def test_the_story_has_the_textbooks_three_points():
    points = trace(viz.story_figure(), "forward passes")
    assert points.x == (0.25, 0.3, 0.35) and points.y == (0.4, 0.5, 0.6) and points.text == ("0.4", "0.5", "0.6")
    assert [item.name for item in viz.story_figure().data] == ["forward passes"]


def test_a_trial_shows_three_losses_and_the_line_of_the_gradients_slope():
    figure = viz.trial_figure(TRIAL)
    points, line = trace(figure, "forward passes"), trace(figure, "slope by the backward pass")
    np.testing.assert_allclose(points.x, [0.25, 0.3, 0.35])
    assert points.y == (0.4, 0.5, 0.6)
    assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(1.9)
    assert np.mean(line.y) == pytest.approx(0.5) and np.mean(line.x) == pytest.approx(0.3)
    assert line.line.color == theme.color("gradient") and points.marker.color == theme.color("loss")
    low, high = figure.layout.yaxis.range
    assert low < min(*points.y, *line.y) and high > max(*points.y, *line.y)


def test_equal_losses_still_have_an_axis():
    low, high = viz.trial_figure(TRIAL._replace(below=0.5, above=0.5, slope=0.0)).layout.yaxis.range
    assert low < 0.5 < high


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "**lower this weight**. Slope by these two losses: 2; by the backward pass: **1.9, the same way down**."),
        ({"below": 0.6, "above": 0.4, "slope": -2.0}, "**raise this weight**. Slope by these two losses: −2;"),
        ({"below": 0.5, "above": 0.5, "slope": 0.0}, "Both are equal: on this batch this weight changes nothing"),
        ({"below": 0.7, "above": 0.6, "slope": 0.5}, "Both ways lead up: this step jumps over the lowest place."),
        ({"below": 0.7, "above": 0.6, "slope": 0.5}, "**0.5, the other way: the step is too large**."),
        ({"below": 0.5, "above": 0.5, "slope": 0.0, "place": Place("W1", 0, 0)}, "Its pixel carries no ink"),
    ],
)
def test_the_sentence_of_a_trial(change, words):
    assert words in viz.trial_words(TRIAL._replace(**change))


def test_losses_that_differ_late_are_written_so_far():
    losses = (0.057931234, 0.057931301, 0.057931299)
    texts = [viz.loss_text(value, losses) for value in losses]
    assert len(set(texts)) == 3 and all(
        float(text) == pytest.approx(value, abs=1e-8) for text, value in zip(texts, losses, strict=True)
    )


def test_the_bars_are_two_measurements_and_an_extrapolation():
    cost = Cost(0.002, 0.005, 15, 814_100)
    bars = trace(viz.cost_figure(cost, 814_100), "seconds")
    assert bars.x == pytest.approx((0.002, 0.005, 0.002 * 814_100))
    assert bars.y[2] == "814,100 forward<br>passes, extrapolated"
    assert bars.marker.pattern.shape == ("", "", "/")
    assert bars.text[2] == " 27.1 minutes"
    axis = viz.cost_figure(cost, 814_100).layout.xaxis
    assert axis.type == "log" and axis.range[0] < np.log10(0.002) and axis.range[1] > np.log10(cost.naive)
    words = viz.cost_words(cost, 407_050)
    assert "One forward pass takes 2.00 ms, one backward pass 5.00 ms (medians of 15 runs, measured)" in words
    assert "814,100 forward passes were not run" in words and "**27.1 minutes**" in words
    assert "all 407,050 partial derivatives **325,640 times** faster" in words


def test_before_a_measurement_the_rows_stand_empty():
    figure = viz.cost_figure(None, 814_100)
    assert list(trace(figure, "seconds").x) == []
    assert "Press **Measure**" in viz.cost_words(None, 407_050)
