"""The code of a shape prints and computes what the page shows, and takes no memory for it."""

import os
import subprocess
import sys
import tracemalloc
from importlib.util import find_spec

import pytest

from engine.tensors.real_world import PRESETS, View
from tests.viz.running import run
from viz.tensors.real_world_snippets import shape_code

VIEWS = [
    *PRESETS.values(),
    View("images", (30, 3000, 4000, 3), "uint8"),
    View("images", (5, 3), channels_first=True),
    View("images", (3,), channels_first=True),
    View("images", (7, 5, 3), "float16", True),
    View("video", (4, 240, 144, 256, 3), "float64", True),
    View("video", (10**9, 10**9, 2, 1, 1), "float32"),
    View("video", (10**9, 10**9, 2, 1, 1), "float64"),
    View("video", (10**9,) * 5, "bool"),
]


def other(view: View) -> tuple[int, ...]:
    return view._replace(channels_first=not view.channels_first).shape


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_code_counts_what_the_page_shows(view, library, capsys):
    source = shape_code(view)[library]
    tracemalloc.start()
    names = run(source)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000
    assert (names["elements"], names["nbytes"]) == (view.elements, view.bytes)
    printed = capsys.readouterr().out
    assert f"{view.elements:,} elements, {view.bytes:,} bytes" in printed
    if library == "JAX" or view.bytes < 2**63:
        assert names["x"].shape == view.shape
        assert str(names["x"].dtype) == view.dtype
    moves = "channels" in view.axes and len(view.shape) > 1
    assert ("moved" in names) == (moves and (library == "JAX" or view.bytes < 2**63))
    if "moved" in names:
        assert names["moved"].shape == other(view)
        assert str(names["moved"].dtype) == view.dtype
        assert f"# {'channels-last' if view.channels_first else 'channels-first'}" in source


def test_numpy_code_says_what_numpy_would_refuse():
    assert "would be refused" in shape_code(View("video", (10**9, 10**9, 10, 1, 1), "uint8"))["NumPy"]
    assert "would be refused" not in shape_code(View("video", (10**9, 10**9, 9, 1, 1), "uint8"))["NumPy"]


def test_keras_is_there_where_there_is_an_order_to_choose():
    assert [name for name, view in PRESETS.items() if "Keras" in shape_code(view)] == [
        name for name, view in PRESETS.items() if view.kind in ("images", "video")
    ]
    assert "Keras" not in shape_code(View("images", (256, 256, 3)))


@pytest.mark.slow
def test_keras_code_runs():
    if find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    views = [
        View("images", (128, 256, 256, 3)),
        View("images", (128, 250, 256, 3), "uint8", True),
        View("video", (4, 240, 144, 256, 3)),
        View("video", (4, 240, 144, 256, 3), "float32", True),
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(shape_code(view)["Keras"] for view in views)],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.splitlines() == [f"{view.shape} {other(view)}" for view in views]


def test_code_fits_the_panel():
    for view in VIEWS:
        for library, source in shape_code(view).items():
            assert max(map(len, source.splitlines())) <= 120, library
            assert "{" not in source.replace('f"{', "").replace(", {nbytes", ""), library
