"""The reader's digit in other shapes: flattened and back, cut into rows of a wrong width, transposed."""

import numpy as np
import streamlit as st

from pages.shell import layout, share
from viz.components.live_cells import live_cells
from viz.operations import reshaping_snippets as snippets
from viz.operations.digit_reshaping import MAX_CELL, MAX_HEIGHT, flat_scene, transpose_scene, widths_scene

VIEWS = {"Width": widths_scene, "Flatten": flat_scene, "Transpose": transpose_scene}


@share.fragment
def digit(image: np.ndarray, about: str) -> None:
    """One (28, 28) uint8 digit as a picture that moves, and its code."""
    st.subheader("A digit in another shape", anchor=False)
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.markdown(
            "A digit is a (28, 28) matrix; the network gets it as a (784,) vector, its rows laid end to end. "
            "The vector does not say how long a row was. Cut it into rows of another length, and pixels that stood "
            "below each other no longer do."
        )
        share.default("reshaping_digit_view", next(iter(VIEWS)), VIEWS)
        view = st.segmented_control(
            "What to do with the digit",
            list(VIEWS),
            key="reshaping_digit_view",
            wrap=True,
            required=True,
            persist_state="session",
        )
        st.caption(about)
        st.page_link("pages/digits/drawing.py", label="Draw a digit of your own for this page", icon=":material/draw:")
    with right:
        live_cells(VIEWS[view](image), key="reshaping_digit", max_cell=MAX_CELL, max_height=MAX_HEIGHT)
    layout.notice(
        "Only at width 28 does the digit stand upright. At 27 every row begins one pixel early, at 29 one late, so the "
        "digit leans.",
        "The transpose has the digit's shape, yet is another picture.",
    )
    layout.code("reshaping_digit", snippets.digit_code(image))
