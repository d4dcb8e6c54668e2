"""Photos of all ten digits on paper that does not fill the picture: ink, tone and prediction, against the drawing."""

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, features
from scipy import ndimage

from engine.digits import paper, procedural
from engine.digits.drawing import canvas_from_digit, normalize
from engine.digits.upload import canvas_from_upload, grey_from_upload, read
from engine.errors import InvalidInput
from engine.geometry.geometry_shapes import picture_from_upload
from engine.training.network import forward, preprocess
from engine.training.pretrained import load
from tests.cases import some
from tests.engine.digits.test_drawing import likeness
from tests.engine.digits.test_upload import file_of


@pytest.fixture(scope="module")
def digits():
    """One canvas of each digit, each of them recognized as drawn."""
    drawn = procedural.digits(3, train=10, test=200)
    seen = predicted([normalize(canvas_from_digit(image)).centred for image in drawn.test_images])
    first = [np.flatnonzero((drawn.test_labels == digit) & (seen == digit))[0] for digit in range(10)]
    return [canvas_from_digit(drawn.test_images[index]) for index in first]


def predicted(images):
    return np.asarray(forward(load().params, preprocess(np.array(images)))).argmax(axis=1)


def sheet(canvas, size, *, paper=225, ink=50):
    """The digit in dark ink on a sheet of (height, width)."""
    small = Image.fromarray(canvas).resize((size[1] * 3 // 4, size[1] * 3 // 4), Image.Resampling.BILINEAR)
    page = Image.new("L", size[::-1], paper)
    page.paste(ink, ((size[1] - small.width) // 2, (size[0] - small.height) // 2), small)
    return page


def on_desk(canvas, *, turn=0, desk=(60, 60), noise=0, at=(150, 120), size=(420, 330), tone=225, ink=50):
    """A sheet turned by some degrees on a desk whose tone goes from left to right: 720 × 640 greys."""
    page = sheet(canvas, size, paper=tone, ink=ink)
    outline = Image.new("L", page.size, 255).rotate(turn, expand=True)
    ground = np.tile(np.linspace(*desk, 640), (720, 1))
    picture = Image.fromarray(ground.astype(np.uint8))
    picture.paste(page.rotate(turn, Image.Resampling.BICUBIC, expand=True), at, outline)
    return noisy(np.asarray(picture), noise)


def noisy(grey, deviation):
    noise = np.random.default_rng(0).normal(0, 1, grey.shape) * deviation
    return (grey.astype(float) + noise).clip(0, 255).astype(np.uint8)


def framed(grey, width, tone):
    return np.pad(grey, width, constant_values=tone)


def boxed(canvas, *, turn=0, width=3, margin=40):
    """A thin box around the digit, nowhere touching the edge of the picture."""
    page = Image.new("L", (560, 560), 235)
    page.paste(40, (140, 140), Image.fromarray(canvas))
    left, top, right, bottom = page.point(lambda tone: 255 * (tone < 200)).getbbox()
    edges = (left - margin, top - margin, right + margin, bottom + margin)
    ImageDraw.Draw(page).rectangle(edges, outline=60, width=width)
    return np.asarray(page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=235))


def circled(canvas):
    """The digit in a circle drawn by hand."""
    page = Image.new("L", (560, 560), 235)
    page.paste(40, (140, 140), Image.fromarray(canvas))
    ImageDraw.Draw(page).ellipse((90, 96, 470, 462), outline=60, width=6)
    return np.asarray(page)


def bars(grey, height, tone):
    return np.pad(grey, [(height, height), (0, 0)], constant_values=tone)


def page(canvas, **tones):
    return np.asarray(sheet(canvas, (400, 400), **tones))


DARK_INK = {
    "on a dark desk": on_desk,
    "on a dark desk, turned": lambda c: on_desk(c, turn=9, noise=4),
    "on a dark desk, turned the other way": lambda c: on_desk(c, turn=-11, noise=4, at=(90, 60)),
    "on a desk lit from one side": lambda c: on_desk(c, desk=(20, 150), noise=6),
    "on a desk nearly as light": lambda c: on_desk(c, desk=(140, 165), noise=4, turn=4),
    "a small sheet": lambda c: on_desk(c, size=(190, 150), at=(330, 240), noise=3),
    "cut off by the picture": lambda c: on_desk(c, at=(330, -30), noise=3),
    "on a desk, in pencil": lambda c: on_desk(c, ink=150, noise=3, turn=5),
    "black frame of 1": lambda c: framed(page(c), 1, 0),
    "black frame of 2": lambda c: framed(page(c), 2, 0),
    "black frame of 5": lambda c: framed(page(c), 5, 0),
    "black frame of 40": lambda c: framed(noisy(page(c), 5), 40, 0),
    "black frame of 1 about a large picture": lambda c: framed(np.kron(page(c), np.ones((4, 4), np.uint8)), 1, 0),
    "white frame about grey paper": lambda c: framed(page(c, paper=170), 30, 255),
    "black bars above and below": lambda c: bars(page(c), 160, 0),
    "black bars left and right": lambda c: bars(page(c).T, 160, 0).T,
    "white bars above and below": lambda c: bars(page(c, paper=160), 160, 255),
    "in a thin box": boxed,
    "in a turned box": lambda c: boxed(c, turn=7),
    "in a box of one pixel": lambda c: boxed(c, width=1),
    "in a circle": circled,
    "in a box, on a sheet on a desk": lambda c: on_desk(235 - boxed(c)[90:470, 90:470].clip(0, 235), noise=3, turn=3),
}
LIGHT_INK = {
    "black frame of 40": lambda c: framed(255 - page(c), 40, 0),
    "white frame of 1": lambda c: framed(255 - page(c), 1, 255),
    "white bars": lambda c: bars(255 - page(c), 160, 255),
    "a slate on a light table": lambda c: 255 - on_desk(c, turn=6, noise=4),
    "in a thin box": lambda c: 255 - boxed(c, turn=5),
}


SITUATIONS = [(True, name) for name in DARK_INK] + [(False, name) for name in LIGHT_INK]


@pytest.mark.parametrize(("dark_ink", "situation"), some(SITUATIONS, every=7))
def test_every_digit_is_read_in_every_situation(dark_ink, situation, digits):
    pictures = [(DARK_INK if dark_ink else LIGHT_INK)[situation](canvas) for canvas in digits]
    readings = [read(grey_from_upload(file_of(picture))) for picture in pictures]
    assert [reading.dark_ink for reading in readings] == [dark_ink] * 10
    images = [normalize(reading.canvas).centred for reading in readings]
    if "turned" not in situation:
        likenesses = [likeness(image, normalize(canvas).centred) for image, canvas in zip(images, digits, strict=True)]
        assert min(likenesses) > 0.6, np.round(likenesses, 2)
    assert predicted(images).tolist() == list(range(10))


def test_the_mask_is_the_sheet_and_the_whole_page_has_none(digits):
    reading = read(on_desk(digits[4], noise=3))
    outline = np.zeros((720, 640), bool)
    outline[120:540, 150:480] = True
    shown = np.asarray(Image.fromarray(outline).resize(reading.paper.shape[::-1]))
    assert reading.paper_found
    assert not (reading.paper & ~shown).any()
    assert reading.paper.sum() > 0.85 * shown.sum()
    plain = read(page(digits[4]))
    assert plain.paper.all() and not plain.paper_found


def test_the_reader_can_flip_what_was_understood(digits):
    for picture in (page(digits[3]), 255 - page(digits[3]), on_desk(digits[3], turn=3)):
        reading = read(picture)
        flipped = read(picture, dark_ink=not reading.dark_ink)
        assert flipped.dark_ink != reading.dark_ink
        assert likeness(flipped.canvas, reading.canvas) < 0.7
        again = read(picture, dark_ink=reading.dark_ink)
        np.testing.assert_array_equal(again.canvas, reading.canvas)


@pytest.mark.parametrize("hole", [(100, 50), (90, 70), (120, 100)])
def test_a_hole_is_no_paper(hole):
    """A square 0 in a thick pen, dark or light, is ink around a hole, and not a small sheet with a blot."""
    height, width = hole
    zero = np.full((300, 300), 230, np.uint8)
    zero[60:240, 80:220] = 20
    zero[150 - height // 2 : 150 + height // 2, 150 - width // 2 : 150 + width // 2] = 230
    assert read(zero).dark_ink and not read(zero).paper_found
    assert not read(255 - zero).dark_ink and not read(255 - zero).paper_found


def test_pieces_are_those_of_scipy():
    marked = np.random.default_rng(0).random((60, 83)) < 0.55
    for square in (True, False):
        ours = paper.pieces(marked, square=square)
        names, count = ndimage.label(marked, np.ones((3, 3)) if square else None)
        pairs = {(int(a), int(b)) for a, b in zip(ours.ravel(), names.ravel(), strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) == count + 1
        assert (0, 0) in pairs


COLOURS = {
    "red on equally light green": ((225, 60, 60), (60, 133, 70)),
    "blue on equally dark red": ((40, 60, 250), (160, 40, 20)),
    "yellow on white": ((250, 230, 60), (255, 255, 255)),
    "light grey on white": ((215, 215, 215), (255, 255, 255)),
}


@pytest.mark.parametrize("kind", some(COLOURS, every=5))
@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA", "CMYK"])
def test_colours_of_equal_brightness_are_told_apart(kind, mode, digits):
    ink, ground = (np.array(colour) for colour in COLOURS[kind])
    for digit in (2, 5, 8):
        share = np.asarray(sheet(digits[digit], (300, 300), paper=0, ink=255), float)[..., None] / 255
        colours = Image.fromarray((ground + share * (ink - ground)).round().astype(np.uint8))
        colours = colours.quantize(64) if mode == "P" else colours.convert(mode)
        content = file_of(colours, "TIFF" if mode == "CMYK" else "PNG")
        assert predicted([normalize(canvas_from_upload(content)).centred]).tolist() == [digit]


@pytest.mark.parametrize("kind", ["LAB TIFF", "AVIF", "YCbCr TIFF"])
def test_files_of_rarer_kinds_are_read(kind, digits):
    picture = Image.fromarray(page(digits[6])).convert("RGB")
    if kind == "AVIF":
        if not features.check("avif"):
            pytest.skip("this Pillow has no AVIF")
        content = file_of(picture, "AVIF", quality=80)
    elif kind == "LAB TIFF":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        content = file_of(ImageCms.profileToProfile(picture, *profiles, outputMode="LAB"), "TIFF")
    else:
        content = file_of(picture.convert("YCbCr"), "TIFF")
    assert predicted([normalize(canvas_from_upload(content)).centred]).tolist() == [6]
    assert np.ptp(picture_from_upload(content)) > 60


def boxes(brand):
    """The beginning of a file of boxes."""
    return b"\0\0\0\x18ftyp" + brand + bytes(60)


NAMED = {
    "HEIC": (boxes(b"heic"), "a HEIC photo"),
    "HEIF": (boxes(b"mif1"), "a HEIC photo"),
    "raw photo": (boxes(b"crx "), "raw photo"),
    "film": (boxes(b"isom"), "a film"),
    "QuickTime": (boxes(b"qt  "), "a film"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "an SVG drawing"),
    "SVG with a prologue": (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a 7 -->\n<svg/>", "an SVG drawing"),
    "PDF": (b"%PDF-1.7 ...", "a PDF document"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript document"),
    "Photoshop": (b"8BPS....", "a Photoshop document"),
    "JPEG XL": (b"\xff\x0a....", "a JPEG XL picture"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n", "a JPEG 2000 picture"),
    "web page": (b"<!DOCTYPE html><html>", "a web page"),
    "office": (b"PK\3\4....", "an office document"),
    "icon": (b"\0\0\1\0....", "an icon"),
    "broken TIFF": (b"II*\0" + bytes(20), "TIFF file is damaged, or of a rare kind"),
}


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("reader", [canvas_from_upload, picture_from_upload])
def test_what_cannot_be_read_is_named_with_what_would_work(kind, reader):
    content, name = NAMED[kind]
    with pytest.raises(InvalidInput, match=f"{name}.*save it as PNG or JPEG"):
        reader(content)
