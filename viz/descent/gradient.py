"""The tiny model as cells, and what the gradient board draws: slices, tangents, directions, the way down."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.descent.gradient import Gradient, Problem, Quadratic
from viz import theme
from viz.tensors.cells import Block, Frame, Pose, Relation, Scene, arrange, first_cells, tensor_block, tensor_layout

if TYPE_CHECKING:
    from viz.components.gradient_board import Data

BLOCKS = ("x", "W", "y_pred", "y_true", "gradient")
"""Blocks of the picture, in order; the first, second and fourth can be edited."""
SAMPLE, INPUT, OUTPUT = theme.AXES[0], theme.AXES[1], theme.AXES[2]
WINDOW = 3.0
SLICE_VALUES = 9
LINE_VALUES = 13
RATE_STEPS = 400
ROW_GAP = 2.9
"""Cell sizes from the top of a row's last cells to the next row, brackets and names between."""


def model_scene(problem: Problem, gradient: Gradient) -> Scene:
    """x @ W = y_pred, beside it the targets and the gradient, whose axes have the colours of W's."""
    samples = (SAMPLE,) * (problem.x.ndim - 1)
    arrays = (problem.x, problem.weights, gradient.predictions, problem.targets, gradient.gradient)
    colors = ((*samples, INPUT), (INPUT, OUTPUT), (*samples, OUTPUT), (*samples, OUTPUT), (INPUT, OUTPUT))
    fills = ("data", "weights", "prediction", "truth", "gradient")
    blocks = tuple(
        tensor_block(array, name, fill=fill, editable=name in ("x", "W", "y_true"))
        for array, name, fill in zip(arrays, BLOCKS, fills, strict=True)
    )
    layouts = [tensor_layout(block, k, colors=colors[k]) for k, block in enumerate(blocks)]
    names = ("x", "W", "y_pred", "y_true", "gradient of the loss")
    wide = arrange(layouts, names=names, between=("@", "=", "", ""))
    narrow = _stacked(
        arrange(layouts[:2], names=names[:2], between=("@",), narrow=True),
        arrange(layouts[2:4], names=("= y_pred", "y_true"), narrow=True),
        arrange(layouts[4:], names=names[4:], narrow=True),
    )
    alt = "x @ W = y_pred as cells; beside it y_true, and the gradient, which has W's shape and axes."
    return Scene(blocks, (wide,), (Frame(alt),), alt, (narrow,), relations=_relations(problem, gradient, blocks))


def model_words(problem: Problem, gradient: Gradient) -> str:
    """The loss and the two equal shapes, as Markdown."""
    loss = f"{gradient.loss:.5g}".replace("-", "−")
    shape = problem.weights.shape
    return (
        f"loss = mean((y_pred − y_true)²) = **{loss}**. W and its gradient both have the shape {shape}. Double-click a "
        "cell of x, W or y_true to change it."
    )


def _stacked(*rows: Pose) -> Pose:
    """Arrangements below each other as one pose, each centred; blocks are numbered on from row to row."""
    widths = [float(row.positions[:, 0].max()) for row in rows]
    top, count = 0.0, 0
    positions, layers, axes, labels = [], [], [], []
    for row, width in zip(rows, widths, strict=True):
        right = (max(widths) - width) / 2
        positions.append(row.positions + np.array([right, top]))
        layers.append(row.layers)
        axes += [
            mark._replace(
                block=mark.block + count,
                start=(mark.start[0] + right, mark.start[1] + top),
                end=(mark.end[0] + right, mark.end[1] + top),
            )
            for mark in row.axes
        ]
        labels += [label._replace(x=label.x + right, y=label.y + top) for label in row.labels]
        count += 1 + max(mark.block for mark in row.axes)
        top += float(row.positions[:, 1].max()) + ROW_GAP
    return Pose(np.concatenate(positions), np.concatenate(layers), tuple(axes), tuple(labels))


def _relations(problem: Problem, found: Gradient, blocks: Sequence[Block]) -> dict[int, Relation]:
    """Pointing at an entry of W or of the gradient lights both and says the partial derivative."""
    first = first_cells(blocks)
    relations: dict[int, Relation] = {}
    for number, slope in enumerate(found.gradient.ravel()):
        name = entry_names(problem.weights.shape)[number]
        cells = [first[1] + number, first[4] + number]
        text = f"∂loss/∂{name} = {_signed(slope)}: {_advice(slope, name)}"
        relations |= dict.fromkeys(cells, Relation({"gradient": cells}, text))
    return relations


def _advice(slope: float, name: str) -> str:
    if slope == 0:
        return "to first order, changing it alone does not change the loss"
    return f"a slightly {'larger' if slope > 0 else 'smaller'} {name} raises the loss"


def _signed(value: float) -> str:
    return f"{value:+.4g}".replace("-", "−")


def entry_names(shape: Sequence[int]) -> list[str]:
    """Names of the entries of W, row-major.

    >>> entry_names((1, 2))
    ['W[0, 0]', 'W[0, 1]']
    """
    return [f"W[{row}, {column}]" for row in range(shape[0]) for column in range(shape[1])]


def window(weights: np.ndarray) -> float:
    """How far from 0 the slices and the map reach: 3, doubled until every entry is inside.

    >>> window(np.array([1.0, -7.0]))
    12.0
    """
    reach = WINDOW
    while reach < np.abs(weights).max():
        reach *= 2
    return reach


def slice_values(weights: np.ndarray) -> np.ndarray:
    """Where JAX computes each slice of the loss."""
    return np.linspace(-1, 1, SLICE_VALUES) * window(weights)


def line_values(limit: float) -> np.ndarray:
    """Learning rates at which JAX computes the loss after a step."""
    return np.linspace(0, limit, LINE_VALUES)


def board(
    problem: Problem,
    found: Gradient,
    polynomial: Quadratic,
    *,
    slices: np.ndarray,
    pair: tuple[int, int],
    angles: np.ndarray,
    slopes: np.ndarray,
    limit: float,
    line: np.ndarray,
    largest: float,
    rate: float,
    start: np.ndarray,
    version: int,
) -> "Data":
    """All the board draws.

    polynomial: the exact loss, which the board evaluates while something is dragged. The other results are JAX's at
    the present W, shown as soon as it rests. start: where the board's way back leads. version: differs when W was set
    from outside the board.
    """
    return {
        "columns": problem.weights.shape[1],
        "names": entry_names(problem.weights.shape),
        "weights": problem.weights.ravel().tolist(),
        "window": window(problem.weights),
        "polynomial": {
            "constant": float(polynomial.constant),
            "slope": polynomial.slope.tolist(),
            "curvature": polynomial.curvature.tolist(),
        },
        "found": {
            "loss": float(found.loss),
            "gradient": found.gradient.ravel().tolist(),
            "sliceValues": slice_values(problem.weights).tolist(),
            "slices": slices.tolist(),
            "slopes": slopes.tolist(),
            "pair": list(pair),
            "lineValues": line_values(limit).tolist(),
            "line": line.tolist(),
            "largest": float(largest) if np.isfinite(largest) else None,
        },
        "pair": list(pair),
        "angles": angles.tolist(),
        "limit": limit,
        "rateSteps": RATE_STEPS,
        "rate": rate,
        "start": start.ravel().tolist(),
        "version": version,
    }
