"""All five stages projected and probed, as a program of its own."""

from engine.geometry.digit_layers import RIDGE, TESTED_EVERY, TRAINED_ON
from viz.tensors import real_snippets as real

_MNIST = """
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)[:TRAINED_ON]
train_labels = read("train-labels-idx1-ubyte", 8)[:TRAINED_ON]
test_images = read("t10k-images-idx3-ubyte", 16).reshape(10000, 784)
test_labels = read("t10k-labels-idx1-ubyte", 8)
"""
_PROCEDURAL = """
# The digits this app draws itself; run this in the app's folder.
digits = procedural.load()
train_images = digits.train_images[:TRAINED_ON].reshape(TRAINED_ON, 784)
train_labels = digits.train_labels[:TRAINED_ON]
test_images = digits.test_images.reshape(10000, 784)
test_labels = digits.test_labels
"""
_BODY = """

def stages(images):
    pixels = xp.asarray(images, xp.float32) / 255
    sums = pixels @ W1 + b1
    hidden = RELU
    logits = hidden @ W2 + b2
SOFTMAX
    return pixels, sums, hidden, logits, probabilities


def probe(train, test):
    # Least squares to one-hot labels, with a penalty; the share of new digits it names.
    covariance = train.T @ train / len(train)
    penalty = RIDGE * xp.trace(covariance) / len(covariance)
    targets = ONE_HOT
    shares = targets.mean(axis=0)
    right = train.T @ (targets - shares) / len(train)
    weights = xp.linalg.solve(covariance + penalty * xp.eye(len(covariance)), right)
    return float(((test @ weights + shares).argmax(axis=1) == test_labels[::TESTED_EVERY]).mean())


names = ["pixels", "before relu", "after relu", "logits", "probabilities"]
batches = train_images, test_images[::TESTED_EVERY], test_images[START:STOP]
onto, accuracies = None, []
for name, train, test, shown in zip(names, *map(stages, batches)):
    mean = train.mean(axis=0)
    train, test, shown = train - mean, test - mean, shown - mean
    variances, axes = xp.linalg.eigh(train.T @ train / len(train))
    axes = axes[:, ::-1][:, :3]
    largest = xp.abs(axes).argmax(axis=0)
    axes = axes * xp.sign(axes[largest, xp.arange(axes.shape[1])])
    axes = axes / xp.sqrt(((train @ axes) ** 2).sum(axis=1).mean())
    if onto is not None:  # turn it, or mirror it, towards the stage before
        U, _, V = xp.linalg.svd((train @ axes).T @ onto, full_matrices=False)
        axes = axes @ (U @ V)
    onto, points = train @ axes, shown @ axes
    accuracies.append((probe(train, test), probe(onto, test @ axes)))
    kept = float(variances[-3:].sum() / variances.sum())
    print(f"{name}: 3 axes keep {kept:.1%}; probe {accuracies[-1][0]:.1%}, on 3 axes {accuracies[-1][1]:.1%}")
print("probabilities of digits START to LAST on 3 axes:", points.shape)
print(points[:5])
"""
_SOFTMAX = {
    "NumPy": "    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))\n"
    "    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)",
    "JAX": "    probabilities = jax.nn.softmax(logits)",
}
_LIBRARIES = {
    "NumPy": ("np", ["import numpy as np"], "np.maximum(0, sums)", "np.eye(10)[train_labels]"),
    "JAX": (
        "jnp",
        ["import jax", "import jax.numpy as jnp", "import numpy as np"],
        "jax.nn.relu(sums)",
        "jax.nn.one_hot(train_labels, 10)",
    ),
}


def projection(batch: slice, weights: str, *, procedural: bool) -> dict[str, str]:
    """Library → source that projects test digits batch.start to batch.stop − 1 and prints every probe's accuracy.

    weights: path of an .npz file with W1, b1, W2, b2, as the program will find it.
    """
    sources = {}
    for library, (module, imports, relu, one_hot) in _LIBRARIES.items():
        modules = () if procedural else real.FILES
        own = ["", "from engine.digits import procedural"] if procedural else []
        source = real.imports(modules, imports + own) + ("" if procedural else real.READ.rstrip() + "\n\n")
        source += (_PROCEDURAL if procedural else _MNIST) + real.loaded(real.LAYERS, weights) + _BODY
        filled = {
            "xp": module,
            "RELU": relu,
            "SOFTMAX": _SOFTMAX[library],
            "ONE_HOT": one_hot,
            "RIDGE": f"{RIDGE:g}",
            "TRAINED_ON": str(TRAINED_ON),
            "TESTED_EVERY": str(TESTED_EVERY),
            "START": str(batch.start),
            "STOP": str(batch.stop),
            "LAST": str(batch.stop - 1),
        }
        for name, value in filled.items():
            source = source.replace(name, value)
        sources[library] = source
    return sources
