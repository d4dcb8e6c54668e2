"""A scene of tensors drawn on a canvas: pointed at, walked through by keyboard, played and scrubbed in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from viz.components import assets
from viz.packing import packed
from viz.tensors.cells import MAX_CELL, Frame, Pose, Scene

ARRANGEMENTS = ("poses", "narrow", "spread", "narrow_spread")


def live_cells(
    scene: Scene,
    *,
    key: str,
    max_cell: float = MAX_CELL,
    max_height: int = 560,
    picks: bool = False,
    rate: float = 1.0,
    start_at_end: bool = False,
    on_change: Callable[[], None] | None = None,
) -> Mapping[str, Any]:
    """Show a scene; frames, if there are several, get play, step, scrub and speed controls that need no server.

    max_cell, max_height: pixels; cells shrink to fit the column. rate: frames per second of playing, on top of each
    frame's own seconds. start_at_end: whether a new scene first shows its last frame instead of its first.
    Returns the component's state: ``edit``, None or {"block", "index", "text", "count"}, what the reader last typed
    into a cell of an editable block; and, if picks, ``pick``, None or {"block", "index", "count"}, the cell last
    clicked.
    """
    data = {
        "scene": encode(scene),
        "maxCell": max_cell,
        "maxHeight": max_height,
        "picks": picks,
        "rate": rate,
        "startAtEnd": start_at_end,
    }
    return assets.board("live_cells", data, key=key, states=["edit", "pick"], on_change=on_change)


def encode(scene: Scene) -> dict[str, Any]:
    """The scene as JSON, its arrays as base64 of little-endian float32, indices of float64."""
    arrangements = {
        name: [_pose(pose) for pose in poses] for name in ARRANGEMENTS if (poses := getattr(scene, name)) is not None
    }
    blocks = [
        {
            "name": block.name,
            "shape": list(block.shape),
            "indices": packed(block.indices, "f8"),
            "texts": _shared(block.texts),
            "values": _shared(block.values),
            "fills": _shared(block.fills),
            "strengths": packed(block.strengths, "f4"),
            "editable": block.editable,
        }
        for block in scene.blocks
    ]
    return {
        "alt": scene.alt,
        "blocks": blocks,
        "frames": [_frame(frame) for frame in scene.frames],
        "relations": {
            str(cell): {"lit": _lists(relation.lit), "text": relation.text}
            for cell, relation in scene.relations.items()
        },
    } | arrangements


def _pose(pose: Pose) -> dict[str, Any]:
    return {
        "positions": packed(pose.positions, "f4"),
        "layers": packed(pose.layers, "f4"),
        "axes": [mark._asdict() for mark in pose.axes],
        "labels": [label._asdict() for label in pose.labels],
        "presence": None if pose.presence is None else packed(pose.presence, "f4"),
        "ghosts": None if pose.ghosts is None else packed(pose.ghosts, "f4"),
        "thread": [int(cell) for cell in pose.thread],
    }


def _frame(frame: Frame) -> dict[str, Any]:
    texts = {str(cell): text for cell, text in frame.texts.items()}
    return frame._asdict() | {"lit": _lists(frame.lit), "texts": texts}


def _lists(lit: Mapping[str, Any]) -> dict[str, list[int]]:
    return {color: [int(cell) for cell in cells] for color, cells in lit.items()}


def _shared(words: Sequence[str]) -> str | list[str]:
    """The one word all cells share, or every cell's own."""
    return words[0] if len(words) and len(set(words)) == 1 else list(words)
