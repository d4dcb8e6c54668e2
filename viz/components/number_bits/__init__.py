"""The same numbers in seven data types as a table, and any one of them down to bits the reader can flip."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz import theme
from viz.components import assets


def number_bits(
    table: Mapping[str, Any], *, key: str, chosen: tuple[int, int], on_change: Callable[[], None]
) -> Mapping[str, Any]:
    """Show a table of ``viz.tensors.dtypes.conversion_table``; choosing a cell and flipping bits need no server.

    chosen: row (data type) and column (number) to begin with. Returns the component's state: ``chosen``, None or
    the row and column last chosen.
    """
    data = {"table": dict(table), "chosen": list(chosen), "palettes": theme.PALETTES}
    with st.container(key=f"{key}_box"):
        mounted = assets.component("number_bits")
        return mounted(key=key, data=data, on_chosen_change=on_change)
