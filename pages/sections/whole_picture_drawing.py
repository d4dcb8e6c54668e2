"""The reader's drawing, small, scored by the network as it learns; the same drawing as on the page “Draw a digit”."""

import streamlit as st

from engine.errors import InvalidInput
from pages.shell import session
from viz.components.drawing_board import EMPTY, Picture, Uses, drawing_board, from_url


def board() -> None:
    """The canvas and ten probabilities, without what happens between."""
    here = session.current()
    st.session_state.setdefault("drawing_kept", dict(EMPTY))
    st.session_state.setdefault("drawing_picture", None)
    network = here.network()
    drawing_board(
        key="whole_picture_drawing",
        uses=Uses(here.token, network.sentence, network.version, here.training),
        kept=st.session_state.drawing_kept,
        picture=st.session_state.drawing_picture,
        on_change=_keep,
        compact=True,
    )


def _keep() -> None:
    """The pen has rested: what is drawn now, and, after a reload, the picture that lay beneath."""
    sent = st.session_state.whole_picture_drawing.drawing
    try:
        if lost := sent["picture"]:
            here = session.current()
            here.base = from_url(lost["url"])
            st.session_state.drawing_picture = Picture(str(lost["name"]), here.base, str(lost["caption"]))
    except InvalidInput:
        sent = sent | {"base": False}
    st.session_state.drawing_kept = {name: sent[name] for name in EMPTY}
