"""A dense network on points of the plane, small enough to draw every layer as it is; trained from several starts.

Layers ``x @ W + b``, each hidden one followed by its activation; the last gives two scores, one for each class. The
higher score wins. relu, tanh and linear are trained on the same points, from the same random weights, in float64.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.errors import InvalidInput
from engine.geometry import folds_data
from engine.geometry.folds_data import POINTS, Points
from engine.training import optimizers

FUNCTIONS: dict[str, tuple[Callable[[Array], Array], Callable[[np.ndarray], np.ndarray]]] = {
    "relu": (jax.nn.relu, partial(np.maximum, 0)),
    "tanh": (jnp.tanh, np.tanh),
    "linear": (lambda x: x, lambda x: x),
}
"""Each activation for training, in JAX, and for pictures, in NumPy: a picture then waits for no compiler."""
ACTIVATIONS = tuple(FUNCTIONS)
CLASSES = 2
STARTS = 24
CHUNK = 20
CHOSEN_AFTER = 400
"""From this update on the start that is shown stays, so that the picture does not jump among equals."""
UPDATES = (500, 1_000, 2_000, 4_000)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0)
MAX_SEED = 9_999


@dataclass(frozen=True)
class Settings:
    """hidden_layers: 1 to 4 of ``units``, 2 or 3. updates: a multiple of 20, each with all points. seed: of weights."""

    hidden_layers: int = 3
    units: int = 3
    updates: int = 1_000
    learning_rate: float = 0.03
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers per point before, between and after the layers.

        >>> Settings(hidden_layers=2).sizes
        (2, 3, 3, 2)
        """
        return (2, *[self.units] * self.hidden_layers, CLASSES)


class Dense(NamedTuple):
    """weights: (inputs, outputs). bias: (outputs,). Several networks at once have further axes in front."""

    weights: Array
    bias: Array


Params = tuple[Dense, ...]


class Run(NamedTuple):
    """One activation's networks after some updates.

    losses, accuracies: (starts, updates + 1), before the first update, after it, and so on. params: of ``best``, the
    start whose loss is lowest, now or at update CHOSEN_AFTER.
    """

    params: Params
    best: int
    losses: np.ndarray
    accuracies: np.ndarray

    @property
    def loss(self) -> float:
        """The best start's loss now."""
        return float(self.losses[self.best, -1])

    @property
    def accuracy(self) -> float:
        """The share of points the best start now tells apart."""
        return float(self.accuracies[self.best, -1])


class Snapshot(NamedTuple):
    """What was asked for, and where it is. runs: by activation."""

    data: Points
    settings: Settings
    update: int
    runs: dict[str, Run]

    def answers(self, data: Points, settings: Settings) -> bool:
        """Whether it belongs to these points and settings."""
        return self.settings == settings and all(map(np.array_equal, self.data, data))


def require(settings: Settings) -> Settings:
    """The same settings; InvalidInput unless they are possible."""
    if settings.hidden_layers not in range(1, 5) or settings.units not in (2, 3):
        raise InvalidInput("1 to 4 hidden layers of 2 or 3 units can be drawn as they are.")
    if not 0 < settings.updates <= UPDATES[-1] or settings.updates % CHUNK:
        raise InvalidInput(f"updates must be a multiple of {CHUNK} up to {UPDATES[-1]:,}; {settings.updates:,} is not.")
    if not 0 < settings.learning_rate <= RATES[-1]:
        raise InvalidInput(f"the learning rate must be above 0, at most 100; {settings.learning_rate:g} is not.")
    if not 0 <= settings.seed <= MAX_SEED:
        raise InvalidInput(f"the seed must be from 0 to {MAX_SEED:,}; {settings.seed:,} is not.")
    return settings


def initial(settings: Settings, starts: int = STARTS) -> Params:
    """Weights N(0, 2 / inputs) and biases 0 for every start: (starts, inputs, outputs), (starts, outputs).

    He et al. 2015. The first starts are the same however many are asked for.
    """
    drawn = [np.random.default_rng((settings.seed, start)) for start in range(starts)]
    return tuple(
        Dense(
            np.stack([random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)) for random in drawn]),
            np.zeros((starts, outputs)),
        )
        for inputs, outputs in zip(settings.sizes, settings.sizes[1:], strict=False)
    )


def outputs(params: Params, points: np.ndarray, activation: str) -> list[np.ndarray]:
    """What points (n, 2) become, step by step: affine, activation, affine, activation, …, scores. In NumPy."""
    function = FUNCTIONS[activation][1]
    found, here = [], points
    with np.errstate(all="ignore"):
        for layer, dense in enumerate(params):
            here = here @ dense.weights + dense.bias
            found.append(here)
            if layer < len(params) - 1:
                here = function(here)
                found.append(here)
    return found


def margin(params: Params, points: Array, activation: Array) -> Array:
    """The second class's score minus the first's, (n,): above 0 the answer is the second, else the first.

    activation: its number."""
    branches = [function for function, _ in FUNCTIONS.values()]
    # Points as columns: the compiled loops then run along them, twice as fast as along two or three units.
    columns = points.T
    for weights, bias in params[:-1]:
        columns = jax.lax.switch(activation, branches, weights.T @ columns + bias[:, None])
    weights, bias = params[-1]
    first, second = weights.T @ columns + bias[:, None]
    return second - first


def loss(params: Params, points: Array, signs: Array, activation: Array) -> tuple[Array, Array]:
    """mean(log(1 + exp(−sign · margin))), the cross-entropy of the two scores' softmax; and the accuracy.

    signs: (n,) −1 for the first class, 1 for the second, 0 for a row that does not count.
    """
    counts, second = signs != 0, margin(params, points, activation)
    total, right = counts.sum(), (second > 0) == (signs > 0)
    return (counts * jax.nn.softplus(-signs * second)).sum() / total, (counts & right).sum() / total


class _Batch(NamedTuple):
    """points: (POINTS, 2), signs: (POINTS,), padded with rows that do not count."""

    points: np.ndarray
    signs: np.ndarray


def _padded(data: Points) -> _Batch:
    rows = POINTS - len(data.labels)
    return _Batch(np.pad(data.points, ((0, rows), (0, 0))), np.pad(2.0 * data.labels - 1, (0, rows)))


ADAM = optimizers.OPTIMIZERS["adam"]


def descend(params: Params, state: Any, batch: _Batch, rate: Array, activation: Array) -> Any:
    """CHUNK updates of Adam by all points: params, state, and loss and accuracy before each update, (CHUNK,) each."""

    def update(carry: Any, _: None) -> Any:
        params, state = carry
        measured, gradient = jax.value_and_grad(loss, has_aux=True)(params, *batch, activation)
        return ADAM.update(gradient, state, params, rate), measured

    return jax.lax.scan(update, (params, state), length=CHUNK)


def _each(function: Any, shared: int) -> Any:
    """The function for all activations and, within each, all starts; its last ``shared`` arguments are everyone's."""
    starts = jax.vmap(function, in_axes=(0, 0, *[None] * (shared + 1)))
    return jax.vmap(starts, in_axes=(0, 0, *[None] * shared, 0))


@jax.jit
def _chunk(params: Params, state: Any, batch: _Batch, rate: Array) -> Any:
    numbers = jnp.arange(len(ACTIVATIONS))
    (params, state), before = _each(descend, 2)(params, state, batch, rate, numbers)
    now = _each(lambda params, _, batch, kind: loss(params, batch.points, batch.signs, kind), 1)(
        params, state, batch, numbers
    )
    return params, state, before, now


_compiling = threading.Lock()
"""One thread at a time makes its first chunk: the next finds the program compiled."""


def _chunk_in_double(*arguments: Any) -> Any:
    with jax.enable_x64(True):
        return jax.device_get(_chunk(*arguments))


def prepare(settings: Settings) -> None:
    """Compile what trains networks of this shape, so that the first update comes at once."""
    for _ in train(folds_data.generate("xor"), replace(settings, updates=CHUNK)):
        pass


def train(data: Points, settings: Settings) -> Iterator[Snapshot]:
    """The untrained networks, then the networks after every 20 updates. InvalidInput before anything is computed."""
    folds_data.require(data)
    first = untrained(data, require(settings))
    yield first
    batch, rate = _padded(data), np.float64(settings.learning_rate)
    params = jax.tree.map(lambda value: np.stack([value] * len(ACTIVATIONS)), initial(settings))
    with jax.enable_x64(True):
        state = jax.device_get(jax.vmap(jax.vmap(ADAM.init))(params))
    history: list[tuple[np.ndarray, np.ndarray]] = []
    for update in range(CHUNK, settings.updates + 1, CHUNK):
        with _compiling if update == CHUNK else nullcontext():
            params, state, before, now = _chunk_in_double(params, state, batch, rate)
        history.append(before)
        yield Snapshot(data, settings, update, _runs(params, history, now))


def _runs(params: Params, history: list[tuple[np.ndarray, np.ndarray]], now: tuple[np.ndarray, np.ndarray]) -> dict:
    losses, accuracies = (
        np.concatenate([*(before[k] for before in history), now[k][..., None]], axis=-1) for k in range(2)
    )
    runs = {}
    for kind, name in enumerate(ACTIVATIONS):
        best = _lowest(losses[kind, :, : CHOSEN_AFTER + 1][:, -1])
        chosen = jax.tree.map(lambda value, at=(kind, best): value[at], params)
        runs[name] = Run(chosen, best, losses[kind], accuracies[kind])
    return runs


def _lowest(losses: np.ndarray) -> int:
    return int(np.argmin(np.where(np.isnan(losses), np.inf, losses)))


def untrained(data: Points, settings: Settings) -> Snapshot:
    """The networks before training; without points their losses and accuracies are nan."""
    params = initial(settings)
    runs = {}
    for name in ACTIVATIONS:
        starts = [jax.tree.map(lambda value, at=start: value[at], params) for start in range(STARTS)]
        measured = np.array([_measured(start, data, name) for start in starts])
        best = _lowest(measured[:, 0])
        runs[name] = Run(starts[best], best, measured[:, :1], measured[:, 1:])
    return Snapshot(data, settings, 0, runs)


def _measured(params: Params, data: Points, activation: str) -> tuple[float, float]:
    if not len(data.labels):
        return np.nan, np.nan
    scores = outputs(params, data.points, activation)[-1]
    second, signs = scores[:, 1] - scores[:, 0], 2 * data.labels - 1
    return float(np.logaddexp(0, -signs * second).mean()), float(((second > 0) == (signs > 0)).mean())
