"""Which ball, how many layers, what is asked of them; the reader's trainings."""

import streamlit as st

from engine.geometry.crumpling import DEFAULT_STRENGTH, MAX_SEED, Crumple
from engine.geometry.uncrumple import DEPTHS, Settings
from engine.geometry.uncrumple_runs import Uncrumpler
from pages.shell import keeping, share
from pages.shell.typed import typed_whole
from viz.geometry import uncrumple as uncrumple_viz


@keeping.kept(close=Uncrumpler.close)
def trainings() -> Uncrumpler:
    """The reader's trainings; they outlive a lost connection."""
    return Uncrumpler()


def current() -> Settings:
    """The settings as chosen below the picture; what is under way for others is stopped."""
    wanted = chosen()
    trainings().leave(wanted)
    return wanted


def chosen() -> Settings:
    """The settings as chosen; a button's callback asks anew, so that what was changed just before the click counts."""
    state = st.session_state
    share.default("uncrumple_strength", DEFAULT_STRENGTH, share.between(0, 1))
    share.default("uncrumple_seed", 0, share.between(0, MAX_SEED))
    share.default("uncrumple_depth", 8, DEPTHS)
    share.default("uncrumple_objective", "separate", uncrumple_viz.OBJECTIVES)
    crumple = Crumple(round(float(state.uncrumple_strength), 2), int(state.uncrumple_seed))
    return Settings(crumple, state.uncrumple_depth, state.uncrumple_objective)


def another() -> None:
    """The next ball."""
    st.session_state.uncrumple_seed = (int(st.session_state.uncrumple_seed) + 1) % (MAX_SEED + 1)


def choose(wanted: Settings) -> None:
    """The controls under the picture."""
    ball, network = st.columns(2, gap="large")
    with ball:
        st.slider(
            "Strength: how tightly it is crumpled",
            0.0,
            1.0,
            step=0.05,
            key="uncrumple_strength",
            persist_state="session",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed_whole("Ball number", key="uncrumple_seed", high=MAX_SEED, width=160)
            st.button("Another ball", icon=":material/casino:", key="uncrumple_another", on_click=another)
    with network:
        st.segmented_control("Layers", DEPTHS, wrap=True, key="uncrumple_depth", required=True, persist_state="session")
        st.segmented_control(
            "What the network is asked",
            list(uncrumple_viz.OBJECTIVES),
            wrap=True,
            format_func=uncrumple_viz.OBJECTIVES.get,
            key="uncrumple_objective",
            required=True,
            persist_state="session",
        )
    if wanted.crumple.strength == 0:
        st.caption("At strength 0 the sheets lie flat: here even the fitted linear model parts them.")
