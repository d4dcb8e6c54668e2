"""Questions on the network: the whole picture, sections 2.1 and 2.5."""

from random import Random

import jax
import numpy as np

from engine.digits import drawing
from engine.operations import elementwise, reshaping
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
    term,
    written,
)
from engine.tensors import batches
from engine.training import evaluation, network, optimizers, training


def updated_weight(random: Random) -> Question:
    """One update of one weight."""
    weight, slope = random.randint(-30, 30) / 10, random.choice([*range(-9, 0), *range(1, 10)])
    rate = random.choice((0.1, 0.2, 0.5, 0.01))
    right = neat(optimizers.sgd().update(slope, (), weight, rate)[0])
    return number(
        f"A weight is {written(weight)}, its gradient {written(slope)}, the learning rate {written(rate)}. What does "
        "SGD make of the weight?",
        right,
        [
            (weight + rate * slope, "That climbs: the step goes against the gradient."),
            (weight - slope, "The gradient is multiplied by the learning rate."),
            (-rate * slope, "That is the step; the weight moves by it."),
            (weight - rate, "The step is the learning rate times the gradient."),
        ],
        f"{written(weight)} − {written(rate)} × {term(slope)} = {written(right)}.",
    )


def turns(random: Random) -> Question:
    """How often the weights are changed in a training."""
    samples, size = random.choice((1_000, 2_000, 5_000, 6_000, 10_000)), random.choice((32, 64, 100, 128, 200, 256))
    epochs = random.randint(2, 12)
    each = training.updates_per_epoch(samples, size)
    return number(
        f"A network is trained on {written(samples)} images for {epochs} epochs, with batches of {size}. How many "
        "times are its weights changed?",
        each * epochs,
        [
            (samples // size * epochs, "The last, smaller batch of each epoch counts too."),
            (each, "That is one epoch."),
            (samples * epochs, "One change for each batch, not for each image."),
            (-(-samples * epochs // size), "Batches end with the epoch: they are rounded up in each."),
        ],
        f"{written(samples)} / {size}, rounded up, are {each} batches in each epoch; times {epochs} that is "
        f"{written(each * epochs)}.",
    )


def lowest_loss(random: Random) -> Question:
    """Which prediction has the lowest crossentropy."""
    label, rows = random.randrange(3), []
    for _ in range(3):
        parts = sorted(random.sample(range(1, 20), 2))
        rows.append(np.array([parts[0], parts[1] - parts[0], 20 - parts[1]]) / 20)
    p = [row[label] for row in rows]
    if len(set(p)) < 3 or max(row.max() for row in rows) <= max(p):
        raise Unlucky
    losses = [evaluation.crossentropies(row, label).sparse for row in rows]
    told = [f"{listed(row)}: −log {written(row[label])} = {loss:.2f}" for row, loss in zip(rows, losses, strict=True)]
    best = int(np.argmin(losses))
    return choice(
        random,
        f"Three networks give the probabilities below for the classes 0, 1, 2. The label is {label}. Which has the "
        "lowest loss (crossentropy)?",
        listed(rows[best]),
        [
            (listed(rows[k]), f"Only the label’s probability counts. Here it is {written(p[k])}.")
            for k in range(3)
            if k != best
        ],
        f"Only the probability of the label counts, and the larger it is, the lower the loss. {'; '.join(told)}.",
    )


def parameters(random: Random) -> Question:
    """The parameters of a small network."""
    a, b, c = random.randint(2, 10), random.randint(2, 10), random.randint(2, 6)
    first, second = a * b + b, b * c + c
    return number(
        f"A network takes {a} numbers, has one hidden layer of {b} units and gives {c} numbers. How many parameters, "
        "weights and biases, does it have?",
        first + second,
        [
            (a * b + b * c, "Each unit has a bias too."),
            (first, "That is the first layer alone."),
            (second, "That is the second layer alone."),
            (a * b * c, "The layers’ weights are added."),
            (a + b + c, "Every input of a layer is joined with each of its units."),
            (first + second + a, "Inputs have no bias."),
        ],
        f"{a} × {b} + {b} = {first} and {b} × {c} + {c} = {second}, together {first + second}.",
    )


def network_parameters(random: Random) -> Question:
    """The parameters of the digit network with another hidden layer."""
    units = random.randint(2, 200) * 5
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=units))
    right = network.parameter_count(params)
    weights = params.W1.size + params.W2.size
    return choice(
        random,
        f"The digit network gets {units} hidden units instead of 512: 784-{units}-10. How many parameters does it "
        "have?",
        written(right),
        [
            (written(weights), "The biases are missing."),
            (written(params.W1.size + params.b1.size), "That is the first layer alone."),
            (written(784 * units * 10), "The two layers are added, not multiplied."),
            (written(right + 784), "Inputs have no bias."),
        ],
        f"784 × {units} + {units} = {written(params.W1.size + units)} and {units} × 10 + 10 = "
        f"{written(units * 10 + 10)}: {written(right)} in all.",
    )


def activation_shape(random: Random) -> Question:
    """The shapes in the network for a batch."""
    samples, units = random.choice((1, 10, 32, 64, 100, 128, 256)), 8 * random.randint(2, 64)
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=units))
    images = jax.ShapeDtypeStruct((samples, 28, 28), np.uint8)
    inputs = jax.eval_shape(network.preprocess, images)
    shapes = {
        "after `preprocess`, as the network gets it": inputs.shape,
        "after the hidden layer": jax.eval_shape(network.hidden, params, inputs).shape,
        "after softmax": jax.eval_shape(network.predict, params, inputs).shape,
    }
    place = random.choice(list(shapes))
    right = shapes[place]
    return shape(
        f"A batch of {samples} image{'s' * (samples > 1)} of 28 × 28 pixels goes through the network 784-{units}-10. "
        f"Which shape does it have {place}?",
        right,
        [
            *((size, f"That is its shape {where}.") for where, size in shapes.items()),
            (images.shape, "That is the shape of the images; the network takes each as one row of numbers."),
            (right[1:], "The batch axis stays."),
            (right[::-1], "The samples are the first axis."),
            ((784, units), "That is the shape of the weights `W1`."),
            ((units, 10), "That is the shape of the weights `W2`."),
        ],
        f"One row for each image, {right[1]} numbers in it: {sized(right)}.",
    )


def fitted(random: Random) -> Question:
    """The size of a drawing fitted into the box of 20 × 20 pixels."""
    scale, short = random.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), random.randint(2, 19)
    height, width = random.choice(((20, short), (short, 20)))
    right = drawing.fit(np.full((height * scale, width * scale), 255, np.uint8), drawing.BOX).shape
    return shape(
        f"The ink of a drawing is {width * scale} pixels wide and {height * scale} high. It is fitted into 20 × 20 "
        "pixels. What is the shape (rows, columns) of the result?",
        right,
        [
            (right[::-1], "Rows come first: the height."),
            ((20, 20), "The proportions are kept: a narrow digit stays narrow."),
            ((28, 28), "That is the whole image, after centring."),
            ((height * scale, width * scale), "The longer side becomes 20."),
        ],
        f"The longer side, {20 * scale}, becomes 20: everything is divided by {scale}. {height * scale} / {scale} = "
        f"{height} rows, {width * scale} / {scale} = {width} columns: {sized(right)}.",
    )


def input_number(random: Random) -> Question:
    """Which of the 784 inputs a pixel becomes."""
    row, column = random.randrange(28), random.randrange(28)
    right = int(reshaping.numbers((28, 28), np.array([[row, column]]))[0])
    return number(
        f"The 28 × 28 pixels become a row of 784 inputs. Which input is the pixel in row {row}, column {column}? All "
        "count from 0.",
        right,
        [
            (column * 28 + row, "Rows are put one after the other, not columns."),
            (right + 1, "The first input has the number 0."),
            (row * column, f"Before this row come {row} whole rows of 28."),
            (row + column, f"Before this row come {row} whole rows of 28."),
        ],
        f"{row} rows of 28 come before, then {column} pixels: {row} × 28 + {column} = {right}.",
    )


def dense(random: Random) -> Question:
    """relu(x @ W + b) by hand."""
    x, W, b = integers(random, (2,), -3, 3), integers(random, (2, 2), -3, 3), integers(random, (2,), -4, 4)
    sums = elementwise.hidden_sums(x, W, b)
    right = elementwise.relu(sums)
    if not right.any():
        raise Unlucky
    return choice(
        random,
        f"A dense layer computes `relu(x @ W + b)`. `x` is {listed(x)}, `W` is {listed(W)} and `b` is {listed(b)}. "
        "What does it give?",
        listed(right),
        [
            (listed(sums), "relu is missing."),
            (listed(np.maximum(x @ W, 0)), "`b` is missing."),
            (listed(np.maximum(W @ x + b, 0)), "That is `W @ x`: each output takes a column of `W`, not a row."),
            (listed(np.maximum(x @ W, 0) + b), "`b` is added before relu."),
            (listed(np.abs(sums)), "relu does not turn the sign around."),
        ],
        f"`x @ W` is {listed(x @ W)}, plus `b` {listed(sums)}, after relu {listed(right)}.",
    )


def updated_weights(random: Random) -> Question:
    """One update of a whole weight tensor."""
    weights, slopes = integers(random, (2, 2), -3, 3), integers(random, (2, 2), -6, 6)
    rate = random.choice((0.5, 0.1))
    right = optimizers.sgd().update(slopes, (), weights, rate)[0]
    return choice(
        random,
        f"`W` is {listed(weights)}, its gradient is {listed(slopes)} and the learning rate {written(rate)}. What is "
        "`W` after one update by SGD?",
        listed(right),
        [
            (listed(weights + rate * slopes), "That climbs: the gradient is subtracted."),
            (listed(weights - slopes), "The learning rate is missing."),
            (listed(-rate * slopes), "That is the change; `W` itself is missing."),
            (listed(weights - rate * slopes.T), "Each weight has the slope in its own place."),
        ],
        f"Cell by cell `W - {rate} * gradient`: the first is {written(weights[0, 0])} − {written(rate)} × "
        f"{term(slopes[0, 0])} = {written(right[0, 0])}. In all {listed(right)}.",
    )


def log_lines(random: Random) -> Question:
    """How many losses an epoch prints if every k-th batch does."""
    samples, size = 1_000 * random.randint(5, 60), random.choice((32, 50, 64, 100, 128, 256))
    every, count = random.choice((20, 50, 100)), batches.batch_count(samples, size)
    printed = range(0, count, every)
    if not 2 <= len(printed) <= 30:
        raise Unlucky
    return number(
        f"{written(samples)} samples in batches of {size}: {count} batches, counted from 0. The loss is printed at "
        f"every batch whose number is divisible by {every}. How many lines does an epoch print?",
        len(printed),
        [
            (len(printed) - 1, "Batch 0 prints a line too."),
            (len(printed) + 1, f"Is there a batch {len(printed) * every}?"),
            (count, "Not every batch prints a line."),
        ],
        f"The batches 0, {every}, …, {printed[-1]} print: {printed[-1]} / {every} + 1 = {len(printed)}.",
    )
