"""The same numbers in seven data types as a table, and any one of them down to bits the reader can flip."""

from collections.abc import Callable
from typing import TypedDict

from viz.components import assets


class Format(TypedDict):
    """A data type: bits in all, of the exponent and of the fraction; size and range in words."""

    name: str
    kind: str
    bits: int
    exponent: int
    fraction: int
    size: str
    range: str


class Number(TypedDict):
    """A number as typed; exact: its digits, None where the browser compares nothing."""

    text: str
    exact: str | None


class Cell(TypedDict):
    """A number in a data type: what is stored, what was lost, how much, and why; bits: a text of 0 and 1."""

    shown: str
    loss: str
    amount: str
    tone: str
    why: str
    bits: str


class Table(TypedDict):
    """cells: a row for each data type, an entry for each number."""

    formats: list[Format]
    numbers: list[Number]
    cells: list[list[Cell]]


class Data(TypedDict):
    """A table and the row and column chosen to begin with."""

    table: Table
    chosen: list[int]


class State(TypedDict):
    """What the board last sent: the row and column chosen."""

    chosen: list[int] | None


def number_bits(table: Table, *, key: str, chosen: tuple[int, int], on_change: Callable[[], None]) -> State:
    """Show a table of ``viz.tensors.dtypes.conversion_table``; choosing a cell and flipping bits need no server.

    chosen: row (data type) and column (number) to begin with.
    """
    data: Data = {"table": table, "chosen": list(chosen)}
    return assets.board("number_bits", data, key=key, states=["chosen"], on_change=on_change)
