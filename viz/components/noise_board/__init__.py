"""A line's loss by all samples, by one and by a batch, dragged about; and the race of batch sizes down that loss."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def noise_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.noise.board`` made.

    Returns the component's state: ``points``, None or {"x", "y", "count"}, the reader's own points once changed;
    ``place``, None or {"place": [w, b], "count"}, where the position was let go.
    """
    return _mounted("noise_board", shown, key, ("points", "place"), on_change)


def noise_race(shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None) -> Mapping[str, Any]:
    """Show what ``viz.descent.noise.race`` made.

    Returns the component's state: ``start``, None or {"start": [w, b], "count"}; ``settings``, None or {"clock",
    "linked", "rates": method → position in the rates, "count"}, sent when a slider is let go.
    """
    return _mounted("noise_race", shown, key, ("start", "settings"), on_change)


def _mounted(
    name: str, shown: Mapping[str, Any], key: str, values: tuple[str, str], on_change: Callable[[], None] | None
) -> Mapping[str, Any]:
    listeners = {f"on_{value}_change": on_change or _nothing for value in values}
    with st.container(key=f"{key}_box"):
        return assets.component(name)(key=key, data={**shown, "palettes": theme.PALETTES}, **listeners)


def _nothing() -> None:
    """Streamlit registers a state value only together with a listener."""
