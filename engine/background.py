"""Long work in a thread beside the page's: what is known of it can be polled, and the work stopped.

``Lifecycle`` is the thread and its end; what is polled differs: results of ``Background``, a measurement's samples
(``engine.timing.measuring``), how far the digits have come (``engine.digits.loading``).
"""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from jax.errors import JaxRuntimeError

from engine.errors import InvalidInput
from engine.turns import COMPUTING

Moment = TypeVar("Moment", bound=Any)
Result = TypeVar("Result")
TOO_LARGE = "this machine's memory does not suffice for it"
UNEXPECTED = "it stopped unexpectedly; the log says why"
MEMORY = (MemoryError, JaxRuntimeError)
"""What is raised where the memory of the machine or of its device is full."""


class Lifecycle(Generic[Moment]):
    """One piece of work at a time in a daemon thread. Every method may be called from any thread, at any time.

    A moment is a named tuple with ``state`` and ``message``; while the state is in under_way, more is to come.
    """

    under_way: tuple[str, ...] = ("running",)

    def __init__(self, name: str, now: Moment) -> None:
        """name: of the thread. now: the moment before any work."""
        self._name = name
        self._change = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._now = now

    def stop(self) -> None:
        """Take nothing after what is under way; what is known stays."""
        self._stop.set()
        with self._change:
            if self._now.state in self.under_way:
                self._now = self._now._replace(state="stopped")

    def close(self) -> None:
        """Stop for good and wait for the thread, at most a second."""
        self.stop()
        self.wait(1)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is under way; False if something still is after timeout seconds."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def poll(self) -> Moment:
        """What is known of the work now."""
        with self._change:
            return self._now

    def _begin(self, now: Moment, work: Callable[[threading.Event], None]) -> None:
        """Do work(stop) in place of what is under way; it ends early once stop is set."""
        self.stop()
        self.wait()
        with self._change:
            self._stop = threading.Event()
            self._now = now
            self._thread = threading.Thread(target=self._guarded, args=(work, self._stop), name=self._name, daemon=True)
            self._thread.start()

    def _update(self, stop: threading.Event, change: Callable[[Moment], Moment]) -> bool:
        """Change what poll shows, unless the work was stopped meanwhile; whether it was changed."""
        with self._change:
            if stop.is_set():
                return False
            self._now = change(self._now)
            return True

    def _guarded(self, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
        try:
            work(stop)
        except InvalidInput as error:
            self._failed(stop, str(error))
        except MEMORY:
            self._failed(stop, self._too_large())
        except BaseException:
            # A fault of the program: nothing may wait for it for ever; the thread's traceback goes to the log.
            self._failed(stop, UNEXPECTED)
            raise

    def _failed(self, stop: threading.Event, message: str) -> None:
        self._update(stop, lambda now: now._replace(state="failed", message=message))

    def _too_large(self) -> str:
        return TOO_LARGE


class Progress(NamedTuple, Generic[Result]):
    """Work at one moment.

    state: "new", "running", "finished", "stopped" or "failed"; message says why it failed. latest: the newest result,
    None before the first; it stays when work is stopped or fails.
    """

    state: str = "new"
    latest: Result | None = None
    message: str = ""


class Background(Lifecycle[Progress[Result]], Generic[Result]):
    """Work that yields results, each better than the one before."""

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        super().__init__(name, Progress())

    def start(self, work: Callable[[], Iterator[Result]]) -> None:
        """Take results from ``work()`` until it ends, in place of what is under way."""

        def run(stop: threading.Event) -> None:
            for result in _in_turns(work, stop):
                if not self._update(stop, partial(_with_latest, result)):
                    return
            self._update(stop, lambda now: now._replace(state="finished"))

        self._begin(Progress("running"), run)


def _in_turns(work: Callable[[], Iterator[Result]], stop: threading.Event) -> Iterator[Result]:
    """The results of work(), each made when all others in the background have made one; none after a stop."""
    results = iter(work())
    while True:
        with COMPUTING.turn(stop.is_set) as wanted:
            if not wanted:
                return
            try:
                result = next(results)
            except StopIteration:
                return
        yield result


def _with_latest(result: Result, now: Progress[Result]) -> Progress[Result]:
    return now._replace(latest=result)
