"""The code of one product computes what the picture shows."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.operations import product
from engine.operations.product import ORDERS, Operand
from pages.shell import session as shell
from tests.cases import some
from tests.viz.running import run
from viz.operations import product_snippets as snippets

ROOT = Path(__file__).parents[3]
PRETRAINED = "engine/training/pretrained.npz"
IMAGE = np.random.default_rng(2).integers(0, 256, (28, 28)).astype(np.uint8)


@pytest.mark.parametrize("order", some(ORDERS, every=5))
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1, 2, 3], [4, 5, 6]),
        ([[1, 2, 3], [4, 5, 6]], [1.5, 0, -1]),
        ([1, 2], [[1, 2, 3], [4, 5, 6]]),
        ([[1, 2], [3, 4]], [[0, 1], [1, float("nan")]]),
        (np.arange(24).reshape(2, 2, 3, 2).tolist(), [[1, 2], [3, 4]]),
        ([[True, False]], [[True], [False]]),
    ],
)
def test_code_of_typed_tensors(x, y, order, capsys):
    x, y = np.array(x), np.array(y)
    code = snippets.product_code(Operand("", x), Operand("", y), order, IMAGE, PRETRAINED)
    for library in ("NumPy", "JAX"):
        found = run(code[library])
        np.testing.assert_array_equal(np.asarray(found["z"]), x @ y)
        assert "False" not in capsys.readouterr().out.splitlines()
        if library == "NumPy" or max(x.ndim, y.ndim) <= 2:
            np.testing.assert_array_equal(np.asarray(found["total"]).reshape((x @ y).shape), x @ y)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_code_of_real_tensors(library, monkeypatch):
    monkeypatch.chdir(ROOT)
    params = shell.pretrained_network().params
    inputs = IMAGE.reshape(784).astype(np.float32) / 255
    hidden = np.maximum(0, inputs @ np.asarray(params.W1) + np.asarray(params.b1))
    named = {"hidden": hidden, "W2": np.asarray(params.W2)}
    x, y = (product.read_operand(text, named) for text in ("hidden[:12]", "W2[:12]"))
    found = run(snippets.product_code(x, y, "rows", IMAGE, PRETRAINED)[library])
    np.testing.assert_allclose(np.asarray(found["z"]), x.array @ y.array, atol=1e-4)


def test_code_of_a_batch_reads_mnist(mnist, monkeypatch):
    monkeypatch.chdir(ROOT)
    batch = mnist.train_images[:128].reshape(128, 784).astype(np.float32) / 255
    weights = np.asarray(shell.pretrained_network().params.W1)
    x = Operand("batch[:6, 400:412]", batch[:6, 400:412])
    y = Operand("W1[400:412, :8]", weights[400:412, :8])
    found = run(snippets.product_code(x, y, "outer", IMAGE, PRETRAINED)["NumPy"])
    np.testing.assert_allclose(found["z"], x.array @ y.array, atol=1e-5)
    np.testing.assert_allclose(found["total"], x.array @ y.array, atol=1e-5)


def unit_shown(unit):
    params = shell.pretrained_network().params
    inputs = IMAGE.reshape(784).astype(np.float32) / 255
    return product.unit_sum(inputs, np.asarray(params.W1)[:, unit], params.b1[unit])


@pytest.mark.parametrize("unit", [0, 17, 489])
def test_code_of_one_hidden_unit(unit, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    shown = unit_shown(unit)
    found = run(snippets.unit_code(unit, 512, IMAGE, PRETRAINED)["NumPy: hidden unit"])
    assert found["total"] == pytest.approx(shown.total, abs=1e-4)
    assert found["activation"] == pytest.approx(shown.activation, abs=1e-4)
    assert f"pixel {divmod(int(shown.rising[0]), 28)}" in capsys.readouterr().out.splitlines()[1]


@pytest.mark.slow
def test_keras_code_runs():
    if find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    program = snippets.unit_code(489, 512, IMAGE, PRETRAINED)["Keras: Dense layer"] + "\nprint(activation)\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert float(done.stdout.split()[-1]) == pytest.approx(unit_shown(489).activation, abs=1e-4)


def test_code_fits_the_panel():
    large = Operand("", np.arange(144).reshape(12, 12))
    sources = snippets.product_code(large, large, "dot", IMAGE, PRETRAINED) | snippets.unit_code(3, 512, IMAGE, "w.npz")
    for name, source in sources.items():
        longest = max((line for line in source.splitlines() if "divmod" not in line), key=len)
        assert len(longest) <= 100, (name, longest)
