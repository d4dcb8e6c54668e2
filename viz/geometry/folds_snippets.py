"""The network of folds as code: JAX trains as the page does, NumPy runs what was trained, Keras trains one start."""

import textwrap
from collections.abc import Mapping

import numpy as np

from engine.geometry.folds import CHOSEN_AFTER, STARTS, Dense, Snapshot
from engine.geometry.folds_data import POINTS

_MADE = """\
noise, count = {noise!r}, {count}
random = np.random.default_rng({seed})
labels = np.arange(count) * 2 // count
{place}
points = points + noise * random.normal(size=points.shape)
"""
_PLACES = {
    "spirals": """\
t = random.random(count)
radius, angle = 0.15 + 1.05 * t, 2 * np.pi * {turns!r} * t + np.pi * labels
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)""",
    "circles": """\
radius, angle = np.where(labels == 0, 0.5, 1.15), 2 * np.pi * random.random(count)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)""",
    "moons": """\
angle = np.pi * random.random(count)
arc = np.stack([0.8 * np.cos(angle), 0.8 * np.sin(angle)], axis=1)
points = np.where(labels == 0, 1, -1)[:, None] * (arc - np.array([0.4, 0.2]))""",
    "xor": """\
across = random.choice([-1, 1], count)
signs = np.stack([across, np.where(labels == 0, across, -across)], axis=1)
points = signs * random.uniform(0.15, 1.25, (count, 2))""",
}
_OWN = """\
points = np.array({points})
labels = np.array({labels})
"""
_JAX = """\
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

{data}
sizes, starts, updates, rate = {sizes}, {starts}, {updates}, {rate!r}


def initial(start):
    random = np.random.default_rng(({seed}, start))
    return [(random.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]


def scores(params, x):
    for W, b in params[:-1]:
        x = {activation}
    W, b = params[-1]
    return x @ W + b


def loss_of(params):
    logarithms = jax.nn.log_softmax(scores(params, points))
    return -logarithms[jnp.arange(len(labels)), labels].mean()


def train(params):
    def update(carry, t):
        params, mean, square = carry
        loss, gradient = jax.value_and_grad(loss_of)(params)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)
        step = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        params = jax.tree.map(lambda p, m, s: p - step * m / (jnp.sqrt(s) + 1e-7), params, mean, square)
        return (params, mean, square), loss

    zeros = jax.tree.map(jnp.zeros_like, params)
    (params, _, _), losses = jax.lax.scan(update, (params, zeros, zeros), jnp.arange(1.0, updates + 1))
    return params, jnp.append(losses, loss_of(params))


# All starts at once; the one with the lowest loss at update {chosen_after} is kept.
params = jax.tree.map(lambda *values: jnp.stack(values), *[initial(start) for start in range(starts)])
params, losses = jax.jit(jax.vmap(train))(params)
best = int(losses[:, min({chosen_after}, updates)].argmin())
params = jax.tree.map(lambda value: value[best], params)
accuracy = (scores(params, points).argmax(axis=1) == labels).mean()
print(f"start {{best + 1}}: loss {{losses[best, -1]:.6f}}, accuracy {{accuracy:.1%}}")
"""
_NUMPY = """\
import numpy as np

{data}
# The weights as the page has them now, after update {update}.
layers = [
{layers}]

x = points
for number, (W, b) in enumerate(layers):
    x = x @ W + b
    if number < len(layers) - 1:
        x = {activation}
    print(f"layer {{number + 1}}: the first point is at {{x[0].round(3)}}")

accuracy = (x.argmax(axis=1) == labels).mean()
print(f"accuracy {{accuracy:.1%}}")
"""
_KERAS = """\
import keras
import numpy as np

{data}
# One start, number {start} of the page's {starts}, and 32 bits instead of 64.
random = np.random.default_rng(({seed}, {best}))
model = keras.Sequential([keras.Input((2,))] + [keras.layers.Dense({units}, {activation!r}) for _ in range({hidden})])
model.add(keras.layers.Dense(2))
for layer in model.layers:
    inputs, outputs = layer.kernel.shape
    layer.set_weights([random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), np.zeros(outputs)])
model.compile(
    optimizer=keras.optimizers.Adam({rate!r}),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(points, labels, batch_size=len(points), epochs={updates}, shuffle=False, verbose=0)
loss, accuracy = model.evaluate(points, labels, batch_size=len(points), verbose=0)
print(f"loss {{loss:.6f}}, accuracy {{accuracy:.1%}}")
"""
_ACTIVATIONS = {
    "JAX": {"relu": "jax.nn.relu(x @ W + b)", "tanh": "jnp.tanh(x @ W + b)", "linear": "x @ W + b"},
    "NumPy": {"relu": "np.maximum(x, 0)", "tanh": "np.tanh(x)", "linear": "x  # no activation"},
}


def folds(snapshot: Snapshot, activation: str, *, shape: str, knobs: Mapping[str, float]) -> dict[str, str]:
    """Library → code of what is shown. shape: a made set's name, with its noise, seed and turns, else the points."""
    settings, run = snapshot.settings, snapshot.runs[activation]
    values = {
        "data": _data(snapshot, shape, knobs),
        "sizes": settings.sizes,
        "starts": STARTS,
        "updates": settings.updates,
        "rate": settings.learning_rate,
        "seed": settings.seed,
        "chosen_after": CHOSEN_AFTER,
        "update": snapshot.update,
        "best": run.best,
        "start": run.best + 1,
        "units": settings.units,
        "hidden": settings.hidden_layers,
        "layers": "".join(map(_layer, run.params)),
    }
    return {
        "JAX": _JAX.format(**values, activation=_ACTIVATIONS["JAX"][activation]),
        "NumPy": _NUMPY.format(**values, activation=_ACTIVATIONS["NumPy"][activation]),
        "Keras": _KERAS.format(**values, activation=activation),
    }


def _data(snapshot: Snapshot, shape: str, knobs: Mapping[str, float]) -> str:
    if shape in _PLACES:
        return _MADE.format(**knobs, count=POINTS, place=_PLACES[shape].format(turns=knobs["turns"]))
    listed = {"points": snapshot.data.points.tolist(), "labels": snapshot.data.labels.tolist()}
    return _OWN.format(**{name: textwrap.fill(str(values), 100) for name, values in listed.items()})


def _layer(dense: Dense) -> str:
    """Weights, a row on a line, and bias."""
    *rows, last = [_row(row) for row in dense.weights]
    lines = [f"np.array([{rows[0]},", *(f"          {row}," for row in rows[1:]), f"          {last}]),"]
    lines.append(f"np.array({_row(dense.bias)}),")
    return "    (\n" + "".join(f"        {line}\n" for line in lines) + "    ),\n"


def _row(values: np.ndarray) -> str:
    """Numbers as code, to seven digits."""
    listed = ", ".join(f"{value:.7g}" for value in values)
    return f"[{listed.replace('nan', 'np.nan').replace('inf', 'np.inf')}]"
