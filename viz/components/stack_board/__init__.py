"""A chain of layers of the plane: stacked, edited and dragged, with the single layer laid over what it does."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def stack_board(shown: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    """Show what ``viz.geometry.layer_stack.board`` made.

    Returns the component's state: ``settings``, None or {"layers": as shown, "selected", "tolerance", "version",
    "count"}, sent when something is let go.
    """
    with st.container(key=f"{key}_box"):
        return assets.component("stack_board")(
            key=key, data={**shown, "palettes": theme.PALETTES}, on_settings_change=_nothing
        )


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
