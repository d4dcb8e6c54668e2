"""What a computation graph is made of: nodes in topological order, and the program that computes them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from jax import Array

from engine.backprop.graph_operations import Operation
from engine.errors import InvalidInput


class Node(NamedTuple):
    """One value of the computation.

    operation: the primitive's name as JAX has it ("mul", "dot_general", "max"), "variable" or "constant"; a box bears
    the name of its function ("logaddexp") or kind of loop ("scan").
    name: the variable's; "x1", "x2", … for values between; "loss" (or what ``trace`` was told) for the output; a
    constant's number ("2") or "c1", "c2", … for constant tensors.
    inputs: indices of earlier nodes, in the order of the operands; the same node may come twice (x * x).
    dtype: "float32", "bool", …; only floating nodes have derivatives.
    parameters: the primitive's, (name, what to show) pairs; those that say nothing are left out.
    group: the jax.named_scope the primitive came from ("layer 1"), nested ones joined by "/"; "" outside of any.
    column: where the operation stands in the typed text, from 1; 0 where there is no text.
    inside: number of primitives inside a closed box, 0 for a single primitive.
    """

    operation: str
    name: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    parameters: tuple[tuple[str, Any], ...] = ()
    group: str = ""
    column: int = 0
    inside: int = 0


class Program:
    """What evaluation needs, one step per node: an Operation, a constant's array, or None for a variable.

    Hashes by identity, so that what is compiled for a graph is found at once. double: whether it computes in float64.
    """

    def __init__(self, steps: Sequence[Operation | Array | None], inputs: Sequence[tuple[int, ...]], double: bool):
        self.steps = tuple(steps)
        self.inputs = tuple(inputs)
        self.double = double

    def values(self, variables: Iterable[Array]) -> list[Array]:
        """Every step's value in order."""
        given = iter(variables)
        found: list[Array] = []
        for step, inputs in zip(self.steps, self.inputs, strict=True):
            if isinstance(step, Operation):
                found.append(step.value(*(found[k] for k in inputs)))
            else:
                found.append(next(given) if step is None else step)
        return found


class Graph(NamedTuple):
    """nodes: in topological order, variables first. variables: their indices. outputs: mostly one.

    Nodes from which no output can be reached are left out, except variables.
    """

    nodes: tuple[Node, ...]
    variables: tuple[int, ...]
    outputs: tuple[int, ...]
    program: Program

    @property
    def output(self) -> int:
        """The index of the (first) output."""
        return self.outputs[0]

    @property
    def double(self) -> bool:
        """Whether it computes in float64."""
        return self.program.double

    def index(self, name: str) -> int:  # type: ignore[override]  # of a name, where a tuple takes a value
        """The index of the node of that name; InvalidInput if there is none."""
        for k, node in enumerate(self.nodes):
            if node.name == name:
                return k
        raise InvalidInput(f"the graph has no node “{name}”.")
