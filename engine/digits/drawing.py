"""Ink on a canvas → 28×28 as MNIST made them: crop, one pen width, fit into 20×20, centre of mass to the middle.

LeCun et al. 1998, section III.A: NIST's digits were size normalized to fit a 20×20 box while keeping their aspect
ratio, then translated so that the centre of mass of the ink lies in the middle of 28×28. One step is ours: pens much
thinner or thicker than NIST's are brought to its range before fitting; MNIST's own digits pass it unchanged.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from engine.errors import InvalidInput

CANVAS = 280
BRUSH = 22.0
BRUSHES = (1.0, 100.0)
SIDE = 28
BOX = 20
MIDDLE = 14
PEN_WIDTHS = (1.5, 3.6)
MAX_POINTS = 20_000
_FINE = 4


class Stages(NamedTuple):
    """The way of the ink, all uint8 with 0 no ink and 255 full ink.

    canvas as given; cropped: the box (left, top, right, bottom) of the canvas that holds all ink; penned: cropped
    itself where its pen width is in MNIST's range, else brought there, longer side about 80; fitted: longer side
    exactly 20, aspect kept, not padded; centred (28, 28), where fitted's top left pixel sits in column and row
    ``corner``. pen_width is the canvas's, in pixels of the 20×20 box.
    """

    canvas: np.ndarray
    cropped: np.ndarray
    penned: np.ndarray
    fitted: np.ndarray
    centred: np.ndarray
    box: tuple[int, int, int, int]
    corner: tuple[int, int]
    pen_width: float


def rasterize(strokes: Sequence[np.ndarray], *, brush: float = BRUSH, size: int = CANVAS) -> np.ndarray:
    """Strokes drawn with a round pen: caps and joints are discs, a single point is a dot. → (size, size) uint8.

    strokes: arrays (points, 2) of x, y in canvas units, y downward; brush: the pen's diameter in the same units.
    Parts outside the canvas are cut off. Raises InvalidInput for other shapes, values that are not finite, a brush
    outside 1..100, and more than 20,000 points.

    >>> int(rasterize([np.array([[140.0, 140.0]])], brush=10).any(axis=0).sum())
    11
    """
    if not BRUSHES[0] <= brush <= BRUSHES[1]:
        raise InvalidInput(f"the brush must be {BRUSHES[0]:g} to {BRUSHES[1]:g} units wide; {brush:g} is not.")
    strokes = [_checked(stroke, size) for stroke in strokes]
    points = sum(map(len, strokes))
    if points > MAX_POINTS:
        raise InvalidInput(f"a drawing may have at most {MAX_POINTS:,} points; this one has {points:,}.")
    image = Image.new("L", (size, size))
    pen = ImageDraw.Draw(image)
    radius = brush / 2
    for stroke in strokes:
        if len(stroke) > 1:
            pen.line(stroke.ravel().tolist(), fill=255, width=round(brush))
        for left, top, right, bottom in np.hstack([stroke - radius, stroke + radius]).tolist():
            pen.ellipse((left, top, right, bottom), fill=255)
    return np.array(image)


def normalize(canvas: np.ndarray, *, pen_widths: tuple[float, float] | None = PEN_WIDTHS) -> Stages:
    """Any 2-D uint8 canvas → its stages, the last (28, 28) uint8. A digit of MNIST comes back as it was.

    pen_widths: thinnest and thickest pen let through, in pixels of the 20×20 box; None leaves the pen alone.
    Raises InvalidInput for a canvas without ink.
    """
    canvas = np.asarray(canvas)
    if canvas.ndim != 2 or canvas.dtype != np.uint8:
        raise InvalidInput(f"a canvas is a grid of numbers 0 to 255 (uint8); got {canvas.dtype} of {canvas.shape}.")
    box = bounding_box(canvas)
    left, top, right, bottom = box
    cropped = canvas[top:bottom, left:right]
    pen_width = BOX / max(cropped.shape) * mean_pen_width(cropped)
    penned = cropped
    if pen_widths is not None and not pen_widths[0] <= pen_width <= pen_widths[1]:
        target = min(max(pen_width, pen_widths[0]), pen_widths[1])
        penned = _with_pen(fit(cropped, _FINE * BOX), pen_width, target)
    fitted = fit(penned, BOX)
    centred, corner = centre(fitted)
    return Stages(canvas, cropped, penned, fitted, centred, box, corner, pen_width)


def bounding_box(canvas: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom (the last two exclusive) of all ink. Raises InvalidInput where there is none."""
    columns, rows = np.flatnonzero(canvas.any(axis=0)), np.flatnonzero(canvas.any(axis=1))
    if not len(columns):
        raise InvalidInput("the canvas is empty: draw a digit.")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def mean_pen_width(ink: np.ndarray) -> float:
    """2 * area / perimeter, the width of a long stroke: ink (h, w) uint8 → its pixels.

    The perimeter counts pixel sides, times pi / 4, which is right on average over directions; greys count by their
    parts (coarea formula), so the same stroke has the same width at every resolution.
    """
    padded = np.pad(ink, 1).astype(np.int16)
    sides = np.abs(np.diff(padded, axis=0)).sum(dtype=np.int64) + np.abs(np.diff(padded, axis=1)).sum(dtype=np.int64)
    return 2 * float(ink.sum(dtype=np.int64)) / (np.pi / 4 * float(sides))


def fit(ink: np.ndarray, side: int) -> np.ndarray:
    """The longer side becomes ``side``, the other in proportion (at least 1), each pixel the mean of what it covers."""
    height, width = ink.shape
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.array(Image.fromarray(ink).resize(size, Image.Resampling.BOX))


def centre(fitted: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Put (h, w) ink into 28×28 so that its centre of mass is within half a pixel of the centre of pixel 14, 14.

    That is where all 70,000 digits of MNIST have it. Whole pixels are moved, so no grey changes; ink never leaves the
    frame: a figure too lopsided for both keeps its ink. → (28, 28) uint8, (column, row) of fitted's top left pixel.
    """
    height, width = fitted.shape
    mass = fitted.sum(dtype=np.int64)
    column = round(MIDDLE - float(fitted.sum(axis=0) @ np.arange(width) / mass))
    row = round(MIDDLE - float(fitted.sum(axis=1) @ np.arange(height) / mass))
    column, row = min(max(column, 0), SIDE - width), min(max(row, 0), SIDE - height)
    centred = np.zeros((SIDE, SIDE), np.uint8)
    centred[row : row + height, column : column + width] = fitted
    return centred, (column, row)


def canvas_from_digit(image: np.ndarray) -> np.ndarray:
    """(28, 28) uint8 → (280, 280): every pixel a block of 10×10, so that ``normalize`` undoes it exactly."""
    return np.kron(image, np.ones((CANVAS // SIDE, CANVAS // SIDE), np.uint8))


def _checked(stroke: np.ndarray, size: int) -> np.ndarray:
    points = np.asarray(stroke, float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InvalidInput(f"a stroke is a list of x, y pairs, at least one; got shape {points.shape}.")
    if not np.isfinite(points).all():
        raise InvalidInput("a stroke's coordinates must be finite numbers; this one has one that is not.")
    return points.clip(-size, 2 * size)


def _with_pen(ink: np.ndarray, width: float, target: float) -> np.ndarray:
    """Grow or shrink strokes all round until, fitted into the box again, they are ``target`` wide.

    Growing by r on each side turns width w in a box of B into (w + 2r) B / (B + 2r), so r = B (t - w) / (2B - 2t).
    """
    radius = _FINE * BOX * (target - width) / (2 * BOX - 2 * target)
    grown = _grow(np.pad(ink, int(radius) + 1), radius) if radius > 0 else 255 - _grow(255 - np.pad(ink, 1), -radius)
    if not grown.any():
        return ink
    left, top, right, bottom = bounding_box(grown)
    return grown[top:bottom, left:right]


def _grow(ink: np.ndarray, radius: float) -> np.ndarray:
    """Grey dilation by an octagon of about that radius: squares and crosses in turn, the last step in part."""
    steps = int(radius)
    for step in range(steps):
        ink = neighbours(ink, square=step % 2 == 1)
    part = radius - steps
    return np.maximum(ink, (ink + part * (neighbours(ink, square=False).astype(float) - ink)).astype(np.uint8))


def neighbours(ink: np.ndarray, *, square: bool) -> np.ndarray:
    """Largest value of each pixel and its 4 (cross) or 8 (square) neighbours."""
    rows = ink.copy()
    np.maximum(rows[1:], ink[:-1], out=rows[1:])
    np.maximum(rows[:-1], ink[1:], out=rows[:-1])
    source = rows if square else ink
    result = rows.copy()
    np.maximum(result[:, 1:], source[:, :-1], out=result[:, 1:])
    np.maximum(result[:, :-1], source[:, 1:], out=result[:, :-1])
    return result
