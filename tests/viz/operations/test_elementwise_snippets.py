"""The code of one operation computes what the page shows, and the code of the race races."""

import os
from pathlib import Path

import numpy as np
import pytest

from engine.operations.elementwise import OPERATIONS, apply, hidden_sums
from engine.training import network, pretrained
from tests.viz.running import run
from viz.operations import elementwise_snippets as snippets

ROOT = Path(__file__).parents[3]
WEIGHTS = "engine/training/pretrained.npz"
IMAGE = np.add.outer(np.arange(28), 7 * np.arange(28)).astype(np.uint8)


@pytest.fixture(autouse=True)
def in_the_apps_folder(monkeypatch):
    monkeypatch.chdir(ROOT)


def code(name, arrays, names=("", "")):
    return snippets.elementwise(name, names[: len(arrays)], arrays, image=IMAGE, weights=WEIGHTS)


TYPED = [
    ([[1, -2, 3], [4, 5, 6]], [[1, 2, 3], [3, 2, 1]]),
    ([1.5, -2.0, np.nan, np.inf], [0.5, 2.0, 1.0, -1.0]),
    ([7, 5, -7], 2),
    ([7.5, 0.0, -7.0], 0),
    (True, [True, False]),
    (3, 5),
]


# NumPy takes no truth value from another.
CASES = [(name, operands) for name in OPERATIONS for operands in TYPED if (name, operands[0]) != ("subtract", True)]


@pytest.mark.parametrize(("name", "operands"), CASES)
def test_typed_tensors(name, operands, capsys):
    arrays = [np.array(operand) for operand in operands][: OPERATIONS[name].arity]
    expected = apply(name, *arrays)
    for library, source in code(name, arrays).items():
        if library == "JAX" and "another dtype" in source:
            assert name in ("divide", "power", "modulo", "floor_divide")
            continue
        found = run(source)["z"]
        assert str(found.dtype) == str(expected.dtype), library
        if library == "NumPy":
            np.testing.assert_array_equal(found, expected)
        elif name not in ("modulo", "floor_divide") or (np.all(arrays[1]) and np.isfinite(arrays[0]).all()):
            np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert f"dtype: {expected.dtype}" in capsys.readouterr().out


def real():
    params = pretrained.load().params
    W1, b1 = np.asarray(params.W1), np.asarray(params.b1)
    x = np.asarray(network.preprocess(IMAGE.reshape(1, 784)))[0]
    sums = hidden_sums(x, W1, b1)
    return {
        "digit": IMAGE,
        "W1": W1,
        "b1": b1,
        snippets.SUMS: sums,
        "hidden": np.asarray(network.hidden(params, x)),
    }


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_real_tensors(library):
    arrays = real()
    number = np.array(0.5, np.float64)
    for name, operands in {
        "add": ["digit", "digit"],
        "relu": [snippets.SUMS],
        "greater": ["hidden", "b1"],
        "multiply": ["W1", ""],
    }.items():
        given = [arrays.get(one, number) for one in operands]
        expected = apply(name, *given)
        found = run(code(name, given, operands)[library])["z"]
        assert str(found.dtype) == str(expected.dtype)
        assert (np.asarray(found) == expected).mean() > 0.99
        np.testing.assert_allclose(
            np.asarray(found, float), np.asarray(expected, float), atol=1e-4 + (name == "greater")
        )


def test_relu_of_the_sums_is_the_hidden_layer():
    arrays = real()
    np.testing.assert_allclose(apply("relu", arrays[snippets.SUMS]), arrays["hidden"], atol=1e-4)
    found = run(code("relu", [arrays[snippets.SUMS]], [snippets.SUMS])["NumPy"])
    assert (found["z"] == 0).sum() == (arrays[snippets.SUMS] <= 0).sum()


def test_a_batch_of_digits(mnist):
    if "UNCRUMPLE_MNIST" not in os.environ:
        pytest.skip("no MNIST")
    batch = np.asarray(network.preprocess(mnist.train_images[:128].reshape(-1, 784)))
    for source in code("greater", [batch, np.array(0.5)], ["batch", ""]).values():
        np.testing.assert_array_equal(run(source)["z"], batch > 0.5)


def test_whole_numbers_by_zero_carry_a_warning_in_jax_only():
    both = code("floor_divide", [np.array([7, 1]), np.array([0, 1])])
    assert "undefined" in both["JAX"]
    assert "undefined" not in both["NumPy"]
    assert "undefined" not in code("floor_divide", [np.array([7, 1]), np.array([2, 1])])["JAX"]
    assert "undefined" not in code("floor_divide", [np.array([7.0]), np.array([0.0])])["JAX"]


def test_the_code_of_the_race(capsys):
    results = [np.asarray(run(source)["z"]) for source in snippets.race((3, 50), 4).values()]
    said = capsys.readouterr().out
    assert all(word in said for word in ("loops:", "NumPy:", "first call:", "JAX:"))
    rng = np.random.default_rng(0)
    x, y = (2 * rng.random((3, 50), np.float32) - 1 for _ in range(2))
    for result in results:
        np.testing.assert_allclose(result, np.maximum(x + y, 0), rtol=1e-6)


def test_lines_fit_the_panel():
    arrays = [np.arange(400).reshape(20, 20), np.array(2)]
    sources = [*code("add", arrays).values(), *snippets.race((2_000, 5_000), 10).values()]
    sources += code("greater", [IMAGE, IMAGE], ["digit", "batch"]).values()
    assert max(len(line) for source in sources for line in source.splitlines()) <= 112
