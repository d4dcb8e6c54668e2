"""The network of folds: its settings, its training in the background, its picture while it learns."""

from threading import Thread
from typing import Any

import streamlit as st

from engine.background import Background, Progress
from engine.geometry import folds, folds_data, folds_view
from engine.geometry.folds import ACTIVATIONS, MAX_SEED, RATES, UPDATES, Settings, Snapshot
from engine.geometry.folds_data import Points
from pages.geometry.folds_data import chosen, problem
from pages.shell import keeping, share
from pages.shell.typed import typed_whole
from viz.components.live_figure import Narrow, live_figure
from viz.components.point_cloud import point_cloud
from viz.geometry import folds as folds_viz
from viz.geometry import folds_words as words
from viz.verbatim import verbatim

POLL_SECONDS = 0.4
FIRST = {"layers": 3, "units": 3, "updates": 1_000, "rate": 0.03, "seed": 0}
OFFERED: dict[str, Any] = {
    "layers": [1, 2, 3, 4],
    "units": [2, 3],
    "updates": UPDATES,
    "rate": RATES,
    "seed": share.between(0, MAX_SEED),
}


@keeping.kept(close=Background.close, busy=lambda work: work.poll().state != "new")
def current() -> Background[Snapshot]:
    """The reader's training; it outlives a lost connection."""
    return Background("folds")


@st.cache_resource(show_spinner=False)
def _compiler(shape: Settings) -> Thread:
    """Compiles beside the page, so that the first update follows the button at once."""
    compiler = Thread(target=folds.prepare, args=(shape,), name="folds compiler")
    compiler.start()
    return compiler


def settings() -> Settings:
    """The settings of the network, as they stand."""
    for name, value in FIRST.items():
        share.default(f"folds_{name}", value, OFFERED[name])
    kept = st.session_state
    return Settings(kept.folds_layers, kept.folds_units, kept.folds_updates, kept.folds_rate, int(kept.folds_seed))


def choose() -> None:
    """The controls of these settings."""
    kept: dict[str, Any] = {"persist_state": "session"}
    layers, units, rate, updates, seed = st.columns([4, 3, 4, 3, 3], gap="medium")
    layers.segmented_control("Hidden layers", OFFERED["layers"], wrap=True, key="folds_layers", required=True, **kept)
    units.segmented_control("Units in each", OFFERED["units"], wrap=True, key="folds_units", required=True, **kept)
    rate.select_slider("Learning rate", RATES, format_func="{:g}".format, key="folds_rate", **kept)
    updates.selectbox("Updates", UPDATES, format_func="{:,}".format, key="folds_updates", **kept)
    with seed:
        typed_whole("Seed of the weights", key="folds_seed", high=MAX_SEED)


def activation() -> str:
    """Which of the three networks is drawn; all are trained."""
    share.default("folds_activation", "relu", ACTIVATIONS)
    return st.segmented_control(
        "Activation drawn", list(ACTIVATIONS), wrap=True, key="folds_activation", required=True, persist_state="session"
    )


def now(data: Points, wanted: Settings) -> tuple[Progress[Snapshot], Snapshot]:
    """The training of these points and settings, untrained before it has begun; one of others is stopped."""
    progress = current().poll()
    if progress.latest is not None:
        if progress.latest.answers(data, wanted):
            return progress, progress.latest
        current().stop()
    return Progress(), folds.untrained(data, wanted)


def buttons(data: Points, wanted: Settings) -> None:
    """Train, Stop."""
    progress, _ = now(data, wanted)
    running = current().poll().state == "running"
    _compiler(Settings(wanted.hidden_layers, wanted.units))
    with st.container(horizontal=True):
        st.button(
            "Train again" if progress.latest else "Train",
            key="folds_train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=running or bool(problem(data)),
            on_click=_start,
        )
        st.button("Stop", key="folds_stop", disabled=not running, on_click=current().stop)


def _start() -> None:
    """Asked before the script runs: what was changed just before the click counts, though no run has seen it yet."""
    data, wanted = chosen(), settings()
    if not problem(data):
        current().start(lambda: folds.train(data, wanted))


def picture(data: Points, wanted: Settings, drawn: str) -> None:
    """The way through the layers, the answers and the curves; followed while training runs."""
    _follow(_picture)(data, wanted, drawn)


def rivals(data: Points, wanted: Settings) -> None:
    """relu, tanh and linear on the same points, from the same weights."""
    st.header("The same points, three activations", anchor=False)
    _follow(_rivals)(data, wanted)


def _follow(part):
    running = current().poll().state == "running"
    return st.fragment(part, run_every=POLL_SECONDS if running else None)


def _picture(data: Points, wanted: Settings, drawn: str) -> None:
    progress, shown = now(data, wanted)
    way = folds_view.way(data, shown.runs[drawn].params, drawn)
    said = words.outcome(shown, drawn)
    st.progress(shown.update / wanted.updates, text=said)
    with st.container():
        if message := progress.message or words.trouble(shown, drawn, way):
            st.warning(verbatim(message), icon=":material/warning:")
    left, right = st.columns([3, 2], gap="large")
    with left:
        point_cloud(folds_viz.fold_cloud(shown, drawn, way), key="folds_cloud", height=460, scrub_label="Stage")
    with right:
        live_figure(
            folds_viz.training_figure(shown, drawn, way.regions),
            key="folds_training",
            height=570,
            alt=f"Where in the plane the network answers blue or red; its loss and its accuracy. {said}",
        )
    was_running = st.session_state.get("folds_was_running", False)
    st.session_state["folds_was_running"] = running = current().poll().state == "running"
    if was_running and not running:
        st.rerun()


def _rivals(data: Points, wanted: Settings) -> None:
    _, shown = now(data, wanted)
    st.markdown(words.rivals(shown))
    reach = folds_data.reach(data)
    regions = {name: folds_view.regions(run.params, name, reach) for name, run in shown.runs.items()}
    live_figure(
        folds_viz.rivals_figure(shown, regions),
        key="folds_rivals",
        height=340,
        narrow=Narrow(folds_viz.narrow_rivals(), 960),
        alt=f"What relu, tanh and linear answer all over the plane. {words.rivals(shown).replace('*', '')}",
    )
