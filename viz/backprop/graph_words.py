"""A computation graph in words and numbers: each step of the forward and of the backward pass, each path, the tape."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine import numbers
from engine.backprop.graph import Graph, Node, Record
from engine.backprop.graph_backward import Backward
from engine.backprop.graph_paths import Edge, Paths

if TYPE_CHECKING:
    from viz.components.graph_board import Record as RecordData

INFIX = {
    "mul": "×", "add": "+", "add_any": "+", "sub": "−", "div": "÷", "dot_general": "@", "pow": "**", "gt": ">",
    "lt": "<", "ge": "≥", "le": "≤", "eq": "=", "ne": "≠", "rem": "mod", "and": "and", "or": "or",
}  # fmt: skip
"""Primitives written between their operands."""
FUNCTIONS = {
    "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "logistic": "sigmoid", "broadcast_in_dim": "stretch",
    "convert_element_type": "convert", "select_n": "choose", "stop_gradient": "stop", "reduce_prod": "product",
    "log1p": "log1p", "expm1": "expm1", "integer_pow": "power", "neg": "−", "sqrt": "√",
}  # fmt: skip
"""Other names for primitives; those not listed keep JAX's."""
ORDER = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
REPEATS = "Σ"
"""Written on the edge of an operand that was repeated: what flows back is summed."""


class PathLine(NamedTuple):
    """One path in words: its way, what flows back along it, and the numbers of its edges in the picture."""

    text: str
    edges: tuple[int, ...]


class PathWords(NamedTuple):
    """What is written below the picture when a node is chosen."""

    heading: str
    lines: tuple[PathLine, ...]
    total: str
    note: str = ""


def number(value: Any, digits: int = 4) -> str:
    """As pictures and sentences write it, with at most so many significant digits.

    >>> number(-0.333333), number(np.float32(6)), number(-0.0)
    ('−0.3333', '6', '0')
    """
    return numbers.number(value, digits)


def factor(value: Any) -> str:
    """A number as it stands among others: in brackets if it is negative or a product.

    >>> factor(2), factor(-2), factor(2e-7)
    ('2', '(−2)', '(2·10⁻⁷)')
    """
    text = number(value)
    return f"({text})" if text.startswith("−") or "·" in text else text


def symbol(node: Node) -> str:
    """What a box says about its operation.

    >>> symbol(Node("mul", "x1", (0, 1), (), "float32")), symbol(Node("variable", "w", (), (), "float32"))
    ('×', '')
    """
    if node.operation in ("variable", "constant"):
        return ""
    if node.operation == "integer_pow":
        return f"power {dict(node.parameters).get('y', 'n')}"
    if node.operation == "square":
        return "power 2"
    return INFIX.get(node.operation) or FUNCTIONS.get(node.operation, node.operation)


def spelled(node: Node, operands: Sequence[str]) -> str:
    """The operation written with these operands.

    >>> spelled(Node("mul", "x1", (0, 1), (), "float32"), ["2", "3"])
    '2 × 3'
    """
    operation = node.operation
    if operation in INFIX and len(operands) == 2:
        return f" {INFIX[operation]} ".join(operands)
    if operation == "neg":
        return f"−{operands[0]}"
    if operation == "abs":
        return f"|{operands[0].removeprefix('(').removesuffix(')')}|"
    if operation in ("integer_pow", "square"):
        return f"{operands[0]}{numbers.raised(dict(node.parameters).get('y', 2))}"
    inside = ", ".join(part.removeprefix("(").removesuffix(")") if part[1:2] == "−" else part for part in operands)
    return f"{FUNCTIONS.get(operation, operation)}({inside})"


def shape_text(shape: Sequence[int]) -> str:
    """A shape as NumPy writes it."""
    return str(tuple(shape))


def count(amount: int, singular: str, plural: str = "") -> str:
    """An amount with its noun.

    >>> count(1, "path"), count(12, "path")
    ('one path', '12 paths')
    """
    word = ORDER[amount] if amount < len(ORDER) else f"{amount:,}"
    return f"{word} {singular if amount == 1 else plural or singular + 's'}"


def forward_sentence(graph: Graph, index: int, values: Sequence[np.ndarray]) -> str:
    """One operation with names, then with numbers: "x1 = x × w = 2 × 3 = 6"."""
    node = graph.nodes[index]
    sources = [graph.nodes[source] for source in node.inputs]
    start = f"{node.name} = {spelled(node, [source.name for source in sources])}"
    inside = f" It is part of {node.group}." if node.group else ""
    closed = f" This box holds {count(node.inside, 'operation')} of its own." if node.inside else ""
    if node.shape == () and all(source.shape == () for source in sources):
        numbers = spelled(node, [factor(values[source]) for source in node.inputs])
        return f"{start} = {numbers} = {_plain(values[index])}.{inside}{closed}"
    shapes = ", ".join(f"{source.name} {shape_text(source.shape)}" for source in sources)
    first = _first_number(node, [np.asarray(values[source]) for source in node.inputs], np.asarray(values[index]))
    return f"{start}: from {shapes} to shape {shape_text(node.shape)}.{first}{inside}{closed}"


def _plain(value: np.ndarray) -> str:
    item = np.asarray(value)
    return str(bool(item)) if item.dtype == bool else number(item)


def _first_number(node: Node, operands: Sequence[np.ndarray], value: np.ndarray) -> str:
    """How the first number of a tensor comes about, where that fits a line."""
    if not value.size:
        return ""
    head = " First number: " if node.shape else " "
    first = value.ravel()[0]
    if node.operation == "dot_general" and operands[0].ndim in (1, 2) and operands[1].ndim in (1, 2):
        left, right = operands[0].reshape(-1, operands[0].shape[-1])[0], operands[1].reshape(len(operands[1]), -1)[:, 0]
        if len(left) == len(right) and len(left) <= 4:
            products = " + ".join(f"{factor(a)} × {factor(b)}" for a, b in zip(left, right, strict=True))
            return f"{head}{products} = {_plain(first)}."
    if node.operation == "reduce_sum" and not node.shape and operands[0].size <= 6:
        return f"{head}{' + '.join(factor(part) for part in operands[0].ravel())} = {_plain(first)}."
    alike = all(operand.shape in (value.shape, ()) for operand in operands)
    if alike and operands and node.operation not in ("transpose", "rev", "cumsum", "sort"):
        numbers = spelled(node, [factor(operand.ravel()[0]) for operand in operands])
        return f"{head}{numbers} = {_plain(first)}."
    return f"{head}{_plain(first)}." if node.shape else f" Its value is {_plain(first)}."


def consumers(graph: Graph) -> list[list[tuple[int, int]]]:
    """For each node, the (target, position) of every edge that leaves it."""
    leaving: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
    for target, node in enumerate(graph.nodes):
        for position, source in enumerate(node.inputs):
            leaving[source].append((target, position))
    return leaving


def backward_sentence(graph: Graph, index: int, backward: Backward, leaving: Sequence[tuple[int, int]]) -> str:
    """How a node's gradient comes about: local derivatives times what arrived, summed where several edges leave it.

    d stands for the derivative over all ways to the output, ∂ for the slope of one operation with the rest held still.
    An operation that takes the node twice (x × x) has one slope with respect to it, the sum over both its operands.
    """
    node, loss = graph.nodes[index], graph.nodes[graph.output].name
    adjoint = backward.adjoints[index]
    if index == graph.output:
        if node.shape == ():
            return f"{derivative(loss, loss)} = 1: the backward pass starts at {loss}."
        return (
            f"{loss} has several numbers: the backward pass starts with a 1 for each, so it differentiates their sum."
        )
    flows = [(target, position) for target, position in leaving if backward.contributions[target][position] is not None]
    wanted = derivative(loss, node.name)
    if not flows:
        return f"{wanted} = 0: nothing flows back to {node.name}."
    products = " + ".join(dict.fromkeys(_product(graph, target, position, backward) for target, position in flows))
    meet = f" {count(len(flows), 'edge').capitalize()} meet at {node.name}: add them." if len(flows) > 1 else ""
    singles = all(graph.nodes[target].shape == () for target, _ in flows) and node.shape == ()
    if singles:
        numbers = " + ".join(
            _numbers(backward, target, [place for other, place in flows if other == target])
            for target in dict.fromkeys(target for target, _ in flows)
        )
        return f"{wanted} = {products} = {numbers} = {number(adjoint)}.{meet}"
    shape = f" It has the shape of {node.name}, {shape_text(node.shape)}." if node.shape else ""
    first = (
        ""
        if not np.size(adjoint)
        else (f" {'First number' if node.shape else 'Its value'}: {number(np.ravel(adjoint)[0])}.")
    )
    return f"{wanted} = {products}.{shape}{first}{meet}"


def derivative(of: str, name: str) -> str:
    """The derivative over all ways, as opposed to one operation's own slope, which is written with ∂.

    >>> derivative("loss", "w")
    'dloss/dw'
    """
    return f"d{of}/d{name}"


def _numbers(backward: Backward, target: int, positions: Sequence[int]) -> str:
    """What flows back through one operation of single numbers: its adjoint × its slope, one term for each operand."""
    slopes = [factor(backward.locals[target][position]) for position in positions]
    slope = slopes[0] if len(slopes) == 1 else f"({' + '.join(slopes)})"
    return f"{factor(backward.adjoints[target])} × {slope}"


def _product(graph: Graph, target: int, position: int, backward: Backward) -> str:
    """What flows back along one edge, in names: dloss/dx1 × ∂x1/∂w, or for tensors xᵀ @ dloss/dx1."""
    node, loss = graph.nodes[target], graph.nodes[graph.output].name
    arrived, local = derivative(loss, node.name), edge_text(graph, target, position, backward)
    if local.startswith("@"):
        return f"{arrived} {local}"
    if local.endswith("@"):
        return f"{local} {arrived}"
    if local == REPEATS:
        return f"the sum of {arrived} over the repeats"
    return f"{arrived} × ∂{node.name}/∂{graph.nodes[node.inputs[position]].name}"


def edge_text(graph: Graph, target: int, position: int, backward: Backward) -> str:
    """The local derivative as written on an edge; "" where nothing flows back."""
    if backward.contributions[target][position] is None:
        return ""
    node, local = graph.nodes[target], backward.locals[target][position]
    if local is not None:
        numbers = np.ravel(local)
        if numbers.size and np.array_equal(numbers, np.full_like(numbers, numbers[0]), equal_nan=True):
            return f"× {number(numbers[0], 3)}"
        return "× each" if numbers.size else ""
    if node.operation == "dot_general":
        other = graph.nodes[node.inputs[1 - position]].name
        return f"@ {other}ᵀ" if position == 0 else f"{other}ᵀ @"
    if node.operation in ("broadcast_in_dim", "add") and graph.nodes[node.inputs[position]].shape != node.shape:
        return REPEATS
    return "× …"


def path_words(graph: Graph, node: int, backward: Backward, paths: Paths, parts: Sequence[Any]) -> PathWords:
    """Every listed path from a node to the output with what flows back along it, and their sum.

    parts: of each path its product (numbers) or what flows back along it alone (tensors of the node's shape).
    """
    name, loss = graph.nodes[node].name, graph.nodes[graph.output].name
    edges = edge_numbers(graph)
    lines = tuple(
        PathLine(_path_line(graph, backward, path, part, node), tuple(edges[edge] for edge in path))
        for path, part in zip(paths.paths, parts, strict=True)
    )
    adjoint = backward.adjoints[node]
    heading = f"From {name} to {loss}: {count(paths.total, 'path')}."
    if adjoint is None or not paths.total:
        return PathWords(heading, (), f"No derivative flows back to {name}.")
    if not paths.complete:
        note = f"Only {len(lines):,} are listed; the gradient sums over all {paths.total:,}."
        return PathWords(heading, lines, f"{derivative(loss, name)} = {array_text(adjoint)}.", note)
    total = np.sum([np.asarray(part, float) for part in parts], axis=0)
    if len(lines) == 1:
        return PathWords(
            heading, lines, f"One path: its product is the gradient, {derivative(loss, name)} = {array_text(adjoint)}."
        )
    terms = " + ".join(array_text(part, bracket=True) for part in parts)
    return PathWords(
        heading,
        lines,
        f"Their sum: {terms} = {array_text(total)}, the gradient {derivative(loss, name)} = {array_text(adjoint)}.",
    )


def _path_line(graph: Graph, backward: Backward, path: Sequence[Edge], part: Any, node: int) -> str:
    way = " → ".join([graph.nodes[node].name, *(graph.nodes[edge.target].name for edge in path)])
    if not path:
        return f"{way}: {array_text(backward.adjoints[node])}"
    local = [backward.locals[edge.target][edge.position] for edge in path]
    single = all(graph.nodes[edge.target].shape == graph.nodes[edge.source].shape == () for edge in path)
    if single and all(item is not None for item in local):
        return f"{way}: {' × '.join(factor(item) for item in local)} = {array_text(part)}"
    return f"{way}: {array_text(part)}"


def array_text(array: Any, *, bracket: bool = False) -> str:
    """A number, or a tensor of at most six numbers in full, larger ones by their first numbers.

    >>> array_text(np.array([1.0, -2.5]))
    '[1, −2.5]'
    """
    values = np.asarray(array, float)
    if values.ndim == 0:
        return factor(values) if bracket else number(values)
    if values.size > 6:
        return f"[{', '.join(number(value, 3) for value in values.ravel()[:3])}, …]"
    if values.ndim == 1:
        return f"[{', '.join(number(value, 3) for value in values)}]"
    return f"[{', '.join(array_text(row) for row in values)}]"


def edge_numbers(graph: Graph) -> dict[Edge, int]:
    """The number of every edge: consumers in order, and each one's operands in order."""
    edges = (
        Edge(source, target, position)
        for target, node in enumerate(graph.nodes)
        for position, source in enumerate(node.inputs)
    )
    return {edge: at for at, edge in enumerate(edges)}


def tape_lines(graph: Graph, records: Sequence[Record]) -> list["RecordData"]:
    """The tape's lines for the component: text, the node they made, and whether a gradient flows through it."""
    return [
        {
            "node": record.node,
            "text": f"{record.output} = {spelled(graph.nodes[record.node], record.inputs)}",
            "operation": record.operation,
            "watched": record.watched,
        }
        for record in records
    ]
