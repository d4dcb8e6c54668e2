"""One weight tried at three values, and the cost of doing so for all of them beside one backward pass."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from engine.descent.naive_search import STORY, Cost, Trial
from engine.numbers import number
from viz import theme

DAY = 86_400
MARKS = {1e-3: "1 ms", 1.0: "1 s", 60.0: "1 min", 3_600.0: "1 h", DAY: "1 day"}
"""Ticks of the time axis, in seconds."""
STORY_WORDS = (
    "The weight is 0.3 and the loss 0.5. At 0.35 the loss is 0.6; at 0.25 it is 0.4. So this weight should become "
    "smaller. Next weight, and so on through all of them."
)


def story_figure() -> go.Figure:
    """The textbook's three values of one weight, and the way down."""
    weights, losses = zip(*STORY, strict=True)
    return _tried_figure(weights, losses, slope=None)


def trial_figure(trial: Trial) -> go.Figure:
    """The three losses of a real weight, and the straight line of the gradient's slope through the middle one."""
    weights = (trial.value - trial.step, trial.value, trial.value + trial.step)
    return _tried_figure(weights, (trial.below, trial.here, trial.above), slope=trial.slope)


def _tried_figure(weights: Sequence[float], losses: Sequence[float], *, slope: float | None) -> go.Figure:
    figure = theme.figure(x_title="value of this one weight", y_title="loss", showlegend=slope is not None)
    reach = 1.4 * (weights[2] - weights[1])
    if slope is not None:
        figure.add_scatter(
            name="slope by the backward pass",
            mode="lines",
            x=[weights[1] - reach, weights[1] + reach],
            y=[losses[1] - reach * slope, losses[1] + reach * slope],
            line={"color": theme.color("gradient"), "dash": "dash", "width": 2},
            hoverinfo="skip",
        )
    figure.add_scatter(
        name="forward passes",
        mode="markers+text",
        x=list(weights),
        y=list(losses),
        marker={
            "color": theme.color("loss"),
            "size": [11, 14, 11],
            "opacity": 1,
            "symbol": ["circle", "diamond", "circle"],
        },
        text=[loss_text(value, losses) for value in losses],
        textposition="top center",
        hovertemplate="weight %{x:.5g}<br>loss %{y:.8g}<extra></extra>",
    )
    figure.update_xaxes(range=[weights[1] - reach, weights[1] + reach], tickvals=list(weights), tickformat=".4~g")
    low, high = _range(losses, 0.0 if slope is None else abs(slope) * reach)
    return figure.update_yaxes(range=[low, high], tickformat=".6~g", nticks=5)


def _range(losses: Sequence[float], rise: float) -> tuple[float, float]:
    """Losses and the straight line's ends, with room for the words; never narrower than a billionth of the loss."""
    low, high = min(*losses, losses[1] - rise), max(*losses, losses[1] + rise)
    room = max(high - low, 1e-9 * max(abs(losses[1]), 1.0))
    return low - 0.2 * room, high + 0.35 * room


def loss_text(value: float, among: Sequence[float]) -> str:
    """A loss with as many digits as tell it from its neighbours, at most ten behind the point.

    >>> [loss_text(value, (0.4, 0.5, 0.6)) for value in (0.4, 0.5)], loss_text(0.1234567, (0.1234567, 0.1234569))
    (['0.4', '0.5'], '0.12345670')
    """
    gap = max(among) - min(among)
    digits = 1 if gap > 0.05 else min(10, 1 - math.floor(math.log10(gap))) if gap > 0 else 6
    return f"{value:.{digits}f}" if digits > 1 or value == round(value, 1) else f"{value:.3f}"


def trial_words(trial: Trial) -> str:
    """What two forward passes say of one weight, and what the gradient says, as Markdown."""
    losses = (trial.below, trial.here, trial.above)
    below, here, above = (loss_text(value, losses) for value in losses)
    found = f"At **{amount(trial.value)}** the loss is {here}; at w − step **{below}**, at w + step **{above}**. "
    if trial.verdict == "equal":
        found += "Both are equal: on this batch this weight changes nothing, whichever way. "
        if trial.place.layer == "W1" and trial.slope == 0:
            found += "Its pixel carries no ink in these images, or its hidden unit is silent. "
    elif min(losses) == trial.here:
        found += "Both ways lead up: this step jumps over the lowest place. "
    else:
        found += f"The lower of the two says: **{trial.verdict} this weight**. "
    return found + f"Slope by these two losses: {amount(trial.difference)}; by the backward pass: **{_slope(trial)}**."


def _slope(trial: Trial) -> str:
    if trial.slope == 0:
        return "0"
    agrees = {"lower": trial.slope > 0, "raise": trial.slope < 0}.get(trial.verdict)
    said = "" if agrees is None else ", the same way down" if agrees else ", the other way: the step is too large"
    return f"{amount(trial.slope)}{said}"


def amount(value: float) -> str:
    """A number to four significant digits.

    >>> amount(-0.0373534), amount(0.0), amount(-0.0000123)
    ('−0.03735', '0', '−1.23·10⁻⁵')
    """
    return number(value, 4)


def duration(seconds: float) -> str:
    """A time with its unit, from microseconds to days.

    >>> [duration(value) for value in (2.5e-5, 0.00135, 2.5, 1101.5, 20_000.0, 200_000.0)]
    ['25.0 µs', '1.35 ms', '2.50 s', '18.4 minutes', '5.56 hours', '2.31 days']
    """
    units = ((DAY, "days"), (3_600, "hours"), (60, "minutes"), (1, "s"), (1e-3, "ms"))
    for size, unit in units:
        if seconds >= size:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 1e-6)} µs"


def _three(value: float) -> str:
    return f"{value:,.{max(0, 2 - math.floor(math.log10(max(value, 1e-2))))}f}"


def cost_figure(cost: Cost | None, passes: int) -> go.Figure:
    """Measured and extrapolated seconds as bars on a log scale; empty rows before a measurement."""
    figure = theme.figure(x_title="time, log scale", showlegend=False)
    rows = ["1 forward pass", "1 backward pass", f"{passes:,} forward<br>passes, extrapolated"]
    seconds = [] if cost is None else [cost.forward, cost.backward, cost.naive]
    figure.add_bar(
        name="seconds",
        orientation="h",
        y=rows[: len(seconds)],
        x=seconds,
        text=[f" {duration(value)}" for value in seconds],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3g} s<extra></extra>",
        marker={
            "color": [theme.color(name) for name in ("data", "gradient", "loss")],
            "pattern": {"shape": ["", "", "/"], "fgcolor": theme.color("surface")},
        },
    )
    low = min(-4.0, math.log10(min(seconds)) - 0.5) if seconds else -4.0
    high = max(4.0, math.log10(max(seconds))) if seconds else 4.0
    # A third more, for the words behind the longest bar.
    figure.update_xaxes(
        type="log",
        range=[low, high + (high - low) / 3],
        fixedrange=True,
        tickvals=list(MARKS),
        ticktext=list(MARKS.values()),
        tickangle=0,
    )
    return figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=rows[::-1], range=[-0.5, 2.5], title=None, fixedrange=True
    )


def cost_words(cost: Cost | None, weights: int) -> str:
    """The measurement in sentences, with what of it was not measured; what to do before there is one."""
    if cost is None:
        return "Press **Measure**: both passes are timed in turn on this machine, on this batch."
    return (
        f"One forward pass takes {duration(cost.forward)}, one backward pass {duration(cost.backward)} (medians of "
        f"{cost.rounds} runs, measured). {cost.passes:,} forward passes were not run: at that pace they would take "
        f"**{duration(cost.naive)}** for one step of training. The backward pass gives all {weights:,} partial "
        f"derivatives **{cost.ratio:,.0f} times** faster."
    )
