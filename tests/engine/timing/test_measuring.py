"""The stopwatch all measurements share: what it counts, when it cuts, how it stops, and that it is one for all."""

import threading
import time
from itertools import repeat

import pytest

from engine.operations.product_speed import Settings as ProductSettings
from engine.operations.product_speed import Speed
from engine.operations.race import Race
from engine.operations.race import Settings as RaceSettings
from engine.timing import measuring
from engine.timing.measuring import CONTESTANTS, RUNS, Contest, Measurement, Sample, Snapshot, Work


class Clock:
    """Says the times it is told; each piece of work takes what the list says."""

    def __init__(self, durations):
        self.durations, self.now, self.calls = iter(durations), 0.0, 0

    def __call__(self):
        self.calls += 1
        self.now += 1_000.0 if self.calls % 2 else next(self.durations)
        return self.now


def quick(settings):
    """Two pieces of half a repetition each."""
    pieces = [(lambda: None, 0.5)] * 2
    return Contest(lambda: None, {name: Work(lambda: iter(pieces), 1, 9.0) for name in CONTESTANTS})


def endless(settings):
    """Pieces without end."""
    pieces = repeat((lambda: None, 1e-9))
    return Contest(lambda: None, {name: Work(lambda: pieces, 1, 1e9) for name in CONTESTANTS})


def measurement(prepare, **more):
    return Measurement(prepare, Snapshot.blank("nothing"), name="toy", too_large="No memory for {0}.", **more)


def wait_until(happened):
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_run_counts_only_the_time_inside_its_pieces():
    pieces = [(lambda: None, 2)] * 5
    shares = []
    sample = measuring.timed(
        pieces, 6, 99.0, clock=Clock([0.5, 0.25, 0.125, 9, 9]), between=lambda share: shares.append(share) or True
    )
    assert sample == Sample(0.875, 6)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_run_is_cut_after_its_budget():
    sample = measuring.timed([(lambda: None, 0.1)] * 50, 5, 1.0, clock=Clock([0.4] * 50), between=lambda _: True)
    assert sample.seconds == pytest.approx(1.2)
    assert sample.repetitions == pytest.approx(0.3)


def test_a_run_ends_when_it_is_told_to():
    sample = measuring.timed([(lambda: None, 1)] * 5, 5, 9.0, clock=Clock([1.0] * 5), between=lambda share: share < 0.3)
    assert sample == Sample(2.0, 2)


def test_medians_and_ratios():
    samples = {
        "loops": (Sample(1.0, 0.5), Sample(4.0, 1.0), Sample(9.0, 3.0)),
        "NumPy": (Sample(0.1, 10), Sample(0.2, 10), Sample(0.9, 10)),
        "JAX": (),
    }
    now = Snapshot("running", "settings", samples, None, 0.5)
    assert (now.seconds("loops"), now.seconds("NumPy"), now.seconds("JAX")) == (3.0, pytest.approx(0.02), None)
    assert now.ratio("loops", "NumPy") == pytest.approx(150)
    assert now.ratio("loops", "JAX") is now.ratio("JAX", "loops") is None
    assert now.measured("loops") == 4.5


def test_contestants_take_turns_and_their_samples_are_kept():
    # First call, then every run two pieces.
    times = [7.0, *(0.5 * (1 + number // 2) for number in range(2 * RUNS * len(CONTESTANTS)))]
    toy = measurement(quick, clock=Clock(times), remembered=2)
    assert toy.poll() == Snapshot("new", "nothing", {name: () for name in CONTESTANTS}, None, 0.0)
    toy.start("something")
    assert toy.wait(20)
    now = toy.poll()
    assert (now.state, now.settings, now.fraction) == ("finished", "something", 1.0)
    assert now.first_call == pytest.approx(7)
    expected = {name: [1.0 + k + 3 * run for run in range(RUNS)] for k, name in enumerate(CONTESTANTS)}
    for name, seconds in expected.items():
        assert [sample.seconds for sample in now.samples[name]] == pytest.approx(seconds)
        assert {sample.repetitions for sample in now.samples[name]} == {1.0}
    assert toy.finished == (now,)


def test_only_the_last_finished_ones_are_remembered():
    toys = measurement(quick, remembered=2), measurement(quick)
    for settings in "abc":
        for toy in toys:
            toy.start(settings)
            assert toy.wait(20)
    assert [item.settings for item in toys[0].finished] == ["b", "c"]
    assert toys[1].finished == ()


def test_a_stopped_measurement_stays_stopped_and_another_can_begin():
    toy = measurement(endless, remembered=2)
    toy.start("first")
    wait_until(lambda: toy.poll().fraction > 0)
    toy.stop()
    assert toy.poll().state == "stopped"
    assert toy.wait(1)
    assert toy.poll().state == "stopped"
    assert toy.finished == ()
    toy.start("second")
    wait_until(lambda: toy.poll().fraction > 0)
    assert toy.poll().settings == "second"
    toy.close()
    assert not any(thread.name == "toy" and thread.is_alive() for thread in threading.enumerate())


@pytest.mark.parametrize(
    ("make", "settings"), [(Race, RaceSettings((2, 2), 5)), (Speed, ProductSettings(2, 2, 2))], ids=["race", "product"]
)
def test_nothing_else_is_measured_during_a_race_or_a_product(make, settings):
    """Whichever kind has the track: the other waits, and begins once it is free."""
    toy, other = measurement(endless), make()
    toy.start("something")
    wait_until(lambda: toy.poll().state == "running")
    other.start(settings)
    time.sleep(0.12)
    assert other.poll().state == "waiting"
    other.stop()
    assert other.wait(1)
    assert other.poll().state == "stopped"
    other.start(settings)
    assert other.poll().state == "waiting"
    toy.close()
    assert other.wait(20)
    assert other.poll().state == "finished"
    assert not measuring.track.locked()


def test_running_out_of_memory_is_a_sentence():
    def full(settings):
        raise MemoryError

    toy = measurement(full)
    toy.start((3, 4))
    assert toy.wait(5)
    assert (toy.poll().state, toy.poll().message) == ("failed", "No memory for (3, 4).")
    assert not measuring.track.locked()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_program_ends_the_measurement_and_frees_the_track():
    def broken(settings):
        raise RuntimeError("a bug")

    toy = measurement(broken)
    toy.start((3, 4))
    assert toy.wait(5)
    assert toy.poll().state == "failed" and "unexpectedly" in toy.poll().message
    assert not measuring.track.locked()
