"""A canvas to draw on with the prediction beside it, and the pictures of the ink's way; predicts without reruns."""

import base64
import binascii
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from engine.digits import drawing
from engine.errors import InvalidInput
from viz import packing, theme
from viz.components import assets

PNG = "data:image/png;base64,"
MAX_PICTURE_CHARACTERS = 400_000
EMPTY: Mapping[str, Any] = {"strokes": [], "brush": drawing.BRUSH, "base": False}
"""A drawing as the board keeps it: strokes [[x, y, x, y, …], …] and brush in canvas units, base: picture beneath?"""


class Picture(NamedTuple):
    """What may lie under the strokes. canvas: (280, 280) uint8; name: never the same twice; caption: for readers."""

    name: str
    canvas: np.ndarray
    caption: str


class Uses(NamedTuple):
    """Whose network predicts: the session's token, and the network's sentence, version and whether it is training."""

    session: str
    network: str
    version: str
    training: bool


def drawing_board(
    *,
    key: str,
    uses: Uses,
    kept: Mapping[str, Any],
    picture: Picture | None,
    on_change: Callable[[], None],
    compact: bool = False,
) -> Mapping[str, Any]:
    """Show the board. kept: the drawing to begin with; a picture of a new name replaces whatever is drawn.
    compact: the canvas and the ten probabilities alone. All boards of a tab share one drawing.

    Returns the component's state: ``drawing`` (None, or a drawing as EMPTY plus ``picture``), sent when the pen has
    rested for 0.4 s. picture there is {"name", "url", "caption"} if the server has lost it, by a reload, else None.
    """
    data = uses._asdict() | {
        "drawing": dict(kept),
        "picture": picture and {"name": picture.name, "url": to_url(picture.canvas), "caption": picture.caption},
        "brush": drawing.BRUSH,
        "penWidths": drawing.PEN_WIDTHS,
        "palettes": theme.PALETTES,
        "predict": assets.address("predict"),
        "storage": "uncrumple-drawing_board",
        "compact": compact,
    }
    board = assets.component("drawing_board", taken="still")
    return board(key=key, data=data, on_drawing_change=on_change)


def to_url(canvas: np.ndarray) -> str:
    """(280, 280) uint8 → an image address whose transparency is the ink, for the browser to colour."""
    ink = Image.fromarray(canvas)
    file = BytesIO()
    Image.merge("LA", (Image.new("L", ink.size), ink)).save(file, "PNG")
    return PNG + packing.text(file.getvalue())


def from_url(url: str) -> np.ndarray:
    """The canvas of ``to_url``, back from a browser. Raises InvalidInput for anything else."""
    try:
        if not url.startswith(PNG) or len(url) > MAX_PICTURE_CHARACTERS:
            raise ValueError("not an address of ours")
        with Image.open(BytesIO(base64.b64decode(url[len(PNG) :], validate=True)), formats=["PNG"]) as image:
            if image.size != (drawing.CANVAS, drawing.CANVAS) or image.mode != "LA":
                raise ValueError("not a picture of ours")
            return np.array(image.getchannel("A"))
    except (OSError, ValueError, SyntaxError, AttributeError, binascii.Error) as error:
        raise InvalidInput("The picture under your strokes is lost. Choose it again.") from error
