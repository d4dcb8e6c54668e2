"""The network's graph: JAX's own jaxpr of its loss, with every value and gradient, while it trains too."""

import streamlit as st

from pages.sections.network_graph_board import board, follow
from pages.sections.network_graph_input import Given, choose, measured
from pages.sections.network_graph_units import units
from pages.shell import data, layout
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.snippets import network_graph as snippets

EARLIER = " The file holds the newest weights, not those of the earlier moment shown here."


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "Every gradient has the shape of its value: there is one derivative for every number.",
        "relu lets a gradient pass where its sum was positive, and nothing elsewhere. Compare its two pictures.",
        "For a single digit, every image of the gradient of W1 is the digit itself times one number: a weight’s "
        "gradient is its pixel times what arrives at its unit. Pixels that are 0 teach nothing.",
        "JAX traced the loss once and found these operations. The backward equations are not written by anybody: they "
        "follow, one operation at a time, from each operation’s own derivative.",
    )
    layout.try_this(
        "Set the label to a digit the network does not see. The loss and all norms grow; the edges thicken.",
        "Take the batch of 128: fewer units are dead, and the gradient images look like sums of many digits.",
        "Expand softmax. Its maximum is subtracted first, and no gradient flows back through that: `stop_gradient`.",
        "Start training on the page “A first network”, come back while it runs, and watch the norms shrink.",
    )


def code(given: Given) -> None:
    """The programs of this view."""
    name = measured(given).name
    procedural = digits.source == "procedural"
    label = int(given.labels) if given.samples is None else 0
    programs = snippets.programs(
        WEIGHTS[name], image=given.image, label=label, start=given.start, procedural=procedural
    )
    layout.code("network_graph", programs, note=WHERE_TO_RUN[name] + (EARLIER if given.kept is not None else ""))


layout.opening(
    "The network’s graph",
    "The network and its loss are one formula, `loss(y_true, softmax(relu(x @ W1 + b1) @ W2 + b2))`, and so one "
    "**computation graph**: values flow down to a single number, the loss, and **gradients** flow back up, one for "
    "every value. This is the graph JAX computes with. Each layer is one box; open it to see its single operations, "
    "the *primitives*.",
)
digits = data.digits("network_graph")
if digits is not None:
    given = choose(digits)
    follow(board, given)
    follow(units, given)
    explain()
    with st.container():
        code(given)
