"""Choose a surface or a curve: a named one, the ravine with its conditioning, or the reader's own formula."""

import streamlit as st

from engine import expressions, surfaces
from engine.surfaces import CURVES, SURFACES, Surface
from pages.shell.typed import typed

TYPED = "typed"
KINDS = {"surface": "Surface, f(x, y)", "curve": "Curve, f(x)"}
EXAMPLES = {"surface": "x^2 / 4 + sin(2x) + y^2", "curve": "x^2 / 10 + sin(2x)"}
CONDITIONS = [1, 2, 5, 10, 20, 50, 100, 1000]


def choose_kind(stem: str, label: str = "Descend on a") -> str:
    """ "surface" or "curve"; keys begin with the page's stem."""
    st.session_state.setdefault(f"{stem}_kind", "surface")
    return st.segmented_control(
        label, list(KINDS), format_func=KINDS.get, key=f"{stem}_kind", required=True, persist_state="session"
    )


def choose_surface(stem: str, kind: str, *, first: str = "ravine") -> Surface:
    """The surface or curve picked, bent by its conditioning, or typed, with its controls in two columns."""
    named = SURFACES if kind == "surface" else CURVES
    titles = {name: surface.title for name, surface in named.items()} | {TYPED: "Your own function"}
    key = f"{stem}_{kind}"
    st.session_state.setdefault(key, first if first in named else next(iter(named)))
    picker, bender = st.columns(2, gap="large")
    name = picker.selectbox("Function", list(titles), format_func=titles.get, key=key, persist_state="session")
    with bender.container():
        if name == TYPED:
            return _typed(stem, kind)
        if name == "ravine":
            st.session_state.setdefault(f"{stem}_condition", 20)
            condition = st.select_slider(
                "Steeper along y by a factor of", CONDITIONS, key=f"{stem}_condition", persist_state="session"
            )
            return surfaces.bowl_of(condition)
        return named[name]


def _typed(stem: str, kind: str) -> Surface:
    dimensions = 2 if kind == "surface" else 1
    return typed(
        f"f({', '.join('xy'[:dimensions])}) =",
        lambda text: surfaces.typed(text, dimensions),
        key=f"{stem}_text_{kind}",
        default=EXAMPLES[kind],
        help="Numbers, x and y, + − * / ^, brackets, pi, e, and " + ", ".join(expressions.FUNCTIONS) + ".",
    )
