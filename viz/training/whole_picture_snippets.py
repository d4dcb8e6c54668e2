"""The turn in the picture as programs that make every turn up to it: NumPy by hand, JAX, Keras.

JAX draws the page's weights and batches and so prints the picture's numbers. NumPy and Keras draw other random weights.
"""

from engine.training.training import Settings
from viz.tensors import real_snippets as real
from viz.training.training_snippets import (
    INITIAL,
    JAX_NETWORK,
    KERAS_DATA,
    KERAS_MODEL,
    KERAS_OPTIMIZERS,
    NUMPY_NETWORK,
    UPDATE,
)

_MNIST = f"""{real.READ}\
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)
train_labels = read("train-labels-idx1-ubyte", 8)
"""
_PROCEDURAL = """
# The digits this app draws itself; run this in the app's folder.
digits = procedural.load()
train_images = digits.train_images.reshape(60000, 784)
train_labels = digits.train_labels
"""
_BATCH_OF = """
def batch_of(turn):
    epoch, number = divmod(turn - 1, {per_epoch})
    order = np.random.default_rng(({seed}, epoch)).permutation(60000)
    return order[number * {batch_size} : (number + 1) * {batch_size}]

"""
_NUMPY_TURN = """
def one_turn(params, state, images, labels):
    inputs, hidden, probabilities = forward(params, images)  # forward pass
    value = np.mean(-np.log(probabilities[np.arange(len(labels)), labels]))  # loss
    gradient = backward(params, inputs, hidden, probabilities, labels)  # backward pass
    after, state = update(params, gradient, state)  # update
    return value, gradient, after, state

"""
_JAX_TURN = """
@jax.jit
def one_turn(params, state, images, labels):
    value, gradient = jax.value_and_grad(loss)(params, images, labels)  # forward pass, loss, backward pass
    after, state = update(params, gradient, state)  # update
    return value, gradient, after, state

"""
_LOOP = """
# The last of these turns is the one in the picture.
for turn in range(1, {turn} + 1):
    batch = batch_of(turn)
    before = params
    value, gradient, params, state = one_turn(before, state, train_images[batch], train_labels[batch])

print(f"turn {{turn}}: loss {{value:.4f}}")
for name, slope, old, new in zip(("W1", "b1", "W2", "b2"), gradient, before, params):
    print(f"{{name}}: gradient {{np.linalg.norm(slope):.3g}}, step {{np.linalg.norm(new - old):.3g}}")
"""
_KERAS_LOOP = """
for turn in range(1, {turn} + 1):
    batch = batch_of(turn)
    before = model.get_weights()
    model.reset_metrics()
    value, accuracy = model.train_on_batch(train_images[batch], train_labels[batch])

print(f"turn {{turn}}: loss {{value:.4f}}, accuracy {{accuracy:.4f}}")
for name, old, new in zip(("W1", "b1", "W2", "b2"), before, model.get_weights()):
    print(f"{{name}}: step {{np.linalg.norm(new - old):.3g}}")
"""


def turn_snippets(settings: Settings, turn: int, *, per_epoch: int = 469, procedural: bool = False) -> dict[str, str]:
    """Library → program that makes this many turns and prints the last one's loss, gradient and step.

    turn: counted from 1. per_epoch: updates of an epoch. procedural: on the app's own digits, where MNIST is missing.
    """
    values = {name: getattr(settings, name) for name in ("seed", "learning_rate", "hidden_units", "batch_size")}
    values |= {"turn": turn, "per_epoch": per_epoch}
    update = UPDATE[settings.optimizer]

    def filled(template: str, library: str, **more: str) -> str:
        return template.format(initial=INITIAL[library][settings.initialization], **values, **more)

    def load(*libraries: str) -> str:
        own = ["", "from engine.digits import procedural"] if procedural else []
        text = real.imports(() if procedural else real.FILES, [*libraries, *own])
        return text + (_PROCEDURAL if procedural else _MNIST)

    optimizer = KERAS_OPTIMIZERS[settings.optimizer].format(rate=settings.learning_rate)
    keras = KERAS_DATA.replace("import keras\n", "import keras\nimport numpy as np\n", 1)
    return {
        "NumPy": load("import numpy as np")
        + filled(NUMPY_NETWORK + _NUMPY_TURN + _BATCH_OF + _LOOP, "numpy", update=update),
        "JAX": load("import jax", "import jax.numpy as jnp", "import numpy as np")
        + filled(JAX_NETWORK + _JAX_TURN + _BATCH_OF + _LOOP, "jax", update=update.replace("np.", "jnp.")),
        "Keras": filled(keras + KERAS_MODEL + "\n" + _BATCH_OF + _KERAS_LOOP, "keras", optimizer=optimizer),
    }
