"""Text a reader types, as numbers: nested Python literals and shapes, read through a whitelist, never executed."""

import ast
import re
from math import prod
from typing import TypeGuard

import numpy as np

from engine.errors import InvalidInput
from engine.typed.typed_text import Plain, plain_values, refuse_comment

MAX_TEXT = 2_000
MAX_ELEMENTS = 4_096
MAX_RANK = 8
MAX_SIZE = 10**12
MAX_DEPTH = 60
"""Levels a syntax tree may have: far above what any text here needs, far below what exhausts Python's stack."""
CONSTANTS = {"nan": float("nan"), "inf": float("inf")}


_TIMES = re.compile(r"(?<=\d)\s*[×x*·]\s*(?=\d)")
"""Between the sizes of a shape, as in 28 × 28."""


def parse_tree(text: str, *, what: str = "text", example: str = "[[1, 2], [3, 4]]") -> ast.expr:
    """The syntax tree of one Python expression, at most 60 levels deep; InvalidInput if it is none.

    Nothing is executed. what: the subject of the sentence that refuses it. example: what would be right.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"{what} must have at most {MAX_TEXT:,} characters; this has {len(text):,}.")
    if not text.strip():
        raise InvalidInput(f"{what} is empty; type for example {example}.")
    refuse_comment(text, what)
    read = plain_values(text)
    try:
        tree = ast.parse(read.text.strip(), mode="eval").body
    except SyntaxError as error:
        raise InvalidInput(f"{_complaint(error, text, read, what)} Right would be {example}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidInput(f"{what} cannot be read: {_shown(text)}. Right would be {example}.") from None
    if _deeper(tree, MAX_DEPTH):
        raise InvalidInput(f"{what} is nested too deeply to read: {_shown(text)}. Right would be {example}.")
    return tree


def parse_array(text: str, *, what: str = "the tensor", max_elements: int = MAX_ELEMENTS) -> np.ndarray:
    """A nested list, tuple or single number as a NumPy array, with NumPy's own choice of dtype.

    Numbers, True, False, nan and inf, with signs, in lists or tuples nested at most 8 deep; at most max_elements of
    them. Raises InvalidInput for anything else, for whole numbers beyond int64, and for ragged lists, whose sentence
    says where the lengths differ.

    >>> parse_array("[[1, 2], [3, 4]]").shape
    (2, 2)
    """
    tree = parse_tree(text, what=what)
    shape, leaves = _regular(tree, what)
    if prod(shape) > max_elements:
        raise InvalidInput(f"{what} may have at most {max_elements:,} elements here; this has {prod(shape):,}.")
    return np.array([_number(leaf, what) for leaf in leaves]).reshape(shape)


def parse_shape(text: str, *, what: str = "the shape", minus_one: bool = False, max_rank: int = MAX_RANK) -> tuple:
    """A tuple of sizes, such as ``(32, 10)``, ``32, 10``, ``(3,)``, ``3`` or ``()``; InvalidInput for anything else.

    minus_one: whether one size may be -1, "whatever is left". Sizes go up to 10**12; nothing is allocated.

    >>> parse_shape("64, 3, 32, 10")
    (64, 3, 32, 10)
    """
    tree = parse_tree(_TIMES.sub(", ", text), what=what, example="(32, 10)")
    parts = tree.elts if _is_list(tree) else [tree]
    if len(parts) > max_rank:
        raise InvalidInput(f"{what} may have at most {max_rank} axes here; this has {len(parts)}.")
    sizes = []
    for axis, part in enumerate(parts):
        size = parse_integer(part, f"axis {axis} of {what}")
        if not (0 <= size <= MAX_SIZE or (minus_one and size == -1)):
            allowed = "0 or more (or -1, once)" if minus_one else "0 or more"
            shown = f"{size:,}" if abs(size) < 10**18 else _source(part)
            raise InvalidInput(f"axis {axis} of {what} must be {allowed}, at most {MAX_SIZE:,}; {shown} is not.")
        sizes.append(size)
    if (unknown := sizes.count(-1)) > 1:
        raise InvalidInput(f"only one axis of {what} may be -1, for only one can be solved; this has {unknown}.")
    return tuple(sizes)


def parse_integer(node: ast.expr, what: str) -> int:
    """The whole number a syntax tree stands for; InvalidInput with ``what`` as its subject for anything else."""
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{what} must be a whole number; {_source(node)} is not.")
    return value


def _regular(node: ast.expr, what: str) -> tuple[tuple[int, ...], list[ast.expr]]:
    """The shape of a nesting and its entries, row-major; checked breadth first: every node of a level is alike."""
    level, places, shape = [node], [""], []
    while any(_is_list(item) for item in level):
        sizes = [len(item.elts) if _is_list(item) else None for item in level]
        for item, place, size in zip(level, places, sizes, strict=True):
            if size is None:
                _number(item, what)
            if size != sizes[0]:
                raise InvalidInput(
                    f"{what} is ragged: {_entry(places[0], sizes[0])}, but {_entry(place, size)}. "
                    "All entries of one axis must have equal length."
                )
        shape.append(sizes[0])
        if len(shape) > MAX_RANK:
            raise InvalidInput(f"{what} may be nested at most {MAX_RANK} deep here; this is deeper.")
        children = [item.elts if _is_list(item) else [] for item in level]
        places = [f"{place}[{k}]" for place, inner in zip(places, children, strict=True) for k in range(len(inner))]
        level = [child for inner in children for child in inner]
    return tuple(shape), level


def _entry(place: str, size: int | None) -> str:
    return f"entry {place} is a single number" if size is None else f"entry {place} has length {size}"


def _number(node: ast.expr, what: str) -> bool | int | float:
    value = _value(node)
    if value is None:
        raise InvalidInput(
            f"{what} may hold only real numbers, True and False, in lists or tuples; {_source(node)} is none of these."
        )
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidInput(f"{what} holds {_source(node)}; whole numbers may reach from -2**63 to 2**63 - 1.")
    return value


def _value(node: ast.expr) -> bool | int | float | None:
    """The number a node stands for, signs applied; None for anything else."""
    negative = False
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        negative ^= isinstance(node.op, ast.USub)
        node = node.operand
    value = CONSTANTS.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
    if isinstance(node, (ast.Name, ast.Constant)) and isinstance(value, (bool, int, float)):
        return -value if negative else value
    return None


def _is_list(node: ast.AST) -> TypeGuard[ast.List | ast.Tuple]:
    return isinstance(node, (ast.List, ast.Tuple))


def _deeper(tree: ast.AST, most: int) -> bool:
    """Whether a tree has more levels than ``most``; walked level by level, so no depth exhausts the stack."""
    level = [tree]
    for _ in range(most):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def _complaint(error: SyntaxError, text: str, read: Plain, what: str) -> str:
    """What Python's parser found, as a sentence; places counted from 1 in the text as typed."""
    indent = len(read.text) - len(read.text.lstrip())
    place = f" at character {read.column(error.offset + indent - 1)}" if error.offset and error.lineno == 1 else ""
    if "was never closed" in error.msg:
        return f"{what} is not complete: the bracket “{error.msg[1]}”{place} is not closed."
    if error.msg.startswith(("unmatched", "closing parenthesis")):
        return f"{what} has a closing bracket too many or of the wrong kind{place}: {_shown(text)}."
    if "forgot a comma" in error.msg:
        return f"{what} lacks a comma between two entries{place}: {_shown(text)}."
    return f"{what} is not complete Python{place}: {_shown(text)}."


def _source(node: ast.AST) -> str:
    try:
        return _shown(ast.unparse(node))
    except (ValueError, RecursionError):
        return "an expression"


def _shown(text: str) -> str:
    # Half a surrogate pair cannot be sent to a browser.
    text = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return f"“{text if len(text) <= 40 else text[:37] + '…'}”"
