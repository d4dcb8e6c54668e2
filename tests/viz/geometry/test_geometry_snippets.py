"""The code of a sum and of a map computes what the page shows."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.geometry import geometry, geometry_measures
from engine.geometry.geometry import PRESETS, PlaneMap
from engine.geometry.geometry_shapes import LETTER, frame, ink_points
from tests.viz.running import run
from viz.geometry import geometry_snippets as snippets

ROOT = Path(__file__).parents[3]
IMAGE = np.random.default_rng(2).integers(0, 256, (28, 28)).astype(np.uint8)
FRAME = frame(30, 48)
MAP = PlaneMap(np.array([[0.1, -2.0], [1.5, 0.3]]), np.array([0.25, -1.0]))


def code(plane, chosen, library):
    return snippets.map_code(plane, chosen, image=IMAGE, frame=FRAME)[library]


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_sum(library, capsys):
    A, B = np.array([0.1, -7.25]), np.array([1 / 3, 0])
    names = run(snippets.sum_code(A, B)[library])
    assert np.asarray(names["total"]).tolist() == geometry.add(A, B).tolist()
    assert capsys.readouterr().out


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("plane", [MAP, MAP._replace(relu=True), PRESETS["rotation"].example])
def test_the_map_and_its_measures(library, plane):
    names = run(code(plane, "letter", library))
    np.testing.assert_array_equal(names["x"], LETTER)
    np.testing.assert_allclose(names["y"], geometry.apply(plane, LETTER), rtol=1e-12, atol=1e-12)
    found = geometry_measures.measure(plane.W)
    assert float(names["determinant"]) == pytest.approx(found.determinant)
    np.testing.assert_allclose(names["singular"], found.singular)
    values = np.asarray(names["values"])
    assert np.isreal(values).all() == bool(len(found.eigen.values))
    if len(found.eigen.values):
        np.testing.assert_allclose(np.sort(values.real)[::-1], found.eigen.values)


@pytest.mark.skipif(find_spec("keras") is None, reason="Keras is for development only")
def test_keras_has_the_same_layer_with_the_kernel_transposed():
    planes = MAP, MAP._replace(relu=True)
    program = "".join(f"{code(plane, 'photo', 'Keras')}\nprint(*y.ravel())\n" for plane in planes)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = [line for line in done.stdout.splitlines() if "[" not in line and "]" not in line]
    for line, plane in zip(printed, planes, strict=True):
        found = np.array(line.split(), float).reshape(4, 2)
        np.testing.assert_allclose(found, geometry.apply(plane, FRAME), rtol=1e-6, atol=1e-6)


def test_the_objects_points():
    assert np.abs(run(code(MAP, "digit", "NumPy"))["x"] - ink_points(IMAGE)).max() < 1e-12
    corners = run(code(MAP, "grid", "NumPy"))["x"]
    assert corners.shape == (49, 2) and corners.min(axis=0).tolist() == [-1, -1] and np.unique(corners).size == 7


@pytest.mark.parametrize("chosen", ["grid", "letter", "digit", "photo"])
def test_code_fits_the_panel(chosen):
    for source in snippets.map_code(MAP, chosen, image=IMAGE, frame=FRAME).values():
        assert len(source.splitlines()) < 60 and max(map(len, source.splitlines())) <= 120
