"""Questions of section 2.3 on tensor products, and on reshape and transpose."""

from math import prod
from random import Random

from engine.errors import InvalidInput
from engine.operations import product, reshaping
from engine.questions.kinds import (
    Question,
    Unlucky,
    choice,
    integers,
    listed,
    number,
    shape,
    sized,
    term,
    written,
)


def product_shape(random: Random) -> Question:
    """The shape of x @ y."""
    a, b, c, d, e = (random.choice((2, 3, 4, 5, 6, 8, 10, 16, 32, 64, 128)) for _ in range(5))
    x, y = random.choice(
        (
            ((a, b), (b, c)),
            ((a, b), (b, c)),
            ((a, b), (b,)),
            ((b,), (b, c)),
            ((b,), (b,)),
            ((a, b, c), (c,)),
            ((a, b, c), (c, d)),
            ((a, b, c, d), (d, e)),
        )
    )
    found = product.product_shape(x, y)
    return shape(
        f"`x` has the shape {sized(x)} and `y` the shape {sized(y)}. What is the shape of `x @ y`?",
        found.shape,
        [
            (x[:-1] + y[1:] + x[-1:], "The axis they share is summed: it vanishes."),
            (x + y[1:], "The axis they share is summed: it vanishes."),
            (x, "That is the shape of `x`; `@` is not element-wise."),
            (found.shape[::-1], "First come the axes of `x`, then those of `y`."),
            ((1,), "A sum of products is one number, without any axis."),
        ],
        f"The {found.summed} products of a row with a column are summed, and that axis is gone: {sized(found.shape)}. "
        f"{found.rule.split('. ')[-1]}",
    )


def product_cell(random: Random) -> Question:
    """One cell of a product of two matrices."""
    x, y = integers(random, (2, 2), -3, 6), integers(random, (2, 2), -3, 6)
    row, column = random.randint(0, 1), random.randint(0, 1)
    found = product.matmul(x, y)[row, column]
    sums = " + ".join(f"{term(x[row, k])} × {term(y[k, column])}" for k in range(2))
    return number(
        f"`x` is {listed(x)} and `y` is {listed(y)}. What is `(x @ y)[{row}, {column}]`?",
        found,
        [
            (x[row, column] * y[row, column], "That is the element-wise product `x * y`."),
            ((x @ y.T)[row, column], "That multiplies a row of `x` with a row of `y`; of `y` take a column."),
            ((x @ y)[column, row], "That is the cell with row and column swapped."),
            ((y @ x)[row, column], "That is `y @ x`: the order matters."),
        ],
        f"Row {row} of `x` with column {column} of `y`: {sums} = {written(found)}.",
    )


def product_fits(random: Random) -> Question:
    """Which shape y must have for x @ y."""
    a, b, c, d = random.sample((2, 3, 4, 5, 6, 8, 10, 12, 16, 32), 4)
    x, right = (a, b), random.choice(((b, c), (b,), (b, a)))
    mistakes = []
    for y in ((c, b), (a, b), (a, c), (c, d), (a,), (c, a)):
        try:
            product.product_shape(x, y)
        except InvalidInput as error:
            mistakes.append((sized(y), str(error)[0].upper() + str(error)[1:]))
    found = product.product_shape(x, right)
    return choice(
        random,
        f"`x` has the shape {sized(x)}. Which shape may `y` have for `x @ y` to work?",
        sized(right),
        mistakes,
        f"The last axis of `x` and the first of `y` must be equal, here {b}: {sized(right)}. The result then has the "
        f"shape {sized(found.shape)}.",
    )


def solved_shape(random: Random) -> Question:
    """A reshape with -1."""
    sizes = [random.choice((2, 3, 4, 5, 6, 8, 10, 12)) for _ in range(random.choice((2, 3)))]
    held = prod(sizes)
    first = random.choice([size for size in range(2, held) if held % size == 0])
    second = random.choice([size for size in range(2, held // first + 1) if held // first % size == 0] or [1])
    target = random.choice(([first, -1], [-1, first], [first, -1, second], [-1], [second, first, -1]))
    resolved = reshaping.resolve(sizes, target)
    if resolved == tuple(sizes):
        raise Unlucky
    others = prod(size for size in target if size != -1)
    place = target.index(-1)

    def with_size(size: int) -> tuple[int, ...]:
        return (*resolved[:place], size, *resolved[place + 1 :])

    return shape(
        f"`x` has the shape {sized(sizes)}. What is the shape of `x.reshape({', '.join(map(str, target))})`?",
        resolved,
        [
            (target, "−1 stands for a size that follows from the others."),
            (with_size(held), "The other sizes hold a part of the elements already: divide by them."),
            (with_size(sizes[-1]), "−1 does not keep a size: it is solved so that all elements fit."),
            (with_size(1), "Then some elements would have no place."),
        ],
        f"{' × '.join(map(str, sizes))} = {held} elements; {held} / {others} = {held // others} for −1: "
        f"{sized(resolved)}.",
    )


def reshaped_place(random: Random) -> Question:
    """Where a reshape puts an element of a matrix."""
    rows, columns = random.randint(2, 6), random.randint(2, 6)
    held = rows * columns
    target = random.choice([(size, held // size) for size in range(2, held) if held % size == 0])
    row, column = random.randrange(rows), random.randrange(columns)
    count = row * columns + column
    right = reshaping.destinations((rows, columns), target)[count]
    if target == (rows, columns):
        raise Unlucky
    others = [
        (row, column, "Elements keep their order, row after row, not their row and column."),
        (column, row, "That is what a transpose does."),
        (*divmod(column * rows + row, target[1]), "Rows are counted through one after the other, not columns."),
        (*divmod(count, target[0])[::-1], "The new array is filled row after row too."),
        (*divmod(count + 1, target[1]), "The first element has the number 0."),
    ]
    return choice(
        random,
        f"`x` has the shape {sized((rows, columns))}. Where is `x[{row}, {column}]` in `x.reshape{target}`?",
        f"`[{right[0]}, {right[1]}]`",
        [(f"`[{i}, {j}]`", why) for i, j, why in others if 0 <= i < target[0] and 0 <= j < target[1]],
        f"It has the number {row} × {columns} + {column} = {count}. In rows of {target[1]} that is {right[0]} × "
        f"{target[1]} + {right[1]}: `[{right[0]}, {right[1]}]`.",
    )


def transposed_shape(random: Random) -> Question:
    """The shape after np.transpose with an order of the axes."""
    sizes = tuple(random.sample((2, 3, 4, 5, 6, 8, 10, 12, 28, 32), random.choice((2, 3, 3))))
    order = tuple(random.sample(range(len(sizes)), len(sizes)))
    if order == tuple(range(len(sizes))):
        raise Unlucky
    transposed = reshaping.transpose(sizes, (0,) * len(sizes), order)
    back = tuple(order.index(axis) for axis in range(len(sizes)))
    moves = "; ".join(f"axis {place} is the old axis {axis}, of size {sizes[axis]}" for place, axis in enumerate(order))
    return shape(
        f"`x` has the shape {sized(sizes)}. What is the shape of `np.transpose(x, {order})`?",
        transposed.shape,
        [
            (tuple(sizes[axis] for axis in back), "The order says where each new axis comes from, not where it goes."),
            (sizes, "That is the old shape."),
            (sizes[::-1], "The axes are reversed only if no order is given."),
        ],
        f"{moves.capitalize()}. So {sized(transposed.shape)}.",
    )
