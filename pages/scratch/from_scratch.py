"""From scratch: the network rebuilt piece by piece, then the whole loop, swapped and broken on purpose."""

import streamlit as st

from engine.digits.mnist import Digits
from pages.scratch import from_scratch_loop as loop
from pages.scratch import from_scratch_pieces
from pages.shell import data, layout, share
from viz.scratch import from_scratch_snippets as snippets


def show(digits: Digits) -> None:
    """The pieces, then all of them together."""
    from_scratch_pieces.pieces(digits)
    layout.notice(
        "Beside the marked line stands what it read and what it made. Nothing is simulated: Python reported each line "
        "while it ran. Click a line to go to its next turn.",
        "Each axis keeps its colour: digits of the batch, pixels, units, classes. A product joins two tensors along "
        "the axis they share.",
        "All there is to learn are four tensors: W and b of two layers. A training step changes these alone.",
    )

    st.header("The whole loop", anchor=False)
    st.markdown(
        f"The same functions on all of {data.name(digits)}: 784 pixels → 512 units → 10 classes, every image in its "
        "original order, plain SGD with learning rate 0.001. Of every hundredth batch the loss is printed, and stands "
        "beside what the textbook’s readers got."
    )
    place = st.container()
    wanted = loop.controls()
    loop.program(wanted)
    with place:
        loop.picture(wanted, digits)
    layout.notice(
        "After ten epochs plain SGD is right for about 0.82 of the test digits. It has not stopped learning; its "
        "steps are too short. Swap one line, `update = sgd`, for RMSprop, and it ends near 0.98.",
        "Where W begins matters: from 0 to 0.1 all weights are positive, so all hidden sums are large and alike; from "
        "−0.05 to 0.05 they cancel, and plain SGD gets to about 0.83.",
    )
    layout.try_this(
        "Step through **Fit** and watch `weights` change while `memory` stays empty. Then choose RMSprop as its weight "
        "update.",
        "Break one line at a time with a short run, and read why it went as it did. Then break two.",
        "Learning rate 1 ruins the run if W begins at 0 to 0.1. Choose −0.05 to 0.05 and try it again.",
    )
    layout.code(
        "from_scratch",
        snippets.snippets(wanted),
        note="The whole program with the numbers chosen. Its functions are the very ones this page runs; both programs "
        "draw the same initial weights and print the same log.",
    )


layout.opening(
    "From scratch",
    "A neural network is a few short functions. Here they are, and they are what runs: step through each line with "
    "real digits, then let all of them together learn to read 60,000.",
)
digits = data.digits("from_scratch")
if digits is None:
    share.incomplete()
else:
    show(digits)
