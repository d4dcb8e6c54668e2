"""Points that move from stage to stage on a canvas: turned by dragging, scrubbed without the server."""

from collections.abc import Callable
from typing import TypedDict

from viz.components import assets
from viz.geometry.clouds import Cloud, packed


class Stage(TypedDict):
    """Coordinates of all points as 16-bit levels around ``centre``; see ``viz.geometry.clouds``."""

    name: str
    text: str
    centre: list[float]
    reach: float
    near: float
    points: str


class Data(TypedDict):
    """A cloud: classes uint8, lines uint32, hidden uint8, images in one PNG; see ``viz.geometry.clouds.packed``."""

    count: int
    stages: list[Stage]
    classes: str
    names: list[str]
    colors: list[str]
    alt: str
    lines: str
    hidden: str
    axes: list[str] | None
    flat: bool
    signs: str
    atlas: str | None
    atlasColumns: int
    notes: list[str] | None
    marked: list[int]


class Mounted(Data):
    """With what the page says; see ``point_cloud``."""

    height: int
    scrubLabel: str
    start: float


class State(TypedDict):
    """What the board last sent: the slider's position when it was let go."""

    stage: float | None


def point_cloud(
    cloud: Cloud,
    *,
    key: str,
    height: int = 480,
    scrub_label: str = "Layer",
    start: float = 0.0,
    on_change: Callable[[], None] | None = None,
) -> State:
    """Show a cloud on a canvas of this height in pixels. start: the stage shown first, 0 to stages − 1.

    New data keep the angle, and the position as a fraction of the way.
    """
    data: Mounted = {
        **packed(cloud),
        "height": height,
        "scrubLabel": scrub_label,
        "start": start,
    }
    return assets.board("point_cloud", data, key=key, states=["stage"], on_change=on_change)
