"""The training set as one long axis, a slider over its batches, and the digits of the chosen one, in the browser."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.tensors.batches import CHUNK, Division
from viz import theme
from viz.components import assets

MOST = 128
"""Digits drawn at once."""


def batch_strip(
    division: Division, *, key: str, samples: int, version: str, number: int, on_change: Callable[[], None]
) -> Mapping[str, Any]:
    """Show batch ``number`` of the training digits; scrubbing, pointing and keys need no server.

    The pictures come from the server's route digits/<version>/<chunk>, in parts of CHUNK. A new division or version
    goes to batch ``number``; otherwise the reader's choice stays. Returns the component's state: ``batch``, None or
    the batch the slider has come to rest on.
    """
    data = division._asdict() | {
        "samples": samples,
        "version": version,
        "number": number,
        "most": MOST,
        "chunk": CHUNK,
        "address": assets.address(f"digits/{version}/"),
        "axisColor": theme.AXES[0],
    }
    return assets.board("batch_strip", data, key=key, states=["batch"], on_change=on_change, taken="still")
