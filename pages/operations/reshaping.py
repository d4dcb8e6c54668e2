"""Reshape and transpose: every element travels to its new place; memory, strides, views and copies are said."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from pages.operations.digit_reshaping import digit
from pages.operations.reshaping_steps import ask
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import live_cells
from viz.operations import reshaping_snippets as snippets
from viz.operations.reshaping import MAX_CELL, MAX_HEIGHT, contrast_scene, memory_html, path_scene


@share.fragment
def explore(real: Mapping[str, np.ndarray]) -> None:
    """Source, operation, the moving picture, memory, and the code of just that."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        source, steps = ask(real)
        share.default("reshaping_numbered", False)
        numbered = st.toggle("Show each element's number", key="reshaping_numbered", persist_state="session")
    with right:
        scene = path_scene(source, steps, numbered=numbered)
        live_cells(scene, key="reshaping_path", max_cell=MAX_CELL, max_height=MAX_HEIGHT)
    st.html(memory_html(source, steps))
    with st.container():
        if (order := steps[1].order) is not None:
            st.subheader("Transposed or reshaped to the same shape?", anchor=False)
            scene = contrast_scene(source, order, numbered=numbered)
            live_cells(scene, key="reshaping_contrast", max_cell=38, max_height=420)
    explain()
    network = shell.current().network()
    code = snippets.path_code(source, steps, real["digit"], WEIGHTS[network.name])
    layout.code("reshaping", code, note=WHERE_TO_RUN[network.name] if source.name[0] in "Wbh" else "")


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "A reshape never changes the order of the elements. A transpose does.",
        "Strides: how many bytes further the next element along an axis lies. A **view** reads the same memory by "
        "other strides; a **copy** is needed where no strides would do.",
    )
    layout.try_this(
        "Choose “Both” and the target `-1`: why is this a copy?",
        "Then type `[1, 2, 3]` as x, and the targets `()` and `(2, -1)`: why is each refused?",
    )


layout.opening(
    "Reshape and transpose",
    "To **reshape** a tensor is to arrange the same elements in the same order into another shape. To **transpose** it "
    "is to let its axes change places: rows become columns.",
)
found = arrays.real_arrays(data.digits("reshaping"))
explore({name: found[name].array for name in snippets.REAL if name in found})
digit(found["digit"].array, found["digit"].about)
