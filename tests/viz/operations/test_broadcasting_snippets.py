"""The code computes what the page shows."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.broadcasting import Numbered, align, compute, view_strides
from engine.operations.elementwise import OPERATIONS
from tests.cases import some
from tests.viz.running import run
from viz.operations import broadcasting_snippets as snippets

BINARY = sorted(name for name, operation in OPERATIONS.items() if operation.arity == 2)


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
@pytest.mark.parametrize("name", some(BINARY, every=3))
@pytest.mark.parametrize("shapes", [[(4, 5), (5,)], [(4, 1), (1, 3)], [(3,), ()], [(2, 1, 3), (4, 1), (3,)]])
def test_the_code_computes_every_cell_of_the_picture(library, name, shapes, capsys):
    operands = [Numbered(shape, 3 if name == "power" else 9) for shape in shapes]
    result = align(shapes).result
    shown = compute(name, operands, [range(size) for size in result]).result
    found = run(snippets.broadcasting(name, operands)[library])["result"]
    assert found.shape == result
    np.testing.assert_allclose(np.asarray(found, float), shown.astype(float), rtol=1e-6)
    assert capsys.readouterr().out.splitlines()[0] == str(result)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=4), st.data())
def test_the_strides_printed_are_those_the_page_tells(result, data):
    shape = tuple(data.draw(st.sampled_from([size, 1])) for size in result)
    operands = [Numbered(tuple(result)), Numbered(shape)]
    source = snippets.broadcasting("add", operands)["NumPy"]
    printed = []
    run(source, print=lambda *values: printed.extend(values))
    assert printed[0] == tuple(result)
    stretched = shape != tuple(result)
    assert printed[1:] == ([view_strides(shape, tuple(result), 8)] if stretched else [])


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_code_of_the_network(library, mnist, monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(784, 32)).astype(np.float32), rng.normal(size=32).astype(np.float32)
    np.savez(tmp_path / "weights.npz", W1=W1, b1=b1)
    monkeypatch.chdir(tmp_path)
    found = run(snippets.hidden_sums("add", "weights.npz")[library])["result"]
    batch = mnist.train_images[:128].reshape(128, 784) / np.float32(255)
    np.testing.assert_allclose(found, batch @ W1 + b1, atol=1e-3)
    assert isinstance(found, jnp.ndarray) == (library == "JAX")
