"""What the tangent board shows: a study of a function in compact form, and what to say where no derivative exists."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.descent.derivative import EPSILONS, STEP, Study, rounding_floor
from engine.descent.derivative_verdicts import Verdicts
from engine.numbers import number
from viz import packing

if TYPE_CHECKING:
    from viz.components.tangent_board import Arrays, Data

MARGIN = 0.07
"""Share of the height kept free above and below a curve."""


def board(study: Study, *, version: str, place: Mapping[str, float], alt: str) -> "Data":
    """All the board draws. place: {"x", "epsilon"}, taken over when ``version`` changes. alt: the picture in words.

    sentences: [index of x, what is said there, slope of the tangent or None]. marks: where it fails, in steps from the
    left; doubts: those of them that have a derivative, another than JAX answers.
    """
    between = (study.places - study.x[0]) / STEP
    usable = np.isfinite(study.drawn_values)
    return {
        "version": version,
        "place": {"x": float(place["x"]), "epsilon": float(place["epsilon"])},
        "alt": alt,
        "window": [float(study.x[0]), float(study.x[-1])],
        "step": STEP,
        "epsilons": EPSILONS.tolist(),
        "limits": {
            "value": limits(study.drawn_values),
            "slope": limits(np.where(usable, study.drawn_slopes, np.nan)),
            "error": error_limits(study.errors),
        },
        "sentences": [
            (index, sentence(float(study.x[index]), study.verdicts, index), tangent(study.verdicts, index))
            for index in np.flatnonzero(study.verdicts.kind != "smooth").tolist()
        ],
        "marks": [*marked(study.verdicts), *between.tolist()],
        "doubts": [
            *np.flatnonzero(study.verdicts.kind == "disagrees").tolist(),
            *between[study.place_verdicts.kind == "disagrees"].tolist(),
        ],
        "between": sentence(float(study.places[0]), study.place_verdicts, 0) if study.places.size else "",
        **packed(arrays(study)),
    }


def arrays(study: Study) -> dict[str, np.ndarray]:
    """The numbers the board reads, by name: "<f8" where they are shown, "<f4" where they are drawn or are float32."""
    middle = len(study.wide) // 2 - len(study.x) // 2
    here = study.wide_values[middle : middle + len(study.x)]
    usable = np.isfinite(study.drawn_values)
    return {
        "drawnValues": drawable(study.drawn_values),
        "drawnSlopes": drawable(np.where(usable, study.drawn_slopes, np.nan)),
        "valueBreaks": study.value_breaks.astype("u1"),
        "slopeBreaks": study.slope_breaks.astype("u1"),
        "slopes": study.slopes.astype("<f8"),
        "curvatures": drawable(study.curvatures),
        "wide": study.wide_values.astype("<f8"),
        "wide32": study.wide_values32.astype("<f4"),
        "slopes32": study.slopes32.astype("<f4"),
        # Not its small difference from the straight line, rounded: added again, that would round the secant.
        "near": study.near.astype("<f8"),
        "near32": study.near32.astype("<f4"),
        "floor": drawable(rounding_floor(study.x, here, study.slopes)),
    }


def drawable(heights: np.ndarray) -> np.ndarray:
    """float32 in which a finite number stays finite, so that a curve beyond float32's range is no gap.

    >>> bool(np.isfinite(drawable(np.array([1e300]))[0])), float(drawable(np.array([np.inf]))[0])
    (True, inf)
    """
    most = float(np.finfo(np.float32).max)
    return np.where(np.isfinite(heights), np.clip(heights, -most, most), heights).astype("<f4")


def packed(named: Mapping[str, np.ndarray]) -> "Arrays":
    """Arrays one after the other, compressed, each from a multiple of 8 bytes on; contents: [name, dtype, count]."""
    parts: list[bytes] = []
    contents: list[tuple[str, str, int]] = []
    for name, array in named.items():
        content = np.ascontiguousarray(array).tobytes()
        parts.append(content + bytes(-len(content) % 8))
        contents.append((name, array.dtype.str.lstrip("<|"), array.size))
    return {"packed": packing.compressed(b"".join(parts)), "contents": contents}


def limits(heights: np.ndarray) -> list[float]:
    """The heights a picture shows: all finite ones, but of a curve that shoots off only what most of it needs.

    >>> limits(np.array([0.0, 1.0, np.nan]))
    [-0.07, 1.07]
    """
    finite = heights[np.isfinite(heights)]
    if not finite.size:
        return [-1.0, 1.0]
    low, high = float(finite.min()), float(finite.max())
    near_low, near_high = (float(part) for part in np.quantile(finite, [0.03, 0.97]))
    spread = near_high - near_low
    low, high = max(low, near_low - 1.5 * spread), min(high, near_high + 1.5 * spread)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300):
        low, high = low - 1.0, high + 1.0
    margin = MARGIN * (high - low)
    return [low - margin, high + margin]


def error_limits(errors: np.ndarray) -> list[int]:
    """Powers of ten between which errors are drawn: from float64's last digits up to the largest of most places."""
    sizes = np.abs(errors[np.isfinite(errors) & (errors != 0)])
    top = math.ceil(math.log10(float(np.quantile(sizes, 0.999)))) if sizes.size else 0
    return [-17, min(max(top, 0), 6)]


def marked(verdicts: Verdicts) -> list[int]:
    """Places without a derivative beside which there is one: corners, jumps, ends; not the inside of a gap."""
    smooth = np.concatenate([[False], verdicts.kind == "smooth", [False]])
    return np.flatnonzero(~smooth[1:-1] & (smooth[:-2] | smooth[2:])).tolist()


def sentence(x: float, verdicts: Verdicts, index: int) -> str:
    """Why f has no derivative at x, with the slopes from either side and what JAX answers all the same."""
    kind = str(verdicts.kind[index])
    left, right, answer = (float(part[index]) for part in (verdicts.left, verdicts.right, verdicts.answer))
    where = f"At x {'=' if (x / STEP).is_integer() else '≈'} {amount(x, 7)}"
    says = f"JAX answers {amount(answer)}"
    slopes = f"the slope from the left {_slope(left)}, from the right it {_slope(right)}"
    lost = "has no finite value" if not math.isfinite(verdicts.value[index]) else "grows beyond all bounds"
    both = f"both slopes are {amount(right)}, so the derivative is {amount(right)}; yet {says}: it follows the rules"
    return {
        "undefined": f"{where} f {lost}, so there is no derivative. {says}{_anyway(answer)}.",
        "edge": f"{where} f {_ends(left, right)}. There is no derivative. {says}.",
        "jump": f"{where} f jumps: {slopes}. There is no derivative. {says}, a choice.",
        "steep": f"{where} {slopes}. There is no derivative. {says}.",
        "kink": f"{where} {slopes}. There is no derivative. {says}, a choice.",
        "disagrees": f"{where} {both} of the formula's parts, one of which has no derivative here.",
    }[kind]


def tangent(verdicts: Verdicts, index: int) -> float | None:
    """The slope of the tangent where jax.grad does not tell it: the quotients' limit, None without a derivative."""
    return float(f"{verdicts.right[index]:.5g}") if verdicts.kind[index] == "disagrees" else None


def _slope(slope: float) -> str:
    if math.isinf(slope):
        return "grows without bound" if slope > 0 else "falls without bound"
    return f"is {amount(slope)}"


def _ends(left: float, right: float) -> str:
    if math.isnan(left) and math.isnan(right):
        return "has a value, but none on either side"
    missing, kept, slope = ("left", "right", right) if math.isnan(left) else ("right", "left", left)
    return f"ends: on the {missing} it has no value, from the {kept} its slope {_slope(slope)}"


def _anyway(answer: float) -> str:
    return ", the number its rule gives" if math.isfinite(answer) else ""


def amount(value: float, digits: int = 5) -> str:
    """A number in words' company: a true minus sign, no superfluous zeros.

    >>> amount(-1.0), amount(1e-9), amount(float("inf"))
    ('−1', '0', '∞')
    """
    return number(0.0 if abs(value) < 5e-7 else value, digits)
