"""What surrounds every page: a link's settings before it; questions, the path and its own link after it."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shell import glossary, keeping, path, questions, share, teaching
from pages.shell.chapter import LESSONS
from viz import theme


def run(page: StreamlitPage) -> None:
    """Run the chosen page in its frame."""
    lesson = next((each for each in LESSONS if each.title == page.title), None)
    st.html(f"<style>{theme.style()}</style>")
    keeping.greet()
    glossary.opened(lesson.stem if lesson else "")
    if lesson is None:
        page.run()
        keeping.remember()
        return
    teaching.opened(lesson.stem)
    share.opened(lesson.stem)
    glossary.offer(lesson.stem)
    path.back(lesson)
    share.guarded(lesson.stem, page.run)
    with st.container(key="part_questions"):
        questions.ask(lesson.stem)
    path.onward(lesson)
    teaching.offer(lesson.stem)
    share.publish(lesson.stem)
    keeping.remember()
