"""The digits arrive in the background: one thread, one immutable snapshot of how far it is.

``idle → loading → ready | procedural | failed``; ``retry`` leads from the last two back to loading.
"""

import threading
from collections.abc import Callable, Generator
from typing import NamedTuple

from engine.digits import mnist, procedural
from engine.digits.mnist import Digits, Progress
from engine.errors import InvalidInput

STATES = ("idle", "loading", "ready", "procedural", "failed")


class Snapshot(NamedTuple):
    """state: one of STATES; message: a sentence or nothing; fraction: 0..1; digits: usable now, or None.

    While loading again after a retry, ``digits`` are the procedural ones still in use.
    """

    state: str
    message: str = ""
    fraction: float = 0.0
    digits: Digits | None = None


class Loader:
    """MNIST if it can be had, else procedural digits; every method returns at once and raises nothing.

    fetch() yields Progress and returns the digits or raises InvalidInput; draw() returns procedural digits.
    """

    def __init__(
        self,
        *,
        fetch: Callable[[], Generator[Progress, None, Digits]] = mnist.fetch,
        draw: Callable[[], Digits] = procedural.load,
    ):
        self._fetch = fetch
        self._draw = draw
        self._lock = threading.Lock()
        self._snapshot = Snapshot("idle")

    def poll(self) -> Snapshot:
        """Where loading stands now."""
        with self._lock:
            return self._snapshot

    def start(self) -> None:
        """Begin loading; nothing happens if it ever began."""
        self._begin("idle")

    def retry(self) -> None:
        """Try for the real digits again; nothing happens unless the last attempt ended without them."""
        self._begin("procedural", "failed")

    def _begin(self, *states: str) -> None:
        with self._lock:
            if self._snapshot.state not in states:
                return
            self._snapshot = Snapshot("loading", "Looking for MNIST", digits=self._snapshot.digits)
            threading.Thread(target=self._run, name="loading digits", daemon=True).start()

    def _publish(self, state: str, message: str, fraction: float, digits: Digits | None) -> None:
        with self._lock:
            self._snapshot = Snapshot(state, message, fraction, digits)

    def _run(self) -> None:
        """One attempt. Whatever stops it, a state that can be retried remains; the traceback goes to the log."""
        stand_in = self.poll().digits
        try:
            self._load(stand_in)
        finally:
            if self.poll().state == "loading":
                state = "failed" if stand_in is None else "procedural"
                self._publish(state, "Loading the digits stopped unexpectedly; the log says why. Retry.", 0.0, stand_in)

    def _load(self, stand_in: Digits | None) -> None:
        try:
            digits = self._real(stand_in)
            self._publish("ready", digits.note, 1.0, digits)
        except InvalidInput as error:
            if stand_in is None:
                self._publish("loading", f"Drawing digits instead. {error}", 0.0, None)
                stand_in = self._draw()
            message = f"Digits drawn by this program stand in for MNIST. {error} {stand_in.note}"
            self._publish("procedural", message.strip(), 1.0, stand_in)

    def _real(self, stand_in: Digits | None) -> Digits:
        """Run fetch to its end, publishing each progress."""
        work = self._fetch()
        while True:
            try:
                progress = next(work)
            except StopIteration as done:
                return done.value
            self._publish("loading", progress.message, progress.fraction, stand_in)
