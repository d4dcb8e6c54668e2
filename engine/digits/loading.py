"""The digits arrive in the background: one thread, one immutable snapshot of how far it is.

``idle → loading → ready | procedural | failed``; ``retry`` leads from the last two back to loading.
"""

import threading
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple

from engine.background import Lifecycle
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


class Loader(Lifecycle[Snapshot]):
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
        self._asking = threading.Lock()
        super().__init__("loading digits", Snapshot("idle"))

    def start(self) -> None:
        """Begin loading; nothing happens if it ever began."""
        self._try("idle")

    def retry(self) -> None:
        """Try for the real digits again; nothing happens unless the last attempt ended without them."""
        self._try("procedural", "failed")

    def _try(self, *states: str) -> None:
        """Begin an attempt if loading is in one of these states; of several threads that ask at once one begins."""
        with self._asking:
            now = self.poll()
            if now.state in states:
                self._begin(
                    Snapshot("loading", "Looking for MNIST", digits=now.digits), partial(self._load, now.digits)
                )

    def _failed(self, stop: threading.Event, message: str) -> None:
        """Whatever stops an attempt, a state that can be retried remains."""
        state = "failed" if self.poll().digits is None else "procedural"
        message = f"Loading the digits did not work: {message}. Retry."
        self._update(stop, lambda now: Snapshot(state, message, 0.0, now.digits))

    def _load(self, stand_in: Digits | None, stop: threading.Event) -> None:
        def publish(*now: Any) -> None:
            self._update(stop, lambda _: Snapshot(*now))

        try:
            digits = self._real(stand_in, publish)
            publish("ready", digits.note, 1.0, digits)
        except InvalidInput as error:
            if stand_in is None:
                publish("loading", f"Drawing digits instead. {error}", 0.0, None)
                stand_in = self._draw()
            message = f"Digits drawn by this program stand in for MNIST. {error} {stand_in.note}"
            publish("procedural", message.strip(), 1.0, stand_in)

    def _real(self, stand_in: Digits | None, publish: Callable[..., None]) -> Digits:
        """Run fetch to its end, publishing each progress."""
        work = self._fetch()
        while True:
            try:
                progress = next(work)
            except StopIteration as done:
                return done.value
            publish("loading", progress.message, progress.fraction, stand_in)
