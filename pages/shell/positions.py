"""A slider over labels that change: its value is the position among them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def position_slider(label: str, labels: Sequence[str], *, key: str, place: Any = st) -> int:
    """The position chosen among these labels, of which no two are alike; ``share.default`` has set the first one.

    A browser keeps the label it showed, Streamlit the position. Where other settings bring other labels, the position
    is sent again, or the slider would fall back to its first label while the page goes on with the position.
    """
    known, labels = f"{key}_labels", list(labels)
    if st.session_state.get(known, labels) != labels:
        st.session_state[key] = st.session_state[key]
    st.session_state[known] = labels
    return place.select_slider(
        label, range(len(labels)), format_func=labels.__getitem__, key=key, persist_state="session"
    )
