"""A reader's trainings, in the background: one network, or all depths one after another; the last are kept."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.background import Background, Progress
from engine.geometry import crumpling, uncrumple
from engine.geometry.uncrumple import DEPTHS, Settings, Trained
from engine.geometry.uncrumple_measures import Report, report

REMEMBERED = 16


class Rung(NamedTuple):
    """One depth of a comparison. accuracy: on held-out points, nan at first. report: None until it is trained."""

    settings: Settings
    updates: int
    accuracy: float
    report: Report | None


class Uncrumpler:
    """One training or comparison at a time; the other is stopped. Close it when its reader has gone."""

    def __init__(self) -> None:
        self._training: Background[Trained] = Background("uncrumple")
        self._comparison: Background[tuple[Rung, ...]] = Background("uncrumple-depths")
        self._wanted: Settings | None = None
        self._compared: Settings | None = None
        self._finished: dict[Settings, Trained] = {}

    def train(self, settings: Settings) -> None:
        """Train this network from its beginning, in place of whatever is under way."""
        self.stop()
        self._comparison.wait()
        self._wanted = settings
        self._training.start(lambda: self._remembered(settings))

    def compare(self, settings: Settings) -> None:
        """Train networks of all DEPTHS on this ball with this objective, the shallow ones first."""
        self.stop()
        self._training.wait()
        self._compared = replace(settings, depth=DEPTHS[0])
        self._comparison.start(lambda: self._climbed(settings))

    def stop(self) -> None:
        """Stop whatever is under way; what has come stays."""
        self._training.stop()
        self._comparison.stop()

    def close(self) -> None:
        """Stop for good."""
        self._training.close()
        self._comparison.close()

    def poll(self, settings: Settings) -> Progress[Trained]:
        """The training of this network: under way, finished now or earlier, or new."""
        now = self._training.poll() if settings == self._wanted else Progress()
        if now.state != "running" and settings in self._finished:
            return Progress("finished", self._finished[settings])
        return now

    def poll_comparison(self, settings: Settings) -> Progress[tuple[Rung, ...]]:
        """The comparison on this ball with this objective, whatever the depth of the settings."""
        if replace(settings, depth=DEPTHS[0]) != self._compared:
            return Progress()
        return self._comparison.poll()

    def leave(self, settings: Settings) -> None:
        """Stop what is under way unless it is for these settings: nobody sees it any more."""
        if self._wanted != settings:
            self._training.stop()
        if self._compared != replace(settings, depth=DEPTHS[0]):
            self._comparison.stop()

    def _remembered(self, settings: Settings) -> Iterator[Trained]:
        """Train; the whole training is kept, the oldest forgotten."""
        for trained in uncrumple.train(settings):
            yield trained
        self._finished.pop(settings, None)
        self._finished[settings] = trained
        while len(self._finished) > REMEMBERED:
            del self._finished[next(iter(self._finished))]

    def _climbed(self, settings: Settings) -> Iterator[tuple[Rung, ...]]:
        rungs: tuple[Rung, ...] = ()
        shown, other = crumpling.learned(settings.crumple), crumpling.held_out(settings.crumple)
        for depth in DEPTHS:
            deep = replace(settings, depth=depth)
            yield (*rungs, Rung(deep, 0, np.nan, None))
            kept = self._finished.get(deep)
            for trained in (kept,) if kept else self._remembered(deep):
                rung = Rung(deep, trained.updates, float(trained.accuracies[-1]), None)
                yield (*rungs, rung)
            rungs = (*rungs, rung._replace(report=report(trained.params, shown, other)))
            yield rungs
