"""The data: samples of each class, and one image as a picture and as numbers."""

import numpy as np
import streamlit as st

from engine.digits.mnist import Digits
from pages.shell import data, share
from pages.shell.typed import typed_whole
from viz.components.digit_gallery import digit_gallery
from viz.components.live_figure import Narrow, live_figure
from viz.digits.mnist import numbers_figure


@share.fragment
def samples(digits: Digits) -> None:
    """Training digits of one class or of all, another handful at each press."""
    classes = ["all", *map(str, range(10))]
    share.default("network_class", "all", classes)
    chosen = st.segmented_control(
        "Class",
        classes,
        wrap=True,
        required=True,
        key="network_class",
        persist_state="session",
    )
    turn = share.default("network_samples_turn", 0, share.between(0, len(digits.train_labels)))
    images, labels = digits.train_images, digits.train_labels
    pools = [np.flatnonzero(labels == digit) for digit in (range(10) if chosen == "all" else [int(chosen)])]
    each = 4 if chosen == "all" else 40
    indices = np.concatenate([np.roll(pool, -turn * each)[:each] for pool in pools])
    digit_gallery(
        images[indices],
        key="network_samples",
        size=56,
        captions=[(str(labels[index]),) for index in indices],
        descriptions=[f"train_images[{index}], label {labels[index]}" for index in indices],
    )
    st.button("Other samples", key="network_other_samples", on_click=_turn)


def _turn() -> None:
    st.session_state["network_samples_turn"] += 1


@share.fragment
def as_numbers(digits: Digits) -> None:
    """One training image with the value of every pixel printed in it."""
    last = len(digits.train_labels) - 1
    share.default("network_train_image", 4, share.between(0, last))
    index = typed_whole("Training image", key="network_train_image", high=last)
    image, label = digits.train_images[index], digits.train_labels[index]
    st.markdown(
        f"`train_images[{index}]` of {data.name(digits)} is a **{label}**: {image.shape[0]} rows of "
        f"{image.shape[1]} whole numbers (`{image.dtype}`), 0 for no ink to 255 for full ink."
    )
    live_figure(
        numbers_figure(image),
        key="network_numbers",
        height=640,
        narrow=Narrow({}, 400),
        alt=f"Training image {index}, a {label}, as a grid of 28 by 28 numbers from 0 to 255.",
    )
