"""Predict the shape: the reader answers first, then the alignment table explains."""

import secrets

import streamlit as st

from engine.errors import InvalidInput
from engine.operations.broadcasting import NAMES, Shape, align, question
from engine.typed.literals import parse_shape
from pages.shell import share
from pages.shell.refusal import refuse
from viz.operations.broadcasting_table import alignment_table
from viz.operations.broadcasting_words import judged

KEY = "broadcasting_challenge"


def _answer(fits: bool) -> None:
    """Judge what the reader typed, or that the shapes do not fit; what is no shape is refused and not counted."""
    state = st.session_state
    state[f"{KEY}_error"] = ""
    try:
        given: Shape | None = parse_shape(state[f"{KEY}_text"], what="your answer") if fits else None
    except InvalidInput as error:
        state[f"{KEY}_error"] = str(error)
        return
    state[f"{KEY}_given"] = {"shape": given}
    state[f"{KEY}_right"] += judged(align(_question()), given)[0]


def _next() -> None:
    state = st.session_state
    if state[f"{KEY}_seed"] is None:
        state[f"{KEY}_seed"] = state[f"{KEY}_dealt"]
    state[f"{KEY}_number"] += 1
    st.session_state.update({f"{KEY}_given": None, f"{KEY}_error": "", f"{KEY}_text": ""})


def _question() -> tuple[Shape, ...]:
    state = st.session_state
    seed = state[f"{KEY}_seed"]
    return question(state[f"{KEY}_dealt"] if seed is None else seed, state[f"{KEY}_number"])


def _ask() -> None:
    with st.form(f"{KEY}_form", border=False):
        st.text_input("Shape of the result", key=f"{KEY}_text", placeholder="(3, 4)", autocomplete="off")
        with st.container(horizontal=True):
            st.form_submit_button("Answer", key=f"{KEY}_answer", on_click=_answer, args=(True,), type="primary")
            st.form_submit_button("They do not fit", key=f"{KEY}_none", on_click=_answer, args=(False,))
    if problem := st.session_state[f"{KEY}_error"]:
        refuse(problem)


def _explain(shapes: tuple[Shape, ...], given: Shape | None) -> None:
    alignment = align(shapes)
    right, sentence = judged(alignment, given)
    (st.success if right else st.warning)(sentence, icon=":material/check:" if right else ":material/close:")
    st.html(alignment_table(alignment, NAMES[: len(shapes)]))
    st.button("Next question", key=f"{KEY}_next", on_click=_next, type="primary")


@share.fragment
def challenge() -> None:
    """Questions that become harder and never repeat, and the score of this session."""
    state = st.session_state
    # A link brings the questions, not the answers.
    share.default(f"{KEY}_seed", None, share.between(0, 2**32 - 1), kind=int)
    share.default(f"{KEY}_number", 0, share.between(0, 9_999))
    for name, first in (("right", 0), ("given", None), ("error", ""), ("first", state[f"{KEY}_number"])):
        state.setdefault(f"{KEY}_{name}", first)
    state.setdefault(f"{KEY}_dealt", secrets.randbits(32))
    st.subheader("Predict the shape", anchor=False)
    shapes, given = _question(), state[f"{KEY}_given"]
    asked = state[f"{KEY}_number"] - state[f"{KEY}_first"] + (given is not None)
    names = NAMES[: len(shapes)]
    written = ", ".join(f"{name} `{shape}`" for name, shape in zip(names, shapes, strict=True))
    st.markdown(f"Question {state[f'{KEY}_number'] + 1}: {written}. What is the shape of {' + '.join(names)}?")
    with st.container():
        if given is None:
            _ask()
        else:
            _explain(shapes, given["shape"])
    st.caption(f"{state[f'{KEY}_right']} of {asked} right" if asked else "Your score will stand here.")
