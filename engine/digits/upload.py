"""A photo or picture file → ink on a canvas: the part of the light that the ink takes, however bright it is."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image

from engine.digits import paper
from engine.digits.drawing import CANVAS, bounding_box, fit, neighbours
from engine.digits.picture_files import opened
from engine.errors import InvalidInput

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


class Reading(NamedTuple):
    """How a picture was read.

    canvas: (280, 280) uint8, its ink, centred, the longer side 200; grey: (h, w) uint8, the picture, at most 560;
    paper: (h, w) bool, the part that counted as paper; paper_found: less than all of it; dark_ink: was the ink taken
    to be what is darker than the paper?
    """

    canvas: np.ndarray
    grey: np.ndarray
    paper: np.ndarray
    paper_found: bool
    dark_ink: bool


def canvas_from_upload(content: bytes) -> np.ndarray:
    """A photo or picture file → its ink on a canvas, (280, 280) uint8. See ``read`` and ``grey_from_upload``."""
    return read(grey_from_upload(content)).canvas


def grey_from_upload(content: bytes) -> np.ndarray:
    """File → greys (h, w) uint8, upright by its EXIF tag, at most 560 on the longer side; of an animation one frame.

    Where two colours are nearly equally bright, the greys tell them apart by colour instead. Raises InvalidInput for
    what is no picture, is too large (20 MB, 50 megapixels; checked before decoding), or is cut short.
    """
    with opened(content) as image:
        image.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
        return _grey(image).round().astype(np.uint8)


def read(grey: np.ndarray, *, dark_ink: bool | None = None) -> Reading:
    """Greys (h, w) uint8 → the paper on them, the ink on it, and that ink on a canvas.

    dark_ink: is the ink darker than the paper? None: judged by what surrounds what. Uneven light and specks are
    removed, and whatever touches the paper's edge or encloses the rest, if something else remains. Raises InvalidInput
    where nothing is to be seen.
    """
    found = paper.find(grey.astype(np.float32), dark_ink=dark_ink)
    ink = _without_specks(_stretched(_absorbed(grey.astype(np.float32), found), found.mask), found.mask)
    left, top, right, bottom = bounding_box(ink)
    fitted = fit(ink[top:bottom, left:right], INK_SIDE)
    height, width = fitted.shape
    row, column = (CANVAS - height) // 2, (CANVAS - width) // 2
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    canvas[row : row + height, column : column + width] = fitted
    return Reading(canvas, grey, found.mask, found.found, found.dark_ink)


def _grey(image: Image.Image) -> np.ndarray:
    """Brightness, upright, float32 in 0..255; see-through parts take the tone farthest from what is visible."""
    orientation = image.getexif().get(ExifTags.Base.Orientation)
    if "transparency" in image.info or image.mode == "PA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "1"):
        image = image.convert("RGB")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        grey = _shrunk(image.convert("F"))[..., 0]
        grey = (grey - grey.min()) * (255 / max(float(np.ptp(grey)), 1e-9))
    elif image.mode in ("RGBA", "LA"):
        *colours, opacity = np.moveaxis(_shrunk(image, "RGBA"), -1, 0)
        tone = _tone(np.stack(colours, axis=-1), opacity > 127)
        dark = (tone * opacity).sum() < 128 * opacity.sum()
        grey = (tone * opacity + 255 * dark * (255 - opacity)) / 255
    else:
        grey = _tone(_shrunk(image, "RGB"))
    if not np.isfinite(grey).all():
        raise InvalidInput("a picture's brightness must be finite; this one has values that are not.")
    return np.ascontiguousarray(_TURNS.get(orientation, np.asarray)(grey))


def _tone(colours: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
    """(h, w, 3) → (h, w) in 0..255: brightness; or, if colours differ much more in hue, their principal component.

    seen: the pixels that count, (h, w) bool. Weights of brightness: ITU-R BT.601.
    """
    grey = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    pixels = colours if seen is None or not seen.any() else colours[seen]
    pixels = pixels.reshape(-1, 3)
    variances, axes = np.linalg.eigh(np.cov(pixels, rowvar=False, bias=True))
    bright = np.var(pixels @ np.array([0.299, 0.587, 0.114]))
    if variances[-1] < 9 * bright or variances[-1] < 4:
        return grey
    axis = axes[:, -1] * np.sign(axes[:, -1] @ np.array([0.299, 0.587, 0.114]) or 1)
    level = (colours - pixels.mean(axis=0)) @ axis
    return (level - level.min()) * (255 / max(float(np.ptp(level)), 1e-9))


def _shrunk(image: Image.Image, mode: str | None = None) -> np.ndarray:
    """Mean of blocks so that the longer side is at most 560, then in that mode: (h, w, channels) float32."""
    image = image.reduce(-(-max(image.size) // _WORKING_SIDE))
    return np.atleast_3d(np.asarray(image if mode is None else image.convert(mode), np.float32))


def _absorbed(grey: np.ndarray, found: paper.Paper) -> np.ndarray:
    """255 * (1 - grey / paper), the part of the light that the ink takes, however bright it is: (h, w) float32.

    Light ink on dark paper is inverted first. The paper's own tone is the closing: the largest value within a sixth
    of the side, and the smallest of those. What is not paper takes no part in it.
    """
    grey = np.where(found.mask, grey if found.dark_ink else 255 - grey, 0)
    window = max(3, max(grey.shape) // 3)
    wide = np.pad(grey, window, mode="edge")
    tone = -paper.within(-paper.within(wide, window), window)[window:-window, window:-window]
    return 255 * found.mask * np.maximum(tone - grey, 0) / np.maximum(tone, 32)


def _stretched(absorbed: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Paper to 0, ink to 255, edges between: (h, w) float32 → uint8. mask: the pixels that count.

    The threshold is Otsu's of 1979, but at least 0.4 of what the darkest 0.02 % of pixels reach: where ink is rare,
    Otsu's would part the paper's noise.
    """
    contrast = float(np.percentile(absorbed[mask], 99.98))
    if contrast < MIN_CONTRAST:
        raise InvalidInput(f"there is nothing to see: all one colour, to within {contrast:.0f} of 255 grey levels.")
    counts, edges = np.histogram(absorbed[mask], bins=256)
    levels = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * levels)
    above = np.maximum(below[-1] - below, 1)
    between = (sums[-1] * below - sums * below[-1]) ** 2 / (np.maximum(below, 1) * above)
    threshold = max(levels[np.argmax(between)], 0.4 * contrast)
    ink = np.median(absorbed[absorbed > threshold])
    paper = 0.6 * threshold
    return (255 * np.clip((absorbed - paper) / (ink - paper), 0, 1)).astype(np.uint8)


def _without_specks(ink: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Only pieces with at least 3 % of the largest one's ink.

    Of several long pieces, only those off the paper's edge, and only what a ring around a long one encloses.
    """
    block = -(-max(ink.shape) // 140)
    marked = paper.block_maximum(ink, block)
    outside = neighbours(np.pad(paper.block_maximum(~mask, block), 1, constant_values=True), square=True)[1:-1, 1:-1]
    pieces = paper.pieces(marked >= 128)
    mass = np.bincount(pieces.ravel(), weights=marked.ravel())
    mass[0] = 0
    inner = mass.copy()
    inner[np.unique(pieces[outside])] = 0
    if inner.any() and _length(pieces == np.argmax(inner)) >= 0.15 * _length(mask) / block:
        mass = inner
    mass = _enclosed(pieces, mass)
    kept = neighbours(np.isin(pieces, np.flatnonzero(mass > 0.03 * mass.max())), square=True)
    return ink * np.kron(kept, np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]


def _enclosed(pieces: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """The mass of the pieces inside the longest one, if one there is long enough to be the digit; else all."""
    heavy = np.flatnonzero(mass > 0.03 * mass.max())
    ring = max((pieces == number for number in heavy), key=_length)
    rest = np.pad(~ring, 1, constant_values=True)
    around = paper.pieces(rest, square=False)
    within = (rest & (around != around[0, 0]))[1:-1, 1:-1]
    inside = np.zeros_like(mass)
    numbers = np.setdiff1d(np.unique(pieces[within]), [0])
    inside[numbers] = mass[numbers]
    long = inside.any() and _length(pieces == np.argmax(inside)) >= 0.4 * _length(ring)
    return _enclosed(pieces, inside) if long else mass


def _length(marked: np.ndarray) -> int:
    """Longer side of the bounding box."""
    left, top, right, bottom = bounding_box(marked)
    return max(right - left, bottom - top)
