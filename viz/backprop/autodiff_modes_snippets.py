"""One Jacobian as code: by calculus in NumPy, by jvp, vjp, jacfwd and jacrev in JAX."""

from engine.backprop.autodiff_modes import SEED, Problem

_POINT = "x = np.random.default_rng({seed}).integers(-8, 9, {inputs}) / 8\n"
_LAYER = "W = np.random.default_rng({layer_seed}).integers(-8, 9, ({inputs}, {outputs})) / 8\n"
_NUMPY = """\
import numpy as np

{point}
# The derivative of every output with respect to every input, by calculus.
{calculus}
print("Jacobian:", jacobian.shape)
print(jacobian)
"""
_JAX = """\
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

{point}

def f(x):
    return {function}


x = jnp.asarray(x)

# Forward mode: one pass for each input gives one column.
columns = [jax.jvp(f, (x,), (direction,))[1] for direction in jnp.eye({inputs})]
forward = jnp.stack(columns, axis=1)

# Reverse mode: f once, remembering; then one pass back for each output gives one row.
value, pull_back = jax.vjp(f, x)
rows = [pull_back(direction)[0] for direction in jnp.eye({outputs})]
reverse = jnp.stack(rows)

print("passes:", len(columns), "forward,", len(rows), "reverse")
print("largest difference:", abs(forward - reverse).max())
# JAX's own, all passes at once.
print(jnp.allclose(forward, jax.jacfwd(f)(x)), jnp.allclose(reverse, jax.jacrev(f)(x)))
kept = jax.tree.leaves(pull_back)
print("numbers kept for the way back:", sum(array.size for array in kept))
"""
_CALCULUS = {
    "squares": "jacobian = 2 * x[None]",
    "curve": "k = np.arange(1, {outputs} + 1)\njacobian = (k * np.cos(k * x))[:, None]",
    "dense": "jacobian = (1 - np.tanh(x @ W) ** 2)[:, None] * W.T",
}
_FUNCTIONS = {
    "squares": "jnp.sum(x * x)[None]",
    "curve": "jnp.sin(jnp.arange(1.0, {outputs} + 1) * x)",
    "dense": "jnp.tanh(x @ jnp.asarray(W))",
}


def jacobian(asked: Problem) -> dict[str, str]:
    """Library → code of both modes for this example at this size."""
    filling = {"seed": SEED, "layer_seed": SEED + 1, "inputs": asked.inputs, "outputs": asked.outputs}
    point = (_POINT + (_LAYER if asked.name == "dense" else "")).format(**filling)
    return {
        "NumPy": _NUMPY.format(point=point, calculus=_CALCULUS[asked.name].format(**filling)),
        "JAX": _JAX.format(point=point, function=_FUNCTIONS[asked.name].format(**filling), **filling),
    }
