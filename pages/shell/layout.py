"""The page pattern: idea, picture, controls, what to notice, something to try, the code of exactly this view."""

from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import streamlit as st

from pages.shell import glossary, notebook
from viz import streamlit_dom as dom


def opening(title: str, idea: str) -> None:
    """The title, and the page's one idea in a sentence or two."""
    st.html(f"<style>{dom.COLUMN_OF_PAGE} {{ padding-top: 3.5rem; }}</style>")
    st.title(title, anchor=False)
    notebook.begin(title)
    _say("text", idea)


def notice(*points: str) -> None:
    """What to notice in the picture above."""
    _say("notice", "**What to notice**\n\n" + _list(points))


def try_this(*points: str) -> None:
    """Things to try with the controls above."""
    _say("try", "**Try this**\n\n" + _list(points))


def code(
    stem: str,
    snippets: Mapping[str, str],
    *,
    note: str = "",
    files: Mapping[str, Callable[[], bytes]] | None = None,
) -> None:
    """The code of exactly this view, one tab per library, filled with the current settings; and as a notebook.

    files: path → what makes the file the code reads there; weights and data are found without.
    """
    with st.container(key=f"part_code_{stem}"):
        st.subheader("The code of exactly this view", anchor=False)
        if note:
            st.caption(note)
        for tab, source in zip(st.tabs(list(snippets), key=f"{stem}_code"), snippets.values(), strict=True):
            tab.code(source, language="python")
        notebook.offer(stem, snippets, note, files)


def _say(part: str, text: str) -> None:
    """Text of the page: shown with its terms linked, and kept for the notebook; a teacher's link may hide the part."""
    notebook.say(text)
    with st.container(key=f"part_{part}_{crc32(text.encode()):08x}"):
        st.markdown(glossary.linked(text))


def _list(points: Sequence[str]) -> str:
    return "\n".join(f"- {point}" for point in points)
