"""A Keras program that loads a run's weights, measures them on MNIST's test digits, and saves them as Keras does."""

from viz.tensors import real_snippets as real

_BODY = """
# The weights as Uncrumple gives them: put weights.npz beside this file.
here = Path(__file__).resolve().parent
with np.load(here / "weights.npz") as file:
    W1, b1, W2, b2 = (file[name] for name in ("W1", "b1", "W2", "b2"))
shapes = [part.shape for part in (W1, b1, W2, b2)]
if shapes != [(784, HIDDEN), (HIDDEN,), (HIDDEN, 10), (10,)]:
    raise SystemExit(f"weights.npz holds another network, with shapes {shapes}.")

model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(HIDDEN, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.layers[0].set_weights([W1, b1])
model.layers[1].set_weights([W2, b2])
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.save(here / "network.keras")  # keras.models.load_model reads it again
print("saved network.keras")


def test_digits():
    # MNIST's own files as Uncrumple keeps them; else Keras downloads them.
FOLDER
    try:
        return read(folder, "t10k-images-idx3-ubyte", 16), read(folder, "t10k-labels-idx1-ubyte", 8)
    except OSError:
        return keras.datasets.mnist.load_data()[1]


def read(folder, name, header):
    path = folder / name
    content = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return np.frombuffer(content, np.uint8)[header:]


try:
    images, labels = test_digits()
except Exception as problem:  # no network, no files: the saved model is good all the same
    raise SystemExit(f"MNIST could not be had, so nothing was measured: {problem}")
inputs = images.reshape(10000, 784).astype("float32") / 255
loss, accuracy = model.evaluate(inputs, labels, batch_size=1000, verbose=0)
print(f"test loss {loss:.4f}")
print(f"test accuracy {accuracy:.4f}")
"""


def script(hidden_units: int) -> str:
    """A whole program for 784-hidden_units-10 weights in ``weights.npz`` beside it; it writes ``network.keras``.

    >>> "keras.layers.Dense(64, " in script(64)
    True
    """
    folder = "    " + real.FOLDER.strip()
    body = _BODY.replace("FOLDER", folder).replace("HIDDEN", str(int(hidden_units)))
    return real.imports(real.FILES, ["import keras", "import numpy as np"]) + body
