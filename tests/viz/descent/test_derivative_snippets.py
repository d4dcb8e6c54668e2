"""The code of the derivative page computes what the page shows."""

import subprocess
import sys

import jax
import numpy as np
import pytest

from engine.descent import derivative
from engine.descent.derivative import PRESETS, STEP
from engine.typed import expressions
from tests.cases import some
from tests.viz.running import run
from viz.descent import derivative_snippets as snippets

CASES = [
    ("square", 1.0, 0.5),
    ("cosine", -2.25, -0.125),
    ("relu", 1.5, 0.001),
    ("valleys", 0.0, 2.0),
    ("line", 3.0, 1e-3),
]


def written(text, x, epsilon, window=(-4.0, 4.0)):
    return snippets.derivative(expressions.parse(text), x=x, epsilon=epsilon, window=window, step=STEP)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize(("name", "x", "epsilon"), some(CASES, every=4))
def test_the_code_computes_the_numbers_of_the_board(name, x, epsilon, library, capsys):
    preset = PRESETS[name]
    study = derivative.study(preset.expression, preset.window)
    at, middle = int(np.argmin(np.abs(study.x - x))), study.wide_values[128:-128]
    found = run(written(preset.text, x, epsilon, preset.window)[library])
    near = {True: 1e-9, False: 1e-6}[library == "JAX"]
    assert float(found["slope"]) == pytest.approx(study.slopes[at], rel=near, abs=near)
    with jax.enable_x64(True):
        here, there = float(found["f"](np.float64(x))), float(found["f"](np.float64(x + epsilon)))
    assert here == pytest.approx(middle[at], rel=1e-12, abs=1e-12)
    secant = (there - middle[at]) / epsilon
    assert float(found["secant"]) == pytest.approx(secant, rel=1e-9)
    assert float(found["line"]) == pytest.approx(middle[at] + study.slopes[at] * epsilon, rel=1e-5, abs=1e-6)
    assert "secant" in capsys.readouterr().out
    if library == "JAX":
        np.testing.assert_allclose(found["places"], study.x)
        np.testing.assert_allclose(found["slopes"], study.slopes, rtol=1e-9, atol=1e-12)
        assert found["epsilons"].dtype == np.float32 and np.sign(found["epsilons"][0]) == np.sign(epsilon)


def test_the_jax_code_measures_float32_as_the_board_does(capsys):
    run(written("sin(x)", 1.0, 0.5)["JAX"])
    errors = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()[2:]]
    sizes = 10.0 ** np.arange(-6, 1)
    expected = derivative.approximation_errors(PRESETS["sine"].expression, np.ones(1, np.float32), sizes)[0]
    assert errors[3:] == pytest.approx(np.abs(expected[3:]), rel=0.05, abs=1.2e-7)
    assert max(errors[:2]) < 3e-7


@pytest.mark.parametrize(
    "text", some(["3", "step(x)", "sigmoid(2x) + softplus(x)", "1 / x", "max(x, relu(x))", "x^-2"], every=3)
)
@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_any_formula_is_code_that_runs(text, library, capsys):
    found = run(written(text, 0.5, 0.25)[library])
    with jax.enable_x64(True):
        value = derivative.values(expressions.parse(text), np.array([0.75]))[0]
    assert float(found["f"](np.float64(0.75))) == pytest.approx(float(value), rel=1e-6)


def test_the_code_runs_in_an_interpreter_of_its_own():
    result = subprocess.run(
        [sys.executable, "-c", written("x^2", 1.0, 0.5)["JAX"]], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[:2] == ["secant 2.5, tangent 2", "on the line 2, on the curve 2.25, error 0.25"]
