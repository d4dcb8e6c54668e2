"""Gradient check of a variable of a typed formula: the same three methods and the same U-curve."""

from typing import Any

import streamlit as st

from engine.backprop import gradient_check_formula as check
from engine.backprop.gradient_check import EPSILONS, Sweep
from engine.backprop.gradient_check_chain import steps
from engine.backprop.gradient_check_formula import VARIABLES
from engine.errors import InvalidInput
from engine.typed import expressions
from engine.typed.expressions import Expression
from pages.backprop.gradient_check_weight import curve
from pages.shell import layout, share
from pages.shell.refusal import refuse
from pages.shell.typed import typed, typed_number
from viz.backprop import gradient_check_snippets as snippets
from viz.backprop import gradient_check_words as words

PRESETS = {
    "A smooth one": ("sin(x*y) + exp(-x)", 0.5, 0.8),
    "The syllabus’s loss": ("abs(relu(x*y + 1) - 4)", 2.0, 3.0),
    "Near a corner": ("relu(x - 1) + y^2", 1.01, 0.5),
    "A large number in the way": ("(10000 + x*y) - 10000", 0.7, 0.3),
    "A straight line": ("3x + 2y", 1.0, 1.0),
}
KEPT: dict[str, Any] = {"persist_state": "session"}


def take_preset() -> None:
    """The chosen formula and its point into the boxes."""
    state = st.session_state
    state.gradient_check_text, state.gradient_check_x, state.gradient_check_y = PRESETS[state.gradient_check_preset]
    state.gradient_check_variable = "x"


@share.fragment
def formula() -> None:
    """Type a formula of x and y, choose the point and the variable."""
    st.header("A variable of any formula", anchor=False)
    first_text, first_x, first_y = PRESETS[share.default("gradient_check_preset", next(iter(PRESETS)), PRESETS)]
    st.selectbox("Example", list(PRESETS), key="gradient_check_preset", on_change=take_preset, **KEPT)
    expression = typed(
        "f(x, y) =",
        lambda text: expressions.parse(text, VARIABLES),
        key="gradient_check_text",
        default=first_text,
        tex=lambda tree: rf"f({', '.join(VARIABLES)}) = {expressions.tex(tree)}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        share.default("gradient_check_x", first_x)
        share.default("gradient_check_y", first_y)
        x = typed_number("x", key="gradient_check_x", width=150)
        y = typed_number("y", key="gradient_check_y", width=150)
        share.default("gradient_check_variable", "x", VARIABLES)
        variable = st.segmented_control(
            "Derivative with respect to", VARIABLES, wrap=True, key="gradient_check_variable", required=True, **KEPT
        )
    # Not the last table that could be made: it would be another function's.
    try:
        sweep = check.sweep(expression, (x, y), variable)
    except InvalidInput as error:
        refuse(error)
        return
    show(expression, (x, y), variable, sweep)


def show(expression: Expression, point: tuple[float, float], variable: str, sweep: Sweep) -> None:
    """The methods side by side, the chain rule part by part, the U-curve, the code."""
    place = dict(zip(VARIABLES, point, strict=True))
    parts = steps(expression, place, variable)
    by_hand = parts[-1].slope if parts else sweep.slope
    st.markdown(words.table(sweep, by_hand))
    st.markdown(words.verdict(sweep, by_hand))
    with st.expander("The chain rule by hand, part by part", expanded=True):
        st.markdown(words.steps_table(parts, variable, sweep))
    curve("formula", sweep)
    code = snippets.variable(expression, place, variable, epsilon=float(EPSILONS[sweep.chosen]))
    layout.code("gradient_check_formula", code)
