"""A chain of layers of the plane: stacked, edited and dragged, with the single layer laid over what it does."""

from collections.abc import Mapping
from typing import Any

from viz.components import assets


def stack_board(shown: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    """Show what ``viz.geometry.layer_stack.board`` made.

    Returns the component's state: ``settings``, None or {"layers": as shown, "selected", "tolerance", "version",
    "count"}, sent when something is let go.
    """
    return assets.board("stack_board", shown, key=key, states=["settings"])
