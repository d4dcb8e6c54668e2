"""The network's graph in words: steps with shapes and norms, what a box holds, and both jaxprs side by side."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from engine.backprop.graph import Graph, Node
from engine.backprop.graph_backward import Backward
from engine.backprop.network_graph import GradientGraph
from viz.backprop.graph_words import count, number, shape_text, spelled
from viz.backprop.network_graph_pictures import norm, plane, steps

FORMULAS = {
    "layer 1": "inputs @ W1 + b1",
    "relu": "max(layer 1, 0)",
    "layer 2": "relu @ W2 + b2",
    "softmax": "exp(layer 2) / its sum",
    "loss": "−sum(y_true × log(softmax))",
}
"""What each closed group computes, of a single digit."""


def forward_sentence(graph: Graph, index: int, names: Sequence[str], backward: Backward, *, closed: bool) -> str:
    """One step forward: the operation, the result's shape and norm."""
    node, value = graph.nodes[index], backward.values[index]
    if closed:
        batch = len(graph.nodes[graph.index("y_true")].shape) > 1
        mean = ", the mean over the batch" if batch and node.group == "loss" else ""
        inside = sum(other.group == node.group and bool(other.inputs) for other in graph.nodes)
        said, more = f"{node.group} = {FORMULAS[node.group]}{mean}", f" This box holds {count(inside, 'operation')}."
    else:
        said, more = f"{node.name} = {spelled(node, [names[k] for k in node.inputs])}", f" It is part of {node.group}."
    return f"{said}: {_size(value)}.{more}"


def _size(value: np.ndarray) -> str:
    if value.size == 1:
        return f"{number(value.reshape(()))}, {value.dtype}"
    return f"shape {shape_text(value.shape)}, {value.dtype}, norm {number(norm(value))}"


def backward_sentence(
    name: str, is_output: bool, adjoint: np.ndarray, flows: Sequence[tuple[str, float | None]]
) -> str:
    """How a gradient arrives. flows: from which boxes below, with the norm of what each sends back."""
    if is_output:
        return "dloss/dloss = 1: the backward pass starts at loss."
    if not flows:
        return f"dloss/d{name} = 0: nothing flows back to {name}."
    sent = " and ".join(f"from {source} (norm {number(length)})" for source, length in flows)
    meet = f" {count(len(flows), 'edge').capitalize()} meet: their gradients add." if len(flows) > 1 else ""
    return f"dloss/d{name}: {_size(np.asarray(adjoint))}. It comes back {sent}.{meet}"


def about(graph: Graph, name: str, node: Node, members: int) -> str:
    """What a box is, for who cannot see it: name, shape, dtype, operation, how much of it is drawn."""
    text = f"{name}, shape {shape_text(node.shape)}, {node.dtype}"
    if members:
        text += f", = {FORMULAS[name]}"
    elif node.inputs:
        text += f", = {spelled(node, [graph.nodes[source].name for source in node.inputs])}"
    down, across = steps(*plane(node.shape))
    return text + (f"; drawn: the number farthest from 0 of each {down} by {across} block" if down * across > 1 else "")


def ranges(value: np.ndarray, adjoint: np.ndarray | None) -> str:
    """Norm, least and largest of a value and of its gradient."""
    text = f"Value: {_range(value)}."
    return text if adjoint is None else f"{text} Gradient: {_range(adjoint)}."


def _range(array: np.ndarray) -> str:
    values = np.asarray(array)
    if values.size == 1:
        return number(values.reshape(()))
    zeros = f", {(values == 0).mean():.0%} of it exactly 0" if (values == 0).any() else ""
    return f"norm {number(norm(values))}, from {number(values.min(), 3)} to {number(values.max(), 3)}{zeros}"


def trouble(graph: Graph, backward: Backward) -> list[str]:
    """Why the loss is no finite number, if it is not."""
    loss = backward.values[graph.output]
    if np.isfinite(loss):
        return []
    softmax = [k for k, node in enumerate(graph.nodes) if node.group == "softmax"]
    probabilities = backward.values[softmax[-1]]
    zeros = int((probabilities == 0).sum())
    if np.isfinite(probabilities).all() and zeros:
        return [
            f"The loss is {number(loss)}: softmax rounded {count(zeros, 'probability', 'probabilities')} to 0. "
            "log(0) is −∞, and 0 × −∞ is not a number. Training here takes the logarithm of softmax in one step, "
            "which rounds nothing to 0."
        ]
    return ["The loss is not a finite number: the network’s own numbers overflow. Pictures show such numbers as 0."]


class Pair(NamedTuple):
    """One operation of the loss and what belongs to it in the gradient's jaxpr, as equations."""

    node: int
    group: str
    forward: str
    kept: tuple[str, ...]
    backward: tuple[str, ...]


def pairs_of(graph: Graph, pair: GradientGraph) -> list[Pair]:
    """Every operation of the loss beside the equations of the gradient's jaxpr that belong to it.

    Names: an equation that repeats a node of the graph has its name; r1, r2, … keep something for the way back;
    g1, g2, … are gradients.
    """
    names, own = _display_names(graph, pair), [node.name for node in graph.nodes]
    rows = []
    for k, node in enumerate(graph.nodes):
        if not node.inputs:
            continue
        kept = [
            _equation(pair.graph, m, names)
            for m in pair.forward[k]
            if pair.graph.nodes[m].inputs and names[m].startswith("r")
        ]
        back = [_equation(pair.graph, m, names) for m in pair.backward[k] if pair.graph.nodes[m].inputs]
        rows.append(Pair(k, node.group, _equation(graph, k, own), tuple(kept), tuple(back)))
    return rows


def _display_names(graph: Graph, pair: GradientGraph) -> list[str]:
    names, kept, gradients, repeated = [], 0, 0, set()
    for m, node in enumerate(pair.graph.nodes):
        origin = pair.origin[m]
        if not node.inputs or node.name.startswith("dloss/d"):
            names.append(node.name)
        elif pair.is_backward[m]:
            gradients += 1
            names.append(f"g{gradients}")
        elif origin >= 0 and origin not in repeated and graph.nodes[origin].operation == node.operation:
            repeated.add(origin)
            names.append(graph.nodes[origin].name)
        else:
            kept += 1
            names.append(f"r{kept}")
    return names


def _equation(graph: Graph, index: int, names: Sequence[str]) -> str:
    node = graph.nodes[index]
    return f"{names[index]} = {spelled(node, [names[source] for source in node.inputs])} {shape_text(node.shape)}"


_STYLE = """<style>
.pairs { border-collapse: collapse; font-size: 0.85rem; width: 100%; }
.pairs th, .pairs td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.pairs th { position: sticky; top: 0; }
.pairs code { background: none; color: inherit; padding: 0; white-space: nowrap; font-size: 0.95em; display: block; }
.pairs .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.pairs .chosen td { background: color-mix(in srgb, currentColor 12%, transparent); }
.pairs .muted { opacity: 0.75; }
</style>"""


def pairs_html(pairs: Sequence[Pair], backward: Backward, chosen: Sequence[int] = ()) -> str:
    """The two columns as a table with both norms; rows of the chosen nodes stand out."""
    rows = "".join(
        f"<tr{' class=chosen' if row.node in chosen else ''}><td>{escape(row.group)}</td>"
        f"<td><code>{escape(row.forward)}</code></td>"
        f'<td class="number">{number(norm(backward.values[row.node]), 3)}</td>'
        f"<td>{_lines(row, backward)}</td>"
        f'<td class="number">{number(norm(backward.adjoints[row.node]), 3)}</td></tr>'
        for row in pairs
    )
    head = ("Layer", "Forward, read down", "Norm of it", "Backward, read up", "Norm of its gradient")
    return (
        f'{_STYLE}<table class="pairs"><thead><tr>{"".join(f"<th>{text}</th>" for text in head)}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _lines(row: Pair, backward: Backward) -> str:
    kept = "".join(f'<code class="muted">kept: {escape(text)}</code>' for text in row.kept)
    back = "".join(f"<code>{escape(text)}</code>" for text in row.backward)
    passes = any(flow is not None and flow.any() for flow in backward.contributions[row.node])
    none = "no equation: it passes on unchanged" if passes else "no equation: nothing passes"
    return kept + back or f'<span class="muted">{none}</span>'
