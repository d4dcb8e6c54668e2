"""The programs project and probe as the page does."""

from pathlib import Path

import numpy as np
import pytest

from engine.geometry import digit_layers
from engine.training import pretrained
from viz.geometry import digit_layers_snippets as snippets

ROOT = Path(__file__).parents[3]
BATCH = slice(250, 500)


@pytest.fixture(scope="module")
def found(mnist):
    return digit_layers.study(pretrained.load().params, *digit_layers.samples(mnist))


@pytest.mark.parametrize("library", ["NumPy", pytest.param("JAX", marks=pytest.mark.slow)])
def test_the_program_finds_the_same_points_and_accuracies(mnist, found, library, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names: dict = {}
    source = snippets.projection(BATCH, "engine/training/pretrained.npz", procedural=False)[library]
    exec(compile(source, "snippet", "exec"), names)
    shown = digit_layers.show(pretrained.load().params, found.layers, mnist.test_images[BATCH])
    np.testing.assert_allclose(names["points"], shown.points[-1], atol=5e-3)
    expected = [(float(layer.accuracy), float(layer.shown_accuracy)) for layer in found.layers]
    # A digit or two of 2,500 on the edge of a cut may fall to the other side.
    np.testing.assert_allclose(names["accuracies"], expected, atol=1.3e-3)
    printed = capsys.readouterr().out
    assert "pixels: 3 axes keep 23.4%; probe 83." in printed
    assert "probabilities of digits 250 to 499 on 3 axes: (250, 3)" in printed


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_program_fits_the_panel(library):
    for procedural in (False, True):
        source = snippets.projection(BATCH, "weights.npz", procedural=procedural)[library]
        compile(source, "snippet", "exec")
        assert max(map(len, source.splitlines())) <= 120 and len(source.splitlines()) < 70
        assert ("procedural.load()" in source, "ubyte" in source) == (procedural, not procedural)
        assert 'np.load("weights.npz")' in source and "test_images[250:500]" in source
