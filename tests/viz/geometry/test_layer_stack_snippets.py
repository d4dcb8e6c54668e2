"""The code of a chain computes what the page shows: the outputs, the single layer, who disagrees."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.geometry import layer_stack as stack
from engine.geometry.layer_stack import CHAINS
from tests.viz.running import run
from viz.geometry import layer_stack_snippets as snippets

ROOT = Path(__file__).parents[3]


VIEWS = [("affine", "all", 0.05), ("relu", "all", 0.2), ("tanh", "patch", 0.05), ("zero", "all", 0.01)]


@pytest.mark.parametrize(
    ("library", "name", "place", "tolerance"),
    [*(("NumPy", *view) for view in VIEWS), ("JAX", *VIEWS[0]), ("JAX", "folds", "all", 0.05)],
)
def test_numpy_and_jax_compute_what_the_page_shows(library, name, place, tolerance, capsys):
    chain, points = CHAINS[name][1], stack.cloud(place)
    found = stack.examine(chain, points)
    names = run(snippets.chain_code(chain, place, tolerance)[library])
    np.testing.assert_array_equal(names["points"], points)
    np.testing.assert_allclose(names["outputs"], found.outputs, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(names["W"], found.single.W, atol=1e-12)
    np.testing.assert_allclose(names["b"], found.single.b, atol=1e-12)
    np.testing.assert_allclose(names["distances"], found.distances, atol=1e-12)
    count = stack.disagreeing(found.distances, tolerance)
    assert names["disagreeing"] == count
    assert capsys.readouterr().out.splitlines()[-1] == f"points farther than {tolerance:g}: {count}"


def test_keras_stacks_dense_layers_and_compares_them_with_one():
    if find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    chains = ("affine", "folds")
    program = "\n".join(
        snippets.chain_code(CHAINS[name][1], "all", 0.05)["Keras"]
        + "\nprint('found', disagreeing, len(chain.layers), len(single.layers), *outputs[:3].ravel(), distances.max())"
        for name in chains
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("found")]
    for name, words in zip(chains, lines, strict=True):
        found = stack.examine(CHAINS[name][1], stack.cloud("all"))
        assert [int(word) for word in words[:3]] == [stack.disagreeing(found.distances, 0.05), 3, 1]
        values = [float(word) for word in words[3:]]
        np.testing.assert_allclose(values[:6], found.outputs[:3].ravel(), atol=1e-5)
        assert values[6] == pytest.approx(found.distances.max(), abs=1e-5)


def test_code_fits_the_panel():
    longest = CHAINS["folds"][1]
    six = stack.Chain(np.full((6, 2, 2), -0.123), np.full((6, 2), -0.123), ("relu", "tanh", "none") * 2)
    for chain in (longest, six):
        for source in snippets.chain_code(chain, "patch", 0.05).values():
            assert len(source.splitlines()) < 60 and max(map(len, source.splitlines())) <= 105
