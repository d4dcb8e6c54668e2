"""Where the paper of a photo is, and whether its ink is darker than it.

A sheet on a desk, the inside of a black frame, what lies between letterbox bars and the inside of a box drawn around a
digit are one thing: a four-sided region, set off by a step of brightness wherever it does not end with the picture, in
which lies something of the other tone that touches no side. The innermost such region is the paper; without one it is
the whole picture.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from engine.digits.drawing import bounding_box, neighbours

CELLS = 112
LEVELS = 16
MIN_SHARE = 0.04
MIN_FOUR_SIDED = 0.84
MIN_STEP = 20.0


class Paper(NamedTuple):
    """mask: (h, w) bool, where the paper is; dark_ink: is the ink darker than the paper?; found: less than all?"""

    mask: np.ndarray
    dark_ink: bool
    found: bool


class _Sheet(NamedTuple):
    """mask of cells; step: of brightness across its sides, 0..255, reached on four fifths of them."""

    mask: np.ndarray
    step: float
    dark_ink: bool


def find(grey: np.ndarray, *, dark_ink: bool | None = None) -> Paper:
    """Greys (h, w) in 0..255 → the paper on them. dark_ink: the tone of the ink where it is known."""
    block = -(-max(grey.shape) // CELLS)
    tones = (True, False) if dark_ink is None else (dark_ink,)
    sheets = [sheet for tone in tones for sheet in _sheets(grey if tone else 255 - grey, block, tone)]
    if not sheets:
        known = _darker_than_border(grey) if dark_ink is None else dark_ink
        return Paper(np.ones(grey.shape, bool), known, False)
    innermost = min(sheet.mask.sum() for sheet in sheets)
    best = max((sheet for sheet in sheets if sheet.mask.sum() <= 1.3 * innermost), key=lambda sheet: sheet.step)
    mask = np.kron(_shrunk(best.mask, 1), np.ones((block, block), bool))[: grey.shape[0], : grey.shape[1]]
    return Paper(mask, best.dark_ink, True)


def _darker_than_border(grey: np.ndarray) -> bool:
    """Is the border lighter than the middle of the range, once a plane (light from one side) is subtracted?"""
    level = grey - _plane(grey)
    border = np.concatenate([level[0], level[-1], level[:, 0], level[:, -1]])
    return bool(np.median(border) >= (level.min() + level.max()) / 2)


def _plane(grey: np.ndarray) -> np.ndarray:
    """Least-squares a + b x + c y: (h, w) → (h, w). On a full grid x, y and 1 are orthogonal once centred."""
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in grey.shape)
    y, x = y[:, None], x[None, :]
    slopes = [(grey * axis).mean() / max(float((axis * axis).mean()), 1e-9) * axis for axis in (y, x)]
    return grey.mean() + slopes[0] + slopes[1]


def _sheets(tone: np.ndarray, block: int, dark_ink: bool) -> Iterator[_Sheet]:
    """Candidates lighter than their surroundings and their ink. Blocks keep their darkest pixel: thin lines part."""
    darkest = -block_maximum(-tone, block)
    low, high = float(darkest.min()), float(darkest.max())
    least_step = max(MIN_STEP, 0.12 * (high - low))
    slope = within(darkest, 5) + within(-darkest, 5)
    for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
        light = darkest > level
        regions = pieces(light)
        sizes = np.bincount(regions.ravel())
        sizes[0] = 0
        for number in np.flatnonzero(sizes > 0.3 * MIN_SHARE * darkest.size):
            mask = _four_sided(regions == number)
            if mask is None or (step := _step(mask, slope)) < least_step or not _holds_ink(mask, light):
                continue
            yield _Sheet(mask, step, dark_ink)


def _four_sided(region: np.ndarray) -> np.ndarray | None:
    """The region's convex hull, if four corners span nearly all of it and the region fills its rim; else None."""
    hull = _hull(region)
    turns = np.linspace(0, np.pi / 2, 45, endpoint=False)[:, None] + np.pi / 2 * np.arange(4)
    directions = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    corners = hull[np.argmax(directions @ hull.T, axis=-1)]
    area = _area(hull)
    if area < MIN_SHARE * region.size or _area(corners).max() < MIN_FOUR_SIDED * area:
        return None
    image = Image.new("1", region.shape[::-1])
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in hull.tolist()], fill=1, outline=1)
    mask = np.array(image)
    inner = _shrunk(mask, 1)
    rim = inner & ~_shrunk(inner, 1)
    return mask if rim.any() and region[rim].mean() >= 0.85 else None


def _step(mask: np.ndarray, slope: np.ndarray) -> float:
    """The change of brightness over five cells, reached on four fifths of the rim inside the picture; 0 without any."""
    rim = mask & ~_shrunk(mask, 1)
    rim[[0, -1]] = rim[:, [0, -1]] = False
    return float(np.percentile(slope[rim], 20)) if rim.sum() >= 0.2 * np.sqrt(mask.sum()) else 0.0


def _holds_ink(mask: np.ndarray, light: np.ndarray) -> bool:
    """Does something dark lie inside, off the rim, neither tiny nor most of it, nor a plain block as a 0's hole is?"""
    dark = pieces(mask & ~light)
    rim = mask & ~_shrunk(mask, 2)
    sizes = np.bincount(dark.ravel())
    sizes[0] = 0
    sizes[np.unique(dark[rim])] = 0
    if not sizes.any() or sizes.sum() > 0.4 * mask.sum():
        return False
    left, top, right, bottom = bounding_box(dark == np.argmax(sizes))
    width, height = right - left, bottom - top
    length, whole = max(width, height), np.sqrt(mask.sum())
    block = sizes.max() > 0.7 * width * height and length < 2.5 * min(width, height)
    return bool(length >= 0.1 * whole and not (block and length >= 0.4 * whole))


def _hull(region: np.ndarray) -> np.ndarray:
    """Corners of the convex hull of a region's cells, in turn: (n, 2) of x, y. Andrew 1979."""
    rows = np.flatnonzero(region.any(axis=1))
    first, last = region[rows].argmax(axis=1), region.shape[1] - 1 - region[rows, ::-1].argmax(axis=1)
    return np.array(_chain(first, rows, 1) + _chain(last[::-1], rows[::-1], 1))


def _chain(columns: np.ndarray, rows: np.ndarray, turn: int) -> list[tuple[int, int]]:
    """One side of the hull: points that turn the other way are dropped."""
    kept: list[tuple[int, int]] = []
    for x, y in zip(columns.tolist(), rows.tolist(), strict=True):
        while len(kept) > 1:
            (x0, y0), (x1, y1) = kept[-2:]
            if turn * ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) < 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept


def _area(corners: np.ndarray) -> np.ndarray:
    """Of polygons (..., n, 2), by the shoelace formula."""
    x, y = np.moveaxis(corners, -1, 0)
    return np.abs((x * np.roll(y, -1, -1) - y * np.roll(x, -1, -1)).sum(axis=-1)) / 2


def _shrunk(mask: np.ndarray, cells: int) -> np.ndarray:
    """Without the cells near something outside of it; the picture's own edge takes none away."""
    for _ in range(cells):
        mask = ~neighbours(~mask, square=True)
    return mask


def block_maximum(values: np.ndarray, block: int) -> np.ndarray:
    """Largest value of each block × block square; squares that reach over the edge repeat its last row or column."""
    padded = np.pad(values, [(0, -side % block) for side in values.shape], mode="edge")
    height, width = padded.shape
    return padded.reshape(height // block, block, width // block, block).max(axis=(1, 3))


def within(values: np.ndarray, window: int) -> np.ndarray:
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


def pieces(marked: np.ndarray, *, square: bool = True) -> np.ndarray:
    """Connected pieces (8 neighbours, or 4) of a bool grid: 0 outside, else a number of the piece's own.

    Each pixel takes the largest number beside it, then the number of the pixel that this number names: far pieces of
    one shape meet in some logarithm of its length.
    """
    names = np.arange(1, marked.size + 1).reshape(marked.shape) * marked
    while True:
        spread = neighbours(names, square=square) * marked
        spread = np.where(marked, spread.ravel()[spread - 1], 0)
        if np.array_equal(spread, names):
            return names
        names = spread
