"""A small network's way through its layers as a cloud of points; its answers, its curves and its rivals as figures."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from engine.geometry import folds_data
from engine.geometry.folds import ACTIVATIONS, Run, Snapshot
from engine.geometry.folds_view import Regions, Way
from viz import theme
from viz.geometry.clouds import Cloud, Stage
from viz.geometry.folds_words import number, outcome, percent, stage_names, stage_texts
from viz.theme import color

CLASSES = ("blue", "red")
COLORS = ("data", "loss")
SYMBOLS = ("circle", "square")
BORDER = "border"
CURVE_POINTS = 250
FLOOR = 1e-6
"""Losses below it are drawn at it."""
LOSS_TICKS = [*(10.0**power for power in range(-6, 1)), 10.0, 1_000.0, 100_000.0]
"""On the axis of losses; 0.5 is added where it hardly falls."""
GAP = 0.345
"""From the left side of one small map to that of the next, as a share of the figure."""


def fold_cloud(snapshot: Snapshot, activation: str, way: Way) -> Cloud:
    """Data, border and grid at the input, after each affine map and each activation, and as scores."""
    first = way.data + way.border
    corners = len(way.steps[0]) - first
    kinds = [snapshot.data.labels, np.full(way.border, len(CLASSES)), np.zeros(corners, int)]
    names = stage_names(snapshot.runs[activation].params, activation)
    return Cloud(
        stages=tuple(map(Stage, names, _upright(way.steps), stage_texts(snapshot, activation, way))),
        classes=np.concatenate(kinds),
        names=(*CLASSES, BORDER),
        colors=(*COLORS, "truth"),
        alt=f"Points of two classes and a grid on their way through {len(names) // 2} layers. "
        f"{outcome(snapshot, activation)}",
        lines=way.lines,
        grid=range(first, first + corners),
        axes=("first number", "second number"),
    )


def _upright(steps: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Where layers are in space, the plane of the scores stands upright in it, facing the reader."""
    *before, scores = steps
    if all(step.shape[1] == 2 for step in before):
        return list(steps)
    return [*before, np.stack([scores[:, 0], np.zeros(len(scores)), scores[:, 1]], axis=1)]


def training_figure(snapshot: Snapshot, activation: str, regions: Regions) -> go.Figure:
    """The answers all over the plane; below them the loss and the accuracy of every start, the shown one bold."""
    run, last = snapshot.runs[activation], snapshot.settings.updates
    ticks = LOSS_TICKS if np.nanmin(run.losses, initial=1) < 0.1 else sorted([*LOSS_TICKS, 0.5])
    figure = theme.figure(showlegend=False, margin={"l": 8, "r": 8, "t": 26, "b": 8})
    _add_map(figure, snapshot, activation, regions, "", marker=6)
    _square(figure, "", folds_data.reach(snapshot.data), ([0, 1], [0.42, 1]))
    _add_curves(figure, run, run.losses.clip(FLOOR), "2", "loss")
    _add_curves(figure, run, run.accuracies, "3", "prediction")
    updates = {"title": {"text": "update"}, "range": [0, last], "tickvals": [0, last // 2, last], "fixedrange": True}
    figure.update_layout(
        xaxis2={**updates, "domain": [0, 0.43], "anchor": "y2"},
        xaxis3={**updates, "domain": [0.57, 1], "anchor": "y3"},
        yaxis2={"type": "log", "domain": [0, 0.26], "anchor": "x2", "tickvals": ticks, "tickformat": "~g"},
        yaxis3={"range": [-0.02, 1.02], "domain": [0, 0.26], "anchor": "x3", "tickformat": ".0%", "dtick": 0.5},
    )
    _title(figure, "", "What the network answers")
    _title(figure, "2", "Loss (log scale)")
    _title(figure, "3", "Accuracy")
    return figure


def rivals_figure(snapshot: Snapshot, regions: Mapping[str, Regions]) -> go.Figure:
    """What relu, tanh and linear answer on the same points, with accuracy and loss as titles."""
    figure = theme.figure(showlegend=False, margin={"l": 8, "r": 8, "t": 28, "b": 8})
    for position, name in enumerate(ACTIVATIONS):
        axis, left = _axis(position), GAP * position
        _add_map(figure, snapshot, name, regions[name], axis, marker=4)
        _square(figure, axis, folds_data.reach(snapshot.data), ([left, left + 0.31], [0, 1]))
        run = snapshot.runs[name]
        _title(figure, axis, f"<b>{name}</b>: {percent(run.accuracy)} right, loss {number(run.loss)}")
    return figure


def narrow_rivals() -> dict[str, dict]:
    """Axis domains that put the three below each other, for phones."""
    layout: dict[str, dict] = {}
    for position in range(len(ACTIVATIONS)):
        top = 1 - GAP * position
        layout[f"xaxis{_axis(position)}"] = {"domain": [0, 1]}
        layout[f"yaxis{_axis(position)}"] = {"domain": [top - 0.29, top]}
    return layout


def _axis(position: int) -> str:
    return str(position + 1) if position else ""


def _title(figure: go.Figure, axis: str, text: str) -> None:
    figure.add_annotation(
        text=text,
        showarrow=False,
        xref=f"x{axis} domain",
        yref=f"y{axis} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        font={"size": 13},
    )


def _square(figure: go.Figure, axis: str, reach: float, domains: tuple[list[float], list[float]]) -> None:
    plain = {"range": [-reach, reach], "fixedrange": True, "showgrid": False, "zeroline": False, "nticks": 4}
    across, up = ({**plain, "constrain": "domain", "domain": domain} for domain in domains)
    figure.update_layout(
        {
            f"xaxis{axis}": {**across, "anchor": f"y{axis}"},
            f"yaxis{axis}": {**up, "anchor": f"x{axis}", "scaleanchor": f"x{axis}"},
        }
    )


def _add_map(
    figure: go.Figure, snapshot: Snapshot, activation: str, regions: Regions, axis: str, *, marker: int
) -> None:
    """Regions, their border, and the data."""
    place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    figure.add_heatmap(
        **place,
        name=f"{activation} regions",
        x=regions.values,
        y=regions.values,
        z=regions.red.astype(np.float32),
        zmin=0,
        zmax=1,
        opacity=0.45,
        showscale=False,
        zsmooth="best",
        colorscale=[[0, color(COLORS[0])], [0.5, color("surface")], [1, color(COLORS[1])]],
        hovertemplate="(%{x:.2f}, %{y:.2f})<br>red with probability %{z:.3f}<extra></extra>",
    )
    border = regions.boundary.astype(np.float32)
    figure.add_scatter(
        **place,
        name=f"{activation} border",
        mode="markers",
        x=border[:, 0],
        y=border[:, 1],
        marker={"size": 3, "color": color("truth")},
        hoverinfo="skip",
    )
    for kind, name in enumerate(CLASSES):
        points = snapshot.data.points[snapshot.data.labels == kind].astype(np.float32)
        sign = {"symbol": SYMBOLS[kind], "size": marker, "color": color(COLORS[kind])}
        figure.add_scatter(
            **place,
            name=f"{activation} {name}",
            mode="markers",
            x=points[:, 0],
            y=points[:, 1],
            hoverinfo="skip",
            marker={**sign, "line": {"width": 0.7, "color": color("surface")}},
        )


def _add_curves(figure: go.Figure, run: Run, values: np.ndarray, axis: str, used: str) -> None:
    place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "mode": "lines", "hoverinfo": "skip"}
    last = values.shape[1] - 1
    steps = np.unique(np.append(np.arange(0, last, max(last // CURVE_POINTS, 1)), last))
    others = np.delete(values, run.best, axis=0)[:, steps].astype(np.float32)
    # One trace for all of them: nan parts one start from the next.
    apart = np.full((len(others), 1), np.nan, np.float32)
    figure.add_scatter(
        **place,
        name=f"{used} of the other starts",
        x=np.tile(np.append(steps, steps[-1]), len(others)),
        y=np.hstack([others, apart]).ravel(),
        line={"width": 1, "color": color("mesh")},
    )
    figure.add_scatter(
        **place,
        name=f"{used} of the start shown",
        x=steps,
        y=values[run.best, steps],
        line={"width": 2.5, "color": color(used)},
    )
