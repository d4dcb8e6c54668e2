"""What the reader does to which tensor: examples, text boxes, and sentences for what does not fit."""

from collections.abc import Mapping
from itertools import permutations
from typing import cast

import numpy as np
import streamlit as st

from engine.operations import reshaping_steps
from engine.operations.reshaping import resolve, shown
from pages.shell import share
from pages.shell.typed import typed

OPERATIONS = ("Reshape", "Transpose", "Both")
PRESETS = {
    "The matrix of the book": ("[[0, 1], [2, 3], [4, 5]]", "Reshape", "(6, 1), (2, 3)"),
    "Flatten a 12 × 12 matrix": ("(12, 12)", "Reshape", "-1"),
    "Transpose (300, 20)": ("(300, 20)", "Transpose", "-1"),
    "Reorder three axes": ("(2, 3, 4)", "Transpose", "-1"),
    "A copy: transpose, then flatten": ("(3, 4)", "Both", "-1"),
    "Weights W2, transposed": ("W2", "Transpose", "-1"),
    "Hidden activations in 16 rows": ("hidden", "Reshape", "(16, -1)"),
    "A batch of digits as images": ("batch", "Reshape", "(128, 28, 28)"),
}
FIRST = "The matrix of the book"


def take_preset() -> None:
    """The chosen example in all the controls."""
    text, operation, target = PRESETS[st.session_state.reshaping_preset]
    state = st.session_state
    state.reshaping_source, state.reshaping_operation, state.reshaping_target = text, operation, target
    # The corner of a batch of digits is all zeros: numbers tell its pixels apart.
    state.reshaping_numbered = text == "batch"


def flatten() -> None:
    """The target shape of a flat vector."""
    st.session_state.reshaping_target = "-1"


def ask(real: Mapping[str, np.ndarray]) -> tuple[reshaping_steps.Source, tuple[reshaping_steps.Step, ...]]:
    """The source and its steps as typed; what does not fit is said, and the last that did stays."""
    first_source, first_operation, first_target = PRESETS[FIRST]
    share.default("reshaping_preset", FIRST, PRESETS)
    share.default("reshaping_operation", first_operation, OPERATIONS)
    st.selectbox(
        "Start from an example", list(PRESETS), key="reshaping_preset", on_change=take_preset, persist_state="session"
    )
    source = typed(
        "x: values in lists, or a shape",
        lambda text: reshaping_steps.parse_source(text, real),
        key="reshaping_source",
        default=first_source,
        help=f"`[[0, 1], [2, 3]]` are values; `(300, 20)` is a shape, filled with 0, 1, 2 and so on. "
        f"Real tensors: {', '.join(real)}.",
    )
    operation = st.segmented_control(
        "Operation (both: transpose first)",
        OPERATIONS,
        key="reshaping_operation",
        wrap=True,
        required=True,
        persist_state="session",
    )
    order, targets = None, cast(tuple[tuple[int, ...], ...], ())
    with st.container():
        if operation != "Reshape":
            order = ask_order(len(source.shape))
        if operation != "Transpose":
            shape = source.shape if order is None else tuple(source.shape[axis] for axis in order)
            targets = ask_targets(shape, first_target)
    return source, reshaping_steps.walk(source.shape, source.dtype.itemsize, order=order, targets=targets)


def ask_order(rank: int) -> tuple[int, ...]:
    """All orders to choose from up to rank 3; beyond, one is typed."""
    label, key = "Axis order: which old axis each new axis is", f"reshaping_order_{rank}"
    backward = tuple(reversed(range(rank)))
    if rank > 3:
        return typed(label, lambda text: reshaping_steps.parse_order(text, rank), key=key, default=shown(backward))
    orders = list(permutations(range(rank)))
    share.default(key, backward, orders)
    return st.selectbox(label, orders, key=key, format_func=shown, persist_state="session")


def ask_targets(shape: tuple[int, ...], first: str) -> tuple[tuple[int, ...], ...]:
    """One target shape, or several in a row, each of which must hold all elements."""

    def fitting(text: str) -> tuple[tuple[int, ...], ...]:
        targets = reshaping_steps.parse_targets(text)
        for target in targets:
            resolve(shape, target)
        return targets

    found = typed(
        "Target shape, or several in a row",
        fitting,
        key="reshaping_target",
        default="-1",
        first=first,
        help="`(2, 3)`, or `(6, 1), (2, 3)`. One size of each may be -1: whatever is left.",
    )
    st.button("Flatten", key="reshaping_flatten", on_click=flatten, icon=":material/linear_scale:")
    return found
