"""The programs of the Uncrumple page make its ball, its network and its numbers."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from engine.geometry import crumpling, uncrumple, uncrumple_measures
from engine.geometry.crumpling import Crumple
from engine.geometry.uncrumple import Settings
from tests.viz.running import run
from viz.geometry import uncrumple_snippets as snippets

FEW = 200


def shortened(source):
    """The program with a few updates instead of all of them."""
    whole = f"range(0, {uncrumple.UPDATES}, 100)"
    assert whole in source
    return source.replace(whole, f"range(0, {FEW}, 100)")


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["flatten", "separate"])
def test_jax_crumples_and_trains_as_the_page_does(objective, capsys):
    wanted = Settings(Crumple(0.85, 7), 2, objective)
    names = run(shortened(snippets.snippets(wanted)["JAX"]))
    shown, other = crumpling.learned(wanted.crumple), crumpling.held_out(wanted.crumple)
    np.testing.assert_allclose(names["points"], shown.positions, atol=2e-6)
    np.testing.assert_array_equal(names["held_out_targets"], uncrumple.targets(other))
    training = uncrumple.train(wanted)
    trained = [next(training) for _ in range(FEW // uncrumple.CHUNK)][-1]
    np.testing.assert_allclose(names["losses"], trained.losses, rtol=5e-3)
    found = uncrumple_measures.report(trained.params, shown, other)
    assert names["accuracy"] == pytest.approx(found.accuracy, abs=5e-3)
    assert names["error"] == pytest.approx(found.error, rel=1e-2)
    np.testing.assert_allclose(names["moved"], found.moved, rtol=1e-2)
    assert "accuracy on held-out points" in capsys.readouterr().out


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The page's file of an untrained network, where the programs look for it."""
    from pages.geometry import uncrumple_picture

    wanted = Settings(Crumple(), 4)
    trained = uncrumple.untrained(wanted)._replace(params=moving(4))
    (tmp_path / snippets.FILE).write_bytes(uncrumple_picture.written(trained))
    monkeypatch.chdir(tmp_path)
    return wanted, trained


def moving(depth):
    random = np.random.default_rng(5)
    made = uncrumple.untrained(Settings(Crumple(), depth)).params
    return made._replace(W2=random.normal(size=made.W2.shape).astype(np.float32) * 0.1)


def test_numpy_reads_the_file_and_gets_the_pages_accuracies(file):
    wanted, trained = file
    names = run(snippets.snippets(wanted)["NumPy"])
    found = uncrumple_measures.report(
        trained.params, crumpling.learned(wanted.crumple), crumpling.held_out(wanted.crumple)
    )
    np.testing.assert_allclose(names["accuracies"], found.probes, atol=2e-3)
    np.testing.assert_allclose(names["moved"], found.moved, rtol=1e-3)
    assert names["accuracy"] == pytest.approx(found.accuracy, abs=2e-3)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("keras") is None, reason="Keras is for development only")
def test_keras_trains_the_same_layers(file, tmp_path):
    wanted, _ = file
    both = []
    for objective in uncrumple.OBJECTIVES:
        source = snippets.snippets(Settings(wanted.crumple, 2, objective))["Keras"]
        assert "epochs = 1333" in source
        both.append(source.replace("epochs = 1333", "epochs = 1"))
    shapes = "\nprint('parameters', model.count_params(), type(losses).__name__)\n"
    done = subprocess.run(
        [sys.executable, "-c", shapes.join([*both, ""])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"KERAS_BACKEND": "jax"},
    )
    assert done.returncode == 0, done.stderr
    assert f"parameters {2 * (3 * 48 + 48 + 48 * 3 + 3) + 4}" in done.stdout
    assert f"parameters {2 * (3 * 48 + 48 + 48 * 3 + 3)} " in done.stdout
    assert done.stdout.count("accuracy on held-out points") == 2


def test_code_fits_the_panel():
    for objective in uncrumple.OBJECTIVES:
        for source in snippets.snippets(Settings(Crumple(0.65, 123), 16, objective)).values():
            compile(source, "snippet", "exec")
            assert max(map(len, source.splitlines())) <= 120 and len(source.splitlines()) < 150
