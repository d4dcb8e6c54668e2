"""Objects to put under a map of the plane, all in the square from -1 to 1: a grid, a letter, a picture's pixels."""

import numpy as np
from PIL import Image, ImageOps

from engine.digits.picture_files import opened

GRID_CELLS = 6
MAX_SIDE = 48
LETTER = np.array([
    [-0.6, -1], [-0.2, -1], [-0.2, -0.25], [0.4, -0.25], [0.4, 0.15], [-0.2, 0.15], [-0.2, 0.6], [0.7, 0.6], [0.7, 1],
    [-0.6, 1],
])  # fmt: skip
"""Corners of a capital F, counter-clockwise: no turn, mirror or skew of it looks like itself."""


def grid(cells: int = GRID_CELLS) -> np.ndarray:
    """Corners of every second field of a chessboard of cells × cells: (fields, 4, 2), counter-clockwise."""
    lines = np.linspace(-1, 1, cells + 1)
    fields = [(row, column) for row in range(cells) for column in range(cells) if (row + column) % 2 == 0]
    corners = [[(0, 0), (1, 0), (1, 1), (0, 1)]] * len(fields)
    places = np.array(fields)[:, None, ::-1] + np.array(corners)
    return lines[places]


def frame(height: int, width: int) -> np.ndarray:
    """Corners of a picture's frame, its longer side from -1 to 1: (4, 2), counter-clockwise from below left."""
    right, top = np.array([width, height]) / max(height, width)
    return np.array([[-right, -top], [right, -top], [right, top], [-right, top]])


def pixel_points(height: int, width: int) -> np.ndarray:
    """Centres of all pixels, row by row from above left, as points of the plane: (height * width, 2)."""
    rows, columns = np.mgrid[:height, :width]
    side = max(height, width)
    return np.stack([(2 * columns + 1 - width) / side, (height - 1 - 2 * rows) / side], axis=-1).reshape(-1, 2)


def ink_points(image: np.ndarray) -> np.ndarray:
    """Centres of the pixels of (h, w) that hold ink, above half: (n, 2)."""
    return pixel_points(*image.shape)[image.ravel() > 127]


def dark_on_light(image: np.ndarray) -> np.ndarray:
    """(h, w) uint8 with ink at 255 → the same as a picture in greys, ink at 0: (h, w, 3) uint8."""
    return np.repeat(255 - image[..., None], 3, axis=2)


def picture_from_upload(content: bytes) -> np.ndarray:
    """A photo or picture file → its colours, (h, w, 3) uint8, longer side at most 48, upright by its EXIF tag.

    See-through parts become white; of an animation the first frame is taken. Raises InvalidInput for what is no
    picture, is cut short, or is larger than 20 MB or 50 megapixels; sizes are checked before decoding.
    """
    with opened(content) as image:
        return _small(image)


def _small(image: Image.Image) -> np.ndarray:
    """Upright, over white, the longer side at most 48 pixels, each the mean of what it covers."""
    image.draft("RGB", (4 * MAX_SIDE, 4 * MAX_SIDE))
    image = ImageOps.exif_transpose(_reduced(image)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    colored = Image.alpha_composite(paper, image).convert("RGB")
    scale = min(1.0, MAX_SIDE / max(colored.size))
    width, height = (max(1, round(side * scale)) for side in colored.size)
    return np.array(colored.resize((width, height), Image.Resampling.BOX))


def _reduced(image: Image.Image) -> Image.Image:
    """8 bits a channel, at most 20 times the side wanted, so that a large picture is never copied in full."""
    factor = -(-max(image.size) // (20 * MAX_SIDE))
    exif = image.getexif()
    if image.mode in ("P", "PA", "1"):
        image = image.resize([max(1, side // factor) for side in image.size], Image.Resampling.NEAREST)
    elif image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bits(image.convert("F").reduce(factor))
    else:
        image = image.reduce(factor)
    image.getexif().update(exif)
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Greys of any range, from the darkest at 0 to the lightest at 255."""
    grey = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    level = (grey - grey.min()) * (255 / max(float(np.ptp(grey)), 1e-9))
    return Image.fromarray(level.astype(np.uint8))
