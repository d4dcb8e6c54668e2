"""Surfaces: their known minima, their gradients against central differences in x64, their windows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from engine.descent import surfaces
from engine.descent.surfaces import CURVES, SURFACES
from engine.errors import InvalidInput
from tests.cases import some

ALL = {**SURFACES, **CURVES}
BY_HAND = {
    "bowl": lambda x, y: (x * x + y * y) / 2,
    "ravine": lambda x, y: x * x / 2 + 10 * y * y,
    "saddle": lambda x, y: x * x / 2 - y * y / 2 + y**4 / 16,
    "rosenbrock": lambda x, y: optimize.rosen([x, y]),
    "beale": lambda x, y: sum((c - x * (1 - y**k)) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))),
    "himmelblau": lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    "bumpy": lambda x, y: 0.1 * (x * x + y * y) + 1 - np.cos(2 * x) * np.cos(2 * y),
    "valleys": lambda x: 0.05 * x**4 - 0.6 * x * x - 0.3 * x + 3,
    "parabola": lambda x: 0.5 * x * x,
    "waves": lambda x: x * x / 8 + 1 - np.cos(2 * x),
    "edge": lambda x: np.abs(x),
    "plateau": lambda x: 1 - np.exp(-x * x),
}


@pytest.mark.parametrize("name", ALL)
def test_the_formula_is_the_function_it_is_named_after(name):
    surface = ALL[name]
    points = np.random.default_rng(3).uniform(*np.transpose(surface.window), size=(200, len(surface.window)))
    with jax.enable_x64(True):
        found = np.asarray(surfaces.values(surface.expression, jnp.asarray(points)))
    np.testing.assert_allclose(found, [BY_HAND[name](*point) for point in points], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_gradients_match_central_differences(name):
    surface = ALL[name]
    points = np.random.default_rng(4).uniform(*np.transpose(surface.window), size=(100, len(surface.window)))
    with jax.enable_x64(True):
        found = np.asarray(surfaces.gradients(surface.expression, jnp.asarray(points)))
    for axis in range(points.shape[1]):
        step = np.zeros(points.shape[1])
        step[axis] = 1e-6
        rise = [(BY_HAND[name](*(point + step)) - BY_HAND[name](*(point - step))) / 2e-6 for point in points]
        np.testing.assert_allclose(found[:, axis], rise, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("name", some([name for name in ALL if name != "edge"], every=4))
def test_known_minima_are_flat_and_curve_upward_and_the_first_is_the_lowest(name):
    surface = ALL[name]
    with jax.enable_x64(True):
        for place in surface.minima:
            point = jnp.asarray(place, jnp.float64)
            assert np.abs(surfaces.gradients(surface.expression, point)).max() < 2e-4
            assert np.linalg.eigvalsh(surfaces.curvature(surface.expression, point)).min() > 0
            assert all(low <= value <= high for value, (low, high) in zip(place, surface.window, strict=True))
        heights = [
            float(surfaces.values(surface.expression, jnp.asarray(place, jnp.float64))) for place in surface.minima
        ]
    assert min(heights) == pytest.approx(heights[0], abs=1e-9)
    axes, values = surfaces.grid(surface, 201)
    del axes
    assert np.nanmin(values) >= heights[0] - 1e-5


@pytest.mark.parametrize("name", ALL)
def test_a_descent_starts_inside_the_window(name):
    surface = ALL[name]
    assert all(low < value < high for value, (low, high) in zip(surface.start, surface.window, strict=True))
    assert 0 < surface.rates[0] < surface.rates[1]


def test_the_grid_has_y_along_axis_0():
    axes, values = surfaces.grid(SURFACES["rosenbrock"], 21)
    assert axes.shape == (2, 21) and values.shape == (21, 21)
    np.testing.assert_allclose(values[17, 4], BY_HAND["rosenbrock"](axes[0, 4], axes[1, 17]), rtol=1e-4)
    axes, values = surfaces.grid(CURVES["waves"], 33)
    assert axes.shape == (1, 33) and values.shape == (33,)


def test_undefined_regions_are_nan():
    axes, values = surfaces.grid(surfaces.typed("log(x)", 1), 7)
    np.testing.assert_array_equal(np.isnan(values), axes[0] < 0)
    assert values[3] == -np.inf


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.floats(1, 1000))
def test_conditioning_is_the_ratio_of_curvatures(condition):
    surface = surfaces.bowl_of(condition)
    with jax.enable_x64(True):
        found = np.asarray(surfaces.curvature(surface.expression, jnp.zeros(2, jnp.float64)))
    np.testing.assert_allclose(found, np.diag([1, condition]), rtol=1e-4)
    assert surface.rates[0] < 2 / condition < surface.rates[1]


@pytest.mark.parametrize("condition", [0.5, 1001, float("nan")])
def test_a_conditioning_out_of_range_is_refused(condition):
    with pytest.raises(InvalidInput, match="from 1 to 1,000"):
        surfaces.bowl_of(condition)


def test_a_typed_function_may_use_only_its_variables():
    assert surfaces.typed("sin(x) + y**2", 2).variables == ("x", "y")
    with pytest.raises(InvalidInput, match="“y” at character 5"):
        surfaces.typed("x + y", 1)
