"""A computation graph as the graph board draws it: boxes, edges, the steps of both passes, and what each says.

``drawing`` and ``displayed`` serve any graph of boxes; ``graph_board`` and what follows it, the engine's.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.backprop.graph import Graph, Node, tape
from engine.backprop.graph_backward import Backward
from engine.backprop.graph_paths import Paths
from engine.backprop.graph_presets import Variable
from viz.backprop import graph_words as words
from viz.backprop.graph_layout import Edge, Placed, lay_out
from viz.packing import packed
from viz.tensors.cells import short

if TYPE_CHECKING:
    from viz.components.graph_board import Content, Data, Drawing, Heat, Line, Said
    from viz.components.graph_board import Edge as EdgeData
    from viz.components.graph_board import Paths as PathsData
    from viz.components.graph_board import Variable as VariableData

MOST_CELLS = 4
"""Rows and columns up to which a tensor is written as numbers; larger ones are heat maps."""
CELL = (46.0, 20.0)
ROW = 20.0
PICTURE = 120.0
NORMS = 200.0
MAX_HEIGHT = 620
MIN_HEIGHT = 300


class Box(NamedTuple):
    """One node of a picture.

    kind: "variable", "constant", "operation", "output", or "group" (drawn as a stack). tone: colour name of its
    frame: "data", "weights", "prediction", "loss", "truth" or "" for none. symbol, caption: at the upper right.
    form: "number", "cells" (rows × columns numbers), "heat" (a picture of that many pixels) or "none".
    picture: width and height of a heat map, pixels. graded: whether a gradient may stand below the value.
    about: said to who cannot see it, and when pointed at. toggle: what is sent back when the box's + or − is pressed;
    open: which of the two it shows.
    """

    name: str
    kind: str = "operation"
    tone: str = ""
    symbol: str = ""
    shape: str = ""
    caption: str = ""
    form: str = "number"
    rows: int = 1
    columns: int = 1
    picture: tuple[float, float] = (0.0, 0.0)
    graded: bool = True
    about: str = ""
    toggle: str = ""
    open: bool = False


def box_size(box: Box) -> tuple[float, float]:
    """Width and height in pixels; they follow from names and shapes, never from values."""
    title = 8.4 * (len(box.name) + len(box.symbol)) + 7.4 * (len(box.shape) + len(box.caption)) + 44
    title += 26 if box.toggle else 0
    if box.kind == "constant" and box.form == "number":
        return max(44.0, 8.4 * len(box.name) + 24), 32.0
    width, body = 118.0, ROW
    if box.form == "cells":
        width, body = max(width, box.columns * CELL[0] + 16), box.rows * CELL[1] + 2
    if box.form == "heat":
        # Between the two pictures both norms are written, up to "norm 1.23e−05 · gradient 1.23e−05".
        width, body = max(width, box.picture[0] + 16, NORMS if box.graded else 0), box.picture[1] + 4
    if box.form == "none":
        return max(width, title), 34.0
    under = body + (ROW if box.form != "number" else 0)
    return max(width, title), 28 + body + (under if box.graded else 0) + 4


@lru_cache(maxsize=64)
def _placed(sizes: tuple[tuple[float, float], ...], edges: tuple[Edge, ...]) -> Placed:
    return lay_out(sizes, edges)


def drawing(boxes: Sequence[Box], edges: Sequence[Edge], *, version: str) -> "Drawing":
    """Boxes and edges (source, target) with their places, as JSON. version: a new one starts the board afresh.

    An edge's number is its place in ``edges``.
    """
    sizes = tuple(box_size(box) for box in boxes)
    placed = _placed(sizes, tuple(edges))
    nodes = [
        box._asdict() | {"x": round(x, 1), "y": round(y, 1), "width": round(width, 1), "height": round(height, 1)}
        for box, (x, y), (width, height) in zip(boxes, placed.centres.tolist(), sizes, strict=True)
    ]
    lines: list[EdgeData] = [
        {"source": source, "target": target, "points": [[round(x, 1), round(y, 1)] for x, y in route], "label": label}
        for (source, target), route, label in zip(edges, placed.routes, placed.labels.round(1).tolist(), strict=True)
    ]
    height = int(min(max(placed.size[1] + 40, MIN_HEIGHT), MAX_HEIGHT))
    return {"version": version, "nodes": nodes, "edges": lines, "size": list(placed.size), "height": height}


def displayed(array: np.ndarray | None, box: Box, *, most: float | None = None) -> "Content":
    """A value as its box shows it: text, rows of texts, a heat map, or None. most: the value of full colour."""
    if array is None or box.form == "none":
        return None
    values = np.asarray(array)
    if box.form == "number":
        return words.number(values) if values.dtype != bool else str(bool(values))
    if box.form == "cells":
        return [
            [short(value).replace("-", "−") for value in row] for row in (values + 0).reshape(box.rows, box.columns)
        ]
    return heat(values.reshape(box.rows, box.columns), most=most)


def heat(array: np.ndarray, *, most: float | None = None) -> "Heat":
    """A matrix as a heat map: signed bytes, ±127 at the largest absolute value (or ``most``), and that value.

    What is not finite gets -128, and a colour of its own.

    >>> heat(np.array([[1.0, -0.5]]))["most"]
    '1'
    """
    finite = np.isfinite(np.asarray(array, float))
    values = np.where(finite, array, 0.0)
    top = float(np.abs(values).max(initial=0.0)) if most is None else most
    steps = np.clip(np.round(values * (127 / top if top > 0 else 0)), -127, 127).astype(np.int8)
    steps[~finite] = -128
    return {
        "rows": values.shape[0],
        "columns": values.shape[1],
        "most": words.number(top, 3),
        "bytes": packed(steps),
    }


def boxes_of(graph: Graph, weights: Collection[str] = ()) -> list[Box]:
    """A box for every node: small tensors in numbers, larger ones as heat maps; weights: variables in that colour."""
    return [_box(graph, index, node, weights) for index, node in enumerate(graph.nodes)]


def _box(graph: Graph, index: int, node: Node, weights: Collection[str]) -> Box:
    kind = "output" if index == graph.output else node.operation
    kind = kind if kind in ("output", "variable", "constant") else "operation"
    rows, columns = _plane(node.shape)
    form = "number" if node.shape == () else "cells" if max(rows, columns) <= MOST_CELLS else "heat"
    picture = (PICTURE, min(max(PICTURE * rows / columns, 16), PICTURE)) if form == "heat" else (0.0, 0.0)
    about = f"{node.name}, shape {words.shape_text(node.shape)}" if node.shape else node.name
    if node.inputs:
        about += f" = {words.spelled(node, [graph.nodes[source].name for source in node.inputs])}"
    tone = {"output": "loss", "variable": "weights" if node.name in weights else "data"}.get(kind, "")
    return Box(
        node.name, kind, tone, words.symbol(node), words.shape_text(node.shape) if node.shape else "", node.group, form,
        rows, columns, picture, graded=kind != "constant" and node.dtype.startswith("float"), about=about,
    )  # fmt: skip


def _plane(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of a tensor written on paper: the last axis goes across."""
    columns = shape[-1] if shape else 1
    return (int(np.prod(shape[:-1])) if len(shape) > 1 else 1), columns


def edges_of(graph: Graph) -> list[Edge]:
    """(source, target) of every edge, in the order of ``graph_words.edge_numbers``."""
    return [(source, target) for target, node in enumerate(graph.nodes) for source in node.inputs]


class Chosen(NamedTuple):
    """The node the reader chose, its paths to the output, and what flows back along each."""

    node: int
    paths: Paths
    parts: Sequence[Any]


def board(
    graph: Graph,
    found: Backward,
    *,
    version: str,
    variables: "Sequence[VariableData]" = (),
    notes: "Sequence[Said]" = (),
    chosen: Chosen | None = None,
    answered: str = "",
) -> "Data":
    """Everything the graph board shows of a graph at one set of values, as JSON.

    variables: of ``variable``. notes: {"node", "text"}, what is worth a warning. answered: the count of the message
    these values came with.
    """
    boxes = boxes_of(graph, [item["name"] for item in variables if item["weight"]])
    leaving = words.consumers(graph)
    back = [k for k in reversed(range(len(boxes))) if boxes[k].graded and found.adjoints[k] is not None]
    forth = [k for k, node in enumerate(graph.nodes) if node.inputs]
    return {
        "drawing": drawing(boxes, edges_of(graph), version=version),
        "output": graph.output,
        "values": [displayed(value, box) for value, box in zip(found.values, boxes, strict=True)],
        "gradients": [
            displayed(adjoint, box) if box.graded else None for adjoint, box in zip(found.adjoints, boxes, strict=True)
        ],
        "locals": [
            words.edge_text(graph, target, position, found) if boxes[source].graded else ""
            for target, node in enumerate(graph.nodes)
            for position, source in enumerate(node.inputs)
        ],
        "forward": [{"node": k, "text": words.forward_sentence(graph, k, found.values)} for k in forth],
        "backward": [{"node": k, "text": words.backward_sentence(graph, k, found, leaving[k])} for k in back],
        "tape": words.tape_lines(graph, tape(graph)),
        "variables": list(variables),
        "notes": list(notes),
        "paths": chosen and _paths(graph, found, chosen),
        "answered": answered,
    }


def _paths(graph: Graph, backward: Backward, chosen: Chosen) -> "PathsData":
    written = words.path_words(graph, chosen.node, backward, chosen.paths, chosen.parts)
    lines: list[Line] = [{"text": line.text, "edges": list(line.edges)} for line in written.lines]
    heading, total, note = written.heading, written.total, written.note
    return {"node": chosen.node, "heading": heading, "lines": lines, "total": total, "note": note}


def variable(graph: Graph, name: str, given: Variable) -> "VariableData":
    """A variable the reader may change: a slider if it is a single number, otherwise cells."""
    value = np.asarray(given.value, float)
    return {
        "name": name,
        "node": graph.index(name),
        "shape": list(value.shape),
        "low": given.low,
        "high": given.high,
        "weight": given.weight,
        "values": value.ravel().tolist(),
    }
