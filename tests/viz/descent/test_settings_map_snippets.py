"""The code panels compute the map and the escape the page shows."""

import re

import numpy as np
import pytest

from engine.descent import local_minima, settings_map, surfaces
from engine.descent.surfaces import CURVES, SURFACES
from tests.cases import some
from tests.viz.running import run
from viz.descent import settings_map_snippets as snippets

CASES = [
    (surfaces.bowl_of(20), "momentum", 200, 0.01),
    (SURFACES["beale"], "nesterov", 200, 0.1),
    (CURVES["valleys"], "book", 400, 0.01),
    (surfaces.bowl_of(5), "book_plus", 200, 0.01),
    (surfaces.typed("relu(x) + x^2 / 4 + y^2", 2), "momentum", 200, 0.01),
]


@pytest.mark.parametrize("case", some(range(len(CASES)), every=4))
@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_code_makes_the_map(library, case, capsys):
    surface, method, limit, tolerance = CASES[case]
    shown = settings_map.measure(surface, settings_map.runs(surface, method, surface.start, limit), tolerance)
    source = snippets.settings_map(surface, method, surface.start, shown)[library]
    found = run(source)["steps"]
    assert found.shape == (61, 34)
    # float64 against float32: runs that wander may differ, a step counted at a rounding too.
    assert (found == shown.steps).mean() > 0.97
    printed = int(re.search(r"fewest steps: (\d+)", capsys.readouterr().out)[1])
    assert printed == pytest.approx(shown.steps[shown.steps >= 0].min(), abs=1)
    assert max(map(len, source.splitlines())) <= 110 and len(source.splitlines()) <= 50


@pytest.mark.parametrize("rate", [3, 8])
def test_the_code_finds_the_escape(rate):
    swept = local_minima.sweep((-4.2,))
    code = snippets.escape(-4.2, float(swept.rates[rate]), local_minima.bracket(swept, rate))
    found = run(code["NumPy"])
    assert found["leaves"] == pytest.approx(swept.thresholds[rate].leaves, abs=1e-9)
    assert found["stays"] == pytest.approx(swept.thresholds[rate].stays, abs=1e-9)
    right = np.asarray(run(code["JAX"])["right"])
    assert (right != (swept.ends[rate] == local_minima.RIGHT)).sum() <= 1


def test_without_a_change_there_is_no_bisection():
    assert list(snippets.escape(3.0, 0.05, None)) == ["JAX"]
