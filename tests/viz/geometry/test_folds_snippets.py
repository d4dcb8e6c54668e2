"""The code of the folds page trains and runs the very network the page shows."""

import os
import subprocess
import sys

import numpy as np
import pytest

from engine.geometry import folds, folds_data
from engine.geometry.folds import Settings
from engine.geometry.folds_data import SHAPES
from tests.cases import some
from tests.viz.running import run
from viz.geometry import folds_snippets as snippets

KNOBS = {"noise": 0.05, "seed": 3, "turns": 0.6}
OWN = folds_data.painted([[1, 1], [-1, -1.25], [0.5, -1], [-0.2, 0.3], [0.1, 0.9]], [0, 0, 1, 1, 1])


def trained(data, updates, **changes):
    *_, last = folds.train(data, Settings(updates=updates, **changes))
    return last


@pytest.fixture(scope="module")
def moons():
    return trained(folds_data.generate("moons", **KNOBS), 60, seed=2)


@pytest.mark.parametrize("activation", some(["relu", "tanh"], every=2))
def test_jax_trains_the_same_network(moons, activation):
    names = run(snippets.folds(moons, activation, shape="moons", knobs=KNOBS)["JAX"])
    wanted = moons.runs[activation]
    assert names["best"] == wanted.best
    np.testing.assert_allclose(names["losses"], wanted.losses, rtol=1e-6, atol=1e-9)
    assert float(names["accuracy"]) == pytest.approx(wanted.accuracy)


@pytest.mark.parametrize("shape", [*SHAPES, "own"])
def test_numpy_runs_the_network_as_it_is_now(shape, capsys):
    data = OWN if shape == "own" else folds_data.generate(shape, **KNOBS)
    shown = folds.untrained(data, Settings(hidden_layers=2, units=2)) if shape != "xor" else trained(data, 20)
    for activation, wanted in shown.runs.items():
        names = run(snippets.folds(shown, activation, shape=shape, knobs=KNOBS)["NumPy"])
        np.testing.assert_array_equal(names["points"], data.points)
        np.testing.assert_array_equal(names["labels"], data.labels)
        scores = folds.outputs(wanted.params, data.points, activation)[-1]
        np.testing.assert_allclose(names["x"], scores, rtol=1e-5, atol=1e-5)
        assert names["accuracy"] == pytest.approx(wanted.accuracy)
    assert f"update {shown.update}." in snippets.folds(shown, "relu", shape=shape, knobs=KNOBS)["NumPy"]
    assert "layer 3: the first point is at" in capsys.readouterr().out or shape == "xor"


@pytest.mark.slow
def test_keras_trains_the_start_that_is_shown():
    shown = trained(OWN, 20, hidden_layers=3, learning_rate=0.01)
    program = snippets.folds(shown, "tanh", shape="own", knobs=KNOBS)["Keras"] + "\nprint(loss, accuracy)\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loss, accuracy = (float(word) for word in done.stdout.split()[-2:])
    assert (loss, accuracy) == pytest.approx((shown.runs["tanh"].loss, shown.runs["tanh"].accuracy), rel=1e-4)


@pytest.mark.parametrize("shape", [*SHAPES, "own"])
def test_code_fits_the_panel(shape):
    data = OWN if shape == "own" else folds_data.generate(shape, **KNOBS)
    if shape == "own":
        data = folds_data.painted(data.points.repeat(20, 0), data.labels.repeat(20))
    for source in snippets.folds(folds.untrained(data, Settings(4)), "relu", shape=shape, knobs=KNOBS).values():
        compile(source, "snippet", "exec")
        assert len(source.splitlines()) < 80 and max(map(len, source.splitlines())) <= 120
