"""A function run for real, line by line: what every executed line read and made.

Python itself calls back before each line of the watched function (sys.settrace); nothing is simulated. Functions it
calls run at full speed.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any, NamedTuple

import jax
import numpy as np

from engine.errors import InvalidInput

MOST_STEPS = 400
RETURNED, YIELDED = "returned", "yielded"
"""Names under which a line's results go that leave the function."""


class Pass(NamedTuple):
    """Where a loop stands: its header's line, which pass this is, and how many there were in all, from 1."""

    line: int
    number: int
    total: int


class Step(NamedTuple):
    """One executed statement.

    line, end: its first and last line in the source, from 0. passes: the loops it is in, outermost first. reads,
    writes: name → value before and after it, arrays as NumPy copies. fresh: which of writes held nothing before;
    changed: which held something else. ends: whether it is a loop's header that found nothing more.
    """

    line: int
    end: int
    passes: tuple[Pass, ...]
    reads: Mapping[str, Any]
    writes: Mapping[str, Any]
    fresh: frozenset[str]
    changed: frozenset[str]
    ends: bool = False


class Recording(NamedTuple):
    """name and source of the function; its steps; result: what it returned, or the list of what it yielded."""

    name: str
    source: str
    steps: tuple[Step, ...]
    result: Any


def source(function: Callable[..., Any]) -> str:
    """The text of a function as its file has it, compiled by JAX or not."""
    return textwrap.dedent(inspect.getsource(inspect.unwrap(function)))


def record(function: Callable[..., Any], *arguments: Any, most: int = MOST_STEPS) -> Recording:
    """Call the function and note every line it executes; a generator is run to its end.

    InvalidInput if it executes more than ``most`` statements.

    >>> def double(x):
    ...     y = x + x
    ...     return y
    >>> first, second = _record(double, "def double(x):\\n    y = x + x\\n    return y\\n", (3,), 9).steps
    >>> first.line, first.reads, first.writes, second.writes
    (1, {'x': 3}, {'y': 6}, {'returned': 6})
    """
    plain = inspect.unwrap(function)
    return _record(plain, source(plain), arguments, most)


def _record(function: Callable[..., Any], text: str, arguments: tuple[Any, ...], most: int) -> Recording:
    watch = _Watch(function, text, most)
    before = sys.gettrace()
    sys.settrace(watch.called)
    try:
        result = function(*arguments)
        result = [frozen(item) for item in result] if inspect.isgenerator(result) else frozen(result)
    finally:
        sys.settrace(before)
    return Recording(function.__name__, text, watch.finished(), result)


def frozen(value: Any) -> Any:
    """The value as it is now: arrays as NumPy copies, lists and tuples item by item, functions as their names."""
    if isinstance(value, (jax.Array, np.ndarray, np.generic)):
        return np.array(value)
    if isinstance(value, (list, tuple)):
        return type(value)(frozen(item) for item in value)
    return value.__name__ if callable(value) else value


def same(one: Any, other: Any) -> bool:
    """Whether two frozen values are equal in kind, shape, dtype and every number; nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


class _Statement(NamedTuple):
    line: int
    end: int
    loads: tuple[str, ...]
    stores: tuple[str, ...]
    loops: tuple[int, ...]
    is_loop: bool
    leaves: str


def _statements(text: str) -> dict[int, _Statement]:
    """Every line of a function's body → the statement it belongs to; a loop's own lines are its header's."""
    found: dict[int, _Statement] = {}

    def visit(body: Iterable[ast.stmt], loops: tuple[int, ...]) -> None:
        for node in body:
            is_loop = isinstance(node, ast.For)
            header: list[Any] = [node.target, node.iter] if isinstance(node, ast.For) else [node]
            if not is_loop and hasattr(node, "body"):
                raise InvalidInput(f"only plain statements and for loops can be watched; line {node.lineno} is neither")
            line, end = node.lineno - 1, (header[-1].end_lineno or node.lineno) - 1
            names = [part for piece in header for part in ast.walk(piece) if isinstance(part, ast.Name)]
            inner = (*loops, line) if is_loop else loops
            statement = _Statement(
                line,
                end,
                tuple(dict.fromkeys(name.id for name in names if isinstance(name.ctx, ast.Load))),
                tuple(dict.fromkeys(name.id for name in names if isinstance(name.ctx, ast.Store))),
                inner,
                is_loop,
                _leaves(node) if not is_loop else "",
            )
            found.update(dict.fromkeys(range(line, end + 1), statement))
            visit(node.body if isinstance(node, ast.For) else (), inner)

    (function,) = ast.parse(text).body
    visit(getattr(function, "body", ()), ())
    return found


def _leaves(node: ast.stmt) -> str:
    if isinstance(node, ast.Return):
        return RETURNED
    return YIELDED if any(isinstance(part, ast.Yield) for part in ast.walk(node)) else ""


class _Watch:
    """Python's trace function for one call of one function."""

    def __init__(self, function: Callable[..., Any], text: str, most: int) -> None:
        self._code, self._most = function.__code__, most
        self._statements = _statements(text)
        self._first = function.__code__.co_firstlineno
        self._steps: list[tuple[Step, tuple[tuple[int, int], ...]]] = []
        self._pending: tuple[_Statement, dict[str, Any]] | None = None
        self._previous: _Statement | None = None
        self._count: dict[int, int] = {}
        self._entry: dict[int, int] = {}
        self._totals: dict[tuple[int, int], int] = {}

    def called(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        """For Python: watch the lines of this call if it is of our function."""
        del argument
        return self._line if frame.f_code is self._code and event == "call" else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        statement = self._statements.get(frame.f_lineno - self._first)
        if event == "line" and statement is not None:
            # A statement of several lines calls back for each of them.
            if self._pending is None or statement != self._pending[0] or statement.is_loop:
                self._settle(frame, statement)
                self._begin(frame, statement)
        elif event == "return" and self._pending is not None:
            leaves = self._pending[0].leaves
            self._settle(frame, None, {leaves: frozen(argument)} if leaves else {})
        return self._line

    def _begin(self, frame: FrameType, statement: _Statement) -> None:
        if len(self._steps) >= self._most:
            raise InvalidInput(f"At most {self._most:,} lines are watched; these numbers make it more.")
        if statement.is_loop:
            inside = self._previous is not None and statement.line in self._previous.loops
            if not inside:
                self._count[statement.line] = 0
                self._entry[statement.line] = self._entry.get(statement.line, -1) + 1
            self._count[statement.line] += 1
        self._pending = statement, {name: frozen(value) for name, value in frame.f_locals.items()}

    def _settle(self, frame: FrameType, following: _Statement | None, left: Mapping[str, Any] | None = None) -> None:
        """The pending statement is over: note what it did."""
        if self._pending is None:
            return
        statement, before = self._pending
        self._pending, self._previous = None, statement
        ends = statement.is_loop and (following is None or statement.line not in following.loops)
        if ends:
            self._count[statement.line] -= 1
        after = {name: frozen(value) for name, value in frame.f_locals.items()}
        stored = () if ends else statement.stores
        writes = {name: value for name, value in after.items() if name in stored or self._moved(name, before, value)}
        writes |= left or {}
        fresh = frozenset(writes) - frozenset(before)
        changed = frozenset(name for name in writes if self._moved(name, before, writes[name]))
        reads = {name: before[name] for name in statement.loads if name in before}
        loops = tuple((line, self._entry[line]) for line in statement.loops)
        for loop in loops:
            self._totals[loop] = max(self._totals.get(loop, 0), self._count[loop[0]])
        passes = tuple(Pass(line, self._count[line], 0) for line in statement.loops)
        self._steps.append((Step(statement.line, statement.end, passes, reads, writes, fresh, changed, ends), loops))

    @staticmethod
    def _moved(name: str, before: Mapping[str, Any], value: Any) -> bool:
        return name in before and not same(before[name], value)

    def finished(self) -> tuple[Step, ...]:
        """All steps, each loop's total known."""
        return tuple(
            step._replace(
                passes=tuple(
                    each._replace(total=self._totals[loop]) for each, loop in zip(step.passes, loops, strict=True)
                )
            )
            for step, loops in self._steps
        )
