"""A page with one live figure and a button that changes its data: what the browser tests take hold of."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit import runtime

from pages.shell import server
from viz import theme
from viz.components.live_figure import Narrow, live_figure


def bowl(turn: int) -> go.Figure:
    """A contour with an empty corner to click on, a path, and five frames that move the path's end."""
    x = np.linspace(-2, 2, 41)
    figure = theme.figure(x_title="x", y_title="y", clickanywhere=True)
    figure.add_trace(go.Contour(x=x, y=x, z=x[:, None] ** 2 + x**2 + turn, name="bowl", showscale=False))
    figure.add_trace(go.Scatter(x=[-2, 0], y=[-2, 0], name="path", line_color=theme.color("gradient")))
    figure.frames = [
        go.Frame(name=f"step {step}", data=[go.Scatter(x=[-2, step], y=[-2, step])], traces=[1]) for step in range(5)
    ]
    return figure.update_xaxes(range=[-3, 3]).update_yaxes(range=[-3, 3])


def page() -> None:
    st.title("Bowl")
    turn = st.session_state.setdefault("turn", 0)
    state = live_figure(
        bowl(turn), key="bowl", alt="A bowl", height=400, narrow=Narrow({}, 300), clicks=True, report_frame=True
    )
    if st.button("New data"):
        st.session_state["turn"] += 1
        st.rerun()
    st.write(f"turn {turn}")
    click = state.get("click")
    st.write(f"clicked {click['x']:.3f} {click['y']:.3f}" if click else "not clicked")
    st.write(f"frame {state.get('frame')}")


if runtime.exists():
    page()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan)
