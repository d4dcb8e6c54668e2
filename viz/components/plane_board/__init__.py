"""The plane under the reader's hands: two vectors and their sum, or an object under y = W @ x + b."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def plane_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.geometry.geometry.vectors_board`` or ``viz.geometry.geometry.map_board`` made.

    Returns the component's state: ``settings``, None or a dict sent when something is let go: of vectors {"A", "B",
    "order"}, of a map {"W": its entries row by row, "b", "relu", "chosen", "preset", "layers"}; both with "version"
    and "count".
    """
    with st.container(key=f"{key}_box"):
        return assets.component("plane_board")(
            key=key, data={**shown, "palettes": theme.PALETTES}, on_settings_change=on_change or _nothing
        )


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
