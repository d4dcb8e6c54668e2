"""The run as one picture: loss, accuracy, the weights, and the probabilities of one digit, scrubbed together."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from engine.training.runner import Snapshot
from engine.training.timeline import Limits, Moment
from viz import decades, theme
from viz.theme import color

MAX_POINTS = 400
TILES = (3, 4)
TILE_GAP = 2
PANELS = 6
TITLES = (
    "Loss (log scale)",
    "Accuracy",
    "What 12 hidden units look for",
    "Weights of layer 1",
    "Weights of layer 2",
)


def weight_tiles(weights: np.ndarray, limit: float) -> np.ndarray:
    """Incoming weights (784, up to 12) of hidden units as 28×28 images in one grid → int8, ±127 at ±limit."""
    rows, columns = TILES
    tiles = np.zeros((rows, columns, 28 + TILE_GAP, 28 + TILE_GAP), np.int8)
    shown = weights.shape[1]
    images = np.nan_to_num(np.clip(weights.astype(np.float32) / limit, -1, 1)).T.reshape(shown, 28, 28)
    for unit, image in enumerate(images):
        tiles[unit // columns, unit % columns, :28, :28] = np.round(127 * image)
    return tiles.transpose(0, 2, 1, 3).reshape(rows * (28 + TILE_GAP), columns * (28 + TILE_GAP))


def bin_means(values: np.ndarray, most: int = MAX_POINTS) -> tuple[np.ndarray, np.ndarray, int]:
    """Means over runs of k values, k the smallest power of two that leaves at most ``most`` points.

    Returns the last index of each run, its mean, and k; a run that is not full yet is left out once k > 1.

    >>> bin_means(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), most=3)
    (array([1, 3]), array([2., 6.]), 2)
    """
    width = 1
    while len(values) / width > most:
        width *= 2
    full = len(values) // width
    return np.arange(full) * width + width - 1, values[: full * width].reshape(full, width).mean(axis=1), width


def run_figure(
    run: Snapshot, moments: Sequence[Moment], limits: Limits, *, scored: str, truth: int | None
) -> go.Figure:
    """The whole picture at the last of the moments; with more than one, a frame for each.

    scored says which digit the probabilities are of; truth is its label, outlined, or None if nobody knows.
    """
    # Plain dicts: Plotly checks them once, inside the figure, which halves the time of a poll.
    traces = [*_curve_traces(run), *_moment_traces(moments[-1], run, limits, truth)]
    moving = list(range(len(traces) - 6, len(traces)))
    frames = [
        go.Frame(name=_frame_name(moment.update, run), data=_frame_changes(moment, run, limits), traces=moving)
        for moment in moments
    ]
    return go.Figure(traces, _layout(run, scored), frames if len(moments) > 1 else None)


def narrow_layout() -> dict[str, dict]:
    """Axis domains that stack the six panels in one column, for phones."""
    height = 1 / PANELS
    layout: dict[str, dict] = {}
    for position in range(PANELS):
        top = 1 - position * height
        layout[_axis("x", position)] = {"domain": [0, 1]}
        layout[_axis("y", position)] = {"domain": [top - 0.68 * height, top - 0.06 * height]}
    return layout


def _axis(letter: str, position: int) -> str:
    return f"{letter}axis{position + 1 if position else ''}"


def _frame_name(update: int, run: Snapshot) -> str:
    return f"update {update:,} · epoch {update / run.updates_per_epoch:.2f}"


def _layout(run: Snapshot, scored: str) -> dict:
    legend = theme.layout()["legend"] | {"y": 1.03, "font": {"size": 12}}
    titles = [*TITLES[:2], scored, *TITLES[2:]]
    axes, annotations = _axis_styles(run), []
    for position, title in enumerate(titles):
        row, column = divmod(position, 3)
        left, top = column * 0.355, 0.96 - row * 0.53
        x, y = _axis("x", position), _axis("y", position)
        short_x, short_y = x.replace("axis", ""), y.replace("axis", "")
        axes[x] |= {"domain": [left, left + 0.29], "anchor": short_y}
        axes[y] |= {"domain": [top - 0.36, top], "anchor": short_x}
        place = {"xref": f"{short_x} domain", "x": 0, "xanchor": "left", "yref": f"{short_y} domain", "y": 1.03}
        annotations.append(
            {"text": f"<b>{title}</b>", "showarrow": False, "yanchor": "bottom", "font": {"size": 13}} | place
        )
    margin = {"l": 48, "r": 8, "t": 8, "b": 8}
    return theme.layout(barmode="overlay", margin=margin, legend=legend, annotations=annotations, **axes)


def _axis_styles(run: Snapshot) -> dict[str, dict]:
    recent = run.epochs.accuracy[-1] if len(run.epochs.accuracy) else 1.0
    lowest = 0.8 if recent > 0.82 else 0.0
    epochs = {"title": {"text": "epoch", "standoff": 4}, "range": [0, run.total / run.updates_per_epoch]}
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "fixedrange": True}
    weight = {"fixedrange": True, "title": {"text": "weight", "standoff": 4}}
    share = {"fixedrange": True, "rangemode": "tozero", "tickformat": ".0%", "nticks": 4}
    signs = {"text": "orange: against ink here, blue: for it", "standoff": 4}
    return {
        "xaxis": dict(epochs),
        "yaxis": decades.axis(*_loss_range(run)) | {"title": {"text": "nats", "standoff": 4}},
        "xaxis2": dict(epochs),
        "yaxis2": {"range": [lowest, 1.0], "tickformat": ".0%"},
        "xaxis3": {"dtick": 1, "fixedrange": True, "title": {"text": "class", "standoff": 4}, "range": [-0.6, 9.6]},
        "yaxis3": {"fixedrange": True, "range": [0, 1], "tickformat": ".0%"},
        "xaxis4": bare | {"title": signs, "constrain": "domain"},
        "yaxis4": bare | {"autorange": "reversed", "scaleanchor": "x4", "constrain": "domain"},
        "xaxis5": dict(weight),
        "yaxis5": dict(share),
        "xaxis6": dict(weight),
        "yaxis6": dict(share),
    }


def _loss_range(run: Snapshot) -> list[float]:
    """Powers of ten that bound the loss axis: 0.02 to 3, wider by whole powers where the run leaves that."""
    seen = np.concatenate([run.loss, run.epochs.loss, run.epochs.test_loss])
    seen = seen[np.isfinite(seen) & (seen > 0)]
    low, high = math.log10(0.02), math.log10(3)
    if len(seen):
        most, least = math.log10(seen.max()), math.log10(max(min(run.epochs.loss, default=1.0), 1e-6))
        low = low if least > low else math.floor(least)
        high = high if most < high else math.ceil(most)
    return [low, high]


def _curve_traces(run: Snapshot) -> list[dict]:
    epochs = run.epochs
    return [
        *_panel_curves(1, "loss", run, run.loss, epochs.loss, epochs.test_loss),
        *_panel_curves(2, "prediction", run, run.accuracy, epochs.accuracy, epochs.test_accuracy),
    ]


def _panel_curves(
    panel: int, meaning: str, run: Snapshot, values: np.ndarray, mean: np.ndarray, test: np.ndarray
) -> list[dict]:
    """Every update light, the epochs bold, the test set dotted; the legend names them once, for both panels."""
    shared = {"type": "scatter", "xaxis": f"x{panel}", "yaxis": f"y{panel}", "showlegend": panel == 1}
    last, means, width = bin_means(values)
    light = shared | {
        "x": (last + 1) / run.updates_per_epoch,
        "y": means.astype(np.float32),
        "mode": "lines",
        "name": "each update" if width == 1 else f"mean of {width} updates",
        "line": {"color": color(meaning), "width": 1},
        "opacity": 0.45,
        "legendgroup": "update",
        "hoverinfo": "skip",
    }
    bold = shared | {"x": np.arange(1, len(mean) + 1), "mode": "lines+markers"}
    training = bold | {
        "y": mean,
        "name": "training, mean of the epoch",
        "legendgroup": "training",
        "line": {"color": color(meaning), "width": 3},
        "marker": {"size": 8},
    }
    tested = bold | {
        "y": test,
        "name": "test, at the epoch's end",
        "legendgroup": "test",
        "line": {"color": color("truth"), "width": 3, "dash": "dot"},
        "marker": {"size": 9, "symbol": "diamond"},
    }
    return [light, training, tested]


def _cursor(update: int, run: Snapshot, panel: int) -> tuple[list[float], list[float]]:
    """Ends of the vertical line that marks the moment shown, in the panel's own units."""
    position = update / run.updates_per_epoch
    low, high = (10**power for power in _loss_range(run)) if panel == 1 else (0.0, 1.0)
    return [position, position], [low, high]


def _cursor_trace(moment: Moment, run: Snapshot, panel: int) -> dict:
    x, y = _cursor(moment.update, run, panel)
    return dict(
        type="scatter",
        x=x,
        y=y,
        mode="lines",
        name=f"cursor {panel}",
        xaxis=f"x{panel}",
        yaxis=f"y{panel}",
        line={"color": color("muted"), "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )


def _moment_traces(moment: Moment, run: Snapshot, limits: Limits, truth: int | None) -> list[dict]:
    outline = [3 if digit == truth else 0 for digit in range(10)]
    return [
        _cursor_trace(moment, run, 1),
        _cursor_trace(moment, run, 2),
        dict(
            type="bar",
            x=np.arange(10),
            y=moment.probabilities,
            name="probabilities",
            xaxis="x3",
            yaxis="y3",
            showlegend=False,
            marker={"color": color("prediction"), "line": {"color": color("truth"), "width": outline}},
            hovertemplate="class %{x}: %{y:.1%}<extra></extra>",
        ),
        dict(
            type="heatmap",
            z=weight_tiles(moment.hidden_weights, limits.hidden),
            zmin=-127,
            zmax=127,
            colorscale=theme.DIVERGING,
            showscale=False,
            name="weights",
            xaxis="x4",
            yaxis="y4",
            hoverinfo="skip",
        ),
        _histogram_trace(moment.hidden, limits.hidden, "hidden", 5),
        _histogram_trace(moment.output, limits.output, "output", 6),
    ]


def _histogram_trace(shares: np.ndarray, limit: float, name: str, panel: int) -> dict:
    width = 2 * limit / len(shares)
    return dict(
        type="bar",
        x=np.linspace(-limit + width / 2, limit - width / 2, len(shares)),
        y=shares,
        width=width,
        name=name,
        xaxis=f"x{panel}",
        yaxis=f"y{panel}",
        showlegend=False,
        marker={"color": color("weights"), "line": {"width": 0}},
        hovertemplate="%{y:.1%} of the weights near %{x:.3f}<extra></extra>",
    )


def _frame_changes(moment: Moment, run: Snapshot, limits: Limits) -> list[dict]:
    (x1, y1), (x2, y2) = (_cursor(moment.update, run, panel) for panel in (1, 2))
    return [
        dict(type="scatter", x=x1, y=y1),
        dict(type="scatter", x=x2, y=y2),
        dict(type="bar", y=moment.probabilities),
        dict(type="heatmap", z=weight_tiles(moment.hidden_weights, limits.hidden)),
        dict(type="bar", y=moment.hidden),
        dict(type="bar", y=moment.output),
    ]
