"""The code of one slice takes what the page shows."""

from pathlib import Path

import numpy as np
import pytest

from engine.tensors import slicing
from engine.typed.index_syntax import parse_index
from tests.viz.running import run
from viz.tensors.slicing_snippets import slicing as code_of

ROOT = Path(__file__).parents[3]
OWN = np.arange(4 * 5 * 6).reshape(4, 5, 6)
TEXTS = [
    "1:3", "::-1, ::2", "..., -1", ":, newaxis, 2", "[0, 2, 3]", "[0, 1, 2], :, [4, 3, 2]", "[]", "()", "0, 0, 0",
    "[True, False, True, False], 1", "1:1",
]  # fmt: skip


def agrees(found, array: np.ndarray, text: str, library: str, printed: str) -> None:
    derived = slicing.derive(array.shape, parse_index(text), itemsize=array.itemsize)
    np.testing.assert_array_equal(np.asarray(found["my_slice"]), array[derived.index])
    assert str(derived.result_shape) in printed
    if library == "NumPy":
        assert f"shares memory: {derived.outcome == 'view' and 0 not in derived.result_shape}" in printed


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("text", TEXTS)
def test_of_a_typed_tensor(text, library, capsys):
    found = run(code_of("x", OWN, parse_index(text))[library])
    agrees(found, OWN, text, library, capsys.readouterr().out)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_of_the_digit_on_the_page(library, capsys):
    digit = np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8)
    found = run(code_of("digit", digit, parse_index("7:-7, ::-1"), image=digit)[library])
    agrees(found, digit, "7:-7, ::-1", library, capsys.readouterr().out)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_of_the_weights(library, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    with np.load("engine/training/pretrained.npz") as file:
        weights = file["W1"]
    found = run(
        code_of("W1", weights, parse_index("::100, [0, 511]"), weights="engine/training/pretrained.npz")[library]
    )
    agrees(found, weights, "::100, [0, 511]", library, capsys.readouterr().out)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("text", ["10:100", ":, 14:, 14:"])
def test_of_the_training_images(text, library, mnist, capsys):
    found = run(code_of("train_images", mnist.train_images, parse_index(text))[library])
    agrees(found, mnist.train_images, text, library, capsys.readouterr().out)
