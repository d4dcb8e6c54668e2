"""The ball in the higher valley: find the smallest momentum that takes it across, then let a sweep confirm it."""

import streamlit as st

from engine.descent import local_minima, surfaces
from engine.descent.descent import STEPS
from engine.descent.local_minima import RATES, SLIDER_MOMENTA, SURFACE, Sweep
from pages.shell import layout, share
from viz.components.descent_board import Race, descent_board
from viz.components.live_figure import Narrow, live_figure
from viz.descent import descent as board
from viz.descent import local_minima as local_minima_viz
from viz.descent import settings_map_snippets as snippets

FIRST = {"start": SURFACE.start, "rate": 3, "momentum": 50, "step": 40}
CHECKS: dict[str, share.Check] = {
    "start": lambda start: SURFACE.window[0][0] <= start[0] <= SURFACE.window[0][1],
    "rate": range(len(RATES)),
    "momentum": range(len(SLIDER_MOMENTA)),
    "step": range(STEPS + 1),
}
NARROW = Narrow({"legend": {"y": -0.2, "yanchor": "top", "orientation": "h", "x": 0}}, 520)


@st.cache_data(max_entries=16, show_spinner=False)
def raced(start: tuple[float, ...]) -> Race:
    """The curve, and the runs of all the sliders' settings from this start."""
    _, values = surfaces.grid(SURFACE, 401)
    return board.race(SURFACE, values, surfaces.heights(SURFACE), {local_minima.METHOD: local_minima.family(start)})


@st.cache_data(max_entries=16, show_spinner=False)
def swept(start: tuple[float, ...]) -> Sweep:
    """Where the ball ends for all learning rates and momenta of the sweep."""
    return local_minima.sweep(start)


def keep() -> None:
    """A slider was let go, or the curve clicked."""
    state = st.session_state.get("settings_map_ball") or {}
    kept = st.session_state["settings_map_ball_kept"]
    if moved := state.get("settings"):
        kept |= {name: int(moved[name]) for name in ("rate", "momentum", "step")}
    if (click := state.get("start")) and click["count"] != kept.get("clicked"):
        kept |= {"start": tuple(click["point"]), "clicked": click["count"]}


def begin_left() -> None:
    """Back to the start in the higher valley."""
    st.session_state["settings_map_ball_kept"]["start"] = SURFACE.start


@share.fragment
def escape() -> None:
    """The ball, where it ends, the sweep on demand, the code."""
    kept = share.parts("settings_map_ball_kept", FIRST, CHECKS, prefix="ball_")
    start, rate, momentum = tuple(kept["start"]), kept["rate"], float(SLIDER_MOMENTA[kept["momentum"]])
    shown = board.board(
        raced(start),
        rates=RATES,
        momenta=SLIDER_MOMENTA,
        start=start,
        trace=local_minima.run(start, RATES[rate], momentum),
        setting=board.Setting(rate, kept["momentum"], kept["step"], local_minima.METHOD, "ball"),
        answer=board.Answer(kept.get("clicked", "")),
        alt="A curve with a higher valley on the left and a lower one on the right, and the path of a heavy ball",
    )
    descent_board(shown, key="settings_map_ball", on_change=keep)
    st.markdown(local_minima_viz.guess_words(RATES[rate], momentum, local_minima.end(start, RATES[rate], momentum)))
    with st.container(horizontal=True, vertical_alignment="center"):
        share.default("settings_map_sweep", False)
        shows = st.toggle("Show the sweep", key="settings_map_sweep", persist_state="session")
        st.button("Start on the left again", key="settings_map_left", on_click=begin_left)
    sweep = swept(start)
    with st.container():
        if shows:
            words = local_minima_viz.threshold_words(sweep, rate, momentum)
            live_figure(
                local_minima_viz.sweep_figure(sweep, rate, momentum),
                key="settings_map_sweep_figure",
                height=430,
                narrow=NARROW,
                alt=f"Where the ball rests for each momentum. {words}",
            )
            st.markdown(words)
    layout.notice(
        "A larger learning rate needs less momentum.",
        "Far above the threshold the ball swings over the hill, and the valley it ends in changes again and again: "
        "escaping is not arriving.",
    )
    layout.code("settings_map_escape", snippets.escape(start[0], RATES[rate], local_minima.bracket(sweep, rate)))


def valleys() -> None:
    """The section: what it asks, the ball, what to notice."""
    st.header("Out of a local minimum", anchor=False)
    st.markdown(
        "A **local minimum** is the lowest point of its own valley, but not of the whole curve. Too little "
        "momentum and the ball stays there. Drag **Momentum** and find the smallest that takes it over the hill; then "
        "show the sweep."
    )
    escape()
