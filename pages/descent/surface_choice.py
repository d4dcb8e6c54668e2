"""Choose a surface or a curve: a named one, the ravine with its conditioning, or the reader's own formula."""

from typing import Any, NamedTuple

import streamlit as st

from engine.descent import surfaces
from engine.descent.surfaces import CURVES, SURFACES, Surface
from engine.typed import expressions
from pages.shell import share
from pages.shell.typed import typed, typeset

TYPED = "typed"
KINDS = {"surface": "Surface, f(x, y)", "curve": "Curve, f(x)"}
NAMED = {"surface": SURFACES, "curve": CURVES}
FIRST = {"surface": "ravine", "curve": "valleys"}
EXAMPLES = {"surface": "x^2 / 4 + sin(2x) + y^2", "curve": "x^2 / 10 + sin(2x)"}
CONDITIONS = [1, 2, 5, 10, 20, 50, 100, 1000]
WINDOWS = [1, 3, 10, 30]


class Choice(NamedTuple):
    """What was chosen: its name in the list, or "typed". half: a typed function's window reaches from −half to half."""

    name: str
    surface: Surface
    half: int | None = None


def choose_kind(stem: str, place: Any = st) -> str:
    """ "surface" or "curve"; keys begin with the page's stem."""
    share.default(f"{stem}_kind", "surface", KINDS)
    return place.segmented_control(
        "Descend on a",
        list(KINDS),
        wrap=True,
        format_func=KINDS.get,
        key=f"{stem}_kind",
        required=True,
        persist_state="session",
    )


def choose_surface(stem: str, kind: str, picker: Any, bender: Any, *, window: bool = False) -> Choice:
    """The surface or curve picked, bent by its conditioning, or typed, with its window if that can be chosen.

    picker, bender: the columns of the list and of what belongs to the function picked.
    """
    titles = {name: surface.title for name, surface in NAMED[kind].items()} | {TYPED: "Your own function"}
    share.default(f"{stem}_{kind}", FIRST[kind], titles)
    name = picker.selectbox(
        "Function", list(titles), format_func=titles.get, key=f"{stem}_{kind}", persist_state="session"
    )
    with bender.container():
        if name == TYPED:
            return _typed(stem, kind, window)
        if name == "ravine":
            share.default(f"{stem}_condition", 20, CONDITIONS)
            condition = st.select_slider(
                "Steeper along y by a factor of", CONDITIONS, key=f"{stem}_condition", persist_state="session"
            )
            return Choice(name, surfaces.bowl_of(condition))
        return Choice(name, NAMED[kind][name])


def mathematics(surface: Surface) -> str:
    """The function as LaTeX."""
    return rf"f({', '.join(surface.variables)}) = {expressions.tex(surface.expression)}"


def show_formula(stem: str, kind: str, name: str, surface: Surface) -> None:
    """A function of the list as mathematics; a typed one stands below its box."""
    with st.container():
        if name in NAMED[kind]:
            typeset(mathematics(surface), key=f"{stem}_formula")


def _typed(stem: str, kind: str, window: bool) -> Choice:
    text, beside = st.columns([2, 1]) if window else (st.container(), None)
    dimensions = 2 if kind == "surface" else 1
    with text:
        surface = typed(
            f"f({', '.join('xy'[:dimensions])}) =",
            lambda text: surfaces.typed(text, dimensions),
            key=f"{stem}_text_{kind}",
            default=EXAMPLES[kind],
            help="Numbers, x and y, + − * / ^, brackets, pi, e, and " + ", ".join(expressions.FUNCTIONS) + ".",
            tex=mathematics,
        )
    return Choice(TYPED, surface, _half(stem, kind, beside) if beside else None)


def _half(stem: str, kind: str, place: Any) -> int:
    share.default(f"{stem}_window_{kind}", 3, WINDOWS)
    return place.selectbox(
        "Window",
        WINDOWS,
        format_func=lambda half: f"−{half} to {half}",
        key=f"{stem}_window_{kind}",
        persist_state="session",
    )
