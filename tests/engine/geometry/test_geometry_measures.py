"""Determinant, rank, eigenvectors, ellipse and relu's shares, against other ways to them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.geometry import geometry
from engine.geometry.geometry import IDENTITY, PRESETS, PlaneMap, apply, reflection, rotation
from engine.geometry.geometry_measures import (
    area,
    area_shares,
    classify,
    determinant,
    direction_shares,
    eigen,
    ellipse,
    factor,
    measure,
    number,
    point_shares,
)
from engine.geometry.geometry_shapes import LETTER, frame, grid
from tests.engine.geometry.test_geometry import angles, maps, matrices

CASES = settings(max_examples=60, derandomize=True, deadline=None)
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
def test_relu_cuts_the_directions_into_wedges_of_these_sizes(plane):
    assume(np.abs(plane.W).sum(axis=1).min() > 0.05)
    angle = 2 * np.pi * (np.arange(7200) + 0.5) / 7200
    far = 1e7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    np.testing.assert_allclose(direction_shares(plane), point_shares(plane, far), atol=2e-3)


def test_shares_where_a_row_of_w_is_zero():
    plane = PlaneMap(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([2.0, 0.0]))
    assert tuple(direction_shares(plane)) == (0.5, 0.5, 0, 0)
    assert tuple(direction_shares(plane._replace(b=np.array([-2.0, 0.0])))) == (0, 0, 0.5, 0.5)
    assert tuple(direction_shares(PlaneMap(np.zeros((2, 2)), np.array([-1.0, 3.0])))) == (0, 0, 1, 0)


RECTANGLES = [(-0.6, -1, -0.2, 1), (-0.2, -0.25, 0.4, 0.15), (-0.2, 0.6, 0.7, 1)]
"""The letter F, by its three strokes: left, below, right, above."""


def test_shares_of_an_objects_area_are_exact():
    """By hand: of the F's area of 1.4, x > 0 keeps 0.7 of the upper arm and 0.4 of the lower one; y > 0 cuts at 0."""
    whole = sum((right - left) * (top - bottom) for left, bottom, right, top in RECTANGLES)
    right = (0.4 * 0.4 + 0.7 * 0.4) / whole
    above = (0.4 * 1 + 0.6 * 0.15 + 0.9 * 0.4) / whole
    both = (0.4 * 0.15 + 0.7 * 0.4) / whole
    wanted = (both, right - both, above - both, 1 - right - above + both)
    np.testing.assert_allclose(area_shares(IDENTITY, [LETTER]), wanted, atol=1e-12)
    # Nothing of the map's size counts, and a map that brings every area to 0 still tells the sides apart.
    flat = PlaneMap(np.array([[1.0, 0.0], [1e-9, 0.0]]), np.zeros(2))
    np.testing.assert_allclose(area_shares(flat, [LETTER]), (right, 0, 0, 1 - right), atol=1e-12)
    np.testing.assert_allclose(area_shares(PlaneMap(np.zeros((2, 2)), np.array([1.0, -1])), grid()), (0, 1, 0, 0))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(maps)
def test_the_exact_shares_are_those_of_very_many_points(plane):
    side = (np.arange(400) + 0.5) / 200 - 1
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    x, y = points.T
    letter = np.any([(x > l) & (x < r) & (y > b) & (y < t) for l, b, r, t in RECTANGLES], axis=0)  # noqa: E741
    np.testing.assert_allclose(area_shares(plane, [LETTER]), point_shares(plane, points[letter]), atol=0.02)
    fields = (np.floor((x + 1) * 3) + np.floor((y + 1) * 3)) % 2 == 0
    np.testing.assert_allclose(area_shares(plane, grid()), point_shares(plane, points[fields]), atol=0.02)


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
    assert sum(direction_shares(PlaneMap(W, np.zeros(2)))) == pytest.approx(1)


def test_numbers_are_written_short():
    assert [number(value) for value in (-0.0, 2 / 3, -1.5, 100.0)] == ["0", "0.667", "−1.5", "100"]
    assert [number(value) for value in (0.0004, -0.00123456, 1e-10, 1e-5)] == ["4·10⁻⁴", "−0.00123", "0", "10⁻⁵"]


@pytest.mark.parametrize("size", [1 + 3e-5, 1 - 3e-5, 1.0004])
def test_a_factor_is_called_1_only_where_it_is(size):
    """Entries rounded to three digits made a scaling by 0.99998 "scales everything by 1"."""
    for W in (size * np.eye(2), size * rotation(30), size * reflection(20)):
        assert f" {factor(size)}" in classify(PlaneMap(W, np.zeros(2))) and factor(size) not in ("1", "0.999")
        assert float(factor(size)) == pytest.approx(size, abs=0.5e-4)
    assert [factor(value) for value in (1, -1, 1 + 1e-12, -1.00003, 2.0)] == ["1", "−1", "1", "−1.00003", "2"]
