"""The pages as Streamlit's navigation takes them."""

from copy import copy
from functools import cache

import streamlit as st
from streamlit.navigation.page import Page

from pages.shell import chapter


def sections() -> dict[str, list[Page]]:
    """Title of each of the chapter's sections → its pages, for one run.

    Each run has its own copies, for Streamlit marks in them which may run; making them anew, which looks for every
    page's file, would take a light page's run a seventh of its time.
    """
    return {title: [copy(page) for page in pages] for title, pages in _made().items()}


@cache
def _made() -> dict[str, list[Page]]:
    """Made in the first run, since Streamlit makes whole pages only while a script runs."""
    return {
        title: [
            st.Page(each.file, title=each.title, icon=f":material/{each.icon}:", default=each is chapter.LESSONS[0])
            for each in lessons
        ]
        for title, lessons in chapter.sections()
    }
