"""Which digits and which weight a gradient check is made on: numbers, shortcuts, pictures to click on."""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from engine.backprop import gradient_check_network as check
from engine.descent import naive_search
from engine.descent.naive_search import BATCH, Place, Slopes
from engine.digits.mnist import Digits
from engine.training import network
from engine.training.network import Params
from pages.shell import data, share
from pages.shell import session as shell
from pages.shell.typed import typed_whole
from viz.backprop import gradient_check as gradient_check_viz
from viz.components.live_cells import live_cells

TEST, FIRST = 8, "test"
"""The test digit at first: of MNIST's first ten the one the network is least sure of, so that its loss has a slope."""
KEPT: dict[str, Any] = {"persist_state": "session"}


class Chosen(NamedTuple):
    """Images (s, 28, 28), labels (s,), what to call them; image: the one to write into the code, None for a batch."""

    images: np.ndarray
    labels: np.ndarray
    name: str
    image: np.ndarray | None


def choose_digits(digits: Digits) -> Chosen:
    """The reader's own digit, a test digit, or the first training images."""
    drawn = shell.current().drawn
    options = {"drawn": "Your digit", "test": "A test digit", "batch": f"{BATCH} training images"}
    if drawn is None:
        del options["drawn"]
    state = st.session_state
    if share.default("gradient_check_data", next(iter(options)), options) not in options:
        state.gradient_check_data = FIRST
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Digits",
            list(options),
            wrap=True,
            format_func=options.get,
            key="gradient_check_data",
            required=True,
            **KEPT,
        )
        if kind == "drawn":
            return _drawn(drawn)
        if kind == "test":
            last = len(digits.test_images) - 1
            share.default("gradient_check_test", min(TEST, last), share.between(0, last))
            state["gradient_check_test"] = min(state["gradient_check_test"], last)
            number = typed_whole("Which", key="gradient_check_test", high=last, width=150)
            image, label = digits.test_images[number], digits.test_labels[number : number + 1].astype(np.int32)
            return Chosen(image[None], label, f"test digit {number} of {data.name(digits)}, a {label[0]}", image)
    name = f"the first {BATCH} training images of {data.name(digits)}"
    return Chosen(digits.train_images[:BATCH], digits.train_labels[:BATCH].astype(np.int32), name, None)


def _drawn(image: np.ndarray) -> Chosen:
    """The reader's digit with the label they give it, at first what the network takes it for."""
    params = shell.current().network().params
    guess = int(np.argmax(network.predict(params, network.preprocess(image[None]))))
    mark = hash(image.tobytes())
    if st.session_state.get("gradient_check_drawing") != mark:
        st.session_state.gradient_check_drawing, st.session_state.gradient_check_label = mark, guess
    st.session_state.setdefault("gradient_check_label", guess)
    label = st.selectbox("It is a", list(range(network.CLASSES)), key="gradient_check_label", width=110, **KEPT)
    return Chosen(image[None], np.array([label], np.int32), f"your digit, meant as {label}", image)


def choose_weight(params: Params, slopes: Slopes, images: np.ndarray) -> Place:
    """Tensor, row and column; shortcuts; the unit's weights and their gradient to click on."""
    state = st.session_state

    def put(layer: str, row: int, column: int) -> None:
        state.gradient_check_layer, state.gradient_check_row, state.gradient_check_column = layer, row, column

    def largest(layer: str) -> tuple[int, int]:
        flat = int(np.abs(getattr(slopes.gradient, layer)).argmax())
        return divmod(flat, naive_search.shape_of(params, layer)[1])

    def put_largest() -> None:
        put(state.gradient_check_layer, *largest(state.gradient_check_layer))

    def put_silent() -> None:
        put("W1", int(images.astype(int).sum(axis=0).argmax()), silent)

    def take_pick() -> None:
        if pick := (state.gradient_check_pictures or {}).get("pick"):
            put("W1", gradient_check_viz.SIDE * pick["index"][0] + pick["index"][1], state.gradient_check_unit)

    share.default("gradient_check_layer", "W1", Params._fields)
    rows, columns = naive_search.shape_of(params, state.gradient_check_layer)
    row, column = largest(state.gradient_check_layer)
    share.default("gradient_check_row", row, share.between(0, rows - 1))
    share.default("gradient_check_column", column, share.between(0, columns - 1))
    silent = check.silent_unit(params, images)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox("Weights of", list(Params._fields), key="gradient_check_layer", width=110, **KEPT)
        rows, columns = naive_search.shape_of(params, layer)
        state.gradient_check_row = min(state.gradient_check_row or 0, rows - 1)
        state.gradient_check_column = min(state.gradient_check_column or 0, columns - 1)
        row = typed_whole(
            f"Row, 0 to {rows - 1}",
            what="the row",
            key="gradient_check_row",
            high=rows - 1,
            width=150,
            disabled=rows == 1,
        )
        column = typed_whole(
            f"Column, 0 to {columns - 1}", what="the column", key="gradient_check_column", high=columns - 1, width=150
        )
        st.button("Largest gradient", key="gradient_check_largest", on_click=put_largest)
        st.button(
            "A silent unit",
            key="gradient_check_silent",
            on_click=put_silent,
            disabled=silent is None,
            help="A hidden unit that is 0 for every digit chosen.",
        )
    hidden = len(params.b1)
    unit = {"W1": column, "b1": column, "W2": row}.get(layer)
    if unit is None:
        unit = share.default("gradient_check_unit", 0, share.between(0, hidden - 1))
    state.gradient_check_unit = min(unit, hidden - 1)
    scene = gradient_check_viz.unit_scene(params, slopes, state.gradient_check_unit, row if layer == "W1" else None)
    live_cells(scene, key="gradient_check_pictures", max_cell=11, max_height=900, picks=True, on_change=take_pick)
    return Place(layer, row, column)
