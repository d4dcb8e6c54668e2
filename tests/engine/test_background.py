"""Work in the background: the newest result, an end, a stop that keeps it, a failure that says why."""

import threading
import time

import pytest

from engine.background import Background
from engine.errors import InvalidInput
from engine.turns import COMPUTING

LONG = 20


@pytest.fixture
def background():
    made = Background("test")
    yield made
    made.close()


def test_new_work_shows_nothing(background):
    assert background.poll() == ("new", None, "")
    assert background.wait()


def test_results_come_one_by_one_and_the_last_stays(background):
    taken, go_on = threading.Event(), threading.Event()

    def work():
        yield 1
        taken.set()
        go_on.wait(LONG)
        yield 2

    background.start(work)
    assert taken.wait(LONG)
    assert background.poll() == ("running", 1, "")
    assert not background.wait(0.01)
    go_on.set()
    assert background.wait(LONG)
    assert background.poll() == ("finished", 2, "")


def test_a_stop_keeps_the_newest_and_takes_no_more(background):
    taken, go_on = threading.Event(), threading.Event()

    def work():
        yield 1
        taken.set()
        go_on.wait(LONG)
        yield 2
        pytest.fail("the work went on after its stop")

    background.start(work)
    assert taken.wait(LONG)
    background.stop()
    go_on.set()
    assert background.wait(LONG)
    assert background.poll() == ("stopped", 1, "")


def test_a_new_start_replaces_what_is_under_way(background):
    go_on = threading.Event()

    def endless():
        while True:
            go_on.wait(0.001)
            yield "old"

    background.start(endless)
    background.start(lambda: iter(["new"]))
    assert background.wait(LONG)
    assert background.poll() == ("finished", "new", "")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InvalidInput("one class only"), "one class only"),
        (MemoryError(), "this machine's memory does not suffice for it"),
    ],
)
def test_a_failure_says_why_and_keeps_the_newest(background, error, sentence):
    def work():
        yield 1
        raise error

    background.start(work)
    assert background.wait(LONG)
    assert background.poll() == ("failed", 1, sentence)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_program_ends_the_work_too(background):
    def work():
        yield 1
        raise KeyError("fault")

    background.start(work)
    assert background.wait(LONG)
    assert background.poll() == ("failed", 1, "it stopped unexpectedly; the log says why")


def test_works_in_the_background_take_turns_result_by_result(background):
    other, made, begun = Background("other"), [], threading.Event()

    def work(name):
        for _ in range(5):
            begun.wait(LONG)
            made.append(name)
            deadline = time.monotonic() + LONG
            while len(COMPUTING._queue) < 2 and len(made) < 9:
                assert time.monotonic() < deadline
            yield name

    background.start(lambda: work("a"))
    other.start(lambda: work("b"))
    begun.set()
    assert background.wait(LONG) and other.wait(LONG)
    assert made in (list("ababababab"), list("bababababa"))


def test_work_that_waits_for_its_turn_can_be_stopped(background):
    other, begun, go_on = Background("other"), threading.Event(), threading.Event()

    def long():
        begun.set()
        go_on.wait(LONG)
        yield 1

    other.start(long)
    assert begun.wait(LONG)
    background.start(lambda: iter([1]))
    background.stop()
    assert background.wait(LONG) and background.poll() == ("stopped", None, "")
    go_on.set()
    assert other.wait(LONG) and other.poll().latest == 1
