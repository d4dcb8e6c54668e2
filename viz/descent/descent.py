"""What the descent board shows: the function on a grid, families of runs in compact form, one run explained."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.descent.descent import DIVERGED, FELL, GOES_ON, METHODS, UNDEFINED, Family, Trace, fates, lowest
from engine.descent.surfaces import Surface
from viz import packing
from viz.descent.descent_steps import ending, place, step_lines, usable_steps

if TYPE_CHECKING:
    from viz.components.descent_board import Data, Explained, Method, Race

LEVELS = 65_000
OUTSIDE = 65_535
"""The code of a coordinate further outside the window than the board keeps. Of losses and ends it says nothing."""
REACH = 4
"""Points are kept up to this many window widths beyond the window on either side."""
CUT = 11
"""So many of a float32 loss's 23 binary digits are not sent: what is drawn is within 0.013 % of it."""
FATES = {GOES_ON: "", DIVERGED: "diverged", FELL: "fell", UNDEFINED: "undefined"}
RATE_BOUNDS = (1e-8, 1e3)
STYLES = {
    "sgd": ("data", ""),
    "momentum": ("weights", "8 3"),
    "nesterov": ("prediction", "3 3"),
    "book": ("prediction", "9 3 2 3"),
    "book_plus": ("prediction", "2 4"),
    "adagrad": ("neutral", "12 4"),
    "rmsprop": ("gradient", "5 2"),
    "adam": ("text", "14 3 3 3"),
}
"""Colour name and dashes of each method's path. The book's loop is Nesterov's, the first edition's a slip in it, so
their paths share a colour; none has the loss's own, in which the surface is drawn."""


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

    count: str = ""  # type: ignore[assignment]  # a field of this name hides tuple.count, which nobody calls
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


def packed(family: Family, window: Sequence[tuple[float, float]], base: float) -> str:
    """A family in compressed form: coordinates, losses, and how the runs end; none of the three is told from another.

    Coordinates: 16-bit codes (runs, d, steps + 1), to 1/7000 of the window. Losses: float32 of the loss above base,
    cut to 21 bits (runs, steps + 1), zero, infinite and undefined ones included. Both are sent as differences along
    time, so runs that have settled cost almost nothing. Ends: 16-bit (runs, 2), step and position of the fate.
    """
    points, losses = np.asarray(family.points), np.asarray(family.losses)
    fate = fates(points, losses)
    ends = np.stack([fate.step, (fate.kind[..., None] == list(FATES)).argmax(-1)], axis=-1)
    parts = (_places(points, window), _heights(losses, base), ends.astype("<u2").tobytes())
    return packing.compressed(b"".join(parts))


def _places(points: np.ndarray, window: Sequence[tuple[float, float]]) -> bytes:
    """Codes of the coordinates, each but a run's first as its difference from the one before, modulo 2**16."""
    low, high = np.array(window, np.float32).T
    with np.errstate(all="ignore"):
        places = (points - low + REACH * (high - low)) / ((2 * REACH + 1) * (high - low)) * LEVELS
        kept = (places >= 0) & (places <= LEVELS)
        codes = np.where(kept, np.rint(places), OUTSIDE).astype(np.uint16)
    return np.diff(np.moveaxis(codes, -1, -2), axis=-1, prepend=np.uint16(0)).astype("<u2").tobytes()


def _heights(losses: np.ndarray, base: float) -> bytes:
    """The leading bits of the losses above base, rounded, as differences modulo 2**24: all lowest bytes come first."""
    with np.errstate(all="ignore"):
        above = losses.astype(np.float32) - np.float32(base)
    bits = np.where(np.isnan(above), np.float32(np.nan), above).view(np.uint32)
    leading = (bits + np.uint32(1 << (CUT - 1))) >> np.uint32(CUT)
    changes = np.diff(leading, axis=-1, prepend=np.uint32(0)).astype("<u4")
    return np.ascontiguousarray(changes.view(np.uint8).reshape(-1, 4).T[:3]).tobytes()


def race(surface: Surface, values: np.ndarray, heights: np.ndarray, families: Mapping[str, Family]) -> "Race":
    """What the board draws of a surface and all runs on it, whatever its controls say.

    base: losses are sent as what they are above it; the function's floor, 0 where none is known.
    values: the function on its grid. heights: the function at the known minima. families: method → its runs.
    """
    least = lowest(surface, values, [family.losses for family in families.values()])
    base = least.loss if least.attained else 0.0
    curve = len(surface.window) == 1
    return {
        "surface": {
            "window": [list(side) for side in surface.window],
            "resolution": int(values.shape[0]),
            "values": packing.packed(values, "f4"),
            "minima": [
                [*spot, float(height)] if curve else [*spot]
                for spot, height in zip(surface.minima, heights, strict=True)
            ],
        },
        "base": base,
        "lowest": {"loss": least.loss, "attained": least.attained, "known": bool(surface.minima)},
        "reach": REACH,
        "fates": list(FATES.values()),
        "steps": max((family.losses.shape[-1] - 1 for family in families.values()), default=0),
        "methods": [_method(name, family, surface, base) for name, family in families.items()],
    }


def _method(name: str, family: Family, surface: Surface, base: float) -> "Method":
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
    raced: "Race",
    *,
    rates: np.ndarray,
    momenta: np.ndarray,
    start: Sequence[float],
    setting: Setting,
    trace: Trace | None,
    alt: str,
    answer: Answer,
) -> "Data":
    """All the board draws: what ``race`` made, where the controls stand, the run of ``setting`` explained."""
    rate, momentum = float(rates[setting.rate]), float(momenta[setting.momentum])
    return {
        **raced,
        "rates": [float(value) for value in rates],
        "momenta": [float(value) for value in momenta],
        "start": [float(value) for value in start],
        "settings": {
            "rate": setting.rate,
            "momentum": setting.momentum,
            "step": setting.step,
            "method": setting.method,
            "version": setting.version,
        },
        "trace": None if trace is None else explained(trace, setting, rate, momentum),
        "answer": {"count": answer.count, "message": answer.message},
        "alt": alt,
    }


def explained(trace: Trace, setting: Setting, rate: float, momentum: float) -> "Explained":
    """One run as the board explains it: a few lines of arithmetic per step, and the arrows at its points.

    points, losses: all of the run that are finite; lost, fate: when and why they end.
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
    fate = fates(arrays.points, arrays.losses)
    return {
        "method": setting.method,
        "rate": setting.rate,
        "momentum": setting.momentum,
        "usesMomentum": method.uses_momentum,
        "points": arrays.points[: fate.step].tolist(),
        "losses": arrays.losses[: fate.step].tolist(),
        "lost": int(fate.step),
        "fate": FATES[int(fate.kind)],
        "squares": (roots / (roots.max(initial=0.0) or 1.0)).tolist(),
        "arrows": [
            {"text": text, "color": color, "vectors": _clean(part[:steps]).tolist()} for text, color, part in arrows
        ],
        "lines": [step_lines(arrays, setting.method, step, rate, momentum) for step in range(steps)],
        "ending": ending(arrays),
    }


def _clean(array: np.ndarray) -> np.ndarray:
    """JSON knows neither nan nor infinity."""
    return np.where(np.isfinite(array), array, 0.0)
