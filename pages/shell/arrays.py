"""The real tensors at hand on every page: digits of the data set, the reader's own digit, the network's weights."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.digits.mnist import Digits
from engine.training import network
from pages.shell import data, session

BATCH = 128
LATE = ("train_images", "batch")
"""Those that are here only once the data set is; a choice of one of them waits for it."""


class RealArray(NamedTuple):
    """name: what the page and its code call it. about: one sentence on what it is and where it comes from."""

    name: str
    array: np.ndarray
    about: str


def real_arrays(digits: Digits | None) -> dict[str, RealArray]:
    """Every real tensor by name, the current network's weights first; images of the data set only once loaded.

    W1 (784, 512), b1 (512,), W2 (512, 10), b2 (10,) float32; digit (28, 28) uint8, the reader's own drawing as the
    network sees it, or the first test digit; x (784,) float32, the same divided by 255; hidden (512,), its hidden
    activations; train_images (n, 28, 28) uint8; batch (128, 784) float32, the first batch as the network gets it.
    """
    reader = session.current()
    current = reader.network()
    params = current.params
    image, _, title = reader.scored_digit()
    x = np.asarray(network.preprocess(image.reshape(1, network.PIXELS)))[0]
    origin = "your own digit" if title.startswith("Your") else title.removesuffix(", scored").lower()
    whose = current.sentence
    found = [
        RealArray("W1", np.asarray(params.W1), f"Weights of the hidden layer of {whose}."),
        RealArray("b1", np.asarray(params.b1), f"Biases of the hidden layer of {whose}."),
        RealArray("W2", np.asarray(params.W2), f"Weights of the output layer of {whose}."),
        RealArray("b2", np.asarray(params.b2), f"Biases of the output layer of {whose}."),
        RealArray("digit", np.asarray(image), f"Pixels of {origin}, as the network gets them."),
        RealArray("x", x, f"The 784 inputs of {origin}: its pixels divided by 255."),
        RealArray("hidden", np.asarray(network.hidden(params, x)), f"Hidden activations of {origin} in {whose}."),
    ]
    if digits is not None:
        called = data.name(digits)
        batch = np.asarray(network.preprocess(digits.train_images[:BATCH].reshape(-1, network.PIXELS)))
        found += [
            RealArray("train_images", digits.train_images, f"All training images of {called}."),
            RealArray("batch", batch, f"The first {BATCH} training images of {called}, as the network gets them."),
        ]
    return {item.name: item for item in found}


def at_hand(found: Mapping[str, RealArray], name: str) -> RealArray:
    """The tensor of this name; while it is on its way, the digit, and a sentence that says so. The choice stays."""
    if name in found:
        return found[name]
    st.caption(f"`{name}` is not here yet: the digits are being loaded. Until then `digit` is shown in its place.")
    return found["digit"]
