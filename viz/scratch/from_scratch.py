"""The run of the from-scratch program as a picture: its losses and test accuracies, earlier runs, the textbook's."""

import html
import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from engine.scratch.from_scratch_runs import LOG_EVERY, TEXTBOOK, Run, Settings, Textbook
from viz import decades, theme
from viz.theme import color
from viz.training.training import bin_means

COLORS = ("loss", "data", "weights", "prediction", "gradient", "neutral")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Earlier runs differ by colour and by dash; the newest is the first of both."""
MOST_COLUMNS = 6
WITHOUT = {
    "bias": "no bias",
    "activation": "no activation",
    "zeros": "W begins at 0",
    "rate": "learning rate 1",
    "labels": "labels shuffled",
    "scale": "inputs not scaled",
}
OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}


def signed(value: float) -> str:
    """A number with a typographic minus.

    >>> signed(-0.05)
    '−0.05'
    """
    return f"{value:g}".replace("-", "−")


def name(settings: Settings) -> str:
    """What a run is called: its optimizer, where W begins, what differs from the textbook's numbers, what is broken.

    >>> name(Settings()), name(Settings(-0.05, 0.05, broken=("bias",), epochs=2))
    ('SGD, W 0 to 0.1', 'SGD, W −0.05 to 0.05, 2 epochs, no bias')
    """
    usual = Settings()
    parts = [OPTIMIZERS[settings.optimizer]]
    if "zeros" not in settings.broken:
        parts.append(f"W {signed(settings.low)} to {signed(settings.high)}")
    numbers = {"learning_rate": "rate {:g}", "hidden_units": "{:,} units", "batch_size": "batch {:,}"}
    numbers |= {"seed": "seed {}", "epochs": "{} epochs"}
    for field, words in numbers.items():
        if getattr(settings, field) != getattr(usual, field) and not (field == "learning_rate" and settings.rate == 1):
            parts.append(words.format(getattr(settings, field)))
    text = ", ".join([*parts, *(WITHOUT[each] for each in settings.broken)])
    return text.replace(", 1 epochs", ", 1 epoch")


def book_of(settings: Settings) -> Textbook | None:
    """The textbook's figures for initial weights from this range, whatever else differs."""
    return next((book for book in TEXTBOOK if (book.low, book.high) == (settings.low, settings.high)), None)


def run_figure(run: Run | None, kept: Sequence[Run], settings: Settings) -> go.Figure:
    """Losses at the left on a log axis, test accuracies at the right; the newest run bold, the textbook's as diamonds.

    settings: those chosen, for the textbook's figures and for the axes while there is no run.
    """
    shown = [*([run] if run else []), *reversed(kept)]
    epochs = max([each.settings.epochs for each in shown], default=settings.epochs)
    figure = go.Figure(layout=theme.layout(**_panels(epochs, *_loss_range(shown))))
    for place, each in enumerate(shown):
        for trace in _curves(each, place if run else place + 1):
            figure.add_trace(trace)
    used = run.settings if run else settings
    book = book_of(used)
    if book is not None and used.batch_size == Settings.batch_size:
        for trace in _book_traces(book, run.updates if run else 469, epochs):
            figure.add_trace(trace)
    return figure


def _curves(run: Run, place: int) -> list[go.Scatter]:
    called, bold = name(run.settings), place == 0
    place = min(place, len(COLORS) - 1)
    line = {"color": color(COLORS[place]), "dash": DASHES[place], "width": 2.5 if bold else 1.5}
    last, means, _ = bin_means(run.losses)
    shared = {"name": called, "legendgroup": called, "opacity": 1.0 if bold else 0.85}
    return [
        go.Scatter(
            x=(last + 1) / run.updates,
            y=means,
            mode="lines",
            line=line,
            **shared,
            hovertemplate="epoch %{x:.2f}: loss %{y:.3f}",
        ),
        go.Scatter(
            x=[epoch + batch / run.updates for epoch, batch, _ in run.log],
            y=[loss for _, _, loss in run.log],
            mode="markers",
            marker={"color": color(COLORS[place]), "size": 6},
            showlegend=False,
            visible=bold,
            hovertemplate="every hundredth batch: %{y:.2f}",
            **shared,
        ),
        go.Scatter(
            x=np.arange(1, len(run.accuracies) + 1),
            y=run.accuracies,
            mode="lines+markers",
            line=line,
            xaxis="x2",
            yaxis="y2",
            showlegend=False,
            hovertemplate="after epoch %{x}: %{y:.1%}",
            **shared,
        ),
    ]


def _book_traces(book: Textbook, updates: int, epochs: int) -> list[go.Scatter]:
    marker = {"symbol": "diamond-open", "size": 10, "color": color("truth"), "line": {"width": 2}}
    shared = {"mode": "markers", "marker": marker, "name": "the textbook’s", "legendgroup": "book"}
    places = [(epoch + batch / updates, low, high) for (epoch, batch), (low, high) in book.losses.items()]
    x = [place for place, _, _ in places if place < epochs]
    middle = np.array([(low + high) / 2 for place, low, high in places if place < epochs])
    half = np.array([(high - low) / 2 for place, low, high in places if place < epochs])
    low, high = book.accuracy
    at_end = epochs >= 10
    return [
        go.Scatter(
            x=x,
            y=middle,
            error_y={"array": half, "color": color("truth"), "thickness": 1.5},
            showlegend=bool(x),
            hovertemplate="textbook: %{y:.2f}",
            **shared,
        ),
        go.Scatter(
            x=[10] if at_end else [],
            y=[(low + high) / 2] if at_end else [],
            error_y={"array": [(high - low) / 2], "color": color("truth"), "thickness": 1.5},
            xaxis="x2",
            yaxis="y2",
            showlegend=at_end and not x,
            hovertemplate="textbook: %{y:.1%}",
            **shared,
        ),
    ]


def _loss_range(runs: Sequence[Run]) -> tuple[float, float]:
    """Bounds of the loss axis, at least 0.5 to 6."""
    seen = np.concatenate([bin_means(run.losses)[1] for run in runs] or [np.ones(1)])
    seen = seen[np.isfinite(seen) & (seen > 0)]
    return max(min(0.5, float(seen.min(initial=1)) / 1.1), 1e-4), max(6.0, float(seen.max(initial=1)) * 1.1)


def _panels(epochs: int, low: float, high: float) -> dict:
    across = {"title": {"text": "epoch"}, "range": [0, epochs * 1.03], "dtick": max(1, math.ceil(epochs / 10))}
    return {
        "xaxis": across | {"domain": [0, 0.6], "anchor": "y"},
        "xaxis2": across | {"domain": [0.68, 1], "anchor": "y2"},
        "yaxis": decades.axis(math.log10(low), math.log10(high)) | {"title": {"text": "loss (log scale)"}},
        "yaxis2": {"range": [0, 1.02], "tickformat": ".0%", "title": {"text": "test accuracy"}, "anchor": "x2"},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": theme.layout()["legend"] | {"y": -0.18, "yanchor": "top", "font": {"size": 12}},
    }


def narrow_layout() -> dict[str, dict]:
    """The two panels one below the other, for phones."""
    return {
        "xaxis": {"domain": [0, 1]},
        "yaxis": {"domain": [0.48, 1]},
        "xaxis2": {"domain": [0, 1]},
        "yaxis2": {"domain": [0, 0.34]},
        "legend": theme.layout()["legend"] | {"y": -0.14, "yanchor": "top", "font": {"size": 11}},
    }


def log_html(run: Run | None, settings: Settings) -> str:
    """The log as a table, epochs downward, every hundredth batch across; the textbook's figures below ours."""
    chosen = run.settings if run else settings
    updates = run.updates if run else -(-60_000 // chosen.batch_size)
    book = book_of(chosen)
    batches = list(range(0, updates, LOG_EVERY))[:MOST_COLUMNS]
    ours = {(epoch, batch): loss for epoch, batch, loss in (run.log if run else ())}
    heads = "".join(f"<th scope='col'>batch {batch}</th>" for batch in batches)
    rows = "".join(_row(epoch, batches, ours, run, book) for epoch in range(chosen.epochs))
    return (
        f"{_STYLE}<div class='scratch-log' tabindex='0' role='region' aria-label='The log'><table><thead><tr>"
        f"<th scope='col'>epoch</th>{heads}<th scope='col'>test accuracy</th></tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def _row(epoch: int, batches: Sequence[int], ours: dict, run: Run | None, book: Textbook | None) -> str:
    cells = [
        _cell(_loss(ours.get((epoch, batch))), book and book.losses.get((epoch, batch)), "{:.2f}") for batch in batches
    ]
    known = run is not None and epoch < len(run.accuracies)
    printed = book.accuracy if book and epoch == 9 else None
    cells.append(_cell(f"{run.accuracies[epoch]:.1%}" if known else "", printed, "{:.0%}"))
    return f"<tr><th scope='row'>{epoch}</th>{''.join(cells)}</tr>"


def _loss(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if math.isfinite(value) else "no number"


def _cell(ours: str, printed: tuple[float, float] | None, form: str) -> str:
    text = html.escape(ours) or "&nbsp;"
    if printed:
        low, high = (form.format(value) for value in printed)
        text += f"<small>textbook {low if low == high else f'{low} to {high}'}</small>"
    return f"<td>{text}</td>"


_STYLE = """<style>
.scratch-log { overflow: auto; max-height: 20rem; border: 1px solid var(--st-border-color, #8884); border-radius: 6px; }
.scratch-log table { width: 100%; border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.scratch-log :is(th, td) { padding: 0.15rem 0.6rem; text-align: right; vertical-align: top; white-space: nowrap; }
.scratch-log thead th { font-weight: 600; border-bottom: 1px solid #8886; }
.scratch-log tbody tr + tr :is(th, td) { border-top: 1px solid #8883; }
.scratch-log small { display: block; opacity: 0.8; font-size: 0.78rem; }
</style>"""


def changes_html(changes: str) -> str:
    """Lines of a diff: those taken out struck through, those put in bold, both marked − and + and tinted."""
    kinds = {"-": ("del", "−", theme.LIGHT["loss"]), "+": ("ins", "+", theme.LIGHT["gradient"])}
    rows = []
    for line in changes.splitlines():
        text = html.escape(line[2:])
        if line[0] in kinds:
            tag, sign, tint = kinds[line[0]]
            rows.append(f"<{tag} style='background:{tint}30'>{sign} {text}</{tag}>")
        else:
            rows.append(f"<span>  {text}</span>")
    return f"{_CHANGES}<pre class='scratch-changes'>{''.join(rows)}</pre>"


_CHANGES = """<style>
.scratch-changes { margin: 0; padding: 0.5rem 0; border: 1px solid #8884; border-radius: 6px; overflow-x: auto;
  font-size: 0.88rem; line-height: 1.6; color: inherit; background: none; }
.scratch-changes > * { display: block; padding: 0 0.8rem; color: inherit; }
.scratch-changes ins { text-decoration: none; font-weight: 600; }
</style>"""


def status(state: str, run: Run | None) -> str:
    """What the run is doing, in a few words."""
    words = {"new": "Not begun", "running": "Running", "finished": "Finished", "stopped": "Stopped", "failed": "Failed"}
    if run is None:
        return words[state] if state != "running" else "Running: compiling for this machine"
    made = len(run.losses)
    where = f"update {made:,} of {run.updates * run.settings.epochs:,}"
    reached = f" · test accuracy {run.accuracies[-1]:.1%}" if len(run.accuracies) else ""
    ended = words[state] if not run.lost else "Ended: the loss is no number any more"
    return f"**{ended}** · {name(run.settings)} · {where} · loss {run.losses[-1]:.3f}{reached}"
