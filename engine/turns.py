"""Turns at the machine: many long computations at once, each a piece at a time, and none before one that waits longer.

Without them some of thirty trainings in thirty threads get on five times as fast as others. One after another in short
pieces they take somewhat longer in all, but all get on alike, and only one at a time keeps a page waiting.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 0.1
"""Seconds after which one who waits looks whether it is still wanted."""


class Turns:
    """A queue for one place. Whoever has had it waits behind all who ask meanwhile. Safe from any thread."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def turn(self, unwanted: Callable[[], bool]) -> Iterator[int]:
        """Wait for the place and hold it. Yields how many share it, this one among them; 0 once it is unwanted."""
        mine = object()
        with self._change:
            self._queue.append(mine)
            sharing = len(self._queue)
            while self._queue[0] is not mine and not unwanted():
                self._change.wait(PATIENCE)
        try:
            yield 0 if unwanted() else sharing
        finally:
            with self._change:
                self._queue.remove(mine)
                self._change.notify_all()


TRAINING = Turns()
"""Chunks of the readers' runs."""
COMPUTING = Turns()
"""Pieces of all other work in the background: a training beside them goes on."""
