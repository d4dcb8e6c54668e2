"""A photo or picture file → ink on a canvas: the part of the light that the ink takes, however bright it is."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from engine.drawing import CANVAS, bounding_box, fit, neighbours
from engine.errors import InvalidInput

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
MIN_CONTRAST = 16
INK_SIDE = 200
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


def canvas_from_upload(content: bytes) -> np.ndarray:
    """A photo or picture file → its ink on a canvas, (280, 280) uint8, centred, its longer side 200.

    Up to 20 MB and 50 megapixels, any mode, upright by its EXIF tag, light on dark or dark on light; of an animation
    the first frame. Uneven light and specks are removed, and whatever touches the frame if something else remains.
    Raises InvalidInput for what is no picture, is too large, is cut short, or shows nothing.
    """
    ink = _without_specks(_stretched(_absorbed(_decoded(content))))
    left, top, right, bottom = bounding_box(ink)
    fitted = fit(ink[top:bottom, left:right], INK_SIDE)
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
    kept = neighbours(np.isin(pieces, np.flatnonzero(mass > 0.03 * mass.max())), square=True)
    return ink * np.kron(kept, np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]


def _pieces(marked: np.ndarray) -> np.ndarray:
    """Connected pieces (8 neighbours) of a bool grid: 0 outside, else a number of the piece's own."""
    pieces = np.arange(1, marked.size + 1).reshape(marked.shape) * marked
    while True:
        spread = neighbours(pieces, square=True) * marked
        if np.array_equal(spread, pieces):
            return pieces
        pieces = spread


def _length(marked: np.ndarray) -> int:
    """Longer side of the bounding box."""
    left, top, right, bottom = bounding_box(marked)
    return max(right - left, bottom - top)
