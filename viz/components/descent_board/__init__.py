"""Descents raced on a curve or surface; sliders redraw every path in the browser, from families computed at once."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def descent_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.descent.board`` made.

    Returns the component's state: ``start``, None or {"point", "count"}, where the reader last clicked; ``settings``,
    None or {"rate", "momentum", "step", "method", "count"}, sent when a slider is let go. "count" tells messages apart.
    """
    listener = on_change or _nothing
    with st.container(key=f"{key}_box"):
        return assets.component("descent_board")(
            key=key,
            data={**shown, "palettes": theme.PALETTES},
            on_start_change=listener,
            on_settings_change=listener,
        )


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
