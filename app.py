"""Uncrumple: page configuration and navigation, nothing else.

The server imports this file for ``app``; Streamlit then runs the same file as the script of every page.
"""

import streamlit as st
from streamlit import runtime

from pages.shell import server
from viz import theme


def navigate() -> None:
    """Configure the window, offer the pages grouped by chapter section, run the chosen one."""
    st.set_page_config(page_title="Uncrumple", page_icon=theme.icon(), layout="wide")
    sections = {
        "2.1 A first look at a neural network": [
            st.Page("pages/network.py", title="A first network", icon=":material/hub:", default=True),
            st.Page("pages/drawing.py", title="Draw a digit", icon=":material/draw:"),
        ],
        "2.2 Data representations": [
            st.Page("pages/tensors.py", title="Tensors", icon=":material/grid_on:"),
            st.Page("pages/dtypes.py", title="Data types", icon=":material/memory:"),
            st.Page("pages/slicing.py", title="Slicing", icon=":material/content_cut:"),
            st.Page("pages/batches.py", title="Batches", icon=":material/burst_mode:"),
            st.Page("pages/real_world.py", title="Real-world data", icon=":material/movie:"),
        ],
        "2.3 Tensor operations": [
            st.Page("pages/elementwise.py", title="Element-wise", icon=":material/drag_indicator:"),
            st.Page("pages/broadcasting.py", title="Broadcasting", icon=":material/open_in_full:"),
            st.Page("pages/product.py", title="Tensor product", icon=":material/close:"),
            st.Page("pages/reshaping.py", title="Reshape and transpose", icon=":material/transform:"),
            st.Page("pages/geometry.py", title="Geometry", icon=":material/architecture:"),
            st.Page("pages/layer_stack.py", title="Stacked layers", icon=":material/layers:"),
            st.Page("pages/folds.py", title="Layers as folds", icon=":material/flip_to_front:"),
            st.Page("pages/uncrumple.py", title="Uncrumple", icon=":material/animation:"),
            st.Page("pages/digit_layers.py", title="Digits, layer by layer", icon=":material/bubble_chart:"),
        ],
        "2.4 Gradient-based optimization": [
            st.Page("pages/derivative.py", title="Derivative", icon=":material/show_chart:"),
            st.Page("pages/gradient.py", title="Gradient", icon=":material/north_east:"),
            st.Page("pages/descent.py", title="Descent", icon=":material/trending_down:"),
            st.Page("pages/settings_map.py", title="Which settings arrive", icon=":material/map:"),
            st.Page("pages/noise.py", title="Batch size and noise", icon=":material/scatter_plot:"),
            st.Page("pages/graph.py", title="Computation graph", icon=":material/account_tree:"),
            st.Page("pages/network_graph.py", title="The network’s graph", icon=":material/device_hub:"),
            st.Page("pages/gradient_check.py", title="Gradient check", icon=":material/fact_check:"),
            st.Page("pages/autodiff_modes.py", title="Forward and reverse", icon=":material/swap_vert:"),
        ],
    }
    st.navigation(sections, expanded=True).run()


if runtime.exists():
    navigate()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan)
