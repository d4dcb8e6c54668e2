"""A small network in words: what each layer does to the plane, how far training is, what went wrong, who is better."""

import numpy as np

from engine.geometry.folds import ACTIVATIONS, STARTS, Params, Snapshot
from engine.geometry.folds_view import Way
from engine.numbers import number

GUESSING = float(np.log(2))
"""The loss of giving both classes the same probability."""
GOOD = 0.95
NOTHING = "no activation"


def percent(share: float) -> str:
    """A share in words, never rounded up to all or down to nothing; "–" for nan.

    >>> percent(0.9997), percent(1.0), percent(0.5), percent(float("nan"))
    ('99.9 %', '100 %', '50 %', '–')
    """
    if not np.isfinite(share):
        return "–"
    rounded = f"{100 * share:.1f}" if share in (0, 1) else f"{np.clip(100 * share, 0.1, 99.9):.1f}"
    return f"{rounded.removesuffix('.0')} %"


def stage_names(params: Params, activation: str) -> list[str]:
    """Input, two names for each hidden layer, and the output."""
    after = NOTHING if activation == "linear" else activation
    hidden = [name for layer in range(1, len(params)) for name in (f"Layer {layer}: affine", f"Layer {layer}: {after}")]
    return ["Input", *hidden, "Output: scores"]


def stage_texts(snapshot: Snapshot, activation: str, way: Way) -> list[str]:
    """For each stage what has happened, and how many points a fitted straight cut tells apart there."""
    params = snapshot.runs[activation].params
    texts = ["The points as they are given, on a sheet of squared paper."]
    for layer, dense in enumerate(params[:-1]):
        before, after = (step[: way.data] for step in way.steps[2 * layer + 1 : 2 * layer + 3])
        texts += [_affine(dense.weights), _bend(activation, before, after)]
    cuts = [_cut(step.shape[1], share) for step, share in zip(way.steps, way.cuts, strict=True)]
    return [" ".join(pair).strip() for pair in zip(texts, cuts, strict=False)] + [_scores(snapshot, activation)]


def _cut(axes: int, share: float) -> str:
    cut = "straight line" if axes == 2 else "flat cut"
    fitted = f"A {cut} fitted here, by logistic regression, tells {percent(share)} of the points apart."
    return fitted if np.isfinite(share) else ""


def _affine(weights: np.ndarray) -> str:
    if not np.isfinite(weights).all():
        return "The weights are no numbers any more."
    *others, least = [number(value) for value in np.linalg.svd(weights, compute_uv=False)]
    factors = f"{', '.join(others)} and {least}"
    into = " puts the plane into space:" if weights.shape[0] < weights.shape[1] else ""
    return f"x @ W + b{into} turns, stretches (by {factors}) and moves it. Straight lines stay straight."


def _bend(activation: str, before: np.ndarray, after: np.ndarray) -> str:
    if activation == "linear":
        return "No activation: nothing moves."
    if activation == "tanh":
        return "tanh bends: it squeezes every coordinate into −1 to 1."
    if not len(before):
        return "relu folds: negative coordinates become 0."
    gone = "" if np.ptp(after, axis=0).any() else " All points have landed on one place."
    share = percent((before < 0).mean())
    return f"relu folds: negative coordinates become 0. Of the points’ coordinates {share} were negative.{gone}"


def _scores(snapshot: Snapshot, activation: str) -> str:
    return (
        "One score for each colour: blue’s to the right, red’s upward. The higher one wins: "
        f"{percent(snapshot.runs[activation].accuracy)} right. The border is straight now: both scores are equal there."
    )


def outcome(snapshot: Snapshot, activation: str) -> str:
    """How far the shown activation is, in a sentence or two."""
    run = snapshot.runs[activation]
    if not len(snapshot.data.labels):
        return "There are no points yet."
    if not snapshot.update:
        return f"Untrained, this network tells {percent(run.accuracy)} of the points apart."
    good = int((run.accuracies[:, -1] >= GOOD).sum())
    return (
        f"After update {snapshot.update:,} {activation} tells {percent(run.accuracy)} of the points apart, loss "
        f"{number(run.loss)}. {good} of {STARTS} random starts reach {percent(GOOD)}; shown is start {run.best + 1}."
    )


def trouble(snapshot: Snapshot, activation: str, way: Way) -> str:
    """What went wrong in this run, or ""."""
    run, rate = snapshot.runs[activation], f"{snapshot.settings.learning_rate:g}"
    if not snapshot.update or not way.data:
        return ""
    if not np.isfinite(run.loss):
        return f"Diverged: with a learning rate of {rate} the numbers grew beyond all bounds. Choose a smaller one."
    if not np.ptp(way.steps[-1][: way.data], axis=0).any():
        return (
            f"Dead: every point gets the same scores. With a learning rate of {rate} the updates were so large that "
            f"all points now lie where {activation} is flat. The gradient there is 0, so no update leads back. Choose "
            "a smaller learning rate."
        )
    if run.loss > 1.02 * GUESSING:
        return (
            f"Diverged: the loss, {number(run.loss)}, is higher than that of guessing, {number(GUESSING)}. With a "
            f"learning rate of {rate} every update jumps across the valley instead of down into it. Choose a smaller "
            "one."
        )
    return ""


def rivals(snapshot: Snapshot) -> str:
    """relu, tanh and linear compared, as Markdown."""
    if not len(snapshot.data.labels):
        return "As soon as there are points, the three can be compared."
    accuracies = {name: snapshot.runs[name].accuracy for name in ACTIVATIONS}
    listed = ", ".join(f"{name} **{percent(share)}**" for name, share in accuracies.items())
    if not snapshot.update:
        return f"Before training: {listed}. All three begin with the same weights."
    linear, bent = accuracies["linear"], max(accuracies["relu"], accuracies["tanh"])
    said = (
        f"After {snapshot.update:,} updates: {listed}. Without an activation all layers together are one affine map, so"
    )
    if linear >= 0.99:
        return f"{said} linear draws one straight line; these points need no more."
    if bent > linear + 0.02:
        return f"{said} linear can only draw one straight line, however many layers it has and however long it trains."
    return f"{said} linear can only draw one straight line. relu and tanh could do better; in this run they do not yet."
