"""The code of two vectors' sum, and of an object under a map with what its numbers mean."""

import numpy as np

from engine.geometry.geometry import PlaneMap
from engine.geometry.geometry_shapes import GRID_CELLS, LETTER
from viz.tensors import real_snippets as real
from viz.typed import typed_snippets as typed

_SUM = """\
total = A + B  # head to tail: [A[0] + B[0], A[1] + B[1]]
print(total)
"""
_MEASURES = """
determinant = {linalg}.det(W)  # signed area of the unit square's image
values, vectors = {eig}(W)  # complex where no direction keeps its line
axes, singular, _ = {linalg}.svd(W)  # half axes of the unit circle's image
print("determinant", determinant)
print("eigenvalues", values)
print("singular values", singular)
"""
_DENSE = """
# Keras multiplies from the other side, x @ kernel: its kernel is W transposed.
layer = keras.layers.Dense(2, activation={activation})
layer.build((None, 2))
layer.set_weights([W.T, b])
y = np.asarray(layer(x))
print(y[:5])
"""
_GRID = f"""\
# Corners of the grid's fields, one point per row.
lines = np.linspace(-1, 1, {GRID_CELLS + 1})
x = np.stack(np.meshgrid(lines, lines), axis=-1).reshape(-1, 2)
"""
_DIGIT = """\
# Pixels that hold ink as points, row 0 at the top: x to the right, y upward, both from -1 to 1.
rows, columns = np.nonzero(digit > 127)
x = np.stack([(2 * columns + 1 - 28) / 28, (28 - 1 - 2 * rows) / 28], axis=1)
"""


def sum_code(A: np.ndarray, B: np.ndarray) -> dict[str, str]:
    """Library → source that computes ``total``, A + B."""
    return {
        library: f"{start}\n{typed.assigned('A', A, name)}{typed.assigned('B', B, name)}{_SUM}"
        for library, start, name in (
            ("NumPy", "import numpy as np\n", "np"),
            ("JAX", f"import jax\nimport jax.numpy as jnp\n{typed.WIDE}", "jnp"),
        )
    }


def map_code(plane: PlaneMap, chosen: str, *, image: np.ndarray, frame: np.ndarray) -> dict[str, str]:
    """Library → source that moves the object's points ``x`` to ``y``; NumPy and JAX also measure the map.

    chosen: "grid", "letter", "digit" or "photo". image: (28, 28) uint8, the digit. frame: (4, 2), the photo's corners.
    """
    modules, points = _points(chosen, image, frame)
    given = f"{typed.assigned('W', plane.W, 'np')}{typed.assigned('b', plane.b, 'np')}{points}"
    moved = "y = x @ W.T + b  # W @ x + b for every row of x\n"
    cut = {"NumPy": "y = np.maximum(y, 0)  # relu\n", "JAX": "y = jax.nn.relu(y)\n"} if plane.relu else {}
    numpy = f"{real.imports(modules, ['import numpy as np'])}\n{given}\n{moved}{cut.get('NumPy', '')}print(y[:5])\n"
    libraries = ["import jax", "import jax.numpy as jnp", "import numpy as np"]
    jax = f"{real.imports(modules, libraries)}{typed.WIDE}\n{given}\n"
    jax += "W, b, x = (jnp.asarray(part) for part in (W, b, x))\n"
    jax += f"{moved}{cut.get('JAX', '')}print(y[:5])\n"
    keras = f"{real.imports(modules, ['import keras', 'import numpy as np'])}\n{given}"
    return {
        "NumPy": numpy + _MEASURES.format(linalg="np.linalg", eig="np.linalg.eig"),
        # JAX finds eigenvectors of such matrices on CPUs only; NumPy's do for two by two.
        "JAX": jax + _MEASURES.format(linalg="jnp.linalg", eig="np.linalg.eig"),
        "Keras": keras + _DENSE.format(activation='"relu"' if plane.relu else None),
    }


def _points(chosen: str, image: np.ndarray, frame: np.ndarray) -> tuple[tuple[str, ...], str]:
    """Lines that import from the standard library, and the source that makes x, (n, 2)."""
    if chosen == "grid":
        return (), _GRID
    if chosen == "digit":
        modules, lines = real.source(("digit",), image)
        return modules, f"{lines}\n{_DIGIT}"
    title, corners = ("the letter F", LETTER) if chosen == "letter" else ("the photo's frame", frame)
    return (), f"# Corners of {title}, one point per row.\n{typed.assigned('x', corners, 'np')}"
