"""The programs of this view print the loss, the norms and the dead units that the page shows."""

import re
from pathlib import Path

import numpy as np
import pytest

from engine.backprop.graph_backward import backward, gradients
from engine.backprop.network_graph import network_graph, network_values
from engine.backprop.network_graph_units import units_of
from engine.training import network, pretrained
from tests.cases import some
from tests.viz.running import run
from viz.backprop import network_graph_snippets as snippets

ROOT = Path(__file__).parents[3]
IMAGE = (np.random.default_rng(2).random((28, 28)) ** 8 * 255).astype(np.uint8)


def check(source, graph, values, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    run(source)
    printed = capsys.readouterr().out
    found = backward(graph, values)
    loss = float(re.search(r"loss = ([\d.e-]+)", printed)[1])
    assert loss == pytest.approx(float(found.values[graph.output]), rel=1e-4)
    for name, slope in gradients(graph, found).items():
        if name in network.Params._fields:
            line = re.search(rf"gradient of {name}: shape \(([\d, ]+)\), norm ([\d.e+-]+)", printed)
            assert tuple(int(part) for part in line[1].split(",") if part.strip()) == slope.shape
            assert float(line[2]) == pytest.approx(np.linalg.norm(slope), rel=2e-3)
    assert f"dead hidden units: {units_of(graph, found).dead.sum()} of 512" in printed
    return printed


@pytest.mark.parametrize("library", ["NumPy, by hand", "JAX"])
def test_one_digit(library, monkeypatch, capsys):
    source = snippets.programs("engine/training/pretrained.npz", image=IMAGE, label=4)[library]
    values = network_values(pretrained.load().params, IMAGE.reshape(784).astype(np.float32) / 255, 4)
    printed = check(source, network_graph(), values, monkeypatch, capsys)
    assert (len(re.findall(r"^{ lambda ;", printed, re.M)) == 2) == (library == "JAX")


@pytest.mark.parametrize("library", some(["NumPy, by hand", "JAX"], every=2))
def test_a_batch(library, mnist, monkeypatch, capsys):
    source = snippets.programs("engine/training/pretrained.npz", start=256)[library]
    batch = slice(256, 384)
    inputs = mnist.train_images[batch].reshape(128, 784).astype(np.float32) / 255
    values = network_values(pretrained.load().params, inputs, mnist.train_labels[batch])
    check(source, network_graph(samples=128), values, monkeypatch, capsys)


def test_procedural_digits_are_made_by_the_app_itself():
    for source in snippets.programs("weights.npz", start=128, procedural=True).values():
        compile(source, "snippet", "exec")
        assert "procedural.load()" in source and "ubyte" not in source and "train_images[128:256]" in source
        assert 'np.load("weights.npz")' in source and max(map(len, source.splitlines())) <= 120
