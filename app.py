"""Uncrumple: page configuration and navigation, nothing else.

The server imports this file for ``app``; Streamlit then runs the same file as the script of every page.
"""

import streamlit as st
from streamlit import runtime

from pages.shell import chapter, frame, server
from viz import theme


def navigate() -> None:
    """Configure the window, offer the pages grouped by chapter section, run the chosen one."""
    st.set_page_config(page_title="Uncrumple", page_icon=theme.icon(), layout="wide")
    sections = {
        title: [
            st.Page(each.file, title=each.title, icon=f":material/{each.icon}:", default=each is chapter.LESSONS[0])
            for each in lessons
        ]
        for title, lessons in chapter.sections()
    }
    frame.run(st.navigation(sections, expanded=True))


if runtime.exists():
    navigate()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan, middleware=server.MIDDLEWARE)
