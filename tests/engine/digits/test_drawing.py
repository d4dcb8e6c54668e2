"""Ink → 28×28, against distances computed point by point, SciPy, and MNIST itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from engine.digits import drawing
from engine.digits.drawing import canvas_from_digit, normalize, rasterize
from engine.errors import InvalidInput

SEVEN = [np.array([[80.0, 70.0], [200.0, 70.0], [120.0, 220.0]]), np.array([[100.0, 150.0], [190.0, 145.0]])]

coordinates = st.floats(20, 260)
strokes_of_points = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12), min_size=1)
drawings = strokes_of_points.map(lambda strokes: [np.array(stroke) for stroke in strokes[:4]])


def distances(strokes, size=280):
    """Distance of every pixel to the nearest segment, straight from the definition."""
    y, x = np.mgrid[:size, :size]
    nearest = np.full((size, size), np.inf)
    for stroke in strokes:
        for start, end in zip(stroke, [*stroke[1:], stroke[-1]], strict=True):
            along = end - start
            t = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / max(along @ along, 1e-12), 0, 1)
            nearest = np.minimum(nearest, np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1]))
    return nearest


def likeness(one, other):
    return np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1]


@given(drawings, st.floats(6, 40))
@settings(max_examples=40, deadline=None)
def test_the_pen_is_round_everywhere(strokes, brush):
    ink = rasterize(strokes, brush=brush) > 0
    distance = distances(strokes)
    # Pillow rounds each segment's corners to whole units: at worst a fifth of a pixel of the network's image.
    assert ink[distance < brush / 2 - 3].all()
    assert not ink[distance > brush / 2 + 3].any()


def test_ink_outside_the_canvas_is_cut_off():
    assert not rasterize([np.array([[-500.0, 10.0], [-400.0, 10.0]])]).any()
    assert rasterize([np.array([[-1e12, 140.0], [1e12, 140.0]])]).any(axis=0).all()


@given(drawings, st.floats(8, 40))
@settings(max_examples=40, deadline=None)
def test_every_drawing_fits_the_box_and_is_centred_by_mass(strokes, brush):
    stages = normalize(rasterize(strokes, brush=brush))
    assert max(stages.fitted.shape) == 20
    rows, columns = np.flatnonzero(stages.centred.any(1)), np.flatnonzero(stages.centred.any(0))
    assert rows[-1] - rows[0] < 20 and columns[-1] - columns[0] < 20
    np.testing.assert_equal(stages.centred.sum(), stages.fitted.sum())
    frame = np.concatenate([stages.centred[[0, -1]].ravel(), stages.centred[:, [0, -1]].ravel()])
    if not frame.any():
        np.testing.assert_allclose(ndimage.center_of_mass(stages.centred), (14, 14), atol=0.5 + 1e-6)


def test_mnist_has_its_centre_of_mass_where_we_put_it(mnist):
    centres = np.array([ndimage.center_of_mass(image) for image in mnist.test_images[:2000]])
    assert np.abs(centres - 14).max() < 0.51


def test_mnist_digits_come_back_as_they_were(mnist):
    images = mnist.test_images[:1000]
    plain = [normalize(canvas_from_digit(image), pen_widths=None).centred for image in images]
    assert np.mean([np.array_equal(*pair) for pair in zip(plain, images, strict=True)]) > 0.995
    back = [normalize(canvas_from_digit(image)).centred for image in images]
    assert np.mean([np.array_equal(*pair) for pair in zip(back, images, strict=True)]) > 0.87
    assert np.percentile([likeness(*pair) for pair in zip(back, images, strict=True)], 5) > 0.95


@given(st.integers(-60, 60), st.integers(-50, 45))
@settings(max_examples=25, deadline=None)
def test_where_it_is_drawn_does_not_matter(right, down):
    moved = normalize(rasterize([stroke + np.array([right, down]) for stroke in SEVEN]))
    np.testing.assert_array_equal(moved.centred, normalize(rasterize(SEVEN)).centred)


@given(st.floats(0.45, 1.25))
@settings(max_examples=25, deadline=None)
def test_how_large_it_is_drawn_hardly_matters(scale):
    scaled = normalize(rasterize([(stroke - 140) * scale + 140 for stroke in SEVEN], brush=22 * scale))
    assert likeness(scaled.centred, normalize(rasterize(SEVEN)).centred) > 0.9


@given(st.floats(0, np.pi), st.integers(10, 40))
@settings(max_examples=40, deadline=None)
def test_pen_width_is_measured(angle, brush):
    tip = 110 * np.array([np.cos(angle), np.sin(angle)])
    width = drawing.mean_pen_width(rasterize([np.array([140 - tip, 140 + tip])], brush=brush))
    area_over_perimeter = 2 * (220 * brush + np.pi * brush**2 / 4) / (440 + np.pi * brush)
    assert width == pytest.approx(area_over_perimeter, rel=0.3)


@pytest.mark.parametrize(("brush", "scale"), [(4, 1.0), (8, 1.0), (34, 0.5), (40, 0.6)])
def test_pens_outside_the_range_are_brought_to_its_edge(brush, scale):
    low, high = drawing.PEN_WIDTHS
    strokes = [(stroke - 140) * scale + 140 for stroke in SEVEN]
    stages = normalize(rasterize(strokes, brush=brush))
    assert not low <= stages.pen_width <= high
    after = 20 / max(stages.penned.shape) * drawing.mean_pen_width(stages.penned)
    assert after == pytest.approx(low if stages.pen_width < low else high, rel=0.15)
    assert normalize(stages.canvas, pen_widths=None).penned.shape == stages.cropped.shape


def test_a_pen_within_the_range_is_left_alone():
    stages = normalize(rasterize(SEVEN, brush=22))
    np.testing.assert_array_equal(stages.penned, stages.cropped)
    left, top, right, bottom = stages.box
    np.testing.assert_array_equal(stages.cropped, stages.canvas[top:bottom, left:right])
    column, row = stages.corner
    height, width = stages.fitted.shape
    np.testing.assert_array_equal(stages.centred[row : row + height, column : column + width], stages.fitted)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: normalize(np.zeros((280, 280), np.uint8)), "empty"),
        (lambda: normalize(np.zeros((280, 280))), "float64"),
        (lambda: normalize(np.zeros(280, np.uint8)), r"\(280,\)"),
        (lambda: rasterize(SEVEN, brush=0), "0 is not"),
        (lambda: rasterize(SEVEN, brush=float("nan")), "nan is not"),
        (lambda: rasterize([np.array([[1.0, np.inf]])]), "finite"),
        (lambda: rasterize([np.zeros((3, 3))]), r"\(3, 3\)"),
        (lambda: rasterize([np.zeros((0, 2))]), r"\(0, 2\)"),
        (lambda: rasterize([np.zeros((20_001, 2))]), "20,001"),
    ],
)
def test_what_is_no_drawing_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        call()
