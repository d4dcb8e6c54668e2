"""Real-world data as tensors: what the axes are called, and how much memory a shape needs, without taking any.

All counts are exact whole numbers of Python; only the last step to text rounds, half away from zero, to three digits.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from engine.errors import InvalidInput

MAX_SIZE = 10**9
DTYPES = {"bool": 1, "uint8": 1, "float16": 2, "int32": 4, "float32": 4, "float64": 8}
"""dtype → bytes per element."""
DECIMAL = ("kB", "MB", "GB", "TB", "PB")
BINARY = ("KiB", "MiB", "GiB", "TiB", "PiB")
LAPTOP_BYTES = 16 * 2**30
MNIST_BYTES = 60_000 * 28 * 28
DOWNLOAD_BYTES_PER_SECOND = 100_000_000 // 8
DURATIONS = (
    (1, 1, "s"),
    (60, 60, "min"),
    (3600, 3600, "h"),
    (86_400, 172_800, "days"),
    (31_557_600, 63_115_200, "years"),
)
"""Seconds per unit, from how many seconds on it is used, its name. A year has 365.25 days."""
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Kind(NamedTuple):
    """A kind of data. axes: their names, channels last. sample: what one entry along the first axis is."""

    title: str
    axes: tuple[str, ...]
    about: str


KINDS = {
    "vectors": Kind("Vector data", ("samples", "features"), "Each sample is a list of numbers, its features."),
    "series": Kind(
        "Time series",
        ("samples", "timesteps", "features"),
        "Each sample is a sequence in time; by convention time is axis 1.",
    ),
    "images": Kind(
        "Images",
        ("samples", "height", "width", "channels"),
        "Each sample is a grid of pixels with one number per colour channel.",
    ),
    "video": Kind(
        "Video",
        ("samples", "frames", "height", "width", "channels"),
        "Each sample is a clip: a sequence of frames, and each frame is an image.",
    ),
}


class View(NamedTuple):
    """A tensor of data by its shape alone.

    sizes: of the kind's axes with the channels last; fewer sizes than axes are those of the last axes (one sample
    alone has no samples axis). channels_first: whether the channels come before all axes of a single sample.
    """

    kind: str
    sizes: tuple[int, ...]
    dtype: str = "float32"
    channels_first: bool = False

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, in the order of the shape."""
        names = KINDS[self.kind].axes
        return tuple(names[axis] for axis in self.order)

    @property
    def order(self) -> tuple[int, ...]:
        """The kind's axis numbers, in the order of the shape."""
        names = KINDS[self.kind].axes
        order = list(range(len(names) - len(self.sizes), len(names)))
        if self.channels_first and names[-1] == "channels":
            order.insert(1 if order[0] == 0 and len(order) > 1 else 0, order.pop())
        return tuple(order)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape.

        >>> View("images", (128, 256, 256, 3), channels_first=True).shape
        (128, 3, 256, 256)
        """
        missing = len(KINDS[self.kind].axes) - len(self.sizes)
        return tuple(self.sizes[axis - missing] for axis in self.order)

    @property
    def elements(self) -> int:
        """The product of the sizes, exact."""
        return prod(self.sizes)

    @property
    def bytes(self) -> int:
        """Elements times bytes per element, exact."""
        return self.elements * DTYPES[self.dtype]


PRESETS = {
    "100,000 people, 3 numbers each": View("vectors", (100_000, 3)),
    "500 documents, counts of 20,000 words": View("vectors", (500, 20_000)),
    "Stock prices: one minute": View("series", (3,)),
    "Stock prices: one day of 390 minutes": View("series", (390, 3)),
    "Stock prices: 250 days": View("series", (250, 390, 3)),
    "A million texts of 280 characters out of 128": View("series", (1_000_000, 280, 128)),
    "128 grey images": View("images", (128, 256, 256, 1)),
    "128 colour images, channels-last": View("images", (128, 256, 256, 3)),
    "128 colour images, channels-first": View("images", (128, 256, 256, 3), channels_first=True),
    "4 clips of 60 s at 4 frames/s": View("video", (4, 240, 144, 256, 3)),
}


def checked_size(size: Any, name: str) -> int:
    """A size from 1 to 10**9; InvalidInput for anything else."""
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_SIZE:
        shown = f"{size:,}"[:60] if isinstance(size, int) else f"“{str(size)[:40]}”"
        raise InvalidInput(f"{name} must be a whole number from 1 to {MAX_SIZE:,}; {shown} is not.")
    return size


def checked_view(found: Mapping[str, Any]) -> View:
    """A view as a browser sent it: {"kind", "sizes", "dtype", "channels_first"}. Raises InvalidInput for anything else.

    >>> checked_view({"kind": "series", "sizes": [390, 3], "dtype": "uint8", "channels_first": False}).shape
    (390, 3)
    """
    kind, dtype, sizes = found.get("kind"), found.get("dtype"), found.get("sizes")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidInput(f"the kind of data must be one of {', '.join(KINDS)}; “{str(kind)[:40]}” is not.")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise InvalidInput(f"the dtype must be one of {', '.join(DTYPES)}; “{str(dtype)[:40]}” is not.")
    axes = KINDS[kind].axes
    if not isinstance(sizes, Sequence) or isinstance(sizes, str) or not 1 <= len(sizes) <= len(axes):
        raise InvalidInput(f"{kind} has 1 to {len(axes)} sizes; “{str(sizes)[:40]}” is not that.")
    names = axes[len(axes) - len(sizes) :]
    sizes = tuple(checked_size(size, name) for size, name in zip(sizes, names, strict=True))
    return View(kind, sizes, dtype, found.get("channels_first") is True)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def significant(numerator: int, denominator: int) -> str:
    """A quotient of positive whole numbers: three digits, more only before the decimal point, no zeros at the end.

    Below 0.01 it says so; from a million on it is a power of ten.

    >>> [significant(*pair) for pair in ((2, 3), (12_000, 10), (1, 1000), (10**9, 7))]
    ['0.667', '1,200', 'less than 0.01', '1.43 × 10⁸']
    """
    if 100 * numerator < denominator:
        return "less than 0.01"
    whole = _rounded(numerator, denominator)
    if whole >= 1_000_000:
        power = len(str(numerator // denominator)) - 1
        digits = _rounded(100 * numerator, denominator * 10**power)
        if digits == 1000:
            power, digits = power + 1, 100
        return f"{_decimal(digits, 2)} × 10{str(power).translate(SUPERSCRIPTS)}"
    for places in range(4, -1, -1):
        digits = _rounded(numerator * 10**places, denominator)
        if digits < 1000:
            return _decimal(digits, places)
    return f"{whole:,}"


def _decimal(digits: int, places: int) -> str:
    whole, part = divmod(digits, 10**places)
    fraction = str(part).zfill(places).rstrip("0") if places else ""
    return f"{whole:,}.{fraction}" if fraction else f"{whole:,}"


def in_prefixes(count: int, *, binary: bool = False) -> str:
    """A number of bytes with the prefix that suits it, up to PB (10**15) or PiB (2**50).

    >>> in_prefixes(424_673_280), in_prefixes(424_673_280, binary=True)
    ('425 MB', '405 MiB')
    """
    base, prefixes = (1024, BINARY) if binary else (1000, DECIMAL)
    if count < base:
        return f"{count} byte" + ("" if count == 1 else "s")
    unit = base
    for prefix in prefixes:
        if _rounded(count, unit) < base or prefix == prefixes[-1]:
            return f"{significant(count, unit)} {prefix}"
        unit *= base
    raise AssertionError("the last prefix takes all")


def memory(count: int) -> str:
    """A number of bytes in decimal and, in brackets, binary prefixes.

    >>> memory(424_673_280), memory(12)
    ('425 MB (405 MiB)', '12 bytes')
    """
    return in_prefixes(count) if count < 1000 else f"{in_prefixes(count)} ({in_prefixes(count, binary=True)})"


class Comparison(NamedTuple):
    """What a number of bytes is compared with, and how it compares."""

    label: str
    text: str


def comparisons(count: int) -> tuple[Comparison, ...]:
    """A number of bytes against a laptop's memory, the MNIST training images and the time of a download.

    >>> [item.text for item in comparisons(424_673_280)]
    ['fits: 2.47 % of it', '9.03 times as much', '34 s']
    """
    if count <= LAPTOP_BYTES:
        memory = f"fits: {significant(100 * count, LAPTOP_BYTES)} % of it"
    else:
        memory = f"does not fit: {significant(count, LAPTOP_BYTES)} times as much"
    return (
        Comparison("Memory of a laptop, 16 GiB", memory),
        Comparison("MNIST training set, 47 MB", f"{significant(count, MNIST_BYTES)} times as much"),
        Comparison("Download at 100 Mbit/s", _duration(count)),
    )


def _duration(count: int) -> str:
    """How long a number of bytes takes at 100 Mbit/s."""
    speed = DOWNLOAD_BYTES_PER_SECOND
    unit, _, name = [entry for entry in DURATIONS if count >= entry[1] * speed or entry[2] == "s"][-1]
    return f"{significant(count, unit * speed)} {name}"
