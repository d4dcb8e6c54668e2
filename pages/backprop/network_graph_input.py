"""What goes through the network's graph: a digit with a label or a batch, and the network at which moment."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.backprop.graph import Graph
from engine.backprop.graph_backward import Backward, backward
from engine.backprop.network_graph import network_graph, network_values
from engine.digits.mnist import Digits
from engine.training import network
from engine.training.network import Params
from pages.shell import data, share
from pages.shell import session as shell
from pages.shell.typed import typed_whole

BATCH = 128
NOW = "now"
OWN, TEST, TRAIN = "Your digit", "A test digit", f"A batch of {BATCH}"


class Given(NamedTuple):
    """key: differs whenever inputs or labels do. image: (28, 28) uint8 for one digit, else None. samples: None or 128.

    labels: () or (samples,) integers. update: NOW, or that of a checkpoint whose weights are ``kept``. start: of the
    batch among the training images.
    """

    key: str
    image: np.ndarray | None
    inputs: np.ndarray
    labels: np.ndarray
    samples: int | None
    sentence: str
    start: int = 0
    update: str = NOW
    kept: Params | None = None


class Pass(NamedTuple):
    """One forward and backward pass. key: differs whenever the numbers do. name, sentence: the network's."""

    key: str
    name: str
    sentence: str
    graph: Graph
    found: Backward

    @property
    def hidden_units(self) -> int:
        """Number of hidden units of this network."""
        return self.graph.nodes[self.graph.index("b1")].shape[0]


def choose(digits: Digits) -> Given:
    """The controls."""
    here, state = shell.current(), st.session_state
    options = [*([OWN] if here.drawn is not None else []), TEST, TRAIN]
    if share.default("network_graph_source", options[0], options) not in options:
        state.network_graph_source = options[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.segmented_control(
            "What goes through", options, wrap=True, key="network_graph_source", required=True, persist_state="session"
        )
        given = _batch(digits) if source == TRAIN else _digit(digits, own=source == OWN)
    return _at_moment(given)


def _number(label: str, key: str, last: int) -> int:
    st.session_state[key] = min(share.default(key, 0, share.between(0, last)) or 0, last)
    return typed_whole(f"{label}, 0 to {last}", what=f"“{label}”", key=key, high=last, width=200)


def _batch(digits: Digits) -> Given:
    number = _number("Batch", "network_graph_batch", len(digits.train_images) // BATCH - 1)
    start = BATCH * number
    images = digits.train_images[start : start + BATCH]
    inputs = np.asarray(network.preprocess(images))
    labels = np.asarray(digits.train_labels[start : start + BATCH])
    said = f"Training images {start:,} to {start + BATCH - 1:,} of {data.name(digits)}, with their labels"
    return Given(f"{digits.source} batch {number}", None, inputs, labels, BATCH, said, start)


def _digit(digits: Digits, *, own: bool) -> Given:
    here, state = shell.current(), st.session_state
    if own:
        image, known, said = here.drawn, None, "Your own digit"
    else:
        number = _number("Test digit", "network_graph_test", len(digits.test_images) - 1)
        image, known = digits.test_images[number], int(digits.test_labels[number])
        said = f"Test digit {number:,} of {data.name(digits)}, a {known}"
    inputs = np.asarray(network.preprocess(image[None]))[0]
    identity = (own, image.tobytes())
    usual = known
    if usual is None:
        usual = int(np.argmax(network.forward(here.network().params, inputs[None])[0]))
    if state.setdefault("network_graph_digit", identity) != identity:
        state.network_graph_digit, state.network_graph_label = identity, usual
    share.default("network_graph_label", usual, range(10))
    label = st.segmented_control(
        "Label y_true", range(10), wrap=True, key="network_graph_label", required=True, persist_state="session"
    )
    key = f"{hash(image.tobytes())} {label}"
    return Given(key, image, inputs, np.asarray(label), None, f"{said}; y_true says {label}")


def _at_moment(given: Given) -> Given:
    """Of a run of the reader's, any checkpoint."""
    here = shell.current()
    if here.network().name == "pretrained":
        return given
    kept = {str(checkpoint.update): checkpoint.params for checkpoint in here.runner.poll().checkpoints}
    options = [*kept, NOW]
    if st.session_state.get("network_graph_moment") not in options:
        st.session_state.network_graph_moment = NOW
    update = st.select_slider(
        "Moment of your run",
        options,
        key="network_graph_moment",
        persist_state="session",
        format_func=lambda option: NOW if option == NOW else f"update {int(option):,}",
    )
    return given if update == NOW else given._replace(update=update, kept=kept[update])


def measured(given: Given) -> Pass:
    """The pass with the weights of just now, or of the chosen checkpoint; kept until these change."""
    current = shell.current().network()
    params, sentence = current.params, current.sentence
    key = f"{current.version} {given.key}"
    if given.kept is not None:
        params = Params(*map(np.asarray, given.kept))
        sentence = f"your own network as it was at update {int(given.update):,}"
        key = f"{current.version.partition('.')[0]} kept {given.update} {given.key}"
    known = st.session_state
    if "network_graph_pass" not in known or known["network_graph_pass"].key != key:
        graph = network_graph(samples=given.samples, hidden_units=params.W1.shape[1])
        found = backward(graph, network_values(params, given.inputs, given.labels))
        known["network_graph_pass"] = Pass(key, current.name, sentence, graph, found)
    return known["network_graph_pass"]
