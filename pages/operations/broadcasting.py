"""Broadcasting: shapes aligned axis by axis, stretched without a copy, and combined cell by cell."""

import numpy as np
import streamlit as st

from engine.operations.broadcasting import NAMES, Alignment, Numbered, Shape, align, compute, weighted_sums
from engine.operations.elementwise import OPERATIONS
from engine.operations.nearest_shapes import nearest
from pages.operations.broadcasting_challenge import challenge
from pages.operations.broadcasting_shapes import MAX_RANK, chosen, is_real, take_shapes
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import live_cells
from viz.operations import broadcasting as broadcasting_viz
from viz.operations import broadcasting_snippets as snippets
from viz.operations import broadcasting_words as words
from viz.operations.broadcasting_table import alignment_table

FIRST = ("add", ((3, 4), (4,)), False)
REAL_NAMES = ("x @ W1", "b1")


def real_operands(real: bool) -> list[np.ndarray] | None:
    """x @ W1 of the first batch and b1, once the digits are here, where the numbers are to be the network's."""
    found = arrays.real_arrays(data.digits("broadcasting")) if real else {}
    if "batch" not in found:
        return None
    return [weighted_sums(found["batch"].array, found["W1"].array), found["b1"].array]


def refuse_shapes(alignment: Alignment) -> None:
    """Which axis does not fit, and the nearest shapes that would."""
    refuse(alignment.problem)
    st.markdown("The nearest shapes that fit:")
    with st.container(horizontal=True):
        for number, found in enumerate(nearest(alignment.shapes, max_rank=MAX_RANK)):
            key = f"broadcasting_nearest_{number}"
            st.button(found.text, key=key, on_click=take_shapes, args=(found.shapes,))


def show(operation: str, shapes: tuple[Shape, ...], wants_real: bool) -> None:
    """The picture of shapes that fit, what it leaves out, memory, and the code of exactly this view."""
    alignment = align(shapes)
    with st.container():
        real = real_operands(wants_real)
    numbered = [Numbered(shape, 3 if operation == "power" else 9) for shape in shapes]
    names = REAL_NAMES if real else tuple(NAMES[: len(shapes)])
    kept = broadcasting_viz.kept_axes(alignment, long_numbers=bool(real))
    computed = compute(operation, real or numbered, broadcasting_viz.places(kept))
    symbol = OPERATIONS[operation].symbol
    picture = broadcasting_viz.Picture(alignment, kept, names, symbol, computed, "signed" if real else "neutral")
    live_cells(broadcasting_viz.broadcasting_scene(picture), key="broadcasting_picture", max_height=1100)
    itemsizes = [operand.dtype.itemsize for operand in computed.operands]
    st.markdown(
        "\n\n".join([words.left_out(alignment, kept), *words.memory_sentences(alignment, names, itemsizes)]).strip()
        or "Nothing is stretched, so no memory is spared."
    )
    explain()
    network = shell.current().network()
    if real:
        code, note = snippets.hidden_sums(operation, WEIGHTS[network.name]), WHERE_TO_RUN[network.name]
    else:
        code = snippets.broadcasting(operation, numbered)
        note = words.size_note(alignment, computed.result.dtype.itemsize)
    layout.code("broadcasting", code, note=note)


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "Shapes are compared from the right.",
        "Only a size of 1 can be stretched. Nothing is copied: with a stride of 0 the same cell is read again.",
        "In the network, 128 images share one b1.",
    )
    layout.try_this(
        "Press Play, then point at a cell of the result, and at a dashed one.",
        "Add a column `(4, 1)` to a row `(1, 5)`: every pair of their cells meets.",
        "Make `(3, 4)` and `(3,)` fit. Which of the two axes should the 3 belong to?",
        "Give one tensor an axis of size 0.",
    )


@share.fragment
def explore() -> None:
    """The controls, the alignment, and the picture of the last shapes that fit."""
    operation, shapes = chosen()
    alignment = align(shapes)
    st.html(alignment_table(alignment, REAL_NAMES if is_real(shapes) else NAMES[: len(shapes)]))
    with st.container():
        if alignment.result is None:
            refuse_shapes(alignment)
        else:
            st.session_state.broadcasting_shown = operation, shapes, is_real(shapes)
    shown = st.session_state.get("broadcasting_shown", FIRST)
    with st.container():
        if alignment.result is None:
            st.caption(f"Not these shapes: below is still {still(*shown)}, the last that fitted.")
    show(*shown)


def still(operation: str, shapes: tuple[Shape, ...], real: bool) -> str:
    """What a picture shows, in a few words."""
    names = REAL_NAMES if real else NAMES
    parts = [f"{name} {shape}" for name, shape in zip(names, shapes, strict=False)]
    return f"{OPERATIONS[operation].title} of {', '.join(parts[:-1])} and {parts[-1]}"


layout.opening(
    "Broadcasting",
    "Two tensors of different shapes can be combined cell by cell: **broadcasting** first gives the shorter shape axes "
    "of size 1 on its left, then stretches every size of 1 to the size it meets.",
)
explore()
challenge()
