"""A scene of tensors drawn on a canvas: pointed at, walked through by keyboard, played and scrubbed in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from viz.components import assets
from viz.packing import packed
from viz.tensors.cells import MAX_CELL, Frame, Pose, Scene


class BlockData(TypedDict):
    """A tensor's drawn cells: their indices float64, strengths float32; texts, values, fills: one for all, or each."""

    name: str
    shape: list[int]
    indices: str
    texts: str | list[str]
    values: str | list[str]
    fills: str | list[str]
    strengths: str
    editable: bool


class PoseData(TypedDict):
    """Where every cell stands, float32; axes and labels: the fields of ``AxisMark`` and ``Label``."""

    positions: str
    layers: str
    axes: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    presence: str | None
    ghosts: str | None
    thread: list[int]


class RelationData(TypedDict):
    """What lights up with a cell, by colour name, and what is said."""

    lit: dict[str, list[int]]
    text: str


class SceneData(TypedDict):
    """A scene; frames: of each ``Frame`` its fields. relations: by cell number."""

    alt: str
    blocks: list[BlockData]
    frames: list[dict[str, Any]]
    relations: dict[str, RelationData]
    poses: NotRequired[list[PoseData]]
    narrow: NotRequired[list[PoseData]]
    spread: NotRequired[list[PoseData]]
    narrow_spread: NotRequired[list[PoseData]]


class Data(TypedDict):
    """A scene and how it is shown; see ``live_cells``."""

    scene: SceneData
    maxCell: float
    maxHeight: int
    picks: bool
    rate: float
    startAtEnd: bool


class Edit(TypedDict):
    """What the reader last typed into a cell of an editable block."""

    block: int
    index: list[int]
    text: str
    count: str


class Pick(TypedDict):
    """The cell last clicked."""

    block: int
    index: list[int]
    count: str


class State(TypedDict):
    """What the picture last sent; picks only if asked for."""

    edit: Edit | None
    pick: Pick | None


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
) -> State:
    """Show a scene; frames, if there are several, get play, step, scrub and speed controls that need no server.

    max_cell, max_height: pixels; cells shrink to fit the column. rate: frames per second of playing, on top of each
    frame's own seconds. start_at_end: whether a new scene first shows its last frame instead of its first. picks:
    whether a click on a cell is sent.
    """
    data: Data = {
        "scene": encode(scene),
        "maxCell": max_cell,
        "maxHeight": max_height,
        "picks": picks,
        "rate": rate,
        "startAtEnd": start_at_end,
    }
    return assets.board("live_cells", data, key=key, states=["edit", "pick"], on_change=on_change)


def encode(scene: Scene) -> SceneData:
    """The scene as JSON, its arrays as base64 of little-endian float32, indices of float64."""
    blocks: list[BlockData] = [
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
    data: SceneData = {
        "alt": scene.alt,
        "blocks": blocks,
        "frames": [_frame(frame) for frame in scene.frames],
        "relations": {
            str(cell): {"lit": _lists(relation.lit), "text": relation.text}
            for cell, relation in scene.relations.items()
        },
    }
    if scene.poses is not None:
        data["poses"] = [_pose(pose) for pose in scene.poses]
    if scene.narrow is not None:
        data["narrow"] = [_pose(pose) for pose in scene.narrow]
    if scene.spread is not None:
        data["spread"] = [_pose(pose) for pose in scene.spread]
    if scene.narrow_spread is not None:
        data["narrow_spread"] = [_pose(pose) for pose in scene.narrow_spread]
    return data


def _pose(pose: Pose) -> PoseData:
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
