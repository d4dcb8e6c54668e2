"""Questions of section 2.4 on computation graphs: values, gradients, paths, checks, forward and reverse mode."""

from random import Random

import jax
import numpy as np

from engine.backprop import autodiff_modes, gradient_check, graph, graph_backward, graph_paths, network_graph
from engine.backprop.graph_expressions import parse_graph
from engine.backprop.graph_presets import BOOK
from engine.operations.product import product_shape
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
from engine.training import network

NEURON = ("x", "w", "b", "y_true")
TWO_PATHS = "x * (x + a)"
LOGIT_SLOPES = jax.jit(jax.grad(lambda logits, label: network.crossentropy(logits[None], label[None])[0]))


def _neuron(random: Random) -> dict[str, float]:
    values = integers(random, (4,), -6, 9)
    return {name: float(value) for name, value in zip(NEURON, values, strict=True)}


def _given(values: dict[str, float]) -> str:
    return ", ".join(f"{name} = {written(value)}" for name, value in values.items()).replace("y_true", "`y_true`")


def node_value(random: Random) -> Question:
    """A value on the way forward."""
    values = _neuron(random)
    found = parse_graph(BOOK, values)
    x1, x2, x3, loss = (neat(value) for value in graph.forward(found, values)[4:])
    return number(
        f"x1 = x × w, x2 = x1 + b, loss = |`y_true` − x2|. With {_given(values)}: what is the loss?",
        loss,
        [
            (x3, "The loss is the distance: it is never negative."),
            (abs(values["y_true"] - x1), "b is missing."),
            (abs(values["y_true"] + x2), "The prediction is subtracted from the target."),
            (x2, "That is the prediction x2."),
            (abs(values["x"] + values["w"] + values["b"] - values["y_true"]), "x and w are multiplied."),
        ],
        f"x1 = {written(x1)}, x2 = {written(x2)}, and {written(values['y_true'])} − {term(x2)} = {written(x3)}: the "
        f"loss is {written(loss)}.",
    )


def neuron_gradient(random: Random) -> Question:
    """A gradient by the way back."""
    values = _neuron(random)
    found = parse_graph(BOOK, values)
    passed = graph_backward.backward(found, values)
    x2, loss = neat(passed.values[5]), neat(passed.values[7])
    if loss == 0:
        raise Unlucky
    asked, other = random.choice((("w", "x"), ("x", "w"), ("b", "x")))
    right = neat(graph_backward.gradients(found, passed)[asked])
    sign = 1 if x2 > values["y_true"] else -1
    last = 1 if asked == "b" else values[other]
    return number(
        f"loss = |`y_true` − (x × w + b)|, with {_given(values)}. What is the gradient of the loss with respect to "
        f"{asked}?",
        right,
        [
            (-right, "The size is right. Does the loss grow or shrink if the prediction grows?"),
            (values[asked], f"That is {asked} itself."),
            (values[other] * loss * sign, "The loss is an absolute value, not a square: its own size does not matter."),
            (sign, "That is how the loss answers to the prediction; go on to " + asked + "."),
        ],
        f"The prediction {written(x2)} is {'above' if sign > 0 else 'below'} {written(values['y_true'])}, so the loss "
        f"{'grows' if sign > 0 else 'shrinks'} with it: {written(sign)}. The prediction answers to {asked} with "
        f"{'1' if asked == 'b' else f'{other} = {written(last)}'}. {term(sign)} × {term(last)} = {written(right)}.",
    )


def path_sum(random: Random) -> Question:
    """Two paths from x to the result: their products are added."""
    x, a = (random.choice([*range(-9, 0), *range(1, 10)]) for _ in range(2))
    values = {"x": float(x), "a": float(a)}
    found = parse_graph(TWO_PATHS, values, output="y")
    ways = graph_paths.paths(found, found.index("x"))
    products = graph_paths.path_products(graph_backward.local_derivatives(found, values), ways)
    right = sum(products)
    one, other = (written(product) for product in products)
    return number(
        f"y = x × (x + a), with x = {written(x)} and a = {written(a)}. x reaches y on two paths. What is the "
        "derivative of y with respect to x?",
        right,
        [
            *((product, "That is one of the two paths.") for product in products),
            (products[0] * products[1], "Along a path the factors are multiplied; the paths are added."),
            (x * (x + a), "That is y itself."),
            (2 * x, "a counts too: it is a factor of one path."),
        ],
        f"One path brings {one}, the other {other}: the factor x + a = {written(x + a)}, and x = {written(x)}. Their "
        f"sum is {written(right)}.",
    )


def logit_errors(random: Random) -> Question:
    """The gradient of the crossentropy for the scores before softmax."""
    first, second = random.randint(1, 17), random.randint(1, 17)
    if first + second > 19:
        raise Unlucky
    p = np.array([first, second, 20 - first - second]) / 20
    label = random.randrange(3)
    y_true = np.eye(3)[label]
    right = np.asarray(LOGIT_SLOPES(np.log(p).astype(np.float32), label)).round(4)
    return choice(
        random,
        f"For three classes softmax gives {listed(p)}; the label is {label}. What is the gradient of the crossentropy "
        "with respect to the scores that went into softmax?",
        listed(right),
        [
            (listed(y_true - p), "The signs are the other way round: the score of the label ought to grow."),
            (listed(p), "The label is missing."),
            (listed(p * (1 - y_true)), "The label’s own score has a slope too."),
            (listed(-y_true), "The other scores have a slope too."),
            (listed((p - np.eye(3)[(label + 1) % 3]).round(6)), f"That would be for the label {(label + 1) % 3}."),
        ],
        f"It is probability minus target: {listed(p)} − {listed(y_true)} = {listed(right)}.",
    )


def weight_gradient_shape(random: Random) -> Question:
    """What flows back has the shape of what it flows back to."""
    samples, units = random.choice((1, 16, 32, 64, 100, 128, 256)), 8 * random.randint(2, 64)
    name = random.choice(("W1", "b1", "W2", "b2", "inputs"))
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=units))
    inputs, targets = (jax.ShapeDtypeStruct((samples, size), np.float32) for size in (network.PIXELS, network.CLASSES))
    back = jax.eval_shape(jax.grad(network_graph.network_loss, argnums=range(5)), *params, inputs, targets)
    found = dict(zip(("W1", "b1", "W2", "b2", "inputs"), (each.shape for each in back), strict=True))
    right = found[name]
    return shape(
        f"A batch of {samples} digits goes through the network 784-{units}-10. What is the shape of the gradient of "
        f"the loss with respect to `{name}`?",
        right,
        [
            *((size, f"That belongs to `{other}`.") for other, size in found.items()),
            ((samples, *right), "The loss is a mean over the batch: no axis for the samples is left."),
            ((samples, units), "That is the shape of the hidden activations."),
            (right[::-1], "No axis is swapped."),
            ((), "That is the loss."),
        ],
        f"A gradient has the shape of what it belongs to; `{name}` has {sized(right)}.",
    )


def truncation(random: Random) -> Question:
    """How far a central difference of a cubic is from the derivative."""
    a, x, epsilon = random.randint(1, 12), random.randint(1, 9), random.choice((0.1, 0.2, 0.01, 0.5, 1))
    right = neat(gradient_check.expected_errors(np.array([epsilon]), 6 * a, 0, 0)[0])
    high, low = a * (x + epsilon) ** 3, a * (x - epsilon) ** 3
    return number(
        f"f(x) = {factor(a)}x³ at x = {x}; its derivative there is {written(3 * a * x**2)}. How far from it is the "
        f"central difference with ε = {written(epsilon)}, without rounding errors?",
        right,
        [
            (a * epsilon, "The error goes with ε²."),
            (3 * a * x * epsilon + right, "That is the error of a difference to one side only."),
            (epsilon**2, f"The factor {a} multiplies the error too."),
            (0, "It would be exact for a parabola, not for a cubic."),
            (a * epsilon**3, "The cubic term is divided by ε once."),
        ],
        f"({written(high)} − {term(low)}) / (2 × {written(epsilon)}) = {written((high - low) / (2 * epsilon))}. The "
        f"difference is ε² f′′′ / 6 = {written(epsilon)}² × {6 * a} / 6 = {written(right)}.",
    )


def relative_error(random: Random) -> Question:
    """The error against the larger of the two numbers."""
    true, ratio = random.randint(1, 40), random.choice((2, 4, 5, 10, 20, 25, 50))
    off = true / ratio * random.choice((-1, 1))
    found = neat(true + off)
    right = neat(gradient_check.relative_errors(np.array([found]), true)[0])
    larger = max(true, found)
    return number(
        f"Autodiff gives {true}, the central difference {written(found)}. What is the relative error, measured against "
        "the larger of the two?",
        right,
        [
            (abs(off), "That is the absolute error."),
            (abs(off) / min(true, found), "That is measured against the smaller one."),
            (100 * right, "That is in percent."),
            (2 * abs(off) / (true + found), "That is measured against their mean."),
        ],
        f"They differ by {written(abs(off))}; {written(abs(off))} / {written(larger)} = {written(right)}.",
        tolerance=0.01,
    )


def passes(random: Random) -> Question:
    """Which mode fills a Jacobian in fewer passes, and how many."""
    asked = autodiff_modes.problem("dense", random.randint(1, 60), random.randint(1, 60))
    inputs, outputs = asked.inputs, asked.outputs
    if inputs == outputs:
        raise Unlucky

    def said(mode: str, count: int) -> str:
        return f"{mode}, {count} pass{'' if count == 1 else 'es'}"

    counts = {"Forward mode": inputs, "Reverse mode": outputs}
    best = min(counts, key=lambda mode: counts[mode])
    other = max(counts, key=lambda mode: counts[mode])
    what = {
        "Forward mode": "one pass tells how all outputs answer to one input",
        "Reverse mode": "one pass tells how one output answers to all inputs",
    }
    return choice(
        random,
        f"A function takes {inputs} number{'s' * (inputs > 1)} and gives {outputs}. Which mode finds all its "
        "derivatives in fewer passes, and in how many?",
        said(best, counts[best]),
        [
            (said(other, counts[other]), "That is right as such, but the other mode needs fewer."),
            (said(other, counts[best]), f"In {other.lower()} {what[other]}."),
            (said(best, counts[other]), f"In {best.lower()} {what[best]}."),
        ],
        f"In {best.lower()} {what[best]}: {said(best, counts[best])}; the other mode would need {counts[other]}.",
    )


def chain_cost(random: Random) -> Question:
    """What multiplying a chain of Jacobians costs, from the output or from the input."""
    a, b = random.sample((2, 3, 4, 5, 6, 8, 10, 20), 2)
    n = random.choice((2, 3, 4, 5, 10, 20))
    inner, outer = product_shape((b, a), (a, n)), product_shape((1, b), (b, a))
    backward = outer.multiply_adds + product_shape(outer.shape, (a, n)).multiply_adds
    forward = inner.multiply_adds + product_shape((1, b), inner.shape).multiply_adds
    reverse = random.random() < 0.5
    first, second = (outer.multiply_adds, a * n) if reverse else (inner.multiply_adds, b * n)
    order = "`(J3 @ J2) @ J1`" if reverse else "`J3 @ (J2 @ J1)`"
    return number(
        f"Three Jacobians have the shapes `J3` {sized((1, b))}, `J2` {sized((b, a))} and `J1` {sized((a, n))}. How "
        f"many multiplications does {order} take?",
        backward if reverse else forward,
        [
            (forward if reverse else backward, "That is the other order."),
            (first, "That is the first of the two products."),
            (second, "That is the second of the two products."),
            (b * a * n, "Count the two products one by one and add."),
        ],
        f"The first product takes {written(first)}, the second {written(second)}: together "
        f"{written(first + second)}. The other order takes {written(forward if reverse else backward)}. From the "
        "output on, the rows stay one number high: that is reverse mode.",
    )
