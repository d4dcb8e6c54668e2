"""The text of an index, such as ``10:100, ..., ::-1``, read through a whitelist of Python's syntax, never executed.

The subset of NumPy's indexing: integers, slices, ``...``, ``newaxis`` (or ``None``), and one-dimensional lists of
integers or of True and False.
"""

import ast
from collections.abc import Sequence
from types import EllipsisType

from engine.errors import InvalidInput
from engine.typed import literals
from engine.typed.typed_text import plain

Item = int | slice | None | EllipsisType | list[int] | list[bool]
"""What Python hands to NumPy for one item of an index."""
ITEM = "an item of the index"
MAX_TEXT = 1_000
EXAMPLE = "10:100, 0:28, ::-1"


def parse_index(text: str) -> tuple[Item, ...]:
    """The items between the brackets of ``x[…]``, as Python hands them to NumPy. Never evaluated.

    The whole ``x[…]`` or ``y = x[…]`` is accepted too, and so are brackets around items that no list can hold, such
    as ``[..., 0]``. Raises InvalidInput for everything outside the subset.

    >>> parse_index("10:100, 0:28, ::-1")
    (slice(10, 100, None), slice(0, 28, None), slice(None, None, -1))
    >>> parse_index("my_slice = train_images[..., newaxis]")
    (Ellipsis, None)
    """
    if not text.strip():
        raise InvalidInput(f"the index is empty; type for example {EXAMPLE}, or ... for everything.")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"the index must have at most {MAX_TEXT:,} characters; this has {len(text):,}.")
    inside = _inside(text)
    return tuple(_item(part) for part in (inside.elts if isinstance(inside, ast.Tuple) else [inside]))


def index_text(index: Sequence[Item], *, newaxis: str = "newaxis") -> str:
    """The index as one would type it; an empty one is ().

    >>> index_text((slice(None), slice(7, -7), None))
    ':, 7:-7, newaxis'
    """
    return ", ".join(item_text(item, newaxis=newaxis) for item in index) or "()"


def item_text(item: Item, *, newaxis: str = "newaxis") -> str:
    """One item of an index as one would type it."""
    if item is None:
        return newaxis
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        start, stop = ("" if bound is None else str(bound) for bound in (item.start, item.stop))
        return f"{start}:{stop}" + ("" if item.step is None else f":{item.step}")
    return str(item)


def _inside(text: str) -> ast.expr:
    """The syntax tree of what stands between the brackets; outside them there may be nothing but names."""
    if "#" in text:
        raise InvalidInput(f"the index may not hold a comment; {_shown(text)} has a #.")
    text = plain(text).text
    tree = _tree(text)
    if tree is not None:
        return _named(tree) or _unwrapped(tree)
    name, _, rest = text.partition("=")
    tree = _tree(rest) if name.strip().isidentifier() else None
    if tree is not None and _named(tree) is not None:
        return _named(tree)
    bare = text.strip()
    tree = _tree(bare[1:-1]) if bare.startswith("[") and bare.endswith("]") else None
    if tree is None:
        raise InvalidInput(f"the index is not complete: {_shown(text)}. Right would be {EXAMPLE}.")
    return tree


def _tree(text: str) -> ast.expr | None:
    """The syntax tree of x[text] inside its brackets, None where that is not Python."""
    try:
        tree = literals.parse_tree(f"x[{text}]")
    except InvalidInput:
        return None
    if not isinstance(tree, ast.Subscript) or not isinstance(tree.value, ast.Name):
        raise InvalidInput(f"the index must stand between one pair of brackets; {_shown(text)} closes them.")
    return tree.slice


def _named(node: ast.expr) -> ast.expr | None:
    """What stands between the brackets of train_images[…]."""
    return node.slice if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) else None


def _unwrapped(node: ast.expr) -> ast.expr:
    """Brackets around what no list can hold, such as [..., 0], are those of the index itself."""
    if isinstance(node, ast.List) and any(_no_number(part) for part in node.elts):
        return ast.Tuple(node.elts)
    return node


def _no_number(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value in (None, Ellipsis)) or (
        isinstance(node, ast.Name) and node.id == "newaxis"
    )


def _item(node: ast.expr) -> Item:
    if _no_number(node):
        return Ellipsis if isinstance(node, ast.Constant) and node.value is Ellipsis else None
    if isinstance(node, ast.Slice):
        return slice(*(_bound(part) for part in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.List):
        return _list(node)
    if isinstance(node, ast.Attribute) and node.attr == "newaxis":
        raise InvalidInput("the index may not look inside names; write newaxis or None instead of np.newaxis.")
    return _integer(node, ITEM)


def _bound(node: ast.expr | None) -> int | None:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    return _integer(node, "a bound of a slice")


def _integer(node: ast.expr, what: str) -> int:
    """A whole number with signs; the sentence for anything else lists what an index may hold."""
    bare, sign = node, 1
    while isinstance(bare, ast.UnaryOp) and isinstance(bare.op, (ast.USub, ast.UAdd)):
        sign = -sign if isinstance(bare.op, ast.USub) else sign
        bare = bare.operand
    if isinstance(bare, ast.Constant) and type(bare.value) is int:
        if bare.value >= 2**63:
            raise InvalidInput(f"{what} must be a whole number of at most 64 bits; {_source(bare)} is larger.")
        return sign * bare.value
    more = ", a slice such as 1:5, ..., newaxis or a list" if what == ITEM else ""
    raise InvalidInput(f"{what} must be a whole number{more}; {_source(node)} is not.")


def _list(node: ast.List) -> list[int] | list[bool]:
    truths = [part.value for part in node.elts if isinstance(part, ast.Constant) and isinstance(part.value, bool)]
    if truths and len(truths) == len(node.elts):
        return truths
    if truths:
        raise InvalidInput(f"a list may hold whole numbers or True and False, not both; {_source(node)}.")
    if any(isinstance(part, (ast.List, ast.Tuple)) for part in node.elts):
        raise InvalidInput(f"a list in an index may not hold lists here; {_source(node)} does.")
    return [_integer(part, "an entry of a list") for part in node.elts]


def _source(node: ast.expr) -> str:
    try:
        return _shown(ast.unparse(node))
    except RecursionError:
        return "what is nested so deeply"


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= 40 else text[:37] + '…'}”"
