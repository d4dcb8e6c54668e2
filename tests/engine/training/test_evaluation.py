"""Predictions, confusions and failures against a plain loop over every sample."""

from collections import Counter
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special

from engine.training import evaluation, network, training
from engine.training.evaluation import Evaluation, compare, crossentropies
from engine.training.network import Params

SAMPLES = 4_321


@pytest.fixture(scope="module")
def judged():
    """4,321 made-up images, more than two slices and no multiple of one, and a network that knows some of them."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 10, SAMPLES).astype(np.uint8)
    images = rng.integers(0, 90, (SAMPLES, 28, 28), dtype=np.uint8)
    images[np.arange(SAMPLES), 2 * labels] += 160
    params = Params(*map(np.array, network.init(jax.random.key(0), hidden_units=12)))
    for label in range(10):
        params.W1[56 * label : 56 * label + 28, label] += 0.2
        params.W2[label, label] += 1.0
    return SimpleNamespace(
        images=images, labels=labels, params=params, found=evaluation.evaluate(params, images, labels)
    )


def test_probabilities_match_numpy_in_the_order_of_the_samples(judged):
    inputs = judged.images.reshape(SAMPLES, 784) / 255
    hidden = np.maximum(inputs @ judged.params.W1.astype(np.float64) + judged.params.b1, 0)
    expected = special.softmax(hidden @ judged.params.W2.astype(np.float64) + judged.params.b2, axis=1)
    assert judged.found.probabilities.dtype == np.float32
    np.testing.assert_allclose(judged.found.probabilities, expected, rtol=1e-4, atol=1e-6)


def test_confusion_counts_every_sample_once_at_its_label_and_prediction(judged):
    pairs = Counter(zip(judged.labels.tolist(), judged.found.probabilities.argmax(axis=1).tolist(), strict=True))
    expected = [[pairs[label, predicted] for predicted in range(10)] for label in range(10)]
    assert judged.found.confusion.tolist() == expected
    assert judged.found.confusion.sum(axis=1).tolist() == np.bincount(judged.labels).tolist()
    assert np.trace(judged.found.confusion) == SAMPLES - len(judged.found.wrong)
    assert not np.array_equal(judged.found.confusion, judged.found.confusion.T)


def test_accuracy_is_the_share_of_right_ones_and_the_trainings_own(judged):
    found = judged.found
    assert 0.2 < found.accuracy < 0.95
    assert found.accuracy == pytest.approx(np.mean(found.predicted == judged.labels))
    data = training.place(judged.images, judged.labels, training.device_mesh())
    assert found.accuracy == pytest.approx(float(training.evaluate(judged.params, data)[1]), abs=1e-6)


def test_failures_come_the_most_confident_first(judged):
    found = judged.found
    confidence = found.probabilities.max(axis=1)
    assert sorted(found.wrong.tolist()) == [i for i in range(SAMPLES) if found.predicted[i] != judged.labels[i]]
    assert np.all(np.diff(confidence[found.wrong]) <= 0) and np.ptp(confidence[found.wrong]) > 0.1


def test_a_cell_holds_its_samples_the_most_confident_first(judged):
    found = judged.found
    for label in range(10):
        for predicted in range(10):
            behind = found.cell(label, predicted)
            expected = {i for i in range(SAMPLES) if judged.labels[i] == label and found.predicted[i] == predicted}
            assert set(behind.tolist()) == expected and len(behind) == found.confusion[label, predicted]
            assert np.all(np.diff(found.probabilities[behind, predicted]) <= 0)


def test_equally_confident_samples_keep_their_order():
    probabilities = np.full((5, 10), 0.05, np.float32)
    probabilities[:, 3] = [0.55, 0.6, 0.55, 0.6, 0.55]
    found = Evaluation(probabilities, np.full(5, 3), np.array([3, 3, 3, 3, 7]), np.zeros((10, 10), int), np.array([4]))
    assert found.cell(3, 3).tolist() == [1, 3, 0, 2] and found.cell(7, 3).tolist() == [4]
    assert found.cell(1, 3).tolist() == [] and found.accuracy == 0.8


def test_a_network_that_is_always_right_has_an_empty_list_of_failures():
    params = Params(*(np.zeros(shape, np.float32) for shape in ((784, 3), (3,), (3, 10))), np.eye(10, dtype="f")[4])
    found = evaluation.evaluate(params, np.zeros((7, 28, 28), np.uint8), np.full(7, 4, np.uint8))
    assert found.accuracy == 1 and found.wrong.tolist() == [] and found.confusion[4, 4] == 7


PROBABILITIES = arrays.arrays(np.float32, 10, elements=st.floats(2**-20, 1, width=32)).map(lambda p: p / p.sum())


@settings(deadline=None, derandomize=True)
@given(PROBABILITIES, st.integers(0, 9))
def test_both_encodings_of_the_label_give_one_loss(probabilities, label):
    found = crossentropies(probabilities, label)
    assert found.one_hot.tolist() == [int(digit == label) for digit in range(10)]
    expected = -np.log(max(float(probabilities[label]), 1e-7))
    assert found.sparse == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert found.categorical == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_certainty_of_the_wrong_class_costs_what_keras_charges():
    """Keras clips at its epsilon 1e-7: 16.118 nats instead of infinity."""
    found = crossentropies(np.eye(10, dtype=np.float32)[2], 5)
    assert found.sparse == found.categorical == pytest.approx(16.118095650958, rel=1e-9)


class TestWithoutNumbers:
    """Samples whose probabilities are nan, as a diverged network gives them."""

    def test_they_are_failures_and_predict_nothing(self, judged):
        """argmax of nan is 0: every 0 was counted as right."""
        broken = judged.params._replace(b2=np.full(10, np.nan, np.float32))
        found = evaluation.evaluate(broken, judged.images, judged.labels)
        assert found.accuracy == 0 and len(found.wrong) == SAMPLES and not found.confusion.any()

    def test_they_come_after_the_failures_that_have_a_confidence(self, judged):
        """One input overflows: only samples that have ink there are without numbers."""
        images = judged.images.copy()
        images[:, 27, 27] = 0
        images[:3, 27, 27] = 255
        W1 = judged.params.W1.copy()
        W1[783] = np.float32(3e38)
        W2 = judged.params.W2 + np.float32(0)
        found = evaluation.evaluate(judged.params._replace(W1=W1 * 1, W2=W2 * 10), images, judged.labels)
        lost = set(np.flatnonzero(~np.isfinite(found.probabilities).all(axis=1)).tolist())
        assert lost == {0, 1, 2} == set(found.wrong[-3:].tolist())
        assert found.confusion.sum() == SAMPLES - 3


class TestCompare:
    """The same weights on digits trained on and new ones."""

    LABELS = np.repeat(np.arange(10), 6_000)

    def test_chance_is_what_two_fair_samples_differ_by_one_time_in_twenty(self):
        """Oracle: 20,000 pairs of samples from one population."""
        rng = np.random.default_rng(0)
        training, tests = rng.binomial(60_000, 0.98, 20_000) / 60_000, rng.binomial(10_000, 0.98, 20_000) / 10_000
        chance = compare(0.98, 0.98, self.LABELS, 10_000).chance
        assert np.mean(np.abs(training - tests) > chance) == pytest.approx(0.0455, abs=0.006)

    @pytest.mark.parametrize(
        ("training", "test", "learnt", "differs"),
        [
            (0.9941, 0.98, True, True),
            (0.9810, 0.9800, True, False),
            (0.9790, 0.9800, True, False),
            (0.93, 0.94, True, True),
            (0.0974, 0.1024, False, False),
            (0.1024, 0.0974, False, False),
            (0.1002, 0.0974, False, False),
            (0.11, 0.09, True, True),
            (1.0, 1.0, True, False),
            (0.0, 0.0, False, False),
        ],
    )
    def test_what_is_learnt_and_what_differs(self, training, test, learnt, differs):
        found = compare(training, test, self.LABELS, 10_000)
        assert (found.learnt, found.differs) == (learnt, differs)
        assert found.gap == pytest.approx(training - test) and found.guessing == 0.1

    def test_naming_the_most_frequent_digit_is_guessing(self):
        labels = np.repeat([0, 1], [40_000, 20_000])
        assert not compare(2 / 3, 0.6, labels, 10_000).learnt
        assert compare(0.68, 0.6, labels, 10_000).learnt
