"""A function with its secant and tangent, dragged in the browser; its derivative and the error of the straight line."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets


def tangent_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.derivative.board`` made.

    Returns the component's state: ``place``, None or {"version", "x", "epsilon", "count"}, sent when the reader lets
    go of a point or slider.
    """
    return assets.board("tangent_board", shown, key=key, states=["place"], on_change=on_change)
