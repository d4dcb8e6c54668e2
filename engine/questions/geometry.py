"""Questions of section 2.3 on what layers do to space: maps, stacks, folds, crumpled sheets, digits on their way."""

from random import Random

import numpy as np

from engine.geometry import folds, geometry, geometry_measures, layer_stack
from engine.geometry.folds import Dense
from engine.geometry.geometry import PlaneMap
from engine.geometry.layer_stack import Chain
from engine.questions.kinds import (
    Question,
    Unlucky,
    choice,
    integers,
    listed,
    number,
    term,
    written,
)


def _sum(weights: np.ndarray, x: np.ndarray, bias: float = 0) -> str:
    """w[0] × x[0] + w[1] × x[1] + b, written out."""
    products = " + ".join(f"{term(w)} × {term(value)}" for w, value in zip(weights, x, strict=True))
    return products + (f" + {term(bias)}" if bias else "")


def moved_point(random: Random) -> Question:
    """W @ x + b of one point."""
    plane = PlaneMap(integers(random, (2, 2), -3, 3, zero=True), integers(random, (2,), -5, 5))
    point = integers(random, (2,), -4, 4)
    right = geometry.apply(plane, point[None])[0]
    rows = " and ".join(f"{_sum(plane.W[k], point, plane.b[k])} = {written(right[k])}" for k in range(2))
    return choice(
        random,
        f"`W` is {listed(plane.W)} and `b` is {listed(plane.b)}. Where does `W @ x + b` send the point "
        f"{listed(point)}?",
        listed(right),
        [
            (listed(plane.W.T @ point + plane.b), "That takes the columns of `W` for its rows."),
            (listed(plane.W @ point), "That leaves out `b`."),
            (listed(plane.W @ point - plane.b), "`b` is added, not subtracted."),
            (listed(plane.W @ (point + plane.b)), "`W` comes first, then `b`."),
        ],
        f"Row by row: {rows}. So {listed(right)}.",
    )


def rotated(random: Random) -> Question:
    """A point turned counter-clockwise by quarter turns."""
    angle, point = random.choice((90, 180, 270)), integers(random, (2,), -9, 9)
    W = geometry.rotation(angle)
    right = geometry.apply(PlaneMap(W, np.zeros(2)), point[None])[0]
    if abs(point[0]) == abs(point[1]):
        raise Unlucky
    return choice(
        random,
        f"The plane is turned by {angle}° around [0, 0], counter-clockwise. Where does the point {listed(point)} go?",
        listed(right),
        [
            (listed(W.T @ point), "That is the turn clockwise."),
            (listed(point[::-1]), "That is a mirror image: x and y are swapped."),
            (listed(-point), "That is half a turn, 180°."),
            (listed(point * [1, -1]), "That is a mirror image, upside down."),
            (listed(-point[::-1]), "That is a mirror image in a slanting line."),
        ],
        f"The matrix is {listed(W)}: the new x is {_sum(W[0], point)}, the new y {_sum(W[1], point)}. So "
        f"{listed(right)}.",
    )


def area(random: Random) -> Question:
    """An area after a linear map."""
    W, before = integers(random, (2, 2), -3, 4, zero=True), random.randint(1, 6)
    determinant = geometry_measures.determinant(W.astype(float))
    if determinant == 0:
        raise Unlucky
    (a, b), (c, d) = W
    turned = " The minus sign says that the plane is turned over; areas have none." if determinant < 0 else ""
    return number(
        f"A shape has the area {before}. `W @ x` is applied to all its points, with `W` = {listed(W)}. What is its "
        "area then?",
        before * abs(determinant),
        [
            (before * determinant, "An area is never negative."),
            (before * abs(a * d + b * c), "Of the two products of the diagonals one is subtracted."),
            (before * abs(a + d), "That multiplies by the sum of the diagonal."),
            (abs(determinant), f"That is by how much areas grow; the shape had the area {before}."),
            (before * abs(a * d), "The numbers off the diagonal count too."),
            (before, "Areas stay the same only if the determinant is 1 or −1."),
        ],
        f"The determinant is {term(a)} × {term(d)} − {term(b)} × {term(c)} = {written(determinant)}.{turned} "
        f"{written(abs(determinant))} × {before} = {written(before * abs(determinant))}.",
    )


def collapsed_bias(random: Random) -> Question:
    """The bias of the one layer that equals two."""
    W1, W2 = integers(random, (2, 2), -2, 3, zero=True), integers(random, (2, 2), -2, 3, zero=True)
    b1, b2 = integers(random, (2,), -4, 4), integers(random, (2,), -4, 4)
    chain = Chain(np.stack([W1, W2]), np.stack([b1, b2]), ("none", "none"))
    right = layer_stack.collapse(chain)[-1].b
    return choice(
        random,
        f"Two layers without activation: `W1` = {listed(W1)}, `b1` = {listed(b1)}, then `W2` = {listed(W2)}, "
        f"`b2` = {listed(b2)}. Together they are one layer. What is its bias?",
        listed(right),
        [
            (listed(b1 + b2), "`b1` still goes through the second layer."),
            (listed(W2 @ b1), "`b2` is missing."),
            (listed(W1 @ b2 + b1), "That has the second layer first."),
            (listed(W2 @ (b1 + b2)), "`b2` is added after `W2`."),
        ],
        f"`W2 @ (W1 @ x + b1) + b2`: the bias is `W2 @ b1 + b2` = {listed(W2 @ b1)} + {listed(b2)} = {listed(right)}.",
    )


def through_relu(random: Random) -> Question:
    """A point through two layers with relu between them."""
    weights, biases = integers(random, (2, 2, 2), -2, 2, zero=True), integers(random, (2, 2), -3, 3, zero=True)
    point = integers(random, (1, 2), -3, 3)
    found = layer_stack.forward(Chain(weights, biases, ("relu", "none")), point)
    first, hidden, right = found.affine[0, 0], found.active[0, 0], found.active[1, 0]
    if not (first < 0).any() or not hidden.any():
        raise Unlucky
    return choice(
        random,
        f"The point {listed(point[0])} goes through `relu(W1 @ x + b1)`, then through `W2 @ x + b2`. `W1` = "
        f"{listed(weights[0])}, `b1` = {listed(biases[0])}, `W2` = {listed(weights[1])}, `b2` = {listed(biases[1])}. "
        "Where does it end?",
        listed(right),
        [
            (listed(weights[1] @ first + biases[1]), "That is without relu."),
            (listed(np.maximum(right, 0)), "There is no relu after the second layer."),
            (listed(weights[1] @ np.abs(first) + biases[1]), "relu does not turn the sign around: it gives 0."),
            (listed(weights[1] @ hidden), "The second bias is missing."),
            (listed(hidden), "That is after the first layer."),
        ],
        f"`W1 @ x + b1` is {listed(first)}, after relu {listed(hidden)}; `W2` times that, plus `b2`, is "
        f"{listed(right)}.",
    )


def crease(random: Random) -> Question:
    """A point on the line along which a relu unit folds the plane."""
    weights, bias = integers(random, (2, 1), -3, 3), integers(random, (1,), -4, 4, zero=True)
    grid = np.array([(x, y) for x in range(-4, 5) for y in range(-4, 5)])
    sums = folds.outputs((Dense(weights, bias),), grid.astype(float), "relu")[0][:, 0]
    on, off = grid[sums == 0], grid[(sums != 0) & (abs(sums) <= 4)]
    if not len(on) or len(off) < 4:
        raise Unlucky
    right = on[random.randrange(len(on))]
    others = off[random.sample(range(len(off)), 4)]
    w, b = weights[:, 0], int(bias[0])
    return choice(
        random,
        f"A unit computes `relu(x @ w + b)` with `w` = {listed(w)} and `b` = {b}. It folds the plane along the line "
        "where its sum is 0. Which point lies on this line?",
        listed(right),
        [(listed(point), f"There the sum is {_sum(w, point, b)} = {written(point @ w + b)}.") for point in others],
        f"At {listed(right)} the sum is {_sum(w, right, b)} = 0. On one side of the line relu changes nothing, on the "
        "other it gives 0.",
    )


def same_place(random: Random) -> Question:
    """Two points that a layer with relu puts on one another."""
    weights, bias = integers(random, (2, 2), -2, 2, zero=True), integers(random, (2,), -2, 2, zero=True)
    grid = np.array([(x, y) for x in range(-3, 4) for y in range(-3, 4)])
    sums, active = folds.outputs((Dense(weights, bias), Dense(weights, bias)), grid.astype(float), "relu")[:2]
    chosen = random.randrange(len(grid))
    together = (active == active[chosen]).all(1) & (sums != sums[chosen]).any(1)
    apart = ~(active == active[chosen]).all(1) & (abs(sums - sums[chosen]) <= 3).all(1)
    if not (together.any() and apart.sum() >= 3 and active[chosen].any()):
        raise Unlucky
    right = random.choice(np.flatnonzero(together).tolist())
    others = random.sample(np.flatnonzero(apart).tolist(), 3)
    if (np.concatenate([active[others], sums[others]]) == grid[right]).all(1).any():
        raise Unlucky
    return choice(
        random,
        f"A layer computes `relu(x @ W + b)` with `W` = {listed(weights)} and `b` = {listed(bias)}. Which point comes "
        f"to the same place as {listed(grid[chosen])}?",
        listed(grid[right]),
        [
            (listed(grid[k]), f"Its sums are {listed(sums[k])}; after relu it is at {listed(active[k])}.")
            for k in others
        ],
        f"The sums are {listed(sums[chosen])} for {listed(grid[chosen])} and {listed(sums[right])} for "
        f"{listed(grid[right])}. relu makes both {listed(active[right])}: what was negative is 0.",
    )
