"""The code of one slice, in NumPy and JAX."""

from collections.abc import Sequence

import numpy as np

from engine.typed.index_syntax import Item, item_text
from viz.tensors import tensors_snippets as tensors

_TAKEN = {
    "NumPy": """
{result} = {name}[{index}]
print("shape:        ", {result}.shape)
print("strides:      ", {result}.strides)
print("shares memory:", np.shares_memory({result}, {name}))
""",
    "JAX": """
{result} = {name}[{index}]
print("shape:", {result}.shape)
# JAX has no views: {result} never shares memory that one can write to with {name}.
# JAX gives no error for an index outside an axis; it takes the nearest one inside.
""",
}
_SHORT = {"NumPy": "np", "JAX": "jnp"}


def slicing(
    name: str, array: np.ndarray, index: Sequence[Item], *, image: np.ndarray | None = None, weights: str = ""
) -> dict[str, str]:
    """Library → source that makes the tensor and takes ``my_slice`` from it.

    name: "x" for a tensor as typed, else that of a real array. image: (28, 28) uint8, the digit on the page; weights:
    path of an .npz file with W1; each needed only for the arrays made from it.
    """
    blank = np.zeros((28, 28), np.uint8)
    made = tensors.typed(array) if name == "x" else tensors.real(name, blank if image is None else image, weights)
    return {
        library: _without_attributes(source)
        + _TAKEN[library].format(result="my_slice", name=name, index=_index(index, library))
        for library, source in made.items()
    }


def _without_attributes(source: str) -> str:
    return source.partition("\nprint(")[0]


def _index(index: Sequence[Item], library: str) -> str:
    """The index as each library takes it: JAX refuses plain lists, for they are slow under its compiler."""
    short = _SHORT[library]
    texts = [item_text(item, newaxis=f"{short}.newaxis") for item in index]
    if library == "JAX":
        texts = [
            (f"jnp.array({text})" if item else "jnp.array([], int)") if isinstance(item, list) else text
            for item, text in zip(index, texts, strict=True)
        ]
    return ", ".join(texts) or "()"
