"""The network's graph with each layer closed to one box or open to its primitives, as the graph board shows it."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.backprop.graph import Graph, Node
from engine.backprop.graph_backward import Backward
from engine.backprop.network_graph import GROUPS
from viz.backprop import graph as board_of
from viz.backprop import graph_words
from viz.backprop import network_graph_words as words
from viz.backprop.network_graph_pictures import content, drawn_size, norm, picture_size, plane, steps

if TYPE_CHECKING:
    from viz.components.graph_board import Data, Line
    from viz.components.graph_board import Paths as PathsData

OPENING = "W1, b1, W2, b2, the inputs and the label are given; nothing is computed yet."
DECADES = (-4.0, 2.0)
"""Gradient norms drawn: 10 to the power of these have the thinnest and the thickest line."""
THINNEST, PER_DECADE = 1.0, 1.2
NOTHING = 0.6
LEAST_HEIGHT, MOST_HEIGHT = 300, 800
"""Of the board, pixels; what is larger is moved and zoomed."""
TONES = {"W1": "weights", "b1": "weights", "W2": "weights", "b2": "weights", "inputs": "data", "y_true": "truth",
         "softmax": "prediction"}  # fmt: skip


class Part(NamedTuple):
    """One box. node: whose value it shows. members: the nodes it stands for. closed: a whole group in one box."""

    name: str
    node: int
    members: tuple[int, ...]
    closed: bool = False


class Flow(NamedTuple):
    """One edge between boxes. norm: of the gradient that flows back along it; None where none can."""

    source: int
    target: int
    norm: float | None


def parts_of(graph: Graph, opened: Collection[str]) -> list[Part]:
    """The boxes in topological order: variables, every node of the open groups, one box for each closed group."""
    members = {group: tuple(k for k, node in enumerate(graph.nodes) if node.group == group) for group in GROUPS}
    parts = []
    for k, node in enumerate(graph.nodes):
        own = members.get(node.group, ())
        if not own or node.group in opened:
            parts.append(Part(node.name, k, (k,)))
        elif k == own[-1]:
            parts.append(Part(node.group, k, own, closed=True))
    return parts


def flows_of(graph: Graph, parts: Sequence[Part], backward: Backward) -> list[Flow]:
    """The edges between boxes; several uses of one value inside a closed box are one edge, their gradients added."""
    box = {node: index for index, part in enumerate(parts) for node in part.members}
    sums: dict[tuple[int, int], Any] = {}
    for index, part in enumerate(parts):
        for target in part.members:
            for source, flow in zip(graph.nodes[target].inputs, backward.contributions[target], strict=True):
                if box[source] == index:
                    continue
                known = sums.setdefault((source, index), None)
                if flow is not None and graph.nodes[source].operation != "constant":
                    sums[source, index] = flow if known is None else known + flow
    return [Flow(box[source], target, None if flow is None else norm(flow)) for (source, target), flow in sums.items()]


def width(length: float | None) -> float:
    """Pixels of an edge along which a gradient of this norm flows: one step more for every factor of ten.

    >>> width(1e-4), width(1.0), width(0.0), width(None)
    (1.0, 5.8, 0.6, 1.0)
    """
    if length is None:
        return THINNEST
    if not length > 0:
        return NOTHING
    low, high = DECADES
    return round(THINNEST + PER_DECADE * (float(np.clip(np.log10(length), low, high)) - low), 2)


def boxes_of(graph: Graph, parts: Sequence[Part]) -> list[board_of.Box]:
    """A box for every part: single numbers in figures, all else as heat maps."""
    return [_box(graph, part) for part in parts]


def _box(graph: Graph, part: Part) -> board_of.Box:
    node = graph.nodes[part.node]
    last = max(k for k, other in enumerate(graph.nodes) if other.group == node.group)
    toggle = node.group if node.group in GROUPS and part.node == last else ""
    single = int(np.prod(node.shape)) == 1
    rows, columns = drawn_size(node.shape)
    output = part.node == graph.output
    kind = "group" if part.closed else "output" if output else node.operation
    return board_of.Box(
        part.name,
        kind if kind in ("group", "output", "variable", "constant") else "operation",
        "loss" if output else TONES.get(part.name, ""),
        "" if part.closed else graph_words.symbol(node),
        graph_words.shape_text(node.shape) if node.shape else "",
        _caption(node, part),
        "number" if single else "heat",
        rows,
        columns,
        (0.0, 0.0) if single else picture_size(rows, columns),
        graded=node.operation != "constant" and node.dtype.startswith("float"),
        about=words.about(graph, part.name, node, len(part.members) if part.closed else 0),
        toggle=toggle,
        open=bool(toggle) and not part.closed,
    )


def _caption(node: Node, part: Part) -> str:
    """The dtype, the size of the blocks a picture keeps one number of, and an open node's group."""
    down, across = steps(*plane(node.shape))
    blocks = f" · {down}×{across} max" if down * across > 1 else ""
    return f"{node.dtype}{blocks}" + (f" · {node.group}" if node.group and not part.closed else "")


def board(
    graph: Graph, found: Backward, *, opened: Collection[str] = (), version: str, chosen: int | None = None,
    equations: Sequence[str] = (), notes: Sequence[str] = (), answered: str = "",
) -> "Data":  # fmt: skip
    """What the graph board shows of one pass through the network.

    opened: groups drawn as their primitives. chosen: a box's number, told about below the picture. equations: of each
    node in the gradient's own jaxpr. notes: sentences at the loss.
    """
    parts = parts_of(graph, opened)
    flows = flows_of(graph, parts, found)
    boxes = boxes_of(graph, parts)
    names = _names(graph, parts)
    output = next(index for index, part in enumerate(parts) if part.node == graph.output)
    leaving = [[flow for flow in flows if flow.source == index] for index in range(len(parts))]
    back = [k for k in reversed(range(len(parts))) if boxes[k].graded and found.adjoints[parts[k].node] is not None]
    drawing = board_of.drawing(boxes, [flow[:2] for flow in flows], version=version)
    return {
        "opening": OPENING,
        "choiceHint": "Choose a box to see its norm, range and backward equations.",
        "drawing": {**drawing, "height": int(np.clip(drawing["size"][1] + 40, LEAST_HEIGHT, MOST_HEIGHT))},
        "output": output,
        "values": [_value(part, boxes[k], found) for k, part in enumerate(parts)],
        "gradients": [content(found.adjoints[part.node]) if boxes[k].graded else None for k, part in enumerate(parts)],
        "locals": ["" if flow.norm is None else graph_words.number(flow.norm, 2) for flow in flows],
        "widths": [width(flow.norm) for flow in flows],
        "forward": [
            {"node": k, "text": words.forward_sentence(graph, part.node, names, found, closed=part.closed)}
            for k, part in enumerate(parts)
            if part.closed or graph.nodes[part.node].inputs
        ],
        "backward": [
            {
                "node": k,
                "text": words.backward_sentence(
                    parts[k].name,
                    parts[k].node == graph.output,
                    found.adjoints[parts[k].node],
                    [(parts[flow.target].name, flow.norm) for flow in leaving[k] if flow.norm is not None],
                ),
            }
            for k in back
        ],
        "paths": None
        if chosen is None or chosen >= len(parts)
        else _told(graph, found, chosen, parts, flows, equations),
        "notes": [{"node": output, "text": note} for note in notes],
        "answered": answered,
    }


def _value(part: Part, box: board_of.Box, backward: Backward) -> Any:
    return part.name if box.kind == "constant" else content(backward.values[part.node])


def _names(graph: Graph, parts: Sequence[Part]) -> list[str]:
    """What sentences call each node: the box that shows it, or its own name inside a closed one."""
    names = [node.name for node in graph.nodes]
    for part in parts:
        names[part.node] = part.name
    return names


def _told(
    graph: Graph,
    backward: Backward,
    chosen: int,
    parts: Sequence[Part],
    flows: Sequence[Flow],
    equations: Sequence[str],
) -> "PathsData":
    """What is written below the picture about the chosen box; each line lights its edge."""
    part = parts[chosen]
    value, adjoint = backward.values[part.node], backward.adjoints[part.node]
    lines: list[Line] = [
        {"text": f"back from {parts[flow.target].name}: norm {graph_words.number(flow.norm)}", "edges": [index]}
        for index, flow in enumerate(flows)
        if flow.source == chosen and flow.norm is not None
    ]
    said = [equations[k] for k in part.members if k < len(equations) and equations[k]]
    return {
        "node": chosen,
        "heading": f"{part.name}: shape {graph_words.shape_text(value.shape)}, {value.dtype}",
        "lines": lines,
        "total": words.ranges(value, None if graph.nodes[part.node].operation == "constant" else adjoint),
        "note": f"Backward, in the gradient’s own jaxpr: {'; '.join(said)}." if said else "",
    }
