"""Slicing: an index as NumPy reads it, the cells it takes, the shape it gives axis by axis, and whose memory it is."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from engine.tensors import slicing
from engine.tensors.tensors import literal, with_entry
from engine.typed.index_syntax import parse_index
from engine.typed.literals import parse_array
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from pages.shell.typed import typed
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import Edit, live_cells
from viz.tensors import slicing_snippets as snippets
from viz.tensors.cells import MAX_CELL
from viz.tensors.slicing import PIXEL_SIZE, slicing_scene
from viz.tensors.slicing_table import derivation_html

OWN = "x, your own"
TENSOR = "[[0, 1, 2, 3, 4], [10, 11, 12, 13, 14], [20, 21, 22, 23, 24], [30, 31, 32, 33, 34]]"
EXAMPLES = {
    "train_images": ("10:100", "10:100, 0:28, 0:28", ":, 14:, 14:", ":, 7:-7, 7:-7", "4", "..., ::-1"),
    "digit": ("14:, 14:", "7:-7, 7:-7", "::-1", "::2, ::2", "14", ":, newaxis"),
    "W1": (":10", ":, 0", "-1", "::100, [0, 511]", "378:406, 500:"),
    OWN: ("1:3", "::-1", "..., -1", "2", ":, newaxis, ::2", "[0, 2, 3]", "[0, 1, 2], [4, 3, 2]"),
}


class Chosen(NamedTuple):
    """The tensor to slice: what the reader calls it, its name in code, and what it is."""

    choice: str
    name: str
    array: np.ndarray
    about: str


def take_example(key: str) -> None:
    """An example takes the place of the index typed; it can be edited from there, and chosen again."""
    if example := st.session_state[f"{key}_example"]:
        st.session_state[key] = example
        st.session_state[f"{key}_example"] = None


def take_edit() -> None:
    """A number was typed into a cell of the reader's tensor. What is no number is refused."""
    edit: Edit | None = st.session_state.slicing_cells.get("edit")
    st.session_state.slicing_edit_error = ""
    if not edit:
        return
    try:
        array = with_entry(parse_array(st.session_state.slicing_shown), edit["index"], edit["text"])
        st.session_state.slicing_tensor = literal(array)
    except InvalidInput as error:
        st.session_state.slicing_edit_error = str(error)


def choose(found: dict[str, arrays.RealArray]) -> Chosen:
    """One of the real tensors at hand, or the reader's own."""
    share.default("slicing_choice", next(iter(EXAMPLES)), EXAMPLES)
    choice = st.segmented_control(
        "Tensor", list(EXAMPLES), key="slicing_choice", wrap=True, required=True, persist_state="session"
    )
    with st.container():
        if choice != OWN:
            name, array, about = arrays.at_hand(found, choice)
            st.caption(f"{about} Shape {array.shape}, {array.dtype}.")
            return Chosen(name, name, array, about)
        array = typed(
            "Your tensor, typed here or into the cells below", parse_array, key="slicing_tensor", default=TENSOR
        )
        st.session_state.slicing_shown = literal(array)
        return Chosen(choice, "x", array, "")


def read_index(chosen: Chosen) -> slicing.Derivation:
    """What stands between the brackets, typed or taken from the examples; each tensor keeps its own."""
    key = f"slicing_index_{chosen.name}"
    index, examples = st.columns([2, 3], gap="small")
    with examples:
        st.pills(
            "Examples", EXAMPLES[chosen.choice], key=f"{key}_example", wrap=True, on_change=take_example, args=(key,)
        )
    with index:
        return typed(
            f"Index: what stands between the brackets of {chosen.name}[…]",
            lambda text: slicing.derive(chosen.array.shape, parse_index(text), itemsize=chosen.array.itemsize),
            key=key,
            default="...",
            first=EXAMPLES[chosen.choice][0],
        )


@share.fragment
def explore(found: dict[str, arrays.RealArray], note: str) -> None:
    """Tensor and index, the picture, the derivation, and the code: all follow the typing."""
    chosen = choose(found)
    derived = read_index(chosen)
    image = chosen.choice in ("train_images", "digit")
    scene = slicing_scene(chosen.array, chosen.name, derived, image=image, editable=chosen.choice == OWN)
    live_cells(
        scene, key="slicing_cells", max_cell=PIXEL_SIZE if image else MAX_CELL, start_at_end=True, on_change=take_edit
    )
    with st.container():
        if problem := st.session_state.get("slicing_edit_error"):
            refuse(problem)
    st.subheader(f"From `{chosen.name}` to `my_slice`, axis by axis", anchor=False)
    st.html(derivation_html(chosen.name, derived, chosen.array.itemsize))
    explain()
    network = shell.current().network()
    code = snippets.slicing(
        chosen.name, chosen.array, derived.index, image=found["digit"].array, weights=WEIGHTS[network.name]
    )
    layout.code("slicing", code, note={"W1": WHERE_TO_RUN[network.name], "train_images": note}.get(chosen.name, ""))


def explain() -> None:
    """What to look at, and what to try."""
    layout.notice(
        "An axis that is not mentioned stays whole: `10:100` and `10:100, 0:28, 0:28` take the same cells.",
        "The stop is not included: `10:100` takes 90 images.",
        "A negative number counts from the end: on an axis of 28, `7:-7` means `7:21`, the centred 14 × 14 pixels.",
        "An integer takes its axis away; `4:5` keeps it with size 1.",
    )
    layout.try_this(
        "Choose `digit` and type `::-1`. What does that do to the strides?",
        "Give an index outside an axis, then a slice outside it. Only one is an error.",
        "Compare `2`, `2:3` and `[2]` on your own tensor.",
    )


layout.opening(
    "Slicing",
    "A **slice** takes part of a tensor: for each axis, an **index** between brackets says where to start, where to "
    "stop before, and in what steps.",
)
digits = data.digits("slicing")
procedural = digits is not None and digits.source == "procedural"
explore(arrays.real_arrays(digits), "These digits are procedural; the code reads MNIST." if procedural else "")
