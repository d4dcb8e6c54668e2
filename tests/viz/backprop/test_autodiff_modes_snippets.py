"""The code of both modes computes the Jacobian on the screen."""

import numpy as np
import pytest

from engine.backprop import autodiff_modes as modes
from engine.backprop.autodiff_modes import Problem
from tests.cases import some
from viz.backprop import autodiff_modes_snippets as snippets


def run(source):
    names: dict = {}
    exec(compile(source, "snippet", "exec"), names)
    return names


@pytest.mark.parametrize(
    "asked", some([Problem("squares", 5, 1), Problem("curve", 1, 4), Problem("dense", 3, 4)], every=2), ids=str
)
def test_both_libraries_make_the_same_jacobian(asked, capsys):
    wanted = modes.jacobians(asked)
    sources = snippets.jacobian(asked)
    np.testing.assert_allclose(run(sources["NumPy"])["jacobian"], wanted.forward, rtol=1e-12, atol=1e-15)
    names = run(sources["JAX"])
    np.testing.assert_allclose(names["forward"], wanted.forward, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(names["reverse"], wanted.reverse, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(names["value"], wanted.value, rtol=1e-12)
    printed = capsys.readouterr().out
    assert f"passes: {asked.inputs} forward, {asked.outputs} reverse" in printed and "True True" in printed
    kept = int(printed.split("way back: ")[1])
    assert 4 * kept == modes.counts(asked).kept


def test_code_fits_the_panel():
    for source in snippets.jacobian(Problem("dense", 512, 512)).values():
        assert len(source.splitlines()) < 50 and max(map(len, source.splitlines())) <= 120
