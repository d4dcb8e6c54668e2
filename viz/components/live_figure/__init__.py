"""A Plotly figure that changes in place: zoom kept, frames scrubbed in the browser, clicks reported."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import plotly.graph_objects as go

from viz.components import assets
from viz.verbatim import spoken

NARROW_BELOW = 600


class Narrow(NamedTuple):
    """Another arrangement for columns narrower than 600 pixels: layout changes by key, and the height in pixels."""

    layout: Mapping[str, Any]
    height: int


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
) -> Mapping[str, Any]:
    """Show a figure of viz at a fixed height in pixels; alt says in words what it shows.

    A figure with frames gets a slider and a play button that work without the server. Returns the component's
    state: ``click``, None or {"x", "y": exact coordinates, "point": None or the nearest point's {"x", "y", "trace"},
    "count"}, if clicks are asked for; and ``frame``, None or an index, sent when the slider is let go, if report_frame.
    """
    data = {
        "figure": figure.to_json(),
        "alt": spoken(alt),
        "height": height,
        "narrow": narrow and {"below": NARROW_BELOW, "layout": dict(narrow.layout), "height": narrow.height},
        "clicks": clicks,
        "scrubLabel": scrub_label,
        "reportFrame": report_frame,
        "plotly": assets.plotly_address(),
    }
    return assets.board("live_figure", data, key=key, states=["click", "frame"], on_change=on_change)
