"""One descent as code to take away: NumPy with finite differences, JAX with its own gradient."""

from collections.abc import Sequence

from engine.descent.descent import STEPS
from engine.descent.surfaces import Surface
from engine.typed.expressions import Expression

_NUMPY = """\
import numpy as np

{functions}
def loss(point):
    {names} = point
    return {formula}


def gradient(point, step=1e-6):
    # Central differences: how much the loss changes along each axis.
    sides = step * np.eye(len(point))
    return np.array([(loss(point + side) - loss(point - side)) / (2 * step) for side in sides])


{loop}"""

_JAX = """\
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

{functions}
def loss(point):
    {names} = point
    return {formula}


gradient = jax.jit(jax.grad(loss))

{loop}"""

_MEMORY = {
    "sgd": ("", "point = point - rate * g"),
    "momentum": ("velocity = 0", "velocity = momentum * velocity - rate * g\n    point = point + velocity"),
    "nesterov": (
        "velocity = 0",
        "velocity = momentum * velocity - rate * g\n    point = point + momentum * velocity - rate * g",
    ),
    "book_plus": (
        "velocity = 0",
        "velocity = momentum * velocity + rate * g  # the first edition's sign\n"
        "    point = point + momentum * velocity - rate * g",
    ),
    "adagrad": ("squares = 0.1", "squares = squares + g**2\n    point = point - rate * g / (squares + 1e-7) ** 0.5"),
    "rmsprop": (
        "squares = 0",
        "squares = 0.9 * squares + 0.1 * g**2\n    point = point - rate * g / (squares + 1e-7) ** 0.5",
    ),
    "adam": (
        "mean = squares = 0",
        "mean = 0.9 * mean + 0.1 * g\n    squares = 0.999 * squares + 0.001 * g**2\n"
        "    corrected = rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)\n"
        "    point = point - corrected * mean / (squares**0.5 + 1e-7)",
    ),
}
_MEMORY["book"] = _MEMORY["nesterov"]
_USES_MOMENTUM = ("momentum", "nesterov", "book", "book_plus")
_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_OWN = {
    "step": "def step_at_zero(x):\n    return {np}.where(x > 0, 1.0, 0.0)\n\n",
    "relu": "def relu(x):\n    return {np}.maximum(x, 0)\n\n",
    "sigmoid": "def sigmoid(x):\n    return 1 / (1 + {np}.exp(-x))\n\n",
    "softplus": "def softplus(x):\n    return {np}.logaddexp(x, 0.0)\n\n",
}


def descent(surface: Surface, method: str, start: Sequence[float], rate: float, momentum: float) -> dict[str, str]:
    """The code of one run, by library: this function, start, method, learning rate and momentum; 200 steps."""
    return {
        "NumPy": _filled(_NUMPY, "np", surface, method, start, rate, momentum),
        "JAX": _filled(_JAX, "jnp", surface, method, start, rate, momentum),
    }


def _filled(template: str, module: str, surface: Surface, method: str, start, rate: float, momentum: float) -> str:
    names = surface.variables
    used = sorted(kind for kind in _kinds(surface.expression) if kind in _OWN)
    functions = "".join(f"\n{_OWN[kind].format(np=module)}" for kind in used)
    return template.format(
        functions=functions,
        names=f"{names[0]}, {names[1]}" if len(names) == 2 else "(x,)",
        formula=formula(surface.expression, module),
        loop=_loop(module, method, start, rate, momentum),
    )


def _loop(module: str, method: str, start: Sequence[float], rate: float, momentum: float) -> str:
    memory, update = _MEMORY[method]
    head = [f"point = {module}.array({[float(f'{value:.9g}') for value in start]})", f"rate = {rate:.9g}"]
    head += [f"momentum = {momentum:.9g}"] * (method in _USES_MOMENTUM) + [memory] * bool(memory)
    shown = '    if step % 20 == 0:\n        print(f"step {step}: point {point}, loss {loss(point):.6g}")\n'
    return "\n".join(head) + f"\nfor step in range(1, {STEPS + 1}):\n    g = gradient(point)\n    {update}\n{shown}"


def _kinds(expression: Expression) -> set[str]:
    return {expression.kind}.union(*(_kinds(part) for part in expression.parts))


_BINDING = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2, "negate": 3, "power": 4}


def formula(expression: Expression, module: str) -> str:
    """The formula as Python, its functions taken from ``module`` ("np" or "jnp").

    >>> from engine.typed.expressions import parse
    >>> formula(parse("-2x^2 / (1 + sin(x))"), "np")
    '-2 * x**2 / (1 + np.sin(x))'
    """
    kind, parts = expression.kind, expression.parts
    if kind == "number":
        return f"{module}.{expression.name}" if expression.name else f"{expression.value:.12g}"
    if kind == "name":
        return expression.name
    if kind == "negate":
        return f"-{_bracketed(parts[0], 4, module)}"
    if kind == "power":
        return f"{_bracketed(parts[0], 5, module)}**{_bracketed(parts[1], 4, module)}"
    if kind in _OPERATORS:
        # The right side of a chain keeps its brackets: the order of operations decides the last digit.
        least = _BINDING[kind]
        left, right = _bracketed(parts[0], least, module), _bracketed(parts[1], least + 1, module)
        return f"{left} {_OPERATORS[kind]} {right}"
    own = {"step": "step_at_zero", "relu": "relu", "sigmoid": "sigmoid", "softplus": "softplus"}
    return f"{own.get(kind, f'{module}.{kind}')}({', '.join(formula(part, module) for part in parts)})"


def _bracketed(expression: Expression, least: int, module: str) -> str:
    """The formula, in brackets where it binds less tightly than ``least``."""
    weak = _BINDING.get(expression.kind, 9) < least
    return f"({formula(expression, module)})" if weak else formula(expression, module)
