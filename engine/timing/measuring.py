"""Contestants that do the same work, timed in turn on this machine, in a thread beside the page's.

Every contestant makes RUNS runs; what counts is their median. A run is cut after its budget of seconds and scaled up;
what was really measured is kept beside it. JAX compiles at its first call, which is timed by itself.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from statistics import median
from typing import Any, Generic, NamedTuple, Self, TypeVar

from engine.background import Lifecycle

RUNS = 5
CONTESTANTS = ("loops", "NumPy", "JAX")
PAUSE = 0.0005
"""Seconds left to other threads after each piece; not part of any time measured."""

Piece = tuple[Callable[[], Any], float]
"""Some work, and how many repetitions it makes; about a millisecond of it, if it keeps the interpreter."""
Settings = TypeVar("Settings")


class Sample(NamedTuple):
    """One run: seconds of work alone, and how many repetitions were made; a part of one where the run was cut."""

    seconds: float
    repetitions: float

    @property
    def each(self) -> float:
        """Seconds of one repetition.

        >>> Sample(2.0, 0.5).each
        4.0
        """
        return self.seconds / self.repetitions


class Work(NamedTuple):
    """What one contestant does in a run: its pieces, the repetitions wanted, the budget in seconds."""

    pieces: Callable[[], Iterator[Piece]]
    repetitions: float
    budget: float


class Contest(NamedTuple):
    """JAX's first call, with compilation, waiting for its result; and the work of each of CONTESTANTS by its name."""

    first_call: Callable[[], Any]
    works: Mapping[str, Work]


class Snapshot(NamedTuple, Generic[Settings]):
    """A measurement at one moment.

    state: "new", "waiting" (for another reader's measurement), "running", "finished", "stopped" or "failed"; message
    says why it failed. samples: contestant → its runs so far. first_call: seconds of JAX's first call, with
    compilation; None before it. fraction: how far the measurement has come, 0 to 1.
    """

    state: str
    settings: Settings
    samples: Mapping[str, tuple[Sample, ...]]
    first_call: float | None
    fraction: float
    message: str = ""

    @property
    def under_way(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "running")

    def seconds(self, contestant: str) -> float | None:
        """Median seconds of one repetition; None before the first run."""
        runs = [sample.each for sample in self.samples[contestant]]
        return median(runs) if runs else None

    def ratio(self, slow: str, fast: str) -> float | None:
        """How many times longer ``slow`` takes than ``fast``; None before both have run."""
        times = self.seconds(slow), self.seconds(fast)
        return times[0] / times[1] if times[0] is not None and times[1] else None

    def measured(self, contestant: str) -> float:
        """Repetitions really made, in all runs together."""
        return sum(sample.repetitions for sample in self.samples[contestant])

    @classmethod
    def blank(cls, settings: Settings, state: str = "new") -> Self:
        """A measurement of which nothing is measured yet."""
        return cls(state, settings, {name: () for name in CONTESTANTS}, None, 0.0)


def timed(
    pieces: Iterable[Piece],
    repetitions: float,
    budget: float,
    *,
    clock: Callable[[], float],
    between: Callable[[float], bool],
) -> Sample:
    """Work through pieces until the repetitions are made or the budget of seconds is spent.

    between: called after each piece with the share done, 0 to 1; what it does is not timed. False ends the run.
    """
    seconds = done = 0.0
    for work, share in pieces:
        began = clock()
        work()
        seconds += clock() - began
        done += share
        over = done >= repetitions - 1e-9 or seconds >= budget
        if not between(min(max(done / repetitions, seconds / budget), 1.0)) or over:
            break
    return Sample(seconds, done)


track = threading.Lock()
"""Held by whatever is being measured: two measurements at once would slow each other down."""


Moment = TypeVar("Moment", bound=Snapshot[Any])


class Measurement(Lifecycle[Moment], Generic[Settings, Moment]):
    """Measurements in a daemon thread of their own. Every method may be called from any thread, at any time."""

    under_way = ("waiting", "running")

    def __init__(
        self,
        prepare: Callable[[Settings], Contest],
        new: Moment,
        *,
        name: str,
        too_large: str,
        remembered: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """prepare: makes the operands and all that is not timed. new: the snapshot before the first measurement.

        name: of the thread. too_large: a sentence for settings, {0} in it, that memory does not suffice for.
        remembered: how many finished measurements are kept.
        """
        super().__init__(name, new)
        self._prepare, self._sentence, self._clock = prepare, too_large, clock
        self._finished: deque[Moment] = deque(maxlen=remembered)

    def start(self, settings: Settings) -> None:
        """Begin, in place of a measurement under way."""
        self._begin(self._now.blank(settings, "waiting"), partial(self._work, settings))

    @property
    def finished(self) -> tuple[Moment, ...]:
        """The last measurements that were finished, as many as are remembered, oldest first."""
        with self._change:
            return tuple(self._finished)

    def _work(self, settings: Settings, stop: threading.Event) -> None:
        while not track.acquire(timeout=0.05):
            if stop.is_set():
                return
        try:
            self._update(stop, lambda now: now._replace(state="running"))
            self._run(settings, stop)
        finally:
            track.release()

    def _too_large(self) -> str:
        return self._sentence.format(self._now.settings)

    def _run(self, settings: Settings, stop: threading.Event) -> None:
        contest = self._prepare(settings)
        if stop.is_set():
            return
        began = self._clock()
        contest.first_call()
        first = self._clock() - began
        self._update(stop, lambda now: now._replace(first_call=first))
        for number in range(RUNS * len(CONTESTANTS)):
            name = CONTESTANTS[number % len(CONTESTANTS)]
            pieces, repetitions, budget = contest.works[name]
            sample = timed(pieces(), repetitions, budget, clock=self._clock, between=self._breath(number, stop))
            if stop.is_set():
                return
            self._update(stop, partial(_with_sample, name=name, sample=sample))
        with self._change:
            if not stop.is_set():
                self._now = self._now._replace(state="finished", fraction=1.0)
                self._finished.append(self._now)

    def _breath(self, number: int, stop: threading.Event) -> Callable[[float], bool]:
        """After each piece: note how far the measurement has come, let other threads work, go on unless stopped."""

        def between(share: float) -> bool:
            fraction = (number + share) / (RUNS * len(CONTESTANTS))
            self._update(stop, lambda now: now._replace(fraction=fraction))
            time.sleep(PAUSE)
            return not stop.is_set()

        return between


def _with_sample(now: Moment, name: str, sample: Sample) -> Moment:
    return now._replace(samples={**now.samples, name: (*now.samples[name], sample)})
