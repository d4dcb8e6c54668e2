"""The gradient of W1, one image for each hidden unit; one unit chosen; the dead ones counted."""

import numpy as np
import streamlit as st

from engine.backprop.network_graph_units import Units, units_of
from pages.backprop.network_graph_input import Given, measured
from pages.shell import share
from viz.backprop import network_graph_units as network_graph_units_viz
from viz.components.live_figure import Narrow, live_figure

NOT_FINITE = (
    "The loss is not a finite number here, so its gradient is none either: where it is missing, nothing is drawn."
)


def units(given: Given) -> None:
    """The gallery, and the chosen unit's weights beside its gradient."""
    now = measured(given)
    found = units_of(now.graph, now.found)
    st.subheader("The gradient of W1, unit by unit", anchor=False)
    st.markdown(
        "Each of the columns of W1 belongs to one hidden unit and has a weight for every pixel, so its gradient is a "
        f"28 × 28 image too: how the loss changes with each weight. {network_graph_units_viz.count_words(found)} "
        "A cross marks a dead unit. Click an image to choose its unit."
    )
    with st.container():
        if not np.isfinite(found.norms).all():
            st.warning(NOT_FINITE, icon=":material/warning:")
    left, right = st.columns([3, 2], gap="large")
    with right:
        chosen = st.container()
    with left:
        gallery(found)
    with chosen:
        unit = st.session_state.network_graph_unit
        st.markdown(network_graph_units_viz.unit_words(found, unit))
        live_figure(
            network_graph_units_viz.unit_figure(found, unit),
            key="network_graph_pair",
            height=230,
            alt=f"Weights and gradient as images. {network_graph_units_viz.unit_words(found, unit)}",
        )
        st.caption(
            "In this picture both images have scales of their own. A step of descent moves the weights by minus "
            "the learning rate times the gradient."
        )


def gallery(found: Units) -> None:
    """The controls of the gallery and its picture; a click chooses a unit."""
    state, total = st.session_state, len(found.norms)
    picture = st.container()
    with st.container(horizontal=True):
        share.default("network_graph_largest", False)
        share.default("network_graph_own", False)
        largest = st.toggle("Largest gradient first", key="network_graph_largest", persist_state="session")
        own = st.toggle("Each image in its own scale", key="network_graph_own", persist_state="session")
    order = network_graph_units_viz.ordered(found, largest_first=largest)
    pages = -(-total // network_graph_units_viz.ON_A_PAGE)
    unit = share.default("network_graph_unit", int(found.norms.argmax()), share.between(0, total - 1))
    state.network_graph_unit = min(unit, total - 1)
    _take_click()
    beside = int((order == state.network_graph_unit).argmax()) // network_graph_units_viz.ON_A_PAGE
    page = share.default("network_graph_page", beside, share.between(0, pages - 1))
    seen = state.setdefault("network_graph_unit_seen", state.network_graph_unit)
    state.network_graph_page = min(page if seen == state.network_graph_unit else beside, pages - 1)
    state.network_graph_unit_seen = state.network_graph_unit
    if total > 1:
        st.slider("Hidden unit", 0, total - 1, key="network_graph_unit", persist_state="session")
    if pages > 1:
        st.slider("Page of 64 units", 0, pages - 1, key="network_graph_page", persist_state="session")
    shown = order[state.network_graph_page * network_graph_units_viz.ON_A_PAGE :][: network_graph_units_viz.ON_A_PAGE]
    state.network_graph_shown = shown.tolist()
    with picture:
        live_figure(
            network_graph_units_viz.gallery_figure(found, shown, selected=state.network_graph_unit, own_scale=own),
            key="network_graph_gallery",
            height=660,
            narrow=Narrow({}, 440),
            clicks=True,
            alt=network_graph_units_viz.gallery_words(shown, found),
        )


def _take_click() -> None:
    """A click in the gallery, taken once."""
    state = st.session_state
    click = (state.get("network_graph_gallery") or {}).get("click")
    if not click or click["count"] == state.get("network_graph_click"):
        return
    state.network_graph_click = click["count"]
    unit = network_graph_units_viz.unit_at(state.get("network_graph_shown", ()), click["x"], click["y"])
    if unit is not None:
        state.network_graph_unit = unit
