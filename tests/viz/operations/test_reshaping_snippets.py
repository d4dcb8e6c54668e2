"""The code of the view, run by itself, makes the tensors, strides and counts on the screen."""

import os
from pathlib import Path

import jax
import numpy as np
import pytest

from engine.operations.reshaping import displaced
from engine.operations.reshaping_steps import parse_source, parse_targets, walk
from tests.cases import some
from tests.viz.running import run
from viz.operations import reshaping_snippets as snippets

ROOT = Path(__file__).parents[3]
IMAGE = (np.arange(784) * 7 % 256).astype(np.uint8).reshape(28, 28)
VIEWS = [
    ("[[0, 1], [2, 3], [4, 5]]", None, "(6, 1), (2, 3)"),
    ("(300, 20)", (1, 0), ""),
    ("(3, 4)", (1, 0), "(2, -1)"),
    ("[[[1.5, nan], [-inf, True]]]", (2, 0, 1), "-1"),
    ("(0, 3)", (1, 0), "(-1,)"),
    ("7", None, "(), (1, 1)"),
    ("[]", None, "(3, 0)"),
    (str(list(range(60))), None, "(5, -1)"),
]


def view(text, order, targets, real=None):
    source = parse_source(text, real or {})
    targets = parse_targets(targets) if targets else ()
    return source, walk(source.shape, source.dtype.itemsize, order=order, targets=targets)


@pytest.mark.parametrize(("text", "order", "targets"), VIEWS)
def test_numpy_makes_every_step_with_its_strides_and_memory(text, order, targets, capsys):
    source, steps = view(text, order, targets)
    found = run(snippets.path_code(source, steps, IMAGE, "")["NumPy"])
    assert [array.shape for array in found["steps"]] == [step.shape for step in steps]
    assert [array.strides for array in found["steps"]] == [step.strides for step in steps]
    lines = capsys.readouterr().out.splitlines()
    if 0 not in source.shape:
        kinds = ["a copy" if step.blocked else "a view" for step in steps[1:]]
        assert [line[-6:] for line in lines[: len(kinds)]] == kinds
    if source.array is not None:
        np.testing.assert_array_equal(found["x"], source.array)
    if order is not None:
        assert found["displaced"] == displaced(source.shape, order)


@pytest.mark.parametrize(("text", "order", "targets"), some(VIEWS, every=3))
def test_jax_makes_the_same_tensors(text, order, targets):
    source, steps = view(text, order, targets)
    code = snippets.path_code(source, steps, IMAGE, "")
    expected, found = run(code["NumPy"]), run(code["JAX"])
    for mine, theirs in zip(expected["steps"], found["steps"], strict=True):
        assert isinstance(theirs, jax.Array)
        np.testing.assert_array_equal(theirs, mine)
    assert found.get("displaced") == expected.get("displaced")
    assert "neither strides nor views" in code["JAX"]


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2", "digit", "hidden"])
def test_real_tensors_are_made_again(name, library, monkeypatch):
    monkeypatch.chdir(ROOT)
    with np.load("engine/training/pretrained.npz") as file:
        real = {key: file[key].astype(np.float32) for key in ("W1", "b1", "W2", "b2")}
    real["digit"] = IMAGE
    real["hidden"] = np.maximum(0, IMAGE.reshape(784).astype(np.float32) / 255 @ real["W1"] + real["b1"])
    source, steps = view(name, None, "-1", real)
    found = run(snippets.path_code(source, steps, IMAGE, "engine/training/pretrained.npz")[library])
    np.testing.assert_allclose(found["steps"][1], real[name].ravel(), atol=1e-5)


def test_a_batch_is_read_from_the_apps_own_file(mnist, monkeypatch):
    monkeypatch.setenv("UNCRUMPLE_MNIST", os.environ["UNCRUMPLE_MNIST"])
    batch = mnist.train_images[:128].reshape(128, 784).astype(np.float32) / 255
    source, steps = view("batch", None, "(128, 28, 28)", {"batch": batch})
    for code in snippets.path_code(source, steps, IMAGE, "").values():
        np.testing.assert_array_equal(run(code)["steps"][1], batch.reshape(128, 28, 28))


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_digit_in_other_shapes(library, capsys):
    found = run(snippets.digit_code(IMAGE)[library])
    np.testing.assert_array_equal(found["back"], IMAGE)
    np.testing.assert_array_equal(found["turned"], IMAGE.T)
    np.testing.assert_array_equal(found["slanted"], IMAGE.ravel()[:783].reshape(29, 27))
    assert [len(line) for line in capsys.readouterr().out.splitlines()] == [27] * 29


def test_no_line_is_wider_than_the_page():
    source, steps = view(str([round(value / 7, 3) for value in range(200)]), None, "(10, -1)")
    for code in (
        snippets.path_code(source, steps, IMAGE, "engine/training/pretrained.npz"),
        snippets.digit_code(IMAGE),
    ):
        assert max(len(line) for text in code.values() for line in text.splitlines()) <= 110
