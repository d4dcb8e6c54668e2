"""The chain rule multiplied by hand, in NumPy: for one weight of the network, and for a formula part by part.

For the mean crossentropy of softmax, ``dloss/dlogits = p - y``; the rest is one factor per layer.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from engine.descent.naive_search import Place
from engine.training import network
from engine.training.network import Params
from engine.typed.expressions import Expression


class Chain(NamedTuple):
    """Every factor of one weight's derivative, float64; s samples, each with a derivative of its own.

    inputs: (s,) what the weight is multiplied by: x[row], hidden[row], or 1 for biases. sums: (s,) the hidden unit's
    sum before relu; gates: (s,) relu' there, 0 or 1; both None for W2 and b2. probabilities, targets: (s, 10).
    outgoing: (10,) how a change of the unit (or of the logit itself) reaches the logits: W2[column] or a one-hot row.
    back: (s,) dloss/d(what outgoing belongs to), (p - y) · outgoing. terms: (s,) back × gate × input. gradient: mean.
    """

    place: Place
    inputs: np.ndarray
    sums: np.ndarray | None
    gates: np.ndarray | None
    probabilities: np.ndarray
    targets: np.ndarray
    outgoing: np.ndarray
    back: np.ndarray
    terms: np.ndarray
    gradient: float

    @property
    def errors(self) -> np.ndarray:
        """p - y, the derivative of each sample's loss with respect to its logits: (s, 10)."""
        return self.probabilities - self.targets


def chain(params: Params, place: Place, images: np.ndarray, labels: np.ndarray) -> Chain:
    """dloss/dw = mean over samples of ((p - y) · outgoing) × relu'(sum) × input. images: (s, 28, 28) uint8."""
    W1, b1, W2, b2 = (np.asarray(weights, np.float64) for weights in params)
    x = images.reshape(len(images), network.PIXELS) / 255
    sums = x @ W1 + b1
    hidden = np.maximum(sums, 0)
    p, y = _softmax(hidden @ W2 + b2), np.eye(network.CLASSES)[labels]
    ones = np.ones(len(x))
    if place.layer in ("W1", "b1"):
        inputs = x[:, place.row] if place.layer == "W1" else ones
        z = sums[:, place.column]
        gates, outgoing = (z > 0).astype(np.float64), W2[place.column]
    else:
        inputs = hidden[:, place.row] if place.layer == "W2" else ones
        z, gates, outgoing = None, None, np.eye(network.CLASSES)[place.column]
    back = (p - y) @ outgoing
    terms = back * (1 if gates is None else gates) * inputs
    return Chain(place, inputs, z, gates, p, y, outgoing, back, terms, float(terms.mean()))


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Step(NamedTuple):
    """One part of a formula: u[number] = kind(operands).

    operands: what each is called: u1, u2 …, a variable or a number. value: of this part. factors: the local derivative
    for each operand. slopes: each operand's own derivative. slope: the sum of factor × slope.
    """

    name: str
    kind: str
    operands: tuple[str, ...]
    value: float
    factors: tuple[float, ...]
    slopes: tuple[float, ...]
    slope: float


def steps(expression: Expression, values: dict[str, float], variable: str) -> list[Step]:
    """The chain rule through a formula, part by part, innermost first; the last step is the formula itself.

    At a corner the factors are those JAX takes: relu'(0) = abs'(0) = 0, and 1/2 for both of two equal maxima.

    >>> from engine.typed import expressions
    >>> [(step.name, step.value, step.slope) for step in steps(expressions.parse("(2x)^2"), {"x": 3.0}, "x")]
    [('u1', 6.0, 2.0), ('u2', 36.0, 24.0)]
    """
    found: list[Step] = []

    def walk(part: Expression) -> tuple[str, float, float]:
        if part.kind == "number":
            return (part.name or f"{part.value:g}"), part.value, 0.0
        if part.kind == "name":
            return part.name, values[part.name], float(part.name == variable)
        names, numbers, slopes = zip(*map(walk, part.parts), strict=True)
        value, factors = _VALUES[part.kind](*numbers), _FACTORS[part.kind](*numbers)
        # 0 × an infinite factor: what does not depend on the variable adds nothing.
        slope = sum(factor * inner for factor, inner in zip(factors, slopes, strict=True) if inner)
        found.append(Step(f"u{len(found) + 1}", part.kind, names, value, tuple(map(float, factors)), slopes, slope))
        return found[-1].name, float(value), float(slope)

    with np.errstate(all="ignore"):
        walk(expression)
    return [step._replace(value=float(step.value), slope=float(step.slope)) for step in found]


def _power(base: float, exponent: float) -> tuple[float, float]:
    return exponent * np.float64(base) ** (exponent - 1) if exponent else 0.0, _log(base) * np.float64(base) ** exponent


def _log(base: float) -> float:
    return np.log(base) if base > 0 else 0.0


def _sigmoid(x: float) -> float:
    return np.exp(-np.logaddexp(0, -x))


def _larger(x: float, y: float) -> tuple[float, float]:
    share = 0.5 * (np.sign(x - y) + 1)
    return share, 1 - share


_SAME_IN_NUMPY = (
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp", "log", "log10", "log2", "sqrt",
    "sign", "floor", "maximum", "minimum", "abs",
)  # fmt: skip
_VALUES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: np.float64(x) / y,
    "power": lambda x, y: np.float64(x) ** y,
    "negate": lambda x: -x,
    "step": lambda x: float(x > 0),
    "relu": lambda x: max(x, 0.0),
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(x, 0),
    **{name: getattr(np, name) for name in _SAME_IN_NUMPY},
}
_FACTORS: dict[str, Callable[..., tuple[float, ...]]] = {
    "add": lambda x, y: (1, 1),
    "subtract": lambda x, y: (1, -1),
    "multiply": lambda x, y: (y, x),
    "divide": lambda x, y: (1 / np.float64(y), -x / np.float64(y) ** 2),
    "power": _power,
    "negate": lambda x: (-1,),
    "sin": lambda x: (np.cos(x),),
    "cos": lambda x: (-np.sin(x),),
    "tan": lambda x: (1 + np.tan(x) ** 2,),
    "arcsin": lambda x: (1 / np.sqrt(1 - np.float64(x) ** 2),),
    "arccos": lambda x: (-1 / np.sqrt(1 - np.float64(x) ** 2),),
    "arctan": lambda x: (1 / (1 + x * x),),
    "sinh": lambda x: (np.cosh(x),),
    "cosh": lambda x: (np.sinh(x),),
    "tanh": lambda x: (1 - np.tanh(x) ** 2,),
    "exp": lambda x: (np.exp(x),),
    "log": lambda x: (1 / np.float64(x),),
    "log10": lambda x: (1 / (np.float64(x) * np.log(10)),),
    "log2": lambda x: (1 / (np.float64(x) * np.log(2)),),
    "sqrt": lambda x: (0.5 / np.sqrt(np.float64(x)),),
    "abs": lambda x: (np.sign(x),),
    "sign": lambda x: (0,),
    "floor": lambda x: (0,),
    "step": lambda x: (0,),
    "relu": lambda x: (float(x > 0),),
    "sigmoid": lambda x: (_sigmoid(x) * (1 - _sigmoid(x)),),
    "softplus": lambda x: (_sigmoid(x),),
    "maximum": _larger,
    "minimum": lambda x, y: _larger(y, x),
}
"""The local derivatives, one for each operand."""
