"""Steps of descent on a graph's variables: the losses so far as a figure, one step as a sentence."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from viz import theme
from viz.backprop.graph_words import array_text, factor, number


def losses_figure(losses: Sequence[float], name: str) -> go.Figure:
    """The value after each step, from the start; what is not finite is left out."""
    shown = [float(value) if np.isfinite(value) else None for value in losses]
    figure = theme.figure(x_title="step", y_title=name, showlegend=False)
    line = {"color": theme.color("loss"), "width": 2}
    figure.add_trace(go.Scatter(y=shown, mode="lines+markers", name=name, line=line, marker={"size": 7}))
    figure.update_xaxes(range=[-0.4, max(len(losses) - 1, 10) + 0.4], tickformat="d", nticks=8)
    figure.update_yaxes(rangemode="tozero" if min([v for v in shown if v is not None], default=0) >= 0 else "normal")
    return figure


def step_words(
    values: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray], names: Sequence[str], rate: float
) -> list[str]:
    """The coming step of each variable in numbers: "w − 0.1 × 2 = 3 − 0.2 = 2.8"."""
    lines = []
    for name in names:
        value, gradient = np.asarray(values[name], float), np.asarray(gradients[name], float)
        after = array_text(value - rate * gradient)
        if value.ndim:
            lines.append(f"{name} − {number(rate)} × gradient = {after}")
        else:
            lines.append(
                f"{name} − {number(rate)} × {factor(gradient)} = {number(value)} − {factor(rate * gradient)} = {after}"
            )
    return lines


def outcome(losses: Sequence[float], name: str) -> str:
    """What the last step did to the loss."""
    if len(losses) < 2:
        return f"No step taken yet: {name} = {number(losses[-1])}." if losses else ""
    before, after = losses[-2], losses[-1]
    if not np.isfinite(after):
        return f"{name} is no longer a finite number: the learning rate is too large here."
    verdict = "fell" if after < before else "rose" if after > before else "stayed as it was"
    advice = " The step was too large." if after > before else ""
    steps = len(losses) - 1
    taken = f"After {steps} {'step' if steps == 1 else 'steps'}"
    return f"{taken} {name} = {number(after)}; it {verdict}, from {number(before)}.{advice}"
