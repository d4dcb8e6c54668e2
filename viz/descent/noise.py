"""What the page on batch size and noise shows: the board of surfaces, the race of batch sizes, the noise floor."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from engine.descent.noise import EPOCHS, ROOM
from engine.descent.noise_floor import Floor
from viz import decades, theme
from viz.packing import packed

if TYPE_CHECKING:
    from viz.components.noise_board import Data, RaceData
    from viz.components.noise_board import Method as MethodData

STYLES = (("data", ""), ("weights", "8 3"), ("prediction", "3 3"), ("neutral", "9 3 2 3"), ("truth", "14 4"))
"""Colour name and dashes of each method's path: true SGD, up to three mini-batches, full batch."""
HINTS = {
    "digits": "Drag the position in any surface, or move it with the arrow keys.",
    "own": f"Click the first picture to add a point, up to {ROOM}; drag a point to move it. By keyboard: Enter adds, "
    "page up and down choose, the arrow keys move, Delete removes. Drag the position in any surface.",
}

DEGENERATE = {
    "empty": "There are no points, so there is no loss and no gradient. Click the first picture to add some.",
    "single": "With one point every batch is all the data: the three surfaces agree, and nothing is noisy.",
    "upright": "All points have the same x, so a whole valley of lines fits equally well; the cross marks the one "
    "closest to w = b = 0.",
    "exact": "All points lie on one line. There every sample's gradient is 0, so at the minimum the noise is gone too.",
}
"""What is special about points, by the engine's name for it."""


class Setting(NamedTuple):
    """Where the race's controls stand: samples seen, whether rates move together, method → position in the rates."""

    clock: int
    linked: bool
    rates: Mapping[str, int]
    version: str = ""


class Method(NamedTuple):
    """One contestant. positions: (rates, updates + 1, 2) for every learning rate. seconds: measured, per update."""

    size: int
    positions: np.ndarray
    seconds: float


def title(size: int, samples: int) -> str:
    """What a method of this batch size is called.

    >>> title(1, 256), title(8, 256), title(256, 256)
    ('Batch 1: true SGD', 'Batch 8', 'Batch 256: all')
    """
    return f"Batch {size}" + (": all" if size == samples else ": true SGD" if size == 1 else "")


def board(
    x: np.ndarray,
    y: np.ndarray,
    *,
    kind: str,
    axes: tuple[str, str],
    draws: np.ndarray,
    size: int,
    place: Sequence[float],
    version: str,
    answered: str = "",
) -> "Data":
    """All the board draws. kind: "digits" or "own". draws: (30, n) shufflings: one sample, or a batch, begins each.

    answered: the last report of points that these points answer; the browser passes over answers to earlier ones.
    """
    return {
        "x": packed(x, "f4"),
        "y": packed(y, "f4"),
        "axes": list(axes),
        "samples": draws[:, 0].tolist() if len(x) else [],
        "batches": draws[:, :size].tolist() if len(x) else [],
        "size": size,
        "place": [float(value) for value in place],
        "version": version,
        "answered": answered,
        "editable": kind == "own",
        "room": ROOM,
        "hint": HINTS[kind] + " Arrows point downhill: a tenth of the gradient, turned round. Thin: all draws. Thick: "
        "the draw chosen. Dashed green: their mean. Dotted: one standard deviation.",
        "alt": {
            "points": f"{len(x)} points, {axes[1]} against {axes[0]}, and the line y = w x + b",
            "full": "Mean squared error of all points over w and b; arrow keys move the position",
            "sample": "Squared error of one sample over w and b, a valley; arrow keys move the position",
            "batch": "Mean squared error of one batch over w and b; arrow keys move the position",
        },
    }


def race(
    x: np.ndarray,
    y: np.ndarray,
    methods: Sequence[Method],
    *,
    kind: str,
    rates: np.ndarray,
    minimum: np.ndarray,
    start: Sequence[float],
    setting: Setting,
    answered: str = "",
) -> "RaceData":
    """All the race draws: every method's runs from start for every rate, on the surface of all points.

    answered: the last report of a start that this start answers; the browser passes over answers to earlier ones.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    terms = {"xx": x * x, "x": x, "xy": x * y, "y": y, "yy": y * y}
    return {
        "means": {name: float(values.mean()) if len(x) else 0.0 for name, values in terms.items()} | {"count": len(x)},
        "samples": max(len(x), 1),
        "total": len(x) * EPOCHS[kind],
        "rates": [float(rate) for rate in rates],
        "minimum": [float(value) for value in minimum],
        "start": [float(value) for value in start],
        "methods": [
            _raced(method, look, len(x), setting)
            for method, look in zip(methods, looks([method.size for method in methods], len(x)), strict=True)
        ],
        "clock": setting.clock,
        "linked": setting.linked,
        "version": setting.version,
        "answered": answered,
        "alt": {
            "map": "Paths of the methods over w and b; arrow keys move the start",
            "seen": "Loss above its minimum against samples seen, logarithmic",
            "time": "Loss above its minimum against measured time, both logarithmic",
        },
    }


def looks(sizes: Sequence[int], samples: int) -> list[tuple[str, str]]:
    """Colour name and dashes for each batch size; full batch keeps its own whatever else is raced."""
    return [STYLES[-1] if size == samples else STYLES[min(place, 3)] for place, size in enumerate(sizes)]


def _raced(method: Method, look: tuple[str, str], samples: int, setting: Setting) -> "MethodData":
    return {
        "key": str(method.size),
        "title": title(method.size, samples),
        "color": look[0],
        "dash": look[1],
        "size": method.size,
        "updates": method.positions.shape[1] - 1,
        "positions": packed(method.positions, "f4"),
        "seconds": method.seconds,
        "rate": setting.rates[str(method.size)],
    }


def cost(methods: Sequence[Method]) -> str:
    """What one update and one sample cost, as a Markdown table; the last method is the full batch."""
    samples = methods[-1].size
    rows = [
        f"| {title(method.size, samples)} | {1e6 * method.seconds:.3g} µs | "
        f"{1e9 * method.seconds / method.size:.3g} ns |"
        for method in methods
    ]
    return "\n".join(["| method | one update | per sample |", "|:--|--:|--:|", *rows])


def floor_figure(floor: Floor) -> go.Figure:
    """The noise floor and its swing against the batch size, one line per learning rate, with the 1 / batch law."""
    figure = make_subplots(1, 2, horizontal_spacing=0.11)
    panels = (("mean", floor.mean, floor.theory), ("spread", floor.spread, _law(floor)))
    for column, (name, measured, law) in enumerate(panels, 1):
        for row, rate in enumerate(floor.rates):
            color = theme.color(STYLES[row][0])
            # What is smaller is the rounding of float32, not noise.
            usable = np.where(np.isfinite(measured[row]) & (measured[row] > 1e-9), measured[row], np.nan)
            shared = {"x": floor.sizes, "legendgroup": f"{rate:g}", "showlegend": column == 1}
            marker = {"size": 9, "symbol": ("circle", "square", "diamond")[row], "color": color}
            figure.add_scatter(
                y=usable, mode="markers", marker=marker, name=f"rate {rate:g}", meta=name, **shared, row=1, col=column
            )
            line = {"color": color, "dash": "dot", "width": 1.5}
            dotted = np.where(np.isfinite(law[row]) & (law[row] > 1e-9), law[row], np.nan)
            figure.add_scatter(
                y=dotted,
                mode="lines",
                line=line,
                name=f"law {rate:g}",
                meta=f"{name} law",
                hoverinfo="skip",
                **shared | {"showlegend": False},
                row=1,
                col=column,
            )
    figure.update_layout(theme.layout())
    ticks = {"type": "log", "tickvals": floor.sizes.tolist()}
    figure.update_xaxes(title_text="batch size", **ticks)
    figure.update_yaxes(type="log", **decades.wide())
    figure.update_yaxes(title_text="mean above the minimum", col=1)
    figure.update_yaxes(title_text="standard deviation of the loss", col=2)
    return figure


def _law(floor: Floor) -> np.ndarray:
    """The 1 / batch law through the largest batch, where the noise is smallest and the law most exact."""
    return floor.spread[:, -1:] * floor.sizes[-1] / floor.sizes


STACKED = {
    "xaxis": {"domain": [0, 1]},
    "xaxis2": {"domain": [0, 1]},
    "yaxis": {"domain": [0.6, 1]},
    "yaxis2": {"domain": [0, 0.4]},
}
"""Layout changes that put the floor figure's panels one above the other, for narrow columns."""
