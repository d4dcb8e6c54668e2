"""The way through the chapter: what a page needs, what comes next, how far the reader has come."""

from pages.shell.chapter import Lesson


def onward(here: Lesson) -> None:
    """At the page's end: the pages it builds on, and the next one."""


def answered(stem: str, right: bool) -> None:
    """A question of this page was answered."""


def progress(stem: str) -> None:
    """How far the reader has come: pages seen and questions answered, kept in the browser's session."""
