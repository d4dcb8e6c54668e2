"""The network's graph: JAX's own jaxpr of its loss, with every value and gradient, while it trains too."""

import streamlit as st

from pages.backprop.network_graph_board import board, follow
from pages.backprop.network_graph_input import Given, choose, measured
from pages.backprop.network_graph_units import units
from pages.shell import data, layout
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN, file
from viz.backprop import network_graph_snippets as snippets

EARLIER = " The file holds the newest weights, not those of the earlier moment shown here."


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "Every gradient has the shape of its value.",
        "relu lets a gradient pass where its sum was positive, and nothing elsewhere.",
        "For a single digit, every image of the gradient of W1 is the digit times one number: pixels that are 0 teach "
        "nothing.",
        "Nobody wrote the backward equations: they follow from each operation’s own derivative.",
    )
    layout.try_this(
        "Set the label to a digit the network does not see: the norms grow, the edges thicken.",
        "Take the batch of 128: fewer units are dead, and the gradient images are sums of many digits.",
        "Start training on the page “A first network” and come back while it runs.",
    )


def code(given: Given) -> None:
    """The programs of this view."""
    name = measured(given).name
    procedural = digits.source == "procedural"
    label = int(given.labels) if given.samples is None else 0
    programs = snippets.programs(
        WEIGHTS[name], image=given.image, label=label, start=given.start, procedural=procedural
    )
    earlier = given.kept is not None
    files = {WEIGHTS[name]: lambda: file(given.kept)} if earlier else None
    layout.code("network_graph", programs, note=WHERE_TO_RUN[name] + (EARLIER if earlier else ""), files=files)


layout.opening(
    "The network’s graph",
    "The network and its loss are one formula, `loss(y_true, softmax(relu(x @ W1 + b1) @ W2 + b2))`, and so one "
    "**computation graph**: values flow down to the loss, **gradients** flow back up, one for every value. This is the "
    "graph JAX computes with. Open a layer's box to see its single operations, the *primitives*.",
)
digits = data.digits("network_graph")
if digits is not None:
    given = choose(digits)
    follow(board, given)
    follow(units, given)
    explain()
    with st.container():
        code(given)
