"""The gradient of W1 as one image for each hidden unit: a gallery, and one unit's weights beside its gradient."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from engine.backprop.network_graph_units import Units
from viz import theme
from viz.backprop.graph_words import count, number

SIDE = 8
ON_A_PAGE = SIDE * SIDE
ACROSS, DOWN, LABEL = 30, 37, 8
"""Cells from one image to the next; above each stand LABEL free ones for its number."""


def ordered(units: Units, *, largest_first: bool) -> np.ndarray:
    """Numbers of the units in the order of the gallery: as they are, or by the norm of their gradients."""
    return np.argsort(-np.nan_to_num(units.norms), kind="stable") if largest_first else np.arange(len(units.norms))


def gallery_figure(units: Units, shown: np.ndarray, *, selected: int, own_scale: bool) -> go.Figure:
    """Gradients of at most 64 units, 28×28 cells each; dead units are crossed, the selected one is framed.

    own_scale: each image's own largest number has full colour; otherwise the largest of all units has.
    """
    figure = theme.figure(showlegend=False, margin={"l": 4, "r": 4, "t": 4, "b": 4}, dragmode=False)
    tall = -(-len(shown) // SIDE) * DOWN
    picture = np.zeros((SIDE * DOWN, SIDE * ACROSS), np.int8)
    most = float(np.nanmax(np.abs(units.gradients), initial=0.0))
    for place, unit in enumerate(shown):
        top, left = corner(place)
        image = np.nan_to_num(units.gradients[unit], posinf=0.0, neginf=0.0)
        full = float(np.abs(image).max()) if own_scale else most
        picture[top : top + 28, left : left + 28] = np.round(image * (127 / full)) if full > 0 else 0
    figure.add_trace(
        go.Heatmap(
            z=picture[: max(tall, DOWN)],
            zmin=-127,
            zmax=127,
            colorscale=theme.DIVERGING,
            showscale=False,
            name="gradients of W1",
            hoverinfo="skip",
        )
    )
    _marks(figure, units, shown)
    if selected in shown:
        top, left = corner(list(shown).index(selected))
        figure.add_shape(
            type="rect",
            x0=left - 1,
            x1=left + 28,
            y0=top - 1,
            y1=top + 28,
            line={"color": theme.color("text"), "width": 2},
        )
    figure.update_xaxes(visible=False, range=[-1.5, SIDE * ACROSS - 0.5], fixedrange=True)
    figure.update_yaxes(visible=False, range=[max(tall, DOWN) - 0.5, -1.5], fixedrange=True)
    return figure


def _marks(figure: go.Figure, units: Units, shown: np.ndarray) -> None:
    places = np.array([corner(place) for place in range(len(shown))]).reshape(-1, 2)
    words = [unit_words(units, unit) for unit in shown]
    figure.add_trace(
        go.Scatter(
            x=places[:, 1] + 13.5,
            y=places[:, 0] - 4,
            mode="text",
            text=[str(unit) for unit in shown],
            name="units",
            textfont={"size": 10, "color": theme.color("muted")},
            hoverinfo="skip",
        )
    )
    dead = units.dead[list(shown)]
    for name, which, symbol in (("active", ~dead, "square"), ("dead", dead, "x-thin-open")):
        figure.add_trace(
            go.Scatter(
                x=places[which, 1] + 13.5,
                y=places[which, 0] + 13.5,
                mode="markers",
                name=name,
                text=[text for text, is_one in zip(words, which, strict=True) if is_one],
                hoverinfo="text",
                marker={
                    "symbol": symbol,
                    "size": 18,
                    "opacity": 1 if name == "dead" else 0,
                    "color": theme.color("muted"),
                    "line": {"width": 1.5, "color": theme.color("muted")},
                },
            )
        )


def corner(place: int) -> tuple[int, int]:
    """Row and column of the first cell of an image of the gallery.

    >>> corner(0), corner(9)
    ((8, 0), (45, 30))
    """
    return place // SIDE * DOWN + LABEL, place % SIDE * ACROSS


def unit_at(shown: Sequence[int], x: float, y: float) -> int | None:
    """The unit whose image is at these coordinates of the gallery; None beside every image.

    >>> unit_at([7, 5], 31.0, 20.0), unit_at([7, 5], 31.0, 200.0)
    (5, None)
    """
    column, row = int(np.floor((x + 0.5) / ACROSS)), int(np.floor((y + 0.5) / DOWN))
    place = row * SIDE + column
    return int(shown[place]) if 0 <= column < SIDE and 0 <= place < len(shown) else None


def unit_figure(units: Units, unit: int) -> go.Figure:
    """One unit's 784 weights beside their gradient, both as 28×28 images, each in its own scale."""
    figure = theme.figure(showlegend=False, margin={"l": 4, "r": 4, "t": 40, "b": 4}, dragmode=False)
    for name, array, axis, domain in (
        ("weights", units.weights, "", [0, 0.48]),
        ("gradient", units.gradients, "2", [0.52, 1]),
    ):
        image = np.nan_to_num(array[unit], posinf=0.0, neginf=0.0)
        most = float(np.abs(image).max()) or 1.0
        hover = f"{name} of pixel (%{{y}}, %{{x}}): %{{z:.3g}}<extra></extra>"
        figure.add_trace(go.Heatmap(
            z=image.astype(np.float32), zmin=-most, zmax=most, colorscale=theme.DIVERGING, showscale=False, name=name,
            xaxis=f"x{axis}", yaxis=f"y{axis}", hovertemplate=hover,
        ))  # fmt: skip
        figure.update_layout(
            {
                f"xaxis{axis}": {"domain": domain, "visible": False, "fixedrange": True, "range": [-0.5, 27.5]},
                f"yaxis{axis}": {"anchor": f"x{axis}", "visible": False, "fixedrange": True, "range": [27.5, -0.5]},
            }
        )
        place = {
            "x": sum(domain) / 2,
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "center",
            "yanchor": "bottom",
        }
        figure.add_annotation(place, text=f"{name}<br>colours to ±{number(most, 2)}", showarrow=False)
    return figure


def unit_words(units: Units, unit: int) -> str:
    """One unit in a sentence."""
    batch = units.samples > 1
    if units.dead[unit]:
        where = f"all {units.samples} images" if batch else "this digit"
        return f"Unit {unit}: dead here. relu gives 0 on {where}, so its gradient is 0."
    where = f"{units.active[unit]} of {units.samples} images" if batch else "this digit"
    return f"Unit {unit}: active on {where}; norm of its gradient {number(units.norms[unit], 3)}."


def count_words(units: Units) -> str:
    """How many units are dead for what went through, and what that means."""
    dead, total = int(units.dead.sum()), len(units.norms)
    what = f"this batch of {units.samples} images" if units.samples > 1 else "this digit"
    share = f"**{dead:,} of {total:,} hidden units are dead for {what}**"
    if not dead:
        return f"**No hidden unit is dead for {what}**: each of the {total:,} is let through by relu at least once."
    return (
        f"{share}: relu gives 0 each time, so no gradient reaches their {784 * dead:,} weights. "
        f"On other images {'it' if dead == 1 else 'they'} may well be active."
    )


def gallery_words(shown: np.ndarray, units: Units) -> str:
    """What the gallery shows, for who cannot see it."""
    dead = count(int(units.dead[list(shown)].sum()), "unit")
    return f"The gradient of W1 for {len(shown)} hidden units as 28 by 28 images; {dead} of them dead."
