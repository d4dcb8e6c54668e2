"""The naive search: one weight of the real network tried both ways, and what that costs for all of them."""

import secrets
from typing import Any

import numpy as np
import streamlit as st

from engine.descent import naive_search
from engine.descent.naive_search import BATCH, Place, Slopes, Stopwatch
from engine.digits.mnist import Digits
from engine.training import network
from engine.training.network import Params
from pages.shell import data, keeping, layout, share
from pages.shell import session as shell
from pages.shell.typed import typed_whole
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_figure import live_figure
from viz.descent import gradient_snippets as snippets
from viz.descent import naive_search as naive_search_viz

STEPS = [0.001, 0.01, 0.05, 0.2, 1.0]
POLL_SECONDS = 0.3


@keeping.kept(close=Stopwatch.close)
def stopwatch() -> Stopwatch:
    """The reader's own measurement; it outlives a lost connection."""
    return Stopwatch()


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def backward_pass(version: str, source: str, _params: Params, _images: np.ndarray, _labels: np.ndarray) -> Slopes:
    """The whole gradient on this batch, computed once for each network and data set."""
    del version, source
    return naive_search.slopes(_params, _images, _labels)


def search() -> None:
    """The textbook's story, a real weight, the cost."""
    st.header("The naive search", anchor=False)
    st.markdown(
        "Without a gradient one could freeze all weights but one, try two other values of it, and keep the better: two "
        "*forward passes*, from inputs to loss. One *backward pass* finds the slope for every weight."
    )
    digits = data.digits("gradient")
    if digits is not None:
        one_weight(digits)
        cost(digits)


@share.fragment
def one_weight(digits: Digits) -> None:
    """The story's three losses, and those of a weight of the reader's choice."""
    current = shell.current().network()
    images, labels = digits.train_images[:BATCH], digits.train_labels[:BATCH]
    slopes = backward_pass(current.version, digits.source, current.params, images, labels)
    story, real = st.columns([2, 3], gap="large")
    with story:
        st.markdown("**The idea, with the textbook's numbers**")
        live_figure(naive_search_viz.story_figure(), key="gradient_story", height=300, alt=naive_search_viz.STORY_WORDS)
        st.markdown(naive_search_viz.STORY_WORDS)
    with real:
        st.markdown(f"**A real weight**: {current.sentence}, the first {BATCH} training images of {data.name(digits)}")
        place, step = choose(current.params, slopes)
        trial = naive_search.tried(current.params, slopes, place, step, images, labels)
        words = naive_search_viz.trial_words(trial)
        live_figure(naive_search_viz.trial_figure(trial), key="gradient_trial", height=300, alt=words.replace("*", ""))
        st.markdown(words)
    code = snippets.naive_search(place, step, WEIGHTS[current.name], procedural=digits.source == "procedural")
    layout.code("gradient_naive", code, note=WHERE_TO_RUN[current.name])


def choose(params: Params, slopes: Slopes) -> tuple[Place, float]:
    """Layer, row, column and step; a random weight; the one with the steepest slope."""
    state = st.session_state

    def put(place: Place) -> None:
        state.gradient_layer, state.gradient_row, state.gradient_column = place

    def put_random() -> None:
        put(naive_search.place_of(params, secrets.randbelow(network.parameter_count(params))))

    steepest = slopes.steepest()
    share.default("gradient_layer", steepest.layer, Params._fields)
    rows, columns = naive_search.shape_of(params, state.gradient_layer)
    share.default("gradient_row", steepest.row, share.between(0, rows - 1))
    share.default("gradient_column", steepest.column, share.between(0, columns - 1))
    kept: dict[str, Any] = {"persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox("Weights of", list(Params._fields), key="gradient_layer", width=110, **kept)
        rows, columns = naive_search.shape_of(params, layer)
        state.gradient_row = min(state.gradient_row or 0, rows - 1)
        state.gradient_column = min(state.gradient_column or 0, columns - 1)
        row = typed_whole(f"Row, 0 to {rows - 1}", what="the row", key="gradient_row", high=rows - 1, width=150)
        column = typed_whole(
            f"Column, 0 to {columns - 1}", what="the column", key="gradient_column", high=columns - 1, width=150
        )
        st.button("A random one", key="gradient_random", icon=":material/shuffle:", on_click=put_random)
        st.button("The steepest", key="gradient_steepest", on_click=lambda: put(slopes.steepest()))
    share.default("gradient_step", 0.05, STEPS)
    step = st.select_slider("Step", STEPS, key="gradient_step", **kept)
    return Place(layer, row, column), step


def cost(digits: Digits) -> None:
    """One forward and one backward pass timed; the whole search extrapolated from them."""
    params = shell.current().network().params
    weights, passes = network.parameter_count(params), naive_search.passes(params)
    st.subheader("What it costs", anchor=False)
    st.markdown(
        f"This network has {weights:,} weights. Two forward passes for each make **{passes:,} forward passes**, "
        "for a single step of training. Losses above are computed in float64; times are those of float32, in which "
        "the network trains."
    )
    batch = digits.train_images[:BATCH], digits.train_labels[:BATCH]
    under_way = stopwatch().under_way
    st.button("Measure", key="gradient_measure", type="primary", icon=":material/timer:", disabled=under_way,
              on_click=stopwatch().start, args=(params, *batch))  # fmt: skip
    st.fragment(bars, run_every=POLL_SECONDS if under_way else None)(weights, passes, under_way)


def bars(weights: int, passes: int, was_under_way: bool) -> None:
    """The measurement so far; the page is told when it ends."""
    here = stopwatch()
    # A network of another size needs a measurement of its own.
    found = here.cost if here.cost and here.cost.passes == passes else None
    words = "Measuring …" if here.under_way else naive_search_viz.cost_words(found, weights)
    live_figure(
        naive_search_viz.cost_figure(found, passes), key="gradient_cost", height=190, alt=words.replace("*", "")
    )
    st.markdown(words)
    if was_under_way and not here.under_way:
        st.rerun()
