"""The buttons of the reader's own run, alike on every page that has them: go on or wait, end, begin anew."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.training.runner import OVER, Runner
from pages.shell.session import Session


def train(here: Session, state: str, anew: Callable[[], Runner], *, key: str, disabled: bool) -> None:
    """Train, Pause, Go on, or Train again. anew: puts the same run from its beginning in place of one that is over."""
    begin = ("Train", ":material/play_arrow:", lambda: here.runner.start())
    others = {
        "running": ("Pause", ":material/pause:", lambda: here.runner.pause()),
        "paused": ("Go on", *begin[1:]),
        **dict.fromkeys(OVER, ("Train again", ":material/replay:", lambda: anew().start())),
    }
    label, icon, action = others.get(state, begin)
    st.button(label, icon=icon, type="primary", key=key, on_click=action, disabled=disabled)


def stop(here: Session, state: str, *, key: str) -> None:
    """Stop, from the first moment of a run: nothing draws it anew when the first update has been made."""
    st.button("Stop", key=key, on_click=lambda: here.runner.stop(), disabled=state in ("new", *OVER))


def reset(state: str, anew: Callable[[], Any], *, key: str, disabled: bool) -> None:
    """Reset, once something has been done."""
    st.button("Reset", key=key, on_click=anew, disabled=state == "new" or disabled)
