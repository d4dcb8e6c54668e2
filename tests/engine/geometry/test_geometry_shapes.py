"""Objects fit their square; pictures of every sort become small, upright and coloured, or a sentence."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import InvalidInput
from engine.geometry.geometry_measures import area
from engine.geometry.geometry_shapes import LETTER, frame, grid, ink_points, picture_from_upload, pixel_points
from tests.engine.digits.test_upload import STORED, bomb, file_of

FLAG = np.zeros((60, 120, 3), np.uint8)
FLAG[:30, :60], FLAG[:30, 60:], FLAG[30:] = (250, 10, 10), (10, 250, 10), (10, 10, 250)
"""Red above left, green above right, blue below."""


def corners(picture):
    return [picture[0, 0], picture[0, -1], picture[-1, 0]]


def test_the_letter_and_the_grid_cover_what_they_should():
    # A bar 0.4 by 2, two arms 0.9 and 0.6 by 0.4.
    assert area(LETTER) == pytest.approx(0.8 + 0.36 + 0.24)
    fields = grid(4)
    assert fields.shape == (8, 4, 2) and sum(map(area, fields)) == pytest.approx(2)
    assert {tuple(corner) for corner in fields.reshape(-1, 2)} <= {
        (x / 2, y / 2) for x in range(-2, 3) for y in range(-2, 3)
    }
    assert np.abs(LETTER).max() == np.abs(grid()).max() == 1


def test_pixels_are_points_the_first_above_left():
    points = pixel_points(2, 4)
    assert points.tolist()[0] == [-0.75, 0.25] and points.tolist()[-1] == [0.75, -0.25]
    assert frame(2, 4).tolist() == [[-1, -0.5], [1, -0.5], [1, 0.5], [-1, 0.5]]
    ink = np.array([[0, 200], [127, 128]], np.uint8)
    assert ink_points(ink).tolist() == [[0.5, 0.5], [0.5, -0.5]]


SORTS = {
    "PNG": file_of(FLAG),
    "JPEG": file_of(FLAG, "JPEG", quality=95),
    "palette": file_of(Image.fromarray(FLAG).convert("P")),
    "palette GIF": file_of(Image.fromarray(FLAG).quantize(8), "GIF"),
    "large": file_of(np.kron(FLAG, np.ones((20, 20, 1), np.uint8))),
    "large palette": file_of(Image.fromarray(np.kron(FLAG, np.ones((20, 20, 1), np.uint8))).convert("P")),
    "opaque": file_of(Image.fromarray(FLAG).convert("RGBA")),
}


@pytest.mark.parametrize("sort", SORTS)
def test_a_photo_keeps_its_colours_and_proportions(sort):
    picture = picture_from_upload(SORTS[sort])
    assert picture.shape == (24, 48, 3) and picture.dtype == np.uint8
    np.testing.assert_allclose(corners(picture), corners(FLAG), atol=25)


@pytest.mark.parametrize("orientation", STORED)
def test_photos_are_turned_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = np.stack([STORED[orientation](FLAG[..., channel]) for channel in range(3)], axis=-1)
    picture = picture_from_upload(file_of(np.ascontiguousarray(turned), "JPEG", exif=exif, quality=95))
    assert picture.shape == (24, 48, 3)
    np.testing.assert_allclose(corners(picture), corners(FLAG), atol=40)


def test_see_through_is_white_and_small_pictures_stay_as_they_are():
    clear = Image.new("RGBA", (3, 2), (9, 9, 9, 0))
    clear.putpixel((2, 0), (1, 2, 3, 255))
    picture = picture_from_upload(file_of(clear))
    assert picture.shape == (2, 3, 3) and picture[0, 2].tolist() == [1, 2, 3] and (picture[0, :2] == 255).all()
    assert picture_from_upload(file_of(Image.new("L", (1, 4000), 77))).shape == (48, 1, 3)


def test_greys_of_16_bits_are_stretched():
    deep = Image.fromarray(np.array([[1000, 3000]], np.uint16))
    assert picture_from_upload(file_of(deep)).tolist() == [[[0] * 3, [255] * 3]]


GOOD = file_of(FLAG)
REFUSED = {
    "nothing": (b"", "empty"),
    "text": (b"a photo", "not a picture"),
    "too many bytes": (GOOD + bytes(20_000_001 - len(GOOD)), "at most 20 MB"),
    "too many pixels": (file_of(Image.new("1", (10_001, 5_000))), "10,001 by 5,000"),
    "bomb": (bomb(), "at most 50 megapixels"),
    "cut short": (GOOD[: len(GOOD) // 2], "cut short"),
}


@pytest.mark.parametrize("sort", REFUSED)
def test_bad_pictures_are_refused_in_a_sentence(sort):
    content, sentence = REFUSED[sort]
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        picture_from_upload(content)
    assert str(refusal.value).endswith(".")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore:Image size::PIL")
@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused_but_never_crash(data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    file = BytesIO()
    Image.fromarray(FLAG[::6, ::6]).save(file, kind)
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert picture_from_upload(bytes(content)).shape[2] == 3
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")
