"""What is said beside a control whose input is refused."""

import re
import unicodedata

import streamlit as st

from viz.verbatim import sentence


def refuse(problem: object, text: str = "") -> None:
    """The sentence of an InvalidInput (or a string), shown verbatim: what a reader typed never becomes markup.

    text: what was typed; where the sentence names one of its characters, that place is marked below it.
    """
    st.error(sentence(problem), icon=":material/error:")
    place = re.search(r"character (\d+)", str(problem))
    if place and text.isprintable() and int(place[1]) <= len(text) + 1:
        st.code(f"{text}\n{_room(text[: int(place[1]) - 1])}▲", language=None)


def _room(text: str) -> str:
    """Blanks as wide as this text."""
    return "".join("\u3000" if unicodedata.east_asian_width(sign) in "WF" else " " for sign in text)
