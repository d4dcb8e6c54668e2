"""Layers as folds: a network small enough to draw every layer as it is, trained while one watches."""

import streamlit as st

from engine.geometry.folds import CHOSEN_AFTER, STARTS
from pages.geometry import folds_data as points
from pages.geometry import folds_run as training
from pages.shell import layout
from viz.geometry import folds_snippets as snippets

layout.opening(
    "Layers as folds",
    "A *dense layer* computes `activation(x @ W + b)`. Its **affine** part `x @ W + b` turns, stretches and moves; its "
    "**activation** folds or bends. With 2 or 3 numbers (*units*) per point every step can be drawn as it is. Train, "
    "then drag the slider: tangled classes come apart.",
)
left, middle, right = st.columns([5, 3, 3], vertical_alignment="bottom")
with left:
    points.choose()
with middle:
    drawn = training.activation()
data, wanted = points.current(), training.settings()
with right:
    training.buttons(data, wanted)
training.picture(data, wanted, drawn)
training.choose()
points.settings()
layout.notice(
    "Only the steps with relu or tanh make the points easier to part by a straight cut: watch the percentage below the "
    "picture.",
    "relu lays half of space flat onto a wall. tanh bends without folding.",
    "The **border**, where both classes are equally likely, is curved in the plane and straight among the scores: the "
    "layers have bent the plane, not the line.",
    "The **loss** is the mean of −log of the probability given to the right class; guessing costs 0.693.",
    "So few units fail often: a relu unit whose sum is negative for all points gives 0 and learns nothing more. So "
    f"{STARTS} networks begin with different random weights. Shown is the one whose loss is lowest, from update "
    f"{CHOSEN_AFTER} on always the same one; the thin lines are the others.",
)
training.rivals(data, wanted)
layout.try_this(
    "Draw linear and scrub: the plane is turned and stretched, never folded.",
    "Circles with 2 units: no bending of the plane leads a ring out of the disc inside it. With 3 units there is a way "
    "around: upward.",
    "Set the learning rate to 1, then to 100: relu dies, then the loss explodes.",
    "Choose “Paint” and find something relu cannot learn.",
)
_, shown = training.now(data, wanted)
if len(data.labels):
    layout.code("folds", snippets.folds(shown, drawn, shape=st.session_state.folds_shape, knobs=points.knobs()))
