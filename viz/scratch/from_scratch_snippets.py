"""The from-scratch program to take away: the engine's own functions, the settings, the loop; and its Keras twin."""

import difflib
from dataclasses import replace

from engine.scratch import from_scratch
from engine.scratch.from_scratch_runs import Settings
from engine.scratch.stepping import source
from viz.tensors import real_snippets as real

_LOAD = f"""{real.READ}\
train_images = read("train-images-idx3-ubyte", 16).reshape(60000, 784)
train_labels = read("train-labels-idx1-ubyte", 8)
test_images = read("t10k-images-idx3-ubyte", 16).reshape(10000, 784)
test_labels = read("t10k-labels-idx1-ubyte", 8)
"""
_LOOP = """
images, test_images = train_images / divisor, test_images / divisor
weights = initial_weights(seed, (784, hidden_units, 10), low, high)
losses = []
steps = fit(weights, images, labels, epochs, batch_size, learning_rate, layers, update)
for epoch, batch, loss, weights in steps:
    if batch % 100 == 0:
        losses.append(float(loss))
        print(f"epoch {epoch}, batch {batch}: loss {losses[-1]:.4f}")
test_accuracy = float(accuracy(weights, test_images, test_labels, layers))
print(f"test accuracy {test_accuracy:.4f}")
"""
_KERAS = """
random = np.random.default_rng(seed)
W1 = random.uniform(low, high, (784, hidden_units))
W2 = random.uniform(low, high, (hidden_units, 10))

model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(hidden_units, activation=activation, use_bias=use_bias),
        keras.layers.Dense(10, activation="softmax", use_bias=use_bias),
    ]
)
model.set_weights([W1, np.zeros(hidden_units), W2, np.zeros(10)] if use_bias else [W1, W2])
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])

images, test_images = train_images / divisor, test_images / divisor
losses = []
for epoch in range(epochs):
    for batch, start in enumerate(range(0, len(images), batch_size)):
        stop = start + batch_size
        model.reset_metrics()
        loss, _ = model.train_on_batch(images[start:stop], labels[start:stop])
        if batch % 100 == 0:
            losses.append(float(loss))
            print(f"epoch {epoch}, batch {batch}: loss {losses[-1]:.4f}")
test_accuracy = float(model.evaluate(test_images, test_labels, verbose=0)[1])
print(f"test accuracy {test_accuracy:.4f}")
"""
_KERAS_OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}


def setting_lines(settings: Settings) -> str:
    """The program's lines that hold its numbers and its choices; every broken line is one of them."""
    (layer, first), (_, last) = settings.layers
    low, high = settings.range
    return (
        _numbers(settings, low, high)
        + (
            f"layers = ({layer.__name__}, {first.__name__}), ({layer.__name__}, {last.__name__})\n"
            f"update = {settings.update.__name__}\n"
        )
        + _data_lines(settings)
    )


def _numbers(settings: Settings, low: float, high: float) -> str:
    return (
        f"seed = {settings.seed}\n"
        f"low, high = {low!r}, {high!r}\n"
        f"hidden_units = {settings.hidden_units}\n"
        f"epochs, batch_size = {settings.epochs}, {settings.batch_size}\n"
        f"learning_rate = {settings.rate!r}\n"
    )


def _data_lines(settings: Settings) -> str:
    shuffled = "np.random.default_rng(seed).permutation(train_labels)"
    return (
        f"labels = {shuffled if 'labels' in settings.broken else 'train_labels'}\n"
        f"divisor = np.float32({1 if 'scale' in settings.broken else 255})\n"
    )


def functions(settings: Settings) -> tuple:
    """The functions the program needs, in the order of use."""
    layers = dict.fromkeys(part for layer in settings.layers for part in layer)
    return (
        *sorted(layers, key=lambda each: each.__code__.co_firstlineno),
        from_scratch.initial_weights,
        from_scratch.sequential,
        from_scratch.batches,
        from_scratch.average_loss,
        settings.update,
        from_scratch.training_step,
        from_scratch.nothing_yet,
        from_scratch.fit,
        from_scratch.accuracy,
    )


def changes(settings: Settings) -> str:
    """The program's settings against the unbroken ones with plain SGD: lines that differ marked − and +, as a diff."""
    usual = setting_lines(replace(settings, optimizer="sgd", broken=())).splitlines()
    return "\n".join(line for line in difflib.ndiff(usual, setting_lines(settings).splitlines()) if line[0] != "?")


def added(settings: Settings) -> str:
    """Source of the functions those lines name and the unbroken program does not have."""
    usual = functions(replace(settings, optimizer="sgd", broken=()))
    return "\n\n".join(source(each) for each in functions(settings) if each not in usual)


def snippets(settings: Settings) -> dict[str, str]:
    """Whole programs: JAX and NumPy with the engine's functions as they are, and Keras; both print the same log."""
    body = "\n\n".join(source(each) for each in functions(settings))
    libraries = ["import jax", "import jax.numpy as jnp", "import numpy as np"]
    modules = [*real.FILES, "from functools import partial", "from itertools import pairwise"]
    jax = f"{real.imports(modules, libraries)}{_LOAD}\n\n{body}\n\n{setting_lines(settings)}{_LOOP}"
    (layer, first), _ = settings.layers
    name = _KERAS_OPTIMIZERS[settings.optimizer]
    keras = (
        f"{real.imports(real.FILES, ['import keras', 'import numpy as np'])}{_LOAD}\n"
        + _numbers(settings, *settings.range)
        + f"activation = {'None' if first is from_scratch.identity else repr('relu')}\n"
        f"use_bias = {layer is from_scratch.dense}\n"
        f"optimizer = keras.optimizers.{name}(learning_rate)\n{_data_lines(settings)}{_KERAS}"
    )
    return {"JAX and NumPy": jax, "Keras": keras}
