"""Networks of 2, 4, 8 and 16 layers on the same ball, trained one after another on request."""

from functools import partial

import streamlit as st

from engine.geometry.uncrumple import Settings
from pages.geometry.uncrumple_controls import chosen, trainings
from pages.geometry.uncrumple_picture import paper
from pages.shell.refusal import refuse
from viz.components.live_figure import live_figure
from viz.geometry import uncrumple_depths as uncrumple_depths_viz

POLL_SECONDS = 0.6


def show(wanted: Settings) -> None:
    """The comparison, from its title to its outcome; polled while it runs."""
    st.header("How many layers?", anchor=False)
    st.markdown(
        "The same ball, networks of 2, 4, 8 and 16 layers, and a fitted linear model, which has none. Training all "
        "four takes about four times as long as training 8 layers."
    )
    running = trainings().poll_comparison(wanted).state == "running"
    st.fragment(partial(_body, wanted), run_every=POLL_SECONDS if running else None)()


def _body(wanted: Settings) -> None:
    here = trainings()
    now = here.poll_comparison(wanted)
    rungs, running = now.latest or (), now.state == "running"
    with st.container(horizontal=True):
        st.button(
            "Compare depths",
            icon=":material/stairs:",
            key="uncrumple_compare",
            disabled=running,
            on_click=lambda: here.compare(chosen()),
        )
        st.button("Stop", key="uncrumple_compare_stop", disabled=not running, on_click=here.stop)
    st.progress(min(uncrumple_depths_viz.fraction(rungs), 1.0), text=uncrumple_depths_viz.progress(now.state, rungs))
    with st.container():
        if now.message:
            refuse(f"The comparison failed: {now.message}.")
    linear = paper(wanted.crumple)[3]
    live_figure(
        uncrumple_depths_viz.depths_figure(rungs, linear),
        key="uncrumple_depths",
        height=360,
        alt=f"Bars: the fitted linear model {linear:.1%}. {uncrumple_depths_viz.outcome(rungs, linear)}",
    )
    with st.container():
        if outcome := uncrumple_depths_viz.outcome(rungs, linear):
            st.markdown(outcome)
    was_running = st.session_state.get("uncrumple_was_comparing", False)
    st.session_state["uncrumple_was_comparing"] = running
    if was_running != running:
        st.rerun()
