"""Gradient: how a tiny model's loss answers to every entry of W; the way down; the naive search beside it."""

from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from engine.descent import gradient
from engine.descent.gradient import PROBLEMS, Problem
from engine.errors import InvalidInput
from engine.tensors.tensors import with_entry
from pages.descent import naive_search
from pages.shell import layout, share
from pages.shell.refusal import refuse
from viz.components.gradient_board import gradient_board
from viz.components.live_cells import Edit, live_cells
from viz.descent import gradient as gradient_viz
from viz.descent import gradient_snippets as snippets

EDITABLE = {0: "x", 1: "weights", 3: "targets"}


def beginning(problem: Problem) -> dict[str, Any]:
    """The problem, its loss as a polynomial, where the board begins."""
    polynomial = gradient.quadratic(problem.weights, problem.x, problem.targets)
    limit = gradient.rate_limit(polynomial)
    return {
        "problem": problem,
        "polynomial": polynomial,
        "limit": limit,
        "rate": limit / 8,
        "start": problem.weights,
        # Two entries of one column: they share the inputs' errors of one output.
        "pair": (0, problem.weights.shape[1]),
    }


def begin(problem: Problem) -> None:
    """This problem from now on; the version tells the board to start afresh."""
    version = st.session_state.get("gradient_known", {}).get("version", 0) + 1
    st.session_state.gradient_known = beginning(problem) | {"version": version}


def entries(known: dict[str, Any]) -> dict[str, Any]:
    """What a link says of the model: all its numbers, the W it began with, the two entries, the learning rate."""
    problem = known["problem"]
    arrays = {"x": problem.x, "W": problem.weights, "y_true": problem.targets, "began": known["start"]}
    return {name: array.tolist() for name, array in arrays.items()} | {"pair": known["pair"], "rate": known["rate"]}


@cache
def usual(model: str) -> dict[str, Any]:
    """The same for a model as the list has it."""
    return entries(beginning(PROBLEMS[model]))


def shared() -> dict[str, Any]:
    """What the link says of the model in the list; taken over when the page is opened."""
    model = st.session_state.gradient_model
    checks = {"rate": lambda rate: 0 < rate <= 1_000}
    linked = share.parts("gradient_link", usual(model), checks)
    if "gradient_known" not in st.session_state:
        take_model()
        if linked != usual(model):
            x, targets, began, weights = (np.array(linked[name], np.float64) for name in ("x", "y_true", "began", "W"))
            take_link(x, targets, began, weights, linked)
    return linked


def take_link(x: np.ndarray, targets: np.ndarray, began: np.ndarray, weights: np.ndarray, linked: dict) -> None:
    """The model with the numbers of a link; InvalidInput where they do not fit each other."""
    begin(gradient.require(PROBLEMS[st.session_state.gradient_model]._replace(x=x, targets=targets, weights=began)))
    known = st.session_state.gradient_known
    if weights.shape != began.shape or not all(0 <= entry < weights.size for entry in linked["pair"]):
        raise InvalidInput(f"“W” has the shape {began.shape}; {weights.shape} and the entries {linked['pair']} came.")
    problem = gradient.require(known["problem"]._replace(weights=weights))
    known |= {"problem": problem, "pair": linked["pair"], "rate": linked["rate"]}


def take_model() -> None:
    """The model chosen in the list."""
    st.session_state.gradient_error = ""
    begin(PROBLEMS[st.session_state.gradient_model])


def take_edit() -> None:
    """A number was typed into a cell of x, W or y_true; what is refused changes nothing."""
    edit: Edit | None = st.session_state.gradient_cells.get("edit")
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


@share.fragment
def explore() -> None:
    """The model as cells, the board, and the code of one step."""
    share.default("gradient_model", next(iter(PROBLEMS)), PROBLEMS)
    st.selectbox(
        "Model",
        list(PROBLEMS),
        format_func=lambda name: PROBLEMS[name].title,
        key="gradient_model",
        on_change=take_model,
        persist_state="session",
    )
    linked = shared()
    known = settled()
    linked |= entries(known)
    problem = known["problem"]
    at = problem.weights, problem.x, problem.targets
    found = gradient.gradient(*at)
    live_cells(gradient_viz.model_scene(problem, found), key="gradient_cells", max_height=760, on_change=take_edit)
    st.markdown(gradient_viz.model_words(problem, found))
    with st.container():
        if refused := st.session_state.get("gradient_error"):
            refuse(refused)
    board = gradient_viz.board(
        problem,
        found,
        known["polynomial"],
        slices=gradient.slices(*at, gradient_viz.slice_values(problem.weights)),
        pair=known["pair"],
        angles=gradient.directions(),
        slopes=gradient.slopes(*at, np.array(known["pair"]), gradient.directions()),
        limit=known["limit"],
        line=gradient.along(*at, gradient_viz.line_values(known["limit"])),
        largest=gradient.largest_rate(*at),
        rate=known["rate"],
        start=known["start"],
        version=known["version"],
    )
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
