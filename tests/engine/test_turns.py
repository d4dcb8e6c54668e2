"""Turns: one at a time, in the order of asking, and whoever no longer wants one leaves the queue."""

import threading
import time

import pytest

from engine.turns import Turns

LONG = 20


def wanted():
    return False


def in_queue(turns, count):
    end = time.monotonic() + LONG
    while len(turns._queue) != count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_alone_nobody_waits():
    turns = Turns()
    for _ in range(3):
        with turns.turn(wanted) as sharing:
            assert sharing == 1


def test_whoever_has_had_a_turn_waits_behind_all_who_asked_meanwhile():
    turns, order = Turns(), []

    def work(name):
        for _ in range(3):
            with turns.turn(wanted) as sharing:
                order.append((name, sharing))
                in_queue(turns, min(3, 10 - len(order)))

    threads = []
    with turns.turn(wanted):
        for waiting, name in enumerate("abc", start=2):
            threads.append(threading.Thread(target=work, args=(name,)))
            threads[-1].start()
            in_queue(turns, waiting)
    for thread in threads:
        thread.join(LONG)
    assert [name for name, _ in order] == list("abcabcabc")
    assert [sharing for _, sharing in order[3:]] == [3] * 6


def test_the_place_is_one():
    turns, inside, most = Turns(), 0, 0

    def work():
        nonlocal inside, most
        for _ in range(20):
            with turns.turn(wanted):
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert most == 1


def test_one_who_no_longer_wants_a_turn_gets_0_and_holds_nobody_up():
    turns, left = Turns(), []
    tired = threading.Event()

    def work():
        with turns.turn(tired.is_set) as sharing:
            left.append(sharing)

    with turns.turn(wanted):
        thread = threading.Thread(target=work)
        thread.start()
        in_queue(turns, 2)
        tired.set()
        thread.join(LONG)
        assert left == [0]
    with turns.turn(wanted) as sharing:
        assert sharing == 1


def test_a_turn_that_ends_in_an_error_is_over():
    turns = Turns()
    with pytest.raises(ValueError, match="no"), turns.turn(wanted):
        raise ValueError("no")
    with turns.turn(wanted) as sharing:
        assert sharing == 1
