"""Text to function: the one whitelist through which typed formulas pass. Nothing typed is ever executed.

``parse`` reads text into an Expression, a hashable tree that serves as a static argument of jitted functions;
``evaluate`` computes it with JAX; ``tex`` writes it back as mathematics.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from engine.typed.formulas import CONSTANTS, MAX_DEPTH, MAX_PARTS, MAX_TEXT, SYMBOLS, Expression, Grammar, read

__all__ = [
    "CONSTANTS", "FUNCTIONS", "MAX_DEPTH", "MAX_PARTS", "MAX_TEXT", "SYMBOLS", "Expression", "evaluate", "name_tex",
    "parse", "tex",
]  # fmt: skip

HINT = "use numbers, + - * / **, brackets and functions such as sin, exp, abs."


class Function(NamedTuple):
    """A function readers may call. tex: its mathematics, with {0} and {1} for its arguments."""

    compute: Callable[..., Array]
    tex: str
    arguments: int = 1


FUNCTIONS: dict[str, Function] = {
    "sin": Function(jnp.sin, r"\sin\left({0}\right)"),
    "cos": Function(jnp.cos, r"\cos\left({0}\right)"),
    "tan": Function(jnp.tan, r"\tan\left({0}\right)"),
    "arcsin": Function(jnp.arcsin, r"\arcsin\left({0}\right)"),
    "arccos": Function(jnp.arccos, r"\arccos\left({0}\right)"),
    "arctan": Function(jnp.arctan, r"\arctan\left({0}\right)"),
    "sinh": Function(jnp.sinh, r"\sinh\left({0}\right)"),
    "cosh": Function(jnp.cosh, r"\cosh\left({0}\right)"),
    "tanh": Function(jnp.tanh, r"\tanh\left({0}\right)"),
    "exp": Function(jnp.exp, r"\exp\left({0}\right)"),
    "log": Function(jnp.log, r"\log\left({0}\right)"),
    "log10": Function(lambda x: jnp.log(x) * (1 / math.log(10)), r"\log_{{10}}\left({0}\right)"),
    "log2": Function(lambda x: jnp.log(x) * (1 / math.log(2)), r"\log_{{2}}\left({0}\right)"),
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
OPERATORS = tuple(SYMBOLS)


@lru_cache(maxsize=256)
def parse(text: str, variables: tuple[str, ...] = ("x",)) -> Expression:
    """The formula a text stands for; InvalidInput with the place in the text for anything outside the grammar.

    Grammar: numbers, the variables, pi and e, + - * / ** (or ^), brackets, and the functions of FUNCTIONS, in the
    spellings of engine.typed.formulas. At most 200 characters, 80 parts, 50 levels.

    >>> parse("2x + 1").kind, evaluate(parse("2x + 1"), {"x": 3.0})
    ('add', 7.0)
    """
    return read(text, Grammar("formula", variables, ARGUMENTS, "*/", HINT))


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


_PRECEDENCE = {"add": 1, "subtract": 1, "negate": 1, "matmul": 2, "multiply": 3, "divide": 4, "power": 5}


def tex(expression: Expression) -> str:
    r"""The formula as LaTeX; of any grammar: @ stands as it is typed, a function not in FUNCTIONS by its name.

    >>> print(tex(parse("x**2 / 2 + sin(2x)")))
    \frac{x^{2}}{2} + \sin\left(2 x\right)
    """
    kind, parts = expression.kind, expression.parts
    if kind == "number":
        return {"pi": r"\pi", "e": "e"}.get(expression.name) or _number_tex(expression.value)
    if kind == "name":
        return name_tex(expression.name)
    if kind == "negate":
        return f"-{_bracketed(parts[0], 2)}"
    if kind not in _PRECEDENCE:
        return _call_tex(kind, [tex(part) for part in parts])
    left, right = parts
    if kind == "divide":
        return rf"\frac{{{tex(left)}}}{{{tex(right)}}}"
    if kind == "power":
        base = rf"\left({tex(left)}\right)" if left.parts and left.kind not in _PRECEDENCE else _bracketed(left, 6)
        return f"{base}^{{{tex(right)}}}"
    if kind == "matmul":
        return rf"{_bracketed(left, 2)} \mathbin{{@}} {_bracketed(right, 4)}"
    if kind == "multiply":
        before, after = _bracketed(left, 3), _bracketed(right, 4)
        sign = r" \cdot " if _starts_with_digit(right) or _runs_together(before, after) else " "
        return f"{before}{sign}{after}"
    return f"{_bracketed(left, 1)} {SYMBOLS[kind]} {_bracketed(right, 2)}"


def name_tex(name: str) -> str:
    r"""A variable's name as LaTeX; of several letters upright, as one word.

    >>> print(name_tex("y_true"))
    \mathrm{y\_true}
    """
    return name if len(name) == 1 and name != "_" else rf"\mathrm{{{_escaped(name)}}}"


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")


def _call_tex(kind: str, arguments: list[str]) -> str:
    if kind in FUNCTIONS:
        return FUNCTIONS[kind].tex.format(*arguments)
    return rf"\operatorname{{{_escaped(kind)}}}\left({', '.join(arguments)}\right)"


def _runs_together(before: str, after: str) -> bool:
    """Whether a product without a sign would run a name of several letters into what stands beside it."""
    return after.startswith(r"\mathrm") or re.search(r"\\mathrm\{[^{}]*\}$", before) is not None


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
