"""The race of loops against vectors: its controls, its bars, its outcome; it runs off the page's thread."""

import streamlit as st

from engine.operations.race import MAX_REPETITIONS, Race, Settings, Snapshot, parse_size
from pages.shell import keeping, layout, share
from pages.shell.refusal import refuse
from pages.shell.typed import typed, typed_whole
from viz.components.live_figure import live_figure
from viz.operations import elementwise_snippets as snippets
from viz.operations import race as race_viz

POLL_SECONDS = 0.3
SIZES = {"1 × 1": "1, 1", "20 × 100": "20, 100", "200 × 1,000": "200, 1000", "2,000 × 5,000": "2000, 5000"}
REPETITIONS = {"2,000 × 5,000": 10}


@keeping.kept(close=Race.close)
def current() -> Race:
    """The reader's race; it outlives a lost connection."""
    return Race()


def race() -> None:
    """Everything about the race, from its title to its code."""
    st.header("The race: loops against vectors", anchor=False)
    st.markdown(
        "relu(x + y) for two float32 matrices of random numbers. **Python loops** visit cell after cell, as section "
        "2.3.1 of the book writes them. **NumPy** and **JAX** take whole arrays: their loops run in machine code. "
        "Measured now, on the machine this app runs on."
    )
    wanted = _settings()
    now = current().poll()
    _buttons(wanted, now)
    st.fragment(_picture, run_every=POLL_SECONDS if now.under_way else None)()
    layout.notice(
        "The scale is logarithmic: each step to the right is ten times longer.",
        "JAX **compiles** at its first call: that bar is paid once for each shape.",
        "JAX returns before it has computed, so each call is waited for. A call costs some microseconds of "
        "**dispatch**: on small arrays NumPy is faster.",
    )
    st.markdown("**The code of this race**")
    tabs = snippets.race(wanted.shape, wanted.repetitions)
    for tab, source in zip(st.tabs(list(tabs), key="elementwise_race_code"), tabs.values(), strict=True):
        tab.code(source, language="python")


def _settings() -> Settings:
    """Size and repetitions, by one click or as typed."""

    def take() -> None:
        if chosen := st.session_state.elementwise_race_preset:
            st.session_state.elementwise_race_size = SIZES[chosen]
            st.session_state.elementwise_race_repetitions = REPETITIONS.get(chosen, 1_000)

    share.default("elementwise_race_preset", "20 × 100", [None, *SIZES], kind=str)
    share.default("elementwise_race_repetitions", 1_000, share.between(1, MAX_REPETITIONS))
    left, middle, right = st.columns([5, 3, 2])
    left.segmented_control(
        "Size of both matrices",
        list(SIZES),
        wrap=True,
        key="elementwise_race_preset",
        on_change=take,
        persist_state="session",
    )
    with middle:
        shape = typed(
            "Rows, columns",
            parse_size,
            key="elementwise_race_size",
            default="20, 100",
            still="Still in force:",
            pictured=False,
        )
    with right:
        repetitions = typed_whole("Repetitions", key="elementwise_race_repetitions", low=1, high=MAX_REPETITIONS)
    return Settings(shape, repetitions)


def _buttons(wanted: Settings, now: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Race",
            key="elementwise_race_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=now.under_way,
            on_click=current().start,
            args=(wanted,),
        )
        st.button("Stop", key="elementwise_race_stop", disabled=not now.under_way, on_click=current().stop)


def _picture() -> None:
    now = current().poll()
    st.progress(now.fraction, text=f"**{race_viz.status(now)}** · {race_viz.work(now)}")
    with st.container():
        if now.message:
            refuse(now.message)
    live_figure(race_viz.race_figure(now), key="elementwise_race_bars", height=270, alt=race_viz.alt(now))
    with st.container():
        if now.state == "finished":
            st.markdown(race_viz.outcome(now))
            st.caption(race_viz.measured(now))
        if len(finished := current().finished) > 1:
            st.table(race_viz.history(finished))
    was_under_way = st.session_state.get("elementwise_race_was_under_way", False)
    st.session_state["elementwise_race_was_under_way"] = now.under_way
    if was_under_way and not now.under_way:
        st.rerun()
