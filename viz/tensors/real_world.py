"""One small colour image whose numbers travel from channels-last to channels-first."""

import numpy as np

from viz import theme
from viz.tensors.cells import Block, Frame, Pose, Relation, Scene, arrange, tensor_block, tensor_layout

IMAGE = np.array([[[255, 0, 0], [255, 165, 0], [255, 255, 0]], [[0, 128, 0], [0, 0, 255], [238, 130, 238]]], np.uint8)
"""(2, 3, 3) uint8: red, orange, yellow above green, blue, violet, as web pages define these colours."""
PIXELS = (("red", "orange", "yellow"), ("green", "blue", "violet"))
CHANNELS = ("red", "green", "blue")
NAMES = ("height", "width", "channels")
COLORS = theme.AXES[1:4]
LIGHTS = ("loss", "gradient", "data")
"""Theme colours nearest to the light each channel stands for."""


def channels_scene(image: np.ndarray = IMAGE) -> Scene:
    """An image (height, width, 3) uint8 in two poses: channels-last, channels-first. Each cell keeps its number."""
    block = _coloured(tensor_block(image, "image"))
    first = _channels_first(block)
    height, width, _ = image.shape
    frames = (
        Frame(
            f"Channels-last {image.shape}: the last axis holds one pixel's red, green and blue. "
            f"There are {height} sheets, one per row of pixels.",
        ),
        Frame(
            f"Channels-first {first.shape}: the same {image.size} numbers as {len(CHANNELS)} sheets, one per colour. "
            "The axes keep their names and colours.",
            1,
            seconds=1.6,
        ),
    )
    alt = (
        f"An image of {height} rows of {width} pixels with three colour channels, {image.size} numbers. Its cells "
        "travel between channels-last, where each sheet is a row of pixels, and channels-first, where each sheet is "
        "one colour."
    )
    return Scene(
        (block,),
        _poses(block, first),
        frames,
        alt,
        relations=_relations(image),
    )


def _coloured(block: Block) -> Block:
    """Each cell filled with the light it stands for, as strongly as it shines."""
    channel = block.indices[:, 2]
    strengths = np.array([int(value) for value in block.values]) / 255
    return block._replace(fills=[LIGHTS[which] for which in channel], strengths=0.8 * strengths)


def _channels_first(block: Block) -> Block:
    """The same cells in the same order, with the indices they have after np.moveaxis(image, -1, 0)."""
    height, width, channels = block.shape
    kept = (block.kept[2], block.kept[0], block.kept[1])
    return block._replace(shape=(channels, height, width), kept=kept, indices=block.indices[:, [2, 0, 1]])


def _poses(last: Block, first: Block) -> tuple[Pose, Pose]:
    """The sheets side by side, in both orders; the axes keep their colours."""
    order = (2, 0, 1)
    names, colors = [NAMES[axis] for axis in order], [COLORS[axis] for axis in order]
    before = tensor_layout(last, spread=True, axis_names=NAMES, colors=COLORS)
    return arrange([before]), arrange([tensor_layout(first, spread=True, axis_names=names, colors=colors)])


def _relations(image: np.ndarray) -> dict[int, Relation]:
    """Pointing at a cell lights the three numbers of its pixel and names both of its places."""
    relations = {}
    for number, (row, column, channel) in enumerate(np.ndindex(image.shape)):
        pixel = range(number - channel, number - channel + 3)
        pixel_name = f"the {PIXELS[row][column]} pixel" if image is IMAGE else "this pixel"
        text = f"{CHANNELS[channel]} of {pixel_name}; channels-first it is [{channel}, {row}, {column}]"
        relations[number] = Relation({"prediction": list(pixel)}, text)
    return relations
