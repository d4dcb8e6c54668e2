"""Which network at which moment of its training, measured; and which test digits go through it."""

from typing import NamedTuple

import streamlit as st

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.geometry import digit_layers
from engine.geometry.digit_layers import SIZES, Study
from engine.training.network import Params
from pages.shell import session as shell
from pages.shell import share
from pages.shell.refusal import refuse
from pages.shell.typed import typed_whole

NOW = "now"


class Moment(NamedTuple):
    """A network. name: "pretrained" or "yours". key: differs whenever the weights do. kept: an earlier checkpoint."""

    params: Params
    name: str
    sentence: str
    key: str
    kept: bool = False


def pretrained() -> Moment:
    """The network that comes with the app."""
    network = shell.pretrained_network()
    return Moment(network.params, network.name, network.sentence, network.name)


def moment() -> Moment:
    """The current network; of a run of the reader's, any checkpoint."""
    here = shell.current()
    current = here.network()
    if current.name == "pretrained":
        return pretrained()
    kept = {str(checkpoint.update): checkpoint.params for checkpoint in here.runner.poll().checkpoints}
    options = [*kept, NOW]
    if st.session_state.get("digit_layers_moment") not in options:
        st.session_state.digit_layers_moment = NOW
    update = st.select_slider(
        "Moment of your run",
        options,
        key="digit_layers_moment",
        persist_state="session",
        format_func=lambda option: NOW if option == NOW else f"update {int(option):,}",
    )
    if update == NOW:
        return Moment(current.params, current.name, current.sentence, f"{here.token} {current.version}")
    run = current.version.rpartition(".")[0]
    after = f"as it was after {int(update):,} update{'' if update == '1' else 's'}"
    sentence = f"your own network {after if update != '0' else 'before its first update'}"
    return Moment(kept[update], current.name, sentence, f"{here.token} {run} kept {update}", kept=True)


@st.cache_resource(max_entries=64, show_spinner="Measuring the layers …")
def studied(key: str, source: str, _params: Params, _digits: Digits) -> Study:
    """One network's stages, measured once; key tells networks apart, among all readers."""
    del key, source
    return digit_layers.study(_params, *digit_layers.samples(_digits))


@st.cache_resource(max_entries=16, show_spinner="Measuring an untrained network …")
def untrained(hidden_units: int, source: str, _digits: Digits) -> Study:
    """The same for fresh weights."""
    del source
    return digit_layers.untrained(hidden_units, *digit_layers.samples(_digits))


def measured(digits: Digits, chosen: Moment) -> tuple[Moment, Study]:
    """The moment and its stages; the pretrained network's, and why, where its numbers overflow."""
    try:
        return chosen, studied(chosen.key, digits.source, chosen.params, digits)
    except InvalidInput as error:
        refuse(f"{error} Shown is the pretrained network.")
        instead = pretrained()
        return instead, studied(instead.key, digits.source, instead.params, digits)


def batch(digits: Digits) -> slice:
    """The test digits chosen: how many, and which batch of so many."""
    state = st.session_state
    share.default("digit_layers_size", SIZES[1], SIZES)
    share.default(
        "digit_layers_batch", 0, share.between(0, digit_layers.batch_count(digits, state.digit_layers_size) - 1)
    )

    def take_next() -> None:
        count = digit_layers.batch_count(digits, state.digit_layers_size)
        state.digit_layers_batch = (state.digit_layers_batch + 1) % count

    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.segmented_control(
            "Digits shown",
            SIZES,
            wrap=True,
            key="digit_layers_size",
            required=True,
            format_func=lambda size: f"{size:,}",
            persist_state="session",
        )
        last = digit_layers.batch_count(digits, size) - 1
        state.digit_layers_batch = min(state.digit_layers_batch or 0, last)
        number = typed_whole(
            f"Batch of test digits, 0 to {last}", what="the batch", key="digit_layers_batch", high=last, width=220
        )
        st.button("Next batch", key="digit_layers_next", icon=":material/skip_next:", on_click=take_next)
    return slice(size * number, size * (number + 1))
