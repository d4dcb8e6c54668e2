"""What the loop board draws of one turn: pictures as bytes, numbers, words, and the page each part leads to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.training.network import Params
from engine.training.runner import OVER
from engine.training.training import Settings
from engine.training.whole_picture import Batch, Turn, Weights, thinned
from viz.packing import shaped

if TYPE_CHECKING:
    from viz.components.loop_board import Curve, Data, Link, Stage
    from viz.components.loop_board import Part as PartData
    from viz.components.loop_board import Weights as WeightsData

MOST_POINTS = 160
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "nesterov": "Nesterov momentum",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}


class Part(NamedTuple):
    """A box of the picture. title: of its link, with {hidden} for the number of hidden units; stem: the page it opens.

    also: a second link in it, title and stem.
    """

    key: str
    title: str
    color: str
    stem: str
    also: tuple[str, str] | None = None


PARTS = (
    Part("batch", "Batch", "data", "batches"),
    Part("hidden", "Dense {hidden}", "data", "product", ("relu", "elementwise")),
    Part("output", "Dense 10", "prediction", "digit_layers", ("softmax", "network_graph")),
    Part("predictions", "Predictions", "prediction", "drawing"),
    Part("W1", "W1, b1", "weights", "network"),
    Part("W2", "W2, b2", "weights", "tensors"),
    Part("targets", "Targets", "truth", "network"),
    Part("loss", "Loss", "loss", "network_graph"),
    Part("gradient", "Gradient", "gradient", "gradient"),
    Part("optimizer", "Optimizer", "weights", "descent"),
)
STEMS = frozenset(part.stem for part in PARTS) | {part.also[1] for part in PARTS if part.also}
"""Pages that may be opened from the picture."""


class Moment(NamedTuple):
    """Where the run is. state: the runner's. update: updates made. made: whether the turn shown is made or being made.

    losses: of every update so far.
    """

    state: str
    settings: Settings
    learning_rate: float
    update: int
    total: int
    made: bool
    losses: np.ndarray


def empty_board(pages: Mapping[str, str], settings: Settings) -> "Data":
    """The picture without numbers, for as long as the digits are on their way. pages: title of each stem."""
    return {
        "parts": _parts(pages, settings),
        "ready": False,
        "story": _story(None, settings),
        "headline": "Next: turn 1",
    }


def board(found: Turn, taken: Batch, now: Moment, pages: Mapping[str, str]) -> "Data":
    """Everything the loop board draws of this turn; arrays as {"shape", "bytes"}, uint8."""
    number = now.update if now.made and now.state != "running" else now.update + 1
    return {
        "parts": _parts(pages, now.settings),
        "ready": True,
        "running": now.state == "running",
        "made": now.made,
        "turn": number,
        "headline": _headline(now, number),
        "story": _story(found, now.settings, taken, now),
        "digits": shaped(found.images.reshape(-1, 28, 28)),
        "labels": found.labels.tolist(),
        "hidden": shaped(levels(found.hidden)),
        "active": np.count_nonzero(found.hidden > 0, axis=1).tolist(),
        "probabilities": np.nan_to_num(found.probabilities).round(5).tolist(),
        "W1": _pictures(found, "W1"),
        "W2": _pictures(found, "W2"),
        "loss": number_text(found.loss),
        "curve": _curve(now.losses, found.loss, number),
        "norms": {name: _norms(values) for name, values in found.norms._asdict().items()},
        "captions": _captions(found, taken, now, number),
    }


def _headline(now: Moment, number: int) -> str:
    if now.made:
        return f"Turn {number:,}"
    if now.state in OVER:
        return "After 1 turn" if now.update == 1 else f"After {now.update:,} turns"
    return f"Next: turn {number:,}"


def _parts(pages: Mapping[str, str], settings: Settings) -> list["PartData"]:
    def link(title: str, stem: str) -> "Link":
        return {"title": title, "stem": stem, "page": pages[stem]}

    return [
        {
            "key": part.key,
            "color": part.color,
            "links": [link(part.title.format(hidden=settings.hidden_units), part.stem)]
            + ([link(*part.also)] if part.also else []),
        }
        for part in PARTS
    ]


def _story(
    turn: Turn | None, settings: Settings, taken: Batch | None = None, now: Moment | None = None
) -> list["Stage"]:
    """The four stages of a turn, each with a sentence; ahead: what it says, without results, until it is reached."""
    digits = digits_text(taken.size if taken else settings.batch_size)
    loss = f": {number_text(turn.loss)}" if turn else ""
    name = OPTIMIZERS[settings.optimizer]
    made = {"forward": f"{digits} through both layers.", "loss": "How wrong they are."}
    made["backward"] = "Which way each weight makes the loss grow."
    made["update"] = f"{name} moves each weight a little the other way."
    if now and not now.made:
        made["update"] = "The run is over: no step." if now.state in OVER else "Not made yet: press One turn."
    titles = {"forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update"}
    reached = made | {"loss": f"How wrong they are{loss}."}
    return [{"key": key, "title": titles[key], "text": text, "ahead": made[key]} for key, text in reached.items()]


def digits_text(count: int) -> str:
    """The batch in words.

    >>> digits_text(1), digits_text(60000)
    ('1 digit', '60,000 digits')
    """
    return "1 digit" if count == 1 else f"{count:,} digits"


def _captions(turn: Turn, taken: Batch, now: Moment, turns: int) -> dict[str, str]:
    settings, norms = now.settings, turn.norms
    before, step = float(norms.weights.W1), float(norms.step.W1)
    share = f" by {100 * step / before:.2g} %" if before and np.isfinite(step) else ""
    return {
        "batch": f"{digits_text(taken.size)}, batch {taken.number + 1:,} of {taken.of:,}",
        "hidden": "{active} of " + f"{settings.hidden_units:,} above 0",
        "predictions": f"{100 * float(turn.accuracy):.0f} % of the batch right",
        "W1": f"(784, {settings.hidden_units}): {len(turn.before.W2)} units",
        "W2": f"({settings.hidden_units}, 10): {len(turn.before.W2)} units",
        "targets": "the right answers",
        "loss": _curve_text(turns),
        "gradient": "one for each weight",
        "optimizer": f"{'moves' if now.made else 'would move'} W1{share}",
        "rule": f"{OPTIMIZERS[settings.optimizer]}, rate {now.learning_rate:g}",
    }


def _curve_text(turns: int) -> str:
    """What the curve of so many turns is made of.

    >>> _curve_text(160), _curve_text(2345)
    ('of each turn so far', '160 of 2,345 turns')
    """
    return "of each turn so far" if turns <= MOST_POINTS else f"{MOST_POINTS} of {turns:,} turns"


def _curve(losses: np.ndarray, loss: float, number: int) -> "Curve":
    """At most MOST_POINTS of the losses up to this turn's, which is the last."""
    known = np.append(losses[: number - 1], np.float32(loss))
    places, values = thinned(known, MOST_POINTS)
    finite = np.isfinite(values)
    return {"turns": (places[finite] + 1).tolist(), "losses": values[finite].round(4).tolist()}


def _pictures(turn: Turn, name: str) -> "WeightsData":
    """One layer's drawn weights before and after, on one scale, its gradient and its step, each on its own.

    W1's columns become images (units, 28, 28); W2 keeps (units, 10).
    """

    def drawn(weights: Weights) -> np.ndarray:
        values = np.asarray(getattr(weights, name), np.float64)
        return values.T.reshape(-1, 28, 28) if name == "W1" else values

    scale = limit(drawn(turn.before))
    return {
        "before": shaped(signed(drawn(turn.before), scale)),
        "after": shaped(signed(drawn(turn.after), scale)),
        "gradient": shaped(signed(drawn(turn.gradient), limit(drawn(turn.gradient)))),
        "step": shaped(signed(drawn(turn.step), limit(drawn(turn.step)))),
    }


def _norms(values: Params) -> dict[str, float | None]:
    return {
        name: float(f"{float(value):.4g}") if np.isfinite(value) else None for name, value in values._asdict().items()
    }


def limit(values: np.ndarray) -> float:
    """What is drawn in the strongest colour: 99.5 % of the sizes are below it; 1 where nothing differs from 0."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(np.quantile(sizes, 0.995)) or float(sizes.max()) or 1.0 if sizes.size else 1.0


def signed(values: np.ndarray, scale: float) -> np.ndarray:
    """Values from -scale to scale → 1 to 255, 128 for zero; what lies beyond is drawn as the ends.

    >>> signed(np.array([-9.0, -0.5, 0.0, 1.0]), 1.0).tolist()
    [1, 64, 128, 255]
    """
    return np.round(np.clip(np.nan_to_num(values / scale), -1, 1) * 127 + 128).astype(np.uint8)


def levels(values: np.ndarray) -> np.ndarray:
    """Activations, 0 and above → 0 to 255 for the largest of all.

    >>> levels(np.array([[0.0, 1.0], [2.0, 4.0]])).tolist()
    [[0, 64], [128, 255]]
    """
    finite = np.nan_to_num(values)
    return np.round(finite * (255 / max(float(finite.max()), 1e-9))).clip(0, 255).astype(np.uint8)


def number_text(value: float) -> str:
    """A loss for readers.

    >>> number_text(2.32759), number_text(0.01234), number_text(float("nan"))
    ('2.328', '0.0123', 'not a number')
    """
    value = float(value)
    if not np.isfinite(value):
        return "not a number"
    return f"{value:.3f}" if value >= 0.1 else f"{value:.3g}"


def status(now: Moment, speed: float, seconds: float) -> str:
    """Where the run is and how fast, in Markdown. speed: updates per second, 0 if unknown; seconds: spent so far."""
    words = {
        "new": "Not begun",
        "running": "Training",
        "paused": "Paused",
        "stopped": "Stopped: **Train again** begins anew",
        "finished": f"Finished in {seconds:.1f} s: **Train again** begins anew",
        "diverged": "Diverged: **Train again** begins anew",
        "failed": "Failed",
    }
    pace = f" · {speed:,.0f} turns/s" if speed else ""
    return f"**{words[now.state]}** · {now.update:,} of {now.total:,} turns made{pace}".replace("****", "")
