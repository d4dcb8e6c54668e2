"""A computation graph to step through, both ways; its variables to change; any box to choose. See viz's ``graph``."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets

DEFAULTS: dict[str, Any] = {
    "opening": "The variables have their values; nothing is computed yet.",
    "tapeHint": "Each operation is recorded as it is computed. The backward pass reads the list from the end.",
    "choiceHint": "Choose a box to see its paths to the result, and their products.",
    "output": 0,
    "values": [],
    "gradients": [],
    "locals": [],
    "widths": None,
    "forward": [],
    "backward": [],
    "tape": [],
    "variables": [],
    "notes": [],
    "paths": None,
    "answered": "",
    "refused": "",
    "asks": True,
}
"""What ``shown`` may leave out."""


def graph_board(
    shown: Mapping[str, Any], *, key: str, on_change: Callable[[], None] | None = None
) -> Mapping[str, Any]:
    """Show what ``graph.board`` made, or any ``graph.drawing`` with values, gradients and steps of its own.

    shown: "drawing"; for each box "values" and "gradients", of ``graph.displayed``; for each edge "locals", what is
    written on it when a gradient has passed, and "widths", pixels; "forward" and "backward", {"node", "text"} for each
    step; "tape", "variables", "notes", "paths" as viz's ``graph`` makes them. DEFAULTS has the rest.
    Returns the component's state: ``ask``, None or {"values": of each variable a flat list, "chosen": a box's number
    or None, "toggle": of the box whose + or − was pressed, or "", "rest": False while a slider is dragged, "version",
    "count"}. The answer carries that count as "answered": until it comes, no further message is sent.
    """
    return assets.board("graph_board", {**DEFAULTS, **shown}, key=key, states=["ask"], on_change=on_change)
