"""The race as bars on a log scale, its outcome in sentences, and the races so far as a table."""

import math
from collections.abc import Sequence
from math import prod

import plotly.graph_objects as go

from engine.operations.race import Snapshot
from engine.timing.measuring import CONTESTANTS, RUNS
from viz import decades, theme
from viz.theme import color

NAMES = {"loops": "Python loops", "NumPy": "NumPy", "JAX": "JAX"}
FIRST_CALL = "JAX, first call"
COLORS = {"loops": "loss", "NumPy": "data", "JAX": "prediction"}
DEFAULT_RANGE = (-3, 1)
MOST_TICKS = 7


def duration(seconds: float) -> str:
    """A time with three digits and its unit.

    >>> duration(1.5452), duration(0.003038), duration(2.8e-6), duration(165.5)
    ('1.55 s', '3.04 ms', '2.80 µs', '166 s')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size * 0.9995 or unit == "µs":
            value = seconds / size
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:,.{digits}f} {unit}"
    raise AssertionError


def times(ratio: float) -> str:
    """A ratio as people say it.

    >>> times(508.6), times(4.64), times(1.25)
    ('509', '4.6', '1.2')
    """
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.1f}"


def race_figure(race: Snapshot) -> go.Figure:
    """Seconds for all repetitions as bars on a log axis, every run as a dot; JAX's first call apart."""
    figure = theme.figure(x_title="log scale: each step is ten times longer", bargap=0.35, showlegend=False)
    rows = [(NAMES[name], race.seconds(name), COLORS[name], _label(race, name)) for name in CONTESTANTS]
    rows.append((FIRST_CALL, race.first_call, "neutral", _first_label(race)))
    low, high = _range(race)
    figure.add_bar(
        name="median",
        orientation="h",
        y=[name for name, _, _, _ in rows],
        x=[seconds for _, seconds, _, _ in rows],
        text=[text for _, _, _, text in rows],
        textposition="none",
        marker={"color": [color(used) for _, _, used, _ in rows], "opacity": 0.75},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    runs = [(NAMES[name], seconds) for name in CONTESTANTS for seconds in _runs(race, name)]
    figure.add_scatter(
        name="runs",
        mode="markers",
        y=[name for name, _ in runs],
        x=[seconds for _, seconds in runs],
        marker={"color": color("text"), "size": 6, "symbol": "line-ns-open", "line": {"width": 1.5}},
        hovertemplate="one run: %{x:.3g} s<extra></extra>",
    )
    for name, seconds, _, text in rows:
        if seconds:
            # Behind the bar and behind its slowest run.
            end = max([seconds, *(run for named, run in runs if named == name)])
            figure.add_annotation(
                x=math.log10(end),
                y=name,
                text=text,
                xanchor="left",
                xshift=8,
                showarrow=False,
                font={"color": color("text"), "size": 13},
            )
    figure.update_xaxes(type="log", range=[low, high], fixedrange=True)
    figure.update_xaxes(tickvals=_ticks(low, high), ticktext=[_tick(tick) for tick in _ticks(low, high)])
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, categoryorder="array", categoryarray=[*NAMES.values(), FIRST_CALL]
    )
    return figure


def _runs(race: Snapshot, name: str) -> list[float]:
    return [sample.each * race.settings.repetitions for sample in race.samples[name]]


def _label(race: Snapshot, name: str) -> str:
    seconds, ratio = race.seconds(name), race.ratio("loops", name)
    if seconds is None:
        return ""
    if name == "loops" or ratio is None:
        return duration(seconds)
    return f"{duration(seconds)} · {_compared(ratio)}"


def _compared(ratio: float) -> str:
    return f"{times(ratio)} × faster" if ratio >= 1 else f"{times(1 / ratio)} × slower"


def _first_label(race: Snapshot) -> str:
    return "" if race.first_call is None else f"{duration(race.first_call)} · once, to compile"


def _range(race: Snapshot) -> tuple[float, float]:
    """Powers of ten around all bars, with room for the words behind the longest one."""
    found = [seconds for name in CONTESTANTS for seconds in _runs(race, name)]
    found += [race.first_call] if race.first_call else []
    if not found:
        return DEFAULT_RANGE
    low = min(math.floor(math.log10(min(found)) - 0.3), DEFAULT_RANGE[0])
    high = max(math.ceil(math.log10(max(found)) + 0.01), 0)
    return low, high + 0.45 * (high - low)


def _ticks(low: float, high: float) -> list[float]:
    """Powers of ten, up to a little beyond the longest bar."""
    return decades.thinned([10.0**power for power in range(math.ceil(low), math.floor(high) + 1)], MOST_TICKS)


def _tick(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size * 0.999 or unit == "µs":
            return f"{seconds / size:,.4g} {unit}"
    raise AssertionError


def outcome(race: Snapshot) -> str:
    """Who is how much faster, and why, in two or three sentences (Markdown); "" before all have run."""
    if None in (loops := race.ratio("loops", "NumPy"), jax := race.ratio("loops", "JAX"), race.first_call):
        return ""
    shape, repetitions = race.settings.shape, race.settings.repetitions
    call = {name: race.seconds(name) / repetitions for name in CONTESTANTS}
    between = race.ratio("JAX", "NumPy")
    cells = "two numbers" if prod(shape) == 1 else f"{prod(shape):,} pairs of numbers"
    said = (
        f"On this machine, for matrices of shape {shape}, NumPy is **{_compared(loops)}** than the loops, and JAX "
        f"**{_compared(jax)}**.".replace(" ×", " times")
    )
    if between >= 1.1:
        why = (
            f"NumPy is {times(between)} times faster than JAX here: adding {cells} is so little work that a "
            f"call of JAX, {duration(call['JAX'])}, is mostly dispatch, the way to the compiled code and back."
            if prod(shape) <= 100_000
            else f"NumPy is {times(between)} times faster than JAX here."
        )
    elif between <= 1 / 1.1:
        why = (
            f"JAX is {times(1 / between)} times faster than NumPy here: it compiles + and relu into one pass over the "
            "numbers and can use several cores, while NumPy makes two passes on one."
        )
    else:
        why = "NumPy and JAX are about equally fast here."
    return f"{said} {why}"


def measured(race: Snapshot) -> str:
    """What was really measured, as a sentence; "" before all have run."""
    if any(not race.samples[name] for name in CONTESTANTS):
        return ""
    wanted, parts = race.settings.repetitions, []
    for name in CONTESTANTS:
        made = race.measured(name)
        cut = "" if made >= wanted * 0.999 else f", scaled to {wanted:,}"
        parts.append(f"{NAMES[name]} {_amount(made)} repetitions{cut}")
    runs = min(len(race.samples[name]) for name in CONTESTANTS)
    kind = f"{runs} runs each" if runs > 1 else "one run each"
    return f"Measured: {'; '.join(parts)}; bars are medians of {kind}, the ticks are the single runs."


def _amount(made: float) -> str:
    return f"{made:,.0f}" if made >= 10 else f"{made:.2g}"


def status(race: Snapshot) -> str:
    """What the race is doing, in a few words."""
    done = sum(map(len, race.samples.values()))
    return {
        "new": "Not begun",
        "waiting": "Waiting: another measurement is on, and two at once would slow each other down",
        "running": f"Run {min(done // len(CONTESTANTS) + 1, RUNS)} of {RUNS}"
        if race.first_call is not None
        else "Filling the matrices and compiling for JAX",
        "finished": "Finished",
        "stopped": "Stopped",
        "failed": "Failed",
    }[race.state]


def work(race: Snapshot) -> str:
    """What the race repeats."""
    shape, repetitions = race.settings.shape, race.settings.repetitions
    return f"relu(x + y), shape {shape}, {repetitions:,} {'time' if repetitions == 1 else 'times'}"


def history(races: Sequence[Snapshot]) -> list[dict[str, str]]:
    """One row for each finished race, the latest first."""
    return [
        {
            "size": " × ".join(f"{size:,}" for size in race.settings.shape),
            "repetitions": f"{race.settings.repetitions:,}",
            **{NAMES[name]: duration(race.seconds(name)) for name in CONTESTANTS},
            "NumPy against loops": _compared(race.ratio("loops", "NumPy")),
            "JAX against loops": _compared(race.ratio("loops", "JAX")),
        }
        for race in reversed(races)
    ]


def alt(race: Snapshot) -> str:
    """The bars in words."""
    parts = [f"{NAMES[name]} {_label(race, name)}" for name in CONTESTANTS if race.seconds(name) is not None]
    parts += [f"{FIRST_CALL} {_first_label(race)}"] if race.first_call is not None else []
    return f"Bars on a log scale, {work(race)}: {', '.join(parts) or 'nothing measured yet'}."
