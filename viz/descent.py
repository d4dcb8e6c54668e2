"""What the descent board shows: the function on a grid, families of runs in compact form, one run explained."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.descent import METHODS, Family, Trace
from engine.surfaces import Surface
from viz.descent_steps import ending, place, step_lines, usable_steps

LEVELS = 65_000
OUTSIDE = 65_535
"""The code of what is beyond all bounds: further outside the window than the board keeps, or too large a loss."""
UNDEFINED = 65_534
"""The code of a loss that is no number although its point lies within the bounds."""
REACH = 4
"""Points are kept up to this many window widths beyond the window on either side."""
LOSS_RANGE = (-10.0, 30.0)
"""Smallest kept power of ten of the loss above the lowest one, and how many powers are kept."""
RATE_BOUNDS = (1e-8, 1e3)
STYLES = {
    "sgd": ("data", ""),
    "momentum": ("weights", "8 3"),
    "nesterov": ("prediction", "3 3"),
    "book": ("prediction", "9 3 2 3"),
    "book_plus": ("loss", "2 4"),
    "adagrad": ("neutral", "12 4"),
    "rmsprop": ("gradient", "5 2"),
    "adam": ("text", "14 3 3 3"),
}
"""Colour name and dashes of each method's path; the book's loop is Nesterov's, so their paths share a colour."""


class Setting(NamedTuple):
    """Where the board's controls stand: positions in the rates and momenta, the step, the method explained.

    version: the board takes these positions over when the version changes; else its own controls lead.
    """

    rate: int
    momentum: int
    step: int
    method: str
    version: str = ""


class Answer(NamedTuple):
    """What the page says to the last click. count: which click it was; message: why it was refused, if it was."""

    count: str = ""
    message: str = ""


def windowed(surface: Surface, half: float) -> Surface:
    """The function seen from -half to half, with its start at the same place of the picture."""
    (low, high), *_ = surface.window
    start = tuple(2 * half * value / (high - low) for value in surface.start)
    return surface._replace(window=((-half, half),) * len(surface.window), start=start)


def offered(surface: Surface, axes: np.ndarray, values: np.ndarray) -> Surface:
    """A typed function with a start at which it is defined, and learning rates that suit its steepness.

    axes (d, n) and values (n,) or (n, n), y along axis 0: the function on a grid over the window.
    """
    return surface._replace(start=_defined_start(surface.start, axes, values), rates=rate_range(axes, values))


def _defined_start(start: Sequence[float], axes: np.ndarray, values: np.ndarray) -> tuple[float, ...]:
    """The grid point nearest to the wanted start with room around it in which the function is finite.

    The wanted start itself where it is that near; also where the function is finite nowhere.
    """
    places = np.stack(np.meshgrid(*axes), axis=-1)
    distances = ((places - np.array(start)) ** 2).sum(-1)
    for room in (len(axes[0]) // 8, 1, 0):
        inside = np.isfinite(values)
        for axis in range(inside.ndim):
            inside = np.logical_and.reduce([np.roll(inside, shift, axis) for shift in range(-room, room + 1)])
        if inside.any():
            nearest = np.unravel_index(np.argmin(np.where(inside, distances, np.inf)), inside.shape)
            near = distances[nearest] <= ((axes[:, 1] - axes[:, 0]) ** 2).sum()
            return tuple(float(value) for value in (start if near else places[nearest]))
    return tuple(float(value) for value in start)


def rate_range(axes: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Learning rates over three powers of ten, up to about twice the largest one that converges.

    The largest is 2 / curvature; curvatures and slopes are differences on the grid, three quarters of which lie below
    the one taken. Where a function is straight, twice the rate that crosses the window in one step.
    """
    with np.errstate(all="ignore"):
        spans, slopes, curvatures = axes[:, -1] - axes[:, 0], [], []
        for axis, sides in enumerate(axes[::-1]):
            width = float(sides[1] - sides[0])
            slopes.append(np.abs(np.diff(values.astype(np.float64), axis=axis)).ravel() / width)
            curvatures.append(np.abs(np.diff(values.astype(np.float64), 2, axis=axis)).ravel() / width**2)
    most = min(_over(4.0, _typical(curvatures)), _over(2.0 * float(spans.max()), _typical(slopes)))
    if not np.isfinite(most):
        return (1e-3, 1.0)
    most = float(np.clip(most, 1e3 * RATE_BOUNDS[0], RATE_BOUNDS[1]))
    power = 10.0 ** np.floor(np.log10(most))
    round_up = next(float(f"{factor * power:.3g}") for factor in (1, 2, 5, 10) if factor * power >= most * 0.999)
    return (float(f"{round_up / 1000:.3g}"), round_up)


def _typical(parts: Sequence[np.ndarray]) -> float:
    sizes = np.concatenate(parts)
    sizes = sizes[np.isfinite(sizes)]
    return float(np.percentile(sizes, 75)) if sizes.size else 0.0


def _over(numerator: float, size: float) -> float:
    return numerator / size if size > 0 else np.inf


def refusal(point: Sequence[float]) -> str:
    """Why a click started no descent."""
    return f"At {place(np.array(point))} the function has no finite value, so nothing can start there."


NOWHERE = "In this window the function has no finite value on which to start. Choose another window or function."


def lowest(surface: Surface, values: np.ndarray, minima: np.ndarray, families: Mapping[str, Family]) -> float:
    """The lowest loss known: at the known minima, else on the grid and on all runs; losses are drawn above it."""
    if surface.minima:
        return float(np.min(minima))
    seen = [values, *(np.asarray(family.losses) for family in families.values())]
    finite = np.concatenate([np.ravel(part)[np.isfinite(np.ravel(part))] for part in seen])
    return float(finite.min()) if finite.size else 0.0


def packed(family: Family, window: Sequence[tuple[float, float]], base: float) -> str:
    """A family as compressed 16-bit codes of (runs, d + 1, steps + 1): coordinates, then log loss, along time.

    Points to 1/7000 of the window, losses above base to 0.06 %. Each code but a run's first is sent as its difference
    from the one before, modulo 2**16: runs that have settled then cost almost nothing.
    """
    low, high = np.array(window, np.float32).T
    points, losses = np.asarray(family.points), np.asarray(family.losses)
    with np.errstate(all="ignore"):
        places = (points - low + REACH * (high - low)) / ((2 * REACH + 1) * (high - low)) * LEVELS
        above = np.maximum(losses - np.float32(base), np.float32(10 ** LOSS_RANGE[0]))
        heights = (np.log10(above) - LOSS_RANGE[0]) / LOSS_RANGE[1] * LEVELS
        codes = _codes(np.concatenate([places, heights[..., None]], axis=-1, dtype=np.float32))
    inside = (codes[..., :-1] != OUTSIDE).all(-1)
    codes[..., -1][np.isnan(losses) & inside] = UNDEFINED
    along_time = np.moveaxis(codes, -1, -2)
    changes = np.diff(along_time, axis=-1, prepend=np.uint16(0))
    return base64.b64encode(zlib.compress(changes.astype("<u2").tobytes(), 1)).decode("ascii")


def _codes(places: np.ndarray) -> np.ndarray:
    kept = (places >= 0) & (places <= LEVELS)
    return np.where(kept, np.rint(places), OUTSIDE).astype(np.uint16)


def race(surface: Surface, values: np.ndarray, heights: np.ndarray, families: Mapping[str, Family]) -> dict[str, Any]:
    """What the board draws of a surface and all runs on it, whatever its controls say.

    values: the function on its grid. heights: the function at the known minima. families: method → its runs.
    """
    base = lowest(surface, values, heights, families)
    curve = len(surface.window) == 1
    return {
        "surface": {
            "window": [list(side) for side in surface.window],
            "resolution": int(values.shape[0]),
            "values": base64.b64encode(np.ascontiguousarray(values, "<f4")).decode("ascii"),
            "minima": [
                [*spot, float(height)] if curve else [*spot]
                for spot, height in zip(surface.minima, heights, strict=True)
            ],
        },
        "base": base,
        "reach": REACH,
        "lossRange": list(LOSS_RANGE),
        "steps": max((family.losses.shape[-1] - 1 for family in families.values()), default=0),
        "methods": [_method(name, family, surface, base) for name, family in families.items()],
    }


def _method(name: str, family: Family, surface: Surface, base: float) -> dict[str, Any]:
    color, dash = STYLES[name]
    return {
        "key": name,
        "title": METHODS[name].title,
        "color": color,
        "dash": dash,
        "usesMomentum": METHODS[name].uses_momentum,
        "packed": packed(family, surface.window, base),
    }


def board(
    raced: Mapping[str, Any],
    *,
    rates: np.ndarray,
    momenta: np.ndarray,
    start: Sequence[float],
    setting: Setting,
    trace: Trace | None,
    alt: str,
    answer: Answer,
) -> dict[str, Any]:
    """All the board draws: what ``race`` made, where the controls stand, the run of ``setting`` explained."""
    rate, momentum = float(rates[setting.rate]), float(momenta[setting.momentum])
    return {
        **raced,
        "rates": [float(value) for value in rates],
        "momenta": [float(value) for value in momenta],
        "start": [float(value) for value in start],
        "settings": setting._asdict(),
        "trace": None if trace is None else explained(trace, setting, rate, momentum),
        "answer": answer._asdict(),
        "alt": alt,
    }


def explained(trace: Trace, setting: Setting, rate: float, momentum: float) -> dict[str, Any]:
    """One run as the board explains it: a few lines of arithmetic per step, and the arrows at its points.

    squares: side lengths relative to the run's largest root of a second moment, 0 to 1, after each step.
    """
    method = METHODS[setting.method]
    arrays = Trace(*(np.asarray(part, np.float64) for part in trace))
    steps = min(usable_steps(arrays), len(arrays.losses) - 1)
    with np.errstate(all="ignore"):
        updates = np.diff(arrays.points, axis=0)
    arrows = [("gradient", "gradient", arrays.gradients), ("update", "text", updates)]
    if method.uses_momentum:
        arrows.insert(1, ("velocity", "weights", arrays.velocities))
    roots = np.sqrt(_clean(arrays.squares[1 : steps + 1]))
    return {
        "method": setting.method,
        "rate": setting.rate,
        "momentum": setting.momentum,
        "usesMomentum": method.uses_momentum,
        "points": arrays.points[:steps].tolist(),
        "losses": arrays.losses[:steps].tolist(),
        "squares": (roots / (roots.max(initial=0.0) or 1.0)).tolist(),
        "arrows": [{"text": text, "color": color, "vectors": _clean(part[:steps]).tolist()}
                   for text, color, part in arrows],
        "lines": [step_lines(arrays, setting.method, step, rate, momentum) for step in range(steps)],
        "ending": ending(arrays),
    }  # fmt: skip


def _clean(array: np.ndarray) -> np.ndarray:
    """JSON knows neither nan nor infinity."""
    return np.where(np.isfinite(array), array, 0.0)
