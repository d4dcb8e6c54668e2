"""One image through the network, and its evidence against the chain rule by hand and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from engine.training.network import Params
from engine.training.prediction import predict

HIDDEN = 16


def drawn(seed):
    rng = np.random.default_rng(seed)
    shapes = (784, HIDDEN), (HIDDEN,), (HIDDEN, 10), (10,)
    params = Params(*(rng.normal(0, 0.3, shape).astype(np.float32) for shape in shapes))
    return params, rng.integers(0, 256, (28, 28), dtype=np.uint8)


def logits_by_hand(params, inputs):
    W1, b1, W2, b2 = (value.astype(np.float64) for value in params)
    hidden = np.maximum(inputs @ W1 + b1, 0)
    return hidden, hidden @ W2 + b2


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_every_layer_matches_numpy(seed):
    params, image = drawn(seed)
    found = predict(params, image)
    hidden, logits = logits_by_hand(params, image.reshape(784) / 255)
    np.testing.assert_allclose(found.hidden, hidden, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.logits, logits, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(found.probabilities, special.softmax(logits), rtol=2e-3, atol=1e-5)
    assert float(np.sum(found.probabilities)) == pytest.approx(1, abs=1e-5)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_evidence_is_the_chain_rule_through_the_active_units(seed):
    """d logit_c / d input_i = sum over active units j of W1[i, j] · W2[j, c]."""
    params, image = drawn(seed)
    found = predict(params, image)
    active = logits_by_hand(params, image.reshape(784) / 255)[0] > 0
    W1, W2 = params.W1.astype(np.float64), params.W2.astype(np.float64)
    assert found.evidence.shape == (10, 784)
    np.testing.assert_allclose(found.evidence, (W1[:, active] @ W2[active]).T, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_evidence_is_how_much_the_score_grows_per_unit_of_ink(seed):
    params, image = drawn(seed)
    evidence = np.asarray(predict(params, image).evidence)
    inputs, ink = image.reshape(784) / 255, 1e-6
    for pixel in np.random.default_rng(seed).choice(784, 25, replace=False):
        more, less = inputs.copy(), inputs.copy()
        more[pixel] += ink
        less[pixel] -= ink
        grown = (logits_by_hand(params, more)[1] - logits_by_hand(params, less)[1]) / (2 * ink)
        np.testing.assert_allclose(evidence[:, pixel], grown, rtol=1e-4, atol=1e-5)


def test_an_image_as_rows_or_as_one_row_gives_the_same():
    params, image = drawn(9)
    for one, other in zip(predict(params, image), predict(params, image.reshape(784)), strict=True):
        np.testing.assert_array_equal(one, other)
    blank = predict(params, np.zeros((28, 28), np.uint8))
    np.testing.assert_allclose(blank.hidden, np.maximum(params.b1, 0), rtol=1e-6)
