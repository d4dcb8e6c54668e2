"""Two vectors and their sum, head to tail, dragged on the plane."""

from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from engine.errors import InvalidInput
from engine.geometry import geometry
from pages.shell import layout, share
from viz.components.plane_board import plane_board
from viz.geometry import geometry as geometry_viz
from viz.geometry import geometry_snippets as snippets

BEGINNING = {"A": [0.5, 1.0], "B": [1.0, 0.25], "order": "first"}


def begin() -> None:
    """The vectors of the beginning; the version tells the board."""
    version = st.session_state.geometry_vectors_known["version"] + 1
    st.session_state.geometry_vectors_known = BEGINNING | {"version": version}


def settled() -> dict[str, Any]:
    """The vectors and the order as the board last left them; what is refused changes nothing."""
    checks = {"order": geometry_viz.ORDERS} | {name: partial(geometry.require_vector, name) for name in "AB"}
    known = share.parts("geometry_vectors_known", BEGINNING, checks)
    known.setdefault("version", 1)
    sent = (st.session_state.get("geometry_vectors_board") or {}).get("settings")
    if sent and sent["version"] == known["version"] and sent["order"] in geometry_viz.ORDERS:
        with suppress(InvalidInput):
            A, B = (geometry.require_vector(name, sent[name]).tolist() for name in ("A", "B"))
            known |= {"A": A, "B": B, "order": sent["order"]}
    return known


@share.fragment
def show() -> None:
    """The board and the code of the sum."""
    known = settled()
    A, B = (geometry.require_vector(name, known[name]) for name in ("A", "B"))
    st.header("Adding vectors", anchor=False)
    st.markdown(
        "A **vector** of two numbers is a point of the plane, or an arrow to it from the **origin**, the point [0, 0]. "
        "To add B to A, begin B at the head of A. Drag the heads, or type numbers."
    )
    board = geometry_viz.vectors_board(A, B, geometry.add(A, B), order=known["order"], version=known["version"])
    plane_board(board, key="geometry_vectors_board")
    st.button("A = [0.5, 1], B = [1, 0.25]", key="geometry_vectors_begin", on_click=begin)
    layout.notice("In either order the sum is the same: the four arrows form a parallelogram.")
    layout.code("geometry_vectors", snippets.sum_code(A, B))
