"""The training run as code to take away: NumPy, JAX and Keras, filled with the run's settings.

NumPy and JAX visit the samples in the page's own order. JAX also draws the same initial weights and so reproduces
the page's numbers; NumPy's and Keras's random numbers differ, so theirs agree only as two seeds do.
"""

from engine.training.training import Settings
from viz.tensors import real_snippets as real

_LOAD = f"""{real.READ}\
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)
train_labels = read("train-labels-idx1-ubyte", 8)
test_images = read("t10k-images-idx3-ubyte", 16).reshape(10000, 784)
test_labels = read("t10k-labels-idx1-ubyte", 8)
"""

INITIAL = {
    "numpy": {
        "glorot_uniform": (
            "limit = np.sqrt(6 / (rows + columns))\n    return rng.uniform(-limit, limit, (rows, columns))"
        ),
        "he_normal": "return rng.normal(0, np.sqrt(2 / rows), (rows, columns))",
        "small_uniform": "return rng.uniform(-0.05, 0.05, (rows, columns))",
        "positive_uniform": "return rng.uniform(0, 0.1, (rows, columns))",
        "zeros": "return np.zeros((rows, columns))",
    },
    "jax": {
        "glorot_uniform": (
            "limit = (6 / (rows + columns)) ** 0.5\n"
            "    return jax.random.uniform(key, (rows, columns), minval=-limit, maxval=limit)"
        ),
        "he_normal": "return jax.random.normal(key, (rows, columns)) * (2 / rows) ** 0.5",
        "small_uniform": "return jax.random.uniform(key, (rows, columns), minval=-0.05, maxval=0.05)",
        "positive_uniform": "return jax.random.uniform(key, (rows, columns), maxval=0.1)",
        "zeros": "return jnp.zeros((rows, columns))",
    },
    "keras": {
        "glorot_uniform": '"glorot_uniform"',
        "he_normal": 'keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")',
        "small_uniform": '"random_uniform"',
        "positive_uniform": "keras.initializers.RandomUniform(0.0, 0.1)",
        "zeros": '"zeros"',
    },
}

UPDATE = {
    "sgd": """state = None


def update(params, gradient, state):
    return [p - learning_rate * g for p, g in zip(params, gradient)], state
""",
    "momentum": """state = [0 * p for p in params]


def update(params, gradient, velocity):
    velocity = [0.9 * v - learning_rate * g for v, g in zip(velocity, gradient)]
    return [p + v for p, v in zip(params, velocity)], velocity
""",
    "nesterov": """state = [0 * p for p in params]


def update(params, gradient, velocity):
    velocity = [0.9 * v - learning_rate * g for v, g in zip(velocity, gradient)]
    return [p + 0.9 * v - learning_rate * g for p, v, g in zip(params, velocity, gradient)], velocity
""",
    "adagrad": """state = [0 * p + 0.1 for p in params]


def update(params, gradient, squares):
    squares = [s + g * g for s, g in zip(squares, gradient)]
    return [p - learning_rate * g / np.sqrt(s + 1e-7) for p, g, s in zip(params, gradient, squares)], squares
""",
    "rmsprop": """state = [0 * p for p in params]


def update(params, gradient, squares):
    squares = [0.9 * s + 0.1 * g * g for s, g in zip(squares, gradient)]
    return [p - learning_rate * g / np.sqrt(s + 1e-7) for p, g, s in zip(params, gradient, squares)], squares
""",
    "adam": """state = (0.0, [0 * p for p in params], [0 * p for p in params])


def update(params, gradient, state):
    step, means, squares = state
    step = step + 1
    means = [0.9 * m + 0.1 * g for m, g in zip(means, gradient)]
    squares = [0.999 * s + 0.001 * g * g for s, g in zip(squares, gradient)]
    rate = learning_rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
    params = [p - rate * m / (np.sqrt(s) + 1e-7) for p, m, s in zip(params, means, squares)]
    return params, (step, means, squares)
""",
}

NUMPY_NETWORK = """
rng = np.random.default_rng({seed})
learning_rate = {learning_rate!r}


def initial(rows, columns):
    {initial}


params = [initial(784, {hidden_units}), np.zeros({hidden_units}), initial({hidden_units}, 10), np.zeros(10)]
params = [p.astype(np.float32) for p in params]
{update}

def forward(params, images):
    W1, b1, W2, b2 = params
    inputs = images.astype(np.float32) / 255
    hidden = np.maximum(inputs @ W1 + b1, 0)
    logits = hidden @ W2 + b2
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return inputs, hidden, exponentials / exponentials.sum(axis=1, keepdims=True)


def backward(params, inputs, hidden, probabilities, labels):
    error = probabilities.copy()
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    hidden_error = error @ params[2].T * (hidden > 0)
    return [inputs.T @ hidden_error, hidden_error.sum(axis=0), hidden.T @ error, error.sum(axis=0)]

"""
_NUMPY = """
epoch_losses = []
for epoch in range({epochs}):
    order = np.random.default_rng(({seed}, epoch)).permutation(60000)
    losses = []
    for start in range(0, 60000, {batch_size}):
        batch = order[start : start + {batch_size}]
        labels = train_labels[batch]
        inputs, hidden, probabilities = forward(params, train_images[batch])
        losses.extend(-np.log(probabilities[np.arange(len(labels)), labels]))
        params, state = update(params, backward(params, inputs, hidden, probabilities, labels), state)
    epoch_losses.append(float(np.mean(losses)))
    print(f"epoch {{epoch + 1}}: loss {{epoch_losses[-1]:.4f}}")

test_accuracy = float(np.mean(forward(params, test_images)[2].argmax(axis=1) == test_labels))
print(f"test accuracy {{test_accuracy:.4f}}")
"""

JAX_NETWORK = """
learning_rate = {learning_rate!r}


def initial(key, rows, columns):
    {initial}


key1, key2 = jax.random.split(jax.random.key({seed}))
params = [
    initial(key1, 784, {hidden_units}),
    jnp.zeros({hidden_units}),
    initial(key2, {hidden_units}, 10),
    jnp.zeros(10),
]
{update}

def forward(params, images):
    W1, b1, W2, b2 = params
    inputs = images.astype(jnp.float32) / 255
    return jax.nn.relu(inputs @ W1 + b1) @ W2 + b2


def loss(params, images, labels):
    log_probabilities = jax.nn.log_softmax(forward(params, images))
    return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()

"""
_JAX = """
@jax.jit
def train_step(params, state, images, labels):
    value, gradient = jax.value_and_grad(loss)(params, images, labels)
    params, state = update(params, gradient, state)
    return params, state, value


epoch_losses = []
for epoch in range({epochs}):
    order = np.random.default_rng(({seed}, epoch)).permutation(60000)
    total = 0.0
    for start in range(0, 60000, {batch_size}):
        batch = order[start : start + {batch_size}]
        params, state, value = train_step(params, state, train_images[batch], train_labels[batch])
        total += value * len(batch)
    epoch_losses.append(float(total) / 60000)
    print(f"epoch {{epoch + 1}}: loss {{epoch_losses[-1]:.4f}}")

test_accuracy = float(jnp.mean(forward(params, test_images).argmax(axis=1) == test_labels))
print(f"test accuracy {{test_accuracy:.4f}}")
"""

KERAS_DATA = """import keras

(train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
train_images = train_images.reshape(60000, 784).astype("float32") / 255
test_images = test_images.reshape(10000, 784).astype("float32") / 255
"""
KERAS_MODEL = """
keras.utils.set_random_seed({seed})
initial = {initial}
model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense({hidden_units}, activation="relu", kernel_initializer=initial),
        keras.layers.Dense(10, activation="softmax", kernel_initializer=initial),
    ]
)
model.compile(
    optimizer=keras.optimizers.{optimizer},
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
"""
_KERAS = """\
model.fit(
    train_images,
    train_labels,
    epochs={epochs},
    batch_size={batch_size},
    validation_data=(test_images, test_labels),
)
"""

KERAS_OPTIMIZERS = {
    "sgd": "SGD(learning_rate={rate!r})",
    "momentum": "SGD(learning_rate={rate!r}, momentum=0.9)",
    "nesterov": "SGD(learning_rate={rate!r}, momentum=0.9, nesterov=True)",
    "adagrad": "Adagrad(learning_rate={rate!r})",
    "rmsprop": "RMSprop(learning_rate={rate!r})",
    "adam": "Adam(learning_rate={rate!r})",
}


def training_snippets(settings: Settings) -> dict[str, str]:
    """Source text by library, each a whole program that trains with these settings and prints its losses."""
    values = {
        name: getattr(settings, name) for name in ("seed", "learning_rate", "hidden_units", "epochs", "batch_size")
    }
    update = UPDATE[settings.optimizer]

    def filled(template: str, library: str, **more: str) -> str:
        return template.format(initial=INITIAL[library][settings.initialization], **values, **more)

    numpy = real.imports(real.FILES, ["import numpy as np"]) + _LOAD
    jax = real.imports(real.FILES, ["import jax", "import jax.numpy as jnp", "import numpy as np"]) + _LOAD
    keras_optimizer = KERAS_OPTIMIZERS[settings.optimizer].format(rate=settings.learning_rate)
    return {
        "NumPy": numpy + filled(NUMPY_NETWORK + _NUMPY, "numpy", update=update),
        "JAX": jax + filled(JAX_NETWORK + _JAX, "jax", update=update.replace("np.", "jnp.")),
        "Keras": filled(KERAS_DATA + KERAS_MODEL + _KERAS, "keras", optimizer=keras_optimizer),
    }
