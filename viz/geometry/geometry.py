"""What the plane boards draw: two vectors and their sum; an object, the map it is under, what the numbers mean."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.geometry.geometry import MAX_ENTRY, PRESETS, PlaneMap
from engine.geometry.geometry_measures import Measures, Shares, area_shares, point_shares
from engine.geometry.geometry_shapes import LETTER, grid, ink_points, pixel_points
from viz import theme
from viz.packing import packed

if TYPE_CHECKING:
    from viz.components.plane_board import Drawn, Map, Mapped, Vectors

AXES = theme.AXES[:2]
"""Colours of the plane's two axes: of the columns of W, and of the lines of the grid along them."""
ORDERS = {"first": "A, then B", "second": "B, then A", "both": "both orders"}
LAYERS = ("area", "eigen", "ellipse", "before")
"""What can be laid over the picture: the unit square, directions kept, the circle's image, everything before."""


class Shape(NamedTuple):
    """An object. polygons: (n, corners, 2), or none and points: (n, 2), the middles of a picture's pixels.

    drawn: what the board needs to draw it.
    """

    title: str
    polygons: np.ndarray
    points: np.ndarray
    drawn: "Drawn"

    def shares(self, plane: PlaneMap) -> Shares:
        """What relu does after this map: of the area of polygons, of a picture the pixels, by their middles."""
        return area_shares(plane, list(self.polygons)) if len(self.polygons) else point_shares(plane, self.points)


def shapes(pictures: Mapping[str, tuple[str, np.ndarray]]) -> dict[str, Shape]:
    """The objects by name: a grid, a letter, and pictures, name → title and (h, w) ink or (h, w, 3) colours, uint8.

    A picture of which no pixel holds anything is left out.
    """
    found = {
        name: Shape(title, polygons, np.empty((0, 2)), {"polygons": polygons.tolist()})
        for name, title, polygons in (("grid", "A square grid", grid()), ("letter", "The letter F", LETTER[None]))
    }
    for name, (title, image) in pictures.items():
        points = ink_points(image) if image.ndim == 2 else pixel_points(*image.shape[:2])
        if len(points):
            found[name] = Shape(title, np.empty((0, 0, 2)), points, _picture(image))
    return found


def _picture(image: np.ndarray) -> "Drawn":
    return {"height": image.shape[0], "width": image.shape[1], "ink": image.ndim == 2, "pixels": packed(image)}


def vectors_board(A: np.ndarray, B: np.ndarray, total: np.ndarray, *, order: str, version: int) -> "Vectors":
    """Two vectors (2,) and NumPy's sum of them. order: of ORDERS. version: differs when they were set from outside."""
    return {
        "kind": "vectors",
        "A": A.tolist(),
        "B": B.tolist(),
        "sum": total.tolist(),
        "order": order,
        "orders": ORDERS,
        "most": MAX_ENTRY,
        "version": version,
    }


def map_board(
    plane: PlaneMap,
    measures: Measures,
    verdict: str,
    shares: tuple[Shares, Shares],
    objects: Mapping[str, Shape],
    *,
    chosen: str,
    preset: str,
    layers: Mapping[str, bool],
    version: int,
) -> "Mapped":
    """All the board draws.

    measures, verdict: what the engine measured and says of this map. shares: relu's of all directions, and of the
    chosen object. preset: the family of maps whose sliders are shown. layers: LAYERS, shown or not. version: differs
    when the map was set from outside the board.
    """
    return {
        "kind": "map",
        "map": _numbers(plane),
        "found": {
            "map": _numbers(plane),
            "chosen": chosen,
            "determinant": measures.determinant,
            "rank": measures.rank,
            "eigen": {
                "values": measures.eigen.values.tolist(),
                "directions": measures.eigen.directions.tolist(),
                "every": measures.eigen.every,
            },
            "singular": measures.singular.tolist(),
            "shares": [list(part) for part in shares],
            "verdict": verdict,
        },
        "objects": [{"name": name, "title": shape.title, **shape.drawn} for name, shape in objects.items()],
        "presets": [
            {"name": name, "title": preset.title, **_numbers(preset.example)} for name, preset in PRESETS.items()
        ],
        "chosen": chosen,
        "preset": preset,
        "layers": dict(layers),
        "axes": list(AXES),
        "most": MAX_ENTRY,
        "version": version,
    }


def _numbers(plane: PlaneMap) -> "Map":
    return {"W": plane.W.ravel().tolist(), "b": plane.b.tolist(), "relu": plane.relu}
