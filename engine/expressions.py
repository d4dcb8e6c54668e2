"""Text to function: the one whitelist through which typed formulas pass. Nothing typed is ever executed.

``parse`` reads text into an Expression, a hashable tree that serves as a static argument of jitted functions;
``evaluate`` computes it with JAX; ``tex`` writes it back as mathematics.
"""

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from engine.errors import InvalidInput
from engine.literals import refuse_comment

MAX_TEXT = 200
MAX_PARTS = 80
MAX_DEPTH = 50
MAX_NUMBER = 1e12


class Expression(NamedTuple):
    """One node of a formula. kind: "number", "name", or the name of an operation or function; column: from 1.

    value: the number of a number. name: the name of a variable or constant. parts: the operands.
    """

    kind: str
    value: float = 0.0
    name: str = ""
    parts: tuple["Expression", ...] = ()
    column: int = 1


class Function(NamedTuple):
    """A function readers may call. tex: its mathematics, with {0} and {1} for its arguments."""

    compute: Callable[..., Array]
    tex: str
    arguments: int = 1


CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Function] = {
    "sin": Function(jnp.sin, r"\sin\left({0}\right)"),
    "cos": Function(jnp.cos, r"\cos\left({0}\right)"),
    "tan": Function(jnp.tan, r"\tan\left({0}\right)"),
    "arctan": Function(jnp.arctan, r"\arctan\left({0}\right)"),
    "sinh": Function(jnp.sinh, r"\sinh\left({0}\right)"),
    "cosh": Function(jnp.cosh, r"\cosh\left({0}\right)"),
    "tanh": Function(jnp.tanh, r"\tanh\left({0}\right)"),
    "exp": Function(jnp.exp, r"\exp\left({0}\right)"),
    "log": Function(jnp.log, r"\log\left({0}\right)"),
    "sqrt": Function(jnp.sqrt, r"\sqrt{{{0}}}"),
    "abs": Function(jnp.abs, r"\left|{0}\right|"),
    "sign": Function(jnp.sign, r"\operatorname{{sign}}\left({0}\right)"),
    "floor": Function(jnp.floor, r"\left\lfloor {0} \right\rfloor"),
    "step": Function(lambda x: jnp.where(x > 0, 1.0, 0.0), r"\operatorname{{step}}\left({0}\right)"),
    "relu": Function(jax.nn.relu, r"\operatorname{{relu}}\left({0}\right)"),
    "sigmoid": Function(jax.nn.sigmoid, r"\sigma\left({0}\right)"),
    "softplus": Function(jax.nn.softplus, r"\operatorname{{softplus}}\left({0}\right)"),
    "maximum": Function(jnp.maximum, r"\max\left({0}, {1}\right)", 2),
    "minimum": Function(jnp.minimum, r"\min\left({0}, {1}\right)", 2),
}
ARGUMENTS = {name: function.arguments for name, function in FUNCTIONS.items()}
ALIASES = {"max": "maximum", "min": "minimum", "ln": "log", "atan": "arctan"}
OPERATORS: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
}
SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**"}


@lru_cache(maxsize=256)
def parse(text: str, variables: tuple[str, ...] = ("x",)) -> Expression:
    """The formula a text stands for; InvalidInput with the place in the text for anything outside the grammar.

    Grammar: numbers, the variables, pi and e, + - * / ** (or ^), brackets, and the functions of FUNCTIONS. A number
    may stand directly before a name or bracket: 2x means 2 * x. At most 200 characters, 80 parts, 50 levels.

    >>> parse("2x + 1").kind, evaluate(parse("2x + 1"), {"x": 3.0})
    ('add', 7.0)
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"a formula may have at most {MAX_TEXT} characters; this has {len(text)}.")
    if not text.strip():
        raise InvalidInput(f"the formula is empty; type for example {variables[0]}**2.")
    refuse_comment(text, "the formula")
    code, columns = explicit(text, {*variables, *CONSTANTS})
    try:
        tree = ast.parse(code, mode="eval").body
    except SyntaxError as error:
        column = columns[min(error.offset or len(code), len(code)) - 1]
        raise InvalidInput(f"the formula is not complete at character {column}: “{text.strip()}”.") from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidInput(
            "the formula cannot be read; it is nested too deeply or holds a strange character."
        ) from None
    found = _Reader(variables, columns).read(tree, 1)
    return found


_PIECES = re.compile(
    r"(?<![A-Za-z_\d.])(?P<number>(?>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?=\s*[A-Za-z_(])"
    r"|(?P<name>[A-Za-z_]\w*)(?=\s*\()|(?P<closing>\))(?=\s*[\w.(])|(?P<power>\^)|(?P<space>\s)|."
)


def explicit(text: str, factors: Collection[str]) -> tuple[str, list[int]]:
    """Python's spelling of what readers write (2x, ^), in one line, and the column in the text of each character.

    factors: names that are no functions; before a bracket they are multiplied, as in x(x + 1).
    """
    code, columns = [], []
    for match in _PIECES.finditer(text):
        piece = match.group()
        if match["number"] or match["closing"] or match["name"] in factors:
            piece += "*"
        elif match["power"]:
            piece = "**"
        elif match["space"]:
            piece = " "
        code.append(piece)
        columns += [min(match.start() + offset, match.end() - 1) + 1 for offset in range(len(piece))]
    joined = "".join(code)
    front = len(joined) - len(joined.lstrip())
    return joined.strip(), columns[front:]


class _Reader:
    """Walks a syntax tree through the whitelist, counting parts and levels."""

    def __init__(self, variables: tuple[str, ...], columns: list[int]) -> None:
        self.variables = variables
        self.columns = columns
        self.parts = 0

    def read(self, node: ast.expr, depth: int) -> Expression:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise InvalidInput(f"the formula has more than {MAX_PARTS} parts; this page computes shorter ones.")
        if depth > MAX_DEPTH:
            raise InvalidInput(f"the formula is nested more than {MAX_DEPTH} deep; this page computes flatter ones.")
        column = self.column(node)
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self.number(value, column)
            case ast.Name(id=name):
                return self.name(name, column)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Expression("negate", parts=(self.read(operand, depth + 1),), column=column)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth + 1)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                parts = self.read(left, depth + 1), self.read(right, depth + 1)
                return Expression(OPERATORS[type(operator)], parts=parts, column=column)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(name, arguments, depth, column)
        raise InvalidInput(
            f"“{_shown(node)}” at character {column} is not part of a formula; "
            "use numbers, + - * / **, brackets and functions such as sin, exp, abs."
        )

    def column(self, node: ast.expr) -> int:
        # Python counts columns in bytes; what the whitelist lets through is plain letters.
        return self.columns[min(node.col_offset, len(self.columns) - 1)]

    def number(self, value: float, column: int) -> Expression:
        if abs(value) > MAX_NUMBER:
            raise InvalidInput(f"the number at character {column} is larger than {MAX_NUMBER:.0e}; use a smaller one.")
        return Expression("number", value=float(value), column=column)

    def name(self, name: str, column: int) -> Expression:
        if name in self.variables:
            return Expression("name", name=name, column=column)
        if name in CONSTANTS:
            return Expression("number", value=CONSTANTS[name], name=name, column=column)
        known = " and ".join(self.variables)
        if name in FUNCTIONS or name in ALIASES:
            example = f"{name}({self.variables[0]})"
            raise InvalidInput(f"“{name}” at character {column} is a function; write for example {example}.")
        verb = "are the variables" if len(self.variables) > 1 else "is the variable"
        raise InvalidInput(f"“{name}” at character {column} is unknown here; {known} {verb}, pi and e are constants.")

    def call(self, name: str, arguments: list[ast.expr], depth: int, column: int) -> Expression:
        name = called(name, len(arguments), ARGUMENTS, column)
        parts = tuple(self.read(argument, depth + 1) for argument in arguments)
        return Expression(name, parts=parts, column=column)


def called(name: str, given: int, takes: Mapping[str, int], column: int) -> str:
    """The name of the function called with so many arguments, or of which it is an alias.

    takes: the number of arguments of each function there is. InvalidInput for another function or number.

    >>> called("ln", 1, {"log": 1}, column=1)
    'log'
    """
    name = ALIASES.get(name, name)
    if name not in takes:
        raise InvalidInput(f"there is no function “{name}” (character {column}); there are {', '.join(takes)}.")
    if given != takes[name]:
        count = f"{takes[name]} argument{'s' if takes[name] > 1 else ''}"
        raise InvalidInput(f"{name} at character {column} takes {count}; here it has {given}.")
    return name


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 30 else text[:27] + "…"


def evaluate(expression: Expression, values: Mapping[str, Array | float]) -> Array | float:
    """The formula's value for values of its variables, in their precision; arrays are computed element by element."""
    kind, parts = expression.kind, expression.parts
    if kind == "number":
        return expression.value
    if kind == "name":
        return values[expression.name]
    if kind == "power" and (exponent := _whole(parts[1])) is not None:
        # A whole exponent keeps negative bases and the derivative at zero defined.
        base = evaluate(parts[0], values)
        # Python's own floats raise where JAX's overflow to inf or divide by zero.
        return (jnp.asarray(base) if isinstance(base, float) else base) ** exponent
    operands = [evaluate(part, values) for part in parts]
    if kind == "negate":
        return -operands[0]
    if kind in FUNCTIONS:
        return FUNCTIONS[kind].compute(*operands)
    return _OPERATIONS[kind](*operands)


_OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": jnp.divide,
    "power": jnp.power,
}


def _whole(expression: Expression) -> int | None:
    if expression.kind == "negate" and (value := _whole(expression.parts[0])) is not None:
        return -value
    if expression.kind == "number" and expression.value.is_integer() and abs(expression.value) <= 64:
        return int(expression.value)
    return None


_PRECEDENCE = {"add": 1, "subtract": 1, "negate": 1, "multiply": 2, "divide": 3, "power": 4}


def tex(expression: Expression) -> str:
    r"""The formula as LaTeX.

    >>> print(tex(parse("x**2 / 2 + sin(2x)")))
    \frac{x^{2}}{2} + \sin\left(2 x\right)
    """
    kind, parts = expression.kind, expression.parts
    if kind == "number":
        return {"pi": r"\pi", "e": "e"}.get(expression.name) or _number_tex(expression.value)
    if kind == "name":
        return expression.name if len(expression.name) == 1 else rf"\mathrm{{{expression.name}}}"
    if kind == "negate":
        return f"-{_bracketed(parts[0], 2)}"
    if kind in FUNCTIONS:
        return FUNCTIONS[kind].tex.format(*map(tex, parts))
    left, right = parts
    if kind == "divide":
        return rf"\frac{{{tex(left)}}}{{{tex(right)}}}"
    if kind == "power":
        base = rf"\left({tex(left)}\right)" if left.kind in FUNCTIONS else _bracketed(left, 5)
        return f"{base}^{{{tex(right)}}}"
    if kind == "multiply":
        sign = r" \cdot " if _starts_with_digit(right) else " "
        return f"{_bracketed(left, 2)}{sign}{_bracketed(right, 3)}"
    return f"{_bracketed(left, 1)} {SYMBOLS[kind]} {_bracketed(right, 2)}"


def _bracketed(expression: Expression, least: int) -> str:
    """The formula's LaTeX, in brackets where it binds less tightly than ``least``."""
    weak = _PRECEDENCE.get(expression.kind, 9) < least
    return rf"\left({tex(expression)}\right)" if weak else tex(expression)


def _starts_with_digit(expression: Expression) -> bool:
    if expression.kind == "number":
        return not expression.name
    return expression.kind in ("multiply", "power") and _starts_with_digit(expression.parts[0])


def _number_tex(value: float) -> str:
    text = f"{value:.10g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"
