"""The shape rule of ``x @ y`` with coloured sizes, and ``x @ y`` beside ``y @ x``."""

from collections.abc import Sequence

import numpy as np

from engine.operations.product import Commuted, ProductShape, dot_shape
from viz import theme
from viz.operations.product import axis_colors
from viz.tensors.cells import Frame, Scene, arrange, tensor_block, tensor_layout

LIMIT = 6
"""The most indices drawn of an axis; with fewer there is room for a sign between the two."""


def commuted_scene(x: np.ndarray, y: np.ndarray, result: np.ndarray, commuted: Commuted) -> Scene:
    """x @ y and, where it is possible, y @ x beside it, each axis in the colour it has in x or y."""
    signs = {"equal": "=", "different": "≠"} if max(result.shape, default=0) <= LIMIT - 2 else {}
    first, second, left = axis_colors(x.ndim, y.ndim)
    blocks, colors = [tensor_block(result, "(x @ y)", limit=LIMIT, sheets=3, fill="neutral")], [left]
    if commuted.swapped is not None:
        blocks.append(tensor_block(commuted.swapped, "(y @ x)", limit=LIMIT, sheets=3, fill="neutral"))
        batch = left[: max(x.ndim, y.ndim, 2) - 2]
        colors.append([*batch, *second[:-1][-1:], *(first[-1:] if x.ndim > 1 else ())])
    blocks = [block._replace(strengths=block.strengths / 2) for block in blocks]
    layouts = [tensor_layout(block, number, colors=colors[number]) for number, block in enumerate(blocks)]
    names, between = ("x @ y", "y @ x")[: len(blocks)], (signs.get(commuted.verdict, ""),) * (len(blocks) - 1)
    wide = arrange(layouts, names=names, between=between)
    narrow = arrange(layouts, names=names, between=between, narrow=True)
    return Scene(
        tuple(blocks), (wide,), (Frame(commuted.sentence),), f"x @ y beside y @ x. {commuted.sentence}", (narrow,)
    )


def misfit_scene(x: np.ndarray, y: np.ndarray, problem: str, editable: tuple[bool, bool]) -> Scene:
    """x and y that have no product, beside each other, the axes that would be summed in one colour."""
    first, second, _ = axis_colors(x.ndim, y.ndim)
    colors = (first[len(first) - x.ndim :], second[: y.ndim])
    blocks = [
        tensor_block(array, name, limit=LIMIT, sheets=3, fill="neutral", editable=can)
        for array, name, can in zip((x, y), "xy", editable, strict=True)
    ]
    blocks = [block._replace(strengths=block.strengths / 2) for block in blocks]
    layouts = [tensor_layout(block, number, colors=colors[number]) for number, block in enumerate(blocks)]
    wide, narrow = (arrange(layouts, names="xy", between="@", narrow=narrow) for narrow in (False, True))
    alt = f"x of shape {x.shape} beside y of shape {y.shape}. {problem}"
    return Scene(tuple(blocks), (wide,), (Frame(problem),), alt, (narrow,))


def misfit_html(x: Sequence[int], y: Sequence[int]) -> str:
    """The two shapes, and that they have no product."""
    first, second, _ = axis_colors(len(x), len(y))
    shapes = (
        f"{_shape_html(x, first[len(first) - len(x) :], len(x) - 1)} @ "
        f"{_shape_html(y, second[: len(y)], len(y) - min(len(y), 2))}"
    )
    return f'{_STYLE}<div class="shape-rule">{shapes}<br><b>no product</b></div>'


_STYLE = """<style>
.shape-rule span { white-space: nowrap; }
.shape-rule { font-size: 1.25rem; font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums;
  line-height: 1.5; }
.shape-rule b { font-weight: 700; } .shape-rule .gone { border-bottom: 2px solid currentColor; }
.shape-words { font-size: 0.95rem; line-height: 1.5; }
</style>"""


def rule_html(x: Sequence[int], y: Sequence[int], product_shape: ProductShape) -> str:
    """The shape rule with the sizes in the colours of their axes, in words, and what the product costs."""
    first, second, left = axis_colors(len(x), len(y))
    shapes = (
        f"{_shape_html(x, first, len(x) - 1)} @ {_shape_html(y, second, len(y) - min(len(y), 2))} → "
        f"{_shape_html(product_shape.shape, left, None)}"
    )
    cells = f"{np.prod(product_shape.shape, dtype=object):,} {'cell' if not product_shape.shape else 'cells'}"
    cost = f"{cells} × {product_shape.summed:,} terms = {product_shape.multiply_adds:,} multiply–adds"
    words = f"{product_shape.rule} It costs {cost}."
    if (dot := dot_shape(x, y)) != product_shape.shape:
        words += f" np.dot differs here: it takes every sheet of x with every sheet of y and gives {dot}."
    rule = f'<div class="shape-rule"><b>{product_shape.kind}</b><br>{shapes}</div>'
    return f'{_STYLE}{rule}<div class="shape-words">{words}</div>'


def _shape_html(shape: Sequence[int], names: Sequence[str], gone: int | None) -> str:
    sizes = [
        f'<b{" class=gone" if axis == gone else ""} style="color: light-dark({theme.LIGHT[name]}, {theme.DARK[name]})">'
        f"{size:,}</b>"
        for axis, (size, name) in enumerate(zip(shape, names, strict=True))
    ]
    return f"<span>({', '.join(sizes)}{',' if len(sizes) == 1 else ''})</span>"
