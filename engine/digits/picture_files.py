"""A picture file, opened with care: sizes before decoding; for what cannot be read, what it is and what would work."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, UnidentifiedImageError, features

from engine.errors import InvalidInput

FORMATS = ("PNG", "JPEG", "WEBP", *(("AVIF",) if features.check("avif") else ()), "GIF", "BMP", "TIFF")
MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
WORKS = "save it as PNG or JPEG, or take a screenshot of it"
_BRANDS = {
    b"heic heix heim heis hevc hevx mif1 msf1 miaf": "a HEIC photo, as iPhones take them",
    b"avif avis": "an AVIF picture",
    b"crx ": "a camera's raw photo",
    b"isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 M4V  qt   3gp4 3gp5": "a film",
}
"""The four letters after “ftyp” in files of boxes (ISO/IEC 14496-12), four and a blank each."""
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\1\0", "an icon file"),
    (b"PK\3\4", "a ZIP archive or an office document"),
    (b"\x1aE\xdf\xa3", "a film"),
)
_DAMAGED = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WebP", b"GIF8": "GIF", b"BM": "BMP",
            b"II*\0": "TIFF", b"MM\0*": "TIFF"}  # fmt: skip


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """The picture in a file of at most 20 MB and 50 megapixels, not yet decoded; decode it inside the with block.

    Raises InvalidInput for what is no picture, is too large, is of a kind that cannot be read, or is cut short.
    """
    if not content:
        raise InvalidInput("the file is empty: choose a photo or picture.")
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            f"a file may have at most {MAX_BYTES // 10**6} MB; this one has {len(content) / 1e6:.1f} MB."
        )
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise InvalidInput(f"{_most()}; this one has {width:,} by {height:,} pixels.")
            yield image
    except UnidentifiedImageError as error:
        raise InvalidInput(_unreadable(content)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidInput(f"{_most()}; this one has more.") from error
    except (OSError, EOFError, SyntaxError, ValueError, KeyError, IndexError, struct.error, zlib.error) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("the picture is damaged or cut short: save or copy it again.") from error


def _most() -> str:
    return f"a picture may have at most {MAX_PIXELS // 10**6} megapixels"


def _unreadable(content: bytes) -> str:
    if kind := known_kind(content):
        return f"this file is {kind}, which cannot be read here: {WORKS}."
    for signature, name in _DAMAGED.items():
        if content.startswith(signature):
            return f"this {name} file is damaged, or of a rare kind that cannot be read: {WORKS}."
    return f"this file is not a picture; it should be one of {', '.join(FORMATS)}."


def known_kind(content: bytes) -> str | None:
    """What a file is, with its article, by its first bytes; None for what is not known or should be readable.

    >>> known_kind(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    'an SVG drawing (lines, not pixels)'
    """
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return next((kind for brands, kind in _BRANDS.items() if brand in _fours(brands)), "a film or a rare picture")
    beginning = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if beginning.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in content[:4096].lower():
        return "an SVG drawing (lines, not pixels)"
    if beginning.startswith((b"<!doctype html", b"<html")):
        return "a web page, not the picture in it"
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)


def _fours(brands: bytes) -> list[bytes]:
    return [brands[start : start + 4] for start in range(0, len(brands), 5)]
