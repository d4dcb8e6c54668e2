"""Which settings arrive: steps over learning rate and momentum, any cell of it as a run; out of a local minimum."""

from functools import partial

import streamlit as st

from engine.descent import settings_map
from engine.descent.descent import METHODS, Family
from engine.descent.settings_map import Choice, SettingsMap
from engine.descent.surfaces import Surface
from pages.descent.local_minima import valleys
from pages.descent.settings_run import HEIGHT, begin, choose_start, show_run
from pages.descent.surface_choice import choose_kind, choose_surface, show_formula
from pages.shell import layout, share
from pages.shell.positions import position_slider
from viz.components.live_figure import live_figure
from viz.descent import settings_map_snippets as snippets
from viz.descent import settings_words
from viz.descent.settings_map import map_figure


@st.cache_resource(max_entries=8, show_spinner=False)
def tried(surface: Surface, method: str, start: tuple[float, ...], limit: int) -> Family:
    """Every run of the map, shared by all readers: at most 20 MB each."""
    return settings_map.runs(surface, method, start, limit)


def choose_question() -> tuple[Surface, str, float, int]:
    """The function, the method, the tolerance and the number of steps."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        kind = choose_kind("settings_map")
    with right:
        name, surface, _ = choose_surface("settings_map", kind, *st.columns(2, gap="large"))
    show_formula("settings_map", kind, name, surface)
    method, tolerance, limit = st.columns([5, 3, 2], gap="large")
    share.default("settings_map_method", "momentum", settings_map.METHODS)
    share.default("settings_map_tolerance", 0.01, settings_map.TOLERANCES)
    share.default("settings_map_limit", 200, settings_map.STEPS)
    return (
        surface,
        method.pills(
            "Way to descend",
            settings_map.METHODS,
            wrap=True,
            format_func=lambda name: METHODS[name].title,
            key="settings_map_method",
            required=True,
            persist_state="session",
        ),
        tolerance.segmented_control(
            "Arrived when this much of the height is left",
            settings_map.TOLERANCES,
            wrap=True,
            required=True,
            format_func=settings_words.percent,
            key="settings_map_tolerance",
            persist_state="session",
        ),
        limit.segmented_control(
            "Steps", settings_map.STEPS, wrap=True, key="settings_map_limit", required=True, persist_state="session"
        ),
    )


def pick_cell(shown: SettingsMap) -> None:
    """A click on the map sets both sliders."""
    if click := (st.session_state.get("settings_map_map") or {}).get("click"):
        place = settings_map.nearest(shown, click["x"], click["y"])
        st.session_state.update(settings_map_rate=place.rate, settings_map_momentum=place.momentum)


def choose_cell(shown: SettingsMap) -> Choice:
    """The two sliders under the map; at first they stand on its best cell."""
    best = shown.best or Choice(shown.rates.size // 2, shown.momenta.size // 2)
    share.default("settings_map_rate", best.rate, range(shown.rates.size))
    share.default("settings_map_momentum", best.momentum, range(shown.momenta.size))
    left, right = st.columns(2, gap="large")
    rates = [settings_words.number(rate) for rate in shown.rates]
    momenta = [f"{momentum:.2f}" for momentum in shown.momenta]
    rate = position_slider("Learning rate", rates, key="settings_map_rate", place=left)
    momentum = position_slider("Momentum", momenta, key="settings_map_momentum", place=right)
    return Choice(rate, momentum)


def show_map(shown: SettingsMap, chosen: Choice, surface: Surface, method: str) -> None:
    """The heat map, and its best cell and its theory in words."""
    theory = settings_map.theory(surface, method)
    live_figure(
        map_figure(shown, chosen, method, theory),
        key="settings_map_map",
        height=HEIGHT,
        clicks=True,
        alt=f"Steps to arrive for {METHODS[method].title} on {surface.title}. {settings_words.best_words(shown)}",
        on_change=partial(pick_cell, shown),
    )


def say_theory(shown: SettingsMap, surface: Surface, method: str, start: tuple[float, ...]) -> None:
    """The best cell, and how far theory and measurement agree."""
    theory = settings_map.theory(surface, method)
    found = theory and settings_map.agreement(shown, theory)
    optimum = theory and theory.optimum
    at_optimum = settings_map.steps_at(shown, surface, method, start, optimum) if optimum else 0
    st.markdown(settings_words.best_words(shown))
    st.markdown(settings_words.theory_words(theory, found, method, at_optimum))


@share.fragment
def explore() -> None:
    """The question, the map, one run of it, and the code."""
    surface, method, tolerance, limit = choose_question()
    start = begin(surface)
    family = tried(surface, method, start, limit)
    shown = settings_map.measure(surface, family, tolerance)
    with st.container():
        if sentence := settings_words.start_problem(shown):
            st.warning(sentence)
    left, right = st.columns(2, gap="large")
    with left:
        picture = st.container()
        chosen = choose_cell(shown)
        with picture:
            show_map(shown, chosen, surface, method)
        say_theory(shown, surface, method, start)
    with right:
        picture = st.container()
        choose_start(surface)
        with picture:
            show_run(shown, chosen, surface, method, family)
    layout.notice(
        "The fast settings lie just left of the boundary, close to a learning rate that is too large.",
        "Momentum allows a larger learning rate, yet too much swings for long.",
        "The steeper the ravine, the fewer settings arrive.",
    )
    layout.try_this(
        "Take the ravine from a factor of 1 to 1,000 and watch the best cell climb.",
        "Choose “First edition's plus”: theory has it converge only below momentum 0.5.",
        "Choose Rosenbrock or Bumpy: the boundary frays.",
    )
    layout.code("settings_map", snippets.settings_map(surface, method, start, shown))


layout.opening(
    "Which settings arrive",
    "Descent has two settings: the **learning rate**, how far a step goes, and the **momentum**, how much of the last "
    "step is kept. Here every pair is tried. Colour says how many steps it needs; click a cell and its run appears.",
)
explore()
valleys()
