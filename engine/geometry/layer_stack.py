"""Layers of the plane stacked into a chain: what it does, the single layer it equals, or the proof that none exists.

A layer is ``activation(W @ x + b)`` with W (2, 2) and b (2,). Points are rows: (points, 2). All in float64.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike

from engine.errors import InvalidInput
from engine.geometry.geometry import rotation

MAX_LAYERS = 6
MAX_ENTRY = 10.0
ACTIVATIONS = ("none", "relu", "tanh")
FUNCTIONS = (lambda z: z, jax.nn.relu, jnp.tanh)
POINTS = 200
REACH = 1.5
"""The grid and the sample points lie between -1.5 and 1.5 on both axes."""
PLACES = {"all": ("All over the grid", -REACH, REACH), "patch": ("A small patch", 0.5, 1.0)}
SEEDS = 100
ROUNDING_SAFETY = 64
"""Distances up to so many times the estimated rounding error count as rounding, not as a difference."""


class Layer(NamedTuple):
    """W @ x + b. W: (2, 2). b: (2,)."""

    W: np.ndarray
    b: np.ndarray

    def at(self, points: np.ndarray) -> np.ndarray:
        """W @ x + b for every row x of points."""
        return points @ self.W.T + self.b


class Chain(NamedTuple):
    """Layers applied one after the other. weights: (layers, 2, 2). biases: (layers, 2). activations: one name each."""

    weights: np.ndarray
    biases: np.ndarray
    activations: tuple[str, ...]

    @property
    def is_affine(self) -> bool:
        """Whether no layer has an activation."""
        return set(self.activations) <= {"none"}


def _chain(*layers: tuple[ArrayLike, ArrayLike, str]) -> Chain:
    weights, biases, activations = zip(*layers, strict=True)
    return Chain(np.array(weights, float).reshape(-1, 2, 2), np.array(biases, float), activations)


_TURN, _SKEW, _SCALE = rotation(30), np.array([[1, 0.6], [0, 1]]), np.array([[1.2, 0], [0, 0.7]])
CHAINS = {
    "affine": (
        "Turn, skew, scale: no activation",
        _chain((_TURN, (0, 0), "none"), (_SKEW, (0.3, -0.4), "none"), (_SCALE, (0, 0.4), "none")),
    ),
    "relu": (
        "The same, relu after the first two",
        _chain((_TURN, (0, 0), "relu"), (_SKEW, (0.3, -0.4), "relu"), (_SCALE, (0, 0.4), "none")),
    ),
    "folds": (
        "Two folds: relu, turn, relu",
        _chain((_TURN, (0.5, 0.5), "relu"), (rotation(45), (0, -0.6), "relu"), (rotation(-45), (0, 0), "none")),
    ),
    "active": ("relu that has nothing to do", _chain((_TURN, (3, 3), "relu"), (_SKEW, (-4.5, -3), "none"))),
    "tanh": ("Two layers with tanh", _chain(([[2, 0.5], [-0.5, 2]], (0, 0), "tanh"), (_SKEW, (0, 0), "tanh"))),
    "undone": (
        "Done and undone",
        _chain(([[2, 1], [1, 1]], (1, -0.5), "none"), ([[1, -1], [-1, 2]], (-1.5, 2), "none")),
    ),
    "zero": (
        "A layer of zeros",
        _chain((_TURN, (0, 0), "none"), (np.zeros((2, 2)), (0.5, 0.5), "none"), (_SKEW, (0, 0), "none")),
    ),
}
"""Chains to begin with: name → title, chain."""


def chain_of(layers: Sequence[Mapping[str, Any]]) -> Chain:
    """The chain of layers given as {"W": four numbers row-major, "b": two numbers, "activation": name}.

    InvalidInput for more than 6 layers, an unknown activation, a wrong number of entries, or an entry that is not a
    number from -10 to 10.

    >>> chain_of([{"W": [1, 0, 0, 1], "b": [0, 2], "activation": "relu"}]).biases
    array([[0., 2.]])
    """
    if not 1 <= len(layers) <= MAX_LAYERS:
        raise InvalidInput(f"a chain has 1 to {MAX_LAYERS} layers; this has {len(layers)}.")
    for number, layer in enumerate(layers, 1):
        if layer["activation"] not in ACTIVATIONS:
            raise InvalidInput(
                f"the activation of layer {number} must be none, relu or tanh; “{layer['activation']}” is not."
            )
        for name, count in (("W", 4), ("b", 2)):
            _require(layer[name], count, f"“{name}” of layer {number}")
    return _chain(*((layer["W"], layer["b"], layer["activation"]) for layer in layers))


def _require(entries: Sequence[float], count: int, what: str) -> None:
    if len(entries) != count:
        raise InvalidInput(f"{what} has {count} entries; this has {len(entries)}.")
    for entry in entries:
        if not (isinstance(entry, (int, float)) and abs(entry) <= MAX_ENTRY):
            raise InvalidInput(f"{what} may hold numbers from -{MAX_ENTRY:g} to {MAX_ENTRY:g}; {entry} is not.")


def random_affine(seed: int) -> Layer:
    """W with entries uniform in [-1.5, 1.5), b in [-1, 1), rounded to hundredths; the same for the same seed."""
    random = np.random.default_rng(seed)
    return Layer(random.uniform(-1.5, 1.5, (2, 2)).round(2), random.uniform(-1, 1, 2).round(2))


def cloud(place: str) -> np.ndarray:
    """Sample points, uniform in the square named in PLACES, rounded to hundredths: (200, 2)."""
    _, low, high = PLACES[place]
    return np.random.default_rng(0).uniform(low, high, (POINTS, 2)).round(2)


def corners() -> np.ndarray:
    """Corners of the grid, half a unit apart, row by row from below: (49, 2)."""
    steps = np.arange(-REACH, REACH + 0.1, 0.5)
    return np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)


class Stages(NamedTuple):
    """The points after W @ x + b of each layer, and after its activation: (layers, points, 2) each."""

    affine: np.ndarray
    active: np.ndarray


@jax.jit
def _run(weights: Array, biases: Array, codes: Array, points: Array) -> tuple[Array, Array]:
    def layer(x: Array, parts: tuple[Array, Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        W, b, code = parts
        z = jnp.einsum("pj,ij->pi", x, W) + b
        y = jax.lax.switch(code, FUNCTIONS, z)
        return y, (z, y)

    return jax.lax.scan(layer, points, (weights, biases, codes))[1]


def forward(chain: Chain, points: np.ndarray) -> Stages:
    """x → activation(W @ x + b), layer after layer. points: (points, 2), kept at every stage.

    Chains are padded to 6 layers, so that one compilation serves all of them.

    >>> forward(CHAINS["zero"][1], np.ones((1, 2))).active[1]
    array([[0.5, 0.5]])
    """
    count = len(chain.activations)
    spare = MAX_LAYERS - count
    weights = np.concatenate([chain.weights, np.tile(np.eye(2), (spare, 1, 1))])
    codes = [ACTIVATIONS.index(name) for name in chain.activations] + [0] * spare
    with jax.enable_x64(True):
        affine, active = jax.device_get(
            _run(weights, np.pad(chain.biases, ((0, spare), (0, 0))), np.array(codes, np.int32), np.float64(points))
        )
    return Stages(affine[:count], active[:count])


def collapse(chain: Chain) -> list[Layer]:
    """The single layer equal to the first 1, 2, … layers; the last one equals the whole chain.

    W2 @ (W1 @ x + b1) + b2 = (W2 @ W1) @ x + (W2 @ b1 + b2), again for each further layer. InvalidInput when the chain
    has an activation: then no single layer need exist.
    """
    if not chain.is_affine:
        raise InvalidInput("only a chain without activations is one layer; this one has " + _named(chain) + ".")
    found = [Layer(np.eye(2), np.zeros(2))]
    for W, b in zip(chain.weights, chain.biases, strict=True):
        found.append(Layer(W @ found[-1].W, W @ found[-1].b + b))
    return found[1:] or found


def _named(chain: Chain) -> str:
    return " and ".join(name for name in ACTIVATIONS[1:] if name in chain.activations)


def fitter(points: np.ndarray) -> np.ndarray:
    """(3, points): times outputs (points, 2) it gives the best single layer's two columns of W, transposed, and b.

    The pseudo-inverse of [x, 1]: least squares, and of all best layers the smallest.
    """
    return np.linalg.pinv(np.column_stack([points, np.ones(len(points))]))


def best_layer(points: np.ndarray, outputs: np.ndarray) -> Layer:
    """The W and b with the smallest sum of |W @ x + b - y|² over all points x and their outputs y."""
    rows = fitter(points) @ outputs
    return Layer(rows[:2].T, rows[2])


def distances(layer: Layer, points: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """|W @ x + b - y| for every point x and its output y: (points,)."""
    return np.linalg.norm(layer.at(points) - outputs, axis=1)


def rounding(chain: Chain, points: np.ndarray) -> float:
    """How far rounding to float64 may take an output: each layer adds its own error and stretches those before.

    error ← ‖W‖ error + 4 u (‖W‖ size + ‖b‖), with the row-sum norm, u = 2⁻⁵³, and size the largest coordinate so far.
    The activations stretch nothing. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1.
    """
    error, size = 0.0, float(np.abs(points).max())
    for W, b in zip(chain.weights, chain.biases, strict=True):
        norm, shift = np.abs(W).sum(1).max(), np.abs(b).max()
        size = norm * size + shift
        error = norm * error + 4 * 2.0**-53 * size
    return float(error)


class Witness(NamedTuple):
    """Two points a, c and the middle m between them; an affine layer would send m to the middle of f(a) and f(c).

    a, m, c, f_a, f_m, f_c: (2,). gap: |f(m) - (f(a) + f(c)) / 2|, the largest over all pairs of grid corners.
    """

    a: np.ndarray
    m: np.ndarray
    c: np.ndarray
    f_a: np.ndarray
    f_m: np.ndarray
    f_c: np.ndarray
    gap: float


def witness(chain: Chain) -> Witness | None:
    """Three points that prove the chain is no single affine layer; None if all middles stay middles, up to rounding."""
    ends = corners()
    first, second = np.triu_indices(len(ends), 1)
    middles = (ends[first] + ends[second]) / 2
    moved = forward(chain, np.concatenate([ends, middles])).active[-1]
    outer, inner = moved[: len(ends)], moved[len(ends) :]
    gaps = np.linalg.norm(inner - (outer[first] + outer[second]) / 2, axis=1)
    # The first of equals, whatever the last bit of each is.
    best = int(np.argmax(gaps >= gaps.max() * (1 - 1e-9)))
    if gaps[best] <= ROUNDING_SAFETY * rounding(chain, ends):
        return None
    a, c = first[best], second[best]
    return Witness(ends[a], middles[best], ends[c], outer[a], inner[best], outer[c], float(gaps[best]))


class Found(NamedTuple):
    """What a chain does to sample points, and the single layer laid over it.

    outputs: (points, 2). products: as ``collapse`` gives them, empty with an activation. single: their last, or the
    best layer. distances: (points,) from its outputs to the chain's. exact: no distance exceeds rounding. changed: how
    many points each activation moves, one count per layer.
    """

    outputs: np.ndarray
    products: list[Layer]
    single: Layer
    distances: np.ndarray
    exact: bool
    changed: list[int]
    witness: Witness | None


def examine(chain: Chain, points: np.ndarray) -> Found:
    """The chain on these points (points, 2), the single layer closest to it, and the proof if there is one."""
    stages = forward(chain, points)
    outputs = stages.active[-1]
    products = collapse(chain) if chain.is_affine else []
    single = products[-1] if products else best_layer(points, outputs)
    apart = distances(single, points, outputs)
    changed = (stages.affine != stages.active).any(2).sum(1).tolist()
    exact = bool(apart.max() <= ROUNDING_SAFETY * rounding(chain, points))
    return Found(outputs, products, single, apart, exact, changed, None if chain.is_affine else witness(chain))


def disagreeing(apart: np.ndarray, tolerance: float) -> int:
    """How many of these distances exceed the tolerance."""
    return int((apart > tolerance).sum())
