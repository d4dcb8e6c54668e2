"""Digits at every stage of the network as a cloud; how well straight cuts tell them apart, and how far they spread."""

import numpy as np
import plotly.graph_objects as go

from engine.geometry.digit_layers import Layer, Shown, Study
from viz import theme
from viz.geometry.clouds import Cloud, Stage
from viz.theme import color

STAGES = ("Pixels", "Before relu", "After relu", "Logits", "Probabilities")
YOURS = "yours"
_GUESSING = 0.1


def digit_cloud(study: Study, shown: Shown, images: np.ndarray, labels: np.ndarray) -> Cloud:
    """All shown digits at all stages; images (n, 28, 28). One more than labels (m,): the last is the reader's own."""
    own = len(images) > len(labels)
    stages = [
        Stage(name, points, stage_words(layer))
        for name, points, layer in zip(STAGES, shown.points, study.layers, strict=True)
    ]
    return Cloud(
        stages=tuple(stages),
        classes=np.append(labels, 10).astype(int) if own else labels.astype(int),
        names=(*map(str, range(10)), *([YOURS] if own else [])),
        colors=(*theme.DIGITS, *(["truth"] if own else [])),
        alt=alt(len(labels), own=own),
        signs="digits",
        images=images,
        notes=notes(shown.probabilities, labels),
        marked=(len(labels),) if own else (),
    )


def alt(count: int, *, own: bool) -> str:
    """What the cloud shows, for those who cannot see it.

    >>> alt(250, own=True).split(".")[0]
    '250 test digits and your own as numerals in space, at five stages of the network'
    """
    who = f"{count:,} test digits{' and your own' if own else ''}"
    return (
        f"{who} as numerals in space, at five stages of the network. In the pixels the ten classes lie across each "
        "other; in a trained network they part from stage to stage."
    )


def notes(probabilities: np.ndarray, labels: np.ndarray) -> list[str]:
    """What is said of each digit that is pointed at; beyond the labels, the reader's own.

    >>> notes(np.eye(10)[[4, 9]], np.array([4]))
    ['label 4, predicted 4 (100% sure)', 'your digit, predicted 9 (100% sure)']
    """
    names = [f"label {label}" for label in labels] + ["your digit"] * (len(probabilities) - len(labels))
    return [
        f"{name}, predicted {row.argmax()} ({row.max():.0%} sure)"
        for name, row in zip(names, probabilities, strict=True)
    ]


def percent(share: float) -> str:
    """A share of 1 with one decimal.

    >>> percent(0.98375)
    '98.4%'
    """
    return f"{float(share):.1%}"


def stage_words(layer: Layer) -> str:
    """How much of the stage the picture keeps, and how well straight cuts do."""
    count = len(layer.mean)
    kept = percent(layer.shares.sum())
    return (
        f"{count} numbers for each digit; the three axes shown keep {kept} of their variance. Fitted straight cuts "
        f"name {percent(layer.accuracy)} of new digits correctly; in the three alone, {percent(layer.shown_accuracy)}."
    )


def probe_figure(study: Study, fresh: Study) -> go.Figure:
    """Accuracy of the probes at each stage: on all its numbers, on the three shown, and in an untrained network."""
    figure = theme.figure(y_title="named correctly by fitted cuts")
    own = [float(layer.accuracy) for layer in study.layers]
    untrained = [float(layer.accuracy) for layer in fresh.layers]
    # Values are written on the side where the other line is not.
    above = ["top center" if mine >= its else "bottom center" for mine, its in zip(own, untrained, strict=True)]
    figure.add_trace(_line("untrained network, all numbers", untrained, "neutral", "circle-open", "dash"))
    shown = [float(layer.shown_accuracy) for layer in study.layers]
    figure.add_trace(_line("this network, the three shown", shown, "data", "diamond", "dot"))
    figure.add_trace(
        _line("this network, all numbers", own, "prediction", "circle", "solid").update(
            mode="lines+markers+text", text=[f"{value:.0%}" for value in own], textposition=above, cliponaxis=False
        )
    )
    figure.add_hline(y=_GUESSING, line={"color": color("mesh"), "width": 1})
    figure.add_annotation(x=1, xref="paper", y=_GUESSING, yshift=-9, xanchor="right", text="guessing", showarrow=False,
                          font={"color": color("muted"), "size": 12})  # fmt: skip
    figure.update_xaxes(fixedrange=True, range=[-0.45, 4.45])
    return figure.update_yaxes(range=[0, 1.1], tickformat=".0%", tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1], fixedrange=True)


def spread_figure(study: Study, fresh: Study) -> go.Figure:
    """Spread within classes over spread between them at each stage; below 1 the classes stand apart."""
    figure = theme.figure(y_title="spread within / between classes")
    figure.add_trace(_line("untrained network", ratios(fresh), "neutral", "circle-open", "dash", "%{y:.2f}"))
    own = ratios(study)
    figure.add_trace(
        _line("this network", own, "prediction", "circle", "solid", "%{y:.2f}").update(
            mode="lines+markers+text",
            text=["" if value is None else f"{value:.2f}" for value in own],
            textposition="bottom left",
            cliponaxis=False,
        )
    )
    figure.add_hline(y=1, line={"color": color("mesh"), "width": 1})
    known = [value for value in [*own, *ratios(fresh)] if value is not None]
    figure.update_xaxes(fixedrange=True, range=[-0.45, 4.45])
    return figure.update_yaxes(range=[-0.15, max([1.2, *known]) * 1.12], fixedrange=True)


def ratios(study: Study) -> list[float | None]:
    """within / between at each stage; None where the classes' means coincide."""
    pairs = [(float(layer.spread.within), float(layer.spread.between)) for layer in study.layers]
    return [within / between if between else None for within, between in pairs]


def _line(name: str, values: list, meaning: str, symbol: str, dash: str, form: str = "%{y:.1%}") -> go.Scatter:
    return go.Scatter(
        name=name,
        x=list(STAGES),
        y=values,
        mode="lines+markers",
        marker={"color": color(meaning), "size": 9, "symbol": symbol},
        line={"color": color(meaning), "dash": dash},
        hovertemplate=f"%{{x}}: {form}<extra>{name}</extra>",
    )


def probe_words(study: Study, fresh: Study) -> str:
    """What the probes say of this network, as Markdown."""
    pixels, before, after, logits, _ = (percent(layer.accuracy) for layer in study.layers)
    return (
        f"Fitted straight cuts name **{pixels}** of new digits from their pixels, **{before}** before relu, "
        f"**{after}** after relu, **{logits}** from the ten logits. The network itself names "
        f"{percent(study.accuracy)}. In an untrained network: {percent(fresh.layers[2].accuracy)} after relu, "
        f"{percent(fresh.layers[3].accuracy)} from the logits."
    )


def spread_words(study: Study) -> str:
    """The two spreads at the first stage and at the logits, as Markdown."""
    first, last = (study.layers[stage].spread for stage in (0, 3))
    parts = [
        f"{place} a digit lies {float(each.within):.3g} from the mean of its class, and the classes’ means lie "
        f"{float(each.between):.3g} from the common mean"
        for place, each in (("Among the pixels", first), ("among the logits", last))
    ]
    return f"{parts[0]}; {parts[1]} (root mean squares over test digits). The ratio of the two is drawn."


def batch_words(probabilities: np.ndarray, labels: np.ndarray, first: int, sentence: str, called: str) -> str:
    """Which digits and which network are shown, how many of these it names, and what it takes the reader's for."""
    right = int((probabilities[: len(labels)].argmax(1) == labels).sum())
    own = [
        f" Your own digit, the *y* in a ring, it takes for a {row.argmax()}." for row in probabilities[len(labels) :]
    ]
    return (
        f"Test digits {first:,} to {first + len(labels) - 1:,} ({called}), in {sentence}. It names **{right:,} of "
        f"{len(labels):,}** of them correctly.{''.join(own)}"
    )
