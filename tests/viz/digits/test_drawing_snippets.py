"""The code of one prediction computes what the page shows."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jax
import numpy as np
import pytest

from engine.training import network, prediction
from pages.shell import session as shell
from tests.cases import some
from tests.viz.running import run
from viz.digits import drawing_snippets as snippets

ROOT = Path(__file__).parents[3]
THREE = [[80, 70, 130, 40, 190, 60, 195, 105, 130, 135, 195, 160, 205, 215, 140, 245, 75, 215]]
SEVEN = [[70, 60, 210, 60, 130, 240]]


def shown(session: shell.Session, strokes: list[list[float]]) -> tuple[list[float], np.ndarray]:
    """The page's ten probabilities, and the picture its code gets."""
    answer = shell.predict({"session": session.token, "strokes": strokes, "brush": 22, "base": False})
    return answer["probabilities"], session.drawn


@pytest.fixture
def own_network(tmp_path) -> tuple[shell.Session, Path]:
    """A session whose reader has trained a network of 64 hidden units, and the folder with its weights.npz."""
    session = shell.Session()
    params = network.init(jax.random.key(7), hidden_units=64)
    session.network = lambda: shell.Network(params, "yours", "your own network", "1.1")
    np.savez(tmp_path / "weights.npz", **{name: np.asarray(value) for name, value in params._asdict().items()})
    return session, tmp_path


@pytest.mark.parametrize("library", some(["NumPy", "JAX"], every=2))
@pytest.mark.parametrize("strokes", [THREE, SEVEN])
def test_code_of_the_pretrained_network(library, strokes, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    probabilities, image = shown(shell.Session(), strokes)
    found = run(snippets.prediction(image, "engine/training/pretrained.npz")[library])
    np.testing.assert_allclose(found["probabilities"], probabilities, atol=1e-4)
    assert f"predicted digit: {np.argmax(probabilities)}" in capsys.readouterr().out


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_code_of_the_readers_own_network(library, own_network, monkeypatch):
    session, folder = own_network
    monkeypatch.chdir(folder)
    probabilities, image = shown(session, THREE)
    found = run(snippets.prediction(image, "weights.npz")[library])
    np.testing.assert_allclose(found["probabilities"], probabilities, atol=1e-4)


def test_evidence_in_jax_is_the_gradient_the_page_paints(monkeypatch):
    monkeypatch.chdir(ROOT)
    session = shell.Session()
    probabilities, image = shown(session, SEVEN)
    found = run(snippets.prediction(image, "engine/training/pretrained.npz")["JAX"])
    seen = prediction.predict(session.network().params, image)
    np.testing.assert_allclose(found["evidence"].ravel(), seen.evidence[np.argmax(probabilities)], atol=1e-5)


@pytest.mark.slow
def test_keras_code_runs(own_network):
    if find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    session, folder = own_network
    probabilities, image = shown(session, THREE)
    source = snippets.prediction(image, "weights.npz")["Keras"]
    program = source + "\nprint(*probabilities)\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    np.testing.assert_allclose([float(word) for word in done.stdout.split()[-10:]], probabilities, atol=1e-4)


def test_code_is_short_and_fits_the_panel():
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    for library, source in snippets.prediction(noise, "engine/training/pretrained.npz").items():
        lines = source.splitlines()
        assert max(map(len, lines)) <= 100, library
        assert len([line for line in lines if not line.startswith('    "')]) < 45, library
