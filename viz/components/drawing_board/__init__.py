"""A canvas to draw on with the prediction beside it, and the pictures of the ink's way; predicts without reruns."""

import base64
import binascii
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple, TypedDict, cast

import numpy as np
from PIL import Image

from engine.digits import drawing
from engine.errors import InvalidInput
from viz import packing, theme
from viz.components import assets
from viz.packing import Packed

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


class Beneath(TypedDict):
    """A picture under the strokes; url: of a PNG whose transparency is the ink."""

    name: str
    url: str
    caption: str


class Data(TypedDict):
    """What the board needs: whose network predicts, the drawing to begin with, and the address that predicts."""

    session: str
    network: str
    version: str
    training: bool
    drawing: dict[str, Any]
    picture: Beneath | None
    brush: float
    penWidths: tuple[float, float]
    palettes: dict[str, Any]
    predict: str
    storage: str
    compact: bool


class Drawing(TypedDict):
    """A drawing as EMPTY; picture: what the server has lost by a reload, else None."""

    strokes: list[list[float]]
    brush: float
    base: bool
    picture: Beneath | None


class State(TypedDict):
    """What the board last sent, when the pen had rested for 0.4 s."""

    drawing: Drawing | None


class Answer(TypedDict):
    """What the server says to strokes: ten probabilities, and pictures of the ink's way, uint8.

    box: [top, bottom, left, right] of the ink on the canvas. penWidth: in canvas units.
    """

    predicted: int
    probabilities: list[float]
    hidden: Packed
    evidence: Packed
    cropped: Packed
    penned: Packed | None
    fitted: Packed
    centred: Packed
    box: list[int]
    penWidth: float


def drawing_board(
    *,
    key: str,
    uses: Uses,
    kept: Mapping[str, Any],
    picture: Picture | None,
    on_change: Callable[[], None],
    compact: bool = False,
) -> State:
    """Show the board. kept: the drawing to begin with; a picture of a new name replaces whatever is drawn.
    compact: the canvas and the ten probabilities alone. All boards of a tab share one drawing.
    """
    beneath: Beneath | None = None
    if picture is not None:
        beneath = {"name": picture.name, "url": to_url(picture.canvas), "caption": picture.caption}
    data: Data = {
        "session": uses.session,
        "network": uses.network,
        "version": uses.version,
        "training": uses.training,
        "drawing": dict(kept),
        "picture": beneath,
        "brush": drawing.BRUSH,
        "penWidths": drawing.PEN_WIDTHS,
        "palettes": theme.PALETTES,
        "predict": assets.address("predict"),
        "storage": "uncrumple-drawing_board",
        "compact": compact,
    }
    board = assets.component("drawing_board", taken="still")
    return cast(State, board(key=key, data=data, on_drawing_change=on_change))


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
