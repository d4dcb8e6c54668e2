"""The map of settings, one run of it, and the theory of quadratics in sentences."""

import numpy as np

from engine.descent.descent import DIVERGED, FELL, METHODS, UNDEFINED, fates
from engine.descent.settings_map import NOT_WITHIN, Agreement, Choice, SettingsMap, Theory
from engine.numbers import number

SOURCES = {
    "momentum": "Polyak 1964",
    "nesterov": "Lessard, Recht and Packard 2016",
    "book": "Lessard, Recht and Packard 2016",
}


def percent(fraction: float) -> str:
    """A fraction in per cent.

    >>> percent(0.01), percent(0.0001)
    ('1 %', '0.01 %')
    """
    return f"{100 * fraction:g} %"


def start_problem(settings_map: SettingsMap) -> str:
    """Why nothing can be measured from this start; empty if it can."""
    if not np.isfinite(settings_map.start_loss):
        return "At this start the function has no finite value, so no run can be said to arrive. Choose another start."
    if not settings_map.attained:
        return (
            "No floor of this function was found, so no run can be said to arrive: the lowest loss met is "
            f"{number(settings_map.lowest)}, and no run comes to rest there."
        )
    if settings_map.start_loss <= settings_map.lowest:
        return "The start already lies at the lowest loss: every run has arrived before its first step."
    return ""


def run_words(settings_map: SettingsMap, chosen: Choice, points: np.ndarray, losses: np.ndarray, drawn: int) -> str:
    """What became of one run, with its numbers."""
    rate, momentum = settings_map.rates[chosen.rate], settings_map.momenta[chosen.momentum]
    words = (
        f"**Learning rate {number(rate)}, momentum {momentum:.2f}:** {_outcome(settings_map, chosen, points, losses)} "
    )
    if np.isfinite(losses[settings_map.limit]) and np.isfinite(points[settings_map.limit]).all():
        place = ", ".join(
            f"{name} = {number(value)}" for name, value in zip("xy", points[settings_map.limit], strict=False)
        )
        words += f"After {settings_map.limit} steps the loss is {number(losses[settings_map.limit])}, at {place}. "
    return words + ("" if drawn == settings_map.limit else f"Drawn: the first {drawn} steps.")


def _outcome(settings_map: SettingsMap, chosen: Choice, points: np.ndarray, losses: np.ndarray) -> str:
    """How the run goes, as its own losses have it."""
    steps, lost = int(settings_map.steps[chosen]), int(fates(points, losses).step)
    above = f"{percent(settings_map.tolerance)} of the way up from the lowest loss to the start's"
    goal = f"{number(settings_map.goal)}, {above}"
    late = f"within {settings_map.limit} steps the loss does not come to stay below {goal}."
    away = "its loss ends above where it began" if lost == len(losses) else f"step {lost} is beyond all numbers"
    return {
        NOT_WITHIN: late if settings_map.attained else f"its losses are numbers for all {settings_map.limit} steps.",
        DIVERGED: f"the run **diverges**: {away}.",
        FELL: f"the loss **falls without end**: by step {lost} it is below all numbers.",
        UNDEFINED: f"the run **ends** at step {lost}, where the function has no value.",
    }.get(steps, f"from step **{steps}** on the loss stays below {goal}.")


def best_words(settings_map: SettingsMap) -> str:
    """The cell with the fewest steps, and how the others fared."""
    counts = {code: int((settings_map.steps == code).sum()) for code in (NOT_WITHIN, DIVERGED, FELL, UNDEFINED)}
    late = f"{counts[NOT_WITHIN]:,} do not arrive within {settings_map.limit} steps, {counts[DIVERGED]:,} diverge"
    late += f", with {counts[FELL]:,} the loss falls without end" if counts[FELL] else ""
    late += f", {counts[UNDEFINED]:,} end where the function has no value" if counts[UNDEFINED] else ""
    if settings_map.best is None:
        return f"No setting arrives: of {settings_map.steps.size:,} settings {late}."
    rate, momentum = settings_map.rates[settings_map.best.rate], settings_map.momenta[settings_map.best.momentum]
    steps = int(settings_map.steps[settings_map.best])
    others = {1: "", 2: " (one more cell needs as few)"}.get(
        settings_map.as_good, f" ({settings_map.as_good - 1} more need as few)"
    )
    return (
        f"**Fewest steps: {steps}**, with learning rate {number(rate)} and momentum {momentum:.2f}{others}. "
        f"Of {settings_map.steps.size:,} settings {late}."
    )


def theory_words(theory: Theory | None, agreement: Agreement | None, method: str, at_optimum: int) -> str:
    """How far theory and measurement agree, and where theory puts the optimum; at_optimum: its steps."""
    if theory is None or agreement is None:
        return (
            "Theory gives the boundary for quadratics only, whose curvatures are the same everywhere, and is drawn for "
            "the bowls, the ravine and the parabola. Here the map is measured, not predicted."
        )
    words = (
        f"**Theory** ({METHODS[method].title}, largest curvature {theory.steepest:g}): what lies left of the dashed "
        f"line converges. {_agreement_words(agreement)}"
    )
    if theory.optimum is None:
        return words
    rate, momentum = theory.optimum
    needs = {DIVERGED: "diverges", NOT_WITHIN: "does not arrive in time"}.get(at_optimum, f"needs {at_optimum} steps")
    return (
        f"{words} In the long run the error shrinks fastest at learning rate {number(rate)}, momentum "
        f"{number(momentum)} (diamond; {SOURCES[method]}); with exactly these the run {needs}."
    )


def _agreement_words(agreement: Agreement) -> str:
    if not agreement.disagreeing:
        return f"Measured and predicted agree in all {agreement.cells:,} cells."
    elsewhere = agreement.disagreeing - agreement.beside
    verb = "cell disagrees" if agreement.disagreeing == 1 else "cells disagree"
    if not elsewhere:
        return (
            f"{agreement.disagreeing:,} of {agreement.cells:,} {verb}, beside the line: there a loss changes so slowly "
            "that this many steps do not show its fate."
        )
    return (
        f"{agreement.disagreeing:,} of {agreement.cells:,} {verb}, {elsewhere:,} of them not beside the line: so it "
        "goes when the start has no share in the steepest direction, or when these steps are too few to show a loss's "
        "fate."
    )
