"""The code of the race: the same points, shuffled by the same key, by batches of every size on the screen."""

from collections.abc import Mapping, Sequence

from engine.descent.noise import EPOCHS, INKED, MEASURES, ROOM, SAMPLES

_MNIST = """\
import gzip
import os
from pathlib import Path

import jax{jnp}
import numpy as np

# The first {samples} images of MNIST, as the app keeps them.
folder = Path(os.environ.get("UNCRUMPLE_MNIST", Path.home() / ".cache" / "uncrumple" / "mnist"))
path = folder / "train-images-idx3-ubyte"
content = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{{path.name}}.gz").read_bytes())
images = np.frombuffer(content, np.uint8)[16:].reshape(-1, 28, 28)[:{samples}]
"""
_PROCEDURAL = """\
import jax{jnp}
import numpy as np

from engine.digits import procedural

# The first {samples} digits the app draws itself. Run this in the app's folder.
images = procedural.load().train_images[:{samples}]
"""
_OWN = """\
import jax{jnp}
import numpy as np

x = np.array({x}, np.float32)
y = np.array({y}, np.float32)
"""
_EXTENT = """\
def extent(axis):
    lines = (images >= {inked}).any(axis=axis)
    return lines.shape[1] - lines.argmax(1) - lines[:, ::-1].argmax(1)


"""
_STANDARDIZED = """\
def standardized(values):
    return ((values - values.mean()) / values.std()).astype(np.float32)


x = standardized({x})  # {x_title}
y = standardized({y})  # {y_title}
"""
_MEASURES = {
    "width": "extent(axis=1)",
    "height": "extent(axis=2)",
    "inked": "(images >= {inked}).sum((1, 2))",
    "brightness": "images.mean((1, 2))",
}
_SHUFFLE = """\
epochs = {epochs}
# Sorting random numbers shuffles; this key gives the order of the picture.
numbers = jax.random.uniform(jax.random.key({seed}), (epochs, {room}))
orders = {module}.argsort({numbers}, axis=1{stable})
"""
_NUMPY = """

def loss(w, b):
    return np.mean((w * x + b - y) ** 2)


def descend(batch_size, rate):
    w, b = {start}
    for order in orders:
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]  # an epoch's last batch takes what is left
            error = w * x[batch] + b - y[batch]
            w, b = w - rate * np.mean(2 * error * x[batch]), b - rate * np.mean(2 * error)
    return w, b


ends = {{}}
for batch_size, rate in {methods}:
    ends[batch_size] = descend(batch_size, rate)
    print(f"batch {{batch_size}}: w, b = {{ends[batch_size]}}, loss {{loss(*ends[batch_size]):.6f}}")
"""
_JAX = """

def loss(position, x, y):
    return jnp.mean((position[0] * x + position[1] - y) ** 2)


def descend(batch_size, rate):
    def update(position, batch):
        gradient = jax.grad(loss)(position, x[batch], y[batch])
        return position - rate * gradient, position

    def epoch(position, order):
        whole = len(order) // batch_size * batch_size
        position, path = jax.lax.scan(update, position, order[:whole].reshape(-1, batch_size))
        if whole < len(order):  # an epoch's last batch takes what is left
            position, _ = update(position, order[whole:])
        return position, path

    return jax.lax.scan(epoch, jnp.array({start}), orders)[0]


x, y = jnp.asarray(x), jnp.asarray(y)
ends = {{}}
for batch_size, rate in {methods}:
    ends[batch_size] = jax.jit(descend, static_argnums=0)(batch_size, rate)
    print(f"batch {{batch_size}}: w, b = {{ends[batch_size]}}, loss {{loss(ends[batch_size], x, y):.6f}}")
"""


def race(
    kind: str,
    *,
    measures: tuple[str, str],
    own: tuple[Sequence[float], Sequence[float]],
    procedural: bool,
    seed: int,
    start: Sequence[float],
    rates: Mapping[int, float],
) -> dict[str, str]:
    """Library → source that computes ``ends``, batch size → the (w, b) at which its run ends.

    kind: "digits", measured by ``measures``, or "own", the points of ``own``. rates: batch size → learning rate.

    >>> points = ([0.0, 1.0], [1.0, 3.0])
    >>> list(race("own", measures=("", ""), own=points, procedural=False, seed=0, start=(0, 0), rates={1: 0.1}))
    ['NumPy', 'JAX']
    """
    values = {
        "start": tuple(float(value) for value in start),
        "methods": [(size, float(f"{rate:.9g}")) for size, rate in rates.items()],
    }
    found = {}
    for library, body in (("NumPy", _NUMPY), ("JAX", _JAX)):
        head = _points(kind, measures, own, procedural, library)
        found[library] = head + _shuffle(kind, len(own[0]), seed, library) + body.format(**values)
    return found


def _points(
    kind: str, measures: tuple[str, str], own: tuple[Sequence[float], Sequence[float]], procedural: bool, library: str
) -> str:
    jnp = "\nimport jax.numpy as jnp" if library == "JAX" else ""
    if kind == "own":
        x, y = ([float(f"{value:.6g}") for value in values] for values in own)
        return _OWN.format(jnp=jnp, x=x, y=y)
    load = (_PROCEDURAL if procedural else _MNIST).format(jnp=jnp, samples=SAMPLES)
    texts = [_MEASURES[name].format(inked=INKED) for name in measures]
    extent = _EXTENT.format(inked=INKED) if any("extent" in text for text in texts) else ""
    titles = [MEASURES[name].title for name in measures]
    body = _STANDARDIZED.format(x=texts[0], y=texts[1], x_title=titles[0], y_title=titles[1])
    return f"{load}\n\n{extent}{body}"


def _shuffle(kind: str, samples: int, seed: int, library: str) -> str:
    room = ROOM if kind == "own" else SAMPLES
    numbers = "numbers" if kind == "digits" else f"numbers[:, :{samples}]"
    module, stable = ("np", ', kind="stable"') if library == "NumPy" else ("jnp", "")
    return _SHUFFLE.format(epochs=EPOCHS[kind], seed=seed, room=room, module=module, numbers=numbers, stable=stable)
