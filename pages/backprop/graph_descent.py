"""One step of descent on the graph's variables, the losses of the steps so far, and the way back."""

from typing import Any

import numpy as np
import streamlit as st

from engine.backprop.graph_backward import Backward, backward, gradients, step
from pages.backprop.graph_expression import Given
from pages.backprop.graph_variables import MOST
from pages.shell import share
from viz.backprop import graph_descent as graph_descent_viz
from viz.components.live_figure import live_figure
from viz.verbatim import verbatim

RATES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)


def descend(given: Given, known: dict[str, Any], names: list[str], count: int) -> None:
    """``count`` steps w -= learning_rate * gradient; they end where a number would leave the range of this page."""
    rate, graph, values = st.session_state.graph_rate, given.graph, known["values"]
    losses = known["losses"] or [float(backward(graph, values).values[graph.output])]
    known["refused"] = ""
    for _ in range(count):
        after = step(graph, values, learning_rate=rate, names=names)
        if not all(np.isfinite(value).all() and np.abs(value).max() <= MOST for value in after.values()):
            known["refused"] = (
                f"The next step would leave the numbers from −{MOST:,.0f} to {MOST:,.0f}; it was not taken."
            )
            break
        values = {name: np.asarray(value, np.float64) for name, value in after.items()}
        losses = [*losses, float(backward(graph, values).values[graph.output])]
    known |= {"values": values, "losses": losses}


def return_to_start(given: Given, known: dict[str, Any]) -> None:
    """The typed values again, and no steps."""
    known |= {"values": {name: item.value for name, item in given.variables.items()}, "losses": [], "refused": ""}


def descent(given: Given, known: dict[str, Any], found: Backward) -> None:
    """Learning rate, which variables move, the coming step in numbers, the buttons, and the losses beside them."""
    st.subheader("One step of descent", anchor=False)
    output = given.graph.nodes[given.graph.output]
    if output.shape:
        st.markdown(
            f"{verbatim(output.name)} has several numbers. Descent lowers one number: take the sum or the mean of it."
        )
        return
    left, right = st.columns(2)
    with left:
        weights = [name for name, item in given.variables.items() if item.weight] or list(given.variables)
        key = f"graph_moving_{'_'.join(given.variables)}"
        share.default(key, weights, set(given.variables).issuperset)
        names = st.multiselect("Variables that change", list(given.variables), key=key, persist_state="session")
        share.default("graph_rate", 0.1, RATES)
        st.select_slider("Learning rate", RATES, key="graph_rate", persist_state="session")
        lines = graph_descent_viz.step_words(
            known["values"], gradients(given.graph, found), names, st.session_state.graph_rate
        )
        st.markdown("\n".join(f"- {verbatim(line)}" for line in lines) or "Choose at least one variable.")
        columns = st.columns(3)
        buttons = (("Take the step", "graph_step", 1), ("Take 10 steps", "graph_ten", 10))
        for column, (label, name, count) in zip(columns, buttons, strict=False):
            column.button(label, key=name, on_click=descend, args=(given, known, names, count), disabled=not names)
        columns[2].button("Back to the start", key="graph_reset", on_click=return_to_start, args=(given, known))
    losses = known["losses"] or [float(found.values[given.graph.output])]
    with right:
        alt = f"{output.name} after each of {len(losses) - 1} steps, the last {losses[-1]:.4g}."
        live_figure(graph_descent_viz.losses_figure(losses, output.name), key="graph_losses", alt=alt, height=260)
        st.markdown(verbatim(graph_descent_viz.outcome(losses, output.name)))
        if known["refused"]:
            st.warning(known["refused"], icon=":material/warning:")
