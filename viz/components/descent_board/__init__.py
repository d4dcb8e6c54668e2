"""Descents raced on a curve or surface; sliders redraw every path in the browser, from families computed at once."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets


def descent_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.descent.board`` made.

    Returns the component's state: ``start``, None or {"point", "count"}, where the reader last clicked; ``settings``,
    None or {"rate", "momentum", "step", "method", "count"}, sent when a slider is let go. "count" tells messages apart.
    """
    return assets.board("descent_board", shown, key=key, states=["start", "settings"], on_change=on_change)
