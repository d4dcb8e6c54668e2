"""The way through the chapter: what a page needs, what comes next, how far the reader has come."""

import secrets
from typing import Any

import streamlit as st

from pages.shell import chapter
from pages.shell.chapter import LESSONS, Lesson
from viz import streamlit_dom as dom
from viz.components import progress as component

QUIET = f"""<style>
.st-key-path_back {{ gap: 0 0.6rem; }}
.st-key-path_back, .st-key-path_back p {{ font-size: 0.875rem; }}
.st-key-path_back {dom.PAGE_LINK} a {{ padding: 0; min-height: 1.5rem; }}
.st-key-path_back a p {{ text-decoration: underline; text-underline-offset: 0.2em; }}
{dom.BLOCK}:has(> .st-key-path_back) {{ margin-bottom: -1.4rem; z-index: 1; }}
@media (min-width: 768px) {{ {dom.BLOCK}:has(> .st-key-path_back) {{ margin-top: -1rem; }} }}
.st-key-path_onward {{ margin-top: 1.5rem; }}
.st-key-path_next {{ gap: 0; padding: 0.6rem 0.75rem; }}
.st-key-path_next {dom.CAPTION} {{ padding-left: 2rem; }}
</style>"""


def back(here: Lesson) -> None:
    """Above the page's title: the way back to the whole picture, and to the pages this one builds on."""
    st.html(QUIET)
    if here is LESSONS[0]:
        return
    with st.container(key="path_back", horizontal=True, vertical_alignment="center"):
        st.page_link(LESSONS[0].file, label="The whole picture", width="content")
        if here.needs:
            st.html('<span data-testid="path-needs">· Builds on:</span>', width="content")
        for need in map(chapter.lesson, here.needs):
            st.page_link(need.file, label=need.title, width="content")


def onward(here: Lesson) -> None:
    """At the page's end: what comes next, and all pages with what the reader has read; on the first page in full."""
    with st.container(key="path_onward"):
        if here is LESSONS[0]:
            st.header("The chapter", anchor=False)
            component.overview(_sections(), here=here.stem, key="path_overview")
        else:
            _next(here)
            component.row(_sections(), here=here.stem, key="path_row")


def answered(stem: str, right: bool) -> None:
    """A question of this page was answered."""
    answers = _answers().setdefault(stem, {"asked": 0, "right": 0})
    answers["asked"] += 1
    answers["right"] += bool(right)


def progress(stem: str) -> None:
    """How many questions of this page the reader has answered right, kept in the browser's session."""
    answers = _answers().get(stem, {"asked": 0, "right": 0})
    visit = st.session_state.setdefault("path_visit", secrets.token_hex(4))
    component.count(answers, here=stem, visit=visit, key=f"path_count_{stem}")


def _next(here: Lesson) -> None:
    after = chapter.following(here.stem)
    with st.container(key="path_next", border=True):
        if after:
            st.page_link(after.file, label=f"Next: **{after.title}**", icon=f":material/{after.icon}:")
            st.caption(after.offer)
        else:
            st.page_link(LESSONS[0].file, label=f"Back to **{LESSONS[0].title}**", icon=f":material/{LESSONS[0].icon}:")
            st.caption("This was the chapter’s last page.")


def _answers() -> dict[str, dict[str, int]]:
    return st.session_state.setdefault("path_answers", {})


def _sections() -> list[dict[str, Any]]:
    return [
        {
            "short": "Start" if name == LESSONS[0].section else name,
            "title": title,
            "pages": [_page(each) for each in LESSONS if each.section == name],
        }
        for name, title in chapter.SECTIONS.items()
    ]


def _page(each: Lesson) -> dict[str, str]:
    return {"stem": each.stem, "title": each.title, "offer": each.offer, "address": chapter.address(each.stem)}
