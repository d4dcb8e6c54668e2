"""Computation graph: any expression as boxes and edges, forward and backward, step by step; one step of descent."""

from typing import Any

import numpy as np
import streamlit as st

from engine.backprop.graph_backward import Backward, backward
from engine.backprop.graph_paths import path_adjoints, path_products, paths
from engine.backprop.graph_presets import PRESETS
from engine.backprop.graph_warnings import warnings
from engine.errors import InvalidInput
from pages.backprop.graph_descent import descent
from pages.backprop.graph_expression import Given, choose, current, seed, share_values, tree
from pages.backprop.graph_variables import taken
from pages.shell import layout, share
from viz.backprop import graph as graph_viz
from viz.backprop import graph_snippets as snippets
from viz.components.graph_board import Ask, graph_board

MOST_PATHS = 24
MOST_NOTES = 4
WORST_FIRST = ("value", "corner", "gradient")


def take_message(given: Given, known: dict[str, Any]) -> bool:
    """What the board asks, taken once. Whether values came to rest, so that the rest of the page must follow."""
    ask: Ask | None = (st.session_state.get("graph_board") or {}).get("ask")
    if not ask or ask["count"] == known["answered"]:
        return False
    known["answered"] = ask["count"]
    if ask["version"] != known["version"]:
        return False
    chosen = ask["chosen"]
    known["chosen"] = chosen if chosen is not None and 0 <= chosen < len(given.graph.nodes) else None
    known["refused"] = ""
    try:
        values = taken(given.variables, ask["values"])
    except InvalidInput as error:
        known["refused"] = str(error)
        return False
    moved = any((values[name] != known["values"][name]).any() for name in values)
    if moved:
        known |= {"values": values, "losses": [], "moved": True}
    return bool(ask["rest"] and known.pop("moved", False))


def chosen_paths(given: Given, known: dict[str, Any], found: Backward) -> graph_viz.Chosen | None:
    """The chosen box's paths to the result with what flows back along each."""
    node, graph = known["chosen"], given.graph
    if node is None:
        return None
    listed = paths(graph, node, limit=MOST_PATHS)
    local = [found.locals[edge.target][edge.position] for path in listed.paths for edge in path]
    if all(item is not None and np.ndim(item) == 0 for item in local) and not graph.nodes[graph.output].shape:
        return graph_viz.Chosen(node, listed, path_products(found.locals, listed))
    return graph_viz.Chosen(node, listed, path_adjoints(graph, known["values"], listed, seed=seed(graph)))


@share.fragment
def board(given: Given) -> None:
    """The graph at the present values; while a slider is dragged only this is computed anew."""
    known = current(given)
    settled = take_message(given, known)
    graph, values = given.graph, known["values"]
    found = backward(graph, values, seed=seed(graph))
    shown = graph_viz.board(
        graph,
        found,
        version=known["version"],
        chosen=chosen_paths(given, known, found),
        answered=known["answered"],
        variables=[
            graph_viz.variable(graph, name, item._replace(value=values[name])) for name, item in given.variables.items()
        ],
        notes=[
            {"node": note.node, "text": note.sentence}
            for note in sorted(warnings(graph, found), key=lambda note: WORST_FIRST.index(note.kind))[:MOST_NOTES]
        ],
    )
    graph_board({**shown, "refused": known["refused"]}, key="graph_board")
    share_values(known)
    if settled:
        st.rerun()


layout.opening(
    "Computation graph",
    "A **computation graph** draws an expression as single operations: values flow down the edges to the result. The "
    "**backward pass** runs them upward; each carries a **local derivative**, ∂: how fast the box below changes with "
    "the one above, all else held still. Their product along a path, added over all paths, is the **gradient**, d: "
    "how fast the result changes in all. This is the graph JAX itself computes with.",
)
given = choose()
with st.container():
    if given.preset:
        st.markdown(PRESETS[st.session_state.graph_preset].teaches)
board(given)
known = current(given)
descent(given, known, backward(given.graph, known["values"], seed=seed(given.graph)))
layout.notice(
    "The backward pass visits the boxes in the opposite order.",
    "Where several edges leave a box, their products are added on the way back.",
    "No box knows the whole expression: its local derivative, times what arrives from below, is all it passes on.",
)
layout.try_this(
    "Take `x = 2, w = 3, b = 1, y_true = 4`: the loss is 3, the gradient 2 for w and 1 for b.",
    "Take `x = 3, w = 2, b = 3, y_true = 8`: the loss is 1. Now raise y_true above 9: both signs turn.",
    "Choose “One variable on several paths” and click x: three products, and their sum is the gradient.",
    "Type `log(x) / x` and set x to 0.",
)
layout.code(
    "graph",
    snippets.programs(given.graph, tree(given), known["values"]),
    note="NumPy writes the chain rule out, one line for each box; JAX finds the same gradients by itself.",
)
