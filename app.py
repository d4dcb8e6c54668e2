"""Uncrumple: page configuration and navigation, nothing else.

The server imports this file for ``app``; Streamlit then runs the same file as the script of every page.
"""

import streamlit as st
from streamlit import runtime

from pages.shell import frame, navigation, server
from viz import theme


def navigate() -> None:
    """Configure the window, offer the pages grouped by chapter section, run the chosen one."""
    st.set_page_config(page_title="Uncrumple", page_icon=theme.icon(), layout="wide")
    frame.run(st.navigation(navigation.sections(), expanded=True))


if runtime.exists():
    navigate()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan, middleware=server.MIDDLEWARE)
