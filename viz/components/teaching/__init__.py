"""For teachers: checkboxes that hide controls and parts of the page, and the link that hides or freezes them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from viz.components import assets


def teaching(stem: str, parts: Mapping[str, tuple[str, Sequence[str]]], *, key: str) -> None:
    """Show the closed panel. It finds the controls of the page ``stem`` by itself, in the browser.

    parts: name in the link → label, and the CSS selectors of what it hides.
    """
    rows = [{"name": name, "label": label, "selectors": list(found)} for name, (label, found) in parts.items()]
    with st.container(key=f"{key}_box"):
        assets.component("teaching", taken="never")(key=key, data={"stem": stem, "parts": rows})
