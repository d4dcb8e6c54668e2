"""IDX parsing, verification, cache and download, against mirrors served on this machine."""

import contextlib
import gzip
import hashlib
import os
import socket
import struct
import sys
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.digits import mnist
from engine.digits.mnist import File, Progress
from engine.errors import InvalidInput

REPOSITORY = Path(__file__).parents[3]
REAL = Path(os.environ.get("UNCRUMPLE_MNIST") or REPOSITORY.parent / "shared" / "data" / "mnist")


def idx(values: np.ndarray) -> bytes:
    """Written with struct from the format's description."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


TINY = {
    "train-images-idx3-ubyte": np.arange(3 * 28 * 28).astype(np.uint8).reshape(3, 28, 28),
    "train-labels-idx1-ubyte": np.array([5, 0, 4], np.uint8),
    "t10k-images-idx3-ubyte": np.arange(7, 7 + 2 * 28 * 28).astype(np.uint8).reshape(2, 28, 28),
    "t10k-labels-idx1-ubyte": np.array([7, 2], np.uint8),
}
CONTENT = {name: idx(values) for name, values in TINY.items()}
TINY_FILES = tuple(File(name, values.shape, hashlib.sha256(CONTENT[name]).hexdigest()) for name, values in TINY.items())
FIRST = "train-images-idx3-ubyte"


@pytest.fixture(autouse=True)
def tiny_data_set(monkeypatch, tmp_path):
    """Three and two digits instead of 70,000, no mirror unless a test names one, and a cache of the test's own."""
    monkeypatch.setattr(mnist, "FILES", TINY_FILES)
    monkeypatch.setenv("UNCRUMPLE_MIRRORS", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("UNCRUMPLE_MNIST", raising=False)


@contextlib.contextmanager
def mirror(answer):
    """An HTTP server on a free port: answer(handler, name) writes the response. Yields (address, names asked for)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2].removesuffix(".gz")
            asked.append(name)
            with contextlib.suppress(OSError):
                answer(self, name)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mnist/", asked
        server.shutdown()


def send(handler, body, *, status=200, length=None):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def good(handler, name):
    send(handler, gzip.compress(CONTENT[name]))


def drain(work):
    """(everything yielded, the returned digits)."""
    progress = []
    while True:
        try:
            progress.append(next(work))
        except StopIteration as done:
            return progress, done.value


def assert_tiny(digits):
    for found, expected in zip(digits[:4], TINY.values(), strict=True):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.uint8


def kept(folder: Path) -> set[str]:
    """Names of all files in the folder, hidden and temporary ones too."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@settings(deadline=None)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=9)))
def test_parse_idx_inverts_the_format(values):
    parsed = mnist.parse_idx(idx(values))
    assert parsed.dtype == np.uint8
    np.testing.assert_array_equal(parsed, values)
    with pytest.raises(ValueError, match="read-only"):
        parsed[...] = 0


@settings(deadline=None)
@given(st.integers(0, len(CONTENT[FIRST]) - 1))
@example(15)
@example(16)
def test_every_truncation_is_refused(length):
    with pytest.raises(InvalidInput, match=r"truncated|header|starts"):
        mnist.parse_idx(CONTENT[FIRST][:length])


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=20))
def test_trailing_bytes_are_refused(extra):
    with pytest.raises(InvalidInput, match="trailing"):
        mnist.parse_idx(CONTENT[FIRST] + extra)


@settings(deadline=None)
@given(st.binary(max_size=40) | st.binary(max_size=16).map(lambda tail: b"\0\0\x08\x03" + tail))
@example(b"\0\0\x08\x03" + struct.pack(">3I", 0, 2**32 - 1, 2**32 - 1))
@example(b"\0\0\x08\x03" + b"\xff" * 12)
@example(b"\0\0\x08\x00\x07")
@example(b"\0\0\x0d\x01\0\0\0\x01\x07")
def test_any_bytes_give_an_array_or_a_sentence(content):
    try:
        values = mnist.parse_idx(content)
    except InvalidInput as error:
        assert str(error).endswith(".")
    else:
        assert 1 <= values.ndim <= 3
        assert idx(values) == content


def test_a_gzip_bomb_takes_no_memory():
    bomb = gzip.compress(bytes(64_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="1,000 bytes"):
            mnist.decompress(bomb, 1000)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_decompress_takes_plain_and_several_gzip_members():
    assert mnist.decompress(b"plain", 5) == b"plain"
    assert mnist.decompress(gzip.compress(b"one, ") + gzip.compress(b"two"), 8) == b"one, two"


@settings(deadline=None)
@given(position=st.integers(0, 10**6), change=st.integers(1, 255))
def test_one_changed_byte_is_refused_or_harmless(position, change):
    """A byte of the gzip header such as its date may change; then the content must be the original's."""
    damaged = bytearray(gzip.compress(CONTENT[FIRST], mtime=0))
    damaged[position % len(damaged)] ^= change
    try:
        assert mnist.verify(TINY_FILES[0], bytes(damaged)) == CONTENT[FIRST]
    except InvalidInput as error:
        assert TINY_FILES[0].sha256[:12] in str(error)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("separator", ["-", "."])
def test_a_folder_may_use_either_spelling(monkeypatch, tmp_path, separator, compressed):
    for name, content in CONTENT.items():
        path = tmp_path / (name.replace("-idx", f"{separator}idx") + (".gz" if compressed else ""))
        path.write_bytes(gzip.compress(content) if compressed else content)
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(tmp_path))
    _, digits = drain(mnist.fetch())
    assert_tiny(digits)
    assert (digits.source, digits.note, digits.is_mnist) == ("folder", "", True)


def test_a_bad_file_in_the_users_folder_is_refused_and_left_alone(tmp_path):
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    bad = tmp_path / "t10k-labels-idx1-ubyte"
    bad.write_bytes(CONTENT[bad.name][:-1])
    with pytest.raises(InvalidInput) as refused:
        mnist.read_folder(tmp_path)
    for part in (str(bad), "10 bytes", TINY_FILES[3].sha256[:12], "it holds 9 bytes", "UNCRUMPLE_MNIST"):
        assert part in str(refused.value)
    assert bad.read_bytes() == CONTENT[bad.name][:-1]


def test_a_folder_without_the_files_names_the_first_missing_one(tmp_path):
    with pytest.raises(InvalidInput, match=f"holds no {FIRST}"):
        mnist.read_folder(tmp_path)


def test_after_a_refused_folder_the_cache_serves_and_the_note_says_why(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    for name, content in CONTENT.items():
        (cache / name).write_bytes(content)
    _, digits = drain(mnist.fetch(folder=tmp_path / "nowhere", cache=cache))
    assert_tiny(digits)
    assert digits.source == "cache"
    assert "nowhere cannot be used" in digits.note


@pytest.mark.parametrize("compressed", [True, False])
def test_download_then_cache(tmp_path, compressed):
    """A mirror may also send the decompressed content under the .gz name, as some do."""
    with mirror(good if compressed else lambda handler, name: send(handler, CONTENT[name])) as (address, asked):
        _, digits = drain(mnist.fetch(cache=tmp_path / "cache", mirrors=[address]))
    assert_tiny(digits)
    assert (digits.source, digits.note, asked) == ("download", "", list(TINY))
    assert kept(tmp_path / "cache") == set(TINY)
    _, again = drain(mnist.fetch(cache=tmp_path / "cache", mirrors=[]))
    assert_tiny(again)
    assert again.source == "cache"


def test_progress_counts_the_bytes_of_each_file_and_never_runs_back(tmp_path):
    with mirror(good) as (address, _):
        progress, _ = drain(mnist.fetch(cache=tmp_path, mirrors=[address]))
    for name in TINY:
        size = len(gzip.compress(CONTENT[name]))
        assert max(p.done_bytes for p in progress if p.file == name) == size
        assert {p.total_bytes for p in progress if p.file == name} == {0, size}
    fractions = [p.fraction for p in progress]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert all(name in " ".join(p.message for p in progress) for name in TINY)


def test_progress_weighs_files_by_their_size():
    sizes = [len(content) for content in CONTENT.values()]
    half = Progress("t10k-images-idx3-ubyte", 50, 100, "").fraction
    assert half == pytest.approx((sizes[0] + sizes[1] + sizes[2] / 2) / sum(sizes))
    assert Progress(FIRST, 300, 100, "").fraction == pytest.approx(sizes[0] / sum(sizes))


def test_only_the_damaged_file_of_the_cache_is_downloaded_again(tmp_path):
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / FIRST).write_bytes(CONTENT[FIRST][: len(CONTENT[FIRST]) // 2])
    with mirror(good) as (address, asked):
        _, digits = drain(mnist.fetch(cache=tmp_path, mirrors=[address]))
    assert_tiny(digits)
    assert asked == [FIRST]
    assert (tmp_path / FIRST).read_bytes() == CONTENT[FIRST]


def test_a_damaged_file_is_not_kept_even_when_nothing_can_replace_it(tmp_path):
    (tmp_path / FIRST).write_bytes(b"half")
    with pytest.raises(InvalidInput, match="UNCRUMPLE_MIRRORS allows no download"):
        drain(mnist.fetch(cache=tmp_path))
    assert kept(tmp_path) == set()


def missing(handler, name):
    send(handler, b"no such file", status=404)


def web_page(handler, name):
    send(handler, b"<!DOCTYPE html><title>Sign in to the network</title>")


def nothing(handler, name):
    send(handler, b"")


def other_data(handler, name):
    send(handler, gzip.compress(CONTENT[name][:-1] + b"\xee"))


def broken_off(handler, name):
    body = gzip.compress(CONTENT[name])
    send(handler, body[: len(body) // 2], length=len(body))


def damaged_gzip(handler, name):
    send(handler, gzip.compress(CONTENT[name])[:-9])


def nonsense_length(handler, name):
    send(handler, b"", length="many")


def no_http(handler, name):
    handler.wfile.write(b"SSH-2.0 who are you\r\n")


def endless(handler, name):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65_536))


def silent(handler, name):
    time.sleep(30)


def trickle_of_content(handler, name):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(3000):
        handler.wfile.write(b"\x1f")
        time.sleep(0.01)


def trickle_of_headers(handler, name):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    for _ in range(3000):
        handler.wfile.write(b"a")
        time.sleep(0.01)


BAD_MIRRORS = {
    missing: "404",
    web_page: "3c 21 44 4f",
    nothing: "with nothing",
    other_data: "SHA-256",
    broken_off: "broke off after",
    damaged_gzip: "damaged",
    nonsense_length: "could not be read .*many",
    no_http: "could not be read .*SSH",
    endless: "it is longer",
    silent: "timed out|bytes in 0.4 seconds",
    trickle_of_content: "bytes in 0.4 seconds",
    trickle_of_headers: "bytes in 0.4 seconds",
}


@pytest.mark.parametrize(("answer", "reason"), BAD_MIRRORS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_bad_mirror_is_named_and_leaves_nothing_behind(tmp_path, answer, reason):
    with mirror(answer) as (address, _), pytest.raises(InvalidInput, match=reason) as refused:
        drain(mnist.fetch(cache=tmp_path, mirrors=[address], timeout=0.4))
    for part in (address, FIRST, "UNCRUMPLE_MNIST"):
        assert part in str(refused.value)
    assert kept(tmp_path) == set()


def test_the_second_mirror_serves_and_the_first_is_asked_once(tmp_path):
    with mirror(web_page) as (bad, asked_bad), mirror(good) as (fine, asked_fine):
        _, digits = drain(mnist.fetch(cache=tmp_path, mirrors=[bad, fine]))
    assert_tiny(digits)
    assert asked_bad == [FIRST]
    assert asked_fine == list(TINY)


def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(closed_port(), id="closed port"),
        "http://127.0.0.1:port",
        "http://[",
        "http://a b",
        "file:///etc",
        "mirror",
        "http://é\0",
    ],
)
def test_an_impossible_address_is_one_sentence(tmp_path, address):
    with pytest.raises(InvalidInput) as refused:
        drain(mnist.fetch(cache=tmp_path, mirrors=[address], timeout=2))
    assert address in str(refused.value)


def test_a_mirror_is_never_a_file_of_this_machine(tmp_path):
    for name, content in CONTENT.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    with pytest.raises(InvalidInput, match="must start with http"):
        drain(mnist.fetch(cache=tmp_path / "cache", mirrors=[tmp_path.as_uri()]))


def test_an_abandoned_download_keeps_nothing(tmp_path):
    before = set(threading.enumerate())
    with mirror(trickle_of_content) as (address, asked):
        work = mnist.fetch(cache=tmp_path, mirrors=[address], timeout=20)
        while next(work).done_bytes == 0:
            pass
        started = set(threading.enumerate()) - before
        (receiver,) = [thread for thread in started if thread.name == "receiving digits"]
        work.close()
        receiver.join(10)
        assert not receiver.is_alive()
    assert asked == [FIRST]
    assert kept(tmp_path) == set()


def test_a_cache_that_cannot_be_made_costs_only_the_cache(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with mirror(good) as (address, _):
        _, digits = drain(mnist.fetch(cache=tmp_path / "file" / "cache", mirrors=[address]))
    assert_tiny(digits)
    assert digits.source == "download"
    assert "could not be kept" in digits.note


@contextlib.contextmanager
def files_limited_to(size):
    """The kernel refuses writes beyond this size, as it does on a full disk."""
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_no_half_file(tmp_path):
    with mirror(good) as (address, _), files_limited_to(1000):
        _, digits = drain(mnist.fetch(cache=tmp_path, mirrors=[address]))
    assert_tiny(digits)
    assert "could not be kept" in digits.note
    assert kept(tmp_path) == {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"}


def test_a_failed_write_keeps_the_old_content(tmp_path):
    path = tmp_path / "kept"
    mnist.write_atomically(path, b"old")
    with files_limited_to(1000), pytest.raises(OSError, match="large"):
        mnist.write_atomically(path, bytes(5000))
    assert path.read_bytes() == b"old"
    assert kept(tmp_path) == {"kept"}


def test_mirrors_come_from_the_environment(monkeypatch, tmp_path):
    with mirror(good) as (address, _):
        monkeypatch.setenv("UNCRUMPLE_MIRRORS", f" {closed_port()} , {address},")
        _, digits = drain(mnist.fetch())
    assert_tiny(digits)
    assert kept(tmp_path / "home" / "uncrumple" / "mnist") == set(TINY)
    monkeypatch.delenv("UNCRUMPLE_MIRRORS")
    assert mnist.mirrors_from_environment() == mnist.MIRRORS
    monkeypatch.setenv("UNCRUMPLE_MIRRORS", "")
    assert mnist.mirrors_from_environment() == ()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x", "HOME": "/home/a"}, "/x/uncrumple"),
        ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/home/a"}, "/home/a/.cache/uncrumple"),
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/uncrumple"),
        ("darwin", {"HOME": "/home/a"}, "/home/a/Library/Caches/uncrumple"),
        ("win32", {"LOCALAPPDATA": "/local", "HOME": "/home/a"}, "/local/uncrumple"),
    ],
)
def test_cache_folder_follows_the_platform(monkeypatch, platform, variables, expected):
    for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert mnist.cache_folder() == Path(expected)


def test_cache_folder_without_a_home_is_still_absolute(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert mnist.cache_folder().is_absolute()


@pytest.mark.skipif(not REAL.is_dir(), reason="no folder with the real MNIST")
def test_real_mnist(monkeypatch):
    monkeypatch.undo()
    digits = mnist.read_folder(REAL)
    shapes = [array.shape for array in digits[:4]]
    assert shapes == [(60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,)]
    assert digits.train_labels[:6].tolist() == [5, 0, 4, 1, 9, 2]
    assert digits.train_labels[4] == 9
    assert digits.test_labels[:3].tolist() == [7, 2, 1]
    assert digits.test_labels[-3:].tolist() == [4, 5, 6]
    assert np.bincount(digits.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert digits.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
