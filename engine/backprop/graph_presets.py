"""Examples of computation graphs, each a typed expression with values to start from."""

from typing import NamedTuple

import numpy as np


class Variable(NamedTuple):
    """value: float64, () or a tensor. low, high: the range of its slider or of its cells.

    weight: whether one step of descent changes it.
    """

    value: np.ndarray
    low: float
    high: float
    weight: bool = True


class Preset(NamedTuple):
    """title, text: as typed. variables: by name, in order. teaches: one or two sentences. output: the result's name."""

    title: str
    text: str
    variables: dict[str, Variable]
    teaches: str
    output: str = "loss"


def _weight(value: float | list, low: float = -10, high: float = 10) -> Variable:
    return Variable(np.array(value, np.float64), low, high)


def _data(value: float | list, low: float = -10, high: float = 10) -> Variable:
    return Variable(np.array(value, np.float64), low, high, weight=False)


BOOK = "abs(y_true - (x * w + b))"
PRESETS: dict[str, Preset] = {
    "book": Preset(
        "One neuron, one loss",
        BOOK,
        {"x": _data(2), "w": _weight(3), "b": _weight(1), "y_true": _data(4)},
        "x1 = x × w = 6, x2 = x1 + b = 7, loss = |y_true − x2| = 3. Going back, the gradient is 2 for w and 1 for b: "
        "a little more of either makes the loss larger.",
    ),
    "second": Preset(
        "The same neuron, other numbers",
        BOOK,
        {"x": _data(3), "w": _weight(2), "b": _weight(3), "y_true": _data(8)},
        "x1 = 6, x2 = 9, loss = 1. The gradient of w is 3, which is x; that of b is 1.",
    ),
    "chain": Preset(
        "A chain of four functions",
        "tanh(exp(sin(2x)))",
        {"x": _weight(1, -3, 3)},
        "One path only: the derivative is the product of four local derivatives.",
        "y",
    ),
    "paths": Preset(
        "One variable on several paths",
        "x * sin(x) + x**2",
        {"x": _weight(1, -4, 4)},
        "x reaches y on three paths. Each gives a product; their sum is the derivative.",
        "y",
    ),
    "relu": Preset(
        "relu at its corner",
        "relu(w * x + b)",
        {"w": _weight(1, -3, 3), "x": _data(2, -3, 3), "b": _weight(-2, -3, 3)},
        "w × x + b is 0, exactly at the corner. There is no derivative there; JAX answers 0. Move b to either side.",
        "y",
    ),
    "softmax": Preset(
        "softmax with crossentropy",
        "crossentropy(y_true, softmax(z))",
        {"z": _weight([2, 1, -1], -6, 6), "y_true": _data([0, 1, 0], 0, 1)},
        "After many steps back, the gradient of z is simply softmax(z) − y_true.",
    ),
    "scalar": Preset("2x + 3 for a number", "2x + 3", {"x": _weight(0)}, "The derivative is 2, whatever x is.", "y"),
    "tensor": Preset(
        "2x + 3 for a (2, 2) tensor",
        "sum(2x + 3)",
        {"x": _weight([[0, 0], [0, 0]])},
        "Each entry of x adds to the sum by itself, so the gradient has the shape of x: all twos.",
        "y",
    ),
    "affine": Preset(
        "x @ W + b for a list of weights",
        "sum(x @ W + b)",
        {
            "x": _data([[0.5, 0.25], [0.75, 1]]),
            "W": _weight([[0.5, -1], [1, 2]]),
            "b": _weight([0, 0]),
        },
        "b is added to both rows, so its gradient is [2, 2]. The gradient of W is x transposed, times ones.",
        "y",
    ),
}


def starting_values(preset: Preset) -> dict[str, np.ndarray]:
    """The values to start from, by name."""
    return {name: variable.value for name, variable in preset.variables.items()}
