"""The code of each view prints the attributes the page shows."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tensors.tensors import EXAMPLES, describe, numbered
from engine.training import pretrained
from engine.typed.literals import parse_array
from tests.viz.running import run
from viz.tensors import tensors_snippets as snippets

ROOT = Path(__file__).parents[3]
IMAGE = np.random.default_rng(3).integers(0, 256, (28, 28)).astype(np.uint8)


def printed(text: str) -> dict[str, str]:
    return {name.strip(): value.strip() for name, value in (line.split(":", 1) for line in text.splitlines())}


def shown(array: np.ndarray, *, strides: bool = True) -> dict[str, str]:
    found = describe(array)
    names = {
        "rank": found.rank,
        "shape": found.shape,
        "dtype": found.dtype,
        "elements": found.size,
        "bytes": found.bytes,
    }
    return {name: str(value) for name, value in (names | ({"strides": found.strides} if strides else {})).items()}


def run_alone(*sources: str, folder: Path = ROOT) -> list[dict[str, str]]:
    """What programs print that may switch JAX to 64 bits: one interpreter for all, fresh names for each."""
    program = "\nprint('---')\n".join(f"exec({source!r}, {{}})" for source in sources)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [printed(part.strip()) for part in done.stdout.split("---\n")]


@pytest.mark.parametrize(
    "text", [*EXAMPLES.values(), "[nan, -inf, 1]", "[True, False]", "[]", "[[0.1, 2], [3, 4e300]]"]
)
def test_numpy_code_of_a_typed_tensor(text, capsys):
    array = parse_array(text)
    source = snippets.typed(array)["NumPy"]
    found = run(source)["x"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    assert printed(capsys.readouterr().out) == shown(array)
    assert max(map(len, source.splitlines())) <= 100


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.lists(st.integers(1, 8), max_size=5))
def test_numpy_code_of_a_shape(shape):
    found = run(snippets.numbered(shape)["NumPy"].split("\nprint")[0])["x"]
    np.testing.assert_array_equal(found, numbered(shape))
    assert found.shape == tuple(shape)


def test_jax_code_prints_the_same_attributes():
    made = [parse_array(text) for text in (*EXAMPLES.values(), "[nan, -inf]", "[True, False]")]
    shapes = [(), (2, 3, 4)]
    sources = [snippets.typed(array)["JAX"] for array in made] + [snippets.numbered(shape)["JAX"] for shape in shapes]
    expected = [shown(array, strides=False) for array in [*made, *map(numbered, shapes)]]
    assert run_alone(*sources) == expected


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with weights.npz."""
    rng = np.random.default_rng(5)
    shapes = {"W1": (784, 64), "b1": (64,), "W2": (64, 10), "b2": (10,)}
    np.savez(tmp_path / "weights.npz", **{name: rng.normal(size=size).astype("f4") for name, size in shapes.items()})
    return tmp_path


NAMES = ("W1", "b1", "W2", "b2", "digit", "x", "hidden")


def real(folder: Path) -> dict[str, np.ndarray]:
    """The arrays the page shows, computed by the engine."""
    from engine.training import network

    with np.load(folder / "weights.npz") as file:
        params = network.Params(*(file[name] for name in ("W1", "b1", "W2", "b2")))
    x = np.asarray(network.preprocess(IMAGE.reshape(1, 784)))[0]
    return params._asdict() | {"digit": IMAGE, "x": x, "hidden": np.asarray(network.hidden(params, x))}


def test_numpy_code_of_real_arrays(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    for name, expected in real(folder).items():
        found = run(snippets.real(name, IMAGE, "weights.npz")["NumPy"])[name]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
        assert printed(capsys.readouterr().out) == shown(expected), name


def test_code_of_the_pretrained_weights_has_the_networks_dtype(monkeypatch, capsys):
    """The app's own file keeps them as float16; the page shows float32."""
    monkeypatch.chdir(ROOT)
    for name, expected in pretrained.load().params._asdict().items():
        for library in ("NumPy", "JAX"):
            found = run(snippets.real(name, IMAGE, "engine/training/pretrained.npz")[library])[name]
            np.testing.assert_array_equal(found, expected)
            assert printed(capsys.readouterr().out.partition("strides")[0])["dtype"] == "float32", (name, library)


def test_jax_code_of_real_arrays(folder):
    found = run_alone(*(snippets.real(name, IMAGE, "weights.npz")["JAX"] for name in NAMES), folder=folder)
    assert found == [shown(real(folder)[name], strides=False) for name in NAMES]


def test_code_of_the_training_images(mnist, capsys):
    batch = mnist.train_images[:128].reshape(128, 784).astype(np.float32) / 255
    for name, expected in (("train_images", mnist.train_images), ("batch", batch)):
        found = run(snippets.real(name, IMAGE, "weights.npz")["NumPy"])[name]
        np.testing.assert_array_equal(found, expected)
        assert printed(capsys.readouterr().out) == shown(np.ascontiguousarray(expected))
