"""Questions of section 2.3 on operations: element-wise, broadcasting, products, reshape and transpose."""

from math import prod
from random import Random

import numpy as np

from engine.operations import broadcasting, elementwise
from engine.questions.kinds import Question, Unlucky, choice, integers, listed, number, shape, sized, written

CONFUSED = {
    "add": (("multiply", "These are products."), ("subtract", "These are differences.")),
    "subtract": (("add", "These are sums."), ("multiply", "These are products.")),
    "multiply": (("add", "These are sums."), ("subtract", "These are differences.")),
    "maximum": (("minimum", "These are the smaller ones."), ("add", "These are sums.")),
    "minimum": (("maximum", "These are the larger ones."), ("subtract", "These are differences.")),
}
"""Operation → what it may be taken for, and what to say then."""


def cell_by_cell(random: Random) -> Question:
    """An operation of two vectors."""
    name = random.choice(list(CONFUSED))
    x, y = integers(random, (3,)), integers(random, (3,))
    right, code = elementwise.apply(name, x, y), elementwise.OPERATIONS[name].call.format("x", "y")
    each = "; ".join(elementwise.spelled(name, *pair) for pair in zip(x, y, strict=True))
    mistakes = [(listed(elementwise.apply(other, x, y)), why) for other, why in CONFUSED[name]]
    return choice(
        random,
        f"`x` is {listed(x)} and `y` is {listed(y)}. What is `{code}`?",
        listed(right),
        [
            *mistakes,
            (listed(elementwise.apply(name, x, y[::-1])), "Cells in equal places go together."),
            (listed(elementwise.apply(name, x, np.abs(y))), "That drops the minus signs of `y`."),
        ],
        f"Cell by cell: {each.replace('-', '−')}. So {listed(right)}.",
    )


def floored(random: Random) -> Question:
    """Floor division rounds down, also below zero, and the remainder fits to it."""
    name = random.choice(("floor_divide", "modulo"))
    left, right = random.choice((-1, -1, 1)) * random.randint(3, 60), random.randint(2, 9)
    found = int(elementwise.apply(name, np.array(left), np.array(right)))
    quotient = left // right
    toward_zero = int(left / right)
    if name == "floor_divide":
        mistakes = [
            (toward_zero, "Floor division rounds down, not toward 0."),
            (quotient + 1, "Floor division always rounds down."),
            (left % right, "That is the remainder."),
        ]
        how = f"{written(left)} / {right} lies between {written(quotient)} and {written(quotient + 1)}, rounded down"
        how = f"{written(left)} / {right} is a whole number" if left % right == 0 else how
    else:
        mistakes = [
            (left - toward_zero * right, "The remainder of a positive divisor is never negative."),
            (quotient, "That is the quotient."),
            (abs(left) % right, "The sign of the dividend counts."),
        ]
        how = f"The largest multiple of {right} up to {written(left)} is {written(quotient * right)}, and what is left"
    return number(
        f"What is `{left} {elementwise.OPERATIONS[name].symbol} {right}` in Python and NumPy?",
        found,
        mistakes,
        f"{how}: {written(found)}.",
    )


def rectified(random: Random) -> Question:
    """relu of a sum: the sum comes first, then negative cells become 0."""
    x, y = integers(random, (3,), -9, 9), integers(random, (3,), -9, 9)
    sums = elementwise.apply("add", x, y)
    right = elementwise.apply("relu", sums)
    if not (sums < 0).any():
        raise Unlucky
    return choice(
        random,
        f"`x` is {listed(x)} and `y` is {listed(y)}. What is `relu(x + y)`?",
        listed(right),
        [
            (listed(sums), "That is `x + y`: relu is still missing."),
            (listed(np.abs(sums)), "relu does not turn the sign around."),
            (listed(np.maximum(x, 0) + np.maximum(y, 0)), "The sum comes first, then relu."),
            (listed(np.minimum(sums, 0)), "That keeps the wrong half."),
        ],
        f"`x + y` is {listed(sums)}; relu puts 0 where it is negative: {listed(right)}.",
    )


def _pair(random: Random) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that fit but differ."""
    result = [random.choice((2, 3, 4, 5, 8, 10, 32)) for _ in range(random.choice((2, 3, 3, 4)))]
    one = [1 if random.random() < 0.15 else size for size in result]
    other = [1 if random.random() < 0.35 else size for size in result][random.randint(0, len(result) - 1) :]
    if one == other or prod(other) == prod(one) == 1:
        raise Unlucky
    return (tuple(one), tuple(other)) if random.random() < 0.7 else (tuple(other), tuple(one))


def broadcast_shape(random: Random) -> Question:
    """The shape of a sum of two tensors of different shapes."""
    x, y = _pair(random)
    alignment = broadcasting.align((x, y))
    from_left = broadcasting.align((x[::-1], y[::-1])).result
    whole = max(len(x), len(y))
    padded = " and ".join(sized((1,) * (whole - len(one)) + one) for one in (x, y))
    aligned = f"Aligned from the right they are {padded}. " if len(x) != len(y) else ""
    return shape(
        f"`x` has the shape {sized(x)} and `y` the shape {sized(y)}. What is the shape of `x + y`?",
        alignment.result,
        [
            *([(from_left[::-1], "Shapes are aligned from the right, not from the left.")] if from_left else []),
            (x, "That is the shape of `x`. Are all its axes as long as those of `y`?"),
            (y, "That is the shape of `y`. Are all its axes as long as those of `x`?"),
            (x + y, "The axes are aligned, not put one after the other."),
        ],
        f"{aligned}On each axis the sizes are equal or one is 1 and stretched: {sized(alignment.result)}.",
    )


def fitting(random: Random) -> Question:
    """Which of several shapes can be broadcast with a given one."""
    x = tuple(random.sample((2, 3, 4, 5, 6, 7, 8, 9), 3))
    right = random.choice((x[1:], x[2:], (x[1], 1), (x[0], 1, x[2]), (1, x[2]), (x[0], 1, 1)))
    candidates = (x[:2], x[:1], (x[2], x[1]), (x[1],), (x[0], x[2]), (*x[1:], x[0]), (x[1], x[2] + 1), (x[2], 1))
    problems = {shape: broadcasting.align((x, shape)).problem for shape in candidates}
    mistakes = [(sized(shape), problem[0].upper() + problem[1:]) for shape, problem in problems.items() if problem]
    return choice(
        random,
        f"`x` has the shape {sized(x)}. Which shape may `y` have for `x + y` to work?",
        sized(right),
        mistakes,
        f"From the right, every size of {sized(right)} equals that of {sized(x)} or is 1; missing axes count as 1.",
    )


def broadcast_cell(random: Random) -> Question:
    """One cell of a sum with a stretched row or column."""
    x = integers(random, (2, 2), 0, 9, zero=True)
    values = random.sample(range(1, 10), 2)
    column = random.random() < 0.5
    y = np.array(values).reshape((2, 1) if column else (2,)) * 10
    row, place = random.randint(0, 1), random.randint(0, 1)
    found = elementwise.apply("add", x, y)[row, place]
    used, other = (row, place) if column else (place, row)
    return number(
        f"`x` is {listed(x)} and `y` is {listed(y)}. What is `(x + y)[{row}, {place}]`?",
        found,
        [
            (x[row, place] + y.ravel()[other], "That stretches `y` along the other axis."),
            (x[place, row] + y.ravel()[used], "The row comes first: index 0 counts the rows."),
            (x[row, place], "That leaves out `y`."),
            (x[row, place] + y.sum(), "Only one number of `y` belongs to each cell."),
            (x[row, place] + y.ravel()[1 - used], "That takes the other number of `y`."),
        ],
        f"`y` has the shape {sized(y.shape)}, so "
        + ("each of its numbers serves a whole row" if column else "it serves every row, number by number")
        + f": {x[row, place]} + {y.ravel()[used]} = {found}.",
    )
