"""The whole program, taken away: its functions are the engine's text, and it prints the page's own log."""

import ast
import gzip
import re
from dataclasses import replace

import numpy as np
import pytest

from engine.digits.mnist import Digits
from engine.scratch import from_scratch
from engine.scratch.from_scratch_runs import BREAKS, OPTIMIZERS, Settings
from engine.scratch.from_scratch_runs import run as trained
from engine.scratch.stepping import source
from tests.cases import some
from tests.viz.running import run
from viz.scratch import from_scratch_snippets as snippets

TRAIN, TEST = 300, 100
QUICK = Settings(hidden_units=8, epochs=2, batch_size=2, learning_rate=0.01, low=-0.05, high=0.05, seed=4)
"""Batches of two: 150 updates an epoch, so that a hundredth is printed."""


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, TRAIN + TEST).astype(np.uint8)
    images = random.integers(0, 90, (TRAIN + TEST, 28, 28), dtype=np.uint8)
    images[np.arange(TRAIN + TEST), 2 * labels, :20] += 120
    folder = tmp_path_factory.mktemp("idx")
    parts = images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:]
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    for name, array in zip(names, parts, strict=True):
        sizes = b"".join(size.to_bytes(4) for size in array.shape)
        content = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(content, 1))
    return folder, Digits(*parts, "test")


def shortened(text):
    assert text.count("60000") == 1 and text.count("10000") == 1
    return text.replace("60000", str(TRAIN)).replace("10000", str(TEST))


def printed(text):
    losses = re.findall(r"^epoch (\d+), batch (\d+): loss (\S+)$", text, re.MULTILINE)
    (accuracy,) = re.findall(r"^test accuracy (\S+)$", text, re.MULTILINE)
    return (
        [(int(epoch), int(batch)) for epoch, batch, _ in losses],
        [float(loss) for _, _, loss in losses],
        float(accuracy),
    )


CASES = [{}, {"optimizer": "adam", "broken": ("activation", "labels")}, {"broken": ("bias", "zeros", "rate", "scale")}]


@pytest.mark.parametrize("changes", some(CASES, every=2))
@pytest.mark.parametrize("library", ["JAX and NumPy", "Keras"])
def test_the_program_prints_the_pages_log(library, changes, digits, monkeypatch, capsys, tmp_path):
    folder, data = digits
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(folder))
    if library == "Keras":
        monkeypatch.setenv("KERAS_BACKEND", "jax")
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        pytest.importorskip("keras")
    settings = replace(QUICK, **changes)
    found = run(shortened(snippets.snippets(settings)[library]))
    shown = list(trained(settings, data))[-1]
    places, losses, accuracy = printed(capsys.readouterr().out)
    assert places == [(epoch, batch) for epoch, batch, _ in shown.log] == [(0, 0), (0, 100), (1, 0), (1, 100)]
    np.testing.assert_allclose(losses, [loss for _, _, loss in shown.log], rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(found["losses"], losses, atol=1e-4)
    assert accuracy == pytest.approx(shown.accuracies[-1], abs=0.011)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("broken", [(), ("bias",), ("activation",)])
def test_its_functions_are_the_engines_word_for_word(optimizer, broken):
    text = snippets.snippets(Settings(optimizer=optimizer, broken=broken))["JAX and NumPy"]
    ours = source(from_scratch).split("import numpy as np\n")[1]
    defined = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name != "read"]
    assert {"sequential", "batches", "average_loss", "training_step", "fit", optimizer} <= {
        each.name for each in defined
    }
    lines = text.splitlines()
    for node in defined:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
        assert "\n".join(lines[first : node.end_lineno]) in ours
    assert ("def dense" in text) == (broken != ("bias",)) and ("def identity" in text) == (broken == ("activation",))


def test_each_way_to_break_it_changes_one_line():
    for broken in BREAKS:
        lines = snippets.changes(Settings(broken=(broken,))).splitlines()
        assert [sum(line.startswith(sign) for line in lines) for sign in ("-", "+")] == [1, 1], broken
    swapped = snippets.changes(Settings(optimizer="rmsprop")).splitlines()
    assert [line for line in swapped if line[0] != " "] == ["- update = sgd", "+ update = rmsprop"]
    assert not any(line[0] in "+-" for line in snippets.changes(Settings()).splitlines())
    every = snippets.changes(Settings(broken=BREAKS)).splitlines()
    assert sum(line.startswith("+") for line in every) == 5  # bias and activation share the line of the layers


def test_what_a_changed_line_names_is_shown_with_it():
    assert snippets.added(Settings()) == ""
    assert snippets.added(Settings(optimizer="rmsprop")) == source(from_scratch.rmsprop)
    both = snippets.added(Settings(broken=("bias", "activation")))
    assert source(from_scratch.without_bias) in both and source(from_scratch.identity) in both


def test_lines_stay_short():
    for text in snippets.snippets(Settings(broken=BREAKS, optimizer="adam")).values():
        assert max(map(len, text.splitlines())) <= 120
