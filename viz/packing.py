"""Arrays on their way to the browser, which reads them again with ``components/shared/packing.js``."""

import base64
import zlib
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


class Packed(TypedDict):
    """An array with its shape; bytes: its entries, as ``packed`` writes them."""

    shape: list[int]
    bytes: str


def text(content: bytes) -> str:
    """Bytes in base 64, the form in which JSON can carry them."""
    return base64.b64encode(content).decode("ascii")


def packed(array: ArrayLike, dtype: DTypeLike = None) -> str:
    """The entries row-major and little-endian, in base 64. dtype: what they become first; None leaves them.

    >>> packed([1, 258], ">u2")
    'AQACAQ=='
    """
    entries = np.ascontiguousarray(array, dtype)
    return text(entries.astype(entries.dtype.newbyteorder("<"), copy=False).tobytes())


def shaped(array: np.ndarray) -> Packed:
    """An array that keeps its shape.

    >>> shaped(np.zeros((1, 2), np.uint8))
    {'shape': [1, 2], 'bytes': 'AAA='}
    """
    return {"shape": list(array.shape), "bytes": packed(array)}


def compressed(content: bytes) -> str:
    """Bytes compressed, in base 64: quickly rather than most tightly, for it is done while a reader waits."""
    return text(zlib.compress(content, 1))
