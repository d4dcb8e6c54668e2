"""The uncrumpling network as code: JAX crumples and trains as the page does; NumPy and Keras read the page's file."""

from engine.geometry import crumpling, uncrumple
from engine.geometry.uncrumple import Settings

FILE = "uncrumple.npz"
_CRUMPLE = """\
strength, seed = {strength!r}, {seed}
random = np.random.default_rng(seed)


def unit(vector):
    return vector / np.linalg.norm(vector)


# The fold runs along a meander; the shears push along a direction by waves at right angles to it.
angle = random.uniform(0, np.pi)
along = np.array([np.cos(angle), np.sin(angle), 0])
frequency, phase = 6 * random.uniform(0.9, 1.1), random.uniform(0, 2 * np.pi)
shears = []
for _ in range({shears}):
    direction = unit(random.normal(size=3))
    first = unit(np.cross(direction, random.normal(size=3)))
    waves = np.array([first, np.cross(direction, first)]) * random.uniform(2, 4, (2, 1))
    shears.append((direction, waves, random.uniform(0, 2 * np.pi, 2)))


def fold(x):
    nodes, quadrature = np.polynomial.legendre.leggauss(40)
    s, n = x @ along, x[:, 2]
    turn = strength * {bend} * np.sin(frequency * s[:, None] * (nodes + 1) / 2 + phase)
    end = strength * {bend} * np.sin(frequency * s + phase)
    forward = s / 2 * (np.cos(turn) @ quadrature) - n * np.sin(end)
    up = s / 2 * (np.sin(turn) @ quadrature) + n * np.cos(end)
    return x + np.outer(forward - s, along) + np.outer(up - n, [0, 0, 1])


def press(x):
    # The first {middle} points are a grid between the sheets: what the hands feel.
    middle = x[:{middle}].mean(axis=0)
    widths, axes = np.linalg.eigh(np.cov((x[:{middle}] - middle).T))
    widths = np.maximum(widths, 1e-3 * widths.max())
    x = (x - middle) @ (axes * widths ** (-(strength**2) * {press} / 2) @ axes.T)
    return x / np.sqrt((x[:{middle}] ** 2).sum(axis=1).mean())


def crumple(places, heights):
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 25)] * 2), axis=-1).reshape(-1, 2)
    flat = np.concatenate([np.column_stack([grid, 0 * grid[:, 0]]), np.column_stack([places, heights])])
    x = press(fold(flat))
    for direction, waves, phases in shears:
        push = np.sin(x @ waves.T + phases) / np.linalg.norm(waves, axis=1)
        x = press(x + strength * {slope} * push.sum(axis=1, keepdims=True) * direction)
    x = press(x / np.sqrt(1 + strength * (x**2).sum(axis=1, keepdims=True) / {round} ** 2))
    return x[{middle}:].astype(np.float32)


def sheets(seed, count):
    places = np.random.default_rng(seed).uniform(-1, 1, (2 * count, 2))
    red = np.repeat([1.0, -1.0], count)  # 1 for red, which lies above, −1 for blue
    targets = np.column_stack([places, {side} * red]).astype(np.float32)
    return crumple(places, {half_gap} * red), targets


points, targets = sheets(1, {points})
held_out, held_out_targets = sheets(2, {held_out})
"""
_LOSS = {
    "separate": (
        "red = jnp.sign(targets[:, 2])\n"
        "    asked = jnp.mean(jax.nn.softplus(-red * (x @ params[4] + params[5])))  # crossentropy"
    ),
    "flatten": "asked = jnp.mean(jnp.sum((x - targets) ** 2, axis=1))  # everybody to its place",
}
_JAX = """\
import jax
import jax.numpy as jnp
import numpy as np

{crumple}
key1, key2, key3 = jax.random.split(jax.random.key(seed), 3)
params = (
    jax.random.normal(key1, ({depth}, 3, {width})) * {sharp},
    jax.random.uniform(key2, ({depth}, {width}), minval=-2 * {sharp}, maxval=2 * {sharp}),
    jax.random.normal(key3, ({depth}, {width}, 3)) * {still} / {width}**0.5,
    jnp.zeros(({depth}, 3)),
    jnp.array([0.0, 0.0, 1.0]),  # the readout: a plane between the colours
    jnp.zeros(()),
)


def forward(params, x):
    def layer(x, weights):
        W1, b1, W2, b2 = weights
        gesture = jnp.tanh(x @ W1 + b1) @ W2 + b2
        return x + gesture, gesture

    return jax.lax.scan(layer, x, params[:4])


def loss(params, x, targets):
    x, gestures = forward(params, x)
    {loss}
    return asked + {movement} * jnp.sum(gestures**2) / len(x)


@jax.jit
def train(params, means, squares, first, points, targets):
    def update(carry, number):
        params, means, squares = carry
        batch = jax.random.fold_in(jax.random.key(seed), number)
        batch = jax.random.randint(batch, ({batch},), 0, len(points))
        value, gradient = jax.value_and_grad(loss)(params, points[batch], targets[batch])
        length = jnp.sqrt(sum(jnp.sum(part**2) for part in gradient))
        gradient = jax.tree.map(lambda part: part * jnp.minimum(1, {clip} / (length + 1e-9)), gradient)
        # Adam; the learning rate rises for {warm_up} updates and then falls along half a cosine.
        rate = {rate} * (1 + jnp.cos(jnp.pi * number / {updates})) / 2 * jnp.minimum(1, (number + 1) / {warm_up})
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradient)
        squares = jax.tree.map(lambda s, g: 0.99 * s + 0.01 * g * g, squares, gradient)
        rate = rate * jnp.sqrt(1 - 0.99 ** (number + 1)) / (1 - 0.9 ** (number + 1))
        params = jax.tree.map(lambda p, m, s: p - rate * m / (jnp.sqrt(s) + 1e-7), params, means, squares)
        return (params, means, squares), value

    return jax.lax.scan(update, (params, means, squares), first + jnp.arange({chunk}))


means = squares = jax.tree.map(jnp.zeros_like, params)
losses = []
for first in range(0, {updates}, {chunk}):
    (params, means, squares), values = train(params, means, squares, first, points, targets)
    losses.extend(values.tolist())
    last, gestures = forward(params, held_out)
    right = (last @ params[4] + params[5] > 0) == (held_out_targets[:, 2] > 0)
    if first % {print_every} == 0:
        print(f"update {{len(losses)}}: loss {{losses[-1]:.4f}}, accuracy {{right.mean():.4f}}")

accuracy = float(right.mean())
error = float(jnp.sqrt(jnp.sum((last - held_out_targets)[:, :2] ** 2, axis=1).mean())) / 2
moved = jnp.sqrt(jnp.sum(gestures**2, axis=2).mean(axis=1))
print("accuracy on held-out points", accuracy)
print("distance from the flat places, in widths", error)
print("moved by each layer", moved)
"""
_NUMPY = """\
import numpy as np

# The page's network and points; “The network and its points” above gives you the file.
file = np.load("{file}")
x, colors = file["held_out_points"], file["held_out_colors"]


def plane(x, colors):
    # Least squares: +1 wanted for red (0), −1 for blue (1).
    inputs = np.column_stack([x, np.ones(len(x))])
    return np.linalg.lstsq(inputs, np.where(colors == 0, 1.0, -1.0), rcond=None)[0]


fitted = file["points"]
accuracies, moved = [], []
for number in range({depth} + 1):
    weights = plane(fitted, file["colors"])
    red = x @ weights[:3] + weights[3] > 0
    accuracies.append(np.mean(red == (colors == 0)))
    print(f"after layer {{number}}: a plane parts {{accuracies[-1]:.1%}}")
    if number < {depth}:
        W1, b1, W2, b2 = (file[name][number] for name in ("W1", "b1", "W2", "b2"))
        gesture = np.tanh(x @ W1 + b1) @ W2 + b2
        moved.append(np.sqrt((gesture**2).sum(axis=1).mean()))
        x = x + gesture
        fitted = fitted + np.tanh(fitted @ W1 + b1) @ W2 + b2

accuracy = np.mean((x @ file["readout"] + file["bias"] > 0) == (colors == 0))
print("the network's own plane:", accuracy)
"""
_KERAS_ASKED = {
    "separate": (
        'keras.layers.Dense(1, activation="sigmoid")(x)',
        '"binary_crossentropy"',
        "1.0 * ({name}colors == 0)",
    ),
    "flatten": ("x", "lambda places, x: keras.ops.sum((x - places) ** 2, axis=1)", 'file["{name}targets"]'),
}
_KERAS = """\
import keras
import numpy as np

# The page's points; “The network and its points” above gives you the file.
file = np.load("{file}")
colors, held_out_colors = file["colors"], file["held_out_colors"]


class Gesture(keras.layers.Layer):
    # x + (a small network of x); moving costs.
    def build(self, shape):
        normal, uniform = keras.initializers.RandomNormal, keras.initializers.RandomUniform
        self.hidden = keras.layers.Dense(
            {width}, "tanh", kernel_initializer=normal(0, {sharp}), bias_initializer=uniform(-2 * {sharp}, 2 * {sharp})
        )
        self.move = keras.layers.Dense(3, kernel_initializer=normal(0, {still} / {width}**0.5))
        self.hidden.build(shape)
        self.move.build((None, {width}))

    def call(self, x):
        gesture = self.move(self.hidden(x))
        self.add_loss({movement} * keras.ops.sum(gesture**2) / keras.ops.shape(x)[0])
        return x + gesture


keras.utils.set_random_seed({seed})
x = inputs = keras.Input((3,))
for _ in range({depth}):
    x = Gesture()(x)
outputs = {outputs}
model = keras.Model(inputs, outputs)
rate = keras.optimizers.schedules.CosineDecay({rate}, {updates})
optimizer = keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm={clip})
model.compile(optimizer, loss={loss})
epochs = {epochs}
model.fit(file["points"], {wanted}, batch_size={batch}, epochs=epochs, verbose=2)
losses = model.evaluate(file["held_out_points"], {wanted_held_out}, verbose=0)
{score}
print("accuracy on held-out points", np.mean(red == (held_out_colors == 0)))
"""
_KERAS_SCORE = {
    "separate": 'red = model.predict(file["held_out_points"], verbose=0)[:, 0] > 0.5',
    "flatten": 'red = model.predict(file["held_out_points"], verbose=0)[:, 2] > 0',
}


def snippets(settings: Settings) -> dict[str, str]:
    """Library → a whole program: JAX computes the page's numbers; NumPy and Keras need the page's file."""
    known = {
        "depth": settings.depth,
        "seed": settings.crumple.seed,
        "file": FILE,
        "width": uncrumple.WIDTH,
        "still": uncrumple.STILL,
        "sharp": uncrumple.SHARP,
        "movement": uncrumple.MOVEMENT,
        "clip": uncrumple.CLIP,
        "rate": uncrumple.RATE * min(1, uncrumple.STEADY / settings.depth),
        "warm_up": uncrumple.WARM_UP,
        "updates": uncrumple.UPDATES,
        "batch": uncrumple.BATCH,
        "chunk": uncrumple.CHUNK,
        "print_every": 500,
    }
    outputs, loss, wanted = _KERAS_ASKED[settings.objective]
    epochs = uncrumple.UPDATES // -(-2 * crumpling.POINTS // uncrumple.BATCH)
    keras = known | {
        "outputs": outputs,
        "loss": loss,
        "wanted": wanted.format(name=""),
        "epochs": epochs,
        "wanted_held_out": wanted.format(name="held_out_"),
        "score": _KERAS_SCORE[settings.objective],
    }
    return {
        "JAX": _JAX.format(crumple=_crumple(settings), loss=_LOSS[settings.objective], **known),
        "NumPy": _NUMPY.format(**known),
        "Keras": _KERAS.format(**keras),
    }


def _crumple(settings: Settings) -> str:
    return _CRUMPLE.format(
        strength=settings.crumple.strength,
        seed=settings.crumple.seed,
        shears=crumpling.SHEARS,
        bend=crumpling.BEND,
        middle=25 * 25,
        press=crumpling.PRESS,
        slope=crumpling.SLOPE,
        round=crumpling.ROUND,
        side=uncrumple.SIDE,
        half_gap=crumpling.GAP / 2,
        points=crumpling.POINTS,
        held_out=crumpling.HELD_OUT,
    )
