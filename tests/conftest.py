"""Where the tests find real MNIST: the folder UNCRUMPLE_MNIST names, or the data beside the checkout.

An empty UNCRUMPLE_MNIST says that there is none, even where there is.
"""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
# What one test process or server has compiled, no other compiles again. JAX reads these when it is imported.
# Benchmarks import this file too, and compile for themselves.
if "PYTEST_VERSION" in os.environ:
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".pytest_cache" / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
BESIDE = ROOT.parent / "shared" / "data" / "mnist"

if "UNCRUMPLE_MNIST" not in os.environ and BESIDE.is_dir():
    os.environ["UNCRUMPLE_MNIST"] = str(BESIDE)
# Tests never reach out: without a folder the app falls back to its own procedural digits.
os.environ.setdefault("UNCRUMPLE_MIRRORS", "")
# A busy machine is no defect of what it tests: no example has a deadline, and none is too slow to be made.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True, scope="module")
def little_garbage():
    """What earlier files left behind, compiled programs above all, is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def narrow():
    """32 bits, JAX's default, for every test, whatever the one before asked for."""
    import jax

    jax.config.update("jax_enable_x64", False)
    yield
    jax.config.update("jax_enable_x64", False)


@pytest.fixture(scope="session")
def mnist():
    """Real MNIST, or a skip where it is not at hand."""
    from engine.digits import mnist

    if not os.environ.get("UNCRUMPLE_MNIST"):
        pytest.skip("real MNIST is not at hand; point UNCRUMPLE_MNIST at a folder with the four IDX files")
    return mnist.finished(mnist.fetch())
