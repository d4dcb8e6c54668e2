"""Which points the line is fitted to, and the board of surfaces: all of them, one, a batch."""

from typing import Any

import jax
import numpy as np
import streamlit as st

from engine.descent import noise
from engine.descent.noise import MEASURES
from engine.digits.mnist import Digits
from pages.descent.noise_race import answered, news
from pages.shell import share
from pages.shell.typed import typed_whole
from viz.components.noise_board import noise_board
from viz.descent import noise as noise_viz

REACH = 3
"""How far the reader's points and weights may lie from 0."""
PRESETS = {
    "Eight points": ([-2.0, -1.5, -1, -0.3, 0.2, 0.9, 1.4, 2], [-1.6, -0.2, -1.4, 0.6, -0.4, 1.3, 0.1, 1.7]),
    "On one line": ([-2, -1, 0, 1, 2], [-1.5, -0.75, 0, 0.75, 1.5]),
    "All at one x": ([1, 1, 1], [-1, 0.5, 2]),
    "No points": ([], []),
}
MINIS = {"digits": ([2, 4, 8, 16, 32, 64, 128], [8, 32]), "own": ([2, 3, 4, 6, 8, 12], [2, 4])}


def fitting(own: tuple[list[float], list[float]]) -> bool:
    """Whether these can be points of the reader's: as many x as y, and no more than the board takes."""
    x, y = own
    return len(x) == len(y) <= noise.ROOM and share.within(REACH)((*x, *y))


def place_preset() -> None:
    """Points of a preset in place of the reader's."""
    st.session_state.noise_own = PRESETS[st.session_state.noise_preset]
    st.session_state.noise_turn = st.session_state.get("noise_turn", 0) + 1


def keep() -> None:
    """The board reports points or a position; kept in a callback, since another rerun may cut the script short."""
    if moved := news("noise_board", "points"):
        st.session_state.noise_own = (moved["x"], moved["y"])
    if moved := news("noise_board", "place"):
        st.session_state.noise_place = moved["place"]


def choose_points(kind: str, digits: Digits) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
    """x, y and their titles: two measures of real digits, or the reader's own points."""
    left, right = st.columns(2, gap="medium")
    if kind == "own":
        share.default("noise_preset", "Eight points", PRESETS)
        left.selectbox("Start from", list(PRESETS), key="noise_preset", on_change=place_preset, persist_state="session")
        share.default("noise_own", PRESETS["Eight points"], fitting)
        across, up = (np.asarray(values, np.float32) for values in st.session_state.noise_own)
        return across, up, ("x", "y")
    for name, first in (("x", "width"), ("y", "inked")):
        share.default(f"noise_{name}", first, MEASURES)
    titles = {name: measure.title for name, measure in MEASURES.items()}
    shown: dict[str, Any] = {"format_func": titles.get, "persist_state": "session"}
    first = left.selectbox("x of each digit", list(MEASURES), key="noise_x", **shown)
    second = right.selectbox("y of each digit", list(MEASURES), key="noise_y", **shown)
    return *noise.measured(digits.train_images, first, second), (titles[first], titles[second])


def fitting_sizes(kind: str, count: int) -> list[int]:
    """Batch sizes to choose from: no batch is larger than all points, except that a slider needs two choices."""
    sizes = MINIS[kind][0]
    return sizes[: max(sum(size <= count for size in sizes), 2)]


def one_step(kind: str, x: np.ndarray, y: np.ndarray, axes: tuple[str, str]) -> int:
    """The board of surfaces; returns the seed."""
    left, right = st.columns(2, gap="medium")
    sizes = fitting_sizes(kind, len(x))
    share.default(f"noise_size_{kind}", MINIS[kind][1][0], sizes)
    size = left.select_slider("Batch size", sizes, key=f"noise_size_{kind}", persist_state="session")
    share.default("noise_seed", 0, share.between(0, 9999))
    with right:
        seed = typed_whole("Seed of the shuffling", key="noise_seed", high=9999)
    with st.container():
        if special := noise.degeneracy(x, y):
            st.info(noise_viz.DEGENERATE[special])
    draws = noise.orders(
        jax.random.fold_in(jax.random.key(seed), 1), len(x), noise.DRAWS, room=noise.ROOM if kind == "own" else None
    )
    place = share.default("noise_place", (-1.5, 1.5), share.within(REACH))
    shown = noise_viz.board(
        x,
        y,
        kind=kind,
        axes=axes,
        draws=draws,
        size=size,
        place=place,
        version=f"{kind} {st.session_state.get('noise_turn', 0)}",
        answered=answered("noise_board", "points"),
    )
    noise_board(shown, key="noise_board", on_change=keep)
    return seed
