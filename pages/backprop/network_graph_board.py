"""The board of the network's graph with its groups to open and close, and both jaxprs paired below it."""

from functools import wraps
from typing import Any

import streamlit as st

from engine.backprop.network_graph import GROUPS
from engine.backprop.network_graph_units import paired, printed
from pages.backprop.network_graph_input import Given, Pass, measured
from pages.shell import session as shell
from pages.shell import share
from viz.backprop import network_graph as network_graph_viz
from viz.backprop import network_graph_words as words
from viz.components.graph_board import Ask, graph_board

POLL_SECONDS = 1.0


def follow(part: Any, given: Given) -> None:
    """``part(given)`` as a fragment; while the reader's run goes on, once a second with the newest weights."""
    polling = shell.current().training and given.kept is None

    @wraps(part)
    def again() -> None:
        if polling and not shell.current().training:
            st.rerun()
        part(given)

    share.fragment(again, run_every=POLL_SECONDS if polling else None)()


def board(given: Given) -> None:
    """The board, what was chosen in it, and the two jaxprs."""
    known = share.parts("network_graph_known", {"opened": (), "chosen": None}, {"opened": set(GROUPS).issuperset})
    for name in ("answered", "version"):
        known.setdefault(name, "")
    take_message(known)
    now = measured(given)
    version = f"{given.samples} {now.hidden_units} {'+'.join(known['opened'])}"
    if version != known["version"]:
        known |= {"version": version} | ({"chosen": None} if known["version"] else {})
    st.markdown(f"{given.sentence}. Weights: {now.sentence}.")
    with st.container(horizontal=True):
        st.button("Expand all", key="network_graph_expand", on_click=known.update, args=({"opened": GROUPS},))
        st.button("Collapse all", key="network_graph_collapse", on_click=known.update, args=({"opened": ()},))
    rows = words.pairs_of(now.graph, paired(samples=given.samples, hidden_units=now.hidden_units))
    backward_of = {row.node: "; ".join(row.backward) for row in rows}
    shown = network_graph_viz.board(
        now.graph,
        now.found,
        opened=known["opened"],
        version=version,
        chosen=known["chosen"],
        equations=[backward_of.get(k, "") for k in range(len(now.graph.nodes))],
        notes=words.trouble(now.graph, now.found),
        answered=known["answered"],
    )
    graph_board(shown, key="network_graph_board")
    st.caption(
        "Press + in a box to open it. The number on an edge is the norm (root of the sum of squares) of the gradient "
        "that flows back along it; the line is one step thicker for every factor of ten, from 0.0001 to 100. Blue is "
        "positive, brown or orange negative; each picture has its own scale. “13×8 max”: of each block of that size, "
        "the number farthest from 0 is drawn."
    )
    jaxprs(given, now, rows)


def take_message(known: dict[str, Any]) -> None:
    """What the board asks, taken once: a group opened or closed, a box chosen."""
    ask: Ask | None = (st.session_state.get("network_graph_board") or {}).get("ask")
    if not ask or ask["count"] == known["answered"]:
        return
    known["answered"] = ask["count"]
    if ask["version"] != known["version"]:
        return
    if ask["toggle"] in GROUPS:
        known["opened"] = tuple(g for g in GROUPS if (g in known["opened"]) != (g == ask["toggle"]))
    else:
        known["chosen"] = ask["chosen"]


def jaxprs(given: Given, now: Pass, rows: list[words.Pair]) -> None:
    """The loss and its gradient, equation beside equation; JAX's own text of both."""
    st.subheader("The gradient’s own jaxpr, beside the loss’s", anchor=False)
    st.markdown(
        "A *jaxpr* is JAX’s list of a function's operations. The gradient is a function too: first it repeats the "
        "loss, then it goes back. Each row pairs an operation with the equations that pass its gradient on. g1, g2, … "
        "are gradients; r1, r2, … are kept on the way down for the way back. The row of the box chosen is shaded."
    )
    chosen, parts = st.session_state.network_graph_known["chosen"], network_graph_viz.parts_of(now.graph, _opened())
    members = parts[chosen].members if chosen is not None and chosen < len(parts) else ()
    with st.container(height=430):
        st.html(words.pairs_html(rows, now.found, members))
    with st.expander("As JAX prints them"):
        texts = printed(samples=given.samples, hidden_units=now.hidden_units)
        for column, title, text in zip(st.columns(2), ("The loss", "Loss and gradient"), texts, strict=True):
            column.markdown(f"**{title}**")
            column.code(text, language=None, height=420)


def _opened() -> tuple[str, ...]:
    return st.session_state.network_graph_known["opened"]
