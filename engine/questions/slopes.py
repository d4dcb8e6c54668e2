"""Questions of section 2.4 on slopes: derivative and gradient."""

from random import Random

import jax
import jax.numpy as jnp
import numpy as np

from engine.descent import gradient, surfaces
from engine.questions.kinds import (
    Question,
    Unlucky,
    choice,
    factor,
    integers,
    listed,
    neat,
    number,
    shape,
    sized,
    term,
    written,
)
from engine.typed.expressions import parse

PARABOLA = parse("y * x**2", ("x", "y"))
"""y takes the coefficient's part, so that one compiled program serves all of them."""
PLACES = (*range(-9, 0), *range(1, 10))


def _slope(coefficient: float, x: float) -> tuple[float, float]:
    """The value and the slope of coefficient · x² at x."""
    point = jnp.array([x, coefficient], jnp.float32)
    return neat(surfaces.values(PARABOLA, point)), neat(surfaces.gradients(PARABOLA, point)[0])


def slope(random: Random) -> Question:
    """The derivative of a · x² at a place."""
    a, x = random.choice((1, 2, 3, 4, 5, 6, 7, 0.5)) * random.choice((-1, 1)), random.choice(PLACES)
    value, right = _slope(a, x)
    return number(
        f"f(x) = {factor(a)}x². What is its derivative at x = {written(x)}?",
        right,
        [
            (value, "That is the value f(x), not the slope."),
            (a * x, "The derivative of x² is not x."),
            (2 * a, "The derivative of x² is not 2."),
            (a * x**2 * 2, "Differentiating lowers the power: x² does not stay."),
            (-right, "The size is right; which way does the curve go there?"),
        ],
        f"f′(x) = 2 × {term(a)} × x, at {written(x)} that is {written(right)}.",
    )


def estimate(random: Random) -> Question:
    """f(x + eps) from the value and the slope."""
    a, x = random.choice((1, 2, 3, -1, -2)), random.choice(PLACES)
    step = random.choice((0.1, 0.2, -0.1, -0.2, 0.05))
    value, rise = _slope(a, x)
    right = neat(value + rise * step)
    return number(
        f"At x = {x} a function has the value {written(value)} and the derivative {written(rise)}. What does the "
        f"linear approximation say it is at x = {written(x + step)}?".replace("-", "−"),
        right,
        [
            (value + rise, f"That is a whole step of 1; here it is {written(step)}."),
            (value + step, "The step is multiplied by the slope."),
            (rise * step, "That is the change; it is added to the value."),
            (value - rise * step, "Look at the signs of slope and step."),
            (value, "The function does not stay where it is: it has a slope."),
        ],
        f"{written(value)} + {term(rise)} × {term(step)} = {written(right)}.",
    )


def secant(random: Random) -> Question:
    """The slope of a line through two points of a parabola."""
    a, x, step = random.choice((1, 1, 2, 3, -1)), random.randint(-8, 8), random.choice((1, 2, 3, 4, 0.5, -1, -2))
    low, high = (_slope(a, place)[0] for place in (x, x + step))
    right = neat((high - low) / step)
    return number(
        f"f(x) = {factor(a)}x². A line goes through the curve at x = {written(x)} and at x = "
        f"{written(x + step)}. What is its slope?",
        right,
        [
            (2 * a * x, "That is the slope of the tangent; the line through two points has another."),
            (neat(high - low), "That is how far it rises; how far does it go to the right?"),
            (-right, "Look at the sign: is it rising or falling?"),
            (2 * a * (x + step), "That is the slope of the tangent at the other point."),
        ],
        f"({written(high)} − {term(low)}) / {term(step)} = {written(right)}. The tangent at {written(x)} has the slope "
        f"2 × {f'{term(a)} × ' if a != 1 else ''}{term(x)} = {written(2 * a * x)}.",
    )


def sample_gradient(random: Random) -> Question:
    """The gradient of one sample's squared error."""
    x, W, target = integers(random, (1, 2), -4, 4), integers(random, (2, 1), -3, 3), random.randint(-5, 5)
    found = gradient.gradient(W.astype(float), x.astype(float), np.array([[target]], float))
    prediction, right = int(found.predictions[0, 0]), found.gradient
    error = prediction - target
    if error == 0:
        raise Unlucky
    return choice(
        random,
        f"`x` is {listed(x)}, `W` is {listed(W)} and `y_true` is {target}. What is the gradient of the loss "
        "`(x @ W - y_true)**2` with respect to `W`?",
        listed(right),
        [
            (listed(error * x.T), "The derivative of a square has a factor 2."),
            (listed(-right), "The sign is the other way round: the error is prediction minus target."),
            (listed(2 * error * W), "Each weight’s slope holds the input it is multiplied with, not the weight."),
            (listed(2 * prediction * x.T), "The target is missing."),
            (listed(np.full((2, 1), 2 * error)), "Each weight counts as much as the input it is multiplied with."),
        ],
        f"The prediction is {written(prediction)}, the error {written(prediction)} − {term(target)} = {written(error)}."
        f" The gradient is 2 × {term(error)} times the inputs: {listed(right)}.",
    )


def gradient_shape(random: Random) -> Question:
    """The gradient has the shape of the weights."""
    samples = random.choice((1, 16, 32, 64, 100, 128, 256))
    inputs, outputs = random.sample((2, 3, 5, 10, 20, 64, 100, 512, 784), 2)
    sizes = ((inputs, outputs), (samples, inputs), (samples, outputs))
    weights, x, y = (jax.ShapeDtypeStruct(size, np.float32) for size in sizes)
    right = jax.eval_shape(jax.grad(gradient.loss), weights, x, y).shape
    return shape(
        f"`x` has the shape {sized(x.shape)}, `W` {sized(weights.shape)}, and the loss is the mean of "
        "`(x @ W - y_true)**2`. What is the shape of the gradient with respect to `W`?",
        right,
        [
            (y.shape, "That is the shape of the predictions."),
            (x.shape, "That is the shape of the inputs."),
            ((), "The loss is a single number; how many weights does it depend on?"),
            (right[::-1], "No axis is swapped."),
            ((samples, *right), "The loss is a mean over the samples: there is one gradient for all of them."),
        ],
        f"One slope for each weight, so the shape of `W`: {sized(right)}.",
    )


def promised_fall(random: Random) -> Question:
    """By how much a small step against the gradient lowers the loss."""
    slopes, rate = integers(random, (2,), -6, 6), random.choice((0.1, 0.01, 0.001))
    squared = int((slopes**2).sum())
    return number(
        f"The gradient is {listed(slopes)}. One step goes against it, with the learning rate {written(rate)}. By how "
        "much does the loss fall, if the slopes stay what they are?",
        rate * squared,
        [
            (rate * abs(slopes).sum(), "That is the way of the weights; the loss falls by slope times way."),
            (squared, "The learning rate is missing."),
            (rate * abs(slopes.sum()), "Slopes of different signs do not cancel: each weight goes its own way down."),
            (rate**2 * squared, "The learning rate counts once."),
            (-rate * squared, "The question was how much it falls."),
        ],
        f"Each weight goes −{written(rate)} × slope, and the loss changes by slope × way: {written(rate)} × "
        f"({' + '.join(f'{term(part)}²' for part in slopes)}) = {written(rate * squared)}.",
    )
