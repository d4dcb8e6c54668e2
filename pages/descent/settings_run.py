"""The run of the chosen cell: its start, its path and loss curve, its outcome in words."""

from functools import partial

import streamlit as st

from engine.descent import surfaces
from engine.descent.descent import METHODS, Family
from engine.descent.settings_map import Choice, SettingsMap
from engine.descent.surfaces import Surface
from pages.shell import share
from pages.shell.typed import typed_number
from viz.components.live_figure import live_figure
from viz.descent import settings_run, settings_words

HEIGHT = 560


def begin(surface: Surface) -> tuple[float, ...]:
    """The start, as typed or clicked; another function brings its own."""
    state, here = st.session_state, (surface.title, surface.window)
    usual = {
        f"settings_map_start_{name}": round(value, 3)
        for name, value in zip(surface.variables, surface.start, strict=True)
    }
    if state.setdefault("settings_map_here", here) != here:
        state.update(usual, settings_map_here=here)
    return tuple(
        share.default(key, value, share.between(*side))
        for (key, value), side in zip(usual.items(), surface.window, strict=True)
    )


def pick_start(surface: Surface) -> None:
    """A click on the path's picture starts there."""
    if click := (st.session_state.get("settings_map_run") or {}).get("click"):
        for name, (low, high) in zip(surface.variables, surface.window, strict=True):
            st.session_state[f"settings_map_start_{name}"] = round(min(max(click[name], low), high), 3)


def choose_start(surface: Surface) -> None:
    """Coordinates of the start, for those who do not click."""
    columns = st.columns(2, gap="large")
    for column, name, (low, high) in zip(columns, surface.variables, surface.window, strict=False):
        with column:
            typed_number(f"Start, {name}", key=f"settings_map_start_{name}", low=low, high=high)


def show_run(settings_map: SettingsMap, chosen: Choice, surface: Surface, method: str, family: Family) -> None:
    """The chosen cell's run: path and loss curve, played in the browser."""
    run = settings_run.drawn(surface, settings_map, chosen, family.points[chosen], family.losses[chosen])
    grid = surfaces.grid(surface, 81 if len(surface.window) == 2 else 401)
    live_figure(
        settings_run.run_figure(surface, grid, run, method),
        key="settings_map_run",
        height=HEIGHT,
        clicks=True,
        on_change=partial(pick_start, surface),
        alt=f"The path of {METHODS[method].title} on {surface.title} above its loss at every step",
    )
    st.markdown(settings_words.run_words(settings_map, chosen, family.points[chosen], family.losses[chosen], run.last))
