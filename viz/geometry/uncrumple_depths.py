"""Networks of different depths, and none at all, beside one another."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from engine.geometry.uncrumple import DEPTHS, UPDATES
from engine.geometry.uncrumple_runs import Rung
from viz import theme
from viz.geometry.uncrumple import percent
from viz.theme import color

LINEAR = "linear"


def depths_figure(rungs: Sequence[Rung], linear: float) -> go.Figure:
    """Held-out accuracy of the fitted linear model and every depth as bars; below, how far one layer moves points."""
    figure = theme.figure(bargap=0.4, showlegend=False)
    names = [LINEAR, *(str(depth) for depth in DEPTHS)]
    found = {str(rung.settings.depth): rung for rung in rungs}
    accuracies = [linear, *(found[name].accuracy if name in found else np.nan for name in names[1:])]
    moved = [np.nan, *(_moved(found.get(name)) for name in names[1:])]
    for name, values, axis, used, text in (
        ("accuracy", accuracies, "y", "prediction", percent),
        ("moved", moved, "y2", "weights", "{:.2f}".format),
    ):
        kept = [None if np.isnan(value) else float(value) for value in values]
        figure.add_bar(
            name=name,
            x=names,
            y=kept,
            yaxis=axis,
            text=["" if value is None else text(value) for value in kept],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{text}<extra></extra>",
            marker={"color": [color("neutral" if each == LINEAR else used) for each in names]},
        )
    top = 1.35 * max([value for value in moved if not np.isnan(value)], default=0.5)
    figure.update_layout(
        xaxis={
            "title": {"text": "layers"},
            "type": "category",
            "anchor": "y2",
            "categoryarray": names,
            "range": [-0.6, len(names) - 0.4],
        },
        yaxis={
            "title": {"text": "accuracy"},
            "domain": [0.55, 1],
            "range": [0, 1.18],
            "tickformat": ".0%",
            "nticks": 3,
        },
        yaxis2={
            "title": {"text": "moved by one layer"},
            "domain": [0, 0.4],
            "range": [0, top],
            "nticks": 4,
            "gridcolor": color("grid"),
            "automargin": True,
        },
    )
    return figure


def _moved(rung: Rung | None) -> float:
    return np.nan if rung is None or rung.report is None else float(rung.report.moved.mean())


def fraction(rungs: Sequence[Rung]) -> float:
    """How much of all updates of all depths is done, deep ones counting by their layers.

    >>> fraction([])
    0.0
    """
    return sum(rung.settings.depth * rung.updates for rung in rungs) / (sum(DEPTHS) * UPDATES)


def progress(state: str, rungs: Sequence[Rung]) -> str:
    """What the comparison is doing, in a few words."""
    if state == "running":
        return f"Depth {rungs[-1].settings.depth if rungs else DEPTHS[0]} of {DEPTHS[-1]}"
    return {"new": "Not yet compared", "finished": "All depths trained", "stopped": "Stopped", "failed": "Failed"}[
        state
    ]


def outcome(rungs: Sequence[Rung], linear: float) -> str:
    """What the comparison shows, as sentences; "" before two depths are done."""
    done = [rung for rung in rungs if rung.report is not None]
    if len(done) < 2:
        return ""
    listed = ", ".join(f"{rung.settings.depth} layers {percent(rung.report.accuracy)}" for rung in done)
    first, last = done[0], done[-1]
    return (
        f"Right on held-out points: {listed}; the fitted linear model {percent(linear)}. One of "
        f"{first.settings.depth} layers moves the points by {_moved(first):.2f} ball radii, one of "
        f"{last.settings.depth} by {_moved(last):.2f}: more layers can each do less."
    )
