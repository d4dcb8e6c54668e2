"""Every entry of W with its slice of the loss, and the loss over two of them; all follows while one drags."""

from collections.abc import Mapping
from typing import Any

from viz.components import assets


def gradient_board(shown: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    """Show what ``viz.descent.gradient.board`` made.

    Returns the component's state: ``settings``, None or {"weights": W's entries row-major, "pair", "rate", "version",
    "count"}, sent when something is let go.
    """
    return assets.board("gradient_board", shown, key=key, states=["settings"])
