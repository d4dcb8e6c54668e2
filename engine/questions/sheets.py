"""Questions of section 2.3 on crumpled sheets and on digits on their way through the network."""

from random import Random

import jax
import numpy as np

from engine.geometry import digit_layers, uncrumple, uncrumple_measures
from engine.questions.kinds import (
    Question,
    Unlucky,
    choice,
    integers,
    listed,
    neat,
    number,
    shape,
    sized,
    written,
)
from engine.training import network

SPREAD = jax.jit(digit_layers.spread)


def _moving(moves: np.ndarray) -> uncrumple.Params:
    """A network whose layers move every point alike. moves: (depth, 3)."""
    first, second = np.zeros((2, len(moves), 3, uncrumple.WIDTH), np.float32)
    return uncrumple.Params(
        first, first[:, 0], second.swapaxes(1, 2), moves.astype(np.float32), np.zeros(3, np.float32), np.float32(0)
    )


def gestures(random: Random) -> Question:
    """A point through residual layers: each adds its movement."""
    start, moves = integers(random, (3,), -5, 5), integers(random, (3, 3), -3, 3, zero=True)
    right = uncrumple.stages(_moving(moves), start[None].astype(np.float32))[-1, 0]
    steps = " + ".join(listed(move) for move in moves)
    return choice(
        random,
        f"Three layers compute `x + gesture(x)` one after the other. The point {listed(start)} is moved by the "
        f"gestures {listed(moves[0])}, {listed(moves[1])} and {listed(moves[2])}. Where does it end?",
        listed(right),
        [
            (listed(moves.sum(0)), "That is how far it was moved; it did not begin at [0, 0, 0]."),
            (listed(moves[-1]), "Such a layer keeps the point and adds to it."),
            (listed(start + moves[-1]), "Each layer begins where the one before has put the point."),
            (listed(start - moves.sum(0)), "Gestures are added."),
        ],
        f"{listed(start)} + {steps} = {listed(right)}.",
    )


def parted(random: Random) -> Question:
    """How many points a plane leaves on their own side."""
    heights = np.array([random.randint(-9, 9) / 10 for _ in range(10)])
    colors, level = np.repeat([0, 1], 5), random.randint(-4, 4) / 10
    if (heights == level).any():
        raise Unlucky
    plane = uncrumple_measures.Probe(np.array([0.0, 0.0, 1.0]), -level)
    places = np.column_stack([np.zeros((10, 2)), heights])
    right = 100 * plane.accuracy(places, colors)
    red, blue = int((heights[:5] > level).sum()), int((heights[5:] < level).sum())
    return number(
        f"Five red points lie at the heights {listed(heights[:5])}, five blue ones at {listed(heights[5:])}. A flat "
        f"cut at height {written(level)} calls everything above it red and everything below blue. For how many percent "
        "of the points is it right?",
        right,
        [
            (100 - right, "That is the share it calls wrongly."),
            (10 * (heights > level).sum(), "Those are all points above the cut, of both colours."),
            (20 * red, "That counts the red points only."),
            (20 * blue, "That counts the blue points only."),
            (red + blue, "That is the number of points; they are 10 in all."),
        ],
        f"{red} of 5 red points lie above {written(level)} and {blue} of 5 blue ones below: {red + blue} of 10, "
        f"{written(right)} %.",
    )


def effort(random: Random) -> Question:
    """What moving a point costs if several layers share the way."""
    layers, step = random.randint(2, 12), random.randint(1, 25) / 10
    way, right = neat(layers * step), neat(layers * step**2)
    return number(
        f"A gesture costs the square of its length. {layers} layers move a point along a straight line, each by "
        f"{written(step)}. What do they cost together?",
        right,
        [
            (way**2, f"That is what one layer would pay for the whole way of {written(way)}."),
            (way, "That is the way; of each gesture the square counts."),
            (step**2, "That is one gesture."),
        ],
        f"{layers} × {written(step)}² = {written(right)}. One layer alone would pay {written(way)}² = "
        f"{written(way**2)}: many small gestures are cheaper.",
    )


def spread_between(random: Random) -> Question:
    """How far two classes lie apart and how wide they are."""
    first, second, half = random.randint(-20, 20), random.randint(-20, 20), random.randint(1, 9)
    if first == second:
        raise Unlucky
    values = np.array([first - half, first + half, second - half, second + half], np.float32)
    found = SPREAD(values[:, None], np.array([0, 0, 1, 1]))
    between = random.random() < 0.5
    right, other = round(float(found.between), 4), round(float(found.within), 4)
    if not between:
        right, other = other, right
    middle = (first + second) / 2
    return number(
        f"Two digits of one class have the values {listed(values[:2])}, two of another {listed(values[2:])}. "
        + (
            "How far are the means of the classes from the mean of all?"
            if between
            else "How far are digits from the mean of their own class?"
        ),
        right,
        [
            (abs(first - second) if between else 2 * half, "That is the distance of two, not from their middle."),
            (other, "That is the distance " + ("within a class." if between else "between the classes.")),
            (right**2, "That is the square of the distance."),
            (abs(middle), "That is how far the mean of all is from 0."),
        ],
        f"The means are {written(first)} and {written(second)}, that of all four values is {written(middle)}. "
        + (
            f"Both means are {written(right)} away from it."
            if between
            else f"Every digit is {written(right)} away from its own class’s mean."
        ),
    )


def stage_shape(random: Random) -> Question:
    """The shape of all numbers the network has for some digits at one stage."""
    digits, units = random.choice((100, 128, 250, 500, 1_000, 1_500)), 8 * random.randint(2, 64)
    name, what = random.choice(
        (
            ("sums", "hidden sums `x @ W1 + b1`"),
            ("hidden", "hidden activations `relu(x @ W1 + b1)`"),
            ("logits", "logits"),
            ("probabilities", "probabilities"),
            ("pixels", "inputs"),
        )
    )
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=units))
    inputs = jax.ShapeDtypeStruct((digits, network.PIXELS), np.float32)
    found = jax.eval_shape(digit_layers.activations, params, inputs)._asdict()
    right = found[name].shape
    others = {wrong.shape: key for key, wrong in found.items() if wrong.shape != right}
    return shape(
        f"{written(digits)} digits go through the network 784-{units}-10. What is the shape of their {what}?",
        right,
        [
            *((size, f"That is the shape of the `{key}`.") for size, key in others.items()),
            (right[1:], "That is one digit."),
            (right[::-1], "The samples are the first axis."),
            ((network.PIXELS, units), "That is the shape of `W1`."),
            ((units, network.CLASSES), "That is the shape of `W2`."),
        ],
        f"One row for each digit, with {right[1]} numbers each: {sized(right)}.",
    )
