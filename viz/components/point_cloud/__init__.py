"""Points that move from stage to stage on a canvas: turned by dragging, scrubbed without the server."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets
from viz.geometry.clouds import Cloud, packed


def point_cloud(
    cloud: Cloud,
    *,
    key: str,
    height: int = 480,
    scrub_label: str = "Layer",
    start: float = 0.0,
    on_change: Callable[[], None] | None = None,
) -> Mapping[str, Any]:
    """Show a cloud on a canvas of this height in pixels. start: the stage shown first, 0 to stages − 1.

    Returns the component's state: ``stage``, None or the slider's position when it was let go. New data keep the
    angle, and the position as a fraction of the way.
    """
    data = {
        **packed(cloud),
        "height": height,
        "scrubLabel": scrub_label,
        "start": start,
    }
    return assets.board("point_cloud", data, key=key, states=["stage"], on_change=on_change)
