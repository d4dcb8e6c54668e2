"""Stacked layers: a chain of layers of the plane, the single layer it equals, or the proof that there is none."""

from typing import Any

import streamlit as st

from engine.errors import InvalidInput
from engine.geometry import layer_stack
from engine.geometry.layer_stack import CHAINS, PLACES, Chain
from pages.shell import layout, share
from pages.shell.refusal import refuse
from viz.components.stack_board import stack_board
from viz.geometry import layer_stack as layer_stack_viz
from viz.geometry import layer_stack_snippets as snippets


def begin() -> None:
    """The chain chosen in the list; the version tells the board to start afresh."""
    known = st.session_state.get("layer_stack_known", {"version": 0, "tolerance": layer_stack_viz.TOLERANCES[2]})
    chain = CHAINS[st.session_state.layer_stack_chain][1]
    st.session_state.layer_stack_known = known | {"chain": chain, "selected": 0, "version": known["version"] + 1}


def shared() -> dict[str, Any]:
    """What the link says of the chain in the list; taken over when the page is opened."""
    usual = {
        "layers": layer_stack_viz.layers(CHAINS[st.session_state.layer_stack_chain][1]),
        "selected": 0,
        "tolerance": layer_stack_viz.TOLERANCES[2],
    }
    linked = share.parts(
        "layer_stack_link", usual, {"layers": layer_stack.chain_of, "tolerance": layer_stack_viz.TOLERANCES}
    )
    if "layer_stack_known" not in st.session_state:
        begin()
        chain, selected = layer_stack.chain_of(linked["layers"]), linked["selected"]
        if selected not in range(len(chain.activations)):
            raise InvalidInput(f"the selected layer must be one of the {len(chain.activations)}; {selected} is not.")
        st.session_state.layer_stack_known |= linked | {"chain": chain}
    return linked


def settled() -> dict[str, Any]:
    """The chain, the selected layer and the tolerance as the board last left them; what is refused changes nothing."""
    known = st.session_state.layer_stack_known
    sent = (st.session_state.get("layer_stack_board") or {}).get("settings")
    if sent and sent["version"] == known["version"]:
        chain = layer_stack.chain_of(sent["layers"])
        known |= {"chain": chain, "selected": int(sent["selected"]), "tolerance": float(sent["tolerance"])}
    return known


def show_code(chain: Chain, place: str, tolerance: float) -> None:
    """The chain and the single layer as programs."""
    layout.code(
        "layer_stack",
        snippets.chain_code(chain, place, tolerance),
        note="NumPy and JAX compute in 64 bits here, Keras in its usual 32: its distances show that rounding.",
    )


@share.fragment
def explore() -> None:
    """Choose a chain and points; the board; the code."""
    left, right = st.columns(2)
    share.default("layer_stack_chain", next(iter(CHAINS)), CHAINS)
    share.default("layer_stack_place", "all", PLACES)
    left.selectbox(
        "Start from",
        list(CHAINS),
        format_func=lambda name: CHAINS[name][0],
        key="layer_stack_chain",
        on_change=begin,
        persist_state="session",
    )
    place = right.segmented_control(
        "200 sample points",
        list(PLACES),
        format_func=lambda name: PLACES[name][0],
        key="layer_stack_place",
        wrap=True,
        required=True,
        persist_state="session",
    )
    linked = shared()
    with st.container():
        try:
            known = settled()
        except InvalidInput as error:
            refuse(error)
            known = st.session_state.layer_stack_known
    linked |= {
        "layers": layer_stack_viz.layers(known["chain"]),
        "selected": known["selected"],
        "tolerance": known["tolerance"],
    }
    chain, points = known["chain"], layer_stack.cloud(place)
    board = layer_stack_viz.board(
        chain,
        points,
        layer_stack.examine(chain, points),
        corners=layer_stack.corners(),
        fitter=layer_stack.fitter(points),
        random=[layer_stack.random_affine(seed) for seed in range(layer_stack.SEEDS)],
        selected=known["selected"],
        tolerance=known["tolerance"],
        version=known["version"],
    )
    stack_board(board, key="layer_stack_board")
    layout.notice(
        "Without activations the dashed outline lies exactly on the chain's picture: depth alone adds nothing.",
        "relu and tanh bend straight lines of the grid, and no W @ x + b can.",
    )
    layout.try_this(
        "Give layer 1 relu, read the proof, and find a, m and c in the picture.",
        "Choose “A small patch”, then “Two folds”: a network with relu is affine in pieces.",
        "Type `0` into all four entries of W: everything after that layer is a single point.",
    )
    show_code(chain, place, known["tolerance"])


layout.opening(
    "Stacked layers",
    "A dense layer computes `activation(W @ x + b)`. W @ x + b alone is **affine**: straight lines stay straight. "
    "Without **activations** (functions applied to every number, such as relu or tanh) a whole stack of layers is one "
    "affine layer. With them it usually is not, and that is what depth is for.",
)
explore()
