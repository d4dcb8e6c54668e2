"""Uncrumple: two sheets crumpled into one ball, and a network that parts them, one small gesture per layer."""

import streamlit as st

from pages.sections import uncrumple_controls as controls
from pages.sections import uncrumple_depths as depths
from pages.sections import uncrumple_picture as picture
from pages.shell import layout
from viz.snippets import uncrumple as snippets

layout.opening(
    "Uncrumple",
    "A red and a blue sheet of paper lie on each other; then they are crumpled into one ball. No flat cut can part the "
    "colours now. A *neural network* can: each of its *layers* moves every point of space a little, and after all of "
    "them the colours are apart. Press **Train** and watch the last layer; then drag the slider back to the "
    "ball and play the whole way.",
)
wanted = controls.current()
picture.show(wanted)
controls.choose(wanted)
picture.figures(wanted)

layout.notice(
    "Every layer computes `x + gesture(x)`: it keeps the point and adds a small movement, a **residual** layer. Moving "
    "costs: the loss contains how far the points move, so that the gestures stay small.",
    "The **loss** is what training makes smaller: how wrong the network is, plus what its movements cost.",
    "**Best plane**: after each layer a flat cut is fitted to the shown points and judged on **held-out points**, "
    "others of the same sheets that training never sees. Guessing is right half the time. The accuracy mostly rises "
    "from layer to layer, though the network is asked only about the last one.",
    "The **linear model** is one such flat cut through the ball itself, fitted the same way (least squares).",
    "Separating is not flattening. Asked to part the colours, the network leaves the sheets bent. Asked to flatten "
    "them, it makes the picture of the textbook literally true.",
)
layout.try_this(
    "Train, turn the picture by dragging, and play it. Switch **Lines on the paper** on to follow the sheets.",
    "Choose **Flatten the sheets** and train again: the ball opens into two flat sheets.",
    "Raise the strength to 1. How many layers open that ball? How far must each layer move the points?",
    "Switch **How the ball was crumpled** on: flat sheets are folded and pressed. Then see that the network does not "
    "go the same way back; it finds a way of its own.",
)
depths.show(wanted)
layout.code(
    "uncrumple",
    snippets.snippets(wanted),
    note="The JAX program crumples the same ball and trains the same network as this page. The other two read the "
    "network and its points from a file; get it here.",
)
st.download_button(
    "The network and its points (.npz)",
    lambda: picture.file(wanted),
    snippets.FILE,
    key="uncrumple_file",
    icon=":material/download:",
)
