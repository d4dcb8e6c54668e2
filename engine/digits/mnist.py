"""MNIST as arrays: from a folder, the user's cache, or a mirror; never from a file that is not byte for byte right.

``IDX = 0, 0, 8, axes | axes sizes, big-endian 32 bit | the bytes``. LeCun, Cortes and Burges 1998, file formats.
"""

import contextlib
import gzip
import hashlib
import http.client
import io
import math
import os
import queue
import sys
import tempfile
import threading
import time
import urllib.request
import zlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.errors import InvalidInput

FOLDER_VARIABLE = "UNCRUMPLE_MNIST"
MIRRORS_VARIABLE = "UNCRUMPLE_MIRRORS"
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
ADVICE = f"Retry when online, or set {FOLDER_VARIABLE} to a folder with the four MNIST files and start again."
TIMEOUT = 10.0
SLOWEST = 16_384
BLOCK = 65_536


class File(NamedTuple):
    """Name of an IDX file, the shape it holds, and the SHA-256 of its decompressed content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def size(self) -> int:
        """Decompressed length in bytes: header and one byte per value."""
        return 4 + 4 * len(self.shape) + math.prod(self.shape)


FILES = (
    File(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    File(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    File(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    File(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


class Digits(NamedTuple):
    """(60000, 28, 28), (60000,), (10000, 28, 28), (10000,), all uint8 and read-only; where from; what to say."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str
    note: str = ""

    @property
    def is_mnist(self) -> bool:
        """False for digits drawn by this program, which must never be called MNIST."""
        return self.source in ("folder", "cache", "download")


class Progress(NamedTuple):
    """Bytes of one file so far, its size (0 while unknown), and a line to show."""

    file: str
    done_bytes: int
    total_bytes: int
    message: str

    @property
    def fraction(self) -> float:
        """Share of the whole data set, 0..1, files weighed by their decompressed sizes."""
        index = [file.name for file in FILES].index(self.file)
        sizes = [file.size for file in FILES]
        share = min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 0.0
        return (sum(sizes[:index]) + share * sizes[index]) / sum(sizes)


def parse_idx(content: bytes) -> np.ndarray:
    """Bytes of an uncompressed IDX file → read-only uint8 array of 1 to 3 axes that shares their memory.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    array([5, 0, 4], dtype=uint8)
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08" or not 1 <= content[3] <= 3:
        raise InvalidInput(f"an IDX file of bytes starts 00 00 08 and 01 to 03; this one starts {_hex(content[:4])}.")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise InvalidInput(f"the IDX header is {header} bytes long; this file ends after {len(content)}.")
    shape = tuple(int.from_bytes(content[i : i + 4]) for i in range(4, header, 4))
    if 0 in shape:
        raise InvalidInput(f"every axis of an IDX file must hold something; this one has shape {shape}.")
    values = len(content) - header
    if values != math.prod(shape):
        wrong = "is truncated" if values < math.prod(shape) else "has trailing bytes"
        raise InvalidInput(f"the IDX file {wrong}: shape {shape} needs {math.prod(shape):,} values; it has {values:,}.")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _hex(content: bytes) -> str:
    return content.hex(" ") or "with nothing"


def decompress(content: bytes, limit: int) -> bytes:
    """Gzip → plain bytes, never more than ``limit`` of them in memory; what is not gzip passes unchanged."""
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                content = stream.read(limit + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InvalidInput(f"the gzip data is damaged ({_reason(error)}).") from error
    if len(content) > limit:
        raise InvalidInput(f"the content must be {limit:,} bytes long; it is longer.")
    return content


def verify(file: File, content: bytes) -> bytes:
    """Decompressed content of this very file, or InvalidInput with what was expected."""
    try:
        plain = decompress(content, file.size)
    except InvalidInput as error:
        raise InvalidInput(f"{error} Expected: {_expected(file)}.") from error
    found = hashlib.sha256(plain).hexdigest()
    if found != file.sha256:
        raise InvalidInput(
            f"it must hold {_expected(file)}; it holds {len(plain):,} bytes with SHA-256 {found[:12]}…, "
            f"starting {_hex(plain[:4])}."
        )
    return plain


def _expected(file: File) -> str:
    return f"{file.size:,} bytes with SHA-256 {file.sha256[:12]}… after decompression"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def cache_folder() -> Path:
    """Where this user's programs keep what they can fetch again; created only when something is written."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "uncrumple"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "uncrumple"
    home = Path(os.path.expanduser("~"))
    if not home.is_absolute():
        return Path(tempfile.gettempdir()) / "uncrumple"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "uncrumple"


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """All of it or nothing under ``path``: a temporary file in the same folder, then a rename. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _candidates(folder: Path, file: File) -> list[Path]:
    """Existing spellings of the file's name: dash or dot before idx, plain or .gz."""
    names = (file.name, file.name.replace("-idx", ".idx"))
    paths = [folder / (name + ending) for name in names for ending in ("", ".gz")]
    return [path for path in paths if os.path.isfile(path)]


def read_file(folder: Path, file: File) -> bytes:
    """Verified content of the file in the folder under any of its names; InvalidInput says what is wrong."""
    refused = []
    for path in _candidates(folder, file):
        try:
            with path.open("rb") as stream:
                return verify(file, stream.read(file.size + BLOCK))
        except (OSError, InvalidInput) as error:
            refused.append(f"“{path}” was refused: {_reason(error)}")
    raise InvalidInput(" ".join(refused) or f"“{folder}” holds no {file.name} (with or without .gz).")


def read_folder(folder: Path) -> Digits:
    """The four files of a folder the user named. Nothing in it is ever changed.

    Errors: InvalidInput naming the first file that is missing or wrong.
    """
    try:
        return _digits([read_file(folder, file) for file in FILES], "folder")
    except InvalidInput as error:
        raise InvalidInput(
            f"The folder {folder} cannot be used: {error} Put the original files there or unset {FOLDER_VARIABLE}."
        ) from error


def _digits(contents: Sequence[bytes], source: str, note: str = "") -> Digits:
    train_images, train_labels, test_images, test_labels = map(parse_idx, contents)
    return Digits(train_images, train_labels, test_images, test_labels, source=source, note=note)


def mirrors_from_environment() -> tuple[str, ...]:
    """UNCRUMPLE_MIRRORS, comma separated; empty means never download; unset means the two public mirrors."""
    value = os.environ.get(MIRRORS_VARIABLE)
    if value is None:
        return MIRRORS
    return tuple(mirror.strip() for mirror in value.split(",") if mirror.strip())


def fetch(
    *,
    folder: Path | None = None,
    cache: Path | None = None,
    mirrors: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
) -> Generator[Progress, None, Digits]:
    """Yield progress, return the digits: from the named folder, else the cache, else the mirrors.

    folder, cache, mirrors default to UNCRUMPLE_MNIST, the user's cache and UNCRUMPLE_MIRRORS. A mirror is given up
    after ``timeout`` seconds without a connection or with fewer than SLOWEST bytes.
    Errors: InvalidInput when no source delivers; its text says why, source by source.
    """
    if folder is None and os.environ.get(FOLDER_VARIABLE):
        folder = Path(os.path.expanduser(os.environ[FOLDER_VARIABLE]))
    cache = cache_folder() / "mnist" if cache is None else cache
    mirrors = mirrors_from_environment() if mirrors is None else mirrors
    refused = ""
    if folder is not None:
        yield Progress(FILES[0].name, 0, 0, f"Reading {folder}")
        try:
            return read_folder(folder)
        except InvalidInput as error:
            refused = f"{error} "
    try:
        digits = yield from _cached_or_downloaded(cache, list(mirrors), timeout)
    except InvalidInput as error:
        raise InvalidInput(f"{refused}{error} {ADVICE}") from error
    return digits._replace(note=f"{refused}{digits.note}".strip())


def finished(work: Generator[Progress, None, Digits]) -> Digits:
    """Run fetch() to its end, its progress unseen. Raises what it raises."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def _cached_or_downloaded(cache: Path, mirrors: list[str], timeout: float) -> Generator[Progress, None, Digits]:
    contents, source, note = [], "cache", ""
    for file in FILES:
        yield Progress(file.name, 0, 0, f"Reading {file.name}")
        content = _read_cached(cache, file)
        if content is None:
            source = "download"
            content = yield from _download_from_any(mirrors, file, timeout)
            try:
                write_atomically(cache / file.name, content)
            except OSError as error:
                note = (
                    f"MNIST was downloaded but could not be kept in {cache} ({_reason(error)}); it is used from memory."
                )
        contents.append(content)
    return _digits(contents, source, note)


def _read_cached(cache: Path, file: File) -> bytes | None:
    """Verified content, or None after removing what was wrong."""
    try:
        return read_file(cache, file)
    except InvalidInput:
        for path in _candidates(cache, file):
            with contextlib.suppress(OSError):
                path.unlink()
        return None


def _download_from_any(mirrors: list[str], file: File, timeout: float) -> Generator[Progress, None, bytes]:
    """Try each mirror once; one that fails goes to the end of the list, so that later files try it last."""
    failures = []
    for mirror in list(mirrors):
        try:
            content = yield from _download(mirror, file, timeout)
            return verify(file, content)
        except InvalidInput as error:
            failures.append(f"{mirror}: {error}")
            mirrors.append(mirrors.pop(mirrors.index(mirror)))
    if not mirrors:
        raise InvalidInput(f"“{file.name}” is not in the cache, and {MIRRORS_VARIABLE} allows no download.")
    raise InvalidInput(f"No mirror delivered {file.name}. {' '.join(failures)}")


def _download(mirror: str, file: File, timeout: float) -> Generator[Progress, None, bytes]:
    """Bytes as sent. A thread receives them, so that a host name that never resolves cannot hold up this one."""
    if not mirror.lower().startswith(("http://", "https://")):
        raise InvalidInput("a mirror must start with http:// or https://.")
    arrivals: queue.SimpleQueue = queue.SimpleQueue()
    abandoned = threading.Event()
    url = f"{mirror.rstrip('/')}/{file.name}.gz"
    task = (url, file.size, timeout, arrivals, abandoned)
    threading.Thread(target=_receive, args=task, name="receiving digits", daemon=True).start()
    content, total = bytearray(), 0
    try:
        for item in _until_stalled(arrivals, timeout):
            if isinstance(item, Exception):
                raise InvalidInput(f"“{url}” could not be read ({_reason(item)}).") from item
            if isinstance(item, int):
                total = item
            else:
                content += item
            yield Progress(file.name, len(content), total, f"Downloading {file.name} from {url}")
    finally:
        abandoned.set()
    if len(content) < total:
        raise InvalidInput(f"the download broke off after {len(content):,} of {total:,} bytes.")
    return bytes(content)


def _until_stalled(arrivals: queue.SimpleQueue, timeout: float) -> Iterator[int | bytes | Exception]:
    """Items until None; InvalidInput once ``timeout`` seconds have brought fewer than SLOWEST bytes."""
    since, received = time.monotonic(), 0
    while True:
        try:
            item = arrivals.get(timeout=max(0.0, since + timeout - time.monotonic()))
        except queue.Empty as error:
            if received < SLOWEST:
                raise InvalidInput(
                    f"the mirror sent {received:,} bytes in {timeout:g} seconds; {SLOWEST:,} are the least."
                ) from error
            since, received = time.monotonic(), 0
            continue
        if item is None:
            return
        received += len(item) if isinstance(item, bytes) else 0
        yield item


def _receive(url: str, limit: int, timeout: float, arrivals: queue.SimpleQueue, abandoned: threading.Event) -> None:
    """Put the announced length, then blocks of bytes, then None; or the exception that ended it."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            arrivals.put(max(0, int(response.headers.get("Content-Length") or 0)))
            received = 0
            while not abandoned.is_set() and received <= limit and (block := response.read1(BLOCK)):
                received += len(block)
                arrivals.put(block)
        arrivals.put(None)
    except (OSError, http.client.HTTPException, ValueError) as error:
        arrivals.put(error)
