"""Pictures of one digit, made in every way a reader might have it, against the drawing they show."""

import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.digits.drawing import normalize, rasterize
from engine.digits.upload import canvas_from_upload
from engine.errors import InvalidInput
from tests.engine.digits.test_drawing import SEVEN, likeness


def file_of(pixels, kind="PNG", **options):
    stream = BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture(scope="module")
def seven():
    """Canvas and what normalize makes of it."""
    canvas = rasterize(SEVEN)
    return canvas, normalize(canvas).centred


def lit_photo(canvas, *, side=900, noise=4.0):
    """Dark ink on paper lit from the left, with noise, JPEG-sized."""
    ink = np.asarray(Image.fromarray(canvas).resize((side // 2, side // 2)), float) / 255
    x = np.linspace(0, 1, side)
    paper = np.tile(235 - 120 * x, (side, 1))
    paper[side // 5 : side // 5 + side // 2, side // 4 : side // 4 + side // 2] *= 1 - 0.7 * ink
    return (paper + np.random.default_rng(0).normal(0, noise, paper.shape)).clip(0, 255).astype(np.uint8)


def transparent(canvas, tone):
    pixels = np.full((280, 280, 4), tone, np.uint8)
    pixels[..., 3] = canvas
    return Image.fromarray(pixels)


UPLOADS = {
    "light on dark": lambda c: file_of(c),
    "dark on light": lambda c: file_of(255 - c),
    "palette": lambda c: file_of(Image.fromarray(255 - c).convert("P")),
    "two colours": lambda c: file_of(Image.fromarray(c).convert("1")),
    "16 bit": lambda c: file_of(c.astype(np.uint16) * 17 + 9000),
    "CMYK": lambda c: file_of(Image.fromarray(255 - c).convert("CMYK"), "JPEG", quality=95),
    "black on transparent": lambda c: file_of(transparent(c, 0)),
    "white on transparent": lambda c: file_of(transparent(c, 255)),
    "WebP": lambda c: file_of(Image.fromarray(c).convert("RGB"), "WEBP"),
    "low contrast": lambda c: file_of((120 + c // 6).astype(np.uint8)),
    "animation": lambda c: file_of(
        Image.fromarray(c), "GIF", save_all=True, append_images=[Image.new("L", (280, 280), 90)]
    ),
    "photo": lambda c: file_of(lit_photo(c), "JPEG", quality=85),
    "large photo": lambda c: file_of(lit_photo(c, side=3000), "JPEG", quality=60),
    "photo, light ink": lambda c: file_of(255 - lit_photo(c), "JPEG", quality=85),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_uploads_of_every_sort_show_the_same_digit(kind, seven):
    canvas, centred = seven
    uploaded = canvas_from_upload(UPLOADS[kind](canvas))
    assert uploaded.shape == (280, 280) and uploaded.dtype == np.uint8
    assert likeness(normalize(uploaded).centred, centred) > 0.93


# How a picture stored with each EXIF orientation was turned away from upright.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: np.rot90(a),
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_photos_are_turned_upright(orientation, seven):
    canvas, centred = seven
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = file_of(np.ascontiguousarray(STORED[orientation](255 - canvas)), "JPEG", exif=exif, quality=95)
    assert likeness(normalize(canvas_from_upload(content)).centred, centred) > 0.95


def test_specks_and_the_edge_of_the_table_are_removed(seven):
    canvas, centred = seven
    photo = lit_photo(canvas)
    photo[:, :60] = 20
    for row, column in np.random.default_rng(1).integers(100, 890, (9, 2)):
        if photo[row - 60 : row + 60, column - 60 : column + 60].min() > 80:
            photo[row : row + 6, column : column + 6] = 30
    assert likeness(normalize(canvas_from_upload(file_of(photo))).centred, centred) > 0.93


def test_ruled_lines_that_reach_the_frame_are_removed(seven):
    canvas, centred = seven
    photo = lit_photo(canvas)
    for row in (60, 720, 800):
        photo[row : row + 12] = photo[row : row + 12] * 0.4
    assert likeness(normalize(canvas_from_upload(file_of(photo))).centred, centred) > 0.93


def test_a_hard_shadow_is_not_ink(seven):
    canvas, centred = seven
    photo = lit_photo(canvas).astype(float)
    photo[:, 450:] *= 0.6
    assert likeness(normalize(canvas_from_upload(file_of(photo.astype(np.uint8)))).centred, centred) > 0.85


def test_a_digit_small_on_its_page_is_found(seven):
    canvas, centred = seven
    page = np.random.default_rng(0).normal(210, 5, (1200, 900)).clip(0, 255)
    page[500:640, 300:440] *= 1 - 0.7 * np.asarray(Image.fromarray(canvas).resize((140, 140)), float) / 255
    assert likeness(normalize(canvas_from_upload(file_of(page.astype(np.uint8)))).centred, centred) > 0.85


def bomb():
    """A PNG that claims 60,000 × 60,000 pixels and holds none of them."""
    content = bytearray(file_of(np.zeros((1, 1), np.uint8)))
    content[16:24] = (60_000).to_bytes(4) * 2
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4)
    return bytes(content)


GOOD = file_of(255 - rasterize(SEVEN))
REFUSED = {
    "nothing": (b"", "empty"),
    "text": (b"seven", "not a picture"),
    "script": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript document"),
    "too many bytes": (GOOD + bytes(20_000_001 - len(GOOD)), r"20\.0 MB|20 MB"),
    "too many pixels": (file_of(Image.new("1", (10_001, 5_000))), "10,001 by 5,000"),
    "bomb": (bomb(), "at most 50 megapixels"),
    "cut short": (GOOD[: len(GOOD) // 2], "cut short"),
    "all white": (file_of(Image.new("L", (300, 200), 255)), "nothing to see"),
    "all black": (file_of(Image.new("RGB", (300, 200))), "nothing to see"),
    "one pixel": (file_of(np.zeros((1, 1), np.uint8)), "nothing to see"),
    "only light": (file_of(np.tile(np.linspace(90, 230, 400).astype(np.uint8), (300, 1))), "nothing to see"),
    "fully transparent": (file_of(Image.new("RGBA", (90, 90))), "nothing to see"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_bad_uploads_are_refused_in_a_sentence(kind):
    content, sentence = REFUSED[kind]
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        canvas_from_upload(content)
    assert str(refusal.value).endswith(".")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_files_are_read_or_refused_but_never_crash(data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    content = bytearray(file_of(255 - rasterize(SEVEN, size=280)[::4, ::4], kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert canvas_from_upload(bytes(content)).shape == (280, 280)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")
