"""The U-curve of a gradient check against epsilon, its two ends digit by digit; a unit's weights as pictures; costs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.backprop.gradient_check import EPSILONS, Side, Sweep
from engine.backprop.gradient_check_cost import Cost
from engine.descent import naive_search
from engine.descent.naive_search import Slopes
from engine.numbers import number, power_of_ten
from engine.training.network import Params
from viz import theme
from viz.descent import naive_search as naive_figures
from viz.descent.naive_search import amount, duration
from viz.tensors.cells import Frame, Relation, Scene, arrange, first_cells, tensor_block, tensor_layout

COLORS = {"float32": "loss", "float64": "data"}
FLOOR = 1e-17
"""Where an error of exactly 0, which has no logarithm, is drawn."""
DIGITS = {"float32": 9, "float64": 17}
"""Significant digits that tell every number of a dtype from its neighbours."""
NARROW_HEIGHT = 780
HEIGHT = 610
NARROW = {
    "yaxis": {"domain": [0.5, 1]},
    "yaxis2": {"domain": [0.22, 0.42]},
    "xaxis2": {"domain": [0, 1]},
    "yaxis3": {"domain": [0, 0.2]},
    "xaxis3": {"domain": [0, 1]},
}
"""The layout for phones: the two lists of numbers below each other."""


def sweep_figure(sweep: Sweep) -> go.Figure:
    """Relative error against epsilon, both logarithmic; one frame per epsilon with f(w ± ε) written out below."""
    figure = theme.figure(x_title="ε", y_title="relative error")
    for dtype, side in _sides(sweep):
        _error_traces(figure, sweep, dtype, side)
    _theory_traces(figure, sweep)
    moving = len(figure.data)
    last = len(EPSILONS) - 1
    for place, trace in enumerate(_moving(sweep, last)):
        figure.add_trace(trace if place < 2 else trace.update(xaxis=f"x{place}", yaxis=f"y{place}"))
    figure.frames = [
        {"name": f"ε = {amount(EPSILONS[k])}", "data": _changes(sweep, k), "traces": list(range(moving, moving + 4))}
        for k in range(len(EPSILONS))
    ]
    return _axes(figure)


def _sides(sweep: Sweep) -> tuple[tuple[str, Side], tuple[str, Side]]:
    return ("float32", sweep.single), ("float64", sweep.double)


def _error_traces(figure: go.Figure, sweep: Sweep, dtype: str, side: Side) -> None:
    color = theme.color(COLORS[dtype])
    figure.add_scatter(
        name=f"{dtype}, measured",
        mode="lines+markers",
        x=EPSILONS,
        y=np.where(side.errors > 0, side.errors, np.nan),
        line={"color": color, "width": 1.5},
        marker={"color": color, "size": 5},
        hovertemplate="ε = %{x:.1e}<br>error %{y:.2e}<extra></extra>",
    )
    exact = EPSILONS[side.errors == 0]
    figure.add_scatter(
        name=f"{dtype}, error exactly 0",
        mode="markers",
        x=exact,
        y=np.full(len(exact), FLOOR),
        marker={"color": color, "size": 7, "symbol": "circle-open"},
        showlegend=False,
        hovertemplate="ε = %{x:.1e}<br>no error<extra></extra>",
    )
    if sweep.slope:
        figure.add_scatter(
            name=f"{dtype}, expected",
            mode="lines",
            x=EPSILONS,
            y=side.expected / abs(sweep.slope),
            line={"color": color, "width": 1.5, "dash": "dash"},
            hoverinfo="skip",
        )


def _theory_traces(figure: go.Figure, sweep: Sweep) -> None:
    """The theoretical optima as diamonds, autodiff's own error in float32, and where corners lie within ±ε."""
    marks = [
        (side.optimum, _expected_at(sweep, side), COLORS[dtype])
        for dtype, side in _sides(sweep)
        if np.isfinite(side.optimum) and side.optimum > 0 and sweep.slope
    ]
    figure.add_scatter(
        name="ε* by theory",
        mode="markers",
        x=[mark[0] for mark in marks],
        y=[mark[1] for mark in marks],
        marker={
            "symbol": "diamond",
            "size": 12,
            "color": [theme.color(mark[2]) for mark in marks],
            "line": {"color": theme.color("text"), "width": 1.5},
        },
        hovertemplate="ε* = %{x:.1e}<extra></extra>",
    )
    own = abs(sweep.single.slope - sweep.slope) / abs(sweep.slope) if sweep.slope else 0.0
    if own:
        figure.add_scatter(
            name="autodiff in float32",
            mode="lines",
            x=EPSILONS[[0, -1]],
            y=[own, own],
            line={"color": theme.color("gradient"), "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    if sweep.corners.any():
        inside = EPSILONS[sweep.corners > 0]
        figure.add_scatter(
            name="a corner within ±ε",
            mode="markers",
            x=inside,
            y=np.full(len(inside), 6.0),
            marker={"symbol": "x", "size": 7, "color": theme.color("weights")},
            hovertemplate="within ±%{x:.1e} the function has a corner<extra></extra>",
        )


def _expected_at(sweep: Sweep, side: Side) -> float:
    """The expected relative error at eps*: truncation is a third of it, rounding the rest."""
    return float(side.optimum**2 * abs(sweep.third) / 2 / abs(sweep.slope))


def _moving(sweep: Sweep, k: int) -> list[go.Scatter]:
    """What belongs to one epsilon: a large point on each curve, and the numbers of both dtypes."""
    points: list[dict[str, Any]] = [
        {
            "name": f"{dtype}, this ε",
            "mode": "markers",
            "marker": {
                "color": theme.color("surface"),
                "size": 13,
                "line": {"color": theme.color(COLORS[dtype]), "width": 3},
            },
        }
        for dtype in COLORS
    ]
    numbers: list[dict[str, Any]] = [
        {
            "name": f"{dtype}, numbers",
            "mode": "text",
            "x": [0],
            "y": [1],
            "textposition": "bottom right",
            "textfont": {"family": "monospace", "size": 13},
            "cliponaxis": False,
        }
        for dtype in COLORS
    ]
    return [
        go.Scatter(style | change, showlegend=False, hoverinfo="skip")
        for style, change in zip(points + numbers, _changes(sweep, k), strict=True)
    ]


def _changes(sweep: Sweep, k: int) -> list[dict[str, Any]]:
    """What of these four traces differs from epsilon to epsilon."""
    sides = _sides(sweep)
    places = [{"x": [EPSILONS[k]], "y": [max(float(side.errors[k]), FLOOR)]} for _, side in sides]
    return places + [{"text": [number_lines(sweep, dtype, k)]} for dtype, _ in sides]


def number_lines(sweep: Sweep, dtype: str, k: int) -> str:
    """f(w + ε), f(w − ε), their quotient and the derivative of one dtype; digits in which two agree are underlined."""
    side = dict(_sides(sweep))[dtype]
    above, below = written((side.above[k], side.below[k]), DIGITS[dtype])
    same = agreeing(above, below)
    quotient, slope = written((side.quotients[k], sweep.slope), DIGITS[dtype])
    right = agreeing(quotient, slope)
    lines = [
        f"<b>{dtype}</b>",
        f"f(w+ε)   {_marked(above, same, 'muted')}",
        f"f(w−ε)   {_marked(below, same, 'muted')}",
        f"quotient {_marked(quotient, right, 'gradient')}",
        f"autodiff {_marked(slope, right, 'gradient')}",
        f"relative error {amount(float(f'{side.errors[k]:.2g}'))}",
    ]
    if sweep.corners[k]:
        lines.append("<b>×</b> a corner within ±ε")
    return "<br>".join(lines)


def written(values: Sequence[float], digits: int) -> tuple[str, ...]:
    """Numbers with the same place of their last digit, the largest with so many significant digits.

    >>> written((1234.5678, -0.25), 6)
    ('1234.57', '−0.25')
    >>> written((2.5e-7, 1e-9), 3)
    ('2.50·10⁻⁷', '0.01·10⁻⁷')
    """
    if not np.isfinite(values).all():
        return tuple(number(value) for value in values)
    size = max(abs(float(value)) for value in values)
    power = int(np.floor(np.log10(size))) if size else 0
    factor, behind = (10.0**power, f"·{power_of_ten(power)}") if abs(power) > 4 else (1.0, "")
    decimals = max(digits - 1 - (0 if behind else power), 0)
    return tuple(f"{float(value) / factor:.{decimals}f}{behind}".replace("-", "−") for value in values)


def agreeing(first: str, second: str) -> int:
    """How many characters two texts have in common from the left.

    >>> agreeing("0.12345", "0.12399")
    5
    """
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _marked(text: str, count: int, color: str) -> str:
    same = f'<span style="color:{theme.color(color)}"><u>{text[:count]}</u></span>' if count else ""
    return same + text[count:]


def _axes(figure: go.Figure) -> go.Figure:
    powers = list(range(-10, 0))
    figure.update_layout(margin={"l": 8, "r": 12, "t": 8, "b": 8})
    figure.update_xaxes(
        type="log",
        range=[-10.3, -0.7],
        tickvals=[10.0**power for power in powers],
        ticktext=[power_of_ten(power) for power in powers],
    )
    figure.update_yaxes(type="log", range=[-17.6, 1.6], dtick=4, exponentformat="power")
    figure.update_layout(yaxis={"domain": [0.4, 1]})
    blank = {"visible": False, "range": [0, 1], "fixedrange": True, "type": "linear"}
    for place, left in ((2, 0.0), (3, 0.52)):
        figure.update_layout(
            {
                f"xaxis{place}": blank | {"domain": [left, left + 0.48], "anchor": f"y{place}"},
                f"yaxis{place}": blank | {"domain": [0, 0.27], "anchor": f"x{place}"},
            }
        )
    return figure


SIDE = 28


def unit_scene(params: Params, found: Slopes, unit: int, pixel: int | None) -> Scene:
    """W1[:, unit] and its gradient as two pictures of 28 × 28; ``pixel`` is lit. Pointing says both numbers."""
    values, slopes = np.asarray(params.W1)[:, unit], found.gradient.W1[:, unit]
    names = (f"W1[:, {unit}]", f"gradient of W1[:, {unit}]")
    blocks = [
        tensor_block(picture.reshape(SIDE, SIDE), name, limit=SIDE, fill="signed")._replace(
            texts=[""] * SIDE**2, values=[f"{value:.3g}" for value in picture]
        )
        for picture, name in zip((values, slopes), names, strict=True)
    ]
    layouts = [tensor_layout(block, place)._replace(axes=()) for place, block in enumerate(blocks)]
    wide = arrange(layouts, names=names)
    narrow = arrange(layouts, names=names, narrow=True, downward=True)
    first = first_cells(blocks)
    relations: dict[int, Relation] = {}
    for row in range(SIDE**2):
        cells = [start + row for start in first]
        words = f"W1[{row}, {unit}] = {amount(float(values[row]))}, derivative {amount(float(slopes[row]))}"
        relations |= dict.fromkeys(cells, Relation({"gradient": cells}, words))
    alt = f"The weights of hidden unit {unit} and their gradient, as two pictures of 28 by 28 pixels. Click a pixel."
    lit = {} if pixel is None else {"gradient": [start + pixel for start in first]}
    caption = alt if pixel is None else f"Chosen: {relations[pixel].text}."
    return Scene(tuple(blocks), (wide,), (Frame(caption, lit=lit),), alt, (narrow,), relations=relations)


def cost_figure(cost: Cost | None, weights: int) -> go.Figure:
    """One forward pass, one backward pass, and all finite differences, extrapolated, as bars on a log scale."""
    known = None
    if cost is not None and cost.pairs:
        known = naive_search.Cost(float(np.median(cost.pairs)) / 2, cost.backward, len(cost.pairs), 2 * weights)
    return naive_figures.cost_figure(known, 2 * weights)


def cost_words(cost: Cost | None, state: str, weights: int) -> str:
    """What was measured and what was not, as Markdown."""
    if cost is None or state == "new":
        return (
            "Press **Measure**: a backward pass is timed, then two forward passes for each of up to 200 weights drawn "
            "at random."
        )
    if cost.waiting and state == "running":
        return "Waiting for another measurement on this machine."
    if not cost.pairs:
        return "Timing the backward pass." if state == "running" else "Stopped before the first weight."
    begun = {"running": "So far", "stopped": "Stopped early", "failed": "Ended early"}.get(state, "Measured")
    return (
        f"{begun}: **{len(cost.pairs)}** of {weights:,} weights, {duration(float(np.median(cost.pairs)))} for the two "
        f"forward passes of one weight (median); one backward pass {duration(cost.backward)}. **Extrapolated** from "
        f"this sample, finite differences for all {weights:,} weights would take **{duration(cost.naive)}**: "
        f"**{cost.ratio:,.0f} times** as long as the backward pass, which gives them all. On the sample the two "
        f"methods differ by {amount(float(f'{cost.disagreement:.2g}'))} of their size."
    )
