"""A tensor as a picture, and its attributes as a table that says what each one means (HTML)."""

from collections.abc import Sequence

import numpy as np

from engine.tensors.tensors import Description
from viz import theme
from viz.tensors.cells import (
    NARROW,
    Block,
    Frame,
    Label,
    Layout,
    Pose,
    Scene,
    arrange,
    kept_of,
    tensor_block,
    tensor_layout,
)

FILLS = dict.fromkeys(("digit", "x", "train_images", "batch"), "ink") | dict.fromkeys(
    ("W1", "b1", "W2", "b2", "hidden"), "signed"
)
"""How real arrays are filled: pixels with ink, weights and activations by sign."""
WINDOW = (None, *range(402, 413), None)
"""Of 784 pixels in a row those of the middle, where there is ink."""
PHONE_HEIGHT = 520
"""Pixels a picture may take on a phone."""
LIMITS = {0: (1, 1), 1: (12, 1), 2: (12, 1), 3: (12, 4), 4: (6, 4), 5: (4, 3)}
"""Rank → how many entries are drawn along each of the last two axes, and along the others."""
DEEPEST = (3, 2)
DTYPES = {
    "bool": "True or False",
    "uint8": "whole numbers from 0 to 255",
    "int32": "whole numbers",
    "int64": "whole numbers",
    "float32": "decimal numbers",
    "float64": "decimal numbers",
}

_STYLE = """<style>
.attributes { width: 100%; border-collapse: collapse; font-size: 0.92rem; line-height: 1.35; }
.attributes th, .attributes td { text-align: left; vertical-align: top; padding: 0.42rem 0.6rem 0.42rem 0; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); overflow-wrap: anywhere; }
.attributes th { font-weight: 600; white-space: nowrap; width: 1%; padding-right: 1rem; }
.attributes thead th { font-weight: 500; opacity: 0.8; white-space: normal; width: auto; }
.attributes code { font-size: 1.02em; background: none; color: inherit; padding: 0; }
.attributes th code { display: block; font-size: 0.82rem; font-weight: 400; opacity: 0.75; }
.attributes span { display: block; font-size: 0.85rem; color: color-mix(in srgb, currentColor 84%, transparent); }
.attributes i { font-style: normal; font-weight: 600; }
</style>"""


def in_words(shape: Sequence[int]) -> str:
    """What a picture of this shape shows.

    >>> in_words((3, 3, 5))
    '3 sheets, each with 3 rows of 5 numbers'
    """
    if not shape:
        return "A single number, without any axis"
    numbers = _count(shape[-1], "number")
    if len(shape) == 1:
        return f"A row of {numbers}"
    rows = f"{_count(shape[-2], 'row')} of {numbers}"
    if len(shape) == 2:
        return rows
    sheets = f"{_count(shape[-3], 'sheet')}, each with {rows}"
    if len(shape) == 3:
        return sheets
    groups = " × ".join(f"{size:,}" for size in shape[:-3])
    return f"{groups} {'stack' if groups == '1' else 'stacks'} of {sheets}"


def left_out(block: Block) -> str:
    """What the picture does not show, as a sentence; empty if it shows everything."""
    parts = [
        f"{_span(kept)} of {size:,} along axis {axis}"
        for axis, (kept, size) in enumerate(zip(block.kept, block.shape, strict=True))
        if None in kept
    ]
    return f" Drawn: {', '.join(parts)}; “…” stands for the rest." if parts else ""


def _span(kept: Sequence[int | None]) -> str:
    drawn = [index for index in kept if index is not None]
    if drawn[0] > 0:
        return f"{drawn[0]} to {drawn[-1]}"
    first = "the first" if len(drawn) == 2 else f"the first {len(drawn) - 1}"
    return f"{first} and the last"


def _count(size: int, noun: str) -> str:
    return f"{size:,} {noun}{'' if size == 1 else 's'}"


def picture_block(array: np.ndarray, name: str, *, real: bool = False, editable: bool = False) -> Block:
    """A tensor cut to what a page can show: at most some 2,500 cells, whatever its rank and sizes.

    real: whether the name is that of a real array, which is filled as what it is. Of flattened images a window in the
    middle is drawn, where there is ink.
    """
    fill = FILLS[name] if real else ""
    limit, sheets = LIMITS.get(array.ndim, DEEPEST)
    if array.shape[-2:] == (28, 28) and fill == "ink":
        limit, sheets = 28, 3
    kept = kept_of(array.shape, limit=limit, sheets=sheets)
    if fill == "ink" and array.shape[-1] == 784:
        kept = (*kept[:-1], WINDOW)
    return tensor_block(array, name, fill=fill, kept=kept, editable=editable)


def picture_scene(array: np.ndarray, name: str, *, real: bool = False, editable: bool = False) -> Scene:
    """The picture of one tensor. From rank 3 on its sheets can be fanned out."""
    block = picture_block(array, name, real=real, editable=editable)
    alt = f"{name}, a tensor of rank {array.ndim} and shape {array.shape}: {caption(block)}"
    if array.size <= 12:
        alt += f" Its values: {', '.join(block.values)}."
    deep = array.ndim >= 3
    return Scene(
        (block,),
        _poses(block),
        (Frame(caption(block)),),
        alt,
        narrow=_poses(block, narrow=True),
        spread=_poses(block, spread=True) if deep else None,
        narrow_spread=_poses(block, spread=True, narrow=True) if deep else None,
    )


def caption(block: Block) -> str:
    """What stands in the picture, and what is left out of it."""
    return f"{in_words(block.shape)}.{left_out(block)}"


def comparison_scene(vector: np.ndarray, tensor: np.ndarray) -> Scene:
    """A vector of n dimensions beside a tensor of rank n: one bracket against n brackets."""
    blocks = tensor_block(vector, "vector"), tensor_block(tensor, "tensor")
    names = _names(vector.size, tensor.ndim)
    alt = f"{names[0]}: {in_words(vector.shape)}. {names[1]}: {in_words(tensor.shape)}."
    wide = [tensor_layout(block, number) for number, block in enumerate(blocks)]
    narrow = [_fitting(block, number) for number, block in enumerate(blocks)]
    # Room for the brackets and the name of the tensor.
    width, height = wide[0].size
    wide[0], narrow[0] = wide[0]._replace(size=(width + 1.6, height)), narrow[0]._replace(size=(width, height + 3))
    beside, below = arrange(wide), arrange(narrow, narrow=True, downward=True)
    return Scene(blocks, (_named(beside, blocks, names),), (Frame(alt),), alt, narrow=(_named(below, blocks, names),))


def _named(pose: Pose, blocks: Sequence[Block], names: Sequence[str]) -> Pose:
    """Each block's name in the middle above it, higher than the brackets that stand there."""
    ends = np.cumsum([len(block.indices) for block in blocks])
    labels = []
    for number, (name, cells) in enumerate(zip(names, np.split(pose.positions, ends[:-1]), strict=True)):
        (left, top), (right, _) = cells.min(axis=0), cells.max(axis=0)
        above = [mark.level for mark in pose.axes if mark.block == number and mark.side in ("top", "behind")]
        labels.append(Label(name, float(left + right + 1) / 2, float(top), lift=14 + 26 * max(above, default=0)))
    return pose._replace(labels=(*pose.labels, *labels))


def _names(dimension: int, rank: int) -> tuple[str, str]:
    return f"A {dimension}-dimensional vector", f"A tensor of rank {rank}"


def _poses(block: Block, *, spread: bool = False, narrow: bool = False) -> tuple[Pose, ...]:
    layout = _fitting(block, spread=spread) if narrow else tensor_layout(block, spread=spread)
    return (arrange([layout], narrow=narrow),)


def _fitting(block: Block, number: int = 0, *, spread: bool = False) -> Layout:
    """The usual layout, or one whose sheets and stacks all go downward, whichever shows larger cells on a phone."""
    layouts = tensor_layout(block, number, spread=spread), _downward(block, number, spread=spread)
    return max(layouts, key=lambda layout: min(NARROW / layout.size[0], PHONE_HEIGHT / layout.size[1]))


def _downward(block: Block, number: int, *, spread: bool) -> Layout:
    """Axes of one entry, put in where the layout would step to the right, turn the next axis downward."""
    rank = len(block.shape)
    axes: list[int | None] = []
    for axis in reversed(range(rank)):
        if len(axes) % 2 == 0 and len(axes) >= (2 if spread else 4):
            axes.insert(0, None)
        axes.insert(0, axis)
    blank = np.zeros(len(block.indices), int)
    columns = [blank if axis is None else block.indices[:, axis] for axis in axes]
    turned = block._replace(
        shape=tuple(1 if axis is None else block.shape[axis] for axis in axes),
        kept=tuple((0,) if axis is None else block.kept[axis] for axis in axes),
        indices=np.stack(columns, axis=1) if columns else block.indices,
    )
    names = ["" if axis is None else f"axis {axis}" for axis in axes]
    colors = [theme.AXES[min(axis or 0, len(theme.AXES) - 1)] for axis in axes]
    layout = tensor_layout(turned, number, spread=spread, axis_names=names, colors=colors)
    marks = [mark._replace(axis=axes[mark.axis]) for mark in layout.axes if axes[mark.axis] is not None]
    return layout._replace(axes=tuple(marks))


def attributes_html(description: Description) -> str:
    """Each attribute's name in NumPy, its value, and what it means, in a line."""
    rows = [
        ("Rank", "ndim", f"{description.rank}", "how many axes there are, and indices an element needs"),
        ("Shape", "shape", _shape_html(description.shape), "how many entries stand along each axis, axis 0 first"),
        ("Data type", "dtype", description.dtype, f"what each element is: {_dtype_words(description)}"),
        ("Elements", "size", f"{description.size:,}", _size_words(description)),
        ("Bytes", "nbytes", f"{description.bytes:,}", _bytes_words(description)),
        ("Strides", "strides", f"({_tuple(description.strides)})", _strides_html(description.strides)),
    ]
    body = "".join(
        f"<tr><th scope='row'>{term}<code>{name}</code></th>"
        f"<td data-attribute='{name}'><code>{value}</code><span>{words}</span></td></tr>"
        for term, name, value, words in rows
    )
    return f"{_STYLE}<table class='attributes' aria-label='Attributes'><tbody>{body}</tbody></table>"


def comparison_html(vector: Description, tensor: Description) -> str:
    """The attributes of a vector and a tensor side by side."""
    names = _names(vector.size, tensor.rank)
    rows = [
        ("Rank", *(f"{found.rank}" for found in (vector, tensor))),
        ("Shape", *(_shape_html(found.shape) for found in (vector, tensor))),
        ("Elements", *(f"{found.size:,}" for found in (vector, tensor))),
        ("Bytes", *(f"{found.bytes:,}" for found in (vector, tensor))),
        ("Last element", *(_last_element(found.shape) for found in (vector, tensor))),
    ]
    head = "<td></td>" + "".join(f"<th scope='col'>{name}</th>" for name in names)
    body = "".join(
        f"<tr><th scope='row'>{term}</th><td><code>{one}</code></td><td><code>{other}</code></td></tr>"
        for term, one, other in rows
    )
    return (
        f"{_STYLE}<table class='attributes' aria-label='Comparison'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _last_element(shape: Sequence[int]) -> str:
    return f"x[{', '.join(str(size - 1) for size in shape) or '()'}]"


def _colored(axis: int, text: str) -> str:
    name = theme.AXES[min(axis, len(theme.AXES) - 1)]
    return f"<i style='color: light-dark({theme.LIGHT[name]}, {theme.DARK[name]})'>{text}</i>"


def _shape_html(shape: Sequence[int]) -> str:
    return f"({_tuple([_colored(axis, str(size)) for axis, size in enumerate(shape)])})"


def _tuple(parts: Sequence[object]) -> str:
    return ", ".join(map(str, parts)) + ("," if len(parts) == 1 else "")


def _dtype_words(description: Description) -> str:
    itemsize = np.dtype(description.dtype).itemsize
    return f"{DTYPES.get(description.dtype, 'numbers')}, in {8 * itemsize} bits ({_count(itemsize, 'byte')})"


def _size_words(description: Description) -> str:
    if not description.rank:
        return "without axes there is one element"
    factors = " × ".join(f"{size:,}" for size in description.shape)
    return f"the shape’s sizes multiplied: {factors}" if description.rank > 1 else "the size of its only axis"


def _bytes_words(description: Description) -> str:
    itemsize = np.dtype(description.dtype).itemsize
    total = f", {description.bytes / 1e6:,.1f} MB" if description.bytes >= 1e6 else ""
    return f"room in memory: {_count(description.size, 'element')} of {_count(itemsize, 'byte')}{total}"


def _strides_html(strides: Sequence[int]) -> str:
    if not strides:
        return "without axes there is nowhere to step"
    steps = [f"{_colored(axis, f'axis&nbsp;{axis}')} skips {_count(step, 'byte')}" for axis, step in enumerate(strides)]
    return f"one step along {', along '.join(steps)} in memory"
