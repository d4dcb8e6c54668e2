"""Boxes for text and for numbers; what is refused is said below it, and the last that was accepted stays in force."""

import math
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

import streamlit as st

from engine.errors import InvalidInput
from engine.typed.typed_numbers import parse_number, parse_whole
from pages.shell import share
from pages.shell.refusal import refuse
from viz.verbatim import verbatim

Value = TypeVar("Value")
MOST_SAID = 120


def typed(
    label: str, parse: Callable[[str], Value], *, key: str, default: str, first: str | None = None,
    help: str | None = None, tex: Callable[[Value], str] | None = None, still: str = "The picture still shows",
    pictured: bool = True,
) -> Value:  # fmt: skip
    """What ``parse`` makes of the text typed, or, where it raises InvalidInput, of the last text it accepted.

    default: the first text, unless ``first`` is given; ``parse`` must accept it. Set ``st.session_state[key]`` in a
    callback to offer a preset. tex: writes the value as LaTeX, shown below the box. still: what the last accepted text
    goes on with while another is refused. pictured: whether the pictures up to the next heading are of this text; they
    are pale while it is refused (the rules are viz.theme's).
    """
    accepted = f"{key}_accepted"
    share.default(key, default if first is None else first, parse, accepted=accepted)
    text = st.text_input(label, key=key, live="0ms", help=help, persist_state="session", autocomplete="off")
    with st.container(key=tex and f"{key}_typeset"):
        try:
            value = parse(text)
        except InvalidInput as error:
            refuse(error, text)
            value, kept = _last(parse, st.session_state.get(accepted, default), default)
            with st.container(key=f"{key}_{'still_shown' if pictured else 'still_in_force'}"):
                st.caption(f"{still} {verbatim(kept.strip(), limit=MOST_SAID) or 'nothing'}.")
        else:
            st.session_state[accepted] = text
            if tex:
                st.latex(tex(value))
    return value


def typeset(formula: str, *, key: str) -> None:
    """LaTeX as below a box; for the formulas of a list."""
    with st.container(key=f"{key}_typeset"):
        st.latex(formula)


def _last(parse: Callable[[str], Value], accepted: str, default: str) -> tuple[Value, str]:
    """The value in force while the text in the box is refused, and its text."""
    try:
        return parse(accepted), accepted
    except InvalidInput:
        return parse(default), default


def typed_number(
    label: str, *, key: str, low: float = -math.inf, high: float = math.inf, check: Callable | None = None,
    what: str = "", help: str | None = None, width: int | Literal["stretch"] = "stretch", disabled: bool = False,
) -> float:  # fmt: skip
    """A real number in a box that takes 0.05, 0,05, 1e-3, 5 % and 1/3, where st.number_input makes 5 of 0,05.

    The number stands under ``key``, which the page has set (``share.default``); set it anew and the box follows.
    check: raises InvalidInput for a number no page can use. what: the subject of a refusal; else the label in quotes.
    """
    parse = partial(parse_number, what=what or f"“{label}”", low=low, high=high)
    return _numeric(label, parse, check, key, help, width, disabled)


def typed_whole(
    label: str, *, key: str, low: int = 0, high: int = 2**53, check: Callable | None = None,
    what: str = "", help: str | None = None, width: int | Literal["stretch"] = "stretch", disabled: bool = False,
    changed: Callable[[], None] | None = None,
) -> int:  # fmt: skip
    """As typed_number, for a whole number: 2.5 is refused, not cut off; 60,000 is read.

    changed: called once a number typed is in force, before the page runs again.
    """
    parse = partial(parse_whole, what=what or f"“{label}”", low=low, high=high)
    return _numeric(label, parse, check, key, help, width, disabled, changed)


def in_force(key: str) -> bool:
    """Whether the number in the box of this key is the one in force; not so while what is typed is refused."""
    return not st.session_state.get(f"{key}_box_refused", False)


def _numeric(
    label: str,
    parse: Callable[[str], Value],
    check: Callable | None,
    key: str,
    help: str | None,
    width: int | Literal["stretch"],
    disabled: bool,
    changed: Callable[[], None] | None = None,
) -> Value:
    state, box, shown = st.session_state, f"{key}_box", f"{key}_box_shows"
    if box not in state or state.get(shown) != state[key]:
        state[box], state[shown] = f"{state[key]:.12g}", state[key]
    take = partial(_take, key, parse, check)

    def typed_anew() -> None:
        if take() is None and changed is not None:
            changed()

    # At once, so that a button pressed right after typing finds the new number.
    text = st.text_input(
        label,
        key=box,
        help=help,
        width=width,
        disabled=disabled,
        on_change=typed_anew,
        persist_state="session",
        autocomplete="off",
    )
    with st.container():
        problem = take()
        state[f"{box}_refused"] = problem is not None
        if problem is not None:
            refuse(problem, text)
    return state[key]


def _take(key: str, parse: Callable[[str], Value], check: Callable | None) -> InvalidInput | None:
    """Put the number in the box in force; what is wrong with it instead, where it cannot be."""
    state = st.session_state
    try:
        value = parse(state[f"{key}_box"])
        if check is not None:
            check(value)
    except InvalidInput as error:
        return error
    # The box keeps the spelling the reader chose.
    state[key] = state[f"{key}_box_shows"] = value
    return None
