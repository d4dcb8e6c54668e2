"""A text box read at every keystroke; what is refused is said below it, and the last accepted text stays in force."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from engine.errors import InvalidInput
from pages.shell import share
from pages.shell.refusal import refuse

Value = TypeVar("Value")


def typed(
    label: str, parse: Callable[[str], Value], *, key: str, default: str, first: str | None = None,
    help: str | None = None,
) -> Value:  # fmt: skip
    """What ``parse`` makes of the text typed, or, where it raises InvalidInput, of the last text it accepted.

    default: the first text, unless ``first`` is given; ``parse`` must accept it. Set ``st.session_state[key]`` in a
    callback to offer a preset.
    """
    accepted = f"{key}_accepted"
    share.default(key, default if first is None else first, parse, accepted=accepted)
    text = st.text_input(label, key=key, live="0ms", help=help, persist_state="session", autocomplete="off")
    with st.container():
        try:
            value = parse(text)
            st.session_state[accepted] = text
            return value
        except InvalidInput as error:
            refuse(error, text)
    try:
        return parse(st.session_state.get(accepted, default))
    except InvalidInput:
        return parse(default)
