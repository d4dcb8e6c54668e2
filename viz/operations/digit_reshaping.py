"""A digit's 784 pixels in other shapes: as one row and back, at wrong widths, mirrored by a transpose."""

from collections.abc import Sequence

import numpy as np

from engine.operations import reshaping
from viz import theme
from viz.tensors.cells import AxisMark, Block, Frame, Pose, Relation, Scene, tensor_block, tensor_layout

SIDE = 28
PIXELS = SIDE * SIDE
WIDTHS = range(20, 37)
MAX_CELL = 15
MAX_HEIGHT = 470
LINE = 2 * SIDE
"""Pixels on each of the lines on which the flat vector is drawn."""


def flat_scene(image: np.ndarray) -> Scene:
    """(28, 28) → (784,), drawn on lines of 56 like text, → (28, 28) again."""
    numbers = np.arange(PIXELS)
    lines = PIXELS // LINE
    frames = (
        Frame(f"The digit: {SIDE} rows of {SIDE} pixels.", 0, seconds=1.2),
        Frame(
            f"digit.reshape({PIXELS}): its rows laid end to end in one row, drawn here on {lines} lines, as text is.",
            1,
            seconds=2.5,
        ),
        Frame(f"Reshaped to ({SIDE}, {SIDE}) again: every pixel is back in its place.", 2, seconds=2.5),
    )
    image_pose = _pose((SIDE, SIDE), numbers)
    places = np.stack([numbers % LINE, 2 * (numbers // LINE)], axis=1)
    bottom = 2.0 * lines - 1
    text, told = f"axis 0: {PIXELS}, on {lines} lines", f"axis 0 of the flat digit has size {PIXELS}"
    mark = AxisMark(0, 0, "data", text, "bottom", 1, (0.0, bottom), (float(LINE), bottom), told)
    flat_pose = image_pose._replace(positions=places.astype(float), axes=(mark,))
    block = _block(image)
    shapes = [(SIDE, SIDE), (PIXELS,)]
    relations = _relations([reshaping.indices(shape, numbers) for shape in shapes], shapes)
    return Scene((block,), (image_pose, flat_pose, image_pose), frames, frames[1].caption, relations=relations)


def widths_scene(image: np.ndarray) -> Scene:
    """The digit, then its 784 pixels in rows of every width from 20 to 36; the pixels that fill no row are hidden."""
    numbers = np.arange(PIXELS)
    frames = [Frame(f"The digit as it is: width {SIDE}. Scrub to cut its 784 pixels into rows of another width.")]
    poses = [_pose((SIDE, SIDE), numbers, center=True)]
    for width in WIDTHS:
        poses.append(_pose((PIXELS // width, width), numbers, center=True))
        frames.append(Frame(width_caption(width), len(poses) - 1, seconds=0.9))
    alt = "A digit of 28 × 28 pixels, then the same pixels in rows of 20 to 36: it leans at every width but 28."
    return Scene((_block(image),), tuple(poses), tuple(frames), alt)


def transpose_scene(image: np.ndarray) -> Scene:
    """The digit and its transpose, mirrored along the diagonal; a reshape to the same shape changes nothing."""
    numbers = np.arange(PIXELS)
    turned = reshaping.renumbered((SIDE, SIDE), (1, 0), numbers)
    frames = (
        Frame("The digit: axis 0 counts rows, axis 1 columns."),
        Frame(
            "digit.transpose(1, 0): rows have become columns, and the digit is mirrored along its diagonal. "
            "digit.reshape(28, 28) would leave it as it is: the shape is the same, the tensor is not.",
            1,
            seconds=2.5,
        ),
    )
    shape = (SIDE, SIDE)
    poses = (_pose(shape, numbers), _pose(shape, turned, swapped=True))
    block = _block(image)
    relations = _relations([reshaping.indices(shape, now) for now in (numbers, turned)], [shape, shape])
    return Scene((block,), poses, frames, frames[1].caption, relations=relations)


def width_caption(width: int) -> str:
    """What the digit's pixels do in rows of this width.

    >>> width_caption(28)
    'Width 28: 28 rows of 28 pixels use all 784. The digit stands upright: only here is each row one of its rows.'
    """
    rows = PIXELS // width
    used = rows * width
    rest = PIXELS - used
    left = f"use {used}; {rest} {'is' if rest == 1 else 'are'} left over" if rest else f"use all {PIXELS}"
    told = f"Width {width}: {rows} rows of {width} pixels {left}."
    if width == SIDE:
        return f"{told} The digit stands upright: only here is each row one of its rows."
    shift = abs(SIDE - width)
    side = "right" if width < SIDE else "left"
    columns = "1 column" if shift == 1 else f"{shift} columns"
    return f"{told} From row to row the digit slips {columns} to the {side}."


def _block(image: np.ndarray) -> Block:
    return tensor_block(image, "digit", limit=SIDE, fill="ink")._replace(texts=[""] * PIXELS)


def _pose(shape: tuple[int, int], numbers: np.ndarray, *, center: bool = False, swapped: bool = False) -> Pose:
    """Where each pixel stands when it has this row-major number in this shape; what does not fit is hidden.

    center: around the digit's middle. swapped: whether the axes have changed places, with their colours.
    """
    rows, columns = shape
    fits = numbers < rows * columns
    places = reshaping.indices(shape, np.minimum(numbers, rows * columns - 1))
    block = Block("digit", shape, (tuple(range(rows)), tuple(range(columns))), places, (), (), (), np.zeros(0))
    names = ["axis 0 (was 1)", "axis 1 (was 0)"] if swapped else None
    layout = tensor_layout(block, axis_names=names, colors=[theme.AXES[1], theme.AXES[0]] if swapped else None)
    shift = np.array([max(WIDTHS) - columns, PIXELS // min(WIDTHS) - rows]) / 2 if center else np.zeros(2)
    axes = tuple(
        mark._replace(start=tuple((mark.start + shift).tolist()), end=tuple((mark.end + shift).tolist()))
        for mark in (layout.axes[::-1] if swapped else layout.axes)
    )
    return Pose(layout.positions + shift, layout.layers, axes, presence=fits.astype(float))


def _relations(places: Sequence[np.ndarray], shapes: Sequence[tuple[int, ...]]) -> dict[int, Relation]:
    """For each pixel, where it stands in each shape."""
    ways = zip(*(place.tolist() for place in places), strict=True)
    return {
        cell: Relation(
            text=" → ".join(f"{reshaping.shown(shape)} at {place}" for shape, place in zip(shapes, way, strict=True))
        )
        for cell, way in enumerate(ways)
    }
