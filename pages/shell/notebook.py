"""A page to take along as a notebook: its text in short, the code of its view, and what that prints."""

from collections.abc import Mapping


def begin(title: str) -> None:
    """A page begins."""


def say(text: str) -> None:
    """Text of the page, in Markdown."""


def offer(stem: str, snippets: Mapping[str, str], note: str) -> None:
    """The button that makes the notebook."""
