"""The two tensors of a product: examples, text boxes, numbers changed in the picture, and what does not fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from engine import product
from engine.errors import InvalidInput
from engine.literals import parse_array
from engine.product import Operand
from engine.tensors import literal, typeable, with_entry
from pages.shell import share
from pages.shell.refusal import refuse
from pages.shell.typed import typed

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


def ask(named: Mapping[str, np.ndarray]) -> tuple[Operand, Operand]:
    """x and y as typed; while they do not fit, a sentence says why, and the last two that did stay in force."""
    share.default("product_example", FIRST, EXAMPLES)
    st.selectbox("Start from an example", list(EXAMPLES), key="product_example", on_change=_take_example,
                 persist_state="session")  # fmt: skip
    defaults = dict(zip("xy", EXAMPLES[FIRST], strict=True))
    pair = [
        typed(
            f"{name}: numbers in lists, or a real tensor",
            lambda text, name=name: product.read_operand(text, named, what=name),
            key=f"product_{name}",
            default=defaults[name],
            help=f"Real tensors: {', '.join(named)}; with a slice if you like, such as `W1[:3, :4]`.",
        )
        for name in "xy"
    ]
    accepted = [st.session_state.get(f"product_{name}_accepted", defaults[name]) for name in "xy"]
    with st.container():
        try:
            product.matmul(pair[0].array, pair[1].array)
            st.session_state.product_fitting = accepted
        except InvalidInput as error:
            refuse(product.refusal(pair[0].array.shape, pair[1].array.shape, error))
            pair = [product.read_operand(text, named) for text in _last_fitting(named)]
        if problem := st.session_state.get("product_edit_error"):
            refuse(problem)
    return pair[0], pair[1]


def editable(x: Operand, y: Operand) -> tuple[bool, bool]:
    """Whether each may be changed in the picture: only numbers that were typed; keeps what an edit changes."""
    can = [not operand.text and typeable(operand.array) for operand in (x, y)]
    shown = [literal(operand.array) if ok else "" for operand, ok in zip((x, y), can, strict=True)]
    st.session_state.product_shown = shown
    return can[0], can[1]


def take_edit() -> None:
    """A number was typed into a cell of x or y: its text says so too. What is no number is refused."""
    edit: dict[str, Any] | None = st.session_state.product_picture.get("edit")
    st.session_state.product_edit_error = ""
    if not edit:
        return
    try:
        array = with_entry(parse_array(st.session_state.product_shown[edit["block"]]), edit["index"], edit["text"])
        # Both texts: where the two boxes do not fit each other, the picture shows the last two that did.
        st.session_state.product_x, st.session_state.product_y = st.session_state.product_fitting
        st.session_state["product_x" if edit["block"] == 0 else "product_y"] = literal(array)
    except InvalidInput as error:
        st.session_state.product_edit_error = str(error)


def _take_example() -> None:
    st.session_state.product_edit_error = ""
    st.session_state.product_x, st.session_state.product_y = EXAMPLES[st.session_state.product_example]


def _last_fitting(named: Mapping[str, np.ndarray]) -> tuple[str, str]:
    """The texts of the last two that fitted; the first example where one names a tensor that is not here any more."""
    texts = st.session_state.get("product_fitting", EXAMPLES[FIRST])
    try:
        product.matmul(*(product.read_operand(text, named).array for text in texts))
    except InvalidInput:
        return EXAMPLES[FIRST]
    return tuple(texts)
