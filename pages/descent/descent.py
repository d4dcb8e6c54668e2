"""Descent: every optimizer down the same curve or surface from one start, redrawn while a slider is dragged."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import streamlit as st

from engine.descent import descent, surfaces
from engine.descent.descent import METHODS, Family, Trace
from engine.descent.surfaces import Surface
from pages.descent.surface_choice import choose_kind, choose_surface, show_formula
from pages.shell import layout, share
from viz.components.descent_board import Race, descent_board
from viz.descent import descent as descent_viz
from viz.descent import descent_snippets as snippets

FIRST_METHODS = {"surface": ["sgd", "momentum", "adam"], "curve": ["sgd", "momentum"]}
FIRST_SETTING = (36, 16, 12, "momentum")
SETTINGS = (descent.RATES, descent.MOMENTA, descent.STEPS + 1)
RESOLUTION = {"surface": 81, "curve": 401}


def chosen_surface(kind: str, picker: Any, bender: Any) -> tuple[str, Surface]:
    """The function chosen, a typed one in its window with rates that suit it; and a name under which to remember it."""
    name, surface, half = choose_surface("descent", kind, picker, bender, window=True)
    if half is None:
        return name, surface
    seen = descent_viz.windowed(surface, half)
    return f"{kind} typed {half}", descent_viz.offered(seen, *surfaces.grid(seen, RESOLUTION[kind]))


@st.cache_data(max_entries=16, show_spinner=False)
def raced(surface: Surface, start: tuple[float, ...], methods: tuple[str, ...], resolution: int) -> Race:
    """The surface on its grid and every run of every method from this start."""
    rates, momenta = (jnp.asarray(values, jnp.float32) for values in descent.settings(surface.rates))
    point = jnp.asarray(start, jnp.float32)

    def runs(name: str) -> Family:
        betas = momenta if METHODS[name].uses_momentum else momenta[:1]
        return descent.family(surface.expression, name, point, rates, betas)

    # A new function is compiled once per method; compiling leaves the interpreter free, so all go on at once.
    with ThreadPoolExecutor() as pool:
        families = dict(zip(methods, pool.map(runs, methods), strict=True))
    _, values = surfaces.grid(surface, resolution)
    return descent_viz.race(surface, values, surfaces.heights(surface), families)


def inside(surface: Surface, start: tuple[float, ...]) -> bool:
    """Whether this can be a start: a point of the window; none stands for the function's own."""
    return not start or all(low <= at <= high for at, (low, high) in zip(start, surface.window, strict=True))


def remembered(kind: str, name: str, surface: Surface) -> tuple[dict[str, Any], descent_viz.Setting, str]:
    """For this function: its last start and the one before, where the controls stand, and the last click's count."""
    board = st.session_state.get(f"descent_board_{kind}") or {}
    seen = st.session_state.setdefault(f"descent_seen_{kind}", {"start": "", "settings": ""})
    checks: dict[str, share.Check] = {
        "start": partial(inside, surface),
        "setting": lambda at: all(0 <= k < n for k, n in zip(at, SETTINGS, strict=False)) and at[3] in METHODS,
    }
    place = share.parts(f"descent_place_{name}", {"start": (), "setting": FIRST_SETTING}, checks)
    place.setdefault("before", None)
    if (click := board.get("start")) and click["count"] != seen["start"]:
        place |= {"start": tuple(click["point"]), "before": place["start"]}
        seen["start"] = click["count"]
    if (moved := board.get("settings")) and moved["count"] != seen["settings"]:
        place["setting"] = tuple(moved[part] for part in ("rate", "momentum", "step", "method"))
        seen["settings"] = moved["count"]
    rate, momentum, step, method = place["setting"]
    return place, descent_viz.Setting(rate, momentum, step, method, version=name), seen["start"]


def begun(surface: Surface, place: dict[str, Any], method: str, rate: float, momentum: float) -> tuple[Trace, str]:
    """The run from the last start at which the function is finite, and what to say where that is not the one wanted."""
    for start in filter(None, (place["start"], place["before"], surface.start)):
        trace = descent.descend(surface.expression, method, jnp.asarray(start, jnp.float32), rate, momentum)
        if np.isfinite(trace.losses[0]):
            refused = place["start"] not in ((), start)
            message = descent_viz.refusal(place["start"]) if refused else ""
            place |= {"start": start if place["start"] else (), "before": None}
            return trace, message
    return trace, descent_viz.NOWHERE


@share.fragment
def race() -> None:
    """Choose a function and methods; the board; its code."""
    left, picker, bender = st.columns([3, 3, 4], gap="medium")
    kind = choose_kind("descent", left)
    name, surface = chosen_surface(kind, picker, bender)
    share.default(f"descent_methods_{kind}", FIRST_METHODS[kind], set(METHODS).issuperset)
    chosen = st.pills(
        "Ways to descend",
        list(METHODS),
        wrap=True,
        format_func=lambda name: METHODS[name].title,
        selection_mode="multi",
        key=f"descent_methods_{kind}",
        persist_state="session",
    )
    methods = tuple(name for name in METHODS if name in chosen)
    show_formula("descent", kind, name, surface)
    place, setting, click = remembered(kind, name, surface)
    if methods and setting.method not in methods:
        setting = setting._replace(method=methods[0])
    rates, momenta = descent.settings(surface.rates)
    rate, momentum = rates[setting.rate], momenta[setting.momentum]
    trace, message = begun(surface, place, setting.method, rate, momentum)
    start = place["start"] or surface.start
    shown = descent_viz.board(
        raced(surface, start, methods, RESOLUTION[kind]),
        rates=rates,
        momenta=momenta,
        start=start,
        setting=setting,
        trace=trace if methods else None,
        answer=descent_viz.Answer(click, message),
        alt=f"{surface.title} with the paths of {', '.join(METHODS[name].title for name in methods) or 'no method'}",
    )
    descent_board(shown, key=f"descent_board_{kind}")
    layout.code("descent", snippets.descent(surface, setting.method, start, rate, momentum))


layout.opening(
    "Descent",
    "The **gradient** of a loss points uphill. **Gradient descent** steps against it: new point = old point − learning "
    "rate × gradient. Drag the learning rate and the whole path follows; click the picture to start elsewhere.",
)
race()
layout.notice(
    "Too small a learning rate creeps, too large a one jumps from wall to wall and away.",
    "In a ravine plain descent zigzags. Momentum adds up along the valley and cancels across it.",
    "Adagrad, RMSprop and Adam divide by the root of the squared gradients so far (the box at the point), so steep and "
    "flat directions move alike.",
    "First edition's plus adds the uphill gradient to the velocity; above a momentum of 0.5 the ball climbs.",
)
layout.try_this(
    "On the ravine, find the largest learning rate with which SGD converges. Theory: 2 divided by the larger "
    "curvature, 2 / 20 = 0.1.",
    "On the curve with two minima, raise the momentum until the ball leaves the first valley.",
    "Type `log(x) + 1/x` as a curve of your own: grey is where it is undefined. A long step to the left ends there.",
)
