"""A Jacobian filled column by column and row by row; operations, memory and times of both modes in words and bars."""

from collections.abc import Sequence
from statistics import median

import numpy as np
import plotly.graph_objects as go

from engine.backprop.autodiff_modes import EXAMPLES, Counts, Jacobians, Problem
from engine.backprop.autodiff_modes_times import Times
from viz import theme
from viz.descent.naive_search import MARKS, duration
from viz.tensors.cells import Block, Frame, Relation, Scene, arrange, first_cells, kept_of, tensor_block, tensor_layout

LIMIT = 8
"""Rows and columns drawn at most; the rest is left out of the picture, not of the computation."""
NAMES = ("by jvp, a column a pass", "by vjp, a row a pass")
OUTPUT, INPUT = theme.AXES[0], theme.AXES[1]


def scene(asked: Problem, jacobians: Jacobians) -> Scene:
    """Both Jacobians (outputs, inputs); after pass p the first p columns of one and p rows of the other are known."""
    kept = kept_of((asked.outputs, asked.inputs), limit=LIMIT)
    blocks = tuple(
        tensor_block(jacobian, name, kept=kept)
        for jacobian, name in zip((jacobians.forward, jacobians.reverse), NAMES, strict=True)
    )
    axes = ("outputs", "inputs")
    layouts = [tensor_layout(block, k, axis_names=axes, colors=(OUTPUT, INPUT)) for k, block in enumerate(blocks)]
    wide = arrange(layouts, names=NAMES)
    narrow = arrange(layouts, names=NAMES, narrow=True, downward=True)
    alt = (
        f"The Jacobian of {asked.outputs} outputs and {asked.inputs} inputs, twice: filled column by column by forward "
        "mode, row by row by reverse mode."
    )
    frames = tuple(_frame(asked, blocks, number) for number in (0, *_pass_numbers(kept)))
    return Scene(blocks, (wide,), frames, alt, (narrow,), relations=_relations(asked, blocks))


def _pass_numbers(kept: Sequence[Sequence[int | None]]) -> list[int]:
    """After which passes there is something new to draw, counted from 1."""
    return sorted({index + 1 for axis in kept for index in axis if index is not None})


def _frame(asked: Problem, blocks: Sequence[Block], done: int) -> Frame:
    """The picture after ``done`` passes of each mode: what is not known is blank, what the last pass gave is lit."""
    new: list[int] = []
    blank: dict[int, str] = {}
    for first, block, axis in zip(first_cells(blocks), blocks, (1, 0), strict=False):
        index = block.indices[:, axis]
        new += (first + np.flatnonzero(index == done - 1)).tolist()
        blank |= {first + int(cell): "" for cell in np.flatnonzero(index >= done)}
    return Frame(_caption(asked, done), lit={"gradient": new} if new else {}, texts=blank)


def _caption(asked: Problem, done: int) -> str:
    """What pass number ``done`` computes in each mode."""
    if not done:
        return "Before the first pass nothing of the Jacobian is known. Press Play, or step."
    sides = []
    for mode, total, gives in (
        ("Forward", asked.inputs, f"column {done - 1}: how every output answers to input {done - 1}"),
        ("Reverse", asked.outputs, f"row {done - 1}: how output {done - 1} answers to every input"),
    ):
        if done <= total:
            sides.append(f"{mode}: {gives}" + (", and is complete." if done == total else "."))
        else:
            sides.append(f"{mode} was complete after pass {total}.")
    return f"Pass {done}. " + " ".join(sides)


def _relations(asked: Problem, blocks: Sequence[Block]) -> dict[int, Relation]:
    """Pointing at an entry lights its partner and says which pass of each mode gives it."""
    relations: dict[int, Relation] = {}
    forward, reverse = first_cells(blocks)[:2]
    for number, (row, column) in enumerate(blocks[0].indices.tolist()):
        cells = [forward + number, reverse + number]
        text = f"∂f[{row}] / ∂x[{column}]: forward pass {column + 1} of {asked.inputs}, reverse pass {row + 1} of "
        relations |= dict.fromkeys(cells, Relation({"gradient": cells}, f"{text}{asked.outputs}"))
    return relations


def problem_words(asked: Problem) -> str:
    """The function, its sizes and the size of its Jacobian."""
    example = EXAMPLES[asked.name]
    return (
        f"{example.equation}, with {_count(asked.inputs, 'input')} and {_count(asked.outputs, 'output')}. The "
        f"**Jacobian** holds the derivative of every output with respect to every input: {asked.outputs} × "
        f"{asked.inputs} = {asked.outputs * asked.inputs:,} numbers."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counts_table(counts: Counts) -> str:
    """Passes, operations and memory of both modes side by side, as a Markdown table."""
    forward, reverse = counts.passes
    rows = [
        ("one pass gives", "one column of the Jacobian", "one row of the Jacobian"),
        ("passes", f"{forward:,}, one for each input", f"{reverse:,}, one for each output"),
        ("operations of one pass, f included", f"{counts.jvp:,}", f"{counts.vjp:,}"),
        ("operations of the whole Jacobian", f"**{counts.forward:,}**", f"**{counts.reverse:,}**"),
        ("memory kept for the way back", "none", memory(counts.kept)),
    ]
    head = ["| counted | forward mode, `jvp` | reverse mode, `vjp` |", "|---|---|---|"]
    return "\n".join(head + [f"| {' | '.join(row)} |" for row in rows])


def memory(size: int) -> str:
    """Bytes in the unit that suits them.

    >>> memory(800), memory(28_272)
    ('800 bytes', '28.3 kB')
    """
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.1f} kB"


def winner_words(asked: Problem, counts: Counts) -> str:
    """Which mode needs fewer operations here, and why."""
    forward, reverse = counts.passes
    large, small = max(counts.forward, counts.reverse), min(counts.forward, counts.reverse)
    ratio = large / max(small, 1)
    alone = f"f itself takes {counts.value:,} operations. "
    if ratio < 1.15:
        return (
            f"{alone}**Neither wins by counting**: there are about as many inputs as outputs. Forward mode keeps no "
            "intermediate values, so it needs less memory."
        )
    mode, why = ("Reverse", "outputs") if counts.reverse < counts.forward else ("Forward", "inputs")
    passes = _count(min(forward, reverse), "pass").replace("passs", "passes")
    return (
        f"{alone}**{mode} mode wins**: {passes} instead of {max(forward, reverse):,}, because there are fewer {why}. "
        f"Counted: {small:,} operations instead of {large:,}, {_times(ratio)} as many."
    )


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def network_words(counts: Counts) -> str:
    """One backward pass for all weights of the network, with the counts that say so."""
    weights = counts.passes[0]
    return (
        f"**A loss has one output: reverse mode needs one pass for all {weights:,} weights.** Computing the loss takes "
        f"{counts.value:,} operations; loss and whole gradient by reverse mode {counts.vjp:,}, "
        f"{counts.vjp / counts.value:.1f} times as many, and {memory(counts.kept)} kept on the way. Forward mode takes "
        f"{counts.jvp:,} for a single weight, and a pass for every weight: {counts.forward:,} in all, "
        f"{counts.forward / counts.reverse:,.0f} times as many as reverse mode. That is why networks are trained with "
        "reverse mode, under the name **backpropagation**."
    )


def times_figure(rows: Sequence[tuple[str, float | None, bool]]) -> go.Figure:
    """Bars on a log scale; a row is (label, seconds or None, whether it is extrapolated)."""
    figure = theme.figure(x_title="time, log scale", showlegend=False)
    known = [row for row in rows if row[1]]
    colors = {row[0]: color for row, color in zip(rows, ("data", "gradient", "loss"), strict=False)}
    figure.add_bar(
        name="seconds",
        orientation="h",
        y=[row[0] for row in known],
        x=[row[1] for row in known],
        text=[f" {duration(row[1])}" for row in known],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3g} s<extra></extra>",
        marker={
            "color": [theme.color(colors[row[0]]) for row in known],
            "pattern": {"shape": ["/" if row[2] else "" for row in known], "fgcolor": theme.color("surface")},
        },
    )
    powers = [np.log10(row[1]) for row in known] or [-4.0]
    low, high = min(-5.0, *powers) - 0.3, max(0.0, *powers)
    marks = {1e-6: "1 µs"} | MARKS
    figure.update_xaxes(
        type="log",
        range=[low, high + (high - low) / 3],
        fixedrange=True,
        tickvals=list(marks),
        ticktext=list(marks.values()),
        tickangle=0,
    )
    return figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=[row[0] for row in rows][::-1],
        range=[-0.5, len(rows) - 0.5],
        title=None,
        fixedrange=True,
    )


def jacobian_rows(times: Times | None) -> list[tuple[str, float | None, bool]]:
    """The bars of both whole Jacobians."""
    forward, reverse = _medians(times)
    return [("jacfwd", forward, False), ("jacrev", reverse, False)]


def network_rows(times: Times | None, weights: int) -> list[tuple[str, float | None, bool]]:
    """The bars of single passes of the network, and of forward mode for all weights."""
    forward, reverse = _medians(times)
    return [
        ("1 jvp pass", forward, False),
        ("1 vjp pass", reverse, False),
        (f"{weights:,} jvp passes,<br>extrapolated", forward and forward * weights, True),
    ]


def _medians(times: Times | None) -> tuple[float | None, float | None]:
    if times is None or not times.forward:
        return None, None
    return median(times.forward), median(times.reverse)


def jacobian_words(times: Times | None, state: str, asked: Problem) -> str:
    """What the measurement of the Jacobians says, as Markdown; of another size it is not shown."""
    if (waiting := _unready(times, state)) is not None:
        return waiting
    sides = ("jacfwd", "jacrev") if times.ratio >= 1 else ("jacrev", "jacfwd")
    ratio = max(times.ratio, 1 / times.ratio)
    return (
        f"Medians of {_count(len(times.forward), 'run')} each, compiled before, float32, {asked.inputs} inputs and "
        f"{asked.outputs} outputs: **{sides[0]} takes {_times(ratio)}** as long as {sides[1]}. The libraries make all "
        "passes at once, as one product of matrices; for small sizes the call itself takes most of the time, and the "
        "count above does not show."
    )


def network_time_words(times: Times | None, state: str, weights: int) -> str:
    """What the measurement of single passes says, as Markdown."""
    if (waiting := _unready(times, state)) is not None:
        return waiting
    forward, reverse = _medians(times)
    return (
        f"Medians of {_count(len(times.forward), 'run')} each: one jvp pass, the slope along one weight, takes "
        f"{duration(forward)}; one vjp pass, the whole gradient, {duration(reverse)}. **Extrapolated**, {weights:,} "
        f"jvp passes would take **{duration(forward * weights)}**, {forward * weights / reverse:,.0f} times as long."
    )


def _unready(times: Times | None, state: str) -> str | None:
    if times is not None and times.waiting and state == "running":
        return "Waiting for another measurement on this machine."
    if times is None or not times.forward:
        return "Compiling." if state == "running" else "Press **Measure**: both are timed in turn on this machine."
    return None
