"""One run of an optimizer in words: every step's update with its numbers, term by term, and how the run ends."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engine.descent.descent import FELL, METHODS, Trace, fates
from engine.numbers import number


class Numbers(NamedTuple):
    """One coordinate of one step: point, gradient g, velocity v and squares s before and after."""

    label: str
    point: float
    moved: float
    gradient: float
    velocity: float
    velocity_after: float
    squares: float
    squares_after: float
    rate: float
    momentum: float
    time: int


def usable_steps(trace: Trace) -> int:
    """How many points of a run, from the first on, have a finite place, loss and gradient."""
    usable = np.isfinite(trace.losses) & np.isfinite(trace.points).all(1) & np.isfinite(trace.gradients).all(1)
    return len(usable) if usable.all() else int(np.argmin(usable))


def step_lines(trace: Trace, name: str, step: int, rate: float, momentum: float) -> list[str]:
    """The update of one step, term by term, with its numbers, for every coordinate.

    The first line is the rule; each line with "… = value" is arithmetic that can be checked; a point that does not
    move gets a sentence.
    """
    lines = [f"Step {step + 1}, {METHODS[name].title}: {METHODS[name].rule}"]
    for axis in range(trace.points.shape[1]):
        numbers = Numbers(
            "xy"[axis],
            float(trace.points[step, axis]),
            float(trace.points[step + 1, axis]),
            float(trace.gradients[step, axis]),
            float(trace.velocities[step, axis]),
            float(trace.velocities[step + 1, axis]),
            float(trace.squares[step, axis]),
            float(trace.squares[step + 1, axis]),
            rate,
            momentum,
            step + 1,
        )
        lines += _LINES[name](numbers)
    if (trace.points[step] == trace.points[step + 1]).all():
        flat = not trace.gradients[step].any()
        why = "the gradient is 0 here" if flat else "the update is too small to change a float32 number"
        lines.append(f"The point does not move: {why}.")
    return lines


def ending(trace: Trace) -> str:
    """Why there is no step after the last one explained: the run is over, has diverged, or met no gradient."""
    last = usable_steps(trace)
    if last == len(trace.losses):
        height = amount(float(trace.losses[-1]))
        return f"The run ends here, after {last - 1} steps, at {place(trace.points[-1])} with loss {height}."
    before = f"After step {last}" if last else "At the start"
    point, loss = trace.points[last], float(trace.losses[last])
    fate = fates(trace.points, trace.losses)
    if fate.kind == FELL and fate.step == last:
        return f"{before} the loss is below −3.4·10³⁸, further than float32 numbers reach: it falls without end."
    if not np.isfinite(point).all():
        return f"{before} the point is beyond the largest float32 number, about 3.4·10³⁸: the run has diverged."
    if np.isnan(loss):
        overflow = np.abs(point).max() > 1e9
        why = "is larger than float32 numbers can hold" if overflow else "is undefined"
        return f"{before} the run stands at {place(point)}. There the function {why}, so it ends."
    if np.isinf(loss):
        return f"{before} the run stands at {place(point)}. There the loss is beyond float32 numbers, so it ends."
    return f"{before} the run stands at {place(point)}. There the slope is not a finite number, so it ends."


def place(point: np.ndarray) -> str:
    """A point in words.

    >>> place(np.array([1.5, -2.0]))
    'x = 1.5, y = −2'
    """
    return ", ".join(f"{label} = {amount(float(value)).strip('()')}" for label, value in zip("xy", point, strict=False))


def amount(value: float) -> str:
    """A number to five significant digits, in brackets if negative or a product, so that it can stand behind a sign.

    >>> amount(-0.25), amount(1 / 3), amount(float("inf")), amount(2e-7)
    ('(−0.25)', '0.33333', '∞', '(2·10⁻⁷)')
    """
    text = number(value, 5)
    return f"({text})" if text.startswith("−") or "·" in text else text


def _plain(n: Numbers) -> list[str]:
    return [f"{n.label}: {amount(n.point)} − {amount(n.rate)} · {amount(n.gradient)} = {amount(n.moved)}"]


def _heavy_ball(n: Numbers) -> list[str]:
    return [
        _velocity(n, "−"),
        f"{n.label}: {amount(n.point)} + {amount(n.velocity_after)} = {amount(n.moved)}",
    ]


def _velocity(n: Numbers, sign: str) -> str:
    before = f"{amount(n.momentum)} · {amount(n.velocity)}"
    return f"v{n.label}: {before} {sign} {amount(n.rate)} · {amount(n.gradient)} = {amount(n.velocity_after)}"


def _look_ahead(sign: str) -> Callable[[Numbers], list[str]]:
    def lines(n: Numbers) -> list[str]:
        ahead = f"{amount(n.momentum)} · {amount(n.velocity_after)}"
        pull = f"{amount(n.rate)} · {amount(n.gradient)}"
        return [_velocity(n, sign), f"{n.label}: {amount(n.point)} + {ahead} − {pull} = {amount(n.moved)}"]

    return lines


def _adagrad(n: Numbers) -> list[str]:
    return [f"s{n.label}: {amount(n.squares)} + {amount(n.gradient)}² = {amount(n.squares_after)}", _scaled(n)]


def _rmsprop(n: Numbers) -> list[str]:
    squares = f"0.9 · {amount(n.squares)} + 0.1 · {amount(n.gradient)}²"
    return [f"s{n.label}: {squares} = {amount(n.squares_after)}", _scaled(n)]


def _scaled(n: Numbers) -> str:
    pull = f"{amount(n.rate)} · {amount(n.gradient)} / √({amount(n.squares_after)} + 10⁻⁷)"
    return f"{n.label}: {amount(n.point)} − {pull} = {amount(n.moved)}"


def _adam(n: Numbers) -> list[str]:
    mean, square = n.velocity_after / (1 - 0.9**n.time), n.squares_after / (1 - 0.999**n.time)
    # The app keeps epsilon outside the bias correction, as Keras does; it appears here divided by the same root.
    epsilon = 1e-7 / (1 - 0.999**n.time) ** 0.5
    return [
        f"m{n.label}: 0.9 · {amount(n.velocity)} + 0.1 · {amount(n.gradient)} = {amount(n.velocity_after)}",
        f"s{n.label}: 0.999 · {amount(n.squares)} + 0.001 · {amount(n.gradient)}² = {amount(n.squares_after)}",
        f"m̂{n.label}: {amount(n.velocity_after)} / (1 − 0.9^{n.time}) = {amount(mean)}",
        f"ŝ{n.label}: {amount(n.squares_after)} / (1 − 0.999^{n.time}) = {amount(square)}",
        f"{n.label}: {amount(n.point)} − {amount(n.rate)} · {amount(mean)} / (√{amount(square)} + {amount(epsilon)}) "
        f"= {amount(n.moved)}",
    ]


_LINES: dict[str, Callable[[Numbers], list[str]]] = {
    "sgd": _plain,
    "momentum": _heavy_ball,
    "nesterov": _look_ahead("−"),
    "book": _look_ahead("−"),
    "book_plus": _look_ahead("+"),
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
}
