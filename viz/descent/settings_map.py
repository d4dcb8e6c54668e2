"""The map of settings: steps to arrive as a heat map over learning rate and momentum, theory drawn over it."""

import numpy as np
import plotly.graph_objects as go

from engine.descent.descent import DIVERGED, FELL, UNDEFINED
from engine.descent.settings_map import NOT_WITHIN, Choice, SettingsMap, Theory
from viz import theme
from viz.theme import color

STEPS_SCALE = [[0.0, color("data")], [0.5, color("halftone")], [1.0, color("surface")]]
"""Few steps strong, many pale."""
PALEST = 2.5
"""The scale ends at this many times the steps made, so that no cell takes the background's colour."""
TICKS = (1, 3, 10, 30, 100, 300)
RATE_TICKS = tuple(float(f"{digit}e{power}") for power in range(-7, 2) for digit in (1, 3))
LOST = {
    DIVERGED: ("diverging", "diverges", "x-thin", "loss"),
    FELL: ("falling", "falls without end", "triangle-down-open", "gradient"),
    UNDEFINED: ("ending", "ends where the function has no value", "line-ew", "neutral"),
}
"""Of each way to be lost: its cells' name, what is said of it, its sign and its colour."""
OPTIMA = {"momentum": "Polyak's optimum", "nesterov": "theory's optimum", "book": "theory's optimum"}


def map_figure(settings_map: SettingsMap, chosen: Choice, method: str, theory: Theory | None) -> go.Figure:
    """Steps needed for every learning rate (log axis) and momentum; what diverges is crossed out, theory drawn over."""
    figure = theme.figure(x_title="learning rate (log scale)", y_title="momentum", hovermode="closest")
    figure.update_layout(legend={"font": {"size": 12}})
    _add_cells(figure, settings_map)
    for code, (_, says, symbol, used) in LOST.items():
        if code == DIVERGED or (settings_map.steps == code).any():
            _add_signs(figure, settings_map, code, says, symbol, 5, used)
    _add_signs(figure, settings_map, NOT_WITHIN, f"not within {settings_map.limit} steps", "circle", 2, "muted")
    if theory:
        _add_theory(figure, theory, method)
    marks = [("your cell", chosen, "square-open", 16, "weights")]
    if settings_map.best:
        marks.insert(0, ("fewest steps", settings_map.best, "star", 12, "truth"))
    for name, place, symbol, size, used in marks:
        _add_mark(
            figure, name, (settings_map.rates[place.rate], settings_map.momenta[place.momentum]), symbol, size, used
        )
    step = np.log10(settings_map.rates[1]) - np.log10(settings_map.rates[0])
    ends = [float(np.log10(settings_map.rates[0]) - step / 2), float(np.log10(settings_map.rates[-1]) + step / 2)]
    ticks = [tick for tick in RATE_TICKS if settings_map.rates[0] <= tick <= settings_map.rates[-1]]
    figure.update_xaxes(type="log", range=ends, tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(range=[-0.015, 1.005], showgrid=False, zeroline=False)
    return figure


def _add_cells(figure: go.Figure, settings_map: SettingsMap) -> None:
    steps = settings_map.steps.T.astype(float)
    here = "learning rate %{x:.3g}, momentum %{y:.2f}<br>"
    every = dict(x=settings_map.rates.astype(float), y=settings_map.momenta, hoverongaps=False, xgap=0, ygap=0)
    fates = [(name, code, used, 0.3, says) for code, (name, says, _, used) in LOST.items()]
    late = ("late", NOT_WITHIN, "panel", 1.0, f"not within {settings_map.limit} steps")
    for name, code, used, opacity, says in (*fates, late):
        figure.add_heatmap(
            **every,
            name=name,
            z=np.where(steps == code, 0.0, np.nan),
            colorscale=[[0, color(used)], [1, color(used)]],
            showscale=False,
            opacity=opacity,
            hovertemplate=f"{here}{says}<extra></extra>",
        )
    ticks = [tick for tick in TICKS if tick <= settings_map.limit]
    figure.add_heatmap(
        **every,
        name="steps",
        z=np.log10(np.where(steps >= 0, np.maximum(steps, 1), np.nan)),
        customdata=steps,
        zmin=0,
        zmax=float(np.log10(PALEST * settings_map.limit)),
        colorscale=STEPS_SCALE,
        hovertemplate=f"{here}arrives after %{{customdata:d}} steps<extra></extra>",
        colorbar={
            "title": {"text": "steps"},
            "tickvals": np.log10(ticks),
            "ticktext": [str(tick) for tick in ticks],
            "thickness": 10,
            "outlinewidth": 0,
            "len": 0.9,
        },
    )


def _add_signs(
    figure: go.Figure, settings_map: SettingsMap, code: int, name: str, symbol: str, size: int, used: str
) -> None:
    """Colour is never the only sign: every second cell of this kind carries one too."""
    rates, momenta = np.nonzero(settings_map.steps == code)
    kept = (rates + momenta) % 2 == 0
    figure.add_scatter(
        name=name,
        mode="markers",
        x=settings_map.rates[rates[kept]].astype(float),
        y=settings_map.momenta[momenta[kept]],
        hoverinfo="skip",
        marker={"symbol": symbol, "size": size, "color": color(used), "line": {"width": 1, "color": color(used)}},
    )


def _add_theory(figure: go.Figure, theory: Theory, method: str) -> None:
    low = theory.largest_rates > 0
    rates, momenta = theory.largest_rates[low], theory.momenta[low]
    if not low.all():
        # From here on no learning rate converges: the boundary turns and runs to the left edge.
        rates, momenta = np.append(rates, [rates[-1], 1e-12]), np.append(momenta, [0.5, 0.5])
    figure.add_scatter(
        name="boundary in theory",
        mode="lines",
        x=rates,
        y=momenta,
        hoverinfo="skip",
        line={"color": color("text"), "width": 2, "dash": "dash"},
    )
    if theory.optimum:
        _add_mark(figure, OPTIMA[method], theory.optimum, "diamond-open", 13, "truth")


def _add_mark(figure: go.Figure, name: str, place: tuple[float, float], symbol: str, size: int, used: str) -> None:
    line = {"width": 2.5, "color": color(used)} if symbol.endswith("open") else {"width": 1, "color": color("surface")}
    figure.add_scatter(
        name=name,
        mode="markers",
        x=[float(place[0])],
        y=[float(place[1])],
        marker={"symbol": symbol, "size": size, "color": color(used), "line": line},
        hovertemplate=f"{name}<br>learning rate %{{x:.3g}}, momentum %{{y:.3g}}<extra></extra>",
    )
