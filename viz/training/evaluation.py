"""The confusion matrix, the ten probabilities of one image, and what the accuracies say."""

import numpy as np
import plotly.graph_objects as go

from engine.training.evaluation import Comparison, Evaluation
from viz import theme
from viz.theme import color


def confusion_figure(evaluation: Evaluation) -> go.Figure:
    """Labels down, predictions across; the count in every cell, coloured by its share of the label's digits.

    The diagonal, being right, stays uncoloured: what is coloured is a confusion.
    """
    counts = evaluation.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    digits = np.arange(10)
    figure = theme.figure(x_title="predicted", y_title="label", margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.add_trace(
        go.Heatmap(
            z=shares,
            x=digits,
            y=digits,
            zmin=0,
            zmax=max(float(shares.max()), 0.01),
            name="confusion",
            colorscale=theme.SEQUENTIAL,
            showscale=False,
            xgap=2,
            ygap=2,
            text=counts.astype(str),
            texttemplate="%{text}",
            textfont={"size": 12},
            hovertemplate="label %{y}, predicted %{x}: %{text} digits<extra></extra>",
        )
    )
    figure.update_xaxes(dtick=1, showgrid=False, zeroline=False, constrain="domain", side="top", fixedrange=True)
    figure.update_yaxes(
        dtick=1,
        showgrid=False,
        zeroline=False,
        autorange="reversed",
        scaleanchor="x",
        constrain="domain",
        fixedrange=True,
    )
    return figure


def probabilities_figure(probabilities: np.ndarray, label: int | None) -> go.Figure:
    """Ten bars, 0 to 100 %, with their values; the label's bar is outlined."""
    figure = theme.figure(x_title="class", y_title="probability", margin={"l": 8, "r": 8, "t": 20, "b": 8})
    outline = [3 if digit == label else 0 for digit in range(10)]
    figure.add_trace(
        go.Bar(
            x=np.arange(10),
            y=probabilities,
            name="probabilities",
            texttemplate="%{y:.1%}",
            textposition="outside",
            marker={"color": color("prediction"), "line": {"color": color("truth"), "width": outline}},
            cliponaxis=False,
            hovertemplate="class %{x}: %{y:.4%}<extra></extra>",
        )
    )
    figure.update_xaxes(dtick=1, fixedrange=True)
    return figure.update_yaxes(fixedrange=True, range=[0, 1.08], tickformat=".0%", tickvals=[0, 0.5, 1])


def accuracy_words(evaluation: Evaluation, network: str, called: str) -> str:
    """How many test digits are right, as Markdown. network: which one; called: what the data set is."""
    total, wrong = len(evaluation.labels), len(evaluation.wrong)
    return (
        f"Measured on {network}: it is right on **{evaluation.accuracy:.2%}** of the {total:,} test digits ({called}), "
        f"which it has never seen in training, and wrong on {wrong:,}."
    )


def comparison_words(comparison: Comparison, samples: int) -> str:
    """The same weights on their training digits, so many, and what the difference means, as Markdown."""
    points, chance = f"{100 * abs(comparison.gap):.2f}", f"{100 * comparison.chance:.2f}"
    same = f"The same weights are right on {comparison.training:.2%} of the {samples:,} training digits"
    if not comparison.learnt:
        return (
            f"{same}. That is guessing: naming the most frequent digit every time is right on "
            f"{comparison.guessing:.2%}. What has not been learnt cannot be overfitted."
        )
    if not comparison.differs:
        return (
            f"{same}. The difference of {points} percentage points is within chance: other test digits would move it "
            f"by as much as {chance}. So there is no sign of *overfitting*."
        )
    if comparison.gap > 0:
        return (
            f"{same}. The gap of **{points} percentage points** is *overfitting*: it knows the digits it practised on "
            f"better than new ones. (By chance alone it would seldom be more than {chance}.)"
        )
    return (
        f"{same}, {points} percentage points fewer: these test digits are the easier ones. So there is no sign of "
        "*overfitting*."
    )


def digit_words(evaluation: Evaluation, index: int) -> str:
    """One test digit's label and prediction, as Markdown."""
    label, predicted = int(evaluation.labels[index]), int(evaluation.predicted[index])
    if not np.isfinite(evaluation.probabilities[index]).all():
        return f"Label **{label}**, no prediction: the network’s numbers are too large for float32."
    return f"Label **{label}**, predicted **{predicted}**: {'right' if label == predicted else 'wrong'}."
