"""The code of one batch computes the batch the page shows."""

from pathlib import Path

import numpy as np
import pytest

from engine.digits import mnist, procedural
from engine.tensors.batches import division
from tests.cases import some
from tests.viz.running import run
from viz.tensors import batches_snippets as snippets


def compare(found: dict, digits: mnist.Digits, n: int, size: int, said: str) -> None:
    stretch = slice(size * n, size * (n + 1))
    np.testing.assert_array_equal(found["batch"], digits.train_images[stretch])
    np.testing.assert_array_equal(found["labels"], digits.train_labels[stretch])
    divided = division(len(digits.train_images), size)
    assert (found["batches"], found["last"]) == (divided.batches, divided.last)
    assert found["inputs"].dtype == np.float32 and found["inputs"].shape == (len(found["batch"]), 784)
    np.testing.assert_allclose(found["inputs"].max(), digits.train_images[stretch].max() / 255, rtol=1e-6)
    assert f"batch {n} of {divided.batches} has shape ({len(found['batch'])}, 28, 28)" in said


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize(("n", "size"), some([(3, 128), (468, 128), (0, 1)], every=2))
def test_code_on_mnist(mnist, library, n, size, capsys):
    found = run(snippets.batch(n, size, procedural=False)[library])
    compare(found, mnist, n, size, capsys.readouterr().out)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_code_on_procedural_digits(library, monkeypatch, capsys):
    monkeypatch.chdir(Path(__file__).parents[3])
    digits = procedural.load()
    monkeypatch.setattr(procedural, "load", lambda: digits)
    found = run(snippets.batch(468, 128, procedural=True)[library])
    compare(found, digits, 468, 128, capsys.readouterr().out)
