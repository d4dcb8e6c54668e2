"""Determinant, rank, eigenvectors, ellipse and relu's shares, against other ways to them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import geometry
from engine.geometry import IDENTITY, PRESETS, PlaneMap, apply, reflection, rotation
from engine.geometry_measures import (
    area,
    classify,
    determinant,
    eigen,
    ellipse,
    measure,
    number,
    plane_shares,
    point_shares,
)  # fmt: skip
from engine.geometry_shapes import LETTER, frame, grid
from tests.engine.test_geometry import angles, maps, matrices

CASES = settings(max_examples=120, derandomize=True, deadline=None)
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
hundredths = st.integers(-300, 300).map(lambda count: count / 100)
typed = st.tuples(hundredths, hundredths, hundredths, hundredths).map(lambda four: np.array(four).reshape(2, 2))


@CASES
@given(maps, st.sampled_from([SQUARE, LETTER, frame(3, 7), grid()[4]]))
def test_the_determinant_is_the_factor_of_every_area(plane, shape):
    before, after = area(shape), area(apply(plane, shape))
    assert before > 0
    assert after == pytest.approx(determinant(plane.W) * before, rel=1e-9, abs=1e-9)
    assert area(apply(plane, SQUARE)) == pytest.approx(np.linalg.det(plane.W), rel=1e-9, abs=1e-9)


@CASES
@given(angles)
def test_turning_and_mirroring_keep_areas_and_mirroring_turns_them_over(angle):
    assert determinant(rotation(angle)) == pytest.approx(1) and determinant(reflection(angle)) == pytest.approx(-1)


@CASES
@given(st.one_of(matrices, typed))
def test_eigenvectors_keep_their_line_and_all_real_ones_are_found(W):
    size = np.abs(W).max()
    assume(size > 1e-6)
    found = eigen(W)
    for value, direction in zip(found.values, found.directions, strict=True):
        np.testing.assert_allclose(W @ direction, value * direction, atol=1e-6 * size)
        assert np.hypot(*direction) == pytest.approx(1)
    assert found.values.tolist() == sorted(found.values.tolist(), reverse=True)
    assert np.prod(found.values) == pytest.approx(determinant(W), abs=1e-6 * size**2) or len(found.values) != 2
    known = np.linalg.eigvals(W)
    if np.abs(known.imag).max() > 1e-5 * size:
        assert not len(found.values)
    elif abs(known[0] - known[1]) > 1e-5 * size:
        np.testing.assert_allclose(found.values, np.sort(known.real)[::-1], atol=1e-8 * size)
        assert abs(np.cross(np.append(found.directions[0], 0), np.append(found.directions[1], 0))[2]) > 1e-7


def test_eigenvectors_of_the_familiar_maps():
    assert not len(eigen(rotation(30)).values)
    half_turn, nothing = eigen(rotation(180)), eigen(np.zeros((2, 2)))
    assert half_turn.every and half_turn.values.tolist() == [-1] and nothing.every and nothing.values.tolist() == [0]
    skewed = eigen(np.array([[1.0, 0.75], [0.0, 1.0]]))
    assert skewed.values.tolist() == [1] and skewed.directions.tolist() == [[1, 0]] and not skewed.every
    mirror = eigen(reflection(30))
    np.testing.assert_allclose(mirror.values, [1, -1])
    np.testing.assert_allclose(mirror.directions[0], [np.cos(np.pi / 6), 0.5])
    # The direction is given by where it points to the right, or straight up.
    np.testing.assert_allclose(mirror.directions[1], [0.5, -np.cos(np.pi / 6)])
    assert eigen(np.diag([2.0, 3.0])).directions.tolist() == [[0, 1], [1, 0]]


@CASES
@given(st.one_of(matrices, typed))
def test_singular_values_are_the_longest_and_shortest_radius_of_the_circles_image(W):
    found = measure(W)
    radii = np.linalg.norm(ellipse(W, 720), axis=1)
    longest = max(1e-12, radii.max())
    # 720 points miss the end of an axis by at most a quarter of a degree.
    assert longest <= found.singular[0] * (1 + 1e-12) + 1e-12 and longest >= found.singular[0] * np.cos(np.pi / 720)
    assert radii.min() >= found.singular[1] - 1e-9
    assert radii.min() ** 2 <= found.singular[1] ** 2 + (found.singular[0] * np.sin(np.pi / 720)) ** 2 + 1e-12
    assert np.prod(found.singular) == pytest.approx(abs(determinant(W)), abs=1e-9)
    for length, direction in zip(found.singular, found.axes, strict=True):
        # An end of the axis is the image of a point of the circle: W's transpose takes the direction back to it.
        np.testing.assert_allclose(np.linalg.norm(W.T @ direction), length, atol=1e-9)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-12)


@pytest.mark.parametrize(
    ("W", "rank"),
    [(np.zeros((2, 2)), 0), ([[1, 2], [2, 4]], 1), ([[0, 0], [0, 1e-3]], 1), ([[1, 2], [2, 4.01]], 2), (np.eye(2), 2)],
)
def test_rank(W, rank):
    assert measure(np.array(W, float)).rank == rank


@settings(max_examples=40, derandomize=True, deadline=None)
@given(maps)
def test_relu_cuts_the_plane_into_wedges_of_these_sizes(plane):
    assume(np.abs(plane.W).sum(axis=1).min() > 0.05)
    angle = 2 * np.pi * (np.arange(7200) + 0.5) / 7200
    far = 1e7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    np.testing.assert_allclose(plane_shares(plane), point_shares(plane, far), atol=2e-3)


def test_shares_where_a_row_of_w_is_zero():
    plane = PlaneMap(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([2.0, 0.0]))
    assert tuple(plane_shares(plane)) == (0.5, 0.5, 0, 0)
    assert tuple(plane_shares(plane._replace(b=np.array([-2.0, 0.0])))) == (0, 0, 0.5, 0.5)
    assert tuple(plane_shares(PlaneMap(np.zeros((2, 2)), np.array([-1.0, 3.0])))) == (0, 0, 1, 0)


def test_shares_of_points_by_their_quadrant():
    points = np.array([[1.0, 1], [2, 3], [1, -1], [-1, 1], [-1, -1], [0, 0], [0, 1], [5, 1]])
    assert tuple(point_shares(IDENTITY, points)) == (3 / 8, 1 / 8, 2 / 8, 2 / 8)


@pytest.mark.parametrize(
    ("W", "words"),
    [
        (np.eye(2), "identity"),
        (np.zeros((2, 2)), "zero: every point goes to one place"),
        (rotation(30), "rotation by 30°, counter-clockwise"),
        (rotation(-135), "rotation by 135°, clockwise"),
        (rotation(180), "rotation by 180°: "),
        (reflection(30), "mirrors the plane in the line at 30° to the horizontal."),
        (2 * reflection(100), "at 100° to the horizontal and scales by 2."),
        ([[1.5, 0], [0, 0.5]], "scales by 1.5 across and by 0.5 upward"),
        ([[-2, 0], [0, -2]], "scales everything by −2"),
        ([[1, 0.75], [0, 1]], "sideways by 0.75 times its height"),
        ([[1, 0], [-2, 1]], "upward by −2 times its distance to the right"),
        (3 * rotation(45), "turns by 45° and scales by 3"),
        ([[1, 2], [1, 2]], "onto a line, at 45° to the horizontal"),
        ([[0, 0], [0, 3]], "onto a line, at 90° to the horizontal"),
        ([[2, 1], [1, 3]], "symmetric"),
        ([[1.25, 0.5], [0.25, 1]], "without a shorter name"),
        ([[1, 2], [3, -1]], "without a shorter name"),
    ],
)
def test_every_kind_of_map_has_its_name(W, words):
    assert words in classify(PlaneMap(np.array(W, float), np.zeros(2)))


def test_the_words_say_b_and_relu_too():
    assert classify(PRESETS["translation"].example).startswith("A translation: every point moves by b = [1, 0.5]")
    words = classify(PRESETS["relu"].example)
    assert "Then everything moves by b = [0.5, −0.25]. Then relu sets negative coordinates to 0." in words
    assert "Then" not in classify(PRESETS["rotation"].example)
    assert "moves" not in classify(PlaneMap(np.zeros((2, 2)), np.ones(2)))


@CASES
@given(st.one_of(matrices, typed, st.sampled_from([np.full((2, 2), 100.0), np.diag([100, 1e-300])])))
def test_every_map_has_finite_numbers_and_a_sentence(W):
    found = measure(W)
    numbers = [found.determinant, *found.eigen.values, *found.eigen.directions.ravel(), *found.singular]
    assert np.isfinite([*numbers, *found.axes.ravel()]).all()
    sentence = classify(geometry.require(W, [0, 0]))
    assert sentence.endswith(".") and "nan" not in sentence
    assert sum(plane_shares(PlaneMap(W, np.zeros(2)))) == pytest.approx(1)


def test_numbers_are_written_short():
    assert [number(value) for value in (-0.0, 2 / 3, -1.5, 100.0)] == ["0", "0.667", "−1.5", "100"]
