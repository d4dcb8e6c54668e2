"""Batches against NumPy's own slices, and the parts sent to browsers."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.errors import InvalidInput
from engine.tensors.batches import CHUNK, Chunks, batch_bounds, batch_count, batch_of, division

MANY = settings(max_examples=150, derandomize=True, deadline=None)


@MANY
@given(some.integers(1, 3_000), some.data())
def test_batches_are_numpys_slices(samples, data):
    size = data.draw(some.integers(1, samples))
    numbers = np.arange(samples)
    slices = [numbers[size * n : size * (n + 1)] for n in range(samples + 1)]
    filled = [part for part in slices if len(part)]
    assert batch_count(samples, size) == len(filled)
    n = data.draw(some.integers(0, len(filled) - 1))
    first, beyond = batch_bounds(n, samples, size)
    np.testing.assert_array_equal(numbers[first:beyond], filled[n])
    found = division(samples, size)
    assert (found.batches, found.last) == (len(filled), len(filled[-1]))
    assert found.batch_bytes == np.zeros((len(filled[0]), 784), np.float32).nbytes
    sample = data.draw(some.integers(0, samples - 1))
    assert sample in filled[batch_of(sample, samples, size)]


def test_the_books_numbers():
    assert division(60_000, 128)[1:3] == (469, 96)
    assert batch_bounds(3, 60_000, 128) == (384, 512)
    assert division(60_000, 60_000)[1:] == (1, 60_000, 188_160_000)
    assert division(60_000, 1)[1:3] == (60_000, 1)


@pytest.mark.parametrize("size", [0, -1, 60_001])
def test_a_batch_size_outside_the_samples_is_refused(size):
    with pytest.raises(InvalidInput, match="from 1 to 60,000"):
        batch_count(60_000, size)


@pytest.mark.parametrize("n", [-1, 469])
def test_a_batch_that_is_not_there_is_refused(n):
    with pytest.raises(InvalidInput, match="numbered 0 to 468"):
        batch_bounds(n, 60_000, 128)
    with pytest.raises(InvalidInput, match="numbered 0 to 59,999"):
        batch_of(-1 if n < 0 else 60_000, 60_000, 128)


@pytest.fixture
def pictures():
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (1_100, 28, 28), np.uint8), rng.integers(0, 10, 1_100, np.uint8)


def test_parts_hold_images_and_then_labels(pictures):
    images, labels = pictures
    chunks = Chunks(images, labels)
    parts = [np.frombuffer(gzip.decompress(chunks.packed(number)), np.uint8) for number in range(3)]
    counts = [len(part) // 785 for part in parts]
    assert counts == [CHUNK, CHUNK, 1_100 - 2 * CHUNK]
    pixels = [part[: 784 * count] for part, count in zip(parts, counts, strict=True)]
    np.testing.assert_array_equal(np.concatenate(pixels), images.ravel())
    behind = [part[784 * count :] for part, count in zip(parts, counts, strict=True)]
    np.testing.assert_array_equal(np.concatenate(behind), labels)
    assert chunks.packed(1) is chunks.packed(1)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_part_that_is_not_there_is_refused(pictures, number):
    with pytest.raises(InvalidInput):
        Chunks(*pictures).packed(number)


def test_the_version_follows_the_content(pictures):
    images, labels = pictures
    version = Chunks(images, labels).version
    assert Chunks(images.copy(), labels.copy()).version == version
    one = images.copy()
    one[-1, -1, -1] ^= 1
    other = labels.copy()
    other[-1] ^= 1
    assert len({version, Chunks(one, labels).version, Chunks(images, other).version}) == 3
