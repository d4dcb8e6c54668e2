"""The sets of points against their formulas, their noise, and what a reader may paint."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.geometry import folds_data
from engine.geometry.folds_data import POINTS, REACH, SHAPES, Points

SEEDS = settings(max_examples=25, derandomize=True, deadline=None)


def places(name, **knobs):
    points, labels = folds_data.generate(name, **knobs)
    return points[labels == 0], points[labels == 1]


@SEEDS
@given(st.integers(0, 9_999), st.sampled_from(folds_data.TURNS))
def test_a_spirals_radius_gives_its_angle_and_the_arms_are_half_a_turn_apart(seed, turns):
    for kind, arm in enumerate(places("spirals", noise=0, seed=seed, turns=turns)):
        radius = np.linalg.norm(arm, axis=1)
        angle = 2 * np.pi * turns * (radius - 0.15) / 1.05 + np.pi * kind
        np.testing.assert_allclose(arm[:, 0] / radius, np.cos(angle), atol=1e-9)
        np.testing.assert_allclose(arm[:, 1] / radius, np.sin(angle), atol=1e-9)
        assert 0.15 <= radius.min() < 0.3 and 1.1 < radius.max() <= 1.2


@SEEDS
@given(st.integers(0, 9_999))
def test_circles_moons_and_xor_lie_where_they_should(seed):
    for arm, radius in zip(places("circles", noise=0, seed=seed), (0.5, 1.15), strict=True):
        np.testing.assert_allclose(np.hypot(*arm.T), radius, rtol=1e-12)
        assert arm.min() < -0.3 and arm.max() > 0.3
    for arm, side in zip(places("moons", noise=0, seed=seed), (1, -1), strict=True):
        centred = arm + side * np.array([0.4, 0.2])
        np.testing.assert_allclose(np.hypot(*centred.T), 0.8, rtol=1e-12)
        assert (side * centred[:, 1] >= 0).all() and np.ptp(centred[:, 0]) > 1.4
    for arm, sign in zip(places("xor", noise=0, seed=seed), (1, -1), strict=True):
        assert (np.sign(arm[:, 0] * arm[:, 1]) == sign).all()
        assert (np.abs(arm) >= 0.15).all() and (np.abs(arm) <= 1.25).all()
        assert 0.2 < (arm[:, 0] > 0).mean() < 0.8


@pytest.mark.parametrize("name", SHAPES)
def test_half_of_each_class_one_seed_one_set_and_noise_of_the_size_asked_for(name):
    still = folds_data.generate(name, noise=0, seed=3)
    moved = folds_data.generate(name, noise=0.2, seed=3)
    assert len(still.points) == POINTS and still.labels.sum() == POINTS / 2
    np.testing.assert_array_equal(moved.points, folds_data.generate(name, noise=0.2, seed=3).points)
    assert not np.array_equal(still.points, folds_data.generate(name, noise=0, seed=4).points)
    away = moved.points - still.points
    assert away.std() == pytest.approx(0.2, rel=0.1) and abs(away.mean()) < 0.03


def test_painted_points_are_kept_as_they_are():
    data = folds_data.painted([[0.5, -1.5], [0.25, 0.0]], [1, 0])
    assert data.points.tolist() == [[0.5, -1.5], [0.25, 0.0]] and data.labels.tolist() == [1, 0]
    empty = folds_data.painted([], [])
    assert empty.points.shape == (0, 2) and empty.labels.shape == (0,)


@pytest.mark.parametrize(
    ("points", "labels"),
    [
        ([[0, 1.6]], [0]),
        ([[0, np.nan]], [0]),
        ([[0, 1]], [2]),
        ([[0, 1]], [0, 1]),
        ([[0, 0]] * 301, [0, 1] * 150 + [0]),
    ],
)
def test_what_no_brush_has_made_is_refused(points, labels):
    with pytest.raises(InvalidInput, match="painted"):
        folds_data.painted(points, labels)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([], "there are no points yet"),
        ([1], "1 point is too few: paint at least 4"),
        ([0, 1, 1], "3 points are too few"),
        ([0] * 4, "all points are blue"),
        ([1] * 9, "all points are red"),
    ],
)
def test_too_little_is_explained(labels, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        folds_data.require(Points(np.zeros((len(labels), 2)), np.array(labels, int)))
    assert folds_data.require(Points(np.zeros((4, 2)), np.array([0, 1, 1, 1]))).labels.sum() == 3


def test_noise_out_of_range_is_refused_and_the_square_grows_with_the_points():
    with pytest.raises(InvalidInput, match=r"from 0 to 0\.3; 0\.5 is not"):
        folds_data.generate("moons", noise=0.5)
    assert folds_data.reach(Points(np.zeros((0, 2)), np.zeros(0, int))) == REACH
    assert folds_data.reach(Points(np.array([[2.0, -1.0]]), np.zeros(1, int))) == pytest.approx(2.1)
