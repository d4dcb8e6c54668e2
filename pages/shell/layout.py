"""The page pattern: idea, picture, controls, what to notice, something to try, the code of exactly this view."""

from collections.abc import Mapping, Sequence

import streamlit as st


def opening(title: str, idea: str) -> None:
    """The title, and the page's one idea in a sentence or two."""
    st.html("<style>.stMainBlockContainer { padding-top: 3.5rem; }</style>")
    st.title(title, anchor=False)
    st.markdown(idea)


def notice(*points: str) -> None:
    """What to notice in the picture above."""
    st.markdown("**What to notice**\n\n" + _list(points))


def try_this(*points: str) -> None:
    """Things to try with the controls above."""
    st.markdown("**Try this**\n\n" + _list(points))


def code(stem: str, snippets: Mapping[str, str], *, note: str = "") -> None:
    """The code of exactly this view: one tab per library, filled with the current settings."""
    st.subheader("The code of exactly this view", anchor=False)
    if note:
        st.caption(note)
    for tab, source in zip(st.tabs(list(snippets), key=f"{stem}_code"), snippets.values(), strict=True):
        tab.code(source, language="python")


def _list(points: Sequence[str]) -> str:
    return "\n".join(f"- {point}" for point in points)
