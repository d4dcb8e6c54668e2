"""A board of one box in a fragment that computes nothing: what any answer of the server costs."""

import numpy as np
import streamlit as st
from streamlit import runtime

from pages.shell import server
from viz.backprop.graph import Box, displayed, drawing
from viz.components.graph_board import graph_board

x = {"name": "x", "node": 0, "shape": [], "low": -10, "high": 10, "weight": True, "values": [0.0]}


@st.fragment
def floor() -> None:
    """The slider's number comes back as the box's value."""
    ask = (st.session_state.get("floor_board") or {}).get("ask") or {"values": [[0.0]], "count": ""}
    box = Box("x", "variable")
    shown = {"drawing": drawing([box], [], version="floor"), "values": [displayed(np.array(ask["values"][0][0]), box)]}
    variables = [x | {"values": ask["values"][0]}]
    graph_board({**shown, "gradients": [None], "variables": variables, "answered": ask["count"]}, key="floor_board")


if runtime.exists():
    st.set_page_config(layout="wide")
    floor()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan)
