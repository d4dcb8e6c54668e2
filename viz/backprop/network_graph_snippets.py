"""The network's loss, its gradient and both jaxprs as programs: JAX by itself, NumPy by hand."""

import numpy as np

from viz.tensors import real_snippets as real

BATCH = 128
_BATCH_MNIST = """
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)
train_labels = read("train-labels-idx1-ubyte", 8)
"""
_BATCH_PROCEDURAL = """
# The digits this app draws itself; run this in the app's folder.
digits = procedural.load()
train_images = digits.train_images.reshape(-1, 784)
train_labels = digits.train_labels
"""
_BATCH = """\
inputs = train_images[START:STOP].astype(np.float32) / 255
y_true = np.eye(10, dtype=np.float32)[train_labels[START:STOP]]
"""
_DIGIT = "y_true = np.eye(10, dtype=np.float32)[LABEL]\n"
_JAX = """

def loss(W1, b1, W2, b2, inputs, y_true):
    y_pred = jax.nn.softmax(jax.nn.relu(inputs @ W1 + b1) @ W2 + b2)
    return jnp.mean(-jnp.sum(y_true * jnp.log(y_pred), axis=-1))


given = W1, b1, W2, b2, inputs, y_true
value_and_gradient = jax.value_and_grad(loss, argnums=(0, 1, 2, 3))
value, gradients = value_and_gradient(*given)
print("loss =", value)
for name, gradient in zip(("W1", "b1", "W2", "b2"), gradients):
    print(f"gradient of {name}: shape {gradient.shape}, norm {jnp.linalg.norm(gradient):.4g}")

hidden = jax.nn.relu(inputs @ W1 + b1).reshape(-1, len(b1))
dead = (hidden == 0).all(axis=0)
print("dead hidden units:", dead.sum(), "of", len(dead))

print(jax.make_jaxpr(loss)(*given))
print(jax.make_jaxpr(value_and_gradient)(*given))
"""
_NUMPY = """
# Forward. A single digit is a batch of one.
inputs, y_true = inputs.reshape(-1, 784), y_true.reshape(-1, 10)
scores = inputs @ W1 + b1
hidden = np.maximum(0, scores)
logits = hidden @ W2 + b2
exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
sums = exponentials.sum(axis=1, keepdims=True)
y_pred = exponentials / sums
loss = np.mean(-(y_true * np.log(y_pred)).sum(axis=1))
print("loss =", loss)

# Backward, from the loss up: d_… is the derivative of the loss with respect to ….
d_y_pred = -y_true / y_pred / len(inputs)
d_sums = -(d_y_pred * exponentials / sums**2).sum(axis=1, keepdims=True)
d_logits = (d_y_pred / sums + d_sums) * exponentials
d_W2 = hidden.T @ d_logits
d_b2 = d_logits.sum(axis=0)
d_hidden = d_logits @ W2.T
d_scores = d_hidden * (scores > 0)
d_W1 = inputs.T @ d_scores
d_b1 = d_scores.sum(axis=0)
for name, gradient in (("W1", d_W1), ("b1", d_b1), ("W2", d_W2), ("b2", d_b2)):
    print(f"gradient of {name}: shape {gradient.shape}, norm {np.linalg.norm(gradient):.4g}")

dead = (hidden == 0).all(axis=0)
print("dead hidden units:", dead.sum(), "of", len(dead))
"""
_LIBRARIES = {
    "NumPy, by hand": (["import numpy as np"], _NUMPY),
    "JAX": (["import jax", "import jax.numpy as jnp", "import numpy as np"], _JAX),
}


def programs(
    weights: str, *, image: np.ndarray | None = None, label: int = 0, start: int = 0, procedural: bool = False
) -> dict[str, str]:
    """Library → source that prints the loss, the norms of its gradients and the number of dead units.

    image: (28, 28) uint8, one digit with its label; None for the training images start to start + 127.
    weights: path of an .npz file with W1, b1, W2, b2, as the program will find it.
    """
    return {
        library: _given(libraries, weights, image, label, start, procedural) + body
        for library, (libraries, body) in _LIBRARIES.items()
    }


def _given(
    libraries: list[str], weights: str, image: np.ndarray | None, label: int, start: int, procedural: bool
) -> str:
    if image is not None:
        made = real.source({"inputs", *real.LAYERS}, image, weights)
        return real.imports(made.modules, libraries) + made.lines + _DIGIT.replace("LABEL", str(label))
    own = ["", "from engine.digits import procedural"] if procedural else []
    text = real.imports(() if procedural else real.FILES, libraries + own)
    text += _BATCH_PROCEDURAL if procedural else real.READ.rstrip() + "\n\n" + _BATCH_MNIST
    text += _BATCH.replace("START", str(start)).replace("STOP", str(start + BATCH))
    return text + "\n" + real.loaded(real.LAYERS, weights)
