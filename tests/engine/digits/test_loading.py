"""The loader, with sources that wait to be told what to do."""

import threading
import time

import numpy as np
import pytest

from engine.digits import loading
from engine.digits.loading import Loader, Snapshot
from engine.digits.mnist import FILES, Digits, Progress
from engine.errors import InvalidInput


def made(source: str, note: str = "") -> Digits:
    return Digits(*(np.zeros(1, np.uint8) for _ in range(4)), source=source, note=note)


REAL, DRAWN = made("download"), made("procedural")


class Source:
    """A fetch whose every attempt yields one progress, waits for ``go``, then follows the next instruction."""

    def __init__(self, *results):
        self.results = list(results)
        self.go = threading.Semaphore(0)
        self.attempts = 0
        self.drawings = 0

    def fetch(self):
        self.attempts += 1
        result = self.results.pop(0)
        yield Progress(FILES[1].name, 1, 2, "half of the labels")
        self.go.acquire()
        if isinstance(result, BaseException):
            raise result
        return result

    def draw(self):
        self.drawings += 1
        return DRAWN


def wait_for(loader: Loader, condition) -> Snapshot:
    """The first snapshot that fulfils the condition; fails after 20 seconds."""
    for _ in range(4000):
        snapshot = loader.poll()
        if condition(snapshot):
            return snapshot
        time.sleep(0.005)
    raise AssertionError(f"still {loader.poll()}")


def in_state(*states):
    return lambda snapshot: snapshot.state in states


def shows_progress(snapshot):
    return snapshot.message == "half of the labels"


def test_nothing_happens_before_start():
    source = Source(REAL)
    loader = Loader(fetch=source.fetch, draw=source.draw)
    loader.retry()
    assert loader.poll() == Snapshot("idle", "", 0.0, None)
    assert source.attempts == 0


def test_real_digits_arrive_with_progress_on_the_way():
    source = Source(made("cache", note="kept nothing"))
    loader = Loader(fetch=source.fetch, draw=source.draw)
    loader.start()
    half = wait_for(loader, shows_progress)
    assert (half.state, half.digits) == ("loading", None)
    assert half.fraction == Progress(FILES[1].name, 1, 2, "").fraction
    source.go.release()
    ready = wait_for(loader, in_state("ready"))
    assert (ready.message, ready.fraction, ready.digits.source) == ("kept nothing", 1.0, "cache")
    assert source.drawings == 0


def test_starting_and_retrying_while_loading_or_ready_changes_nothing():
    source = Source(REAL, REAL)
    loader = Loader(fetch=source.fetch, draw=source.draw)
    for _ in range(5):
        loader.start()
        loader.retry()
    source.go.release(5)
    ready = wait_for(loader, in_state("ready"))
    loader.start()
    loader.retry()
    assert loader.poll() is ready
    assert source.attempts == 1


def test_many_threads_start_one_attempt():
    source = Source(*[REAL] * 16)
    loader = Loader(fetch=source.fetch, draw=source.draw)
    barrier = threading.Barrier(16)

    def start():
        barrier.wait()
        loader.start()

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source.go.release(16)
    wait_for(loader, in_state("ready"))
    assert source.attempts == 1


def test_procedural_digits_stand_in_and_stay_until_the_real_ones_arrive():
    source = Source(InvalidInput("No mirror."), InvalidInput("Still none."), REAL)
    loader = Loader(fetch=source.fetch, draw=source.draw)
    loader.start()
    source.go.release()
    first = wait_for(loader, in_state("procedural"))
    assert first.digits is DRAWN
    assert "No mirror." in first.message
    assert "not MNIST" in first.message or "stand in for MNIST" in first.message
    loader.retry()
    assert loader.poll().digits is DRAWN
    during = wait_for(loader, shows_progress)
    assert (during.state, during.digits) == ("loading", DRAWN)
    source.go.release()
    second = wait_for(loader, in_state("procedural"))
    assert second.digits is DRAWN
    assert "Still none." in second.message
    loader.retry()
    source.go.release()
    assert wait_for(loader, in_state("ready")).digits is REAL
    assert source.drawings == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_foresaw_ends_in_a_state_that_can_be_retried():
    source = Source(RuntimeError("a bug"), InvalidInput("Offline."), MemoryError(), REAL)
    loader = Loader(fetch=source.fetch, draw=source.draw)
    loader.start()
    source.go.release()
    failed = wait_for(loader, in_state("failed"))
    assert failed.digits is None
    assert "unexpectedly" in failed.message
    loader.retry()
    source.go.release()
    wait_for(loader, in_state("procedural"))
    loader.retry()
    source.go.release()
    broken = wait_for(loader, in_state("procedural"))
    assert broken.digits is DRAWN
    assert "memory" in broken.message
    loader.retry()
    source.go.release()
    assert wait_for(loader, in_state("ready")).digits is REAL


def test_the_thread_does_not_keep_the_program_alive():
    source = Source(REAL)
    Loader(fetch=source.fetch, draw=source.draw).start()
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "loading digits"]
    assert thread.daemon
    source.go.release()
    thread.join(20)


def test_offline_the_defaults_say_how_to_point_to_a_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("UNCRUMPLE_MIRRORS", "")
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(tmp_path / "nowhere"))
    loader = Loader(draw=lambda: DRAWN)
    loader.start()
    snapshot = wait_for(loader, in_state("procedural"))
    for part in ("nowhere", "UNCRUMPLE_MNIST", "UNCRUMPLE_MIRRORS", "Retry"):
        assert part in snapshot.message
    assert snapshot.state in loading.STATES
