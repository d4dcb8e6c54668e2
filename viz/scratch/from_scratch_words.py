"""What happens to the from-scratch program when a line is broken, and why; each sentence checked against the run."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engine.scratch.from_scratch_runs import BREAKS, Run, Settings

SOUND = {
    (0.0, 0.1): (0.442, 0.654, 0.710, 0.743, 0.761, 0.776, 0.788, 0.799, 0.806, 0.813),
    (-0.05, 0.05): (0.428, 0.654, 0.725, 0.755, 0.777, 0.795, 0.808, 0.821, 0.830, 0.839),
}
"""Test accuracies of the unbroken program after each epoch on MNIST: plain SGD, the textbook's numbers, seed 1."""
LAST = 400


class Verdict(NamedTuple):
    """One broken line. says: what happens and why. holds: whether this run shows it; None if it cannot tell."""

    name: str
    says: str
    holds: bool | None


class Claim(NamedTuple):
    """A sentence, and whether a run bears it out; None where it says nothing about such a run."""

    says: str
    holds: Callable[[Run], bool | None]


def late_loss(run: Run) -> float:
    """The mean loss of the last updates."""
    return float(np.mean(run.losses[-LAST:]))


def _as_unbroken(run: Run) -> bool | None:
    """As accurate as the unbroken program after the same epochs; seeds differ by up to 0.08 in the first."""
    settings, epochs = run.settings, len(run.accuracies)
    sound = SOUND.get((settings.low, settings.high))
    if sound is None or settings.optimizer != "sgd" or not 1 <= epochs <= len(sound):
        return None
    return bool(abs(run.accuracies[-1] - sound[epochs - 1]) <= (0.1 if epochs == 1 else 0.04))


def _linear(run: Run) -> bool:
    return bool(run.accuracies[-1] < 0.935) and _as_unbroken_or_better(run)


def _as_unbroken_or_better(run: Run) -> bool:
    same = _as_unbroken(run)
    return same is not False or bool(run.accuracies[-1] > SOUND[run.settings.low, run.settings.high][0])


def _guesses(run: Run) -> bool:
    return bool(run.accuracies[-1] < 0.14 and abs(late_loss(run) - np.log(10)) < 0.03)


def _stuck_high(run: Run) -> bool:
    return bool(run.accuracies[-1] < 0.2 and late_loss(run) > 5)


def _unmoved(run: Run) -> bool:
    """The last epoch repeats the first one but for a few batches: the weights do not move any more."""
    epochs = run.losses[: run.updates * len(run.accuracies)].reshape(-1, run.updates)
    return bool(np.mean(epochs[-1] == epochs[0]) > 0.8 and np.ptp(run.accuracies) == 0) and _stuck_high(run)


def claim(broken: str, settings: Settings) -> Claim:
    """What the page says of one of BREAKS; for some it depends on where W begins and on the optimizer."""
    positive, plain = settings.low >= 0, settings.optimizer == "sgd"
    if broken == "bias":
        return Claim(
            "Hardly anything changes: b only shifts each unit’s sum, and with 784 inputs W can make up for that.",
            _as_unbroken,
        )
    if broken == "activation":
        return _activation(positive and plain)
    if broken == "zeros":
        return Claim(
            "All hidden sums are 0, so the gradient of W1 and W2 is 0 and they never move. Only the last b learns: how "
            "frequent each digit is. The answer is always 1, the most frequent one, and the loss stays at 2.30, which "
            "is −log(1/10).",
            _guesses,
        )
    if broken == "labels":
        return Claim(
            "The labels say nothing about the pictures any more, so there is nothing to learn: the loss stays near "
            "2.3 or above, the accuracy near one in ten.",
            lambda run: bool(run.accuracies[-1] < 0.25 and late_loss(run) > 2.0),
        )
    return _rate(positive or not plain) if broken == "rate" else _scale(positive, plain)


def _activation(at_first_positive: bool) -> Claim:
    if at_first_positive:
        return Claim(
            "Nothing changes: pixels and initial weights are all ≥ 0, so no hidden sum is negative and relu had "
            "nothing to do. Let W begin at −0.05 to 0.05, or take RMSprop, and see the difference.",
            _as_unbroken,
        )
    return Claim(
        "Without relu the two layers are one linear layer. Plain SGD gets no worse in a few epochs, but a linear "
        "model, fitted by any of these optimizers, stays near 0.92; with relu RMSprop reaches 0.98.",
        _linear,
    )


def _rate(collapses: bool) -> Claim:
    if collapses:
        return Claim(
            "The first step is far too long. The model ends up certain of one digit, whatever it is shown; a "
            "probability of 0 has no slope left, so it never comes back.",
            _stuck_high,
        )
    return Claim(
        "Here 1 is not too large: the sums are small at first, every step lowers the loss, and the same epochs lead "
        "much further than with 0.001. Let W begin at 0 to 0.1, and the first step already ruins it.",
        lambda run: bool(run.accuracies[-1] > 0.88),
    )


def _scale(positive: bool, plain: bool) -> Claim:
    if positive:
        return Claim(
            "Pixels up to 255 make sums 255 times as large, and softmax answers with probabilities of exactly 0 and 1. "
            "There the loss has no slope: after the first few steps no weight moves any more, and each epoch prints "
            "the losses of the one before.",
            _unmoved,
        )
    return Claim(
        "Pixels up to 255 make sums and gradients 255 times as large: the loss begins above 5. It learns, but in "
        + ("jumps, as with a far larger learning rate." if plain else "jumps, and stays behind."),
        lambda run: bool(run.losses[0] > 5 and run.accuracies[-1] > 0.3),
    )


def verdicts(run: Run) -> tuple[Verdict, ...]:
    """Every broken line of a run with its sentence; empty before the first epoch is over."""
    if not len(run.accuracies):
        return ()
    settings = run.settings
    claims = [(each, claim(each, settings)) for each in BREAKS if each in settings.broken]
    return tuple(Verdict(each, found.says, found.holds(run)) for each, found in claims)


def measured(run: Run) -> str:
    """What came out, in a sentence; "" before the first epoch is over."""
    if not len(run.accuracies):
        return "The loss is no number any more: the weights have grown beyond all bounds." if run.lost else ""
    epochs = "1 epoch" if len(run.accuracies) == 1 else f"{len(run.accuracies)} epochs"
    return (
        f"After {epochs}: loss {late_loss(run):.3f} (mean of the last {min(LAST, len(run.losses))} batches), "
        f"test accuracy **{run.accuracies[-1]:.4f}**."
    )


def checked(verdict: Verdict, several: bool) -> str:
    """Whether a sentence is borne out, in words."""
    if verdict.holds is None:
        return "Not checked: the numbers differ from the textbook’s."
    if verdict.holds:
        return "The figures above agree."
    return "Not so here: " + ("the other changes are in the way." if several else "the other numbers change it.")
