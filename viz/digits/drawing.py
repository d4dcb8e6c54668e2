"""One drawing's way through the network as the drawing board takes it, and how a picture file was read."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from engine.digits.drawing import Stages, neighbours
from engine.digits.upload import Reading
from engine.training.prediction import Prediction
from viz.packing import shaped

if TYPE_CHECKING:
    from viz.components.drawing_board import Answer

_PICTURE_SIDE = 168


def board_pictures(stages: Stages, seen: Prediction) -> "Answer":
    """Everything the board shows of one prediction, ready for JSON.

    Arrays are {"shape", "bytes"}, uint8: ink 0..255; hidden 0..255 for 0 to its largest value; evidence 128 for zero
    and 1 or 255 for the largest size of all ten classes together, so that classes compare. penned is None where the
    pen was left alone.
    """
    return {
        "predicted": int(seen.probabilities.argmax()),
        "probabilities": seen.probabilities.tolist(),
        "hidden": shaped(_levels(seen.hidden)),
        "evidence": shaped(_signed(seen.evidence.reshape(-1, 28, 28))),
        "cropped": shaped(stages.cropped),
        "penned": None if stages.penned is stages.cropped else shaped(stages.penned),
        "fitted": shaped(stages.fitted),
        "centred": shaped(stages.centred),
        "box": [int(edge) for edge in stages.box],
        "penWidth": float(stages.pen_width),
    }


def reading_sentence(reading: Reading) -> str:
    """Which tone was taken for ink, and what was left aside."""
    tones = "dark ink on lighter paper" if reading.dark_ink else "light ink on darker paper"
    if not reading.paper_found:
        return f"Read as **{tones}**; the whole picture is paper."
    return f"Read as **{tones}**. The paper was found inside the picture; what is pale here was left aside."


def reading_pictures(reading: Reading, centred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The reader's picture, pale where it was left aside, and the 28×28 image, dark on light: greys 170 pixels high.

    centred: (28, 28) uint8, 255 for ink. A dark line runs around the paper, a grey one around each picture.
    """
    line = reading.paper & neighbours(~reading.paper, square=True)
    line = line | neighbours(line, square=True)
    grey = np.where(reading.paper, reading.grey, 176 + reading.grey // 4)
    pale = np.where(line, 0, grey).astype(np.uint8)
    width = max(1, round(_PICTURE_SIDE * pale.shape[1] / pale.shape[0]))
    small = np.array(Image.fromarray(pale).resize((width, _PICTURE_SIDE), Image.Resampling.BOX))
    pixels = np.kron(255 - centred, np.ones((_PICTURE_SIDE // 28,) * 2, np.uint8))
    return np.pad(small, 1, constant_values=150), np.pad(pixels, 1, constant_values=150)


def _levels(values: np.ndarray) -> np.ndarray:
    return np.round(values * (255 / max(float(values.max()), 1e-9))).astype(np.uint8)


def _signed(values: np.ndarray) -> np.ndarray:
    largest = max(float(np.abs(values).max()), 1e-9)
    return np.round(values * (127 / largest) + 128).astype(np.uint8)
