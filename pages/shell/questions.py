"""Check yourself: questions made by the engine, never the same twice; a wrong answer may be tried again once."""

import secrets
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.errors import InvalidInput
from engine.questions.kinds import Question, answer_text, judge
from engine.questions.registry import GENERATORS, Asked, draw
from pages.shell import path
from pages.shell.refusal import refuse

TRIES = 2
"""After so many wrong answers the right one is shown."""
ROOM = """<style>
.st-key-part_questions [role="radiogroup"] label { min-height: 2rem; align-items: center; }
.st-key-part_questions [role="radiogroup"] code { font-size: 0.875rem; }
</style>"""
"""Answers a finger can hit."""


@dataclass
class _Round:
    """The question shown. number: how many were asked. given: the last answer that could be read.

    why: what is wrong with it. refused: what was wrong with one that could not be read.
    """

    asked: Asked
    number: int = 1
    wrong: int = 0
    right: bool = False
    given: str = ""
    why: str = ""
    refused: str = ""

    @property
    def over(self) -> bool:
        """Whether the answer has been found or shown."""
        return self.right or self.wrong == TRIES


def ask(stem: str) -> None:
    """The page's questions, one at a time; nothing where there are none."""
    if stem in GENERATORS:
        _section(stem)


@st.fragment
def _section(stem: str) -> None:
    """Nothing is made before somebody asks for it."""
    st.subheader("Check yourself", anchor=False)
    shown: _Round | None = st.session_state.get(f"{stem}_questions")
    if shown is None:
        st.caption("A question with numbers of its own, and the answer worked out.")
        st.button("Ask me something", key=f"{stem}_ask", on_click=_next, args=(stem,), icon=":material/quiz:")
        return
    with st.form(f"{stem}_answer_form"):
        st.markdown(shown.asked.question.prompt)
        _control(stem, shown)
        st.form_submit_button("Check", key=f"{stem}_check", on_click=_check, args=(stem,), disabled=shown.over)
    with st.container():
        _say(shown)
    if shown.over:
        st.button("Another question", key=f"{stem}_another", on_click=_next, args=(stem,), icon=":material/quiz:")
    path.progress(stem)


def _control(stem: str, shown: _Round) -> None:
    """Where the answer is given; once the question is over, another control that only shows the last one."""
    question, key = shown.asked.question, _key(stem, shown)
    kept: dict[str, Any] = {"key": key, "disabled": shown.over, "persist_state": "session"}
    if shown.over:
        st.session_state.setdefault(key, shown.given)
    if question.kind == "choice":
        st.html(ROOM)
        st.session_state.setdefault(key, None)
        st.radio("Your answer", question.options, **kept)
        return
    label = "The shape, such as (32, 10)" if question.kind == "shape" else "The number"
    if question.tolerance:
        label += f", to within {question.tolerance:.0%}".replace("%", " %")
    st.text_input(label, autocomplete="off", width=320, **kept)


def _key(stem: str, shown: _Round) -> str:
    """Another question has another control: nothing of the last answer is left in it."""
    return f"{stem}_{'answered' if shown.over else 'answer'}_{shown.number}"


def _say(shown: _Round) -> None:
    question = shown.asked.question
    if shown.refused:
        refuse(shown.refused)
    elif shown.right:
        st.success(f"**Right.** {question.explanation}", icon=":material/check_circle:")
    elif shown.over:
        st.info(_solution(question, shown.why), icon=":material/lightbulb:")
    elif shown.wrong:
        st.warning(f"**Not yet.** {shown.why} Try once more.", icon=":material/refresh:")


def _solution(question: Question, why: str) -> str:
    """The answer worked out; before it what was wrong, unless that was a mere hint."""
    known = f"{why}\n\n" if why in (mistake.why for mistake in question.mistakes) else ""
    return f"{known}**The answer is {answer_text(question)}.** {question.explanation}"


def _next(stem: str) -> None:
    """Another question, of another kind than the last."""
    state = st.session_state
    last: _Round | None = state.get(f"{stem}_questions")
    seed = state.get(f"{stem}_questions_seed")
    if seed is None:
        seed = secrets.randbits(64)
    else:
        state[f"{stem}_questions_seed"] = seed + 1
    found = draw(stem, seed, last.asked if last else None)
    state[f"{stem}_questions"] = _Round(found, last.number + 1 if last else 1)


def _check(stem: str) -> None:
    """What was chosen or typed is judged; what cannot be read costs no try."""
    shown: _Round = st.session_state[f"{stem}_questions"]
    given = st.session_state.get(_key(stem, shown))
    if shown.over:
        return
    try:
        if given is None:
            raise InvalidInput("choose one of the answers.")
        verdict = judge(shown.asked.question, given)
    except InvalidInput as error:
        shown.refused = str(error)
        return
    shown.given, shown.refused, shown.why, shown.right = given, "", verdict.why, verdict.right
    shown.wrong += not verdict.right
    if shown.over:
        path.answered(stem, shown.right)
