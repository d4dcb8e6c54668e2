"""Where the tests find real MNIST: the folder UNCRUMPLE_MNIST names, or the data beside the checkout."""

import os
from pathlib import Path

import jax
import pytest

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "data" / "mnist"

if "UNCRUMPLE_MNIST" not in os.environ and BESIDE.is_dir():
    os.environ["UNCRUMPLE_MNIST"] = str(BESIDE)
# Tests never reach out: without a folder the app falls back to its own procedural digits.
os.environ.setdefault("UNCRUMPLE_MIRRORS", "")


@pytest.fixture(autouse=True)
def narrow():
    """32 bits, JAX's default, for every test, whatever the one before asked for."""
    jax.config.update("jax_enable_x64", False)
    yield
    jax.config.update("jax_enable_x64", False)


@pytest.fixture(scope="session")
def mnist():
    """Real MNIST, or a skip where it is not at hand."""
    from engine import mnist

    if "UNCRUMPLE_MNIST" not in os.environ:
        pytest.skip("real MNIST is not at hand; point UNCRUMPLE_MNIST at a folder with the four IDX files")
    return mnist.finished(mnist.fetch())
