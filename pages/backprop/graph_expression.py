"""What the graph is of: a preset or a typed expression, its variables, and the values they have now."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from engine.backprop.graph import Graph
from engine.backprop.graph_expressions import parse, parse_graph
from engine.backprop.graph_presets import PRESETS, Variable
from engine.errors import InvalidInput
from engine.typed.expressions import name_tex, tex
from pages.backprop.graph_variables import parse_variables, require_numbers, written
from pages.shell import share
from pages.shell.typed import typed

FIRST = next(iter(PRESETS))
MOST_LOSSES = 200


class Given(NamedTuple):
    """text: the expression. variables: as typed, with their ranges. graph: of the expression. output: its name.

    preset: whether all is as the chosen preset has it.
    """

    text: str
    variables: dict[str, Variable]
    graph: Graph
    output: str
    preset: bool


def take_preset() -> None:
    """The preset chosen in the list goes into both boxes."""
    preset = PRESETS[st.session_state.graph_preset]
    st.session_state.graph_text = preset.text
    st.session_state.graph_values = written(preset.variables)
    st.session_state.graph_start = None


def choose() -> Given:
    """The list of presets and the two boxes; what is refused leaves the last accepted text in force."""
    share.default("graph_preset", FIRST, PRESETS)
    st.selectbox(
        "Preset",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title,
        key="graph_preset",
        on_change=take_preset,
        persist_state="session",
    )
    preset = PRESETS[st.session_state.graph_preset]
    left, right = st.columns(2)
    with right:
        variables = typed(
            "Variables and their values",
            parse_variables,
            key="graph_values",
            default=written(preset.variables),
            help="Name = value, separated by commas. A value may be a list: W = "
            "[[1, 2], [3, 4]]. Every name in the expression must be here.",
            still="The picture still follows",
        )
    variables = {
        # A preset knows better ranges than the numbers alone tell.
        name: preset.variables[name]._replace(value=variable.value)
        if _fits(preset.variables.get(name), variable)
        else variable
        for name, variable in variables.items()
    }
    output = preset.output
    while output in variables:
        output += "_"

    def read(text: str) -> tuple[str, Graph]:
        return text, parse_graph(text, {name: item.value for name, item in variables.items()}, output=output)

    with left:
        text, graph = _expression(read, preset.text, variables, output)
    as_offered = text == preset.text and written(variables) == written(preset.variables)
    return Given(text, variables, graph, output, as_offered)


def _fits(known: Variable | None, variable: Variable) -> bool:
    """Whether a preset's variable of this name has this shape, and its range holds the values."""
    if known is None or known.value.shape != variable.value.shape:
        return False
    return bool((variable.value >= known.low).all() and (variable.value <= known.high).all())


def _expression(read: Callable, default: str, variables: dict[str, Variable], output: str) -> tuple[str, Graph]:
    """The box of the expression; without a variable it needs no last text holds either, so their sum is shown."""
    fallback = " + ".join(f"sum({name})" if item.value.ndim else name for name, item in variables.items())
    try:
        read(st.session_state.get("graph_text_accepted", default))
    except InvalidInput:
        st.session_state.graph_text_accepted = default = fallback
    return typed(
        "Expression",
        read,
        key="graph_text",
        default=default,
        help="Numbers, variables, + − * / ** @, brackets, "
        "sin, exp, log, sqrt, abs, tanh, relu, sigmoid, softmax, crossentropy, maximum, sum, mean and others.",
        tex=lambda found: rf"{name_tex(output)} = {tex(parse(found[0], tuple(variables)))}",
    )


def current(given: Given) -> dict[str, Any]:
    """What the page keeps: the values now, the box chosen, the losses of the steps so far.

    Begins anew at the typed values whenever these, or the names and shapes, change.
    """
    start = tuple((name, item.value.shape, item.value.tobytes()) for name, item in given.variables.items())
    typed_values = {name: item.value for name, item in given.variables.items()}
    usual = {"now": {name: value.tolist() for name, value in typed_values.items()}, "chosen": None, "losses": []}
    checks: dict[str, share.Check] = {
        "now": partial(now_of, typed_values),
        "chosen": [None, *range(len(given.graph.nodes))],
        "losses": lambda losses: bool(np.isfinite(losses).all()),
    }
    linked = share.parts("graph_link", usual, checks)
    state = st.session_state
    if state.get("graph_start") != start:
        state.graph_known = {"values": typed_values, "chosen": None, "answered": "", "losses": [], "refused": ""}
        if "graph_start" not in state:
            state.graph_known |= {
                "values": now_of(typed_values, linked["now"]),
                "chosen": linked["chosen"],
                "losses": linked["losses"],
            }
        state.graph_start = start
    known = state.graph_known
    # Ranges of sliders and shapes of boxes: whatever the picture is built from.
    version = repr(
        (
            given.text,
            given.output,
            [(name, item.value.shape, item.low, item.high, item.weight) for name, item in given.variables.items()],
        )
    )
    if known.setdefault("version", version) != version:
        known |= {"version": version, "chosen": None, "losses": [], "refused": ""}
    share_values(known)
    return known


def now_of(typed_values: Mapping[str, np.ndarray], now: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Values of a link as arrays; InvalidInput where they do not belong to these variables."""
    values = {name: np.array(now[name], np.float64) for name in typed_values}
    for name, value in values.items():
        if value.shape != typed_values[name].shape:
            raise InvalidInput(f"“{name}” has the shape {typed_values[name].shape}; {value.shape} came.")
        require_numbers(name, value)
    return values


def share_values(known: Mapping[str, Any]) -> None:
    """The address says what the variables are now, which box is chosen, and the losses of the steps so far."""
    st.session_state.graph_link = {
        "now": {name: value.tolist() for name, value in known["values"].items()},
        "chosen": known["chosen"],
        "losses": [float(f"{loss:.6g}") for loss in known["losses"][-MOST_LOSSES:]],
    }


def tree(given: Given) -> Any:
    """The typed expression as a tree, for its code."""
    return parse(given.text, tuple(given.variables))


def seed(graph: Graph) -> np.ndarray | None:
    """What the backward pass starts from: 1, and for a result of several numbers a 1 for each."""
    shape = graph.nodes[graph.output].shape
    return np.ones(shape) if shape else None
