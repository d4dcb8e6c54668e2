"""Points that move from stage to stage on a canvas: turned by dragging, scrubbed without the server."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
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
        "palettes": theme.PALETTES,
    }
    with st.container(key=f"{key}_box"):
        return assets.component("point_cloud")(key=key, data=data, on_stage_change=on_change or _nothing)


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
