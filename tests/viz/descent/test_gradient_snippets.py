"""The code of one step, and of one weight's search, computes what the page shows."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.descent import gradient, naive_search
from engine.descent.gradient import PROBLEMS
from engine.descent.naive_search import BATCH, Place
from engine.training import pretrained
from tests.cases import some
from tests.viz.running import run
from viz.descent import gradient_snippets as snippets

ROOT = Path(__file__).parents[3]


def run_alone(source: str) -> str:
    """What the program prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    return done.stdout


@pytest.mark.parametrize("name", PROBLEMS)
def test_numpy_takes_the_same_step(name, capsys):
    problem = PROBLEMS[name]
    at = problem.weights, problem.x, problem.targets
    found, rate = gradient.gradient(*at), 0.1234567
    names = run(snippets.step(problem, rate)["NumPy"])
    np.testing.assert_allclose(names["gradient"], found.gradient, rtol=1e-10)
    assert names["loss"] == pytest.approx(float(found.loss), rel=1e-12)
    assert names["loss_after"] == pytest.approx(float(gradient.along(*at, np.array([names["rate"]]))[0]), rel=1e-10)
    assert names["rate"] == pytest.approx(rate, rel=1e-5)
    assert f"of the shape of W: {problem.weights.shape}" in capsys.readouterr().out


def test_jax_takes_the_same_step():
    problem = PROBLEMS["pairs"]
    at = problem.weights, problem.x, problem.targets
    program = snippets.step(problem, 0.25)["JAX"] + "\nprint(*gradient.ravel(), loss, loss_after)\n"
    found = gradient.gradient(*at)
    wanted = [*found.gradient.ravel(), found.loss, gradient.along(*at, np.array([0.25]))[0]]
    np.testing.assert_allclose([float(word) for word in run_alone(program).split()[-6:]], wanted, rtol=1e-10)


@pytest.mark.parametrize("place", some([Place("W2", 396, 9), Place("b1", 0, 7)], every=2))
@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_one_weight_of_the_real_network(mnist, library, place, monkeypatch):
    images, labels = mnist.train_images[:BATCH], mnist.train_labels[:BATCH]
    params = pretrained.load().params
    trial = naive_search.tried(params, naive_search.slopes(params, images, labels), place, 0.05, images, labels)
    source = snippets.naive_search(place, 0.05, "engine/training/pretrained.npz", procedural=False)[library]
    monkeypatch.chdir(ROOT)
    if library == "NumPy":
        names = run(source)
        np.testing.assert_allclose([names["below"], names["above"]], [trial.below, trial.above], rtol=1e-10)
        assert names["passes"] == 814_100
    else:
        printed = run_alone(source + "\nprint(slope, loss)\n").split()
        np.testing.assert_allclose([float(word) for word in printed[-2:]], [trial.slope, trial.here], rtol=1e-8)
        assert "partial derivatives in all: 407050" in " ".join(printed)


def test_procedural_digits_are_drawn_not_read():
    source = snippets.naive_search(Place("W1", 3, 4), 0.01, "weights.npz", procedural=True)["NumPy"]
    assert "procedural.load()" in source and "ubyte" not in source and "weights.npz" in source
    assert 'changed["W1"][3, 4] += change' in source and f"[:{BATCH}]" in source
    compile(source, "snippet", "exec")


def test_code_fits_the_panel():
    found = [
        *snippets.step(PROBLEMS["six"], 0.1).values(),
        *snippets.naive_search(Place("W1", 3, 4), 0.01, "weights.npz", procedural=False).values(),
    ]
    for source in found:
        assert len(source.splitlines()) < 60 and max(map(len, source.splitlines())) <= 120
