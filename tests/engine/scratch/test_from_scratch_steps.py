"""Each piece run line by line gives what it gives at full speed, with any numbers."""

import numpy as np
import pytest

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch import from_scratch
from engine.scratch.from_scratch_steps import LIMITS, PIECES, Small, arguments, samples, walk
from engine.scratch.stepping import frozen, source
from tests.cases import some


@pytest.fixture(scope="module")
def digits():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (30, 28, 28)).astype(np.uint8)
    return Digits(images, np.arange(30, dtype=np.uint8) % 10, images, np.zeros(30, np.uint8), "test")


def close(one, other):
    if isinstance(one, np.ndarray):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            close(first, second)
    else:
        assert one == other


@pytest.mark.parametrize("piece", some(PIECES, every=3))
def test_the_recording_is_the_functions_own_run(digits, piece):
    small = Small(batch_size=3, hidden_units=4, epochs=2, low=-0.1, seed=6)
    recording = walk(piece, small, digits)
    function, given = arguments(piece, small, digits)
    assert recording.source == source(function)
    result = function(*given)
    result = list(result) if piece in ("batches", "fit") else result
    close(recording.result, frozen(result))
    left = [step.writes[name] for step in recording.steps for name in ("returned", "yielded") if name in step.writes]
    close(left if piece in ("batches", "fit") else left[0], recording.result)


def test_values_on_the_way_are_numpys(digits):
    small = Small(batch_size=2, hidden_units=3, low=-0.1)
    steps = walk("dense", small, digits).steps
    inputs = digits.train_images[:2].reshape(2, 784) / 255
    products = inputs @ np.asarray(from_scratch.initial_weights(1, (784, 3, 10), -0.1, 0.1)[0])
    assert steps[0].reads["inputs"].shape == (2, 784)
    np.testing.assert_allclose(steps[0].writes["products"], products, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(steps[2].writes["outputs"], np.maximum(products, 0), rtol=1e-4, atol=1e-5)


def test_the_update_is_taken_with_the_losses_gradient_and_moves_all_four(digits):
    small = Small(learning_rate=0.5)
    steps = walk("update", small, digits).steps
    moves = [step for step in steps if "step" in step.writes]
    assert [step.passes[0][1:] for step in moves] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    step_of = walk("step", small, digits).steps[0].writes["gradient"]
    for move, slope in zip(moves, step_of, strict=True):
        np.testing.assert_allclose(move.writes["step"], 0.5 * slope, rtol=1e-4, atol=1e-8)


def test_fit_makes_the_loss_smaller_epoch_after_epoch(digits):
    small = Small(epochs=3, learning_rate=0.05, low=-0.05, high=0.05)
    found = walk("fit", small, digits)
    losses = [float(loss) for _, _, loss, _ in found.result]
    assert len(losses) == 6 and samples("fit", small) == 8
    assert np.mean(losses[4:]) < np.mean(losses[:2])


def test_the_last_batch_is_smaller(digits):
    shapes = [len(labels) for _, labels in walk("batches", Small(batch_size=8), digits).result]
    assert shapes == [8, 8, 4]


@pytest.mark.parametrize(
    "change",
    [{"batch_size": 0}, {"batch_size": 9}, {"hidden_units": 17}, {"epochs": 4}, {"low": 0.2}, {"learning_rate": 0.0},
     {"seed": -1}, {"high": float("nan")}, {"learning_rate": float("inf")}],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(change):
    with pytest.raises(InvalidInput):
        Small(**change)


def test_the_largest_numbers_fit(digits):
    most = {name: high for name, (_, high) in LIMITS.items()}
    assert len(walk("fit", Small(**most), digits).result) == 6
