"""The code of one chain on the sample points and of the single layer laid over it, in NumPy, JAX and Keras."""

from engine.geometry.layer_stack import PLACES, POINTS, Chain
from viz.typed import typed_snippets as typed

_POINTS = f"""
# The sample points of the page.
points = np.random.default_rng(0).uniform({{low}}, {{high}}, ({POINTS}, 2)).round(2)
"""
_FUNCTIONS = {
    "np": {"none": "lambda z: z", "relu": "lambda z: np.maximum(z, 0)", "tanh": "np.tanh"},
    "jnp": {"none": "lambda z: z", "relu": "jax.nn.relu", "tanh": "jnp.tanh"},
}
_PRODUCT = """
# W2 @ (W1 @ x + b1) + b2 = (W2 @ W1) @ x + (W2 @ b1 + b2), and again for each further layer.
W, b = {np}.eye(2), {np}.zeros(2)
for W_next, b_next, _ in layers:
    W, b = W_next @ W, W_next @ b + b_next
"""
_FIT = """
# The best single layer: least squares over the points.
rows = {np}.linalg.lstsq({np}.column_stack([points, {np}.ones(len(points))]), outputs)[0]
W, b = rows[:2].T, rows[2]
"""
_JAX_RUN = """

@jax.jit
def chain(x):
    # Points are rows: W @ x + b for each of them is x @ W.T + b.
    for W, b, activation in layers:
        x = activation(x @ W.T + b)
    return x


outputs = chain(points)
"""
_NUMPY_RUN = """
outputs = points
for W, b, activation in layers:
    # Points are rows: W @ x + b for each of them is x @ W.T + b.
    outputs = activation(outputs @ W.T + b)
"""
_COMPARE = """
distances = {np}.linalg.norm(points @ W.T + b - outputs, axis=1)
disagreeing = int((distances > {tolerance:g}).sum())
print("W", W)
print("b", b)
print("largest distance", distances.max())
print("points farther than {tolerance:g}:", disagreeing)
"""
_KERAS = """
chain = keras.Sequential([
    keras.Input((2,)),
{dense}
])
# Dense computes x @ kernel + bias, so its kernel is W transposed.
for layer, W, b in zip(chain.layers, weights, biases):
    layer.set_weights([W.T, b])
outputs = keras.ops.convert_to_numpy(chain(points))
"""
_KERAS_SINGLE = """
single = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
single.layers[0].set_weights([W.T, b])
distances = np.linalg.norm(keras.ops.convert_to_numpy(single(points)) - outputs, axis=1)
disagreeing = int((distances > {tolerance:g}).sum())
print("one Dense layer, kernel", W.T, "bias", b)
print("largest distance, in 32 bits", distances.max())
print("points farther than {tolerance:g}:", disagreeing)
"""


def chain_code(chain: Chain, place: str, tolerance: float) -> dict[str, str]:
    """Library → source that computes outputs (200, 2), the single layer W, b, its distances, and disagreeing.

    place: a name in PLACES, where the sample points lie.

    >>> from engine.geometry.layer_stack import CHAINS
    >>> list(chain_code(CHAINS["relu"][1], "all", 0.05))
    ['NumPy', 'JAX', 'Keras']
    """
    _, low, high = PLACES[place]
    points = _POINTS.format(low=low, high=high)
    single = _PRODUCT if chain.is_affine else _FIT
    wide = "import jax\nimport jax.numpy as jnp\nimport numpy as np\n" + typed.WIDE
    after = single + _COMPARE
    return {
        "NumPy": "import numpy as np\n" + points + _layers(chain, "np") + _NUMPY_RUN + _filled(after, "np", tolerance),
        "JAX": wide + points + _layers(chain, "jnp") + _JAX_RUN + _filled(after, "jnp", tolerance),
        "Keras": "import keras\nimport numpy as np\n" + points + _keras(chain, single, tolerance),
    }


def _filled(template: str, short: str, tolerance: float) -> str:
    return template.format(np=short, tolerance=tolerance)


def _layers(chain: Chain, short: str) -> str:
    """The layers as a list of W, b, activation."""
    names = [name for name in _FUNCTIONS[short] if name in chain.activations]
    functions = "".join(f"{_variable(name)} = {_FUNCTIONS[short][name]}\n" for name in names)
    rows = "".join(
        _row(f"{short}.array({W.tolist()}),", f"{short}.array({b.tolist()}), {_variable(name)}")
        for W, b, name in zip(chain.weights, chain.biases, chain.activations, strict=True)
    )
    return f"\n{functions}layers = [\n{rows}]\n"


def _row(W: str, rest: str) -> str:
    """A layer on one line, or W on a line of its own where its entries have many digits."""
    gap = " " if len(W) + len(rest) < 80 else "\n     "
    return f"    ({W}{gap}{rest}),\n"


def _variable(name: str) -> str:
    return "no_activation" if name == "none" else name


def _keras(chain: Chain, single: str, tolerance: float) -> str:
    weights = "".join(f"    np.array({W.tolist()}),\n" for W in chain.weights)
    given = f"weights = [\n{weights}]\n" + typed.assigned("biases", chain.biases, "np")
    dense = "\n".join(
        "    keras.layers.Dense(2)," if name == "none" else f'    keras.layers.Dense(2, activation="{name}"),'
        for name in chain.activations
    )
    once = _filled(single, "np", tolerance).replace(
        "for W_next, b_next, _ in layers:", "for W_next, b_next in zip(weights, biases):"
    )
    return "\n" + given + _KERAS.format(dense=dense) + once + _KERAS_SINGLE.format(tolerance=tolerance)
