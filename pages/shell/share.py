"""A page's state in its address: a link rebuilds the view, and what no page could have made is left out."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

Part = TypeVar("Part", bound=Callable[..., object])


def default(key: str, value: object) -> object:
    """What the page keeps under this key: set by the reader, else by the link, else this value. Returns it."""
    return st.session_state.setdefault(key, value)


def fragment(part: Part) -> Part:
    """st.fragment for parts with controls: the address follows them too."""
    return st.fragment(part)


def opened(stem: str) -> None:
    """Before the page: what a teacher's link hides, and a place for a word about settings that did not fit."""


def guarded(stem: str, run: Callable[[], None]) -> None:
    """Run the page; settings of a link that break it are dropped, and the page runs without them."""
    run()


def publish(stem: str) -> None:
    """After the page: its address says what it shows."""
