"""Where the digits come from, said on every page that uses them; loading never blocks the page."""

import streamlit as st

from engine.digits.loading import Snapshot
from engine.digits.mnist import FOLDER_VARIABLE, Digits
from pages.shell import session, share
from pages.shell.refusal import refuse
from viz.verbatim import verbatim


def digits(stem: str) -> Digits | None:
    """The data if they are here; shows what is loading, or that the digits are procedural, and offers a retry."""
    loaded = session.loader().poll()
    if loaded.digits is None:
        share.incomplete()
    with st.container():
        _say(loaded, stem)
    return loaded.digits


def _say(loaded: Snapshot, stem: str) -> None:
    if loaded.state == "loading" or loaded.digits is None:
        st.fragment(_progress, run_every=0.3)(stem)
    elif loaded.digits.source == "procedural":
        note, button = st.columns([5, 1], vertical_alignment="center")
        note.warning(
            "**These digits are procedural, not MNIST**: this app draws them itself, because MNIST could not be had. "
            f"Retry when online, or name a folder that holds it in `{FOLDER_VARIABLE}` and start again.",
            icon=":material/cloud_off:",
        )
        button.button("Retry", key=f"{stem}_retry", on_click=session.loader().retry, width="stretch")
        with st.expander("What was tried"):
            st.text(loaded.message)
    elif loaded.message:
        st.info(verbatim(loaded.message))


def name(loaded: Digits) -> str:
    """What to call the data set in a sentence.

    Never MNIST unless every file matched its checksum.
    """
    return "procedural digits" if loaded.source == "procedural" else "MNIST"


def trained_elsewhere(network: session.Network, loaded: Digits) -> str:
    """A sentence, after a space, where a network is measured on other digits than it was trained on; else ""."""
    if network.procedural == (not loaded.is_mnist):
        return ""
    kinds = ("procedural digits", "MNIST")
    trained, other = kinds if network.procedural else kinds[::-1]
    return (
        f" Its weights were trained on {trained}, not on {other}, so it does worse here than on digits of its own kind."
    )


def _progress(stem: str) -> None:
    loaded = session.loader().poll()
    if loaded.state == "failed":
        refuse(loaded.message)
        st.button("Retry", key=f"{stem}_retry_failed", on_click=session.loader().retry)
        return
    if loaded.state != "loading" and loaded.digits is not None:
        st.rerun()
    st.progress(min(max(loaded.fraction, 0.0), 1.0), text=verbatim(loaded.message) or "Loading the digits …")
