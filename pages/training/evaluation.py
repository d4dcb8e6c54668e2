"""How good the current network is: test accuracy, one digit's probabilities, the failures, the confusions."""

import numpy as np
import streamlit as st

from engine.digits.mnist import Digits
from engine.training.evaluation import Evaluation, crossentropies
from pages.shell import data, session, share
from viz.components.digit_gallery import digit_gallery
from viz.components.live_figure import Narrow, live_figure
from viz.training.evaluation import (
    accuracy_words,
    comparison_words,
    confusion_figure,
    digit_words,
    probabilities_figure,
)

SHOWN = 48


def verdict(judged: session.Judged) -> None:
    """Test accuracy, and what it says beside the accuracy on the digits trained on."""
    network, digits, test, compared = judged
    text = accuracy_words(test, network.sentence, data.name(digits)) + data.trained_elsewhere(network, digits)
    st.markdown(text if compared is None else f"{text} {comparison_words(compared, len(digits.train_labels))}")


@share.fragment
def one_digit(digits: Digits, evaluation: Evaluation) -> None:
    """Any test digit with the network's ten probabilities."""
    last = len(evaluation.labels) - 1
    share.default("network_test_digit", 0, share.between(0, last))
    index = int(st.slider("Test digit", 0, last, key="network_test_digit", persist_state="session"))
    label, predicted = int(evaluation.labels[index]), int(evaluation.predicted[index])
    picture, bars = st.columns([1, 3])
    with picture:
        digit_gallery(
            digits.test_images[index : index + 1],
            key="network_test_image",
            size=140,
            descriptions=[f"Test digit {index}, label {label}"],
        )
        st.markdown(digit_words(evaluation, index))
    with bars:
        live_figure(
            probabilities_figure(evaluation.probabilities[index], label),
            key="network_test_bars",
            height=260,
            alt=f"Ten probabilities for test digit {index}; the largest is {predicted}, the label is {label}.",
        )
    loss = crossentropies(evaluation.probabilities[index], label)
    st.caption(
        f"The *loss* of this digit is -log(probability of its label). With the label as an integer, `{label}`, it is "
        f"called sparse categorical crossentropy: **{loss.sparse:.4f}**. With the label *one-hot*, "
        f"`{loss.one_hot.tolist()}`, it is called categorical crossentropy: **{loss.categorical:.4f}**. One loss."
    )


def failures(digits: Digits, evaluation: Evaluation) -> None:
    """The wrongly classified test digits, the most confident first."""
    shown = evaluation.wrong[:SHOWN]
    st.caption(
        f"{len(evaluation.wrong):,} test digits are classified wrongly; here are the {len(shown)} it was surest of. "
        "Some would puzzle a person too."
    )
    _gallery(digits, evaluation, shown, key="network_failures")


@share.fragment
def confusions(digits: Digits, evaluation: Evaluation) -> None:
    """The confusion matrix; a click on a cell, or the two selectors, show the digits behind it."""
    matrix, behind = st.columns([3, 2], gap="large")
    with matrix:
        live_figure(
            confusion_figure(evaluation),
            key="network_confusion",
            height=460,
            narrow=Narrow({}, 380),
            clicks=True,
            on_change=_take_click,
            alt="Confusion matrix: for each label, how many test digits were predicted as each class.",
        )
    with behind:
        share.default("network_cell_label", 4, range(10))
        share.default("network_cell_predicted", 9, range(10))
        first, second = st.columns(2)
        label = first.selectbox("Label", range(10), key="network_cell_label", persist_state="session")
        predicted = second.selectbox("Predicted", range(10), key="network_cell_predicted", persist_state="session")
        indices = evaluation.cell(label, predicted)
        st.markdown(f"**{len(indices):,}** test digits are a {label} and were taken for a {predicted}.")
        _gallery(digits, evaluation, indices[:18], key="network_cell", height=420)


def _take_click() -> None:
    click = st.session_state["network_confusion"].get("click")
    if click and click["point"]:
        st.session_state["network_cell_predicted"] = int(click["point"]["x"])
        st.session_state["network_cell_label"] = int(click["point"]["y"])


def _gallery(digits: Digits, evaluation: Evaluation, indices: np.ndarray, *, key: str, height: int = 0) -> None:
    lines = []
    for index in indices:
        label, predicted = evaluation.labels[index], evaluation.predicted[index]
        lines.append((f"{label} → {predicted}", f"{evaluation.probabilities[index, predicted]:.0%} sure"))
    digit_gallery(
        digits.test_images[indices],
        key=key,
        captions=lines,
        height=height,
        descriptions=[
            f"Test digit {index}: label {evaluation.labels[index]}, predicted {evaluation.predicted[index]}"
            for index in indices
        ],
    )
