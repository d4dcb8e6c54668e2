"""Long work in a thread beside the page's: the newest result can be polled, and the work stopped."""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from jax.errors import JaxRuntimeError

from engine.errors import InvalidInput

Result = TypeVar("Result")


class Progress(NamedTuple, Generic[Result]):
    """Work at one moment.

    state: "new", "running", "finished", "stopped" or "failed"; message says why it failed. latest: the newest result,
    None before the first; it stays when work is stopped or fails.
    """

    state: str = "new"
    latest: Result | None = None
    message: str = ""


class Background(Generic[Result]):
    """One piece of work at a time in a daemon thread. Every method may be called from any thread, at any time."""

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        self._name = name
        self._change = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._now: Progress[Result] = Progress()

    def start(self, work: Callable[[], Iterator[Result]]) -> None:
        """Take results from ``work()`` until it ends, in place of what is under way."""
        self.stop()
        self.wait()
        with self._change:
            self._stop = threading.Event()
            self._now = Progress("running")
            self._thread = threading.Thread(target=self._run, args=(work, self._stop), name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Take no result after the one under way; the newest stays."""
        self._stop.set()
        with self._change:
            if self._now.state == "running":
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

    def poll(self) -> Progress[Result]:
        """The work now."""
        with self._change:
            return self._now

    def _run(self, work: Callable[[], Iterator[Result]], stop: threading.Event) -> None:
        try:
            for result in work():
                if not self._settle(stop, latest=result):
                    return
            self._settle(stop, state="finished")
        except InvalidInput as error:
            self._settle(stop, state="failed", message=str(error))
        except (MemoryError, JaxRuntimeError):
            self._settle(stop, state="failed", message="this machine's memory does not suffice for it")
        except BaseException:
            # A fault of the program: nothing may wait for it for ever; the thread's traceback goes to the log.
            self._settle(stop, state="failed", message="it stopped unexpectedly; the log says why")
            raise

    def _settle(self, stop: threading.Event, **changes) -> bool:
        """Change what poll shows, unless the work was stopped meanwhile."""
        with self._change:
            if stop.is_set():
                return False
            self._now = self._now._replace(**changes)
            return True
