"""The training loop as one picture that is followed in place. See ``viz.training.whole_picture``."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from viz.components import assets


def loop_board(shown: Mapping[str, Any], *, key: str, count: int, staged: bool) -> Mapping[str, Any]:
    """Show what ``viz.training.whole_picture.board`` or ``empty_board`` made.

    count: grows with every new picture. staged: whether its four stages light up one after another, as after a single
    turn; else it takes the last one's place at once.
    Returns the component's state: ``open``, None or {"stem": of the page asked for, "count"}, never the same twice.
    """
    base = st.get_option("server.baseUrlPath").strip("/")
    data = {
        **shown,
        "count": count,
        "staged": staged,
        "base": f"/{base}/" if base else "/",
    }
    return assets.board("loop_board", data, key=key, states=["open"])
