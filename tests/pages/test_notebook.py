"""What a page gives away: its notebook, with the output that its code really has; weights and a script for Keras."""

import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import streamlit as st

from engine.descent.gradient import PROBLEMS
from engine.digits import mnist
from engine.training import evaluation
from engine.training.network import Params
from pages.shell import chapter, running
from tests.cases import some
from tests.viz.running import run


@pytest.fixture
def downloads(monkeypatch):
    """key → what the button with this key gives, or makes when it is pressed."""
    found, inner = {}, st.download_button

    def spy(label, data, *arguments, key, **named):
        found[key] = data
        return inner(label, data, *arguments, key=key, **named)

    monkeypatch.setattr(st, "download_button", spy)
    return found


@pytest.fixture
def nothing_run(monkeypatch):
    """Notebooks of text alone."""
    monkeypatch.setattr(running, "run", lambda snippets, files: [])


def read(made):
    found = nbformat.reads(made(), as_version=4)
    nbformat.validate(found)
    return found.cells


def printed(cells):
    """Library → what its cells printed, together."""
    sections, library = {}, ""
    for cell in cells[1:]:
        if cell.cell_type == "markdown":
            library = cell.source.removeprefix("## ") if cell.source.startswith("## ") else library
            continue
        sections.setdefault(library, "")
        sections[library] += "".join(output.text for output in cell.outputs)
    return sections


def opened(app, stem):
    return app.switch_page(chapter.lesson(stem).file).run()


@pytest.mark.parametrize("stem", some(["elementwise", "batches", "gradient"], every=2))
def test_a_notebook_shows_what_the_code_of_the_view_prints(app, downloads, stem, capsys):
    page = opened(app, stem)
    found = printed(read(downloads[f"{stem}_notebook"]))
    codes = [block.value for block in page.code]
    assert len(found) >= 2
    for (library, shown), source in zip(found.items(), codes, strict=False):
        capsys.readouterr()
        run(source)
        assert shown == capsys.readouterr().out != "", library


def test_a_notebook_says_in_short_what_the_page_says(app, downloads, nothing_run):
    opened(app, "geometry")
    first = read(downloads["geometry_vectors_notebook"])[0].source
    assert first.startswith("# Geometry\n\n")
    assert "In either order the sum is the same" in first and "The columns of W" not in first
    assert "Made by Uncrumple on its page “Geometry”, with Python " in first and f"NumPy {np.__version__}" in first


def test_a_notebook_follows_the_view(app, downloads):
    page = opened(app, "gradient")
    before = read(downloads["gradient_notebook"])
    page.selectbox(key="gradient_model").set_value(list(PROBLEMS)[1]).run()
    after = read(downloads["gradient_notebook"])
    assert printed(after) != printed(before)
    # What ran again has not said its text twice.
    assert after[0].source == before[0].source and before[0].source.count("**Try this**") == 1


def test_files_the_code_reads_are_named_in_the_text(app, downloads, loaded, nothing_run):
    opened(app, "product")
    text = read(downloads["product_unit_notebook"])[0].source
    assert "Run it in the app's folder." in text and "UNCRUMPLE_MNIST" not in text
    opened(app, "batches")
    text = read(downloads["batches_notebook"])[0].source
    assert ("UNCRUMPLE_MNIST" in text) == (loaded.digits.source != "procedural"), "only real digits are read from files"
    assert ("open it in the app's folder" in text) == (loaded.digits.source == "procedural"), "the app draws the others"


@pytest.mark.slow
def test_the_script_gives_keras_the_network(app, downloads, loaded, tmp_path):
    opened(app, "network")
    (tmp_path / "weights.npz").write_bytes(downloads["network_weights"]())
    (tmp_path / "script.py").write_text(downloads["network_keras"], encoding="utf-8")
    digits = loaded.digits
    for file, array in zip(mnist.FILES[2:], (digits.test_images, digits.test_labels), strict=True):
        sizes = b"".join(size.to_bytes(4) for size in array.shape)
        (tmp_path / file.name).write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())
    environment = os.environ | {"KERAS_BACKEND": "jax", "UNCRUMPLE_MNIST": str(tmp_path), "JAX_PLATFORMS": "cpu"}
    again = "import runpy, sys, keras; runpy.run_path(sys.argv[1] + '/script.py', run_name='__main__')\n"
    again += "print(keras.models.load_model(sys.argv[1] + '/network.keras').count_params())"
    done = subprocess.run(
        [sys.executable, "-c", again, str(tmp_path)],
        cwd=tmp_path.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "weights.npz") as file:
        params = Params(**{name: np.asarray(file[name]) for name in Params._fields})
    wanted = evaluation.evaluate(params, digits.test_images, digits.test_labels)
    assert f"test accuracy {wanted.accuracy:.4f}\n" in done.stdout
    assert done.stdout.splitlines()[-1] == str(sum(part.size for part in params))


@pytest.mark.slow
def test_every_page_gives_a_notebook_that_ran(app, downloads, monkeypatch):
    inner = running.run
    monkeypatch.setattr(running, "run", lambda snippets, files: inner(snippets, files, seconds=3600))
    for lesson in chapter.LESSONS:
        downloads.clear()
        assert not opened(app, lesson.stem).exception, lesson.stem
        notebooks = {key: read(made) for key, made in downloads.items() if key.endswith("_notebook")}
        assert notebooks, f"{lesson.stem} offers no notebook"
        for key, cells in notebooks.items():
            for library, shown in printed(cells).items():
                # Keras alone may show nothing: it would download MNIST.
                assert shown or "Keras" in library, (key, library)
            words = [cell.source for cell in cells[1:] if cell.cell_type == "markdown"]
            assert all(word.startswith("## ") or "it downloads MNIST" in word for word in words), (key, words)
