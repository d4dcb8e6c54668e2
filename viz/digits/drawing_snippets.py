"""The code of one prediction: this drawing through this network, in NumPy, JAX and Keras."""

import numpy as np

from viz.tensors import real_snippets as real

_PICTURE = "\n# The drawing, cropped, fitted and centred: 28×28 bytes, compressed.\n"
_IMAGE = "image = np.frombuffer(zlib.decompress(base64.b64decode(picture)), np.uint8)\n"
_NUMPY = """
x = image / 255  # 784 numbers from 0 to 1
hidden = np.maximum(0, x @ W1 + b1)  # relu: negative sums become 0
scores = hidden @ W2 + b2
powers = np.exp(scores - scores.max())
probabilities = powers / powers.sum()  # softmax: ten shares that sum to 1

for digit, probability in enumerate(probabilities):
    print(f"{digit}: {probability:.4f}")
print("predicted digit:", probabilities.argmax())
"""

_JAX = """

def scores(x):
    hidden = jax.nn.relu(x @ W1 + b1)
    return hidden @ W2 + b2


x = jnp.asarray(image, jnp.float32) / 255  # 784 numbers from 0 to 1
probabilities = jax.nn.softmax(scores(x))
predicted = int(probabilities.argmax())
# How much the predicted digit's score would grow per unit of ink at each pixel.
evidence = jax.grad(lambda x: scores(x)[predicted])(x).reshape(28, 28)

for digit, probability in enumerate(probabilities):
    print(f"{digit}: {probability:.4f}")
print("predicted digit:", predicted)
row, column = divmod(int(evidence.argmax()), 28)
print(f"ink at row {row}, column {column} speaks most for {predicted}")
"""

_KERAS = """
model = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Dense(len(b1), activation="relu"),
    keras.layers.Dense(10, activation="softmax"),
])
model.layers[0].set_weights([W1, b1])
model.layers[1].set_weights([W2, b2])

x = image.reshape(1, 784).astype("float32") / 255  # a batch of one: 784 numbers from 0 to 1
probabilities = model.predict(x, verbose=0)[0]

for digit, probability in enumerate(probabilities):
    print(f"{digit}: {probability:.4f}")
print("predicted digit:", probabilities.argmax())
"""


def prediction(image: np.ndarray, weights: str) -> dict[str, str]:
    """Library → source that computes ten ``probabilities`` of one image; JAX also their ``evidence`` (28, 28).

    image: (28, 28) uint8; weights: path of an .npz file with W1, b1, W2, b2, as the program will find it.

    >>> list(prediction(np.zeros((28, 28), np.uint8), "weights.npz"))
    ['NumPy', 'JAX', 'Keras']
    """
    parts = {
        "NumPy": (["import numpy as np"], _NUMPY),
        "JAX": (["import jax", "import jax.numpy as jnp", "import numpy as np"], _JAX),
        "Keras": (["import keras", "import numpy as np"], _KERAS),
    }
    made = _PICTURE + real.picture(image) + _IMAGE + real.loaded(real.LAYERS, weights)
    return {
        library: real.imports(["import base64", "import zlib"], libraries) + made + body
        for library, (libraries, body) in parts.items()
    }
