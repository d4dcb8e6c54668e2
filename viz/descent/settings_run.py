"""One run of the map of settings: its path over the surface or curve above its loss curve, with frames."""

from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from engine.descent.settings_map import Choice, SettingsMap
from engine.descent.surfaces import Surface
from viz import theme
from viz.descent.descent import STYLES
from viz.descent.settings_words import number
from viz.theme import color

REACH = 4
"""A run is drawn until it is this many window widths outside the window."""
TRAIL = 10
SHORTEST = 40
MAX_FRAMES = 200
LOWER = {"xaxis": "x2", "yaxis": "y2"}
HEIGHTS = [[0, color("loss")], [1, color("edge")]]
"""Lines of equal loss: its own colour where it is low."""
Grid = tuple[np.ndarray, np.ndarray]


class Drawn(NamedTuple):
    """What is drawn of a run: x, y, heights (last + 1,): coordinates in the upper picture (y is the loss on a curve)
    and loss above the lowest one, nan where it is none; goal: the loss to reach, above the lowest. A function without
    a floor has no lowest loss: heights are then the losses themselves, floored is false, and goal is nan."""

    x: np.ndarray
    y: np.ndarray
    heights: np.ndarray
    losses: np.ndarray
    last: int
    goal: float
    curve: bool
    floored: bool


def drawn(surface: Surface, settings_map: SettingsMap, chosen: Choice, points: np.ndarray, losses: np.ndarray) -> Drawn:
    """A run (steps + 1, d), (steps + 1,) until it leaves, or for three times the steps it needs, at least 40."""
    low, high = np.array(surface.window, float).T
    points, losses = np.asarray(points, float), np.asarray(losses, float)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(points - (low + high) / 2) <= (REACH + 0.5) * (high - low)).all(1)
        heights = losses - (settings_map.lowest if settings_map.attained else 0)
    arrival = int(settings_map.steps[chosen])
    last = settings_map.limit if arrival < 0 else min(settings_map.limit, max(3 * arrival, SHORTEST))
    if not inside.all():
        last = min(last, max(int(np.argmin(inside)) - 1, 0))
    heights = np.where(np.isfinite(heights) & ((heights > 0) | (not settings_map.attained)), heights, np.nan)
    goal = settings_map.goal - settings_map.lowest if settings_map.attained else np.nan
    curve = points.shape[1] == 1
    upright = np.where(np.isfinite(losses), losses, np.nan) if curve else points[:, -1]
    kept = slice(last + 1)
    return Drawn(points[kept, 0], upright[kept], heights[kept], losses[kept], last, goal, curve, settings_map.attained)


def run_figure(surface: Surface, grid: Grid, run: Drawn, method: str) -> go.Figure:
    """Its path over the surface or curve, above its loss curve; frames for its steps.

    grid: axes and values of ``surfaces.grid``.
    """
    figure = theme.figure(showlegend=False, hovermode="closest")
    _add_ground(figure, grid, run)
    used = color(STYLES[method][0])
    figure.add_scatter(name="path", mode="lines+markers", x=run.x, y=run.y, opacity=0.45, hoverinfo="skip",
                       line={"color": used, "width": 1.5}, marker={"size": 4})  # fmt: skip
    figure.add_scatter(
        name="loss",
        mode="lines",
        x=np.arange(run.last + 1),
        y=run.heights,
        **LOWER,
        line={"color": color("loss")},
        hovertemplate=f"step %{{x}}: %{{y:.3g}}{' above the lowest' if run.floored else ''}<extra></extra>",
    )
    goal = [run.goal if run.floored else None] * 2
    figure.add_scatter(name="goal", mode="lines", x=[0, max(run.last, 1)], y=goal, **LOWER, hoverinfo="skip",
                       line={"color": color("text"), "width": 1, "dash": "dash"})  # fmt: skip
    _add_moving(figure, _moved(run, run.last), used)
    _add_minima(figure, surface, grid)
    figure.frames = [
        {"name": f"step {step}: loss {number(run.losses[step])}", "traces": [4, 5, 6], "data": _moved(run, step)}
        for step in frame_steps(run.last)
    ]
    figure.update_layout(**_axes(surface, grid, run))
    return figure


def frame_steps(last: int) -> range:
    """The steps that have a frame: all, or every second where there are more than 200.

    >>> frame_steps(400)[-1], len(frame_steps(400)), len(frame_steps(200))
    (400, 201, 201)
    """
    return range(0, last + 1, 1 if last <= MAX_FRAMES else 2)


def _add_ground(figure: go.Figure, grid: Grid, run: Drawn) -> None:
    """The curve itself, or contour lines of the surface: above a floor on a log scale of the height, else evenly."""
    axes, values = grid
    finite = np.where(np.isfinite(values), values.astype(float), np.nan)
    if run.curve:
        figure.add_scatter(
            name="curve", mode="lines", x=axes[0], y=finite, hoverinfo="skip", line={"color": color("loss"), "width": 2}
        )
        return
    heights = finite - np.nanmin(finite, initial=np.inf)
    scaled = np.log10(heights + 1e-3 * np.nanmax(heights, initial=1e-6)) if run.floored else heights
    figure.add_contour(
        name="surface",
        x=axes[0],
        y=axes[1],
        showscale=False,
        ncontours=14,
        line={"width": 1},
        z=scaled.astype(np.float32),
        customdata=finite.astype(np.float32),
        contours={"coloring": "lines"},
        colorscale=HEIGHTS,
        hovertemplate="x %{x:.3g}, y %{y:.3g}: %{customdata:.3g}<extra></extra>",
    )


def _moved(run: Drawn, step: int) -> list[dict[str, Any]]:
    """Only what a step changes: the last few points, the ball, the place on the loss curve."""
    trail, here = slice(max(0, step - TRAIL), step + 1), slice(step, step + 1)
    return [
        {"type": "scatter", "x": _listed(run.x[trail]), "y": _listed(run.y[trail])},
        {"type": "scatter", "x": _listed(run.x[here]), "y": _listed(run.y[here])},
        {"type": "scatter", "x": [step], "y": _listed(run.heights[here])},
    ]


def _listed(part: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(f"{value:.5g}") for value in part]


def _add_moving(figure: go.Figure, moved: list[dict[str, Any]], used: str) -> None:
    trail, ball, place = moved
    dot = {"size": 12, "color": used, "line": {"width": 2, "color": color("surface")}}
    figure.add_scatter(**trail, name="last steps", mode="lines", line={"color": used, "width": 3}, hoverinfo="skip")
    figure.add_scatter(**ball, name="now", mode="markers", marker=dot, hoverinfo="skip")
    figure.add_scatter(
        **place,
        **LOWER,
        name="loss now",
        mode="markers",
        hoverinfo="skip",
        marker=dot | {"size": 9, "color": color("loss")},
    )


def _add_minima(figure: go.Figure, surface: Surface, grid: Grid) -> None:
    """Known minima; on a curve at its height there."""
    places = np.array(surface.minima, float).reshape(-1, len(surface.window))
    if places.shape[1] == 1:
        places = np.append(places, np.interp(places, grid[0][0], grid[1]), axis=1)
    figure.add_scatter(
        name="minimum",
        mode="markers",
        x=places[:, 0],
        y=places[:, 1],
        hovertemplate="minimum<extra></extra>",
        marker={"symbol": "cross-thin", "size": 11, "line": {"width": 2, "color": color("text")}},
    )


def _axes(surface: Surface, grid: Grid, run: Drawn) -> dict[str, Any]:
    sides = list(surface.window)
    if run.curve:
        values = grid[1][np.isfinite(grid[1])]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        sides.append((low - 0.06 * (high - low), high + 0.06 * (high - low)))
    bare = {"showgrid": False, "zeroline": False}
    return {
        "xaxis": {"title": _title("x"), "range": list(sides[0]), "anchor": "y", **bare},
        "yaxis": {"title": _title("loss" if run.curve else "y"), "range": list(sides[1]), "domain": [0.44, 1], **bare},
        "xaxis2": {"title": _title("step"), "range": [0, max(run.last, 1)], "anchor": "y2"},
        "yaxis2": {"domain": [0, 0.3], "anchor": "x2", "nticks": 5, "exponentformat": "power", **_height_axis(run)},
    }


def _height_axis(run: Drawn) -> dict[str, Any]:
    """From a little below the goal to the highest loss, on a log scale; without a floor, all losses as they are."""
    if not run.floored:
        low, high = np.nanmin(run.heights, initial=0.0), np.nanmax(run.heights, initial=0.0)
        room = 0.06 * (high - low) or 1.0
        return {"title": _title("loss"), "type": "linear", "range": [float(low - room), float(high + room)]}
    base = run.goal / 30 if run.goal > 0 else 1e-12
    ends = [float(np.log10(base)), float(np.log10(np.nanmax(run.heights, initial=30 * base))) + 0.3]
    return {"title": _title("loss above the lowest"), "type": "log", "range": ends}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 4}
