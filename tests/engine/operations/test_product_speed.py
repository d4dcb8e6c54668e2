"""The stopwatch around ``x @ y``: what the loops compute, what is counted, how it stops."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.operations import product_speed
from engine.operations.product_speed import Settings, Snapshot, Speed
from engine.timing.measuring import CONTESTANTS, RUNS, Sample

sizes = st.integers(1, 40)


@settings(max_examples=75, derandomize=True, deadline=None)
@given(sizes, sizes, sizes, st.integers(0, 2**32))
def test_the_pieces_of_the_loops_make_up_the_product(rows, terms, columns, seed):
    generator = np.random.default_rng(seed)
    x = generator.integers(-9, 10, (rows, terms))
    y = generator.integers(-9, 10, (terms, columns))
    assert product_speed.naive_product(x.tolist(), y.tolist()) == (x @ y).tolist()
    made, shares = [], 0.0
    for work, share in product_speed.loop_pieces(x.tolist(), y.tolist()):
        made += [value for row in work() for value in row]
        shares += share
    assert shares == pytest.approx(1)
    assert sorted(made) == sorted((x @ y).ravel().tolist())


def test_large_products_are_cut_into_small_pieces():
    x = [[1.0] * 784] * 2
    y = [[1.0] * 512] * 784
    pieces = list(product_speed.loop_pieces(x, y))
    # No piece makes more than PIECE multiply–adds, and together they make every cell once.
    assert max(share for _, share in pieces) * 2 * 512 * 784 <= product_speed.PIECE
    assert sum(share for _, share in pieces) == pytest.approx(1)


def test_what_a_measurement_says():
    samples = {
        "loops": (Sample(1.0, 0.5), Sample(4.0, 1.0), Sample(9.0, 3.0)),
        "NumPy": (Sample(0.1, 10), Sample(0.2, 10), Sample(0.9, 10)),
        "JAX": (),
    }
    now = Snapshot("running", Settings(100, 200, 50), samples, None, 0.5)
    assert now.seconds("loops") == 3.0
    assert now.seconds("JAX") is None
    assert now.ratio("loops", "NumPy") == pytest.approx(150)
    assert now.ratio("loops", "JAX") is None
    assert now.gigaflops("NumPy") == pytest.approx(2 * 100 * 200 * 50 / 0.02 / 1e9)
    assert now.share("loops") == pytest.approx(1.5)


def test_a_measurement_runs_to_its_end_beside_the_caller():
    speed = Speed()
    assert speed.poll().state == "new"
    speed.start(Settings(6, 5, 4))
    assert speed.wait(60)
    now = speed.poll()
    assert (now.state, now.fraction) == ("finished", 1.0)
    assert {name: len(runs) for name, runs in now.samples.items()} == dict.fromkeys(CONTESTANTS, RUNS)
    assert all(now.seconds(name) > 0 for name in CONTESTANTS)
    assert now.first_call > 0


def test_a_measurement_is_stopped_between_pieces():
    speed = Speed()
    speed.start(Settings(512, 512, 512))
    while speed.poll().state != "running":
        threading.Event().wait(0.01)
    speed.stop()
    assert speed.poll().state == "stopped"
    assert speed.wait(10)
    assert speed.poll().state == "stopped"
    assert all(len(runs) < RUNS for runs in speed.poll().samples.values())
    speed.start(Settings(3, 3, 3))
    assert speed.wait(60)
    assert speed.poll().state == "finished"


@pytest.mark.parametrize("bad", [Settings(0, 2, 2), Settings(2, 5_000, 2), Settings(2, 2, 10**9)])
def test_absurd_sizes_are_refused_before_memory_is_taken(bad):
    with pytest.raises(InvalidInput, match=r"must be from 1 to 4,096"):
        Speed().start(bad)
