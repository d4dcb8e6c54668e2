"""Clouds of points that move from stage to stage, layer by layer, and their packing for the browser."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from PIL import Image

from viz import packing

if TYPE_CHECKING:
    from viz.components.point_cloud import Data
    from viz.components.point_cloud import Stage as StageData

LEVELS = 32767
"""Coordinates travel as 16-bit integers: this many levels from a stage's centre to its farthest coordinate."""
MISSING = -32768
ATLAS_COLUMNS = 40


class Stage(NamedTuple):
    """Where the points are at one moment. points: (points, 2) or (points, 3), NaN where one is not drawn.

    name: shown over the picture. text: one sentence about this stage.
    """

    name: str
    points: np.ndarray
    text: str = ""


class Cloud(NamedTuple):
    """Points in classes, at every stage; the browser moves them in straight lines from stage to stage.

    classes: (points,) int, indices into names and colors, colour names of the theme. alt: in words, for those who
    cannot see it. lines: (lines, 2) int, points joined by thin segments. grid: points that are only corners of lines.
    axes: titles for points in the plane. signs: what tells the classes apart beside colour, shapes or their own names.
    images: (points, 28, 28) uint8 and notes: (points,) texts, for the point that is pointed at. marked: points drawn
    larger and over all others.
    """

    stages: tuple[Stage, ...]
    classes: np.ndarray
    names: tuple[str, ...]
    colors: tuple[str, ...]
    alt: str
    lines: np.ndarray = np.zeros((0, 2), int)
    grid: Sequence[int] | np.ndarray = ()
    axes: tuple[str, str] | None = None
    signs: Literal["shapes", "digits"] = "shapes"
    images: np.ndarray | None = None
    notes: Sequence[str] | None = None
    marked: Sequence[int] = ()

    @property
    def flat(self) -> bool:
        """Whether all stages lie in the plane, and nothing is turned."""
        return all(stage.points.shape[1] == 2 for stage in self.stages)


def packed(cloud: Cloud) -> "Data":
    """The cloud as the component takes it: coordinates, classes and lines in base 64, images in one PNG."""
    count = len(cloud.classes)
    return {
        "count": count,
        "stages": [_packed_stage(stage, cloud) for stage in cloud.stages],
        "classes": packing.packed(np.asarray(cloud.classes, np.uint8)),
        "names": list(cloud.names),
        "colors": [cloud.colors[k] for k in range(len(cloud.names))],
        "alt": cloud.alt,
        "lines": packing.packed(np.asarray(cloud.lines, np.uint32)),
        "hidden": packing.packed(np.isin(np.arange(count), np.asarray(cloud.grid, int)).astype(np.uint8)),
        "axes": list(cloud.axes) if cloud.axes else None,
        "flat": cloud.flat,
        "signs": cloud.signs,
        "atlas": None if cloud.images is None else _atlas(np.asarray(cloud.images, np.uint8)),
        "atlasColumns": ATLAS_COLUMNS,
        "notes": None if cloud.notes is None else list(cloud.notes),
        "marked": [int(point) for point in cloud.marked],
    }


class View(NamedTuple):
    """What is seen of finite points. centre: (3,), the middle of their box. reach: distance of the farthest.

    near: within which lie 98 of 100, or the reach if that is hardly more; the picture is that large.
    """

    centre: np.ndarray
    reach: float
    near: float


def view_of(points: np.ndarray) -> View:
    """Where to look, and how far.

    >>> view_of(np.array([[0.0, 0.0], [6.0, 8.0]]))
    View(centre=array([3., 4., 0.]), reach=5.0, near=5.0)
    """
    solid = _solid(points)
    solid = solid[np.isfinite(solid).all(1)]
    if not len(solid):
        return View(np.zeros(3), 1.0, 1.0)
    centre = (solid.min(0) + solid.max(0)) / 2
    distances = np.linalg.norm(solid - centre, axis=1)
    reach = float(distances.max()) or 1.0
    near = 1.1 * float(np.quantile(distances, 0.98))
    return View(centre, reach, near if 0 < near < reach else reach)


def _solid(points: np.ndarray) -> np.ndarray:
    """The points in space: those of the plane get height 0."""
    points = np.asarray(points, np.float64)
    return np.pad(points, ((0, 0), (0, 3 - points.shape[1])))


def _packed_stage(stage: Stage, cloud: Cloud) -> "StageData":
    if stage.points.shape != (len(cloud.classes), stage.points.shape[1]) or stage.points.shape[1] not in (2, 3):
        raise ValueError(
            f"stage {stage.name!r} has shape {stage.points.shape}; {len(cloud.classes)} points are in classes"
        )
    centre, reach, near = view_of(stage.points)
    solid = _solid(stage.points)
    present = np.isfinite(solid).all(1, keepdims=True)
    levels = np.where(present, np.round((np.where(present, solid, centre) - centre) / reach * LEVELS), MISSING)
    return {
        "name": stage.name,
        "text": stage.text,
        "centre": centre.tolist(),
        "reach": reach,
        "near": near,
        "points": packing.packed(levels.astype(np.int16)),
    }


def _atlas(images: np.ndarray) -> str:
    """All images in rows of ATLAS_COLUMNS, as the address of one PNG."""
    height, width = images.shape[1:]
    rows = -(-len(images) // ATLAS_COLUMNS)
    tiles = np.zeros((rows * ATLAS_COLUMNS, height, width), np.uint8)
    tiles[: len(images)] = images
    sheet = tiles.reshape(rows, ATLAS_COLUMNS, height, width).swapaxes(1, 2).reshape(rows * height, -1)
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return "data:image/png;base64," + packing.text(file.getvalue())


def sheet_lines(rows: int, columns: int) -> np.ndarray:
    """(lines, 2): each point of a row-major grid joined with its neighbours to the right and below.

    >>> sheet_lines(2, 2).tolist()
    [[0, 1], [2, 3], [0, 2], [1, 3]]
    """
    number = np.arange(rows * columns).reshape(rows, columns)
    across = np.stack([number[:, :-1], number[:, 1:]], -1).reshape(-1, 2)
    down = np.stack([number[:-1], number[1:]], -1).reshape(-1, 2)
    return np.concatenate([across, down])
