"""A network that uncrumples two sheets: every layer moves each point of space a little, ``x + gesture(x)``.

The layers stay in three dimensions, so that what each of them does can be drawn as it is. Two objectives: "separate"
asks only that a plane part the colours at the end, "flatten" that every point come to its own place on its own sheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.errors import InvalidInput
from engine.geometry import crumpling
from engine.geometry.crumpling import Crumple, Sheets
from engine.training.optimizers import adam

OBJECTIVES = ("separate", "flatten")
DEPTHS = (2, 4, 8, 16)
WIDTH = 48
"""Hidden units of each gesture."""
STILL, SHARP = 0.05, 2.0
"""Sizes of the first weights: W2 still, so that nothing moves; W1 large, so that near points can part."""
MOVEMENT = 0.03
"""What moving costs: so much for each layer and squared ball radius, on average over the points."""
RATE, WARM_UP, STEADY = 0.01, 50, 8
"""Learning rate, updates until it is reached, and the depth beyond which it is smaller: more layers move more."""
CLIP = 0.1
"""No gradient is longer than this."""
UPDATES, CHUNK, BATCH = 8_000, 100, 512
SIDE = 0.5
"""Height at which "flatten" wants the red sheet; the blue one as far below."""
_ADAM = adam(beta2=0.99)


@dataclass(frozen=True)
class Settings:
    """Which ball, how many layers, and what is asked of them."""

    crumple: Crumple = field(default_factory=Crumple)
    depth: int = 8
    objective: str = "separate"


class Params(NamedTuple):
    """Weights of all layers, stacked, and of the readout.

    W1 (depth, 3, 48), b1 (depth, 48), W2 (depth, 48, 3), b2 (depth, 3); readout (3,), bias ().
    """

    W1: Array
    b1: Array
    W2: Array
    b2: Array
    readout: Array
    bias: Array


def require(settings: Settings) -> Settings:
    """The same settings; InvalidInput unless depth and objective are among those offered and the ball is possible."""
    if settings.depth not in DEPTHS:
        raise InvalidInput(f"The depth must be one of {', '.join(map(str, DEPTHS))}; {settings.depth} is not.")
    if settings.objective not in OBJECTIVES:
        raise InvalidInput(f"The objective must be one of {', '.join(OBJECTIVES)}; {settings.objective} is not.")
    crumpling.require(settings.crumple)
    return settings


def init(key: Array, depth: int) -> Params:
    """Random weights whose gestures are nearly still: W2 is STILL times what would keep sizes.

    >>> [value.shape for value in init(jax.random.key(0), 4)]
    [(4, 3, 48), (4, 48), (4, 48, 3), (4, 3), (3,), ()]
    """
    key1, key2, key3 = jax.random.split(key, 3)
    return Params(
        W1=jax.random.normal(key1, (depth, 3, WIDTH)) * SHARP,
        b1=jax.random.uniform(key2, (depth, WIDTH), minval=-2 * SHARP, maxval=2 * SHARP),
        W2=jax.random.normal(key3, (depth, WIDTH, 3)) * STILL / WIDTH**0.5,
        b2=jnp.zeros((depth, 3)),
        readout=jnp.array([0.0, 0.0, 1.0]),
        bias=jnp.zeros(()),
    )


def gesture(layer: tuple[Array, ...], points: Array) -> Array:
    """tanh(x @ W1 + b1) @ W2 + b2, how far one layer moves each point: (n, 3) → (n, 3)."""
    W1, b1, W2, b2 = layer
    return jnp.tanh(points @ W1 + b1) @ W2 + b2


def forward(params: Params, points: Array) -> tuple[Array, Array]:
    """x[l + 1] = x[l] + gesture[l](x[l]): positions after each layer (depth, n, 3), and the gestures (depth, n, 3)."""

    def one(points: Array, layer: tuple[Array, ...]) -> tuple[Array, tuple[Array, Array]]:
        moved = gesture(layer, points)
        return points + moved, (points + moved, moved)

    return jax.lax.scan(one, points, params[:4])[1]


def scores(params: Params, last: Array) -> Array:
    """x @ readout + bias, positive for red: (n, 3) → (n,)."""
    return last @ params.readout + params.bias


def loss(params: Params, points: Array, targets: Array, objective: str) -> Array:
    """What is asked plus MOVEMENT · Σ over layers of mean |gesture|².

    separate: mean crossentropy −log σ(±score), + for red. flatten: mean |x[last] − target|². targets: (n, 3), the
    place on the sheet and ±SIDE; its sign is the colour.
    """
    places, gestures = forward(params, points)
    if objective == "flatten":
        asked = jnp.mean(jnp.sum((places[-1] - targets) ** 2, axis=1))
    else:
        asked = jnp.mean(jax.nn.softplus(-jnp.sign(targets[:, 2]) * scores(params, places[-1])))
    return asked + MOVEMENT * jnp.sum(gestures**2) / len(points)


def targets(sheets: Sheets) -> np.ndarray:
    """(n, 3) float32: u, v, and SIDE for red or −SIDE for blue."""
    return np.column_stack([sheets.places, np.where(sheets.colors == 0, SIDE, -SIDE)]).astype(np.float32)


class Trained(NamedTuple):
    """A network after some updates.

    losses: (updates,) of each batch. accuracies: (updates / 100,) on held-out points, after each hundred.
    """

    settings: Settings
    params: Params
    losses: np.ndarray
    accuracies: np.ndarray

    @property
    def updates(self) -> int:
        """How many have been made, of UPDATES."""
        return len(self.losses)


def untrained(settings: Settings) -> Trained:
    """The network that training starts from."""
    params = init(jax.random.key(settings.crumple.seed), require(settings).depth)
    return Trained(settings, params, np.zeros(0, np.float32), np.zeros(0, np.float32))


def train(settings: Settings, *, updates: int = UPDATES) -> Iterator[Trained]:
    """The network after every CHUNK of updates; the same numbers each time for the same settings."""
    start = untrained(settings)
    shown, other = crumpling.learned(settings.crumple), crumpling.held_out(settings.crumple)
    data = tuple(jnp.asarray(part) for sheets in (shown, other) for part in (sheets.positions, targets(sheets)))
    params, state = start.params, _ADAM.init(start.params)
    losses, accuracies = [], []
    for first in range(0, updates, CHUNK):
        seed, objective = settings.crumple.seed, settings.objective
        params, state, made, reached = _chunk(params, state, first, updates, seed, data, objective)
        losses.append(np.asarray(made))
        accuracies.append(np.asarray(reached))
        yield Trained(settings, params, np.concatenate(losses), np.stack(accuracies))


@partial(jax.jit, static_argnames="objective")
def _chunk(
    params: Params, state: Any, first: Array, updates: Array, seed: Array, data: tuple[Array, ...], objective: str
) -> tuple[Params, Any, Array, Array]:
    """CHUNK updates of Adam on random batches, then the accuracy on the held-out points."""
    points, wanted, other, other_wanted = data
    key = jax.random.key(seed)

    def update(carry: tuple[Params, Any], number: Array) -> tuple[tuple[Params, Any], Array]:
        params, state = carry
        batch = jax.random.randint(jax.random.fold_in(key, number), (BATCH,), 0, len(points))
        value, gradient = jax.value_and_grad(loss)(params, points[batch], wanted[batch], objective)
        return _ADAM.update(clipped(gradient), state, params, rate(number, updates, len(params.W1))), value

    (params, state), losses = jax.lax.scan(update, (params, state), first + jnp.arange(CHUNK))
    right = (scores(params, forward(params, other)[0][-1]) > 0) == (other_wanted[:, 2] > 0)
    return params, state, losses, right.mean()


def clipped(gradient: Params) -> Params:
    """gradient · min(1, CLIP / |gradient|), |·| over all weights together. Pascanu et al. 2013, algorithm 1."""
    length = jnp.sqrt(sum(jnp.sum(part**2) for part in gradient))
    return jax.tree.map(lambda part: part * jnp.minimum(1, CLIP / (length + 1e-9)), gradient)


def rate(number: Array | int, updates: Array | int, depth: int) -> Array:
    """Learning rate of one of so many updates: up to its highest within WARM_UP, then down half a cosine to 0.

    The highest is RATE · min(1, STEADY / depth).
    """
    falling = (1 + jnp.cos(jnp.pi * number / updates)) / 2
    return RATE * min(1, STEADY / depth) * falling * jnp.minimum(1, (number + 1) / WARM_UP)


@jax.jit
def _stages(params: Params, points: Array) -> Array:
    return jnp.concatenate([points[None], forward(params, points)[0]])


def stages(params: Params, points: np.ndarray) -> np.ndarray:
    """Positions before the first and after each layer: (n, 3) → (depth + 1, n, 3) float32."""
    return np.asarray(_stages(params, jnp.asarray(points, jnp.float32)))
