"""Ink on a canvas → 28×28 as MNIST made them: crop, one pen width, fit into 20×20, centre of mass to the middle.

LeCun et al. 1998, section III.A: NIST's digits were size normalized to fit a 20×20 box while keeping their aspect
ratio, then translated so that the centre of mass of the ink lies in the middle of 28×28. One step is ours: pens much
thinner or thicker than NIST's are brought to its range before fitting; MNIST's own digits pass it unchanged.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageDraw, UnidentifiedImageError

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

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
MIN_CONTRAST = 16
UPLOAD_SIDE = 200
_WORKING_SIDE = 560
_TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: np.fliplr,
    3: lambda grey: np.rot90(grey, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda grey: np.rot90(grey, -1),
    7: lambda grey: np.rot90(grey, 2).T,
    8: np.rot90,
}


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
        ink = _neighbours(ink, square=step % 2 == 1)
    part = radius - steps
    return np.maximum(ink, (ink + part * (_neighbours(ink, square=False).astype(float) - ink)).astype(np.uint8))


def _neighbours(ink: np.ndarray, *, square: bool) -> np.ndarray:
    """Largest value of each pixel and its 4 (cross) or 8 (square) neighbours."""
    rows = ink.copy()
    np.maximum(rows[1:], ink[:-1], out=rows[1:])
    np.maximum(rows[:-1], ink[1:], out=rows[:-1])
    source = rows if square else ink
    result = rows.copy()
    np.maximum(result[:, 1:], source[:, :-1], out=result[:, 1:])
    np.maximum(result[:, :-1], source[:, 1:], out=result[:, :-1])
    return result


def canvas_from_upload(content: bytes) -> np.ndarray:
    """A photo or picture file → its ink on a canvas, (280, 280) uint8, centred, its longer side 200.

    Up to 20 MB and 50 megapixels, any mode, upright by its EXIF tag, light on dark or dark on light; of an animation
    the first frame. Uneven light and specks are removed, and whatever touches the frame if something else remains.
    Raises InvalidInput for what is no picture, is too large, is cut short, or shows nothing.
    """
    ink = _without_specks(_stretched(_absorbed(_decoded(content))))
    left, top, right, bottom = bounding_box(ink)
    fitted = fit(ink[top:bottom, left:right], UPLOAD_SIDE)
    height, width = fitted.shape
    row, column = (CANVAS - height) // 2, (CANVAS - width) // 2
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    canvas[row : row + height, column : column + width] = fitted
    return canvas


def _decoded(content: bytes) -> np.ndarray:
    """File → greys (h, w) float32 in 0..255, at most 560 on the longer side. Sizes are checked before decoding."""
    if not content:
        raise InvalidInput("the file is empty: choose a picture of a digit.")
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            f"a file may have at most {MAX_BYTES // 10**6} MB; this one has {len(content) / 1e6:.1f} MB."
        )
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                size = f"{width:,} by {height:,} pixels"
                raise InvalidInput(f"a picture may have at most {MAX_PIXELS // 10**6} megapixels; this one has {size}.")
            image.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            return _grey(image)
    except InvalidInput:
        raise
    except UnidentifiedImageError as error:
        raise InvalidInput(f"this file is not a picture; it should be one of {', '.join(FORMATS)}.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidInput(
            f"a picture may have at most {MAX_PIXELS // 10**6} megapixels; this one has more."
        ) from error
    except (OSError, EOFError, SyntaxError, ValueError, KeyError, IndexError, struct.error, zlib.error) as error:
        raise InvalidInput("the picture is damaged or cut short: save or copy it again.") from error


def _grey(image: Image.Image) -> np.ndarray:
    """Brightness, upright, float32 in 0..255; see-through parts take the tone farthest from what is visible."""
    orientation = image.getexif().get(ExifTags.Base.Orientation)
    if "transparency" in image.info or image.mode == "PA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "1"):
        image = image.convert("L")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        grey = _shrunk(image.convert("F"))[..., 0]
        grey = (grey - grey.min()) * (255 / max(float(np.ptp(grey)), 1e-9))
    elif image.mode in ("RGBA", "LA"):
        tone, opacity = np.moveaxis(_shrunk(image, "LA"), -1, 0)
        dark = (tone * opacity).sum() < 128 * opacity.sum()
        grey = (tone * opacity + 255 * dark * (255 - opacity)) / 255
    else:
        grey = _shrunk(image, "L")[..., 0]
    if not np.isfinite(grey).all():
        raise InvalidInput("a picture's brightness must be finite; this one has values that are not.")
    return np.ascontiguousarray(_TURNS.get(orientation, np.asarray)(grey))


def _shrunk(image: Image.Image, mode: str | None = None) -> np.ndarray:
    """Mean of blocks so that the longer side is at most 560, then in that mode: (h, w, channels) float32."""
    image = image.reduce(-(-max(image.size) // _WORKING_SIDE))
    return np.atleast_3d(np.asarray(image if mode is None else image.convert(mode), np.float32))


def _absorbed(grey: np.ndarray) -> np.ndarray:
    """255 * (1 - grey / paper), the part of the light that the ink takes, however bright it is: (h, w) float32.

    Ink is darker than paper if the border is lighter than the middle of the range, once a plane (light from one side)
    is subtracted; else the picture is inverted. Paper is the closing: the largest value within a sixth of the side,
    and the smallest of those.
    """
    level = grey - _plane(grey)
    border = np.concatenate([level[0], level[-1], level[:, 0], level[:, -1]])
    if np.median(border) < (level.min() + level.max()) / 2:
        grey = 255 - grey
    window = max(3, max(grey.shape) // 3)
    wide = np.pad(grey, window, mode="edge")
    paper = -_largest_within(-_largest_within(wide, window), window)[window:-window, window:-window]
    return 255 * np.maximum(paper - grey, 0) / np.maximum(paper, 32)


def _plane(grey: np.ndarray) -> np.ndarray:
    """Least-squares a + b x + c y: (h, w) → (h, w). On a full grid x, y and 1 are orthogonal once centred."""
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in grey.shape)
    y, x = y[:, None], x[None, :]
    slopes = [(grey * axis).mean() / max(float((axis * axis).mean()), 1e-9) * axis for axis in (y, x)]
    return grey.mean() + slopes[0] + slopes[1]


def _largest_within(values: np.ndarray, window: int) -> np.ndarray:
    """Largest value of the square window around each pixel, by maxima of doubled reach: log2(window) steps."""
    for _ in range(2):
        values = np.pad(values, [(window // 2, window - 1 - window // 2), (0, 0)], mode="edge")
        reach = 1
        while reach < window:
            step = min(reach, window - reach)
            values = np.maximum(values[step:], values[:-step])
            reach += step
        values = values.T
    return values


def _block_maximum(values: np.ndarray, block: int) -> np.ndarray:
    """Largest value of each block × block square; squares that reach over the edge repeat its last row or column."""
    padded = np.pad(values, [(0, -side % block) for side in values.shape], mode="edge")
    height, width = padded.shape
    return padded.reshape(height // block, block, width // block, block).max(axis=(1, 3))


def _stretched(absorbed: np.ndarray) -> np.ndarray:
    """Paper to 0, ink to 255, edges between: (h, w) float32 → uint8.

    The threshold is Otsu's of 1979, but at least 0.4 of what the darkest 0.02 % of pixels reach: where ink is rare,
    Otsu's would part the paper's noise.
    """
    contrast = float(np.percentile(absorbed, 99.98))
    if contrast < MIN_CONTRAST:
        raise InvalidInput(f"there is nothing to see: all one colour, to within {contrast:.0f} of 255 grey levels.")
    counts, edges = np.histogram(absorbed, bins=256)
    levels = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * levels)
    above = np.maximum(below[-1] - below, 1)
    between = (sums[-1] * below - sums * below[-1]) ** 2 / (np.maximum(below, 1) * above)
    threshold = max(levels[np.argmax(between)], 0.4 * contrast)
    ink = np.median(absorbed[absorbed > threshold])
    paper = 0.6 * threshold
    return (255 * np.clip((absorbed - paper) / (ink - paper), 0, 1)).astype(np.uint8)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Only pieces with at least 3 % of the largest one's ink; of several long ones, only those off the frame."""
    block = -(-max(ink.shape) // 140)
    marked = _block_maximum(ink, block)
    pieces = _pieces(marked >= 128)
    mass = np.bincount(pieces.ravel(), weights=marked.ravel())
    mass[0] = 0
    on_frame = np.isin(np.arange(len(mass)), np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    inner = np.where(on_frame, 0, mass)
    if _length(pieces == np.argmax(inner)) >= 0.15 * max(pieces.shape) and inner.any():
        mass = inner
    kept = _neighbours(np.isin(pieces, np.flatnonzero(mass > 0.03 * mass.max())), square=True)
    return ink * np.kron(kept, np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]


def _pieces(marked: np.ndarray) -> np.ndarray:
    """Connected pieces (8 neighbours) of a bool grid: 0 outside, else a number of the piece's own."""
    pieces = np.arange(1, marked.size + 1).reshape(marked.shape) * marked
    while True:
        spread = _neighbours(pieces, square=True) * marked
        if np.array_equal(spread, pieces):
            return pieces
        pieces = spread


def _length(marked: np.ndarray) -> int:
    """Longer side of the bounding box."""
    left, top, right, bottom = bounding_box(marked)
    return max(right - left, bottom - top)
