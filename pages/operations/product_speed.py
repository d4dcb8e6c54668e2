"""What a product costs: multiply–adds, and the time of three loops, NumPy and JAX, measured on this machine."""

import streamlit as st

from engine.operations.product_speed import Settings, Speed
from pages.shell import keeping, share
from viz.components.live_figure import live_figure
from viz.operations.product_speed import settings_words, speed_figure, speed_words

SIZES = {
    "16 × 16": Settings(16, 16, 16),
    "64 × 64": Settings(64, 64, 64),
    "256 × 256": Settings(256, 256, 256),
    "1024 × 1024": Settings(1024, 1024, 1024),
    "A batch through the first layer": Settings(128, 784, 512),
}
POLL_SECONDS = 0.3
WORDS = {
    "new": "Not measured yet",
    "waiting": "Waiting for another measurement on this machine",
    "running": "Measuring",
    "finished": "Measured",
    "stopped": "Stopped",
    "failed": "Failed",
}


@keeping.kept(close=Speed.close)
def measurement() -> Speed:
    """The reader's own measurement; it outlives a lost connection."""
    return Speed()


def speed() -> None:
    """Choose a size, measure, stop; the bars grow while it runs."""
    st.header("What it costs", anchor=False)
    share.default("product_size", list(SIZES)[-1], SIZES)
    size = st.segmented_control(
        "Size of the two matrices", list(SIZES), key="product_size", wrap=True, required=True, persist_state="session"
    )
    st.markdown(settings_words(SIZES[size]))
    here = measurement()
    under_way = here.poll().under_way
    with st.container(horizontal=True):
        st.button("Measure", key="product_measure", type="primary", icon=":material/timer:", disabled=under_way,
                  on_click=here.start, args=(SIZES[size],))  # fmt: skip
        st.button("Stop", key="product_stop", on_click=here.stop, disabled=not under_way)
    st.fragment(_bars, run_every=POLL_SECONDS if under_way else None)()


def _bars() -> None:
    now = measurement().poll()
    st.progress(now.fraction, text=f"**{WORDS[now.state]}**" + (f" · {now.message}" if now.message else ""))
    words = speed_words(now)
    live_figure(speed_figure(now), key="product_speed", height=190, alt=words or "No times yet.")
    st.markdown(words or "Press **Measure**. The three take turns, five times each; the bars show the medians.")
    was_under_way = st.session_state.get("product_under_way", False)
    st.session_state.product_under_way = now.under_way
    if was_under_way and not now.under_way:
        st.rerun()
