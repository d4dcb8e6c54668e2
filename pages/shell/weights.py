"""Where the weights of the current network lie for code that is taken away, by the network's name; and the file."""

import io
from typing import Any

import numpy as np

from engine.training.network import Params

WEIGHTS = {"pretrained": "engine/training/pretrained.npz", "yours": "weights.npz"}
"""Path of the .npz file with W1, b1, W2, b2, as the program will find it."""
WHERE_TO_RUN = {
    "pretrained": "Run it in the app's folder.",
    "yours": "Download weights.npz on the page “A first network”, and run this beside it.",
}


def file(params: Params) -> bytes:
    """Weights as an .npz file: W1, b1, W2, b2, float32."""
    content = io.BytesIO()
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in params._asdict().items()}
    np.savez(content, **arrays)
    return content.getvalue()
