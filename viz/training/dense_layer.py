"""One hidden unit of the dense layer: pixels, weights and their products as three pictures, and its sum."""

from collections.abc import Sequence

import numpy as np

from engine.operations.product import UnitSum
from engine.training.network import PIXELS
from viz.tensors.cells import Block, Frame, Relation, Scene, arrange, first_cells, tensor_block, tensor_layout

SIDE = 28


def unit_scene(inputs: np.ndarray, weights: np.ndarray, unit_sum: UnitSum, unit: int) -> Scene:
    """Three 28×28 pictures: x as ink, W1[:, unit] and the products, positive and negative. x, weights: (784,).

    Pointing at a pixel lights it in all three and says its product.
    """
    names, pictures = ("x", f"W1[:, {unit}]", f"x * W1[:, {unit}]"), (inputs, weights, unit_sum.products)
    fills = ("ink", "signed", "signed")
    blocks = [_picture(*parts) for parts in zip(pictures, names, fills, strict=True)]
    layouts = [tensor_layout(block, number)._replace(axes=()) for number, block in enumerate(blocks)]
    between = ("×", "=")
    wide = arrange(layouts, names=names, between=between)
    narrow = arrange(layouts, names=names, between=between, narrow=True, downward=True)
    alt = f"The digit, the weights of hidden unit {unit} and their products, as three pictures of 28 by 28 pixels."
    return Scene(
        tuple(blocks), (wide,), (Frame(alt),), alt, (narrow,), relations=_relations(blocks, inputs, weights, unit_sum)
    )


def _picture(values: np.ndarray, name: str, fill: str) -> Block:
    return tensor_block(values.reshape(SIDE, SIDE), name, limit=SIDE, fill=fill)._replace(
        texts=[""] * PIXELS, values=[f"{value:.3g}" for value in values]
    )


def _relations(blocks: Sequence[Block], inputs: np.ndarray, weights: np.ndarray, found: UnitSum) -> dict[int, Relation]:
    firsts = first_cells(blocks)
    relations: dict[int, Relation] = {}
    for pixel in range(PIXELS):
        cells = [first + pixel for first in firsts]
        relation = Relation({"gradient": cells}, product_words(pixel, inputs, weights, found))
        relations |= dict.fromkeys(cells, relation)
    return relations


def product_words(pixel: int, inputs: np.ndarray, weights: np.ndarray, unit_sum: UnitSum) -> str:
    """One product by the place of its pixel.

    >>> ones = np.ones(784)
    >>> product_words(29, ones, -ones, UnitSum(-ones, 0, 0, 0, 0, 0, ones, ones))
    'pixel (1, 1): 1.00 × (-1.000) = -1.000'
    """
    weight = f"{weights[pixel]:.3f}"
    second = f"({weight})" if weight.startswith("-") else weight
    return f"pixel {divmod(pixel, SIDE)}: {inputs[pixel]:.2f} × {second} = {unit_sum.products[pixel]:.3f}"


def sum_words(unit_sum: UnitSum, unit: int) -> str:
    """The unit's sum with its numbers, as Markdown."""
    bias = f"{unit_sum.bias:+.3f}".replace("-", "− ").replace("+", "+ ")
    down = f"{abs(unit_sum.down):.3f}"
    return (
        f"**Sum** {unit_sum.up:.3f} (products above 0) − {down} (below 0) {bias} (b1[{unit}]) = "
        f"**{unit_sum.total:.3f}** → **relu** max(0, {unit_sum.total:.3f}) = **{unit_sum.activation:.3f}**, hidden "
        f"unit {unit} of this digit."
    )


def largest_words(inputs: np.ndarray, weights: np.ndarray, unit_sum: UnitSum) -> tuple[str, str]:
    """The largest products above 0 and below 0 as two Markdown lists, with their share of all on that side."""
    return (
        _listed("Push the sum up", unit_sum.rising, unit_sum.up, inputs, weights, unit_sum),
        _listed("Pull it down", unit_sum.falling, unit_sum.down, inputs, weights, unit_sum),
    )


def _listed(
    title: str, pixels: np.ndarray, side: float, inputs: np.ndarray, weights: np.ndarray, unit_sum: UnitSum
) -> str:
    if not len(pixels):
        return f"**{title}**: no pixel."
    lines = [
        f"- {product_words(int(pixel), inputs, weights, unit_sum)} · {unit_sum.products[pixel] / side:.1%}"
        for pixel in pixels
    ]
    share = unit_sum.products[pixels].sum() / side
    sign = "above" if side > 0 else "below"
    head = (
        f"**{title}**: these {len(pixels)} pixels (row, column) make {share:.0%} of all products {sign} 0, {side:.3f}."
    )
    return "\n".join([head, "", *lines])
