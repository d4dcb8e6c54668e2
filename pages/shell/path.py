"""The way through the chapter: what a page needs, what comes next, how far the reader has come."""

from pages.shell.chapter import Lesson


def onward(here: Lesson) -> None:
    """At the page's end: the pages it builds on, and the next one."""
