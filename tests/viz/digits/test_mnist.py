"""One digit as the numbers it is made of."""

import numpy as np
import pytest

from viz import theme
from viz.digits.mnist import numbers_figure


@pytest.fixture
def image():
    return (np.arange(784) % 256).astype(np.uint8).reshape(28, 28)


def test_every_pixel_prints_its_value_and_empty_paper_a_dot(image):
    (pixels,) = numbers_figure(image).select_traces({"name": "pixels"})
    printed = np.asarray(pixels.text)
    assert pixels.texttemplate == "%{text}"
    for row in range(28):
        for column in range(28):
            assert printed[row, column] == (str(image[row, column]) if image[row, column] else "·")


def test_ink_is_the_pixels_value_from_0_to_255(image):
    (pixels,) = numbers_figure(image).select_traces({"name": "pixels"})
    np.testing.assert_array_equal(pixels.z, image)
    assert (pixels.zmin, pixels.zmax) == (0, 255)
    assert pixels.colorscale[0][1] == theme.color("surface") and pixels.colorscale[-1][1] == theme.color("halftone")


def test_rows_run_down_columns_across_and_pixels_are_square(image):
    layout = numbers_figure(image).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("column (axis 1)", "row (axis 0)")
    assert layout.yaxis.autorange == "reversed" and layout.yaxis.scaleanchor == "x"


def test_a_blank_digit_is_all_dots():
    (pixels,) = numbers_figure(np.zeros((28, 28), np.uint8)).select_traces({"name": "pixels"})
    assert set(np.asarray(pixels.text).ravel()) == {"·"}
