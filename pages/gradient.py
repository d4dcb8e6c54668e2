"""Gradient: how a tiny model's loss answers to every entry of W; the way down; the naive search beside it."""

from typing import Any

import numpy as np
import streamlit as st

from engine import gradient
from engine.errors import InvalidInput
from engine.gradient import PROBLEMS, Problem
from engine.tensors import with_entry
from pages.sections import naive_search
from pages.shell import layout
from viz import gradient as viz
from viz.components.gradient_board import gradient_board
from viz.components.live_cells import live_cells
from viz.snippets import gradient as snippets

EDITABLE = {0: "x", 1: "weights", 3: "targets"}


def begin(problem: Problem) -> None:
    """This problem from now on; the version tells the board to start afresh."""
    polynomial = gradient.quadratic(problem.weights, problem.x, problem.targets)
    limit = gradient.rate_limit(polynomial)
    st.session_state.gradient_known = {
        "problem": problem, "polynomial": polynomial, "limit": limit, "rate": limit / 8, "start": problem.weights,
        # Two entries of one column: they share the inputs' errors of one output.
        "pair": (0, problem.weights.shape[1]),
        "version": st.session_state.get("gradient_known", {}).get("version", 0) + 1,
    }  # fmt: skip


def take_model() -> None:
    """The model chosen in the list."""
    st.session_state.gradient_error = ""
    begin(PROBLEMS[st.session_state.gradient_model])


def take_edit() -> None:
    """A number was typed into a cell of x, W or y_true; what is refused changes nothing."""
    edit: dict[str, Any] | None = st.session_state.gradient_cells.get("edit")
    st.session_state.gradient_error = ""
    if not edit:
        return
    problem, name = settled()["problem"], EDITABLE[edit["block"]]
    try:
        array = with_entry(getattr(problem, name), edit["index"], edit["text"]).astype(np.float64)
        begin(gradient.require(problem._replace(**{name: array})))
    except InvalidInput as error:
        st.session_state.gradient_error = str(error)


def settled() -> dict[str, Any]:
    """The problem with W, the two entries and the learning rate as the board last left them."""
    known = st.session_state.gradient_known
    sent = (st.session_state.get("gradient_board") or {}).get("settings")
    if sent and sent["version"] == known["version"]:
        weights = np.array(sent["weights"], np.float64).reshape(known["problem"].weights.shape)
        known["problem"] = gradient.require(known["problem"]._replace(weights=weights))
        known |= {"pair": tuple(sent["pair"]), "rate": float(sent["rate"])}
    return known


@st.fragment
def explore() -> None:
    """The model as cells, the board, and the code of one step."""
    st.session_state.setdefault("gradient_model", next(iter(PROBLEMS)))
    st.selectbox(
        "Model", list(PROBLEMS), format_func=lambda name: PROBLEMS[name].title, key="gradient_model",
        on_change=take_model, persist_state="session",
    )  # fmt: skip
    if "gradient_known" not in st.session_state:
        take_model()
    known = settled()
    problem = known["problem"]
    at = problem.weights, problem.x, problem.targets
    found = gradient.gradient(*at)
    live_cells(viz.model_scene(problem, found), key="gradient_cells", max_height=760, on_change=take_edit)
    st.markdown(viz.model_words(problem, found))
    with st.container():
        if refused := st.session_state.get("gradient_error"):
            st.error(refused[0].upper() + refused[1:], icon=":material/error:")
    board = viz.board(
        problem, found, known["polynomial"],
        slices=gradient.slices(*at, viz.slice_values(problem.weights)),
        pair=known["pair"],
        angles=gradient.directions(),
        slopes=gradient.slopes(*at, np.array(known["pair"]), gradient.directions()),
        limit=known["limit"],
        line=gradient.along(*at, viz.line_values(known["limit"])),
        largest=gradient.largest_rate(*at),
        rate=known["rate"],
        start=known["start"],
        version=known["version"],
    )  # fmt: skip
    gradient_board(board, key="gradient_board")
    layout.notice(
        "Each of the gradient's numbers: how fast the loss rises when that entry of W alone grows.",
        "None of the 36 directions is steeper than the gradient's own.",
        "The slope is true only near W: a large step overshoots the valley and ends higher than it began.",
    )
    layout.try_this(
        "Drag the point into the innermost line: both slopes are nearly 0.",
        "Set the learning rate a little above the marked one and take 10 steps. Then try half of it.",
        "Choose “Two inputs almost alike”: in the narrow valley the steps go across it.",
    )
    layout.code("gradient", snippets.step(problem, known["rate"]))


layout.opening(
    "Gradient",
    "A tiny model predicts `y_pred = matmul(x, W)`. Its **loss**, the mean squared difference from y_true, depends on "
    "every entry of W. The **gradient** holds the slope for each entry, and so has the shape of W. It points uphill: "
    "step against it, and the loss falls.",
)
explore()
naive_search.search()
