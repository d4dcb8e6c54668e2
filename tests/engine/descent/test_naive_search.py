"""The naive search: its losses against NumPy in float64, its way down against the gradient, its count, its clock."""

import itertools

import jax
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.descent import naive_search
from engine.descent.naive_search import Cost, Place, Stopwatch, Trial
from engine.errors import InvalidInput
from engine.training import network, pretrained
from engine.training.network import Params


@pytest.fixture(scope="module")
def small():
    params = network.init(jax.random.key(3), hidden_units=6)
    random = np.random.default_rng(4)
    images = random.integers(0, 256, (10, 28, 28)).astype(np.uint8)
    labels = random.integers(0, 10, 10).astype(np.uint8)
    return params, images, labels, naive_search.slopes(params, images, labels)


def loss_by_hand(params, images, labels):
    x = images.reshape(len(images), 784) / 255
    W1, b1, W2, b2 = (np.asarray(part, np.float64) for part in params)
    scores = np.maximum(0, x @ W1 + b1) @ W2 + b2
    logarithms = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -logarithms[np.arange(len(labels)), labels].mean()


def index(place):
    return (place.row, place.column) if place.layer.startswith("W") else (place.column,)


def moved(params, place, change):
    parts = {name: np.asarray(part, np.float64).copy() for name, part in params._asdict().items()}
    parts[place.layer][index(place)] += change
    return Params(**parts)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(number=st.integers(0, 784 * 6 + 6 + 60 + 10 - 1), step=st.sampled_from([1e-3, 0.05, 1.0]))
def test_two_losses_with_one_weight_moved(small, number, step):
    params, images, labels, found = small
    place = naive_search.place_of(params, number)
    trial = naive_search.tried(params, found, place, step, images, labels)
    wanted = [loss_by_hand(moved(params, place, change), images, labels) for change in (-step, 0, step)]
    np.testing.assert_allclose([trial.below, trial.here, trial.above], wanted, rtol=1e-12)
    assert trial.value == float(getattr(params, place.layer)[index(place)])


@settings(max_examples=40, derandomize=True, deadline=None)
@given(number=st.integers(0, 784 * 6 + 6 + 60 + 10 - 1))
def test_for_small_steps_the_two_losses_point_where_the_gradient_does(small, number):
    params, images, labels, found = small
    place = naive_search.place_of(params, number)
    trial = naive_search.tried(params, found, place, 1e-4, images, labels)
    assume(abs(trial.slope) > 1e-7)
    assert trial.verdict == ("lower" if trial.slope > 0 else "raise")
    assert trial.difference == pytest.approx(trial.slope, rel=1e-2, abs=1e-6)


def test_a_pixel_without_ink_leaves_the_loss_as_it_is(small):
    params, images, labels, _ = small
    images = images.copy()
    images[:, 5, 9] = 0
    found = naive_search.slopes(params, images, labels)
    trial = naive_search.tried(params, found, Place("W1", 5 * 28 + 9, 2), 1.0, images, labels)
    assert trial.verdict == "equal" and trial.slope == 0 and trial.below == trial.here == trial.above


@pytest.mark.parametrize(("below", "above", "verdict"), [(0.4, 0.6, "lower"), (0.6, 0.4, "raise"), (0.5, 0.5, "equal")])
def test_the_lower_loss_says_the_way(below, above, verdict):
    trial = Trial(Place("W1", 0, 0), 0.3, 0.05, below, 0.5, above, 0.0)
    assert trial.verdict == verdict
    assert trial.difference == pytest.approx((above - below) / 0.1)


def test_the_textbooks_numbers():
    assert naive_search.STORY == ((0.25, 0.4), (0.3, 0.5), (0.35, 0.6))
    assert naive_search.passes(pretrained.load().params) == 814_100


def test_every_weight_has_one_number():
    params = network.init(jax.random.key(0), hidden_units=2)
    places = [naive_search.place_of(params, number) for number in range(network.parameter_count(params))]
    assert len(set(places)) == len(places) == 784 * 2 + 2 + 20 + 10
    assert all(naive_search.require(params, place) for place in places)
    assert places[3] == ("W1", 1, 1) and places[-1] == ("b2", 0, 9)
    with pytest.raises(InvalidInput, match="1,600 weights"):
        naive_search.place_of(params, len(places))


def test_the_steepest_weight(small):
    found = small[3]
    place = found.steepest()
    most = max(np.abs(part).max() for part in found.gradient)
    assert abs(getattr(found.gradient, place.layer)[index(place)]) == most


@pytest.mark.parametrize("place", [Place("W3", 0, 0), Place("W1", 784, 0), Place("b1", 1, 0), Place("W2", 0, -1)])
def test_a_weight_that_is_not_there(small, place):
    with pytest.raises(InvalidInput):
        naive_search.tried(small[0], small[3], place, 0.1, small[1], small[2])


def test_the_cost_is_the_median_pass_times_all_passes(small):
    params, images, labels, _ = small
    # A clock by which every forward pass takes 0.01 s and every backward pass 0.02 s.
    ticks = itertools.accumulate(itertools.cycle([0.0, 0.01, 0.0, 0.02]))
    cost = naive_search.measure(params, images, labels, clock=lambda: next(ticks))
    assert cost.forward == pytest.approx(0.01) and cost.backward == pytest.approx(0.02)
    count = 2 * network.parameter_count(params)
    assert cost.passes == count and cost.naive == pytest.approx(0.01 * count)
    assert cost.ratio == pytest.approx(count / 2)
    # 0.03 s for each round: after 14 of them the budget of 0.4 s is spent.
    assert cost.rounds == 14


def test_both_passes_that_are_timed_are_the_network(small):
    params, images, labels, found = small
    batch = network.preprocess(images), labels.astype(np.int32)
    value, gradient = naive_search.loss_and_gradient(params, *batch)
    assert float(naive_search.loss_of(params, *batch)) == pytest.approx(found.loss, rel=1e-5)
    assert float(value) == pytest.approx(found.loss, rel=1e-5)
    for part, wide in zip(gradient, found.gradient, strict=True):
        np.testing.assert_allclose(part, wide, atol=1e-6)


def test_the_stopwatch_works_beside_the_caller_and_can_be_closed(small):
    params, images, labels, _ = small
    watch = Stopwatch()
    assert watch.cost is None and not watch.under_way
    watch.start(params, images, labels)
    watch.close()
    watch.start(params, images, labels)
    while watch.under_way:
        pass
    assert isinstance(watch.cost, Cost) and 0 < watch.cost.forward < watch.cost.naive
    assert naive_search.measure(params, images, labels, stop=lambda: True) is None
