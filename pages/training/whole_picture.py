"""The whole picture: the training loop of the reader's own network, live, and the reader's digit scored by it."""

import streamlit as st

from pages.shell import data, layout
from pages.training import whole_picture_drawing, whole_picture_loop
from viz import streamlit_dom as dom

# Wider than other pages; on a phone the canvas comes first, so that it and the buttons are seen at once.
st.html(
    f"""<style>
    @media (min-width: 1000px) {{
      {dom.COLUMN_OF_PAGE} {{ padding-left: 2.5rem; padding-right: 2.5rem; max-width: 84rem; }}
    }}
    @media (max-width: 640px) {{
      .st-key-whole_picture_columns > * > {dom.ROW} {{ flex-flow: column-reverse; }}
      .st-key-whole_picture_columns > * > * > {dom.COLUMN} {{ flex: none; width: 100%; }}
      .st-key-whole_picture_buttons {{ gap: 0.5rem; }}
    }}
    </style>"""
)
layout.opening(
    "The whole picture",
    "A neural network learns to read digits by going round this loop: it guesses, is told how wrong it was, and moves "
    "its weights a little. Draw a digit, press **Train**, and watch your own network learn to read it.",
)
with st.container(key="whole_picture_columns"):
    picture, beside = st.columns([7, 3], gap="medium")
digits = data.digits("whole_picture")
with picture:
    whole_picture_loop.loop(digits)
with beside:
    whole_picture_drawing.board()

layout.notice(
    "A *batch* of digits goes through two *layers*. Each multiplies by its *weights* (W1, W2), adds its *biases* "
    "(b1, b2), and applies *relu* or *softmax*. What comes out are ten probabilities for each digit.",
    "The *loss* compares them with the *targets*, the right answers. The *gradient* says, for each of the weights, how "
    "the loss would change with it. The *optimizer* moves all of them a little the other way. That was one turn.",
    "Nobody tells the network what a 3 looks like. The small pictures of W1 begin as noise; the turns make strokes.",
    "Before the first turn its probabilities are around 10 %: guessing. The loss is then near 2.3, which is "
    "−log(1/10).",
)
layout.try_this(
    "Press **One turn** a few times and watch your digit's ten probabilities: each turn moves them.",
    "Choose another digit of the batch: the picture follows it through both layers.",
    "Click a title in the picture to open the page about it. Your run goes with you; its settings are on the page "
    "“A first network”.",
)
whole_picture_loop.code(digits)
