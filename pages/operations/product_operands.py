"""The two tensors of a product: examples, text boxes, numbers changed in the picture, and what does not fit."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from engine.operations import product
from engine.operations.product import Operand
from engine.tensors.tensors import literal, typeable, with_entry
from engine.typed.literals import parse_array
from pages.shell import share
from pages.shell.refusal import refuse
from pages.shell.typed import typed
from viz.components.live_cells import Edit

RANK_4 = "[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[1, 0], [0, 1]], [[2, 1], [1, 2]]]]"
EXAMPLES = {
    "Vector · vector": ("[1, 2, 3]", "[4, 5, 6]"),
    "Matrix · vector": ("[[1, 2, 3], [4, 5, 6]]", "[1, 0, -1]"),
    "Matrix · matrix": ("[[1, 2, 3], [4, 5, 6]]", "[[7, 8], [9, 10], [11, 12]]"),
    "Two square matrices": ("[[1, 2], [3, 4]]", "[[0, 1], [1, 0]]"),
    "12 × 12 times 12 × 12": (
        str([[row * column % 10 for column in range(12)] for row in range(12)]),
        str([[(row + 2 * column) % 7 - 3 for column in range(12)] for row in range(12)]),
    ),
    "Rank 4 · vector": (RANK_4, "[1, 10]"),
    "Rank 4 · matrix": (RANK_4, "[[1, 0, 2], [0, 1, 3]]"),
    "A batch of matrices": (
        "[[[1, 2, 3], [4, 5, 6]], [[0, 1, 0], [1, 0, 1]]]",
        "[[[1, 0], [0, 1], [1, 1]], [[2, 1], [1, 2], [3, 3]]]",
    ),
    "Sizes that do not fit": ("[[1, 2, 3, 4], [5, 6, 7, 8]]", "[[1, 2], [3, 4], [5, 6]]"),
    "Digits · W1, a part": ("batch[:6, 400:412]", "W1[400:412, :8]"),
    "Hidden · W2, a part": ("hidden[:12]", "W2[:12]"),
    "A whole batch · W1": ("batch", "W1"),
}
FIRST = "Matrix · matrix"


def ask(named: Mapping[str, np.ndarray]) -> tuple[Operand, Operand, str]:
    """x and y as typed, and why they have no product, "" if they have one."""
    share.default("product_example", FIRST, EXAMPLES)
    st.selectbox(
        "Start from an example", list(EXAMPLES), key="product_example", on_change=_take_example, persist_state="session"
    )
    x, y = (
        typed(
            f"{name}: numbers in lists, or a real tensor",
            partial(product.read_operand, named=named, what=f"“{name}”"),
            key=f"product_{name}",
            default=default,
            help=f"Real tensors: {', '.join(named)}; with a slice if you like, such as `W1[:3, :4]`.",
        )
        for name, default in zip("xy", EXAMPLES[FIRST], strict=True)
    )
    problem = ""
    with st.container():
        try:
            product.matmul(x.array, y.array)
        except InvalidInput as error:
            problem = product.refusal(x.array.shape, y.array.shape, error)
            refuse(problem)
        if wrong := st.session_state.get("product_edit_error"):
            refuse(wrong)
    return x, y, problem


def editable(x: Operand, y: Operand) -> tuple[bool, bool]:
    """Whether each may be changed in the picture: only numbers that were typed; keeps what an edit changes."""
    can = [not operand.text and typeable(operand.array) for operand in (x, y)]
    shown = [literal(operand.array) if ok else "" for operand, ok in zip((x, y), can, strict=True)]
    st.session_state.product_shown = shown
    return can[0], can[1]


def take_edit() -> None:
    """A number was typed into a cell of x or y: its text says so too. What is no number is refused."""
    edit: Edit | None = st.session_state.product_picture.get("edit")
    st.session_state.product_edit_error = ""
    if not edit:
        return
    try:
        array = with_entry(parse_array(st.session_state.product_shown[edit["block"]]), edit["index"], edit["text"])
        st.session_state["product_x" if edit["block"] == 0 else "product_y"] = literal(array)
    except InvalidInput as error:
        st.session_state.product_edit_error = str(error)


def _take_example() -> None:
    st.session_state.product_edit_error = ""
    st.session_state.product_x, st.session_state.product_y = EXAMPLES[st.session_state.product_example]
