"""A line's loss by all samples, by one and by a batch, dragged about; and the race of batch sizes down that loss."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets


def noise_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``viz.descent.noise.board`` made.

    Returns the component's state: ``points``, None or {"x", "y", "count"}, the reader's own points once changed;
    ``place``, None or {"place": [w, b], "count"}, where the position was let go.
    """
    return assets.board("noise_board", shown, key=key, states=["points", "place"], on_change=on_change)


def noise_race(shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None) -> Mapping[str, Any]:
    """Show what ``viz.descent.noise.race`` made.

    Returns the component's state: ``start``, None or {"start": [w, b], "count"}; ``settings``, None or {"clock",
    "linked", "rates": method → position in the rates, "count"}, sent when a slider is let go.
    """
    return assets.board("noise_race", shown, key=key, states=["start", "settings"], on_change=on_change)
