"""Primitives in NumPy by hand: the value, and what flows back to each operand. For ``snippets.graph``."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.backprop.graph import Graph, Node


class Rule(NamedTuple):
    """One primitive in NumPy. value: of operands {a} and {b}. back: for each operand, from the adjoint {d} and {y}."""

    value: str
    back: tuple[str, ...]


RULES: dict[str, Rule] = {
    "add": Rule("{a} + {b}", ("{d}", "{d}")),
    "add_any": Rule("{a} + {b}", ("{d}", "{d}")),
    "sub": Rule("{a} - {b}", ("{d}", "-{d}")),
    "mul": Rule("{a} * {b}", ("{d} * {b}", "{d} * {a}")),
    "div": Rule("{a} / {b}", ("{d} / {b}", "-{d} * {a} / {b} ** 2")),
    "neg": Rule("-{a}", ("-{d}",)),
    "abs": Rule("np.abs({a})", ("{d} * np.where({a} >= 0, 1, -1)",)),
    "exp": Rule("np.exp({a})", ("{d} * {y}",)),
    "log": Rule("np.log({a})", ("{d} / {a}",)),
    "log1p": Rule("np.log1p({a})", ("{d} / (1 + {a})",)),
    "sqrt": Rule("np.sqrt({a})", ("{d} / (2 * {y})",)),
    "sin": Rule("np.sin({a})", ("{d} * np.cos({a})",)),
    "cos": Rule("np.cos({a})", ("-{d} * np.sin({a})",)),
    "tan": Rule("np.tan({a})", ("{d} * (1 + {y} ** 2)",)),
    "asin": Rule("np.arcsin({a})", ("{d} / np.sqrt(1 - {a} ** 2)",)),
    "acos": Rule("np.arccos({a})", ("-{d} / np.sqrt(1 - {a} ** 2)",)),
    "atan": Rule("np.arctan({a})", ("{d} / (1 + {a} ** 2)",)),
    "sinh": Rule("np.sinh({a})", ("{d} * np.cosh({a})",)),
    "cosh": Rule("np.cosh({a})", ("{d} * np.sinh({a})",)),
    "tanh": Rule("np.tanh({a})", ("{d} * (1 - {y} ** 2)",)),
    "logistic": Rule("1 / (1 + np.exp(-{a}))", ("{d} * {y} * (1 - {y})",)),
    "square": Rule("{a} ** 2", ("{d} * 2 * {a}",)),
    "pow": Rule("{a} ** {b}", ("{d} * {b} * {a} ** ({b} - 1)", "{d} * {y} * np.log({a})")),
    "max": Rule(
        "np.maximum({a}, {b})", ("{d} * (({a} > {b}) + 0.5 * ({a} == {b}))", "{d} * (({b} > {a}) + 0.5 * ({a} == {b}))")
    ),
    "min": Rule(
        "np.minimum({a}, {b})", ("{d} * (({a} < {b}) + 0.5 * ({a} == {b}))", "{d} * (({b} < {a}) + 0.5 * ({a} == {b}))")
    ),
    "logaddexp": Rule("np.logaddexp({a}, {b})", ("{d} * np.exp({a} - {y})", "{d} * np.exp({b} - {y})")),
    "stop_gradient": Rule("{a}", ("",)),
}
"""Where there is no derivative these answer as JAX does: half for each side of a max at a tie, 1 for abs at 0."""


def rule_of(graph: Graph, node: Node) -> Rule | None:
    """The primitive's rule for this node's shapes; None if there is none here."""
    parameters = dict(node.parameters)
    shapes = [graph.nodes[source].shape for source in node.inputs]
    match node.operation:
        case "integer_pow":
            power = int(parameters["y"])
            return Rule(
                f"{{a}} ** {power}" if power >= 0 else f"{{a}} ** ({power})",
                (f"{{d}} * {power} * {{a}} ** ({power - 1})",),
            )
        case "max" if "relu" in str(parameters.get("derivative", "")):
            return Rule("np.maximum({a}, {b})", ("{d} * ({a} > {b})", ""))
        case "dot_general":
            return _product(shapes)
        case "reduce_sum" | "reduce_max":
            return _reduction(node, shapes[0], tuple(parameters.get("axes", ())))
        case "broadcast_in_dim":
            return _stretch(node.shape, shapes[0], tuple(parameters.get("broadcast_dimensions", ())))
        case "reshape" | "squeeze" | "expand_dims":
            return Rule(f"{{a}}.reshape({node.shape})", (f"{{d}}.reshape({shapes[0]})",))
        case "transpose":
            order = tuple(parameters["permutation"])
            return Rule(f"np.transpose({{a}}, {order})", (f"np.transpose({{d}}, {tuple(np.argsort(order).tolist())})",))
    return RULES.get(node.operation)


def _product(shapes: Sequence[tuple[int, ...]]) -> Rule | None:
    """x @ W for vectors and matrices: the adjoint times the other factor transposed."""
    match tuple(map(len, shapes)):
        case (1, 1):
            back = "{d} * {b}", "{d} * {a}"
        case (1, 2):
            back = "{d} @ {b}.T", "np.outer({a}, {d})"
        case (2, 1):
            back = "np.outer({d}, {b})", "{a}.T @ {d}"
        case (2, 2):
            back = "{d} @ {b}.T", "{a}.T @ {d}"
        case _:
            return None
    return Rule("{a} @ {b}", back)


def _reduction(node: Node, shape: tuple[int, ...], axes: tuple[int, ...]) -> Rule:
    which = f"axis={axes}"
    if node.operation == "reduce_sum":
        return Rule(f"np.sum({{a}}, {which})", (f"np.broadcast_to(np.expand_dims({{d}}, {axes}), {shape})",))
    largest = f"({{a}} == np.max({{a}}, {which}, keepdims=True))"
    return Rule(
        f"np.max({{a}}, {which})",
        (f"np.expand_dims({{d}}, {axes}) * {largest} / np.sum({largest}, {which}, keepdims=True)",),
    )


def _stretch(shape: tuple[int, ...], source: tuple[int, ...], axes: tuple[int, ...]) -> Rule:
    """Repeating along new axes and axes of size 1; back, the sum over them."""
    aligned = [1] * len(shape)
    for axis, size in zip(axes, source, strict=True):
        aligned[axis] = size
    repeated = tuple(axis for axis, size in enumerate(shape) if aligned[axis] != size)
    if not repeated:
        return Rule(f"np.reshape({{a}}, {shape})", (f"np.reshape({{d}}, {source})",))
    back = f"np.sum({{d}}, axis={repeated}, keepdims=True)"
    return Rule(f"np.broadcast_to(np.reshape({{a}}, {tuple(aligned)}), {shape})", (f"np.reshape({back}, {source})",))


SAME_SHAPE = {
    "dot_general",
    "broadcast_in_dim",
    "reduce_sum",
    "reduce_max",
    "reshape",
    "squeeze",
    "expand_dims",
    "transpose",
}
"""Primitives whose rule gives the operand's shape by itself."""


def shrunk(sent: str, from_shape: tuple[int, ...], to_shape: tuple[int, ...], operation: str) -> str:
    """What flows back to an operand that was stretched is summed over the axes along which it was."""
    if from_shape == to_shape or operation in SAME_SHAPE:
        return sent
    if not to_shape:
        return f"np.sum({sent})"
    axes = tuple(axis for axis, size in enumerate(from_shape) if size != to_shape[axis])
    return f"np.sum({sent}, axis={axes}, keepdims=True)"
