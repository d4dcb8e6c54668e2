"""The training set as one long axis, a slider over its batches, and the digits of the chosen one, in the browser."""

from collections.abc import Callable
from typing import TypedDict

from engine.tensors.batches import CHUNK, Division
from viz import theme
from viz.components import assets

MOST = 128
"""Digits drawn at once."""


class Data(TypedDict):
    """How the samples divide into batches, the batch to begin with, and where their pictures come from.

    most: digits drawn at once. chunk: digits in one part of the pictures.
    """

    batch_size: int
    batches: int
    last: int
    samples: int
    version: str
    number: int
    most: int
    chunk: int
    address: str
    axisColor: str


class State(TypedDict):
    """What the strip last sent: the batch the slider has come to rest on."""

    batch: int | None


def batch_strip(
    division: Division, *, key: str, samples: int, version: str, number: int, on_change: Callable[[], None]
) -> State:
    """Show batch ``number`` of the training digits; scrubbing, pointing and keys need no server.

    The pictures come from the server's route digits/<version>/<chunk>, in parts of CHUNK. A new division or version
    goes to batch ``number``; otherwise the reader's choice stays.
    """
    data: Data = {
        "batch_size": division.batch_size,
        "batches": division.batches,
        "last": division.last,
        "samples": samples,
        "version": version,
        "number": number,
        "most": MOST,
        "chunk": CHUNK,
        "address": assets.address(f"digits/{version}/"),
        "axisColor": theme.AXES[0],
    }
    return assets.board("batch_strip", data, key=key, states=["batch"], on_change=on_change, taken="still")
