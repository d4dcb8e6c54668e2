"""The code of one tensor's way through a transpose and reshapes, and of a digit in rows of any width."""

from collections.abc import Sequence

import numpy as np

from engine.operations.reshaping_steps import Source, Step
from viz.tensors import real_snippets as real
from viz.typed import typed_snippets as typed

REAL = ("W1", "b1", "W2", "b2", "digit", "hidden", "batch")
"""The real tensors the code can make again."""
_MEMORY = """
for before, after in zip(steps, steps[1:]):
    kind = "a view" if np.shares_memory(before, after) else "a copy"
    print(before.shape, before.strides, "->", after.shape, after.strides, kind)
"""
_NO_MEMORY = """
# JAX never changes an array in place, so it shows neither strides nor views: each step is a new value.
for before, after in zip(steps, steps[1:]):
    print(before.shape, "->", after.shape)
"""
_CONTRAST = """
# The transpose against a reshape to the same shape: which elements stand in different places?
numbers = {library}.arange(x.size).reshape(x.shape)
turned = numbers.transpose({order})
displaced = int((turned != numbers.reshape(turned.shape)).sum())
print(displaced, "of", x.size, "elements are in different places")
"""
_DIGIT = """
width = 27  # try 20 to 36
flat = {digit}.reshape(784)
rows = len(flat) // width
slanted = flat[: rows * width].reshape(rows, width)  # the pixels that fill no row are left out
back = flat.reshape(28, 28)
turned = back.transpose(1, 0)
for row in slanted:
    print("".join("#" if pixel > 127 else "." for pixel in row.tolist()))
"""


def path_code(source: Source, steps: Sequence[Step], image: np.ndarray, weights: str) -> dict[str, str]:
    """Library → source that makes ``steps``, the list of all tensors of the view, and ``displaced`` if it transposes.

    image: (28, 28) uint8, the digit on the page. weights: path of an .npz file with W1, b1, W2, b2.
    """
    modules, made = real.source([source.name] if source.name != "x" else [], image, weights)
    order = steps[1].order if len(steps) > 1 else None
    own = [source.array] if source.name == "x" and source.array is not None else []
    wide = source.dtype.itemsize == 8 and source.array is not None
    bodies = {}
    for title, library, ending in (("NumPy", "np", _MEMORY), ("JAX", "jnp", _NO_MEMORY)):
        body = made + "\n" + _source(source, library) + _steps(steps) + ending
        bodies[title] = body + ("" if order is None else _CONTRAST.format(library=library, order=_arguments(order)))
    libraries = [
        *(["import jax"] if wide else []),
        "import jax.numpy as jnp",
        *(["import numpy as np"] if made else []),
    ]
    constants = typed.constants(own)
    return {
        "NumPy": real.imports(modules, ["import numpy as np", *constants]) + bodies["NumPy"],
        "JAX": real.imports(modules, [*libraries, *constants]) + (typed.WIDE if wide else "") + bodies["JAX"],
    }


def digit_code(image: np.ndarray) -> dict[str, str]:
    """Library → source that reshapes the digit as ``flat``, ``slanted``, ``back`` and transposes it as ``turned``."""
    modules, made = real.source(["digit"], image)
    return {
        "NumPy": real.imports(modules, ["import numpy as np"]) + made + _DIGIT.format(digit="digit"),
        "JAX": real.imports(modules, ["import jax.numpy as jnp", "import numpy as np"])
        + made
        + _DIGIT.format(digit="jnp.asarray(digit)"),
    }


def _source(source: Source, library: str) -> str:
    """The lines that make x."""
    if source.name != "x":
        return f"x = {source.name}\n" if library == "np" else f"x = jnp.asarray({source.name})\n"
    if source.array is None or 0 in source.shape:
        if 0 in source.shape:
            kind = "" if library == "jnp" else f", np.{source.dtype.name}"
            return f"x = {library}.zeros({source.shape}{kind})\n"
        return f"x = {library}.arange({int(np.prod(source.shape))}).reshape({source.shape})\n"
    return typed.assigned("x", source.array, library)


def _steps(steps: Sequence[Step]) -> str:
    """One line per step, and their list."""
    lines, names = [], ["x"]
    for number, step in enumerate(steps[1:], 1):
        if step.order is not None:
            call = f"transpose({_arguments(step.order)})"
        else:
            call = f"reshape({_arguments(step.asked)})"
        lines.append(f"y{number} = {names[-1]}.{call}\n")
        names.append(f"y{number}")
    return "".join(lines) + f"steps = [{', '.join(names)}]\n"


def _arguments(sizes: Sequence[int]) -> str:
    return ", ".join(map(str, sizes)) or "()"
