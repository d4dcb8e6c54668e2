"""Where balls with more and more momentum come to rest: a strip for each learning rate, and the same in sentences."""

import numpy as np
import plotly.graph_objects as go

from engine.descent.local_minima import GONE, LEFT, MOVING, RIGHT, Band, Sweep, bands, smallest_on_slider
from viz import theme
from viz.theme import color

ENDS = {
    LEFT: ("rests on the left", "triangle-left", "halftone", "text"),
    RIGHT: ("rests on the right", "triangle-right", "gradient", "surface"),
    MOVING: ("not at rest", "circle-open", "panel", "text"),
    GONE: ("diverges", "x-thin", "loss", "surface"),
}
"""Of each end: its name, its sign, the colour of its cells, the colour of its signs."""
SIGN_EVERY = 10
NUMBER_WIDTH = 0.22


def sweep_figure(swept: Sweep, rate: int, momentum: float) -> go.Figure:
    """Ends for 200 momenta (across) and 9 learning rates (rows); each row's threshold, and the reader's momentum."""
    figure = theme.figure(x_title="momentum", y_title="learning rate", hovermode="closest")
    rows = [f"{value:g}" for value in swept.rates]
    for end, (name, symbol, cells, sign) in ENDS.items():
        here = swept.ends == end
        figure.add_heatmap(
            name=name,
            x=swept.momenta,
            y=rows,
            z=np.where(here, 0.0, np.nan),
            showscale=False,
            hoverongaps=False,
            ygap=3,
            showlegend=bool(here.any()),
            colorscale=[[0, color(cells)], [1, color(cells)]],
            hovertemplate=f"learning rate %{{y}}, momentum %{{x:.3f}}: {name}<extra></extra>",
        )
        row, column = np.nonzero(here & _signed(swept))
        if here.any():
            line = {"width": 1, "color": color(sign)}
            figure.add_scatter(
                name=name,
                mode="markers",
                x=swept.momenta[column],
                y=[rows[index] for index in row],
                hoverinfo="skip",
                marker={"symbol": symbol, "size": 7, "color": color(sign), "line": line},
                showlegend=False,
            )
    _add_thresholds(figure, swept, rows)
    diamond = {"symbol": "diamond", "size": 14, "line": {"width": 2, "color": color("surface")}}
    figure.add_scatter(
        name="your momentum",
        mode="markers",
        x=[momentum],
        y=[rows[rate]],
        marker=diamond | {"color": color("weights")},
        hovertemplate="your momentum: %{x:.2f}<extra></extra>",
    )
    figure.update_xaxes(range=[-0.005, 1.0], showgrid=False, zeroline=False)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=rows, showgrid=False)
    return figure


def _signed(swept: Sweep) -> np.ndarray:
    """Which cells carry a sign: every tenth, but none where a threshold's number is written."""
    every = np.arange(swept.momenta.size) % SIGN_EVERY == SIGN_EVERY // 2
    leaves = np.array([known.leaves if known else np.inf for known in swept.thresholds])[:, None]
    return every & ~((swept.momenta > leaves - NUMBER_WIDTH) & (swept.momenta <= leaves))


def _add_thresholds(figure: go.Figure, swept: Sweep, rows: list[str]) -> None:
    found = [(row, known.leaves) for row, known in zip(rows, swept.thresholds, strict=True) if known]
    figure.add_scatter(
        name="smallest momentum that escapes",
        mode="markers+text",
        x=[leaves for _, leaves in found],
        y=[row for row, _ in found],
        text=[f"{leaves:.3f} " for _, leaves in found],
        textposition="middle left",
        textfont={"color": color("text"), "size": 12},
        marker={"symbol": "line-ns-open", "size": 26, "color": color("text"), "line": {"width": 3}},
        hovertemplate="learning rate %{y}: escapes from momentum %{x:.4f}<extra></extra>",
    )


def guess_words(rate: float, momentum: float, end: int) -> str:
    """Where the ball with the sliders' settings comes to rest."""
    outcome = {
        LEFT: "the ball comes to rest on the **left**, in the higher valley",
        RIGHT: "the ball comes to rest on the **right**, in the lower valley",
        MOVING: "the ball is not at rest after 2,000 steps",
        GONE: "the ball flies off for good: the run diverges",
    }[end]
    return f"With learning rate {rate:g} and momentum {momentum:.2f} {outcome}."


def threshold_words(swept: Sweep, rate: int, momentum: float) -> str:
    """The threshold for one learning rate, how near the reader came, and what happens above it."""
    known, least = swept.thresholds[rate], smallest_on_slider(swept, rate)
    bands_above = _bands_words(bands(swept, rate))
    if known is None or least is None:
        return (
            f"With learning rate {swept.rates[rate]:g} the sweep meets no change from staying to leaving. {bands_above}"
        )
    verdict = f"The smallest on the slider that escapes is {least:.2f}"
    verdict += {0: ": you have found it", 1: f"; yours is {momentum - least:.2f} above it"}.get(
        int(np.sign(round(momentum - least, 6))), f"; yours is {least - momentum:.2f} below it"
    )
    return (
        f"**Bisection**, learning rate {swept.rates[rate]:g}: with momentum {known.stays:.4f} the ball stays, with "
        f"{known.leaves:.4f} it leaves. {verdict}. {bands_above}"
    )


def _bands_words(found: list[Band]) -> str:
    escaping = [band for band in found if band.end == RIGHT]
    if not escaping:
        return ""
    returning = [band.first for band in found if band.end == LEFT and band.first > escaping[0].last]
    if not returning:
        return "Every larger momentum tried with which the ball comes to rest takes it there too."
    return (
        f"More momentum is not always enough: {len(escaping)} separate bands end on the right, and from "
        f"{returning[0]:.3f} on the ball first swings back over the hill and rests on the left again."
    )
