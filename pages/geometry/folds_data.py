"""Which points the network is to tell apart: a set made here, or the reader's own."""

from typing import Any

import streamlit as st

from engine.errors import InvalidInput
from engine.geometry import folds_data
from engine.geometry.folds_data import MAX_NOISE, NOISE, POINTS, REACH, SHAPES, TURNS, Points
from pages.shell import share
from pages.shell.typed import typed_whole
from viz.components.paint_board import paint_board
from viz.geometry.folds import CLASSES, COLORS
from viz.verbatim import sentence

OWN = "own"
MAX_SEED = 9_999


def choose() -> None:
    """A set made here, or the reader's own."""
    titles = {name: shape.title for name, shape in SHAPES.items()} | {OWN: "Paint"}
    share.default("folds_shape", "spirals", titles)
    st.segmented_control(
        "Points of two classes",
        list(titles),
        wrap=True,
        format_func=titles.get,
        key="folds_shape",
        required=True,
        persist_state="session",
    )


def current() -> Points:
    """The points as chosen: made with the settings below the picture, or painted here."""
    data = chosen()
    with st.container():
        if st.session_state.folds_shape == OWN:
            _paint(data)
    return data


def chosen() -> Points:
    """The points as chosen, without the board."""
    if st.session_state.folds_shape == OWN:
        return folds_data.painted(*_own())
    return folds_data.generate(st.session_state.folds_shape, **knobs())


def knobs() -> dict[str, Any]:
    """Noise, seed and turns of the set made here."""
    share.default("folds_noise", NOISE, share.between(0, MAX_NOISE))
    share.default("folds_data_seed", 0, share.between(0, MAX_SEED))
    share.default("folds_turns", TURNS[1], TURNS)
    kept = st.session_state
    return {"noise": kept.folds_noise, "seed": int(kept.folds_data_seed), "turns": kept.folds_turns}


def settings() -> None:
    """What can be set about the points; nothing about painted ones."""
    own, spirals = (st.session_state.folds_shape == name for name in (OWN, "spirals"))
    knobs()
    left, middle, right = st.columns(3, gap="large")
    kept: dict[str, Any] = {"persist_state": "session"}
    left.slider("Noise", 0.0, MAX_NOISE, step=0.01, key="folds_noise", disabled=own, **kept)
    with middle:
        typed_whole("Seed of the points", key="folds_data_seed", high=MAX_SEED, disabled=own)
    right.select_slider("Turns of each spiral", TURNS, key="folds_turns", disabled=not spirals, **kept)


def problem(data: Points) -> str:
    """Why a network can learn nothing from these points, or ""."""
    try:
        folds_data.require(data)
    except InvalidInput as error:
        return sentence(error)
    return ""


def _own() -> tuple[list, list]:
    return share.default("folds_own", ([], []), lambda own: bool(folds_data.painted(*own)))


def _paint(data: Points) -> None:
    paint_board(
        *_own(),
        key="folds_paint",
        names=CLASSES,
        colors=COLORS,
        reach=REACH,
        most=POINTS,
        answered=st.session_state.get("folds_paint_seen", ""),
        on_change=_keep,
    )
    with st.container():
        if said := problem(data):
            st.info(said, icon=":material/brush:")


def _keep() -> None:
    """Points painted, kept for when the board is shown again."""
    painted = (st.session_state.get("folds_paint") or {}).get("painted")
    if painted:
        folds_data.painted(painted["points"], painted["labels"])
        st.session_state.folds_own = (painted["points"], painted["labels"])
        st.session_state.folds_paint_seen = painted["count"]
