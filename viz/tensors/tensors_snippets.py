"""The code of one tensor and its attributes, in NumPy and JAX."""

from collections.abc import Sequence

import numpy as np

from viz.tensors.real_snippets import imports, source
from viz.typed.typed_snippets import WIDE, assigned, constants

_ATTRIBUTES = """
print("rank:    ", {x}.ndim)
print("shape:   ", {x}.shape)
print("dtype:   ", {x}.dtype)
print("elements:", {x}.size)
print("bytes:   ", {x}.nbytes)
"""
_STRIDES = {
    "NumPy": 'print("strides: ", {x}.strides)\n',
    "JAX": "# JAX decides for itself how numbers lie in memory: its arrays have no strides.\n",
}
_SHORT = {"NumPy": "np", "JAX": "jnp"}


def typed(array: np.ndarray) -> dict[str, str]:
    """Library → source that makes ``x`` from the numbers as typed and prints its attributes.

    >>> print(typed(np.array([12, 3]))["NumPy"].splitlines()[2])
    x = np.array([12, 3])
    """
    wide = array.dtype.itemsize == 8
    return {
        library: _head(constants([array]), library, wide=wide)
        + "\n"
        + assigned("x", array, short)
        + _printed(library, "x")
        for library, short in _SHORT.items()
    }


def numbered(shape: Sequence[int]) -> dict[str, str]:
    """Library → source that makes ``x`` of 0, 1, 2, … in this shape and prints its attributes."""
    sizes = ", ".join(map(str, shape)) or "()"
    return {
        library: _head([], library, wide=True)
        + f"\nx = {short}.arange({int(np.prod(shape))}).reshape({sizes})\n"
        + _printed(library, "x")
        for library, short in _SHORT.items()
    }


def real(name: str, image: np.ndarray, weights: str) -> dict[str, str]:
    """Library → source that makes the real array of this name and prints its attributes.

    image: (28, 28) uint8, the digit on the page. weights: path of an .npz file with W1, b1, W2, b2.
    """
    names = {"x", "hidden"} if name == "hidden" else {name}
    modules, made = source(names, image, weights)
    placed = f"{name} = jnp.asarray({name})\n"
    return {
        "NumPy": imports(modules, ["import numpy as np"]) + made + _printed("NumPy", name),
        "JAX": imports(modules, ["import jax.numpy as jnp", "import numpy as np"])
        + made
        + placed
        + _printed("JAX", name),
    }


def _head(own: Sequence[str], library: str, *, wide: bool) -> str:
    """Imports; 64 bits for JAX where NumPy takes them."""
    if library == "NumPy":
        return imports([], ["import numpy as np", *own])
    libraries = ["import jax", "import jax.numpy as jnp"] if wide else ["import jax.numpy as jnp"]
    return imports([], [*libraries, *own]) + (WIDE if wide else "")


def _printed(library: str, name: str) -> str:
    return (_ATTRIBUTES + _STRIDES[library]).format(x=name)
