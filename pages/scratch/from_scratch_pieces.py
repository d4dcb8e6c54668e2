"""The pieces of the network, each run line by line with the reader's numbers."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch.from_scratch_steps import LIMITS, PIECES, Small, walk
from pages.shell import share
from pages.shell.refusal import refuse
from pages.shell.typed import typed_number, typed_whole
from viz.components.code_stepper import code_stepper
from viz.scratch.from_scratch_code import PIECES as WORDS
from viz.scratch.from_scratch_values import AXES, stepper

TITLES = {"batch_size": "Digits in a batch", "hidden_units": "Units", "epochs": "Epochs", "seed": "Seed"}
FRACTIONS = {"learning_rate": "Learning rate", "low": "W from", "high": "W to"}
WIDTH = 150
RULES = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}


@share.fragment
def pieces(digits: Digits) -> None:
    """The choice of a piece, its code beside its values, and the numbers it runs with."""
    share.default("from_scratch_piece", PIECES[0], PIECES)
    chosen = st.segmented_control(
        "Piece",
        PIECES,
        wrap=True,
        format_func=lambda piece: WORDS[piece].title,
        key="from_scratch_piece",
        required=True,
        persist_state="session",
    )
    st.markdown(WORDS[chosen].about)
    place, below, note = st.container(), st.container(), st.container()
    with below:
        small = _numbers(note)
    with place:
        recording = walk(chosen, small, digits)
        shown = stepper(recording, WORDS[chosen], hidden_units=small.hidden_units)
        code_stepper(shown, key="from_scratch_stepper", axes=AXES)


def _numbers(note: DeltaGenerator) -> Small:
    """The controls of the small network."""
    usual = Small()
    asked: dict[str, Any] = {}
    with st.container(horizontal=True):
        for field, title in TITLES.items():
            key, (low, high) = f"from_scratch_small_{field}", LIMITS[field]
            share.default(key, getattr(usual, field), share.between(low, high))
            asked[field] = typed_whole(title, key=key, low=low, high=high, width=WIDTH)
        for field, title in FRACTIONS.items():
            key = f"from_scratch_small_{field}"
            share.default(key, getattr(usual, field), accepted=f"{key}_accepted")
            asked[field] = typed_number(title, key=key, width=WIDTH)
        share.default("from_scratch_small_optimizer", usual.optimizer, RULES)
        asked["optimizer"] = st.selectbox(
            "Weight update",
            list(RULES),
            format_func=RULES.get,
            key="from_scratch_small_optimizer",
            width=WIDTH,
            persist_state="session",
        )
    return _accepted(asked, note)


def _accepted(asked: dict[str, Any], note: DeltaGenerator) -> Small:
    """The numbers asked for; those last accepted, with a sentence, where they do not fit together."""
    try:
        small = Small(**asked)
    except InvalidInput as error:
        with note:
            refuse(error)
        return st.session_state.get("from_scratch_small", Small())
    for field in FRACTIONS:
        st.session_state[f"from_scratch_small_{field}_accepted"] = asked[field]
    st.session_state["from_scratch_small"] = small
    return small
