"""The time of one product by loops, NumPy and JAX, as bars on a log scale."""

import math

import plotly.graph_objects as go

from engine.operations.product_speed import BUDGETS, Settings, Snapshot
from engine.timing.measuring import CONTESTANTS, RUNS
from viz import decades, theme

COLORS = {"loops": "loss", "NumPy": "data", "JAX": "prediction"}
LABELS = {"loops": "three loops", "NumPy": "NumPy", "JAX": "JAX"}
DECADES = (-6, 2)
"""Powers of ten of a second the axis covers at least."""


def speed_figure(now: Snapshot) -> go.Figure:
    """Median seconds of one product, with GFLOP/s (two operations for each multiply–add) written at the bar."""
    figure = theme.figure(x_title="seconds for one product, median, log scale", showlegend=False)
    known = [name for name in CONTESTANTS if now.seconds(name)]
    seconds = [now.seconds(name) for name in known]
    low, high = DECADES
    if seconds:
        low, high = min(low, math.floor(math.log10(min(seconds)))), max(high, math.ceil(math.log10(max(seconds)) + 1))
    figure.add_trace(
        go.Bar(
            name="seconds",
            orientation="h",
            y=[LABELS[name] for name in known],
            x=seconds,
            marker_color=[theme.color(COLORS[name]) for name in known],
            text=[f" {time_text(now.seconds(name))} · {now.gigaflops(name):.3g} GFLOP/s" for name in known],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3g} s<extra></extra>",
        )
    )
    figure.update_xaxes(decades.axis(low, high))
    order = [LABELS[name] for name in CONTESTANTS]
    return figure.update_yaxes(
        categoryorder="array", categoryarray=order[::-1], range=[-0.5, 2.5], type="category", title=None
    )


def time_text(seconds: float) -> str:
    """Seconds in the unit that suits them.

    >>> [time_text(value) for value in (2.5, 0.0123, 4.56e-05)]
    ['2.50 s', '12.3 ms', '45.6 µs']
    """
    for scale, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}" if seconds >= 100 * scale else f"{_three(seconds / scale)} {unit}"
    return f"{_three(seconds / 1e-6)} µs"


def _three(value: float) -> str:
    return f"{value:.{max(0, 2 - math.floor(math.log10(max(value, 1e-3))))}f}"


def speed_words(now: Snapshot) -> str:
    """What the measurement says, as one Markdown paragraph; "" before there is anything to say."""
    if now.ratio("loops", "NumPy") is None:
        return ""
    words = f"The loops take **{_times(now.ratio('loops', 'NumPy'))}** as long as NumPy"
    if (jax := now.ratio("loops", "JAX")) is not None:
        words += f" and **{_times(jax)}** as long as JAX"
    runs = min(len(now.samples[name]) for name in CONTESTANTS)
    words += f" (medians of {runs} of {RUNS} runs)."
    if now.share("loops") < 0.999:
        words += (
            f" A run of the loops is cut after {BUDGETS['loops']} s: it made {now.share('loops'):.0%} of the product, "
            "and its time is scaled up."
        )
    if now.first_call is not None:
        words += f" JAX's first call, with compilation, took {time_text(now.first_call)} and is not counted."
    return words


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def settings_words(settings: Settings) -> str:
    """The multiply–adds of a product of these sizes.

    >>> settings_words(Settings(128, 784, 512))
    'x (128, 784) @ y (784, 512): 128 × 784 × 512 = **51,380,224** multiply–adds.'
    """
    rows, terms, columns = settings.rows, settings.terms, settings.columns
    return (
        f"x ({rows}, {terms}) @ y ({terms}, {columns}): {rows} × {terms} × {columns} = "
        f"**{settings.multiply_adds:,}** multiply–adds."
    )
