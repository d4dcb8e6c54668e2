"""The tiny model's gradient and one step against it, and one weight's naive search on the real network, as code."""

import numpy as np

from engine.descent.gradient import Problem
from engine.descent.naive_search import BATCH, Place

_DATA = """\
x = {module}.array({x})
y_true = {module}.array({targets})
W = {module}.array({weights})
"""
_NUMPY = """\
import numpy as np

{data}
y_pred = x @ W
loss = np.mean((y_pred - y_true) ** 2)
# By hand: each output's error, times 2, divided by their number, sent back through x.
error = 2 * (y_pred - y_true) / y_true.size
gradient = {product}

rate = {rate}
W_after = W - rate * gradient
loss_after = np.mean((x @ W_after - y_true) ** 2)
{show}"""
_JAX = """\
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

{data}

def loss_of(W):
    return jnp.mean((x @ W - y_true) ** 2)


loss, gradient = jax.value_and_grad(loss_of)(W)

rate = {rate}
W_after = W - rate * gradient
loss_after = loss_of(W_after)
{show}"""
_SHOW = """
print("loss", loss)
print("gradient, of the shape of W:", gradient.shape)
print(gradient)
print("loss after one step", loss_after)
"""


def step(problem: Problem, rate: float) -> dict[str, str]:
    """Library → code of the loss, its gradient at this W, and one step against it with this learning rate."""
    product = "x.T @ error" if problem.x.ndim == 2 else "np.outer(x, error)"
    return {
        library: template.format(data=_data(problem, module), product=product, rate=f"{rate:.6g}", show=_SHOW)
        for library, template, module in (("NumPy", _NUMPY, "np"), ("JAX", _JAX, "jnp"))
    }


def _data(problem: Problem, module: str) -> str:
    parts = {"x": problem.x, "targets": problem.targets, "weights": problem.weights}
    # Floats whatever was typed: whole numbers have no gradient.
    return _DATA.format(module=module, **{name: _literal(array) for name, array in parts.items()})


def _literal(array: np.ndarray) -> str:
    return str(np.asarray(array, np.float64).tolist())


_LOAD = """\
import gzip
import os
from pathlib import Path

{imports}

with np.load("{weights}") as file:
    params = {{name: file[name].astype(np.float64) for name in ("W1", "b1", "W2", "b2")}}
"""
_MNIST = """\
# The files of MNIST, as the app keeps them.
folder = Path(os.environ.get("UNCRUMPLE_MNIST", Path.home() / ".cache" / "uncrumple" / "mnist"))


def read(name, header):
    path = folder / name
    content = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return np.frombuffer(content, np.uint8)[header:]


images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)[:BATCH]
labels = read("train-labels-idx1-ubyte", 8)[:BATCH]
"""
_PROCEDURAL = """\
# The digits this app draws itself; run this in the app's folder.
from engine.digits import procedural

digits = procedural.load()
images = digits.train_images[:BATCH].reshape(BATCH, 784)
labels = digits.train_labels[:BATCH]
"""
_SEARCH_NUMPY = """\
x = images.astype(np.float64) / 255


def loss_of(params):
    hidden = np.maximum(0, x @ params["W1"] + params["b1"])
    scores = hidden @ params["W2"] + params["b2"]
    scores = scores - scores.max(axis=1, keepdims=True)
    logarithms = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -logarithms[np.arange(len(labels)), labels].mean()


def loss_with(change):
    # All weights frozen but one.
    changed = {name: value.copy() for name, value in params.items()}
    changed[LAYER][INDEX] += change
    return loss_of(changed)


step = STEP
below, above = loss_with(-step), loss_with(step)
slope = (above - below) / (2 * step)
passes = 2 * sum(value.size for value in params.values())
print("loss at w - step:", below, "at w + step:", above)
print("slope of this one weight:", slope)
print("forward passes for all weights:", passes)
"""
_SEARCH_JAX = """\
x = jnp.asarray(images, jnp.float64) / 255


def loss_of(params):
    hidden = jax.nn.relu(x @ params["W1"] + params["b1"])
    logarithms = jax.nn.log_softmax(hidden @ params["W2"] + params["b2"])
    return -logarithms[jnp.arange(len(labels)), labels].mean()


# One backward pass: the partial derivative of every weight.
loss, gradient = jax.value_and_grad(loss_of)(params)
slope = float(gradient[LAYER][INDEX])
print("loss:", loss)
print("slope of this one weight:", slope)
print("partial derivatives in all:", sum(value.size for value in gradient.values()))
"""


def naive_search(place: Place, step: float, weights: str, *, procedural: bool) -> dict[str, str]:
    """Library → code: NumPy tries one weight both ways, JAX differentiates with respect to all.

    weights: path of an .npz file with W1, b1, W2, b2, as the program will find it.
    """
    index = f"{place.row}, {place.column}" if place.layer.startswith("W") else str(place.column)
    filled = {"BATCH": str(BATCH), "LAYER": f'"{place.layer}"', "INDEX": index, "STEP": f"{step:g}"}
    digits = _PROCEDURAL if procedural else _MNIST
    wide = 'import jax\nimport jax.numpy as jnp\nimport numpy as np\n\njax.config.update("jax_enable_x64", True)'
    parts = {
        "NumPy": ("import numpy as np", _SEARCH_NUMPY),
        "JAX": (wide, _SEARCH_JAX),
    }
    sources = {}
    for library, (imports, body) in parts.items():
        load = _LOAD.format(imports=imports, weights=weights)
        source = f"{load}\n{digits}\n{body}"
        for name, value in filled.items():
            source = source.replace(name, value)
        sources[library] = source
    return sources
