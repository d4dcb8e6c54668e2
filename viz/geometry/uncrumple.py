"""The crumpled sheets at every layer as a cloud of points; accuracy, movement and loss as figures; what they say."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from engine.geometry.crumpling import HELD_OUT, Sheets
from engine.geometry.uncrumple import UPDATES, Settings, Trained
from engine.geometry.uncrumple_measures import Report
from viz import decades, theme
from viz.geometry.clouds import Cloud, Stage
from viz.theme import color
from viz.training.training import bin_means

NAMES = ("red sheet", "blue sheet")
COLORS = ("loss", "data")
OBJECTIVES = {"separate": "Separate the colours", "flatten": "Flatten the sheets"}
SMOOTHED = 200
NOT_THE_BEST = "A search among all flat cuts finds one that does somewhat better, but none parts the sheets. "
LINEAR_HELP = f"One flat cut through the ball, fitted by least squares. {NOT_THE_BEST.strip()}"


def percent(share: float) -> str:
    """A share as people read it; only what is exactly all is written 100%.

    >>> percent(1.0), percent(0.9996), percent(0.544)
    ('100%', '99.9%', '54.4%')
    """
    return "100%" if share == 1 else f"{min(share, 0.999):.1%}"


def layer_name(number: int) -> str:
    """What a stage is called.

    >>> layer_name(0), layer_name(3)
    ('The ball', 'After layer 3')
    """
    return f"After layer {number}" if number else "The ball"


def _stage_text(number: int, report: Report, settings: Settings) -> str:
    parted = f"the fitted plane parts {percent(report.probes[number])} of the held-out points"
    if number == 0:
        return f"The crumpled sheets: {parted}."
    moved = f"Layer {number} moved the points by {report.moved[number - 1]:.2f} ball radii; now {parted}."
    if number < len(report.moved):
        return moved
    if settings.objective == "flatten":
        return f"{moved} They are {report.error:.1%} of a sheet’s width from their places (root mean square)."
    return f"{moved} The network’s own plane: {percent(report.accuracy)}."


def network_cloud(
    trained: Trained, report: Report, shown: np.ndarray, sheets: Sheets, mesh: np.ndarray | None, lines: np.ndarray
) -> Cloud:
    """The sheets before the first and after every layer.

    shown: (depth + 1, points, 3). mesh: (depth + 1, corners, 3), joined by ``lines``, or None.
    """
    settings = trained.settings
    stages = [(layer_name(k), places, _stage_text(k, report, settings)) for k, places in enumerate(shown)]
    learnt = f"after {trained.updates:,} updates" if trained.updates else "not yet trained"
    alt = (
        f"A red and a blue sheet of {len(sheets.colors) // 2:,} points each, from the crumpled ball through "
        f"{settings.depth} layers, {learnt}. At the end a fitted plane parts {percent(report.probes[-1])} of "
        "held-out points."
    )
    return _cloud(stages, sheets, mesh, lines, alt)


def crumpling_cloud(
    strengths: Sequence[float], shown: np.ndarray, sheets: Sheets, mesh: np.ndarray | None, lines: np.ndarray
) -> Cloud:
    """How the ball came about: the sheets crumpled with each of these strengths, from flat on."""
    stages = [
        (
            f"Strength {strength:.2f}" if strength else "Flat sheets",
            places,
            "Both sheets as they were, one on the other." if strength == 0 else "Folded, sheared, pressed, rounded.",
        )
        for strength, places in zip(strengths, shown, strict=True)
    ]
    alt = f"A red sheet on a blue one, flat, crumpled more and more up to strength {strengths[-1]:.2f}."
    return _cloud(stages, sheets, mesh, lines, alt)


def _cloud(stages: list, sheets: Sheets, mesh: np.ndarray | None, lines: np.ndarray, alt: str) -> Cloud:
    count = len(sheets.colors)
    classes, grid = sheets.colors, np.zeros(0, int)
    if mesh is not None:
        stages = [
            (name, np.concatenate([places, corners]), text)
            for (name, places, text), corners in zip(stages, mesh, strict=True)
        ]
        half = mesh.shape[1] // 2
        classes = np.concatenate([classes, np.repeat([0, 1], half)])
        grid, lines = count + np.arange(2 * half), lines + count
    return Cloud(
        stages=tuple(Stage(*stage) for stage in stages),
        classes=classes,
        names=NAMES,
        colors=COLORS,
        alt=alt,
        lines=lines if mesh is not None else np.zeros((0, 2), int),
        grid=grid,
    )


def layers_figure(report: Report, linear: float) -> go.Figure:
    """Accuracy of the plane fitted at every layer, the linear model's as a line; below, how far each layer moved."""
    figure = theme.figure(bargap=0.35, margin={"l": 8, "r": 8, "t": 30, "b": 8})
    depth = len(report.moved)
    numbers = list(range(depth + 1))
    figure.add_scatter(
        name="fitted plane",
        x=numbers,
        y=report.probes.tolist(),
        mode="lines+markers",
        line={"color": color("prediction"), "width": 2},
        marker={"size": 8},
        hovertemplate="%{y:.1%}",
    )
    figure.add_scatter(
        name="fitted linear model",
        x=[0, depth],
        y=[linear, linear],
        mode="lines",
        line={"color": color("neutral"), "width": 2, "dash": "dash"},
        hovertemplate="%{y:.1%}",
    )
    figure.add_bar(
        name="moved",
        x=numbers[1:],
        y=report.moved.tolist(),
        yaxis="y2",
        marker={"color": color("weights")},
        hovertemplate="%{y:.2f} ball radii",
    )
    figure.update_layout(
        xaxis={
            "title": {"text": "after layer"},
            "dtick": 1 if depth <= 8 else 2,
            "range": [-0.5, depth + 0.5],
            "anchor": "y2",
        },
        yaxis={"title": {"text": "accuracy"}, "domain": [0.45, 1], "range": [0.45, 1.03], "tickformat": ".0%"},
        yaxis2={
            "title": {"text": "moved"},
            "domain": [0, 0.33],
            "rangemode": "tozero",
            "nticks": 4,
            "gridcolor": color("grid"),
            "automargin": True,
        },
        hovermode="x unified",
    )
    return figure


def training_figure(trained: Trained) -> go.Figure:
    """Loss of each update, or means of a few, on a log scale; accuracy on held-out points below."""
    figure = theme.figure(margin={"l": 8, "r": 8, "t": 30, "b": 8})
    if trained.updates:
        places, means, width = bin_means(trained.losses, SMOOTHED)
        figure.add_scatter(
            name="loss of each update" if width == 1 else f"loss, mean of {width} updates",
            x=(places + 1).tolist(),
            y=means.tolist(),
            mode="lines",
            line={"color": color("loss"), "width": 2},
            hovertemplate="%{y:.4f}",
        )
    each = trained.updates // max(len(trained.accuracies), 1)
    figure.add_scatter(
        name="accuracy, held-out points",
        x=(each * np.arange(1, len(trained.accuracies) + 1)).tolist(),
        y=trained.accuracies.tolist(),
        yaxis="y2",
        mode="lines",
        line={"color": color("prediction"), "width": 2},
        hovertemplate="%{y:.1%}",
    )
    figure.update_layout(
        xaxis={"title": {"text": "update"}, "range": [0, UPDATES], "anchor": "y2"},
        yaxis={"title": {"text": "loss (log scale)"}, "domain": [0.5, 1], "type": "log", **decades.wide(most=5)},
        yaxis2={
            "title": {"text": "accuracy"},
            "domain": [0, 0.38],
            "range": [0.45, 1.03],
            "tickformat": ".0%",
            "gridcolor": color("grid"),
            "automargin": True,
        },
        hovermode="x unified",
    )
    return figure


def status(state: str, trained: Trained | None) -> str:
    """What the training is doing, in a few words."""
    made = trained.updates if trained else 0
    if state == "running":
        return f"Training: update {made:,} of {UPDATES:,}" if made else "Compiling for this machine"
    words = {
        "new": "Not yet trained: random layers that move little",
        "finished": f"Trained, {made:,} updates",
        "stopped": f"Stopped after {made:,} updates",
        "failed": "Failed",
    }
    return words[state]


def verdict(trained: Trained, report: Report, linear: float) -> str:
    """What the network has learned, in plain words and numbers."""
    if not trained.updates:
        return (
            f"A **linear model**, one flat cut through the ball fitted by least squares, gets {percent(linear)} of the "
            f"held-out points right; guessing gets 50%. {'' if linear == 1 else NOT_THE_BEST}Train the layers."
        )
    parts = [
        f"The network puts **{percent(report.accuracy)}** of {2 * HELD_OUT:,} held-out points on their own colour’s "
        f"side, the fitted linear model {percent(linear)}. Each layer moves the points by {report.moved.mean():.2f} "
        "ball radii."
    ]
    if trained.settings.objective == "flatten":
        parts.append(
            f"It was asked to flatten: the points end {report.error:.1%} of a sheet’s width from their own places on "
            "flat sheets (root mean square)."
        )
    else:
        parts.append(
            "It was asked only to part the colours, and did no more: the sheets need not become flat. The points are "
            f"{report.error:.0%} of a sheet’s width away from their places on flat sheets (root mean square)."
        )
    return " ".join(parts)
