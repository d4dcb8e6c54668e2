"""One drawing's way through the network as the drawing board takes it: numbers, and arrays as base64."""

import base64
from typing import Any

import numpy as np

from engine.drawing import Stages
from engine.prediction import Prediction


def board_pictures(stages: Stages, seen: Prediction) -> dict[str, Any]:
    """Everything the board shows of one prediction, ready for JSON.

    Arrays are {"shape", "bytes"}, uint8: ink 0..255; hidden 0..255 for 0 to its largest value; evidence 128 for zero
    and 1 or 255 for the largest size of all ten classes together, so that classes compare. penned is None where the
    pen was left alone.
    """
    return {
        "predicted": int(seen.probabilities.argmax()),
        "probabilities": seen.probabilities.tolist(),
        "hidden": _packed(_levels(seen.hidden)),
        "evidence": _packed(_signed(seen.evidence.reshape(-1, 28, 28))),
        "cropped": _packed(stages.cropped),
        "penned": None if stages.penned is stages.cropped else _packed(stages.penned),
        "fitted": _packed(stages.fitted),
        "centred": _packed(stages.centred),
        "box": [int(edge) for edge in stages.box],
        "penWidth": float(stages.pen_width),
    }


def _levels(values: np.ndarray) -> np.ndarray:
    return np.round(values * (255 / max(float(values.max()), 1e-9))).astype(np.uint8)


def _signed(values: np.ndarray) -> np.ndarray:
    largest = max(float(np.abs(values).max()), 1e-9)
    return np.round(values * (127 / largest) + 128).astype(np.uint8)


def _packed(values: np.ndarray) -> dict[str, Any]:
    return {"shape": list(values.shape), "bytes": base64.b64encode(np.ascontiguousarray(values)).decode("ascii")}
