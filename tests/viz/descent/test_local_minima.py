"""The sweep's strips, signs, thresholds and sentences are the engine's."""

import numpy as np
import pytest

from engine.descent import local_minima
from engine.descent.local_minima import GONE, LEFT, MOVING, RIGHT
from viz.descent import local_minima as viz


@pytest.fixture(scope="module")
def swept():
    return local_minima.sweep(local_minima.SURFACE.start)


def test_the_strips_are_the_sweep(swept):
    figure = viz.sweep_figure(swept, 3, 0.71)
    strips = {one.name: one for one in figure.data if one.type == "heatmap"}
    for end, name in (
        (LEFT, "rests on the left"),
        (RIGHT, "rests on the right"),
        (MOVING, "not at rest"),
        (GONE, "diverges"),
    ):
        np.testing.assert_array_equal(np.isfinite(np.array(strips[name].z)), swept.ends == end)
        np.testing.assert_allclose(strips[name].x, swept.momenta)
    assert list(strips["diverges"].y) == [f"{rate:g}" for rate in swept.rates]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("momentum", "learning rate")
    own = next(one for one in figure.data if one.name == "your momentum")
    assert (own.x[0], own.y[0]) == (0.71, "0.05")
    line = next(one for one in figure.data if one.name == "smallest momentum that escapes")
    assert list(line.x) == [known.leaves for known in swept.thresholds]


def test_signs_stand_on_cells_of_their_kind_and_differ(swept):
    figure = viz.sweep_figure(swept, 3, 0.71)
    symbols = set()
    for end, (name, symbol, _, _) in viz.ENDS.items():
        for signs in (one for one in figure.data if one.type == "scatter" and one.name == name):
            symbols.add(symbol)
            for x, y in zip(signs.x, signs.y, strict=True):
                row = [f"{rate:g}" for rate in swept.rates].index(y)
                assert swept.ends[row, round(x * 200)] == end
    assert len(symbols) >= 3


def test_words_about_the_guess(swept):
    least = local_minima.smallest_on_slider(swept, 3)
    found = viz.threshold_words(swept, 3, least)
    assert f"escapes is {least:.2f}: you have found it" in found
    assert f"{swept.thresholds[3].stays:.4f}" in found and f"{swept.thresholds[3].leaves:.4f}" in found
    assert "yours is 0.10 above it" in viz.threshold_words(swept, 3, least + 0.1)
    assert "yours is 0.33 below it" in viz.threshold_words(swept, 3, least - 0.33)
    bands = sum(band.end == RIGHT for band in local_minima.bands(swept, 3))
    assert f"{bands} separate bands" in found
    assert "meets no change" in viz.threshold_words(local_minima.sweep((3.0,)), 3, 0.5)


@pytest.mark.parametrize(
    ("end", "word"), [(LEFT, "left"), (RIGHT, "right"), (MOVING, "not at rest"), (GONE, "diverges")]
)
def test_words_about_the_end(end, word):
    assert word in viz.guess_words(0.05, 0.5, end)
