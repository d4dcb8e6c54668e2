"""One gradient check as code: NumPy with the chain rule by hand and finite differences, JAX with its own gradient."""

import numpy as np

from engine.descent.naive_search import Place
from engine.typed.expressions import Expression
from viz.descent.descent_snippets import formula
from viz.tensors import real_snippets as real

_ONE = """
# The digit's 28 × 28 bytes, compressed.
{picture}images = np.frombuffer(zlib.decompress(base64.b64decode(picture)), np.uint8).reshape(1, 784)
labels = np.array([{label}])
"""
_BATCH = """
images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)[:{samples}]
labels = read("train-labels-idx1-ubyte", 8)[:{samples}].astype(np.int32)
"""
_PROCEDURAL = """
# The digits this app draws itself; run this in the app's folder.
digits = procedural.load()
images, labels = digits.train_images[:{samples}].reshape(-1, 784), digits.train_labels[:{samples}]
"""
_NUMPY = """
layer, index = "{layer}", {index}


def forward(weights, dtype):
    W1, b1, W2, b2 = (weights[name] for name in ("W1", "b1", "W2", "b2"))
    x = images.astype(dtype) / dtype(255)
    sums = x @ W1 + b1
    hidden = np.maximum(sums, 0)
    logits = hidden @ W2 + b2
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(labels)), labels].mean()
    return x, sums, hidden, log_p, loss


# The chain rule by hand, in float64.
weights = {{name: value.astype(np.float64) for name, value in (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2))}}
x, sums, hidden, log_p, loss = forward(weights, np.float64)
errors = np.exp(log_p) - np.eye(10)[labels]  # dloss/dlogits = p - y
terms = {terms}
by_hand = terms.mean()
print("by hand:", by_hand)


def difference(epsilon, dtype):
    losses = []
    for sign in (1, -1):
        moved = {{name: value.astype(dtype) for name, value in weights.items()}}
        moved[layer][index] += dtype(sign * epsilon)
        losses.append(forward(moved, dtype)[-1])
    return (losses[0] - losses[1]) / dtype(2 * epsilon)


for epsilon in [{chosen}, *10.0 ** -np.arange(1, 11)]:
    for dtype in (np.float32, np.float64):
        found = difference(epsilon, dtype)
        print(f"epsilon {{epsilon:.1e}}, {{dtype.__name__}}: {{found:.10g}}, off by {{abs(found - by_hand):.1e}}")
"""
_TERMS = {
    "W1": "(errors @ W2[{column}]) * (sums[:, {column}] > 0) * x[:, {row}]",
    "b1": "(errors @ W2[{column}]) * (sums[:, {column}] > 0)",
    "W2": "errors[:, {column}] * hidden[:, {row}]",
    "b2": "errors[:, {column}]",
}
_JAX = """
layer, index = "{layer}", {index}


def loss_of(weights):
    x = jnp.asarray(images, jnp.float64) / 255
    hidden = jax.nn.relu(x @ weights["W1"] + weights["b1"])
    log_p = jax.nn.log_softmax(hidden @ weights["W2"] + weights["b2"])
    return -log_p[jnp.arange(len(labels)), labels].mean()


parts = (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2))
weights = {{name: jnp.asarray(value, jnp.float64) for name, value in parts}}
# One backward pass, the derivative for every weight; here one of them is looked at.
loss, gradient = jax.value_and_grad(loss_of)(weights)
slope = gradient[layer][index]

epsilon = {chosen}
above, below = (loss_of(weights | {{layer: weights[layer].at[index].add(way)}}) for way in (epsilon, -epsilon))
quotient = (above - below) / (2 * epsilon)
print("jax.grad:", slope)
print("central difference:", quotient)
print("relative error:", abs(quotient - slope) / jnp.maximum(jnp.maximum(abs(quotient), abs(slope)), 1e-300))
"""
_WIDE = '\njax.config.update("jax_enable_x64", True)\n'


def weight(
    place: Place,
    image: np.ndarray | None,
    labels: np.ndarray,
    weights: str,
    *,
    epsilon: float,
    procedural: bool,
) -> dict[str, str]:
    """Library → code of one weight's check. image: (28, 28) uint8, None for the first training images.

    labels: (samples,). weights: path of an .npz file with W1, b1, W2, b2. procedural: whether the app drew the digits.
    """
    modules, extra, digits = _digits(image, labels, procedural)
    index = f"({place.row}, {place.column})" if place.layer[0] == "W" else str(place.column)
    filling = {
        "layer": place.layer,
        "index": index,
        "terms": _TERMS[place.layer].format(row=place.row, column=place.column),
        "chosen": f"{epsilon:g}",
    }
    loaded = "\n" + real.loaded(real.LAYERS, weights)
    libraries = {
        "NumPy": (["import numpy as np"], "", _NUMPY),
        "JAX": (["import jax", "import jax.numpy as jnp", "import numpy as np"], _WIDE, _JAX),
    }
    return {
        library: real.imports(modules, [*names, *extra]) + wide + digits + loaded + body.format(**filling)
        for library, (names, wide, body) in libraries.items()
    }


def _digits(image: np.ndarray | None, labels: np.ndarray, procedural: bool) -> tuple[tuple[str, ...], list[str], str]:
    """Imports from the standard library, other imports, and the lines that make images (s, 784) and labels (s,)."""
    if image is not None:
        lines = _ONE.format(picture=real.picture(image), label=int(labels[0]))
        return ("import base64", "import zlib"), [], lines
    if procedural:
        return (), ["", "from engine.digits import procedural"], _PROCEDURAL.format(samples=len(labels))
    return real.FILES, [], real.READ.rstrip() + "\n\n" + _BATCH.format(samples=len(labels))


_OWN = {
    "step_at_zero": "return {np}.where(x > 0, 1.0, 0.0)",
    "relu": "return {relu}",
    "sigmoid": "return 1 / (1 + {np}.exp(-x))",
    "softplus": "return {np}.logaddexp(x, 0.0)",
}
"""Functions the modules do not have under these names."""
_FORMULA = {
    "NumPy": """\
import numpy as np

{functions}
def f(x, y):
    return {formula}


x, y = {x}, {y}


def difference(epsilon, dtype):
    place = {{"x": dtype(x), "y": dtype(y)}}
    ends = [f(**(place | {{"{variable}": place["{variable}"] + dtype(way)}})) for way in (epsilon, -epsilon)]
    return (ends[0] - ends[1]) / dtype(2 * epsilon)


quotient = difference({chosen}, np.float64)
print("central difference:", quotient)
for epsilon in 10.0 ** -np.arange(1, 11):
    print(f"epsilon {{epsilon:.0e}}:", *(difference(epsilon, dtype) for dtype in (np.float32, np.float64)))
""",
    "JAX": """\
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

{functions}
def f(x, y):
    return {formula}


x, y = {x}, {y}
slope = jax.grad(f, argnums={axis})(x, y)
print("jax.grad:", slope)
""",
}


def variable(expression: Expression, point: dict[str, float], name: str, *, epsilon: float) -> dict[str, str]:
    """Library → code of the check of one variable of a formula. point: x and y."""
    sources = {}
    for library, module in (("NumPy", "np"), ("JAX", "jnp")):
        text = formula(expression, module)
        # A formula without variables still gets one: a derivative needs something to depend on.
        text = text if _names(expression) else f"{text} + 0 * x"
        relu = "jax.nn.relu(x)" if module == "jnp" else "np.maximum(x, 0)"
        used = [own for own in _OWN if f"{own}(" in text]
        functions = "".join(f"\ndef {own}(x):\n    {_OWN[own].format(np=module, relu=relu)}\n\n" for own in used)
        sources[library] = _FORMULA[library].format(
            functions=functions,
            formula=text,
            x=_float(point["x"]),
            y=_float(point["y"]),
            variable=name,
            axis="xy".index(name),
            chosen=f"{epsilon:g}",
        )
    return sources


def _names(expression: Expression) -> set[str]:
    own = {expression.name} if expression.kind == "name" else set()
    return own.union(*(_names(part) for part in expression.parts))


def _float(value: float) -> str:
    return repr(float(value))
