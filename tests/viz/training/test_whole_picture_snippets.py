"""The programs of the picture print the picture's turn: on 600 made-up digits, against the run itself."""

import ast
import re

import numpy as np
import pytest

from engine.training import training, whole_picture
from engine.training.optimizers import OPTIMIZERS
from engine.training.training import Settings
from tests.viz.running import run
from tests.viz.training.test_training_snippets import idx
from viz.training.whole_picture_snippets import turn_snippets

SAMPLES = 600
SETTINGS = Settings(optimizer="adam", learning_rate=0.002, batch_size=256, hidden_units=12, seed=5)
TURN = 5


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files of 600 digits, the initial weights, and the fifth turn: the second of epoch 2 (three batches each)."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (SAMPLES, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 10, SAMPLES).astype(np.uint8)
    folder = tmp_path_factory.mktemp("idx")
    for name, array in (("train-images-idx3-ubyte.gz", images), ("train-labels-idx1-ubyte.gz", labels)):
        (folder / name).write_bytes(idx(array))
    data = training.place(images, labels, training.device_mesh())
    state = first = training.initial_state(SETTINGS)
    for update in range(TURN):
        taken = whole_picture.batch(SETTINGS, update, SAMPLES)
        found = whole_picture.turn(state, data, taken, SETTINGS.learning_rate, optimizer=SETTINGS.optimizer)
        state = found.state
    return folder, images, labels, [np.asarray(value) for value in first.params], found


def shortened(source):
    assert source.count("60000") >= 2
    return source.replace("60000", str(SAMPLES))


def check(printed, found, *, gradients=True):
    assert float(re.search(rf"turn {TURN}: loss ([\d.]+)", printed)[1]) == pytest.approx(float(found.loss), rel=2e-3)
    for name, step in found.norms.step._asdict().items():
        line = re.search(rf"^{name}: (?:gradient (\S+), )?step (\S+)$", printed, re.M)
        assert float(line[2]) == pytest.approx(float(step), rel=0.02)
        if gradients:
            assert float(line[1]) == pytest.approx(float(getattr(found.norms.gradient, name)), rel=0.01)


def sources():
    return turn_snippets(SETTINGS, TURN, per_epoch=3)


@pytest.mark.slow
def test_jax_prints_the_pictures_numbers(made, monkeypatch, capsys):
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(made[0]))
    run(shortened(sources()["JAX"]))
    check(capsys.readouterr().out, made[-1])


def test_numpy_prints_them_from_the_pages_weights(made, monkeypatch, capsys):
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(made[0]))
    source, count = re.subn(r"^params = \[initial\(.*\]$", "params = weights", sources()["NumPy"], flags=re.M)
    assert count == 1
    run(shortened(source), weights=made[3])
    check(capsys.readouterr().out, made[-1])


@pytest.mark.slow
def test_keras_prints_them_from_the_pages_weights(made, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    keras = pytest.importorskip("keras")
    _, images, labels, weights, found = made
    tested = images[:10], labels[:10]
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((images, labels), tested))
    source = shortened(sources()["Keras"]).replace("10000", "10")
    run(source.replace("\n\ndef batch_of", "\nmodel.set_weights(weights)\n\ndef batch_of", 1), weights=weights)
    check(capsys.readouterr().out, found, gradients=False)


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_every_optimizer_and_the_apps_own_digits_make_whole_programs(optimizer):
    settings = Settings(optimizer=optimizer, learning_rate=0.0123, batch_size=77, hidden_units=33, seed=42)
    for library, source in turn_snippets(settings, 1234, per_epoch=780, procedural=True).items():
        numbers = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
        assert {0.0123, 77, 33, 42, 1234, 780} <= numbers
        assert ("procedural.load()" in source and "ubyte" not in source) == (library != "Keras")
        assert max(map(len, source.splitlines())) <= 120
