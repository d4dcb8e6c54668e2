"""What of a link only the browser reads and could not, in words above the page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from viz.components import assets


def link_words(link: Mapping[str, Sequence[str]], *, canvas: bool, key: str) -> None:
    """Nothing, or a sentence for each of these that no picture could use.

    link: the texts under each name of the address that is the browser's own, a picture's position or the ink of a
    drawing; canvas: whether the page can show that.
    """
    with st.container(key=key):
        data = {"link": {name: list(texts) for name, texts in link.items()}, "canvas": canvas}
        assets.component("link_words", taken="never")(key=f"{key}_words", data=data)
