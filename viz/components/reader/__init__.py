"""The tab's own token: kept by the browser through a reload, so that the server finds what the reader had running."""

from collections.abc import Callable
from typing import TypedDict

import streamlit as st

from viz.components import assets


class Data(TypedDict):
    """fresh: whether this session has not yet heard whose the tab was. busy: whether something would be missed."""

    token: str
    fresh: bool
    busy: bool


class Was(TypedDict):
    """Whose the tab was before; busy: whether something was running or trained then."""

    token: str
    busy: bool


def reader(*, token: str, fresh: bool, busy: bool, key: str, on_change: Callable[[], None]) -> None:
    """Shows nothing. A tab that had another token sends it, once, as ``was``: see Was."""
    data: Data = {"token": token, "fresh": fresh, "busy": busy}
    with st.container(key=f"{key}_unseen"):
        assets.component("reader", taken="never")(key=key, data=data, on_was_change=on_change)
