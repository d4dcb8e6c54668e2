"""Tensors: type, pick or shape one, see it, and read its rank, shape, dtype, elements, bytes and strides."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from engine.tensors.tensors import EXAMPLES, describe, describe_shape, literal, numbered, typeable, with_entry
from engine.typed.literals import parse_array
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from pages.shell.typed import typed
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import Edit, live_cells
from viz.tensors import tensors as tensors_viz
from viz.tensors import tensors_snippets as snippets

MODES = ("Type it", "Examples", "Real tensors", "Shape by sliders")
VECTOR = (12, 3, 6, 14, 7, 9, 1, 4)
SIZES = (3, 3, 5, 4, 2)


class Chosen(NamedTuple):
    """The tensor on show. about: what it is, if it is a real one. code: library → source that makes it."""

    name: str
    array: np.ndarray
    code: dict[str, str]
    about: str = ""
    note: str = ""


def type_one() -> Chosen:
    """What the reader types."""
    array = typed(
        "A number, or lists of numbers in square brackets", parse_array, key="tensors_text", default=EXAMPLES["Matrix"]
    )
    return Chosen("x", array, snippets.typed(array))


def pick_example() -> Chosen:
    """One tensor of each rank."""
    share.default("tensors_example", "Rank 3", EXAMPLES)
    name = st.segmented_control(
        "Example", list(EXAMPLES), key="tensors_example", wrap=True, required=True, persist_state="session"
    )
    array = parse_array(EXAMPLES[name])
    return Chosen("x", array, snippets.typed(array))


def pick_real() -> Chosen:
    """An array of the app itself."""
    found = arrays.real_arrays(data.digits("tensors"))
    names = [*found, *(name for name in arrays.LATE if name not in found)]
    share.default("tensors_real", "digit", names)
    chosen = st.segmented_control(
        "Real tensor", names, key="tensors_real", wrap=True, required=True, persist_state="session"
    )
    name, array, about = arrays.at_hand(found, chosen)
    network = shell.current().network()
    code = snippets.real(name, found["digit"].array, WEIGHTS[network.name])
    return Chosen(name, array, code, about, WHERE_TO_RUN[network.name])


def set_shape() -> Chosen:
    """0, 1, 2, … in a shape of the reader's."""
    columns = st.columns(6)
    share.default("tensors_rank", 3, share.between(0, 5))
    rank = columns[0].slider("Rank", 0, 5, key="tensors_rank", persist_state="session")
    sizes = []
    for axis in range(rank):
        key = f"tensors_size_{axis}"
        share.default(key, SIZES[axis], share.between(1, 8))
        sizes.append(columns[axis + 1].slider(f"Axis {axis}", 1, 8, key=key, persist_state="session"))
    return Chosen("x", numbered(sizes), snippets.numbered(sizes))


CHOOSE = dict(zip(MODES, (type_one, pick_example, pick_real, set_shape), strict=True))


def take_edit() -> None:
    """A number was typed into a cell: the tensor becomes typed text. What is no number is refused."""
    edit: Edit | None = st.session_state.tensors_picture.get("edit")
    if not edit:
        return
    try:
        array = with_entry(parse_array(st.session_state.tensors_shown), edit["index"], edit["text"])
        st.session_state.tensors_text = literal(array)
        st.session_state.tensors_mode = MODES[0]
    except InvalidInput as error:
        st.session_state.tensors_edit_error = str(error)


def picture(chosen: Chosen) -> None:
    """The tensor, and beside it what its attributes are."""
    array = chosen.array
    editable = typeable(array)
    st.session_state.tensors_shown = literal(array) if editable else ""
    left, right = st.columns([3, 2], gap="large")
    with left:
        scene = tensors_viz.picture_scene(array, chosen.name, real=bool(chosen.about), editable=editable)
        live_cells(scene, key="tensors_picture", max_height=440, on_change=take_edit)
        with st.container():
            if problem := st.session_state.pop("tensors_edit_error", ""):
                refuse(problem)
        st.markdown(f"{chosen.about} {scene.frames[0].caption}".strip())
    right.html(tensors_viz.attributes_html(describe(array)))


@share.fragment
def compare() -> None:
    """A vector of n dimensions and a tensor of rank n: the reader sets both numbers."""
    st.subheader("Dimension is not rank", anchor=False)
    st.markdown(
        "A vector of five numbers is often called **5-dimensional**: it has five entries along one axis. A tensor of "
        "**rank** 5 has five axes. Add entries to the vector, and axes to the tensor."
    )
    left, right = st.columns(2, gap="large")
    share.default("tensors_dimension", 5, share.between(1, 8))
    share.default("tensors_axes", 5, share.between(0, 5))
    entries = left.slider("Entries of the vector", 1, 8, key="tensors_dimension", persist_state="session")
    rank = right.slider("Axes of the tensor", 0, 5, key="tensors_axes", persist_state="session")
    vector, tensor = np.array(VECTOR[:entries]), numbered((2,) * rank)
    live_cells(tensors_viz.comparison_scene(vector, tensor), key="tensors_comparison", max_height=380)
    st.html(tensors_viz.comparison_html(*(describe_shape(array.shape, "int64") for array in (vector, tensor))))


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "Each axis keeps its colour on every page.",
        "Neighbours along the last axis lie side by side in memory: its stride is the bytes of one element. A step "
        "along an earlier axis skips all between.",
        "One decimal point makes every element float64.",
    )
    layout.try_this(
        "Type `[[1, 2], [3]]`: why is it no tensor?",
        "Double-click a cell, or press Enter on it, and type another number.",
        "Type `[[[5]]]`, of shape (1, 1, 1): how many numbers, how many axes?",
    )


@share.fragment
def build() -> None:
    """The choice, the picture, the attributes and their code."""
    share.default("tensors_mode", MODES[0], MODES)
    mode = st.segmented_control(
        "Where the tensor comes from", MODES, key="tensors_mode", wrap=True, required=True, persist_state="session"
    )
    with st.container():
        chosen = CHOOSE[mode]()
    picture(chosen)
    compare()
    explain()
    layout.code("tensors", chosen.code, note=chosen.note)


layout.opening(
    "Tensors",
    "A **tensor** is a block of numbers arranged along axes. The number of axes is its **rank**: 0 for a single number "
    "(a scalar), 1 for a row (a vector), 2 for a table (a matrix), 3 and more for tables in stacks.",
)
build()
