"""The code of one product in one order of adding, and of one hidden unit of the dense layer."""

import numpy as np

from engine.operations.product import Operand
from viz.tensors import real_snippets as real
from viz.typed import typed_snippets as typed

_ORDERS = {
    "dot": """
# Cell by cell: the dot product of a row of x and a column of y.
total = np.zeros_like(rows @ columns)
for i in range(rows.shape[-2]):
    for j in range(columns.shape[-1]):
        total[..., i, j] = (rows[..., i, :] * columns[..., :, j]).sum(axis=-1)
""",
    "outer": """
# Term by term: the outer product of column k of x and row k of y.
total = np.zeros_like(rows @ columns)
for k in range(rows.shape[-1]):
    total += rows[..., :, [k]] * columns[..., [k], :]
""",
    "rows": """
# Row i of the result combines the rows of y.
total = np.zeros_like(rows @ columns)
for i in range(rows.shape[-2]):
    for k in range(rows.shape[-1]):
        total[..., i, :] += rows[..., i, [k]] * columns[..., k, :]
""",
    "columns": """
# Column j of the result combines the columns of x.
total = np.zeros_like(rows @ columns)
for j in range(columns.shape[-1]):
    for k in range(rows.shape[-1]):
        total[..., :, j] += columns[..., [k], j] * rows[..., :, k]
""",
}
_JAX_ORDERS = {
    "dot": "jax.vmap(jax.vmap(jnp.dot, (None, 1)), (0, None))(rows, columns)  # all pairs",
    "outer": "jax.vmap(jnp.outer, (1, 0))(rows, columns).sum(axis=0)  # one outer product per term",
    "rows": "jax.vmap(lambda row: (row[:, None] * columns).sum(axis=0))(rows)  # rows of y, combined",
    "columns": "jax.vmap(lambda column: (rows * column).sum(axis=1), 1, 1)(columns)  # columns of x, combined",
}
_UNIT = """
unit = {unit}
weights = W1[:, unit]
products = inputs * weights  # one per pixel
total = products.sum() + b1[unit]
activation = max(0.0, float(total))  # relu
print(f"unit {{unit}}: {{total:.3f}} -> {{activation:.3f}}")
for pixel in np.argsort(-products)[:5]:
    print(f"pixel {{divmod(int(pixel), 28)}}: {{inputs[pixel]:.2f}} x {{weights[pixel]:.3f}} = {{products[pixel]:.3f}}")
"""
_DENSE = """
layer = keras.layers.Dense({units}, activation="relu")
layer.build((None, 784))
layer.set_weights([W1, b1])  # W1 is 784 against {units}
hidden = np.asarray(layer(inputs[None, :]))[0]
activation = float(hidden[{unit}])
print(f"unit {unit}: {{activation:.3f}}")
"""


def product_code(x: Operand, y: Operand, order: str, image: np.ndarray, weights: str) -> dict[str, str]:
    """Library → source that computes ``z``, x @ y, and the same as ``total`` in one of the four orders.

    image: (28, 28) uint8, the digit on the page. weights: path of an .npz file with W1, b1, W2, b2. JAX shows the
    order for vectors and matrices only, and works with 64 bits where NumPy does.
    """
    modules, made = real.source([operand.text.partition("[")[0].strip() for operand in (x, y)], image, weights)
    own = [operand.array for operand in (x, y) if not operand.text]
    rows, columns = ("x[None, :]" if x.array.ndim == 1 else "x"), ("y[:, None]" if y.array.ndim == 1 else "y")
    matrices = f"\nrows, columns = {rows}, {columns}\n"
    computed = "z = x @ y\nprint(z)\n"
    numpy = real.imports(modules, ["import numpy as np", *typed.constants(own)]) + made + "\n"
    numpy += _assigned("x", x, "np") + _assigned("y", y, "np") + computed + matrices + _ORDERS[order]
    numpy += "print(np.allclose(total.reshape(z.shape), z, equal_nan=True))\n"
    libraries = ["import jax", "import jax.numpy as jnp", *(["import numpy as np"] if made else [])]
    jax = real.imports(modules, [*libraries, *typed.constants(own)]) + made
    jax += typed.WIDE if any(array.dtype.itemsize == 8 for array in own) else ""
    jax += "\n" + _assigned("x", x, "jnp") + _assigned("y", y, "jnp") + computed
    if max(x.array.ndim, y.array.ndim) <= 2:
        jax += f"{matrices}total = {_JAX_ORDERS[order]}\n"
        jax += "print(jnp.allclose(total.reshape(z.shape), z, equal_nan=True))\n"
    return {"NumPy": numpy, "JAX": jax}


def unit_code(unit: int, units: int, image: np.ndarray, weights: str) -> dict[str, str]:
    """Tab → source of one hidden unit's ``activation`` for this digit, by hand and as a Keras layer."""
    modules, made = real.source(("inputs", "W1", "b1"), image, weights)
    return {
        "NumPy: hidden unit": real.imports(modules, ["import numpy as np"]) + made + _UNIT.format(unit=unit),
        "Keras: Dense layer": real.imports(modules, ["import keras", "import numpy as np"])
        + made
        + _DENSE.format(unit=unit, units=units),
    }


def _assigned(name: str, operand: Operand, library: str) -> str:
    """The line that makes x or y."""
    if operand.text:
        return f"{name} = {operand.text if library == 'np' else f'jnp.asarray({operand.text})'}\n"
    return typed.assigned(name, operand.array, library)
