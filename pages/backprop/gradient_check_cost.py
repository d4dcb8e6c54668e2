"""What checking every weight costs: a measured sample of finite differences beside one measured backward pass."""

from functools import partial

import streamlit as st

from engine.background import Background
from engine.backprop import gradient_check_cost
from engine.backprop.gradient_check_cost import SAMPLE, Cost
from engine.descent.naive_search import BATCH
from engine.digits.mnist import Digits
from engine.training import network
from pages.shell import keeping
from pages.shell import session as shell
from viz.backprop import gradient_check as gradient_check_viz
from viz.components.live_figure import live_figure

POLL_SECONDS = 0.3


@keeping.kept(close=Background.close)
def measurement() -> Background[Cost]:
    """The reader's own measurement; it outlives a lost connection."""
    return Background("gradient check")


def cost(digits: Digits) -> None:
    """Measure, stop; the bars and the sentence grow while it runs."""
    params = shell.current().network().params
    weights = network.parameter_count(params)
    st.header("What checking every weight costs", anchor=False)
    st.markdown(
        f"Finite differences need two forward passes for each of the {weights:,} weights: **{2 * weights:,} forward "
        f"passes**. One backward pass gives all {weights:,} derivatives. Both are timed here in float64, as a check "
        f"needs it, on {BATCH} training images."
    )
    here = measurement()
    under_way = here.poll().state == "running"
    work = partial(gradient_check_cost.measure, params, digits.train_images[:BATCH], digits.train_labels[:BATCH])
    with st.container(horizontal=True):
        st.button("Measure", key="gradient_check_measure", type="primary", icon=":material/timer:", disabled=under_way,
                  on_click=here.start, args=(work,))  # fmt: skip
        st.button("Stop", key="gradient_check_stop", on_click=here.stop, disabled=not under_way)
    st.fragment(bars, run_every=POLL_SECONDS if under_way else None)(weights, under_way)


def bars(weights: int, was_under_way: bool) -> None:
    """The measurement so far; the page is told when it ends."""
    now = measurement().poll()
    # A network of another size needs a measurement of its own.
    found = now.latest if now.latest and now.latest.weights == weights else None
    share = len(found.pairs) / SAMPLE if found and now.state == "running" else float(now.state == "finished")
    st.progress(share, text=now.message or "Sample of weights")
    text = gradient_check_viz.cost_words(found, now.state, weights)
    live_figure(
        gradient_check_viz.cost_figure(found, weights), key="gradient_check_cost", height=190, alt=text.replace("*", "")
    )
    st.markdown(text)
    if was_under_way and now.state != "running":
        st.rerun()
