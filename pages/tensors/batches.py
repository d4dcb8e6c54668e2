"""Batches: the training set in slices along its first axis, one update of the network each."""

import streamlit as st

from engine.digits.mnist import Digits
from engine.tensors.batches import batch_of, division
from pages.shell import data, layout, server, share
from pages.shell.typed import typed_whole
from viz.components.batch_strip import batch_strip
from viz.tensors import batches_snippets as snippets
from viz.tensors.batches import sizes_table_html

COMPARED = (1, 16, 128, 1_024, 60_000)
state = st.session_state


def keep_number() -> None:
    """The slider has come to rest on a batch."""
    state.batches_number = state.batches_strip.batch


def keep_place() -> None:
    """Another batch size: go to the batch that now holds the sample the old one began with."""
    samples = st.session_state.batches_samples
    state.batches_number = batch_of(state.batches_number * state.batches_divided, samples, state.batches_size)
    state.batches_divided = state.batches_size


@share.fragment
def explore(digits: Digits) -> None:
    """Choose a batch size, scrub through the batches, compare sizes; the code follows."""
    samples = state.batches_samples = len(digits.train_images)
    share.default("batches_size", 128, share.between(1, samples))
    state.setdefault("batches_divided", state.batches_size)
    share.default("batches_number", 0, share.between(0, -(-samples // state.batches_size) - 1))
    size = typed_whole(
        f"Batch size, 1 to {samples:,}",
        what="the batch size",
        key="batches_size",
        low=1,
        high=samples,
        width=260,
        changed=keep_place,
    )
    version = server.digit_chunks(digits).version
    number = state.batches_number
    batch_strip(
        division(samples, size),
        key="batches_strip",
        samples=samples,
        version=version,
        number=number,
        on_change=keep_number,
    )
    st.subheader("What changes with the batch size", anchor=False)
    compared = sorted({*COMPARED, size})
    st.html(sizes_table_html([division(samples, item) for item in compared if item <= samples], size))
    st.caption(
        "The bytes are those of the inputs alone: samples × 784 numbers × 4 bytes. Training also keeps "
        "every layer's numbers for every sample of the batch."
    )
    layout.notice(
        "Only axis 0 is sliced: every image stays whole.",
        "60,000 is not a multiple of 128, so the last of the 469 batches has 96 samples.",
        "A small batch needs little memory and gives many updates per epoch; a large one gives few.",
    )
    layout.try_this(
        "Go to the last batch. How many places stay empty?",
        "Find a batch size that divides 60,000 evenly, such as `100`.",
        "Set the batch size to `1`, then to `60,000`. How many updates make an epoch?",
    )
    layout.code(
        "batches",
        snippets.batch(number, size, procedural=not digits.is_mnist),
        note="It follows the slider and the batch size.",
    )


layout.opening(
    "Batches",
    "A network is trained on one **batch** after another: a slice of the training images along axis 0, the **batch "
    "axis**. Each batch gives one **update** of the weights; one pass over all batches is an **epoch**.",
)
digits = data.digits("batches")
if digits is None:
    st.markdown("The batches can be shown as soon as the digits are here.")
else:
    explore(digits)
