"""A Plotly figure that changes in place: zoom kept, frames scrubbed in the browser, clicks reported."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypedDict

import plotly.graph_objects as go

from viz.components import assets
from viz.verbatim import spoken

NARROW_BELOW = 600


class Narrow(NamedTuple):
    """Another arrangement for columns narrower than 600 pixels: layout changes by key, and the height in pixels."""

    layout: Mapping[str, Any]
    height: int


class NarrowData(TypedDict):
    """An arrangement for columns narrower than ``below`` pixels."""

    below: int
    layout: dict[str, Any]
    height: int


class Data(TypedDict):
    """figure: of Plotly, as JSON. plotly: the address of plotly.js."""

    figure: str
    alt: str
    height: int
    narrow: NarrowData | None
    clicks: bool
    scrubLabel: str
    reportFrame: bool
    plotly: str


class Point(TypedDict):
    """A point of a trace."""

    x: float
    y: float
    trace: str


class Click(TypedDict):
    """Where the reader clicked, exactly, and the nearest point; count tells clicks apart."""

    x: float
    y: float
    point: Point | None
    count: str


class State(TypedDict):
    """What the figure last sent: a click, if these are asked for; a frame when the slider was let go, likewise."""

    click: Click | None
    frame: int | None


def live_figure(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    height: int,
    narrow: Narrow | None = None,
    clicks: bool = False,
    scrub_label: str = "Step",
    report_frame: bool = False,
    on_change: Callable[[], None] | None = None,
) -> State:
    """Show a figure of viz at a fixed height in pixels; alt says in words what it shows.

    A figure with frames gets a slider and a play button that work without the server.
    """
    below: NarrowData | None = None
    if narrow is not None:
        below = {"below": NARROW_BELOW, "layout": dict(narrow.layout), "height": narrow.height}
    data: Data = {
        "figure": figure.to_json(),
        "alt": spoken(alt),
        "height": height,
        "narrow": below,
        "clicks": clicks,
        "scrubLabel": scrub_label,
        "reportFrame": report_frame,
        "plotly": assets.plotly_address(),
    }
    return assets.board("live_figure", data, key=key, states=["click", "frame"], on_change=on_change)
