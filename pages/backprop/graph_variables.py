"""Variables as one line of text, "x = 2, W = [[1, 2], [3, 4]]", and what the page keeps about them."""

from collections.abc import Mapping

import numpy as np

from engine.backprop.graph_expressions import MAX_ELEMENTS, check_variables
from engine.backprop.graph_presets import Variable
from engine.errors import InvalidInput
from engine.tensors.tensors import literal
from engine.typed.literals import parse_array
from engine.typed.typed_text import plain_values, refuse_comment

MOST = 1e6
REACH = 10.0


def parse_variables(text: str) -> dict[str, Variable]:
    """Variables by name; InvalidInput with the place for anything else.

    >>> [name for name in parse_variables("x = 2, W = [[1, 2], [3, 4]]")]
    ['x', 'W']
    """
    found: dict[str, Variable] = {}
    refuse_comment(text, "the list of variables")
    read = plain_values(text)
    for place, piece in _pieces(read.text):
        start = read.column(place - 1)
        name, equals, number = piece.partition("=")
        name = name.strip()
        if not equals or not name:
            comma = " A decimal comma is written as a point, 0.5." if piece.isdecimal() and found else ""
            raise InvalidInput(
                f"each variable needs a name and a value, as in x = 2; “{_shown(piece)}” at character {start} is not "
                f"one.{comma}"
            )
        if name in found:
            raise InvalidInput(f"“{name}” is given twice, again at character {start}; give each variable once.")
        value = parse_array(number.strip(), what=f"the value of “{name}”", max_elements=MAX_ELEMENTS).astype(np.float64)
        check_variables({name: value})
        require_numbers(name, value)
        found[name] = Variable(value, *reach(value), weight=not name.lower().startswith(("x", "y")))
    check_variables({name: variable.value for name, variable in found.items()})
    return found


def require_numbers(name: str, value: np.ndarray) -> None:
    """InvalidInput unless all numbers are finite and within the range of the page."""
    if not (np.isfinite(value).all() and np.abs(value).max() <= MOST):
        worst = value.flat[np.argmax(np.where(np.isfinite(value), np.abs(value), np.inf))]
        raise InvalidInput(f"“{name}” may hold numbers from −{MOST:,.0f} to {MOST:,.0f}; {worst:g} is not.")


def reach(value: np.ndarray) -> tuple[float, float]:
    """The range of a slider or of cells: -10 to 10, ten times that until every number is inside.

    >>> reach(np.array([3.0, -70.0]))
    (-100.0, 100.0)
    """
    far = REACH
    while far < np.abs(value).max():
        far *= 10
    return -far, far


def _pieces(text: str) -> list[tuple[int, str]]:
    """The parts between commas outside of brackets, each with its place from 1; a semicolon does as well."""
    pieces, depth, start = [], 0, 0
    for place, sign in enumerate(f"{text},"):
        depth += (sign in "([") - (sign in ")]")
        if (sign in ",;\n" and depth <= 0) or place == len(text):
            if piece := text[start:place].strip():
                pieces.append((text.index(piece, start) + 1, piece))
            start = place + 1
    if not pieces:
        raise InvalidInput("there is no variable yet; type for example x = 2, w = 3.")
    return pieces


def _shown(text: str) -> str:
    return text if len(text) <= 30 else text[:27] + "…"


def written(variables: Mapping[str, Variable]) -> str:
    """The line of text for these variables; whole numbers without a point."""
    return ", ".join(f"{name} = {literal(_plain(variable.value))}" for name, variable in variables.items())


def _plain(value: np.ndarray) -> np.ndarray:
    return value.astype(np.int64) if (value == np.round(value)).all() and np.abs(value).max() <= MOST else value


def taken(variables: Mapping[str, Variable], sent: list[list[float]]) -> dict[str, np.ndarray]:
    """Values as the board sent them, row by row; InvalidInput where they do not belong to these variables."""
    if len(sent) != len(variables):
        raise InvalidInput("these values belong to other variables.")
    values = {}
    for (name, variable), numbers in zip(variables.items(), sent, strict=True):
        array = np.array(numbers, np.float64)
        if array.size != variable.value.size:
            raise InvalidInput(f"“{name}” has {variable.value.size} numbers; {array.size} came.")
        values[name] = array.reshape(variable.value.shape)
        require_numbers(name, values[name])
    return values
