"""Times of both modes: whole Jacobians of an example, single passes of the network's loss."""

from functools import partial

import numpy as np
import streamlit as st

from engine.background import Background
from engine.backprop import autodiff_modes as modes
from engine.backprop import autodiff_modes_times
from engine.backprop.autodiff_modes import Counts, Problem
from engine.backprop.autodiff_modes_times import Times
from engine.training import network
from engine.training.network import Params
from pages.shell import keeping
from pages.shell import session as shell
from viz.backprop import autodiff_modes as autodiff_modes_viz
from viz.components.live_figure import live_figure

POLL_SECONDS = 0.3


@keeping.kept(close=Background.close)
def measurement(of: str) -> Background[Times]:
    """The reader's own measurements; they outlive a lost connection."""
    return Background(f"autodiff modes {of}")


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def network_counts(weights: int, _params: Params, _inputs: np.ndarray, _labels: np.ndarray) -> Counts:
    """The counts depend on sizes alone."""
    del weights
    return modes.network_counts(_params, _inputs, _labels)


def measured(asked: Problem) -> None:
    """Both whole Jacobians timed at this size."""
    run = partial(autodiff_modes_times.measure_jacobians, asked)
    buttons("jacobians", run)
    under_way = measurement("jacobians").poll().state == "running"
    st.fragment(jacobian_bars, run_every=POLL_SECONDS if under_way else None)(asked, under_way)


def buttons(of: str, work: partial) -> None:
    """Measure and stop."""
    here = measurement(of)
    under_way = here.poll().state == "running"
    with st.container(horizontal=True):
        st.button("Measure", key=f"autodiff_modes_{of}_measure", type="primary", icon=":material/timer:",
                  disabled=under_way, on_click=here.start, args=(work,))  # fmt: skip
        st.button("Stop", key=f"autodiff_modes_{of}_stop", on_click=here.stop, disabled=not under_way)


def jacobian_bars(asked: Problem, was_under_way: bool) -> None:
    """The times so far, if they are of this problem; the page is told when they end."""
    now = measurement("jacobians").poll()
    found = now.latest if now.latest and now.latest.about == asked else None
    words = now.message or autodiff_modes_viz.jacobian_words(found, now.state, asked)
    live_figure(
        autodiff_modes_viz.times_figure(autodiff_modes_viz.jacobian_rows(found)),
        key="autodiff_modes_times",
        height=150,
        alt=words,
    )
    st.markdown(words)
    if was_under_way and now.state != "running":
        st.rerun()


def real_network() -> None:
    """The loss of the network as a function of its weights: counts, and single passes timed."""
    current = shell.current().network()
    image, label, _ = shell.current().scored_digit()
    inputs, labels = np.asarray(network.preprocess(image[None])), np.array([label or 0])
    weights = network.parameter_count(current.params)
    st.header("The network’s loss", anchor=False)
    st.markdown(f"{current.sentence[0].upper()}{current.sentence[1:]}, on one digit: many inputs, one output.")
    st.markdown(autodiff_modes_viz.network_words(network_counts(weights, current.params, inputs, labels)))
    buttons("network", partial(autodiff_modes_times.measure_passes, current.params, inputs, labels))
    under_way = measurement("network").poll().state == "running"
    st.fragment(network_bars, run_every=POLL_SECONDS if under_way else None)(weights, under_way)


def network_bars(weights: int, was_under_way: bool) -> None:
    """The times so far; the page is told when they end."""
    now = measurement("network").poll()
    words = now.message or autodiff_modes_viz.network_time_words(now.latest, now.state, weights)
    live_figure(
        autodiff_modes_viz.times_figure(autodiff_modes_viz.network_rows(now.latest, weights)),
        key="autodiff_modes_network",
        height=190,
        alt=words.replace("*", ""),
    )
    st.markdown(words)
    if was_under_way and now.state != "running":
        st.rerun()
