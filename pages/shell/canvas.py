"""The reader's drawing: one for all pages that show a canvas, kept while other pages are open."""

import secrets

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from pages.shell import session
from viz.components.drawing_board import EMPTY, Picture, Uses, drawing_board, from_url


def prepare() -> None:
    """Nothing is drawn at first, and nothing was wrong with a picture."""
    st.session_state.setdefault("drawing_kept", dict(EMPTY))
    st.session_state.setdefault("drawing_picture", None)
    st.session_state.setdefault("drawing_upload_error", "")
    st.session_state.setdefault("drawing_reading", None)


def board(key: str, *, compact: bool = False) -> None:
    """The canvas, scored by the current network; compact: without what happens between."""
    here = session.current()
    network = here.network()
    drawing_board(
        key=key,
        uses=Uses(here.token, network.sentence, network.version, here.training),
        kept=st.session_state.drawing_kept,
        picture=st.session_state.drawing_picture,
        on_change=lambda: _keep(st.session_state[key].drawing),
        compact=compact,
    )


def place(canvas: np.ndarray, caption: str, *, name: str = "") -> None:
    """Put a picture on the board instead of what is drawn there."""
    session.current().base = canvas
    st.session_state.drawing_beneath = None
    st.session_state.drawing_picture = Picture(name or secrets.token_hex(4), canvas, caption)
    st.session_state.drawing_kept |= {"strokes": [], "base": True}


def _keep(sent: dict) -> None:
    """The pen has rested: what is drawn now, and, after a reload, the picture that lay beneath."""
    try:
        if lost := sent["picture"]:
            place(from_url(lost["url"]), str(lost["caption"]), name=str(lost["name"]))
    except InvalidInput as error:
        st.session_state.drawing_upload_error = str(error)
        sent = sent | {"base": False}
    st.session_state.drawing_kept = {name: sent[name] for name in EMPTY}
    if not sent["base"]:
        st.session_state.drawing_beneath = None
