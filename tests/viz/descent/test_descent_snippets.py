"""The code of a descent, run by itself, walks the path the page draws."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.descent import descent, surfaces
from engine.descent.descent import METHODS
from engine.descent.surfaces import CURVES, SURFACES
from tests.cases import some
from tests.viz.running import run
from viz.descent import descent_snippets as snippets

KEEP = "    g = gradient(point)\n"
RUNS = [("beale", method, 0.003) for method in METHODS if method != "book_plus"] + [
    ("parabola", "book_plus", 0.01),
    ("ravine", "momentum", 0.01),
    ("valleys", "nesterov", 0.05),
    ("waves", "adam", 0.1),
    ("edge", "sgd", 0.4),
    ("plateau", "rmsprop", 0.01),
]
TYPED = (
    "maximum(x, 0)^2 + relu(-1 - x) + softplus(y) + sigmoid(2y) / (1 + x^2) + 0.1 abs(y - 1) - 2^(-x^2) + arctan(y)^2"
)


def traced(surface, method, rate, momentum, start):
    """The engine's points in 64 bits."""
    with jax.enable_x64(True):
        where = jnp.array(start, jnp.float64)
        return np.asarray(descent.descend(surface.expression, method, where, rate, momentum).points)


def walked(source):
    """Every point at which the snippet took a gradient, and the one it ended at."""
    assert source.count(KEEP) == 1
    names = run(source.replace(KEEP, "    seen.append(point)\n" + KEEP), seen=[])
    return np.array([*names["seen"], names["point"]])


@pytest.mark.parametrize(("name", "method", "rate"), some(RUNS, every=4))
def test_code_walks_the_path(name, method, rate):
    surface = {**SURFACES, **CURVES}[name]
    code = snippets.descent(surface, method, surface.start, rate, 0.8)
    path = traced(surface, method, rate, 0.8, surface.start)
    assert np.isfinite(path).all()
    assert np.ptp(path, axis=0).max() > 0.1 or method in ("adagrad", "book_plus")
    np.testing.assert_allclose(walked(code["JAX"]), path, rtol=1e-9, atol=1e-9)
    # Central differences are exact to about ten digits, and every step hands its error on.
    np.testing.assert_allclose(walked(code["NumPy"]), path, rtol=1e-5, atol=1e-5)


def test_code_of_a_typed_function_with_functions_of_our_own():
    surface = surfaces.typed(TYPED, 2)
    code = snippets.descent(surface, "momentum", (-1.2, 0.7), 0.02, 0.5)
    path = traced(surface, "momentum", 0.02, 0.5, (-1.2, 0.7))
    np.testing.assert_allclose(walked(code["JAX"]), path, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(walked(code["NumPy"]), path, rtol=1e-3, atol=1e-3)


def test_code_prints_its_steps_in_an_interpreter_of_its_own():
    code = snippets.descent(SURFACES["ravine"], "sgd", (-2.6, 1.0), 0.01, 0.0)["NumPy"]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"step {step}" for step in range(20, 201, 20)]
    losses = [float(line.split("loss ")[1]) for line in lines]
    # x shrinks by 0.99 and y by 0.8 at each step.
    closed = [((2.6 * 0.99**step) ** 2 + 20 * (0.8**step) ** 2) / 2 for step in range(20, 201, 20)]
    np.testing.assert_allclose(losses, closed, rtol=1e-4)


@pytest.mark.parametrize(
    "text", ["x - (1 - x)", "2 / (3 * x)", "-x^2", "(-x)^2", "2^-x", "(x^2)^3", "x^2^1", "--x", "-2x(x+1)"]
)
def test_brackets_are_written_where_python_needs_them(text):
    expression = surfaces.typed(text, 1).expression
    for x in (-1.3, 0.4, 2.0):
        written = eval(snippets.formula(expression, "np"), {"np": np, "x": x})
        assert written == pytest.approx(float(surfaces.value(expression, jnp.array([x]))), rel=1e-6)
