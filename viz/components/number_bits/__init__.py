"""The same numbers in seven data types as a table, and any one of them down to bits the reader can flip."""

from collections.abc import Callable, Mapping
from typing import Any

from viz.components import assets


def number_bits(
    table: Mapping[str, Any], *, key: str, chosen: tuple[int, int], on_change: Callable[[], None]
) -> Mapping[str, Any]:
    """Show a table of ``viz.tensors.dtypes.conversion_table``; choosing a cell and flipping bits need no server.

    chosen: row (data type) and column (number) to begin with. Returns the component's state: ``chosen``, None or
    the row and column last chosen.
    """
    data = {"table": dict(table), "chosen": list(chosen)}
    return assets.board("number_bits", data, key=key, states=["chosen"], on_change=on_change)
