"""What readers have running: kept through a cut, paused after a while, ended after longer, oldest first."""

import gc
import threading
import time

import jax
import pytest
from streamlit.testing.v1 import AppTest

from pages.shell import keeping
from pages.shell.keeping import GONE_SECONDS, MOST_GONE, PAUSE_SECONDS, Registry, _Kept


class Work:
    def __init__(self, name: str, log: list) -> None:
        self.name, self.log = name, log

    def close(self) -> None:
        self.log.append(("close", self.name))

    def pause(self) -> None:
        self.log.append(("pause", self.name))


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Silent:
    """A timer that never calls: the tests sweep themselves."""

    def __init__(self, seconds, call) -> None:
        self.daemon = True

    def start(self) -> None:
        pass

    def is_alive(self) -> bool:
        return True


@pytest.fixture
def log() -> list:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(clock, monkeypatch) -> Registry:
    monkeypatch.setattr(keeping.threading, "Timer", Silent)
    return Registry(clock)


def take(registry: Registry, token: str, log: list, name: str = "run") -> Work:
    def make() -> _Kept:
        return _Kept(Work(f"{token} {name}", log), Work.close, Work.pause, lambda work: True)

    registry.arrived(token)
    return registry.take(token, (name,), make)


def test_a_reader_finds_the_same_thing_again_and_another_has_another(registry, log):
    first = take(registry, "a", log)
    assert take(registry, "a", log) is first and take(registry, "b", log) is not first
    assert take(registry, "a", log, "other") is not first


def test_a_short_cut_goes_unnoticed(registry, log, clock):
    run = take(registry, "a", log)
    registry.left("a")
    clock.seconds += PAUSE_SECONDS - 1
    registry.sweep()
    registry.arrived("a")
    clock.seconds += 10 * GONE_SECONDS
    registry.sweep()
    assert log == [] and take(registry, "a", log) is run


def test_a_longer_one_pauses_and_a_long_one_ends(registry, log, clock):
    run = take(registry, "a", log)
    registry.left("a")
    clock.seconds += PAUSE_SECONDS
    registry.sweep()
    assert log == [("pause", "a run")] and take(registry, "a", log) is run
    registry.left("a")
    clock.seconds += GONE_SECONDS
    registry.sweep()
    assert log[-1] == ("close", "a run") and len(registry) == 0


def test_of_too_many_who_are_gone_those_gone_longest_lose_theirs(registry, log, clock):
    for number in range(MOST_GONE + 3):
        take(registry, str(number), log)
    for number in range(MOST_GONE + 3):
        registry.left(str(number))
        clock.seconds += 0.01
    registry.sweep()
    assert sorted(name for what, name in log if what == "close") == ["0 run", "1 run", "2 run"]


def test_after_a_reload_the_tab_goes_on_with_what_it_had(registry, log):
    run = take(registry, "old", log)
    take(registry, "new", log)
    registry.left("old")
    assert registry.adopt("old", "new")
    assert log == [("close", "new run")] and take(registry, "old", log) is run and len(registry) == 1


@pytest.mark.parametrize("former", ["unknown", "there", "new", ""])
def test_nobody_takes_over_what_is_unknown_or_in_use(registry, log, former):
    take(registry, "there", log)
    take(registry, "new", log)
    assert not registry.adopt(former, "new") and log == [] and len(registry) == 2


def test_whether_something_would_be_missed(registry, log):
    assert not registry.busy("a")
    take(registry, "a", log)
    assert registry.busy("a")
    registry.clear()
    assert not registry.busy("a") and log == [("close", "a run")]


def test_nothing_of_a_reader_who_is_gone_stays_on_the_device(loaded):
    def visit() -> None:
        app = AppTest.from_file("../../app.py", default_timeout=60).switch_page("pages/training/network.py").run()
        app.button(key="network_step").click().run()

    def held() -> int:
        keeping.registry.clear()
        gc.collect()
        return len(jax.live_arrays())

    visit()
    before = held()
    for _ in range(3):
        visit()
    assert len(jax.live_arrays()) > before
    assert held() == before


def test_one_thread_looks_after_all_who_are_gone_and_ends_with_them(monkeypatch, log):
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(keeping, "GONE_SECONDS", 0.3)
    registry, before = Registry(), threading.active_count()
    for number in range(20):
        take(registry, str(number), log)
        registry.left(str(number))
    assert threading.active_count() == before + 1
    deadline = time.monotonic() + 10
    while (len(registry) or threading.active_count() > before) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(registry) == 0 and threading.active_count() == before
    assert {name for what, name in log if what == "close"} == {f"{number} run" for number in range(20)}
