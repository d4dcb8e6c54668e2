"""The code of one broadcast: the same numbers, the same operation, and the strides of what is stretched."""

from collections.abc import Sequence
from math import prod

from engine.operations.broadcasting import NAMES, Numbered, align
from engine.operations.elementwise import OPERATIONS
from viz.tensors import real_snippets as real

_ON_DEVICE = "sums, b1 = jnp.asarray(batch) @ jnp.asarray(W1), jnp.asarray(b1)\n"
_STRIDES = "\n# Nothing is copied: along an axis of the view that is stretched, the stride is 0 bytes.\n"


def broadcasting(name: str, operands: Sequence[Numbered]) -> dict[str, str]:
    """Library → source that computes ``result`` of numbered tensors a, b and perhaps c.

    >>> print(broadcasting("add", [Numbered((2, 3)), Numbered((3,))])["JAX"])
    import jax.numpy as jnp
    <BLANKLINE>
    a = jnp.arange(6).reshape((2, 3)) % 9 + 1
    b = jnp.arange(3).reshape((3,)) % 9 + 1
    <BLANKLINE>
    result = a + b
    print(result.shape)
    <BLANKLINE>
    """
    names = NAMES[: len(operands)]
    shapes = [operand.shape for operand in operands]
    stretched = _stretched(names, shapes)
    sources = {}
    for library, module, imports in (("NumPy", "np", "numpy as np"), ("JAX", "jnp", "jax.numpy as jnp")):
        lines = [_numbered(module, name, operand) for name, operand in zip(names, operands, strict=True)]
        made = f"import {imports}\n\n{''.join(lines)}"
        sources[library] = made + _computed(name, names, module) + (_views(stretched) if module == "np" else "")
    return sources


def hidden_sums(name: str, weights: str) -> dict[str, str]:
    """Library → source that computes ``result`` of x @ W1 and b1, for the first batch of 128 training images.

    weights: path of an .npz file with W1 and b1, as the program will find it.
    """
    modules, made = real.source(("batch", "W1", "b1"), weights=weights)
    numpy = real.imports(modules, ["import numpy as np"]) + made + "sums = batch @ W1\n"
    jax = real.imports(modules, ["import jax.numpy as jnp", "import numpy as np"]) + made + _ON_DEVICE
    pair = ("sums", "b1")
    return {
        "NumPy": numpy + _computed(name, pair, "np") + _views(["b1"]),
        "JAX": jax + _computed(name, pair, "jnp"),
    }


def _numbered(module: str, name: str, operand: Numbered) -> str:
    count = prod(operand.shape)
    return f"{name} = {module}.arange({count}).reshape({operand.shape}) % {operand.most} + 1\n"


def _computed(name: str, names: Sequence[str], module: str) -> str:
    """The operation, from left to right."""
    call = OPERATIONS[name].call
    expression = names[0]
    for number, operand in enumerate(names[1:]):
        left = f"({expression})" if number and not call.startswith("np.") else expression
        expression = call.format(left, operand)
    return f"\nresult = {expression.replace('np.', f'{module}.')}\nprint(result.shape)\n"


def _stretched(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> list[str]:
    axes = align(shapes).axes
    return [name for which, name in enumerate(names) if any(axis.stretched[which] for axis in axes)]


def _views(stretched: Sequence[str]) -> str:
    lines = [f"print(np.broadcast_to({name}, result.shape).strides)\n" for name in stretched]
    return _STRIDES + "".join(lines) if lines else ""
