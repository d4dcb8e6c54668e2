"""Python source as coloured lines, and what each line of the six pieces does in a sentence."""

import io
import keyword
import tokenize
from typing import NamedTuple

Line = list[tuple[str, str]]
"""A line of code: (text, kind); kinds are "keyword", "name" (of what is defined), "string", "number" and ""."""


def coloured(source: str) -> list[Line]:
    """The source's lines, each in parts; joined they are the line.

    >>> coloured("return 2 * W")
    [[('return', 'keyword'), (' ', ''), ('2', 'number'), (' * W', '')]]
    """
    lines = source.splitlines()
    marks: dict[int, list[tuple[int, int, str]]] = {}
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = _kind(token, before)
        before = token.string if token.type == tokenize.NAME else before
        (first, start), (last, end) = token.start, token.end
        for row in range(first, last + 1) if kind else ():
            left = start if row == first else 0
            right = end if row == last else len(lines[row - 1])
            marks.setdefault(row - 1, []).append((left, right, kind))
    return [_parts(line, marks.get(row, [])) for row, line in enumerate(lines)]


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME:
        return "keyword" if keyword.iskeyword(token.string) else "name" if before == "def" else ""
    return {tokenize.STRING: "string", tokenize.NUMBER: "number", tokenize.COMMENT: "string"}.get(token.type, "")


def _parts(line: str, marks: list[tuple[int, int, str]]) -> Line:
    parts, place = [], 0
    for left, right, kind in marks:
        parts += [(line[place:left], ""), (line[left:right], kind)]
        place = right
    return [(text, kind) for text, kind in (*parts, (line[place:], "")) if text]


class Piece(NamedTuple):
    """One of the six pieces, and the loss they need. about: what it is for. does: a line of its code → what it does."""

    title: str
    about: str
    does: dict[str, str]


PIECES = {
    "dense": Piece(
        "Dense layer",
        "A **dense layer** multiplies its inputs by a matrix W, adds a vector b and applies an activation. Here it is "
        "the first of two: each digit’s 784 pixels become a few numbers, one per unit.",
        {
            "products = inputs @ W": "For each digit and each unit: pixels times that unit’s weights, summed.",
            "sums = products + b": "b has one number per unit; it is added to every row.",
            "outputs = activation(sums)": "The activation, here relu: negative sums become 0, the others stay.",
            "return outputs": "The layer’s outputs are the next layer’s inputs.",
        },
    ),
    "sequential": Piece(
        "Model",
        "A **sequential model** is layers one after another. Its weights are four tensors: W and b of each layer.",
        {
            "outputs = inputs": "It begins with the pixels.",
            "for number, (layer, activation) in enumerate(layers):": "Each layer in turn, with its number.",
            "W, b = weights[2 * number : 2 * number + 2]": "This layer’s two tensors out of the four.",
            "outputs = layer(outputs, W, b, activation)": "What one layer puts out is what the next one takes in.",
            "return outputs": "softmax came last: ten probabilities for each digit.",
        },
    ),
    "batches": Piece(
        "Batch generator",
        "The **batch generator** cuts the data along axis 0 and hands over one batch at a time, in order.",
        {
            "for start in range(0, len(images), batch_size):": "Where the next batch begins.",
            "stop = start + batch_size": "It ends before this sample; beyond the last one there is nothing to take.",
            "batch_images = images[start:stop]": "A slice of axis 0: the batch’s digits.",
            "batch_labels = labels[start:stop]": "The same slice of the labels.",
            "yield batch_images, batch_labels": "The batch is handed over. Asked again, the loop goes on from here.",
        },
    ),
    "loss": Piece(
        "Loss",
        "The **loss** says how wrong the model is on a batch: the smaller the probability of the right digit, the "
        "larger it is.",
        {
            "probabilities = sequential(weights, images, layers)": "The forward pass: ten probabilities per digit.",
            "right = probabilities[jnp.arange(len(labels)), labels]": "Of each row only the right digit’s probability.",
            "losses = -jnp.log(jnp.maximum(right, 1e-7))": "Probability 1 costs 0; one near 0 costs up to 16.1.",
            "return losses.mean()": "The average over the batch: a single number.",
        },
    ),
    "step": Piece(
        "Training step",
        "One **training step**: how wrong is the model on this batch, and which way should each weight move?",
        {
            "loss, gradient = jax.value_and_grad(average_loss)(weights, images, labels, layers)": (
                "The loss, and its slope for every single weight: the gradient has the weights’ four shapes."
            ),
            "weights, memory = update(weights, gradient, memory, learning_rate)": (
                "The weight update moves every weight a little against its slope."
            ),
            "return loss, weights, memory": "The loss was measured before the weights moved.",
        },
    ),
    "update": Piece(
        "Weight update",
        "The **weight update**: from each weight, its slope times the learning rate is taken away.",
        {
            "moved = []": "The moved tensors will be collected here.",
            "for W, slope in zip(weights, gradient, strict=True):": "Each of the four tensors with its own gradient.",
            "step = learning_rate * slope": "How far each weight moves.",
            "moved.append(W - step)": "Against the slope: that makes the loss smaller.",
            "return moved, memory": "Four new tensors. Plain SGD remembers nothing.",
            "number, means, squares = memory": "What was remembered of earlier steps.",
            "number = number + 1": "One more step is made.",
            "means = [0.9 * m + 0.1 * g for m, g in zip(means, gradient, strict=True)]": (
                "A running mean of each slope."
            ),
            "squares = [0.9 * s + 0.1 * g * g for s, g in zip(squares, gradient, strict=True)]": (
                "A running mean of each slope’s square."
            ),
            "squares = [0.999 * s + 0.001 * g * g for s, g in zip(squares, gradient, strict=True)]": (
                "A slow running mean of each slope’s square."
            ),
            "steps = [learning_rate * g / jnp.sqrt(s + 1e-7) for g, s in zip(gradient, squares, strict=True)]": (
                "Divided by their usual size, small slopes move their weight as far as large ones."
            ),
            "rate = learning_rate * jnp.sqrt(1 - 0.999**number) / (1 - 0.9**number)": (
                "Both running means began at 0 and are still too small: this makes up for it."
            ),
            "steps = [rate * m / (jnp.sqrt(s) + 1e-7) for m, s in zip(means, squares, strict=True)]": (
                "The mean slope, divided by its usual size."
            ),
            "return [W - step for W, step in zip(weights, steps, strict=True)], (number, means, squares)": (
                "The moved weights, and what to remember."
            ),
        },
    ),
    "fit": Piece(
        "Fit",
        "**Fit** is two loops: every epoch, every batch, one training step. Nothing else is needed to learn.",
        {
            "memory = nothing_yet(weights)": "What an optimizer may remember; plain SGD leaves it alone.",
            "for epoch in range(epochs):": "An epoch is one pass over all digits.",
            "for number, batch in enumerate(batches(images, labels, batch_size)):": "The generator’s next batch.",
            "loss, weights, memory = training_step(weights, memory, *batch, learning_rate, layers, update)": (
                "The weights after this step are the next step’s weights."
            ),
            "yield epoch, number, loss, weights": "Handed over, so that the loss can be printed.",
        },
    ),
}
