"""Maps of the plane against closed forms: undone, chained, half done; lengths, areas, refusals."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.geometry import geometry
from engine.geometry.geometry import IDENTITY, PRESETS, PlaneMap

CASES = settings(max_examples=60, derandomize=True, deadline=None)
entries = st.floats(-10, 10, allow_subnormal=False)
shifts = st.tuples(entries, entries).map(np.array)
matrices = st.tuples(entries, entries, entries, entries).map(lambda four: np.array(four).reshape(2, 2))
angles = st.floats(-720, 720)
maps = st.builds(PlaneMap, matrices, shifts, st.just(False))
POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-2.0, 0.75], [3.0, -4.0]])


def by_hand(plane, points):
    """W @ x + b, number by number."""
    (a, b), (c, d) = plane.W.tolist()
    return np.array([[a * x + b * y + plane.b[0], c * x + d * y + plane.b[1]] for x, y in points.tolist()])


@CASES
@given(maps)
def test_every_point_goes_to_w_at_x_plus_b_and_relu_cuts_below_0(plane):
    np.testing.assert_allclose(geometry.apply(plane, POINTS), by_hand(plane, POINTS), rtol=1e-12, atol=1e-12)
    cut = geometry.apply(plane._replace(relu=True), POINTS)
    np.testing.assert_allclose(cut, [[max(x, 0), max(y, 0)] for x, y in by_hand(plane, POINTS)], rtol=1e-12, atol=1e-12)
    # Columns of W are where the basis vectors go, b where the origin goes.
    origin, first, second = geometry.apply(plane, POINTS)[:3]
    np.testing.assert_array_equal(origin, plane.b)
    np.testing.assert_allclose(np.stack([first - origin, second - origin], axis=1), plane.W, atol=1e-12)


@CASES
@given(maps)
def test_the_inverse_undoes(plane):
    (a, b), (c, d) = plane.W
    assume(abs(a * d - b * c) > 0.1)
    undone = geometry.apply(geometry.inverse(plane), geometry.apply(plane, POINTS))
    np.testing.assert_allclose(undone, POINTS, atol=1e-8)


@CASES
@given(maps, maps)
def test_two_maps_are_one_and_determinants_multiply(first, second):
    both = geometry.compose(second, first)
    one_by_one = geometry.apply(second, geometry.apply(first, POINTS))
    np.testing.assert_allclose(geometry.apply(both, POINTS), one_by_one, rtol=1e-10, atol=1e-9)
    product = np.linalg.det(second.W) * np.linalg.det(first.W)
    assert np.linalg.det(both.W) == pytest.approx(product, rel=1e-9, abs=1e-7)
    last = geometry.compose(second._replace(relu=True), first)
    np.testing.assert_allclose(geometry.apply(last, POINTS), np.maximum(one_by_one, 0), rtol=1e-10, atol=1e-9)


@CASES
@given(angles, shifts)
def test_a_rotation_keeps_lengths_and_turns_counter_clockwise(angle, point):
    turned = geometry.rotation(angle) @ point
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(point))
    # A point is a complex number: a rotation multiplies it by e^(i angle).
    product = complex(*point) * np.exp(1j * np.deg2rad(angle))
    np.testing.assert_allclose(turned, [product.real, product.imag], atol=1e-10)
    assert geometry.is_rotation(geometry.rotation(angle)) and not geometry.is_rotation(geometry.reflection(angle))


@CASES
@given(angles, shifts)
def test_a_reflection_keeps_its_line_and_undoes_itself(angle, point):
    mirror = geometry.reflection(angle)
    line = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    # What lies along the line stays, what is perpendicular to it changes its sign.
    np.testing.assert_allclose(mirror @ point, 2 * (line @ point) * line - point, atol=1e-9)
    np.testing.assert_allclose(mirror @ mirror @ point, point, atol=1e-10)


@pytest.mark.parametrize("name", PRESETS)
def test_the_way_to_a_map_begins_with_nothing_moved_and_ends_with_the_map(name):
    plane = PRESETS[name].example
    np.testing.assert_array_equal(geometry.between(plane, 0)(POINTS), POINTS)
    np.testing.assert_array_equal(geometry.between(plane, 1)(POINTS), geometry.apply(plane, POINTS))


@CASES
@given(maps, st.floats(0, 1))
def test_half_way_is_half_of_everything_and_relu_comes_after(plane, part):
    assume(not geometry.is_rotation(plane.W))
    mixed = (1 - part) * POINTS + part * by_hand(plane, POINTS)
    np.testing.assert_allclose(geometry.between(plane, part)(POINTS), mixed, atol=1e-10)
    pressed = geometry.between(plane._replace(relu=True), 0.5 + part / 2)(POINTS)
    cut = by_hand(plane, POINTS)
    np.testing.assert_allclose(pressed, np.where(cut < 0, (1 - part) * cut, cut), atol=1e-10)


@pytest.mark.parametrize("angle", [30, 120, -90])
def test_half_a_rotation_is_a_rotation_by_half_the_angle(angle):
    halfway = geometry.between(IDENTITY._replace(W=geometry.rotation(angle)), 0.5)(POINTS)
    np.testing.assert_allclose(halfway, POINTS @ geometry.rotation(angle / 2).T, atol=1e-12)


def test_the_books_maps():
    textbook = [[np.cos(np.pi / 6), -np.sin(np.pi / 6)], [np.sin(np.pi / 6), np.cos(np.pi / 6)]]
    np.testing.assert_allclose(PRESETS["rotation"].example.W, textbook, atol=1e-15)
    A = np.array([[0.5, 1]])
    assert geometry.apply(PRESETS["translation"].example._replace(b=np.array([1, 0.25])), A).tolist() == [[1.5, 1.25]]
    assert [name for name, preset in PRESETS.items() if preset.example.relu] == ["relu"]
    for preset in PRESETS.values():
        geometry.require(*preset.example[:2])


@pytest.mark.parametrize(
    ("W", "b", "sentence"),
    [
        ([[1, 0], [0, np.nan]], [0, 0], "numbers in “W” may be from -100 to 100; nan is not."),
        ([[1, 0], [0, 1]], [np.inf, 0], "numbers in “b” may be from -100 to 100; inf is not."),
        ([[1, 1e300], [0, 1]], [0, 0], r"1e\+300 is not."),
        ([[1, -100.5], [0, 1]], [0, 0], "-100.5 is not."),
        ([[1, 0, 0], [0, 1, 0]], [0, 0], r"“W” must have shape \(2, 2\); it has \(2, 3\)."),
        ([[1, 0], [0, 1]], ["up", 0], r"“b” must be numbers of shape \(2,\)."),
    ],
)
def test_what_is_no_map_is_said(W, b, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        geometry.require(W, b)


def test_the_largest_numbers_are_let_through():
    plane = geometry.require([[100, -100], [0, 1]], [-100, 100], relu=True)
    assert plane.W.dtype == np.float64 and plane.relu is True
    assert geometry.require_vector("A", [0.5, 1]).tolist() == [0.5, 1]
    with pytest.raises(InvalidInput, match="numbers in “A” may be"):
        geometry.require_vector("A", [0.5, 1e9])


def test_what_cannot_be_undone_or_chained_is_said():
    flat = PlaneMap(np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros(2))
    for plane in (flat, IDENTITY._replace(relu=True), IDENTITY._replace(W=np.zeros((2, 2)))):
        with pytest.raises(InvalidInput, match="no map undoes it"):
            geometry.inverse(plane)
    with pytest.raises(InvalidInput, match="relu between them"):
        geometry.compose(IDENTITY, IDENTITY._replace(relu=True))
