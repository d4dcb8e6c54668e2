"""Where a computation has no finite value or no derivative, and what JAX answers there."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engine.backprop.graph_backward import Backward
from engine.backprop.graph_nodes import Graph, Node


class GraphWarning(NamedTuple):
    """kind: "value" (not finite), "corner" (no derivative there), "gradient" (not finite).

    sentence: complete, names the node and, where known, the place in the text. node: its index. column: from 1, or 0.
    """

    kind: str
    sentence: str
    node: int
    column: int


def warnings(graph: Graph, backward: Backward) -> tuple[GraphWarning, ...]:
    """Division by zero, overflow, logarithms of 0; corners of abs, relu and max at a tie; gradients inf or nan.

    >>> from engine.backprop.graph_backward import backward
    >>> from engine.backprop.graph_tracing import trace
    >>> graph = trace(lambda x: abs(x), {"x": 0.0})
    >>> print(warnings(graph, backward(graph, {"x": 0.0}))[0].sentence)
    loss = |x| has a corner at x = 0: its slope jumps from −1 to 1 there, so it has no derivative. JAX answers 1.
    """
    notes = []
    for kind, look in (("value", _value), ("corner", _corner), ("gradient", _slope)):
        for k, node in enumerate(graph.nodes):
            if node.operation != "constant" and (sentence := look(graph, backward, k)):
                notes.append(GraphWarning(kind, sentence, k, node.column))
    return tuple(notes) + (() if any(note.kind != "corner" for note in notes) else _lost_gradients(graph, backward))


def _lost_gradients(graph: Graph, backward: Backward) -> tuple[GraphWarning, ...]:
    """Variables whose gradient is not finite though every value and every known local derivative is."""
    return tuple(
        GraphWarning("gradient", _lost_gradient(graph.nodes[k].name, _worst(adjoint)), k, 0)
        for k in graph.variables
        if (adjoint := backward.adjoints[k]) is not None and not _finite(adjoint)
    )


def _lost_gradient(name: str, worst: str) -> str:
    if worst == "nan":
        why = "on the way back numbers grew beyond the largest one, and 0 × ∞ or ∞ − ∞ is no number"
    else:
        why = "the products on the way back are beyond the largest number of the dtype"
    return f"the gradient of {name} is {worst}: {why}."


def _place(node: Node) -> str:
    return f" (character {node.column})" if node.column else ""


def _operands(graph: Graph, backward: Backward, k: int) -> list[np.ndarray]:
    return [backward.values[source] for source in graph.nodes[k].inputs]


def _finite(value: np.ndarray) -> bool:
    return value.dtype.kind != "f" or bool(np.isfinite(value).all())


def _value(graph: Graph, backward: Backward, k: int) -> str:
    """A sentence where finite operands give inf or nan: what follows from it needs none of its own."""
    node, value, operands = graph.nodes[k], backward.values[k], _operands(graph, backward, k)
    if _finite(value):
        return ""
    if node.operation == "variable":
        return f"{node.name} is {_worst(value)}; a variable must be a finite number."
    if not all(map(_finite, operands)):
        return ""
    names = [graph.nodes[source].name for source in node.inputs]
    cause = _CAUSES.get(node.operation, _no_cause)(names, operands, dict(node.parameters))
    cause = cause or "the result is beyond the largest number of its dtype"
    return f"{node.name}{_place(node)} is {_worst(value)}: {cause}."


def _worst(value: np.ndarray) -> str:
    bad = value[~np.isfinite(value)] if value.shape else value
    return _shown(np.ravel(bad)[0])


def _shown(number: float) -> str:
    return f"{float(number) + 0.0:.6g}".replace("-", "−")


def _zero(name: str, value: np.ndarray) -> str:
    if value.shape:
        return f"an entry of {name} that is 0"
    return "0" if name in ("0", "-0") else f"{name} = 0"


Causes = Callable[[list[str], list[np.ndarray], dict], str]


def _no_cause(names: list[str], operands: list[np.ndarray], parameters: dict) -> str:
    del names, operands, parameters
    return ""


def _of_division(names: list[str], operands: list[np.ndarray], parameters: dict) -> str:
    del parameters
    return f"{names[0]} is divided by {_zero(names[1], operands[1])}" if (operands[1] == 0).any() else ""


def _of_logarithm(names: list[str], operands: list[np.ndarray], parameters: dict) -> str:
    del parameters
    if (operands[0] < 0).any():
        return f"{names[0]} is negative, and only positive numbers have a logarithm"
    return f"the logarithm falls without bound towards 0, and here is {_zero(names[0], operands[0])}"


def _of_root(names: list[str], operands: list[np.ndarray], parameters: dict) -> str:
    del parameters
    if (operands[0] < 0).any():
        return f"{names[0]} is negative and has no square root"
    return f"1 is divided by the root of {_zero(names[0], operands[0])}"


def _of_power(names: list[str], operands: list[np.ndarray], parameters: dict) -> str:
    exponent = operands[1] if len(operands) > 1 else np.asarray(parameters.get("y", 1))
    if ((operands[0] == 0) & (exponent < 0)).any():
        return f"a negative power divides by {_zero(names[0], operands[0])}"
    if ((operands[0] < 0) & (exponent != np.floor(exponent))).any():
        return f"{names[0]} is negative and has only whole powers"
    return ""


_CAUSES: dict[str, Causes] = {
    "div": _of_division,
    "log": _of_logarithm,
    "sqrt": _of_root,
    "rsqrt": _of_root,
    "pow": _of_power,
    "integer_pow": _of_power,
}


def _corner(graph: Graph, backward: Backward, k: int) -> str:
    """A sentence where operands lie on a corner or tie and something flows back through it."""
    node, operands, adjoint = graph.nodes[k], _operands(graph, backward, k), backward.adjoints[k]
    if adjoint is None or not np.any(adjoint):
        return ""
    names = [graph.nodes[source].name for source in node.inputs]
    if node.operation == "abs" and (cells := (operands[0] == 0) & (adjoint != 0)).any():
        what = (
            f"|{names[0]}| has a corner at {names[0]} = 0: its slope jumps from −1 to 1 there, so it has no derivative"
        )
        return f"{node.name} = {what}{_place(node)}.{_answer(graph, backward, k, cells)}"
    if node.operation in ("max", "min") and (cells := (operands[0] == operands[1]) & (adjoint != 0)).any():
        return _tie(graph, backward, k, cells)
    if node.operation in ("reduce_max", "reduce_min"):
        axes = dict(node.parameters).get("axes", ())
        extreme = (np.max if node.operation == "reduce_max" else np.min)(operands[0], axis=axes, keepdims=True)
        if ((operands[0] == extreme).sum(axis=axes) > 1).any():
            word = "largest" if node.operation == "reduce_max" else "smallest"
            return (
                f"{node.name} takes the {word} entry of {names[0]}, and several are equal{_place(node)}: it has no "
                "derivative there. JAX shares it out equally."
            )
    return ""


def _tie(graph: Graph, backward: Backward, k: int, cells: np.ndarray) -> str:
    node = graph.nodes[k]
    first, second = (graph.nodes[source] for source in node.inputs)
    if "relu" in dict(node.parameters).get("derivative", ""):
        what = f"relu has a corner at {first.name} = 0: its slope jumps from 0 to 1 there, so it has no derivative"
        return f"{node.name}: {what}{_place(node)}.{_answer(graph, backward, k, cells)}"
    names = f"{first.name} and {second.name}"
    what = f"{names} are equal, and {'maximum' if node.operation == 'max' else 'minimum'} has no derivative at a tie"
    return f"{node.name}: {what}{_place(node)}.{_answer(graph, backward, k, cells)}"


def _answer(graph: Graph, backward: Backward, k: int, cells: np.ndarray) -> str:
    """What jax.vjp gives at the first such cell, for each operand that is no constant."""
    operands = zip(graph.nodes[k].inputs, backward.locals[k], strict=True)
    known = [one for source, one in operands if one is not None and graph.nodes[source].operation != "constant"]
    if not known:
        return ""
    parts = [_shown(np.ravel(one[cells] if one.shape == cells.shape and one.shape else one)[0]) for one in known]
    return f" JAX answers {' and '.join(parts)}."


def _slope(graph: Graph, backward: Backward, k: int) -> str:
    """For each operand a sentence where the value is finite and the local derivative is not."""
    node, operands = graph.nodes[k], _operands(graph, backward, k)
    if not _finite(backward.values[k]) or not all(map(_finite, operands)):
        return ""
    said = [
        _lost_slope(graph, k, operands, position, one)
        for position, (source, one) in enumerate(zip(node.inputs, backward.locals[k], strict=True))
        if one is not None and not _finite(one) and graph.nodes[source].operation != "constant"
    ]
    return " ".join(dict.fromkeys(said))


def _lost_slope(graph: Graph, k: int, operands: list[np.ndarray], position: int, one: np.ndarray) -> str:
    """Why the local derivative with respect to one operand is no finite number, at the first cell where it is none."""
    node = graph.nodes[k]
    cell = int(np.argmax(~np.isfinite(np.ravel(one))))
    numbers = [float(np.ravel(operand)[cell if operand.size > 1 else 0]) for operand in operands]
    at = f"{graph.nodes[node.inputs[position]].name} = {_shown(numbers[position])}{_place(node)}"
    answer = f"JAX's derivative there is {_worst(one)}"
    if np.isnan(np.ravel(one)[cell]):
        if node.operation == "pow" and position == 1 and numbers[0] < 0:
            return (
                f"{node.name} has no value beside {at}, because a negative number has only whole powers; so there is "
                f"no derivative. JAX answers {_worst(one)}."
            )
        return f"JAX's slope of {node.name} at {at} is nan: its rule comes to 0 × ∞ or ∞ − ∞ there, which is no number."
    if _vertical(node.operation, numbers, position):
        return f"{node.name} is infinitely steep at {at}: {answer}."
    return f"{node.name} is steeper at {at} than the largest number of its dtype can say: {answer}."


def _vertical(operation: str, numbers: list[float], position: int) -> bool:
    """Whether the derivative itself, not only its number in this dtype, grows without bound at these operands."""
    if operation in ("asin", "acos", "acosh", "atanh"):
        return abs(numbers[position]) == 1
    return operation in ("sqrt", "cbrt", "pow") and position == 0 and numbers[0] == 0
