"""The code of one element-wise operation and of the race, in NumPy and JAX."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.operations.elementwise import OPERATIONS, apply
from viz.tensors import real_snippets as real
from viz.typed import typed_snippets as typed

SUMS = "input @ W1 + b1"
"""The name of what the hidden layer holds before relu."""
_VALUES = {
    "digit": "digit",
    "batch": "batch",
    "W1": "W1",
    "b1": "b1",
    "hidden": "hidden",
    SUMS: "inputs @ W1 + b1",
}
REAL = tuple(_VALUES)
"""Names of the real operands there is code for."""
_UNDEFINED = "# JAX leaves whole numbers divided by zero undefined: expect another number than NumPy's 0.\n"
_BOOLEANS = "# JAX gives numbers made of True and False another dtype than NumPy.\n"
_RACE = """
rng = np.random.default_rng(0)
x, y = (2 * rng.random({shape}, np.float32) - 1 for _ in range(2))
"""
_LOOPS = """

def naive_add(x, y):
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += y[i, j]
    return x


def naive_relu(x):
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = max(x[i, j], 0)
    return x


began = time.perf_counter()
for _ in range({repetitions}):
    z = naive_relu(naive_add(x, y))
print(f"loops: {{time.perf_counter() - began:.4g}} s")
"""
_NUMPY = """
began = time.perf_counter()
for _ in range({repetitions}):
    z = np.maximum(x + y, 0)
print(f"NumPy: {{time.perf_counter() - began:.4g}} s")
"""
_JAX = """
relu_of_sum = jax.jit(lambda x, y: jnp.maximum(x + y, 0))
x, y = jnp.asarray(x), jnp.asarray(y)

began = time.perf_counter()
z = relu_of_sum(x, y).block_until_ready()  # the first call compiles
print(f"first call: {{time.perf_counter() - began:.4g}} s")

began = time.perf_counter()
for _ in range({repetitions}):
    # JAX answers before it has finished; the clock must wait for the result.
    z = relu_of_sum(x, y).block_until_ready()
print(f"JAX: {{time.perf_counter() - began:.4g}} s")
"""


def elementwise(
    name: str, names: Sequence[str], arrays: Sequence[np.ndarray], *, image: np.ndarray, weights: str
) -> dict[str, str]:
    """Library → source that computes ``z``, the operation ``name`` of ``x`` and ``y``.

    names: "" for an operand as typed, else one of REAL. image: (28, 28) uint8, the digit on the page. weights: path of
    an .npz file with W1, b1.

    >>> code = elementwise("relu", [""], [np.array([-2, 3])], image=np.zeros((28, 28)), weights="")
    >>> code["NumPy"].splitlines()[2:4]
    ['x = np.array([-2, 3])', 'z = np.maximum(x, 0)']
    """
    needed = {part for one in names for part in (("inputs", "W1", "b1") if one == SUMS else (one,))}
    modules, made = real.source(needed, image, weights)
    dtypes = [array.dtype for array in arrays]
    wide = 8 in [dtype.itemsize for dtype in (*dtypes, apply(name, *(np.ones((), dtype) for dtype in dtypes)).dtype)]
    operation = OPERATIONS[name]
    whole = all(dtype.kind in "iub" for dtype in dtypes)
    warning = _UNDEFINED if name in ("floor_divide", "modulo") and whole and not np.all(arrays[1]) else ""
    if all(dtype.kind == "b" for dtype in dtypes) and name in ("divide", "power", "modulo", "floor_divide"):
        warning += _BOOLEANS
    code = {}
    for library, short in (("NumPy", "np"), ("JAX", "jnp")):
        jax = library == "JAX"
        head = _imports(modules, arrays, names, jax=jax, wide=wide) + (typed.WIDE if jax and wide else "")
        lines = "".join(_assigned(*item, short) for item in zip("xy", names, arrays, strict=False))
        call = operation.call.format("x", "y").replace("np.", f"{short}.")
        shown = 'print(z)\nprint("shape:", z.shape, "dtype:", z.dtype)\n'
        code[library] = f"{head}{made}\n{lines}{warning if jax else ''}z = {call}\n{shown}"
    return code


def race(shape: Sequence[int], repetitions: int) -> Mapping[str, str]:
    """Contestant → source that times relu(x + y) of matrices of this shape; leaves the last result in ``z``."""
    values = _RACE.format(shape=tuple(shape))
    jax = "import time\n\nimport jax\nimport jax.numpy as jnp\nimport numpy as np\n"
    numpy = "import time\n\nimport numpy as np\n"
    return {
        "Python loops": numpy + values + _LOOPS.format(repetitions=repetitions),
        "NumPy": numpy + values + _NUMPY.format(repetitions=repetitions),
        "JAX": jax + values + _JAX.format(repetitions=repetitions),
    }


def _imports(
    modules: Sequence[str], arrays: Sequence[np.ndarray], names: Sequence[str], *, jax: bool, wide: bool
) -> str:
    libraries = ["import jax"] if jax and wide else []
    libraries += ["import jax.numpy as jnp"] if jax else []
    libraries += ["import numpy as np"] if any(names) or not jax else []
    own = [array for one, array in zip(names, arrays, strict=True) if not one]
    return real.imports(modules, [*libraries, *typed.constants(own)])


def _assigned(variable: str, name: str, array: np.ndarray, short: str) -> str:
    if name:
        value = _VALUES[name]
        return f"{variable} = {value}\n" if short == "np" else f"{variable} = jnp.asarray({value})\n"
    # A single number without a dtype would give way to the other operand's in JAX.
    dtype = str(array.dtype) if short == "jnp" and not array.ndim and array.dtype != bool else ""
    return typed.assigned(variable, array, short, dtype=dtype)
