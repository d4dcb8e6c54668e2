"""Digits, layer by layer: test digits on their way from pixels to probabilities, in three of many dimensions."""

import numpy as np
import streamlit as st

from engine.digits.mnist import Digits
from engine.geometry import digit_layers
from engine.geometry.digit_layers import Study
from pages.digits import digit_moment
from pages.digits.digit_moment import Moment
from pages.shell import data, layout, share
from pages.shell import session as shell
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN, file
from viz.components.live_figure import live_figure
from viz.components.point_cloud import point_cloud
from viz.geometry import digit_layers as digit_layers_viz
from viz.geometry import digit_layers_snippets as snippets

EARLIER = " The file holds the newest weights, not those of the earlier moment shown here."
HEIGHT = 540
FIGURE_HEIGHT = 380


@share.fragment
def explore() -> None:
    """The cloud, its controls, the probes, the code."""
    digits = data.digits("digit_layers")
    if digits is None:
        return
    picture, messages = st.container(), st.container()
    chosen, batch = digit_moment.moment(), digit_moment.batch(digits)
    with messages:
        chosen, found = digit_moment.measured(digits, chosen)
        fresh = digit_moment.untrained(chosen.params.W1.shape[1], digits.source, digits)
    with picture:
        cloud(digits, chosen, found, batch)
    st.caption(
        f"Axes and probes are fitted on the first {digit_layers.TRAINED_ON:,} training digits; probes are tested on "
        "every fourth test digit. Each stage is scaled to one size and turned, or mirrored, to lie close to the one "
        "before (orthogonal Procrustes)."
    )
    probes(found, fresh)
    explain()
    note = WHERE_TO_RUN[chosen.name] + (EARLIER if chosen.kept else "")
    code = snippets.projection(batch, WEIGHTS[chosen.name], procedural=digits.source == "procedural")
    files = {WEIGHTS[chosen.name]: lambda: file(chosen.params)} if chosen.kept else None
    layout.code("digit_layers", code, note=note, files=files)


def cloud(digits: Digits, chosen: Moment, study: Study, batch: slice) -> None:
    """The digits in space, the reader's own among them."""
    images, labels = digits.test_images[batch], digits.test_labels[batch]
    drawn = shell.current().drawn
    if drawn is not None:
        images = np.concatenate([images, drawn[None]])
    shown = digit_layers.show(chosen.params, study.layers, images)
    network = shell.current().network() if chosen.name == "yours" else shell.pretrained_network()
    words = digit_layers_viz.batch_words(shown.probabilities, labels, batch.start, chosen.sentence, data.name(digits))
    st.markdown(words + data.trained_elsewhere(network, digits))
    point_cloud(
        digit_layers_viz.digit_cloud(study, shown, images, labels),
        key="digit_layers_cloud",
        height=HEIGHT,
        scrub_label="Stage",
    )


def probes(study: Study, fresh: Study) -> None:
    """Accuracies of straight cuts, and the spreads, stage by stage."""
    st.subheader("Do the classes become separable by straight cuts?", anchor=False)
    st.markdown(
        "A *linear probe*: ten weighted sums of a stage’s numbers, one for each class, fitted by least squares; the "
        "largest names the digit. Between any two classes that is a straight cut."
    )
    left, right = st.columns(2, gap="large")
    for column, key, figure, words in (
        (left, "probes", digit_layers_viz.probe_figure(study, fresh), digit_layers_viz.probe_words(study, fresh)),
        (right, "spread", digit_layers_viz.spread_figure(study, fresh), digit_layers_viz.spread_words(study)),
    ):
        with column:
            live_figure(figure, key=f"digit_layers_{key}", height=FIGURE_HEIGHT, alt=words.replace("*", ""))
            st.markdown(words)


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "Before relu a stage is only weighted sums of the pixels: straight cuts there are straight cuts in the pixels.",
        "An untrained network’s relu folds at random, and helps too. Training finds folds that help more.",
        "Classes that overlap in three axes can lie apart in the others: the probe on all numbers does better.",
    )
    layout.try_this(
        "Draw a digit on the page “Draw a digit” and come back: it travels along, as a *y* in a ring.",
        "Train a network on the page “A first network”, come back, and drag the moment of your run.",
        "Take the next batch: the axes stay, and new digits fall into the same places.",
    )


layout.opening(
    "Digits, layer by layer",
    "The network uncrumples digits. Each digit is a point: its 784 *pixels*, then a hidden layer's sums, what *relu* "
    "leaves of them (negative ones become 0), ten *logits* (one score for each class), ten *probabilities*. Only three "
    "dimensions can be drawn: the **principal components**, along which a stage’s digits differ most. You see a "
    "shadow; each stage says how much it keeps.",
)
explore()
