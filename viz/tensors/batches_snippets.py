"""The code of one batch: its slice of the training images, as the network gets it, in NumPy and JAX."""

from viz.tensors import real_snippets as real

_MNIST = f"""{real.READ}\
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 28, 28)
train_labels = read("train-labels-idx1-ubyte", 8)
"""

_PROCEDURAL = """
from engine.digits import procedural

# The digits the app draws itself. Run this in the app's folder.
digits = procedural.load()
train_images, train_labels = digits.train_images, digits.train_labels
"""

_NUMPY = """
n, batch_size = {n:d}, {batch_size:d}
batch = train_images[batch_size * n : batch_size * (n + 1)]
labels = train_labels[batch_size * n : batch_size * (n + 1)]
inputs = batch.reshape(len(batch), 784).astype("float32") / 255  # what the network gets

batches = -(-len(train_images) // batch_size)  # rounded up
last = len(train_images) - batch_size * (batches - 1)

print("batch", n, "of", batches, "has shape", batch.shape, "and begins with labels", labels[:10])
print("as float32:", inputs.nbytes, "bytes; the last batch has", last, "samples")
"""

_JAX = """
n, batch_size = {n:d}, {batch_size:d}
# JAX's slices end at the end as NumPy's do; jax.lax.dynamic_slice would begin earlier instead, to keep its size.
batch = jnp.asarray(train_images)[batch_size * n : batch_size * (n + 1)]
labels = jnp.asarray(train_labels)[batch_size * n : batch_size * (n + 1)]
inputs = batch.reshape(len(batch), 784).astype(jnp.float32) / 255  # what the network gets

batches = -(-len(train_images) // batch_size)  # rounded up
last = len(train_images) - batch_size * (batches - 1)

print("batch", n, "of", batches, "has shape", batch.shape, "and begins with labels", labels[:10])
print("as float32:", inputs.nbytes, "bytes; the last batch has", last, "samples")
"""


def batch(n: int, batch_size: int, *, procedural: bool) -> dict[str, str]:
    """Library → source that computes ``batch``, ``labels``, ``inputs``, ``batches`` and ``last`` of this view.

    >>> list(batch(3, 128, procedural=False))
    ['NumPy', 'JAX']
    """
    modules, load = ((), _PROCEDURAL) if procedural else (real.FILES, _MNIST)
    numpy = [] if procedural else ["import numpy as np"]
    parts = {"NumPy": (numpy, _NUMPY), "JAX": (["import jax.numpy as jnp", *numpy], _JAX)}
    return {
        library: (real.imports(modules, libraries) + load + body.format(n=n, batch_size=batch_size)).lstrip()
        for library, (libraries, body) in parts.items()
    }
