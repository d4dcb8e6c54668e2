"""Benchmarks, each runnable alone; each prints one line per figure: name, value, unit."""

from engine.digits import mnist
from engine.digits.mnist import Digits
from tests import conftest as _environment

_ = _environment


def report(name: str, value: object, unit: str) -> None:
    """One figure on one line."""
    print(f"{name}: {value} {unit}", flush=True)


def digits() -> Digits:
    """Real MNIST; InvalidInput says how to get it if it cannot be had."""
    return mnist.finished(mnist.fetch())
