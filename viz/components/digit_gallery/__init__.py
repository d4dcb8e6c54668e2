"""A grid of 28×28 digits, drawn crisp in the theme's ink, each with a caption."""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np

from viz import packing, theme
from viz.components import assets


class Data(TypedDict):
    """Images (n, 28, 28) uint8 and what stands with them."""

    images: str
    descriptions: list[str]
    captions: list[list[str]]
    size: int
    height: int
    palettes: dict[str, Any]


def digit_gallery(
    images: np.ndarray,
    *,
    key: str,
    descriptions: Sequence[str],
    captions: Sequence[Sequence[str]] = (),
    size: int = 72,
    height: int = 0,
) -> None:
    """Show images (n, 28, 28) uint8, at least ``size`` pixels wide each.

    descriptions: one sentence per image for screen readers and tooltips. captions: up to a few short lines per
    image. height: pixels to keep free below the first row, so that what follows stays where it is.
    """
    data: Data = {
        "images": packing.packed(images, np.uint8),
        "descriptions": list(descriptions),
        "captions": [list(lines) for lines in captions],
        "size": size,
        "height": height,
        "palettes": theme.PALETTES,
    }
    assets.component("digit_gallery")(key=key, data=data)
