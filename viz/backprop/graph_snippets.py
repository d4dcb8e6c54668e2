"""A computation graph as code: JAX differentiates the expression; NumPy goes through the graph by hand."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.backprop.graph import Graph, Node
from engine.typed.expressions import Expression
from viz.backprop.graph_rules_snippets import Rule, rule_of, shrunk

RESERVED = {"jax", "jnp", "np", "result", "gradient", "gradients", "name", "crossentropy", "print", "zip"}
JAX_NAMES = {
    "relu": "jax.nn.relu",
    "sigmoid": "jax.nn.sigmoid",
    "softplus": "jax.nn.softplus",
    "softmax": "jax.nn.softmax",
    "log_softmax": "jax.nn.log_softmax",
    "crossentropy": "crossentropy",
}
BINARY = {
    "add": ("+", 1, 1, 2),
    "subtract": ("-", 1, 1, 2),
    "multiply": ("*", 2, 2, 3),
    "divide": ("/", 2, 2, 3),
    "matmul": ("@", 2, 2, 3),
    "power": ("**", 4, 5, 4),
}
"""Sign, how tightly it binds, and the least that its left and right side must."""
_CROSSENTROPY = """\
def crossentropy(y_true, p):
    return jnp.mean(-jnp.sum(y_true * jnp.log(p), axis=-1))


"""
_JAX = """\
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

{values}


{defined}def {output}_of({names}):
    return {formula}


result = {output}_of({names})
gradients = jax.grad({differentiated}, argnums={places})({names})
print("{output} =", result)
for name, gradient in zip({quoted}, gradients):
    print("gradient of", name, "=", gradient)
"""
_NUMPY = """\
import numpy as np

{values}

# Forward, from top to bottom.
{forward}
print("{output} =", {output})

# Backward, from bottom to top: d_… is the derivative of {output}{sum} with respect to ….
{backward}
{shown}
"""


def programs(graph: Graph, expression: Expression, values: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Library → code of the expression at these values with its gradients; NumPy only where every rule is known."""
    found = {"JAX": _jax(graph, expression, values)}
    by_hand = _numpy(graph, values)
    return ({"NumPy, by hand": by_hand} if by_hand else {}) | found


def _jax(graph: Graph, expression: Expression, values: Mapping[str, np.ndarray]) -> str:
    output, names = graph.nodes[graph.output].name, [_safe(name) for name in values]
    # An expression that is a number alone is named by it.
    output = output if output.isidentifier() else "loss"
    scalar = graph.nodes[graph.output].shape == ()
    joined = ", ".join(names)
    return _JAX.format(
        values="\n".join(f"{_safe(name)} = jnp.array({_literal(value)})" for name, value in values.items()),
        defined=_CROSSENTROPY if _uses(expression, "crossentropy") else "",
        output=output,
        names=joined,
        formula=formula(expression),
        differentiated=f"{output}_of" if scalar else f"lambda *given: {output}_of(*given).sum()",
        places=tuple(range(len(names))),
        quoted=tuple(values),
    )


def formula(expression: Expression) -> str:
    """A typed expression as JAX's Python, with the brackets it needs.

    >>> from engine.backprop.graph_expressions import parse
    >>> formula(parse("2x + exp(-(x + 1))", ("x",)))
    '2.0 * x + jnp.exp(-(x + 1.0))'
    """
    return _formula(expression, 0)


def _formula(expression: Expression, least: int) -> str:
    kind, parts = expression.kind, expression.parts
    if kind == "number":
        text = repr(float(expression.value))
        return f"({text})" if text.startswith("-") else text
    if kind == "name":
        return _safe(expression.name)
    if kind == "negate":
        text, binds = f"-{_formula(parts[0], 3)}", 3
    elif kind in BINARY:
        sign, binds, left, right = BINARY[kind]
        exponent = parts[1]
        # A whole exponent stays whole: then a negative base has powers too.
        if kind == "power" and exponent.kind == "number" and exponent.value.is_integer():
            written = str(int(exponent.value))
        else:
            written = _formula(exponent, right)
        text = f"{_formula(parts[0], left)} {sign} {written}"
    else:
        return f"{JAX_NAMES.get(kind, f'jnp.{kind}')}({', '.join(_formula(part, 0) for part in parts)})"
    return f"({text})" if binds < least else text


def _uses(expression: Expression, kind: str) -> bool:
    return expression.kind == kind or any(_uses(part, kind) for part in expression.parts)


def _safe(name: str) -> str:
    return f"{name}_" if name in RESERVED else name


def _literal(value: np.ndarray) -> str:
    return str(np.asarray(value, np.float64).tolist())


def _numpy(graph: Graph, values: Mapping[str, np.ndarray]) -> str:
    """The forward lines and the chain rule, line by line; "" where a primitive has no rule here."""
    names = _names(graph)
    rules = [rule_of(graph, node) if node.inputs else None for node in graph.nodes]
    if any(rule is None for rule, node in zip(rules, graph.nodes, strict=True) if node.inputs):
        return ""
    output = names[graph.output]
    forward = [
        f"{names[k]} = {_filled(rules[k].value, names, node)}" for k, node in enumerate(graph.nodes) if node.inputs
    ]
    given = [f"{names[k]} = np.array({_literal(values[graph.nodes[k].name])})" for k in graph.variables]
    shown = [f'print("gradient of {graph.nodes[k].name} =", d_{names[k]})' for k in graph.variables]
    return _NUMPY.format(
        values="\n".join(given),
        forward="\n".join(forward),
        output=output,
        sum="" if graph.nodes[graph.output].shape == () else "’s sum",
        backward="\n".join(_backward(graph, names, rules)),
        shown="\n".join(shown),
    )


def _names(graph: Graph) -> list[str]:
    """Each node's name in the program; constants are written as their numbers."""
    names: list[str] = []
    for k, node in enumerate(graph.nodes):
        if node.operation == "constant":
            value = np.asarray(graph.program.steps[k], np.float64)
            text = _literal(value).replace("inf", "np.inf").replace("nan", "np.nan")
            names.append(f"np.array({text})" if value.ndim else f"({text})" if text.startswith("-") else text)
            continue
        name = _safe(node.name)
        while name in names:
            name += "_"
        names.append(name)
    return names


def _backward(graph: Graph, names: Sequence[str], rules: Sequence[Rule | None]) -> list[str]:
    """One line per node between variables and output, last first: the sum of what its consumers send back."""
    flows: dict[int, list[str]] = {k: [] for k in range(len(graph.nodes))}
    shape = graph.nodes[graph.output].shape
    watched = set(graph.variables)
    for k, node in enumerate(graph.nodes):
        if node.dtype.startswith("float") and watched.intersection(node.inputs):
            watched.add(k)
    lines = []
    for k in reversed(range(len(graph.nodes))):
        node = graph.nodes[k]
        if k not in watched:
            continue
        start = ["1.0" if shape == () else f"np.ones({shape})"] if k == graph.output else []
        total = " + ".join(start + flows[k])
        if not total and node.inputs:
            continue
        total = total or (f"np.zeros({node.shape})" if node.shape else "0.0")
        lines.append(f"d_{names[k]} = {total.replace('+ -', '- ')}")
        if not rules[k]:
            continue
        for source, back in zip(node.inputs, rules[k].back, strict=True):
            if back and source in watched:
                sent = _filled(back, names, node, y=names[k])
                flows[source].append(shrunk(sent, node.shape, graph.nodes[source].shape, node.operation))
    return lines


def _filled(template: str, names: Sequence[str], node: Node, y: str = "") -> str:
    operands = dict(zip("ab", (names[source] for source in node.inputs), strict=False))
    return template.format(**operands, d=f"d_{y}", y=y)
