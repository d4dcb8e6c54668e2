"""Questions of section 2.4 on the way down: descent, which settings arrive, noise."""

from math import isqrt
from random import Random

import jax.numpy as jnp
import numpy as np

from engine.descent import descent, noise, settings_map
from engine.descent.surfaces import CURVES, SURFACES
from engine.questions.kinds import (
    Question,
    Unlucky,
    choice,
    integers,
    listed,
    neat,
    number,
    term,
    written,
)

RACERS = {"sgd": "SGD", "momentum": "Heavy ball with m = 0.9", "adagrad": "Adagrad", "adam": "Adam"}
RACE_RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.09, 0.12, 0.15)
LEAD = 1.2
"""The runner-up needs at least so many times the winner's steps, or the question would hang on a hair."""


def descended(random: Random) -> Question:
    """Where SGD is after two steps on a parabola."""
    start = random.choice([*range(-15, 0), *range(1, 16)])
    rate = random.choice((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 1.1, 1.2, 1.5))
    trace = descent.descend(CURVES["parabola"].expression, "sgd", jnp.array([start], jnp.float32), rate, 0.0)
    _, first, right = (round(float(place), 4) for place in trace.points[:3, 0])
    return number(
        f"The loss is x² / 2, so its gradient is x. SGD begins at x = {written(start)} with the learning rate "
        f"{written(rate)}. Where is it after two steps?",
        right,
        [
            (start * (1 + rate) ** 2, "That climbs: the gradient is subtracted."),
            (first, "That is one step."),
            (start - 2 * rate * start, "After the first step the gradient is another one."),
            (start - 2 * rate, "The step is the learning rate times the gradient."),
            (-right, "Look at the sign: each step multiplies x by 1 minus the learning rate."),
        ],
        f"{written(start)} − {written(rate)} × {term(start)} = {written(first)}; {written(first)} − {written(rate)} × "
        f"{term(first)} = {written(right)}.",
    )


def rolling(random: Random) -> Question:
    """One step of the heavy ball with a velocity."""
    velocity, slope_here = random.randint(-10, 10) / 10, random.choice([*range(-6, 0), *range(1, 7)])
    beta, rate, place = random.choice((0.5, 0.8, 0.9)), random.choice((0.1, 0.2)), random.randint(-3, 3)
    update = descent.METHODS["momentum"].make(beta).update
    found, after = (float(part) for part in update(float(slope_here), velocity, float(place), rate))
    right, after = round(found, 4), round(after, 4)
    if velocity == 0:
        raise Unlucky
    return number(
        f"Heavy ball: v ← m · v − rate · g, then p ← p + v. Now p = {written(place)}, v = {written(velocity)}, "
        f"g = {written(slope_here)}, m = {written(beta)} and rate = {written(rate)}. Where is p after this step?",
        right,
        [
            (place - rate * slope_here, "That is plain SGD: the ball also rolls on."),
            (place + beta * velocity + rate * slope_here, "The gradient is subtracted: uphill would be the wrong way."),
            (after, "That is the new velocity; p moves by it."),
            (place + velocity - rate * slope_here, "The old velocity loses something: it is multiplied by m."),
            (place + beta * velocity, "The gradient is missing."),
            (place - after, "The velocity is added."),
        ],
        f"v = {written(beta)} × {term(velocity)} − {written(rate)} × {term(slope_here)} = {written(after)}; "
        f"p = {written(place)} + {term(after)} = {written(right)}.",
    )


def first_to_arrive(random: Random) -> Question:
    """Which optimizer arrives first, found by letting them run."""
    start = random.randint(-28, 28) / 10, random.randint(-20, 20) / 10
    rate, ravine = random.choice(RACE_RATES), SURFACES["ravine"].expression
    if abs(start[0]) < 0.5 or abs(start[1]) < 0.2:
        raise Unlucky
    point, steps = jnp.array(start, jnp.float32), {}
    for name in RACERS:
        losses = np.asarray(descent.descend(ravine, name, point, rate, 0.9).losses)
        steps[name] = int(descent.steps_to_reach(losses, 0.01 * losses[0]))
    arrived = sorted(count for count in steps.values() if count >= 0)
    if not arrived or (len(arrived) > 1 and arrived[1] < LEAD * arrived[0]):
        raise Unlucky
    winner = next(name for name, count in steps.items() if count == arrived[0])
    told = {name: f"{RACERS[name]} {_arrival(count)}." for name, count in steps.items()}
    return choice(
        random,
        f"All four begin at x = {written(start[0])}, y = {written(start[1])} in the ravine (x² + 20 y²) / 2, with the "
        f"learning rate {written(rate)}. Which is the first to bring the loss to 1 % for good?",
        RACERS[winner],
        [(RACERS[name], told[name]) for name in RACERS if name != winner],
        f"They were run: {' '.join(told.values())} Across the ravine the curvature is 20, so SGD needs a rate below "
        f"2 / 20 = 0.1. So {RACERS[winner]}.",
    )


def _arrival(count: int) -> str:
    if count >= 0:
        return f"needs {count} steps"
    return "flies apart" if count == -2 else f"is not there after {descent.STEPS} steps"


def converging(random: Random) -> Question:
    """Which learning rate and momentum the heavy ball converges with."""
    curvature = random.choice((1, 2, 4, 5, 8, 10, 20))
    momenta = random.sample((0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), 4)
    limits = [neat(settings_map.largest_rate("momentum", beta, curvature)) for beta in momenta]
    parts = [random.choice((0.6, 0.75, 0.85)), *(random.choice((1.2, 1.4, 1.6)) for _ in range(3))]
    rates = [float(f"{limit * part:.2g}") for limit, part in zip(limits, parts, strict=True)]
    if rates[0] > 0.95 * limits[0] or any(r < 1.05 * limit for r, limit in zip(rates[1:], limits[1:], strict=True)):
        raise Unlucky
    options = [f"rate {written(rate)}, m = {written(beta)}" for rate, beta in zip(rates, momenta, strict=True)]

    def bound(place: int) -> str:
        return f"2 × (1 + {written(momenta[place])}) / {curvature} = {written(limits[place])}"

    return choice(
        random,
        f"Heavy ball with momentum m on a parabola of curvature {curvature}. With which settings does it converge?",
        options[0],
        [(options[k], f"With this momentum the rate must stay below {bound(k)}: it diverges.") for k in (1, 2, 3)],
        f"The rate must stay below 2 (1 + m) / curvature. Here that is {bound(0)}, and {written(rates[0])} is less: "
        f"{options[0]}.",
    )


def largest_rate(random: Random) -> Question:
    """The learning rate at which SGD or heavy ball begins to diverge."""
    curvature, flat = random.choice((2, 4, 5, 8, 10, 16, 20, 25, 40, 50, 100)), random.choice((0.1, 0.5, 1))
    method, beta = random.choice((("sgd", 0.0), *(("momentum", beta / 10) for beta in range(1, 10))))
    right = neat(settings_map.largest_rate(method, beta, curvature))
    name, rule = "SGD", "2 / curvature"
    if method == "momentum":
        name, rule = f"Heavy ball with m = {written(beta)}", "2 (1 + m) / curvature"
    return number(
        f"A bowl has the curvatures {written(flat)} and {curvature}. Below which learning rate does {name[0].lower()}"
        f"{name[1:]} converge?".replace("sGD", "SGD"),
        right,
        [
            *([] if beta else [(right / 2, "Up to there it does not even swing; it still converges beyond that.")]),
            (2 / curvature, "Momentum allows more than that."),
            (right * curvature / flat, "The steepest direction decides, not the flattest."),
            (2 * (1 - beta) / curvature, "Momentum allows more, not less."),
            (right * curvature, "The curvature is missing."),
        ],
        f"{rule}, with the largest curvature: {'2' if not beta else f'2 × {written(1 + beta)}'} / {curvature} = "
        f"{written(right)}.",
        tolerance=0.01,
    )


def batch_gradient(random: Random) -> Question:
    """The gradient of a batch is the mean of its samples' gradients."""
    x, y = integers(random, (3,), -4, 4), integers(random, (3,), -6, 6, zero=True)
    w, b = random.choice((-2, -1, 1, 2, 3)), random.randint(-3, 3)
    errors = w * x + b - y
    if errors.sum() % 3 or errors.sum() == 0:
        raise Unlucky
    samples = noise.sample_gradients(np.array([w, b], np.float32), x.astype(np.float32), y.astype(np.float32))
    each = np.asarray(samples)[:, 1].round(4)
    right = neat(each.mean().round(4))
    points = ", ".join(f"({written(one)}, {written(other)})" for one, other in zip(x, y, strict=True))
    sums = " + ".join(term(value) for value in each)
    return number(
        f"The line y = {written(w)} x {'+' if b >= 0 else '−'} {abs(b)} and a batch of three points (x, y): {points}. "
        "The loss is the mean squared error. What is its slope for the number that is added, b?",
        right,
        [
            (right / 2, "The derivative of a square has a factor 2."),
            (each.sum(), "That is the sum; a batch takes the mean."),
            (-right, "The error is prediction minus target."),
            (2 * (errors * x).mean(), "That is the slope for w, the factor of x."),
        ],
        f"The errors are {listed(errors)}; each sample’s slope is twice its error. The mean is ({sums}) / 3 = "
        f"{written(right)}.",
    )


def scatter(random: Random) -> Question:
    """Averaging B samples divides the scatter by the square root of B."""
    batch, right = random.choice((4, 9, 16, 25, 36, 49, 64, 100)), random.randint(1, 30) / random.choice((1, 2, 10))
    root = isqrt(batch)
    one = neat(right * root)
    return number(
        f"The gradients of single samples scatter by {written(one)} (standard deviation) around the true gradient. By "
        f"how much do the gradients of batches of {batch} scatter, drawn from very many samples?",
        right,
        [
            (one / batch, "The variance is divided by the batch size; the scatter is its square root."),
            (one, "A mean scatters less than its parts."),
            (one * root, "A mean scatters less than its parts, not more."),
            (one / 2, "It depends on the batch size."),
        ],
        f"The scatter is divided by √{batch} = {root}: {written(one)} / {root} = {written(right)}. {batch} times the "
        f"work makes it {root} times as exact.",
    )


def samples_seen(random: Random) -> Question:
    """How many samples some updates have seen, with a smaller last batch in each epoch."""
    size, full = random.choice((8, 10, 16, 20, 32, 50, 64)), random.randint(2, 7)
    last = random.randint(1, size - 1)
    samples = full * size + last
    updates = full + 1 + random.randint(2, full)
    right = int(noise.samples_seen(np.zeros((2, samples)), size)[updates])
    return number(
        f"{samples} samples are gone through again and again in batches of {size}, of which the last in each pass is "
        f"smaller. How many samples have been seen after {updates} updates?",
        right,
        [
            (updates * size, "The last batch of a pass has fewer samples."),
            ((updates - full) * size + samples, "The first pass has one batch more, the smaller one."),
            (samples, "That is one pass; there were more updates."),
            (2 * samples, "The second pass is not finished."),
        ],
        f"One pass is {full + 1} updates and {samples} samples. The other {updates - full - 1} updates see {size} "
        f"each: {samples} + {updates - full - 1} × {size} = {right}.",
    )
