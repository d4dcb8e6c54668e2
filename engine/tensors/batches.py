"""Training data in batches: how many there are, which samples each takes, and their images in parts for a browser.

``batch n = train_images[batch_size * n : batch_size * (n + 1)]``; the last one takes what is left.
"""

import gzip
import hashlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput

CHUNK = 512
"""Images in one part sent to the browser: 0.4 MB, about 0.1 MB compressed."""
PIXELS = 784
INPUT_BYTES = 4 * PIXELS
"""One image as the network gets it: 784 values of float32."""


def batch_count(samples: int, batch_size: int) -> int:
    """Batches of one pass over the samples (an epoch), which is as many updates: samples / batch_size, rounded up.

    >>> batch_count(60_000, 128)
    469
    """
    _check(samples, batch_size)
    return -(-samples // batch_size)


def batch_bounds(n: int, samples: int, batch_size: int) -> tuple[int, int]:
    """The first sample of batch n (counted from 0) and the one after its last, as NumPy's slice takes them.

    >>> batch_bounds(468, 60_000, 128)
    (59904, 60000)
    """
    count = batch_count(samples, batch_size)
    if not 0 <= n < count:
        raise InvalidInput(
            f"there are {count:,} batches of {batch_size:,}, numbered 0 to {count - 1:,}; {n:,} is none."
        )
    return batch_size * n, min(batch_size * (n + 1), samples)


def batch_of(sample: int, samples: int, batch_size: int) -> int:
    """The number of the batch a sample is in.

    >>> batch_of(59_999, 60_000, 128)
    468
    """
    _check(samples, batch_size)
    if not 0 <= sample < samples:
        raise InvalidInput(f"samples are numbered 0 to {samples - 1:,}; {sample:,} is none.")
    return sample // batch_size


class Division(NamedTuple):
    """What a batch size makes of the samples. batch_bytes: the largest batch as float32 inputs of the network."""

    batch_size: int
    batches: int
    last: int
    batch_bytes: int


def division(samples: int, batch_size: int) -> Division:
    """How the samples divide into batches.

    >>> division(60_000, 128)
    Division(batch_size=128, batches=469, last=96, batch_bytes=401408)
    """
    batches = batch_count(samples, batch_size)
    return Division(batch_size, batches, samples - batch_size * (batches - 1), batch_size * INPUT_BYTES)


def _check(samples: int, batch_size: int) -> None:
    if not 1 <= batch_size <= samples:
        raise InvalidInput(f"batch size must be a whole number from 1 to {samples:,}; {batch_size:,} is not.")


class Chunks:
    """One data set in parts that browsers load and keep: CHUNK images and then their labels, one byte per value."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        """images: (samples, 28, 28) uint8; labels: (samples,) uint8. version differs whenever their content does."""
        digest = hashlib.blake2b(np.ascontiguousarray(images).data, digest_size=8)
        digest.update(np.ascontiguousarray(labels).data)
        self.version = digest.hexdigest()
        self._images = images
        self._labels = labels
        self.packed = lru_cache(maxsize=None)(self._packed)

    def _packed(self, chunk: int) -> bytes:
        """Part number ``chunk``, compressed by gzip, kept once made; InvalidInput if there is none."""
        first, beyond = batch_bounds(chunk, len(self._images), min(CHUNK, len(self._images)))
        content = self._images[first:beyond].tobytes() + self._labels[first:beyond].tobytes()
        return gzip.compress(content, 5, mtime=0)
