"""Gradient check of any weight of the network: choose digits and a weight, three methods, the U-curve."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from engine.backprop import gradient_check_network as check
from engine.backprop.gradient_check import EPSILONS
from engine.backprop.gradient_check_chain import chain
from engine.descent import naive_search
from engine.descent.naive_search import Slopes
from engine.digits.mnist import Digits
from engine.training.network import Params
from pages.backprop.gradient_check_choice import choose_digits, choose_weight
from pages.shell import layout, share
from pages.shell import session as shell
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.backprop import gradient_check as gradient_check_viz
from viz.backprop import gradient_check_snippets as snippets
from viz.backprop import gradient_check_words as words
from viz.components.live_figure import Narrow, live_figure


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def backward_pass(version: str, of: str, _params: Params, _images: np.ndarray, _labels: np.ndarray) -> Slopes:
    """The whole gradient of these digits, once for each network and choice."""
    del version, of
    return naive_search.slopes(_params, _images, _labels)


@share.fragment
def weight(digits: Digits) -> None:
    """The choice, the three methods, the chain rule with its numbers, the U-curve, the code."""
    current = shell.current().network()
    st.header("A weight of the network", anchor=False)
    st.markdown(
        f"The loss is the crossentropy of {current.sentence}. Choose what it is computed on, then a weight: by "
        "its numbers, or by a click on a pixel of the pictures."
    )
    chosen = choose_digits(digits)
    of = f"{digits.source} {chosen.name} {chosen.labels[0]} {hash(chosen.images.tobytes())}"
    slopes = backward_pass(current.version, of, current.params, chosen.images, chosen.labels)
    place = choose_weight(current.params, slopes, chosen.images)
    sweep = check.sweep(current.params, slopes, place, chosen.images, chosen.labels)
    factors = chain(current.params, place, chosen.images, chosen.labels)
    st.markdown(f"Loss {sweep.height:.6g} on {chosen.name}; **{sweep.name} = {words.precise(sweep.value)}**.")
    st.markdown(words.table(sweep, factors.gradient))
    st.markdown(words.verdict(sweep, factors.gradient))
    by_hand, numbers = st.columns([3, 2], gap="large")
    with by_hand:
        st.markdown("**The chain rule by hand.** p: predicted probabilities, y: 1 for the true digit, else 0.")
        st.markdown(words.chain_words(factors))
    with numbers, st.expander("The ten numbers p − y"):
        st.markdown(words.factors_table(factors))
    curve("weight", sweep)
    hints()
    code = snippets.weight(
        place,
        chosen.image,
        chosen.labels,
        WEIGHTS[current.name],
        epsilon=float(EPSILONS[sweep.chosen]),
        procedural=digits.source == "procedural",
    )
    layout.code("gradient_check_weight", code, note=WHERE_TO_RUN[current.name])


def hints() -> None:
    """What to notice and to try."""
    layout.notice(
        "The error forms a U. Too large an ε and the curve bends between the two ends; too small, and nearly all "
        "digits of the two losses cancel.",
        "At best float32 gets four or five digits right, float64 about ten. So a check is done in float64.",
        "Autodiff has no ε. Its error in float32 is the dotted line.",
    )
    layout.try_this(
        "Press “A silent unit”: relu lets nothing through, so every method says exactly 0.",
        "Choose the training images and b1, then “Largest gradient”: from the ε marked × on, relu switches between the "
        "two ends, and the quotient goes wrong.",
        "Move the slider from 10⁻¹ to 10⁻¹⁰ and watch the underlined digits.",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def drawn(sweep: gradient_check_viz.Sweep) -> go.Figure:
    """The curve of these numbers, one for all readers who look at them: nobody changes it."""
    return gradient_check_viz.sweep_figure(sweep)


def curve(stem: str, sweep: gradient_check_viz.Sweep) -> None:
    """The U-curve with its slider over epsilon, and the theory in words."""
    st.markdown(
        "**Every ε from 10⁻¹⁰ to 10⁻¹.** Move the slider below the picture: the digits that f(w + ε) and f(w − ε) "
        "share are underlined, and so are those in which the quotient agrees with autodiff."
    )
    live_figure(
        drawn(sweep),
        key=f"gradient_check_{stem}_curve",
        height=gradient_check_viz.HEIGHT,
        narrow=Narrow(gradient_check_viz.NARROW, gradient_check_viz.NARROW_HEIGHT),
        scrub_label="ε",
        alt=f"Relative error of the difference quotient for {sweep.name} against epsilon, in float32 and float64.",
    )
    st.markdown(words.theory_words(sweep))
