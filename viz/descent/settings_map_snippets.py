"""The code of the map of settings and of the escape from a valley: NumPy, and JAX with vmap."""

from collections.abc import Sequence

from engine.descent import local_minima
from engine.descent.settings_map import METHODS, SettingsMap
from engine.descent.surfaces import Surface
from viz.descent import descent_snippets as descent

_NUMPY_MAP = """\
import numpy as np

{functions}
def loss(point):
    {names} = point
    return {formula}


def gradient(point, step=1e-6):
    # Central differences, for all settings at once.
    parts = []
    for axis in range(len(point)):
        side = np.zeros((len(point), 1, 1))
        side[axis] = step
        parts.append((loss(point + side) - loss(point - side)) / (2 * step))
    return np.stack(parts)


rates = np.geomspace({low:.9g}, {high:.9g}, {rates})[:, None]
momentum = np.arange({momenta}) * 0.03
point = np.ones((1, len(rates), len(momentum))) * np.reshape({start}, (-1, 1, 1))
velocity = np.zeros_like(point)
losses = [loss(point)]
with np.errstate(all="ignore"):  # what diverges overflows
    for _ in range({limit} + 10):  # ten more, to see that it stays
        g = gradient(point)
        {update}
        losses.append(loss(point))
losses = np.array(losses)
{verdict}"""

_JAX_MAP = """\
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

{functions}
def loss(point):
    {names} = point
    return {formula}


def run(rate, momentum):
    def step(carry, _):
        point, velocity = carry
        g = jax.grad(loss)(point)
        {jax_update}
        return (point, velocity), loss(point)

    start = jnp.array({start})
    # Ten steps more, to see that it stays.
    _, losses = jax.lax.scan(step, (start, jnp.zeros_like(start)), length={limit} + 10)
    return jnp.append(loss(start), losses)


rates = jnp.geomspace({low:.9g}, {high:.9g}, {rates})[:, None]
momentum = jnp.arange({momenta}) * 0.03
every_run = jax.jit(jax.vmap(jax.vmap(run, (None, 0)), (0, None)))
losses = np.moveaxis(np.asarray(every_run(rates[:, 0], momentum)), -1, 0)
{verdict}"""

_VERDICT = """\
goal = {goal}

# The step after the last one whose loss is above the goal; -1 if that is too late, -2 if it diverged,
# -3 if it fell below all numbers, -4 if it came to where the function has no value.
above = ~(losses <= goal)
steps = len(losses) - np.argmax(above[::-1], axis=0)
steps[steps > {limit}] = -1
steps[~np.isfinite(losses[-1]) | (losses[-1] > np.maximum(losses[0], goal))] = -2
lost = np.argmin(np.isfinite(losses), axis=0)  # the first step without a number, 0 where there is none
end, before = (losses[at, *np.indices(lost.shape)] for at in (lost, lost - 1))
steps[(lost > 0) & (end == -np.inf)] = -3
steps[(lost > 0) & np.isnan(end) & (np.abs(before) < 1e9)] = -4  # after a huge loss it is an overflow

print("fewest steps:", steps[steps >= 0].min(initial=len(losses)))
print("not within {limit} steps:", np.sum(steps == -1), "diverged:", np.sum(steps == -2))
"""

_UPDATES = {
    "momentum": ("velocity = momentum * velocity - rate * g", "point = point + velocity"),
    "nesterov": ("velocity = momentum * velocity - rate * g", "point = point + momentum * velocity - rate * g"),
    "book": ("velocity = momentum * velocity - rate * g", "point = point + momentum * velocity - rate * g"),
    "book_plus": (
        "velocity = momentum * velocity + rate * g  # the first edition's sign",
        "point = point + momentum * velocity - rate * g",
    ),
}
assert set(_UPDATES) == set(METHODS)

_NUMPY_ESCAPE = """\
import numpy as np


def slope(x):
    return x**3 / 5 - 6 * x / 5 - 3 / 10


def end(rate, momentum):
    # Where the heavy ball is after {steps:,} steps.
    x, velocity = {start:.9g}, 0.0
    for _ in range({steps}):
        velocity = momentum * velocity - rate * slope(x)
        x = x + velocity
    return x


rate = {rate:g}
stays, leaves = {low:.9g}, {high:.9g}  # the first change found by trying many
while leaves - stays > 1e-3:
    middle = (stays + leaves) / 2
    if abs(end(rate, middle) - 2.566) < 0.01:  # at rest in the valley on the right
        leaves = middle
    else:
        stays = middle
print(f"stays with momentum {{stays:.4f}}, leaves with {{leaves:.4f}}")
"""

_JAX_ESCAPE = """\
import jax
import jax.numpy as jnp


def height(x):
    return x**4 / 20 - 3 * x**2 / 5 - 3 * x / 10 + 3


def end(rate, momentum):
    # Where the heavy ball is after {steps:,} steps.
    def step(carry, _):
        x, velocity = carry
        velocity = momentum * velocity - rate * jax.grad(height)(x)
        return (x + velocity, velocity), None

    (x, _), _ = jax.lax.scan(step, ({start:.9g}, 0.0), length={steps})
    return x


momenta = jnp.arange({momenta}) / {momenta}
ends = jax.jit(jax.vmap(end, (None, 0)))({rate:g}, momenta)
right = jnp.abs(ends - 2.566) < 0.01
print("momenta that end in the valley on the right:")
print(momenta[right])
"""


def settings_map(surface: Surface, method: str, start: Sequence[float], shown: SettingsMap) -> dict[str, str]:
    """The code of the whole map, by library: it ends with ``steps``, the map's own array."""
    kinds = descent._kinds(surface.expression)
    velocity, point = _UPDATES[method]
    known = {
        "names": ", ".join(surface.variables) if len(start) == 2 else "(x,)",
        "start": [float(f"{value:.9g}") for value in start],
        "low": float(shown.rates[0]),
        "high": float(shown.rates[-1]),
        "rates": shown.rates.size,
        "momenta": shown.momenta.size,
        "limit": shown.limit,
        "verdict": _VERDICT.format(goal=_goal(shown), limit=shown.limit),
        "update": f"{velocity}\n        {point}".replace("rate *", "rates *"),
        "jax_update": f"{velocity}\n        {point}",
    }
    return {
        library: template.format(
            functions="".join(
                f"\n{descent._OWN[kind].format(np=module)}" for kind in sorted(kinds & set(descent._OWN))
            ),
            formula=descent.formula(surface.expression, module),
            **known,
        )
        for library, template, module in (("NumPy", _NUMPY_MAP, "np"), ("JAX", _JAX_MAP, "jnp"))
    }


def _goal(shown: SettingsMap) -> str:
    if not shown.attained:
        return "-np.inf  # no floor was found, so nothing can arrive"
    return f"{shown.lowest:.9g} + {shown.tolerance:g} * (losses[0] - {shown.lowest:.9g})"


def escape(start: float, rate: float, bracket: tuple[float, float] | None) -> dict[str, str]:
    """The code of the bisection for one learning rate, and of a sweep over 200 momenta.

    bracket: two momenta, the ball staying with the first and leaving with the second; None leaves the bisection out.
    """
    known = {"start": start, "rate": rate, "steps": local_minima.STEPS, "momenta": local_minima.SWEPT_MOMENTA.size}
    sweep = {"JAX": _JAX_ESCAPE.format(**known)}
    if bracket is None:
        return sweep
    return {"NumPy": _NUMPY_ESCAPE.format(low=bracket[0], high=bracket[1], **known)} | sweep
