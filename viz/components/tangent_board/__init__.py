"""A function with its secant and tangent, dragged in the browser; its derivative and the error of the straight line."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def tangent_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.derivative.board`` made.

    Returns the component's state: ``place``, None or {"version", "x", "epsilon", "count"}, sent when the reader lets
    go of a point or slider.
    """
    with st.container(key=f"{key}_box"):
        return assets.component("tangent_board")(
            key=key,
            data={**shown, "palettes": theme.PALETTES},
            on_place_change=on_change or _nothing,
        )


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
