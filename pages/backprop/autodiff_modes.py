"""Forward and reverse mode: one Jacobian by columns and by rows, what each way costs, and why networks use reverse."""

from typing import Any

import streamlit as st

from engine.backprop import autodiff_modes as modes
from engine.backprop.autodiff_modes import EXAMPLES, Problem
from pages.backprop.autodiff_modes_times import measured, real_network
from pages.shell import layout, share
from viz.backprop import autodiff_modes as autodiff_modes_viz
from viz.backprop import autodiff_modes_snippets as snippets
from viz.components.live_cells import live_cells

SIZES = [1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 128, 256, 512]
KEPT: dict[str, Any] = {"persist_state": "session"}


def choose() -> Problem:
    """The example and its sizes; a size the example fixes cannot be moved."""
    state = st.session_state
    share.default("autodiff_modes_example", "dense", EXAMPLES)
    share.default("autodiff_modes_inputs", 6, SIZES)
    share.default("autodiff_modes_outputs", 4, SIZES)
    name = st.selectbox(
        "Function", list(EXAMPLES), format_func=lambda key: EXAMPLES[key].title, key="autodiff_modes_example", **KEPT
    )
    fixed = EXAMPLES[name].fixed
    for column, side, size in zip(st.columns(2, gap="large"), ("inputs", "outputs"), fixed, strict=True):
        label = f"{side.capitalize()}: {size} in this example" if size else side.capitalize()
        column.select_slider(label, SIZES, key=f"autodiff_modes_{side}", disabled=bool(size), **KEPT)
    return modes.problem(name, state.autodiff_modes_inputs, state.autodiff_modes_outputs)


@share.fragment
def explore() -> None:
    """The Jacobian filled in both ways, the counts, the times, the code."""
    asked = choose()
    st.markdown(autodiff_modes_viz.problem_words(asked))
    found = modes.counts(asked)
    live_cells(autodiff_modes_viz.scene(asked, modes.jacobians(asked)), key="autodiff_modes_jacobian", max_height=760)
    st.markdown(autodiff_modes_viz.counts_table(found))
    st.markdown(autodiff_modes_viz.winner_words(asked, found))
    st.caption(
        "Counted in JAX’s own list of operations (the jaxpr): each number of an element-wise result counts 1, a sum "
        "of k numbers k − 1, a multiply–add 2. Moving numbers, and what the result does not need, counts 0."
    )
    measured(asked)
    layout.notice(
        "Both ways end in the same numbers; only the order of the products differs.",
        "Reverse mode must remember values of the way forward.",
    )
    layout.try_this(
        "Take the sum of squares with 512 inputs, then the curve with 512 outputs: compare passes and operations.",
        "Take the dense layer and move the two sizes past each other: the winner changes.",
    )
    layout.code("autodiff_modes", snippets.jacobian(asked))


layout.opening(
    "Forward and reverse",
    "The chain rule can be multiplied from either end. **Forward mode** (`jvp`) starts at an input: one pass tells how "
    "*all outputs* answer to *one input*. **Reverse mode** (`vjp`) starts at an output: one pass tells how *one "
    "output* answers to *all inputs*.",
)
explore()
real_network()
