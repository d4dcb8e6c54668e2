"""One hidden unit of the network on the reader's digit: 784 products, their sum, relu."""

import numpy as np
import streamlit as st

from engine.operations import product
from pages.shell import arrays, layout, share
from pages.shell import session as shell
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import live_cells
from viz.operations import product_snippets as snippets
from viz.training.dense_layer import largest_words, sum_words, unit_scene


@share.fragment
def unit() -> None:
    """Choose a hidden unit; see its pixels, weights and products as pictures, and its sum with numbers."""
    real = arrays.real_arrays(None)
    x, hidden, W1, b1 = (real[name].array for name in ("x", "hidden", "W1", "b1"))
    network = shell.current().network()
    st.header("A dense layer is a product", anchor=False)
    st.markdown(
        f"A *dense layer* computes `relu(x @ W1 + b1)`. Here x is the {len(x)} pixels of one digit, and each of the "
        f"{len(hidden)} columns of W1 belongs to one *hidden unit*: {len(x)} against {len(hidden)}. "
        f"One unit is one dot product. {real['x'].about} Weights: {network.sentence}."
    )
    number = _choose(hidden)
    weights = W1[:, number]
    unit_sum = product.unit_sum(x, weights, b1[number])
    live_cells(unit_scene(x, weights, unit_sum, number), key="product_unit_picture", max_cell=12, max_height=1_150)
    st.markdown(sum_words(unit_sum, number))
    for column, words in zip(st.columns(2, gap="large"), largest_words(x, weights, unit_sum), strict=True):
        column.markdown(words)
    st.page_link("pages/digits/drawing.py", label="Draw another digit", icon=":material/draw:")
    code = snippets.unit_code(number, len(hidden), real["digit"].array, WEIGHTS[network.name])
    layout.code("product_unit", code, note=WHERE_TO_RUN[network.name])


def _choose(hidden: np.ndarray) -> int:
    """The unit of the slider, at first the most active one."""
    most = int(hidden.argmax())
    kept = share.default("product_unit", most, share.between(0, len(hidden) - 1))
    st.session_state.product_unit = min(kept, len(hidden) - 1)

    def take_most_active() -> None:
        st.session_state.product_unit = most

    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.slider("Hidden unit j", 0, len(hidden) - 1, key="product_unit", persist_state="session")
        st.button(f"The most active: {most}", key="product_most_active", on_click=take_most_active)
    return number
