"""Ink → 28×28, against distances computed point by point, SciPy, and MNIST itself."""

import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from engine import drawing
from engine.drawing import canvas_from_digit, canvas_from_upload, normalize, rasterize
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


def file_of(pixels, kind="PNG", **options):
    stream = BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(stream, kind, **options)
    return stream.getvalue()


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
@settings(max_examples=150, deadline=None)
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
    "script": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
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
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_read_or_refused_but_never_crash(data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    content = bytearray(file_of(255 - rasterize(SEVEN, size=280)[::4, ::4], kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert canvas_from_upload(bytes(content)).shape == (280, 280)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")
