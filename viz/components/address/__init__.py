"""The page's address in the browser: it says what the page shows, and can be copied."""

from collections.abc import Sequence

import streamlit as st

from viz.components import assets


def address(
    *, key: str, query: str, serial: int, reader: str, page: str, pages: Sequence[str], copies: bool, word: str
) -> None:
    """Replace the page's own part of the address by ``query``; the parameters of others stay, and so does history.

    serial: of this query among those of one reader; an older one changes nothing, nor does one below 0. page: the last
    part of the page's path, "" for the home page; on another of the ``pages`` nothing happens. copies: show "Copy
    link", else nothing. word: the key of a container with a word about the link that now goes, or "".
    """
    data = {
        "query": query,
        "serial": serial,
        "reader": reader,
        "page": page,
        "pages": list(pages) if not page else [],
        "copies": copies,
        "word": word,
    }
    with st.container(key=f"{key}_box" if copies else f"{key}_unseen"):
        assets.component("address", taken="never")(key=key, data=data)
