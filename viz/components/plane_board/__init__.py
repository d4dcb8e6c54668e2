"""The plane under the reader's hands: two vectors and their sum, or an object under y = W @ x + b."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets


def plane_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.geometry.geometry.vectors_board`` or ``viz.geometry.geometry.map_board`` made.

    Returns the component's state: ``settings``, None or a dict sent when something is let go: of vectors {"A", "B",
    "order"}, of a map {"W": its entries row by row, "b", "relu", "chosen", "preset", "layers"}; both with "version"
    and "count".
    """
    return assets.board("plane_board", shown, key=key, states=["settings"], on_change=on_change)
