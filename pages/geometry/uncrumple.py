"""Uncrumple: two sheets crumpled into one ball, and a network that parts them, one small gesture per layer."""

import streamlit as st

from pages.geometry import uncrumple_controls as controls
from pages.geometry import uncrumple_depths as depths
from pages.geometry import uncrumple_picture as picture
from pages.shell import layout
from viz.geometry import uncrumple_snippets as snippets

layout.opening(
    "Uncrumple",
    "A red and a blue sheet of paper lie on each other, crumpled into one ball. No flat cut can part the colours. A "
    "*neural network* can: each of its *layers* moves every point a little, and after all of them the colours are "
    "apart. Press **Train**; then drag the slider from the ball to the last layer.",
)
wanted = controls.current()
picture.show(wanted)
controls.choose(wanted)
picture.figures(wanted)

layout.notice(
    "Every layer computes `x + gesture(x)`, a **residual** layer: it keeps the point and adds a small movement. The "
    "loss contains how far the points move, so the gestures stay small.",
    "**Fitted plane**: after each layer a flat cut is fitted (by least squares) and judged on **held-out points**, "
    "which training never sees. Guessing is right half the time.",
    "The **linear model** is one such cut through the ball itself. Fitted is not best: a search among all flat cuts "
    "can find one that is right somewhat more often.",
    "Separating is not flattening: asked to part the colours, the network leaves the sheets bent. Asked to flatten "
    "them, it makes the textbook's picture literally true.",
)
layout.try_this(
    "Train, turn the picture by dragging, and play it with **Lines on the paper**.",
    "Choose **Flatten the sheets** and train again.",
    "Raise the strength to 1. How many layers open that ball?",
    "Switch **How the ball was crumpled** on: the network does not go the same way back.",
)
depths.show(wanted)
layout.code(
    "uncrumple",
    snippets.snippets(wanted),
    note="The JAX program crumples the same ball and trains the same network as this page. The other two read the "
    "network and its points from the file below.",
    files={snippets.FILE: picture.file(wanted)},
)
st.download_button(
    "The network and its points (.npz)",
    picture.file(wanted),
    snippets.FILE,
    key="uncrumple_file",
    icon=":material/download:",
)
