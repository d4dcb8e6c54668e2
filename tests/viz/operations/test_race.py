"""The bars show the engine's medians and runs on a log axis, and the words follow from them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.race import Settings, Snapshot
from engine.timing.measuring import CONTESTANTS, Sample
from viz.operations import race as viz

seconds = st.floats(1e-6, 1e4)


def finished(loops, numpy, jax, *, shape=(20, 100), repetitions=1_000, first=0.05, made=None):
    """A race of three runs each, the middle one as long as said for all repetitions."""
    made = made or repetitions / 3
    samples = {
        name: tuple(Sample(whole * factor * made / repetitions, made) for factor in (1.2, 0.9, 1.0))
        for name, whole in zip(CONTESTANTS, (loops, numpy, jax), strict=True)
    }
    return Snapshot("finished", Settings(shape, repetitions), samples, first, 1.0, "")


def trace(figure, name):
    return next(found for found in figure.data if found.name == name)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seconds, seconds, seconds, seconds)
def test_bars_runs_and_axis_are_the_engines(loops, numpy, jax, first):
    race = finished(loops, numpy, jax, first=first)
    figure = viz.race_figure(race)
    bars = trace(figure, "median")
    assert bars.y == ("Python loops", "NumPy", "JAX", "JAX, first call")
    assert list(bars.x) == pytest.approx([*(race.seconds(name) for name in CONTESTANTS), first])
    assert list(bars.x) == pytest.approx([loops, numpy, jax, first])
    runs = trace(figure, "runs")
    assert list(runs.y) == ["Python loops"] * 3 + ["NumPy"] * 3 + ["JAX"] * 3
    assert list(runs.x)[:3] == pytest.approx([1.2 * loops, 0.9 * loops, loops])
    axis = figure.layout.xaxis
    assert axis.type == "log"
    low, high = axis.range
    assert all(low <= math.log10(value) <= high for value in [*bars.x, *runs.x])
    assert all(value == pytest.approx(10 ** round(math.log10(value))) for value in axis.tickvals)
    for note, end in zip(figure.layout.annotations, [1.2 * loops, 1.2 * numpy, 1.2 * jax, first], strict=True):
        assert note.x == pytest.approx(math.log10(end), abs=1e-6)


def test_ratios_are_written_on_the_bars():
    texts = trace(viz.race_figure(finished(1.5, 0.003, 0.012)), "median").text
    assert texts == ("1.50 s", "3.00 ms · 500 × faster", "12.0 ms · 125 × faster", "50.0 ms · once, to compile")
    slow = trace(viz.race_figure(finished(0.001, 0.0005, 0.01)), "median").text
    assert slow[1:3] == ("500 µs · 2.0 × faster", "10.0 ms · 10 × slower")


def test_before_the_race_the_figure_is_empty_but_framed():
    race = Snapshot("new", Settings(), {name: () for name in CONTESTANTS}, None, 0.0, "")
    figure = viz.race_figure(race)
    assert trace(figure, "median").x == (None,) * 4
    assert trace(figure, "runs").x == ()
    assert figure.layout.xaxis.range == viz.DEFAULT_RANGE
    assert viz.outcome(race) == viz.measured(race) == ""
    assert "nothing measured yet" in viz.alt(race)


@pytest.mark.parametrize(
    ("race", "parts"),
    [
        (
            finished(1.5, 0.003, 0.012),
            ["**500 times faster**", "**125 times faster**", "4.0 times", "12.0 µs", "dispatch"],
        ),
        (finished(80.0, 0.6, 0.2, shape=(2_000, 5_000)), ["3.0 times faster than NumPy", "one pass"]),
        (finished(1.5, 0.3, 0.31, shape=(200, 1_000)), ["about equally fast"]),
        (finished(1.5, 0.1, 0.3, shape=(2_000, 1_000)), ["3.0 times faster than JAX here."]),
        (finished(0.01, 0.002, 0.02, shape=(1, 1)), ["5.0 times faster**", "**2.0 times slower"]),
    ],
)
def test_the_outcome_says_who_is_faster_and_why(race, parts):
    assert all(part in viz.outcome(race) for part in parts), viz.outcome(race)


def test_what_was_cut_is_said():
    said = viz.measured(finished(1.5, 0.003, 0.012, made=8))
    assert "Python loops 24 repetitions, scaled to 1,000" in said
    assert "medians of 3 runs each" in said
    assert "scaled" not in viz.measured(finished(1.5, 0.003, 0.012))
    assert "0.45 repetitions" in viz.measured(finished(1.5, 0.003, 0.012, made=0.15))


def test_the_table_lists_the_latest_race_first():
    rows = viz.history([finished(1.5, 0.003, 0.012), finished(80, 0.6, 0.2, shape=(2_000, 5_000), repetitions=10)])
    assert [row["size"] for row in rows] == ["2,000 × 5,000", "20 × 100"]
    assert rows[1]["NumPy"] == "3.00 ms"
    assert rows[1]["NumPy against loops"] == "500 × faster"
    assert rows[0]["repetitions"] == "10"


@settings(max_examples=75, deadline=None, derandomize=True)
@given(st.floats(1e-6, 9e4))
def test_durations_keep_three_digits(value):
    number, unit = viz.duration(value).split()
    back = float(number.replace(",", "")) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit]
    assert back == pytest.approx(value, rel=0.0055)
    assert unit == "s" or float(number.replace(",", "")) < 1_000
