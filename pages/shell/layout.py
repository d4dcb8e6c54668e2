"""The page pattern: idea, picture, controls, what to notice, something to try, the code of exactly this view."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shell import glossary, notebook


def opening(title: str, idea: str) -> None:
    """The title, and the page's one idea in a sentence or two."""
    st.html("<style>.stMainBlockContainer { padding-top: 3.5rem; }</style>")
    st.title(title, anchor=False)
    glossary.begin()
    notebook.begin(title)
    _say(idea)


def notice(*points: str) -> None:
    """What to notice in the picture above."""
    _say("**What to notice**\n\n" + _list(points))


def try_this(*points: str) -> None:
    """Things to try with the controls above."""
    _say("**Try this**\n\n" + _list(points))


def code(stem: str, snippets: Mapping[str, str], *, note: str = "") -> None:
    """The code of exactly this view, one tab per library, filled with the current settings; and as a notebook."""
    st.subheader("The code of exactly this view", anchor=False)
    if note:
        st.caption(note)
    for tab, source in zip(st.tabs(list(snippets), key=f"{stem}_code"), snippets.values(), strict=True):
        tab.code(source, language="python")
    notebook.offer(stem, snippets, note)


def _say(text: str) -> None:
    """Text of the page: shown with its terms linked, and kept for the notebook."""
    notebook.say(text)
    st.markdown(glossary.linked(text))


def _list(points: Sequence[str]) -> str:
    return "\n".join(f"- {point}" for point in points)
