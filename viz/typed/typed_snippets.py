"""The lines that make a tensor as typed, and what NumPy's 64 bits ask of JAX."""

import textwrap
from collections.abc import Iterable

import numpy as np

from engine.tensors.tensors import literal

WIDE = '\njax.config.update("jax_enable_x64", True)  # 64 bits as in NumPy; JAX would take 32\n'
"""For tensors of 64 bits: NumPy's default for typed numbers."""


def constants(arrays: Iterable[np.ndarray]) -> list[str]:
    """Lines that import what ``assigned`` writes for infinities and undefined numbers.

    >>> constants([np.array([1.0, np.nan]), np.array([2, 3])])
    ['from numpy import nan']
    """
    numbers = " ".join(literal(array) for array in arrays)
    names = [name for name in ("inf", "nan") if name in numbers]
    return [f"from numpy import {', '.join(names)}"] if names else []


def assigned(name: str, array: np.ndarray, library: str, *, dtype: str = "") -> str:
    """Source that makes the array from its numbers; library: "np" or "jnp".

    A long line is broken between its numbers, which Python allows within brackets.

    >>> assigned("x", np.array([12, 3]), "np")
    'x = np.array([12, 3])\\n'
    """
    line = f"{name} = {library}.array({literal(array)}{f', {library}.{dtype}' if dtype else ''})"
    return "\n".join(textwrap.wrap(line, 96, subsequent_indent="    ", break_long_words=False)) + "\n"
