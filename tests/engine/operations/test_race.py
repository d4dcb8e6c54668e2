"""The race: three ways to one array, medians of what a clock said, and a prompt end."""

import threading
import time
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.operations import race
from engine.operations.race import Race, Settings
from engine.timing import measuring
from engine.timing.measuring import CONTESTANTS, RUNS, Sample
from tests.engine.timing.test_measuring import Clock

shapes = st.tuples(st.integers(1, 40), st.integers(1, 300)) | st.tuples(st.just(1), st.integers(1_990, 4_100))


@pytest.fixture
def runner():
    started = Race()
    yield started
    started.close()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(shapes)
def test_all_three_compute_the_same_array(shape):
    x, y = race.operands(shape)
    expected = np.maximum(x + y, 0)
    assert expected.any()
    assert not expected.all() or x.size < 20
    np.testing.assert_array_equal(race.vectorised(x, y), expected)
    np.testing.assert_array_equal(race.fresh_jax()(x, y), expected)
    np.testing.assert_array_equal(race.loops(x[:3, :200], y[:3, :200]), expected[:3, :200])
    result = np.full_like(x, np.nan)
    made = 0.0
    for work, share in race.loop_pieces(x, y, result):
        work()
        made += share
        if made >= 1 - 1e-9:
            break
    assert made == pytest.approx(1)
    np.testing.assert_array_equal(result, expected)


@settings(max_examples=75, deadline=None, derandomize=True)
@given(st.tuples(st.integers(1, 5_000), st.integers(1, 5_000)))
def test_blocks_are_small_and_cover_the_matrix_once(shape):
    rectangles = list(race.blocks(shape))
    sizes = [(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in rectangles]
    assert sum(sizes) == shape[0] * shape[1]
    assert max(sizes) <= race.BLOCK
    assert len({(rows.start, columns.start) for rows, columns in rectangles}) == len(rectangles)


def test_calls_are_made_exactly_as_often_as_asked():
    for cells, repetitions in [(1, 1), (1, 1_001), (2_000, 450), (10**7, 3)]:
        made = []
        shares = 0
        for work, share in race.call_pieces(lambda made=made: made.append(1), cells, repetitions):
            work()
            shares += share
        assert len(made) == shares == repetitions


def test_the_figures_are_medians_of_the_recorded_runs():
    generator = np.random.default_rng(3)
    clock = Clock(generator.uniform(0.001, 0.002, 10_000))
    runner = Race(clock=clock)
    runner.start(Settings((20, 100), 1_000))
    assert runner.wait(60)
    found = runner.poll()
    assert found.state == "finished"
    assert found.fraction == 1
    assert 0.001 <= found.first_call <= 0.002
    for name in CONTESTANTS:
        assert len(found.samples[name]) == RUNS
        scaled = [1_000 * sample.seconds / sample.repetitions for sample in found.samples[name]]
        assert found.seconds(name) == pytest.approx(median(scaled))
        assert found.measured(name) == pytest.approx(1_000)
    # 200 repetitions of the loops are 200 pieces; of the others, one.
    assert 0.2 <= found.samples["loops"][0].seconds <= 0.4
    assert found.samples["NumPy"][0].seconds <= 0.002
    assert found.ratio("loops", "NumPy") == found.seconds("loops") / found.seconds("NumPy")


def test_a_cut_run_is_scaled():
    runs = (Sample(2.0, 0.5), Sample(4.0, 0.5), Sample(1.0, 0.5))
    samples = {"loops": runs, "NumPy": (Sample(0.1, 10),), "JAX": ()}
    found = race.Snapshot("running", Settings((2_000, 5_000), 10), samples, None, 0.5, "")
    assert found.seconds("loops") == 40
    assert found.measured("loops") == 1.5
    assert found.ratio("loops", "NumPy") == pytest.approx(400)
    assert found.seconds("JAX") is found.ratio("loops", "JAX") is None


@pytest.mark.parametrize("shape", [(20, 100), (1, 10**7), (2_000, 5_000)])
def test_stop_stops_within_a_fifth_of_a_second(runner, shape):
    runner.start(Settings(shape, 100_000))
    deadline = time.monotonic() + 30
    while not runner.poll().samples["NumPy"] and time.monotonic() < deadline:
        time.sleep(0.01)
    began = time.monotonic()
    runner.stop()
    assert runner.poll().state == "stopped"
    assert runner.wait(2)
    assert time.monotonic() - began < 0.2
    after = runner.poll()
    assert after.samples["loops"]
    assert after.state == "stopped"
    assert runner.finished == ()


def test_other_threads_go_on_while_the_loops_run(runner):
    """Half of what an idle machine would give is far more than a thread gets beside an unbroken loop."""
    runner.start(Settings((2_000, 2_000), 1_000))
    deadline = time.monotonic() + 30
    while runner.poll().state != "running" or runner.poll().first_call is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    waits = []
    for _ in range(100):
        began = time.perf_counter()
        time.sleep(0.001)
        waits.append(time.perf_counter() - began)
    assert median(waits) < 0.006


def test_finished_races_are_remembered_with_their_own_settings(runner):
    for columns in range(1, race.REMEMBERED + 3):
        runner.start(Settings((1, columns), 1))
        assert runner.wait(20)
    assert [item.settings.shape[1] for item in runner.finished] == list(range(3, race.REMEMBERED + 3))


def test_closing_ends_the_thread():
    runner = Race()
    runner.start(Settings((2_000, 5_000), 1_000))
    runner.close()
    assert not any(thread.name == "race" and thread.is_alive() for thread in threading.enumerate())


def test_running_out_of_memory_is_a_sentence(runner, monkeypatch):
    def full(shape):
        raise MemoryError

    monkeypatch.setattr(race, "operands", full)
    runner.start(Settings((3, 4), 1))
    assert runner.wait(5)
    assert runner.poll().state == "failed"
    assert "(3, 4)" in runner.poll().message
    assert not measuring.track.locked()


@pytest.mark.parametrize(
    ("text", "part"),
    [("20", "has 1"), ("(2, 3, 4)", "has 3"), ("0, 5", "has 0"), ("10_000, 10_000", "100,000,000"), ("a, 2", "“a”")],
)
def test_impossible_sizes_are_refused(text, part):
    with pytest.raises(InvalidInput, match=part):
        race.parse_size(text)


@pytest.mark.parametrize("repetitions", [0, -1, 100_001])
def test_impossible_repetitions_are_refused(runner, repetitions):
    with pytest.raises(InvalidInput, match="repetitions must be 1 to 100,000"):
        runner.start(Settings((2, 2), repetitions))
    assert runner.poll().state == "new"
