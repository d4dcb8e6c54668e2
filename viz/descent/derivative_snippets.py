"""One point and one epsilon as code to take away: NumPy with difference quotients, JAX with its own derivative."""

from engine.typed.expressions import Expression
from viz.descent.descent_snippets import formula

_NUMPY = """\
import numpy as np

{functions}
def f(x):
    return {formula}


x, epsilon = np.float64({x}), {epsilon}

secant = (f(x + epsilon) - f(x)) / epsilon

# NumPy does not differentiate. Two points very close to x come near; where they disagree, there is no derivative.
left = (f(x) - f(x - 1e-6)) / 1e-6
right = (f(x + 1e-6) - f(x)) / 1e-6
slope = (left + right) / 2

line = f(x) + slope * epsilon
error = abs(f(x + epsilon) - line)
print(f"secant {{secant:.7g}}; slopes from left and right {{left:.5g}} and {{right:.5g}}")
print(f"on the line {{line:.7g}}, on the curve {{f(x + epsilon):.7g}}, error {{error:.3g}}")
"""

_JAX = """\
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

{functions}
def f(x):
    return {formula}


derivative = jax.grad(f)
x, epsilon = {x}, {epsilon}

secant = (f(x + epsilon) - f(x)) / epsilon
slope = derivative(x)
line = f(x) + slope * epsilon
error = abs(f(x + epsilon) - line)
print(f"secant {{secant:.7g}}, tangent {{slope:.7g}}")
print(f"on the line {{line:.7g}}, on the curve {{f(x + epsilon):.7g}}, error {{error:.3g}}")

# The derivative drawn below: the same rule at every place.
places = jnp.arange({low}, {high} + {step} / 2, {step})
slopes = jax.vmap(derivative)(places)

# The error against epsilon in float32, as networks compute: first slope 2, then only rounding.
x32 = jnp.float32(x)
epsilons = np.float32({sign}[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]{closing})
for size, next_value in zip(epsilons, f(x32 + epsilons)):
    print(f"epsilon {{size:.0e}}: error {{abs(next_value - (f(x32) + derivative(x32) * size)):.2e}}")
"""

_OWN = {
    "step": "def step_at_zero(x):\n    return {np}.where(x > 0, 1.0, 0.0)\n\n",
    "relu": "def relu(x):\n    return {relu}\n\n",
    "sigmoid": "def sigmoid(x):\n    return {sigmoid}\n\n",
    "softplus": "def softplus(x):\n    return {np}.logaddexp(x, 0.0)\n\n",
}
"""Functions the modules do not have under these names."""
_SPELT = {
    "np": {"np": "np", "relu": "np.maximum(x, 0)", "sigmoid": "1 / (1 + np.exp(-x))"},
    "jnp": {"np": "jnp", "relu": "jax.nn.relu(x)", "sigmoid": "jax.nn.sigmoid(x)"},
}


def derivative(expression: Expression, *, x: float, epsilon: float, window: tuple[float, float], step: float):
    """The code of one view, by library. x, epsilon: where the points stand; step: distance of the places drawn."""
    filling = {
        "x": f"{x:.12g}" if "." in f"{x:.12g}" or "e" in f"{x:.12g}" else f"{x:.1f}",
        "epsilon": f"{epsilon:.12g}",
        "low": f"{window[0]:g}",
        "high": f"{window[1]:g}",
        "step": f"{step:g}",
        "sign": "-np.array(" if epsilon < 0 else "",
        "closing": ")" if epsilon < 0 else "",
    }
    return {"NumPy": _filled(_NUMPY, "np", expression, filling), "JAX": _filled(_JAX, "jnp", expression, filling)}


def _filled(template: str, module: str, expression: Expression, filling: dict[str, str]) -> str:
    used = sorted(kind for kind in _kinds(expression) if kind in _OWN)
    functions = "".join(f"\n{_OWN[kind].format(**_SPELT[module])}" for kind in used)
    # A constant formula still gets its x: a derivative needs something to depend on.
    text = formula(expression, module) + ("" if "name" in _kinds(expression) else " + 0 * x")
    return template.format(functions=functions, formula=text, **filling)


def _kinds(expression: Expression) -> set[str]:
    return {expression.kind}.union(*(_kinds(part) for part in expression.parts))
