"""From a function to its computation graph: JAX traces it, and the equations of its jaxpr become nodes."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.backprop.graph_nodes import Graph, Node, Program
from engine.backprop.graph_operations import Operation, operation
from engine.backprop.jax_seam import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxprs_in_params
from engine.errors import InvalidInput

MAX_NODES = 2000
COLUMN = "character {}"
"""A jax.named_scope of this name gives its nodes the column in the typed text; it is no group."""
OPENED = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr", "remat2": "jaxpr"}
"""Primitives that only wrap a function, and the parameter that holds it."""
OWN_RULE = ("custom_jvp_call", "custom_vjp_call")
"""Primitives that hold a function in ``call_jaxpr`` and its derivative beside it."""
SILENT = {
    "accuracy",
    "out_sharding",
    "sharding",
    "weak_type",
    "out_dtype",
    "preferred_element_type",
    "indices_are_sorted",
    "unique_indices",
    "symbolic_zeros",
    "num_consts",
}
"""Parameters that say nothing about the mathematics."""


def trace(
    function: Callable[..., Any],
    examples: Mapping[str, Any],
    *,
    output: str | Sequence[str] = "loss",
    double: bool = False,
) -> Graph:
    """The graph of ``function(**examples)``: only shapes and kinds (float, integer, bool) of the examples count.

    output: the name of the result; of several, one name each, or they are numbered (loss1, loss2, …).
    double: compute in float64. Without it, in float32. InvalidInput for more than 2,000 nodes.

    >>> graph = trace(lambda x, w: abs(x * w), {"x": 2.0, "w": 3.0})
    >>> [(node.operation, node.name, node.inputs) for node in graph.nodes]
    [('variable', 'x', ()), ('variable', 'w', ()), ('mul', 'x1', (0, 1)), ('abs', 'loss', (2,))]
    """
    with jax.enable_x64(double):
        specimens = [_specimen(example) for example in examples.values()]
        closed = jax.make_jaxpr(lambda *given: function(**dict(zip(examples, given, strict=True))))(*specimens)
        steps = _Steps()
        variables = [
            steps.add(_Step("variable", (), spec.shape, str(spec.dtype), name=name))
            for name, spec in zip(examples, specimens, strict=True)
        ]
        ends = steps.run(closed.jaxpr, closed.consts, variables, "")
    if isinstance(output, str):
        output = [output] if len(ends) == 1 else [f"{output}{k}" for k in range(1, len(ends) + 1)]
    return _graph(steps.found, len(variables), ends, output, double)


def _specimen(example: Any) -> jax.ShapeDtypeStruct:
    dtype = example.dtype if hasattr(example, "dtype") else np.asarray(example).dtype
    canonical = jnp.zeros(0).dtype if jnp.issubdtype(dtype, jnp.floating) else jax.dtypes.canonicalize_dtype(dtype)
    return jax.ShapeDtypeStruct(np.shape(example), canonical)


class _Step(NamedTuple):
    """A node before it has its final place. work: its Operation, a constant's array, or None for a variable."""

    operation: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    work: Any = None
    name: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()
    scopes: str = ""
    inside: int = 0


class _Steps:
    """Walks a jaxpr, opening the functions inside it, and collects one step per primitive."""

    def __init__(self) -> None:
        self.found: list[_Step] = []

    def add(self, step: _Step) -> int:
        if len(self.found) >= MAX_NODES:
            raise InvalidInput(f"the graph has more than {MAX_NODES:,} operations; trace a shorter computation.")
        self.found.append(step)
        return len(self.found) - 1

    def constant(self, value: Any, dtype: Any, scopes: str) -> int:
        value = value if jnp.issubdtype(dtype, jax.dtypes.prng_key) else jnp.asarray(value, dtype)
        name = "" if value.shape else f"{value:g}" if jnp.issubdtype(dtype, jnp.number) else str(value)
        return self.add(_Step("constant", (), value.shape, str(value.dtype), value, name, scopes=scopes))

    def run(self, jaxpr: Jaxpr, constants: Sequence[Any], inputs: Sequence[int], scopes: str) -> list[int]:
        """Adds the steps of a jaxpr whose inputs are the given steps; the steps that are its outputs."""
        known: dict[Var, int] = dict(zip(jaxpr.invars, inputs, strict=True))
        for variable, value in zip(jaxpr.constvars, constants, strict=True):
            known[variable] = self.constant(value, variable.aval.dtype, scopes)

        def place(atom: Any, here: str) -> int:
            if isinstance(atom, Literal):
                return self.constant(atom.val, atom.aval.dtype, here)
            return known[atom]

        for equation in jaxpr.eqns:
            here = "/".join(filter(None, (scopes, str(equation.source_info.name_stack))))
            results = self.equation(equation, [place(atom, here) for atom in equation.invars], here)
            known.update(zip(equation.outvars, results, strict=True))
        return [place(atom, scopes) for atom in jaxpr.outvars]

    def equation(self, equation: JaxprEqn, inputs: list[int], scopes: str) -> list[int]:
        name = equation.primitive.name
        if name in OPENED:
            inner = equation.params[OPENED[name]]
            closed = inner if isinstance(inner, ClosedJaxpr) else ClosedJaxpr(inner, ())
            return self.run(closed.jaxpr, closed.consts, inputs, scopes)
        if name == "convert_element_type" and self.found[inputs[0]].dtype == str(equation.outvars[0].aval.dtype):
            return inputs
        if name in OWN_RULE and (single := self.single(equation, inputs, scopes)) is not None:
            return [single]
        return [self.result(equation, number, inputs, scopes) for number in range(len(equation.outvars))]

    def result(self, equation: JaxprEqn, number: int, inputs: list[int], scopes: str) -> int:
        """A node for one result of an equation that is one primitive or one closed box."""
        aval = equation.outvars[number].aval
        shown = _shown_parameters(equation.params)
        if len(equation.outvars) > 1:
            shown += (("result", number),)
        work = operation(equation.primitive, equation.params, number)
        inside = sum(map(_count, jaxprs_in_params(equation.params)))
        name = _function_name(equation) if equation.primitive.name in OWN_RULE else equation.primitive.name
        return self.add(_Step(name, tuple(inputs), aval.shape, str(aval.dtype), work, "", shown, scopes, inside))

    def single(self, equation: JaxprEqn, inputs: list[int], scopes: str) -> int | None:
        """A function with a derivative of its own around one primitive: that primitive, differentiated by this rule."""
        inner = _Steps()
        closed = equation.params["call_jaxpr"]
        places = [inner.add(_Step("variable", (), v.aval.shape, str(v.aval.dtype))) for v in closed.jaxpr.invars]
        ends = inner.run(closed.jaxpr, closed.consts, places, "")
        steps = [step for step in inner.found if isinstance(step.work, Operation)]
        if len(steps) != 1 or len(ends) != 1 or inner.found[ends[0]] is not steps[0] or steps[0].inside:
            return None
        step = steps[0]
        if not set(places) <= set(step.inputs):
            return None
        operands = tuple(
            inputs[k] if k < len(places) else self.add(inner.found[k]._replace(scopes=scopes)) for k in step.inputs
        )
        order = tuple(step.inputs.index(k) for k in places)
        rule = (("derivative", f"{_function_name(equation)}'s own"),)
        work = Operation(equation.primitive, equation.params, 0, operands=order, plain=step.work)
        return self.add(step._replace(inputs=operands, work=work, scopes=scopes, parameters=step.parameters + rule))


def _function_name(equation: JaxprEqn) -> str:
    name = equation.params["call_jaxpr"].jaxpr.debug_info.func_name
    return name if name.isidentifier() else equation.primitive.name


def _count(jaxpr: Jaxpr) -> int:
    return sum(1 + sum(map(_count, jaxprs_in_params(equation.params))) for equation in jaxpr.eqns)


def _shown_parameters(parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    shown = []
    for name, value in parameters.items():
        if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
            value = str(np.dtype(value))
        plain = isinstance(value, (bool, int, float, str)) or (isinstance(value, tuple) and value and _plain(value))
        if plain and name not in SILENT:
            shown.append((name, value))
    return tuple(shown)


def _plain(value: Any) -> bool:
    return all(_plain(part) for part in value) if isinstance(value, tuple) else isinstance(value, (int, float, str))


def _graph(steps: list[_Step], variables: int, ends: list[int], outputs: Sequence[str], double: bool) -> Graph:
    """The graph of the steps from which an end can be reached, and all variables, numbered and named."""
    wanted = {*range(variables), *ends}
    for k in range(len(steps) - 1, -1, -1):
        if k in wanted:
            wanted.update(steps[k].inputs)
    kept = sorted(wanted)
    numbers = {old: new for new, old in enumerate(kept)}
    names = _names([steps[k] for k in kept], [numbers[end] for end in ends], outputs)
    inputs = [tuple(numbers[source] for source in steps[k].inputs) for k in kept]
    nodes = tuple(_node(steps[k], name, sources) for k, name, sources in zip(kept, names, inputs, strict=True))
    program = Program([steps[k].work for k in kept], inputs, double)
    return Graph(nodes, tuple(range(variables)), tuple(numbers[end] for end in ends), program)


def _names(steps: Sequence[_Step], ends: Sequence[int], outputs: Sequence[str]) -> list[str]:
    named = dict(zip(reversed(ends), reversed(outputs), strict=True))
    taken = {step.name for step in steps if step.operation == "variable"}
    counts = {"x": 0, "c": 0}

    def fresh(letter: str) -> str:
        while True:
            counts[letter] += 1
            if (name := f"{letter}{counts[letter]}") not in taken:
                return name

    found = []
    for k, step in enumerate(steps):
        if step.operation in ("variable", "constant"):
            found.append(step.name or fresh("c"))
        else:
            found.append(named.get(k) or fresh("x"))
    return found


_COLUMN = re.compile(COLUMN.format(r"(\d+)"))


def _node(step: _Step, name: str, inputs: tuple[int, ...]) -> Node:
    column, groups = 0, []
    for scope in step.scopes.split("/"):
        if match := _COLUMN.fullmatch(scope):
            column = int(match[1])
        elif scope:
            groups.append(scope)
    place = "/".join(groups), column, step.inside
    return Node(step.operation, name, inputs, step.shape, step.dtype, step.parameters, *place)
