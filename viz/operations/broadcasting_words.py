"""What happens to the shapes, in sentences: captions of the animation, memory, what is left out, an answer judged."""

from collections.abc import Sequence
from math import prod

from engine.operations.broadcasting import Alignment, Memory, Shape, memory, view_strides


def their_shapes(alignment: Alignment, names: Sequence[str]) -> str:
    """As "a has shape (32, 10), b has shape (10,)"."""
    return ", ".join(f"{name} has shape {shape}" for name, shape in zip(names, alignment.shapes, strict=True))


def added_sentence(alignment: Alignment, names: Sequence[str]) -> str:
    """Step 1 in words."""
    rank = len(alignment.axes)
    grown = [
        f"{name} {shape} becomes {(1,) * (rank - len(shape)) + shape}"
        for name, shape in zip(names, alignment.shapes, strict=True)
        if len(shape) < rank
    ]
    if not grown:
        axes = {0: "no axes", 1: "1 axis"}.get(rank, f"{rank} axes")
        return f"Step 1: each has {axes}, and none is added."
    return f"Step 1: axes of size 1 are added on the left. {', '.join(grown)}. No cell moves."


def stretched_sentence(alignment: Alignment, names: Sequence[str]) -> str:
    """Step 2 in words."""
    parts = []
    for which, name in enumerate(names):
        numbers = [str(axis.number) for axis in alignment.axes if axis.stretched[which]]
        if numbers:
            parts.append(f"{name} is stretched along {'axis' if len(numbers) == 1 else 'axes'} {_listed(numbers)}")
    if not parts:
        return "Step 2: the sizes are equal, so nothing is stretched."
    if 0 in alignment.result:
        return f"Step 2: {', '.join(parts)}. Where the size is 0, no cell is left."
    return f"Step 2: {', '.join(parts)}. The dashed cells are not in memory: with stride 0 the same cell is read again."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def left_out(alignment: Alignment, kept: Sequence[Sequence[int | None]]) -> str:
    """What the picture leaves out, as a sentence; "" if nothing. kept: the indices drawn of the result's axes."""
    parts = []
    for axis, drawn in zip(alignment.axes, kept, strict=True):
        there = [index for index in drawn if index is not None]
        if len(there) < axis.size:
            ends = there[-1] == axis.size - 1 and len(there) > 1
            first = len(there) - ends
            which = f"the first {first if first > 1 else ''}".strip() + (" and the last" if ends else "")
            parts.append(f"{which} of {axis.size:,} along axis {axis.number}")
    return f"Drawn: {', '.join(parts)}." if parts else ""


def memory_sentences(alignment: Alignment, names: Sequence[str], itemsizes: Sequence[int]) -> list[str]:
    """For every operand that is stretched: its bytes, its strides, and what the copies would have taken."""
    found = []
    for which, (name, shape, itemsize) in enumerate(zip(names, alignment.shapes, itemsizes, strict=True)):
        if any(axis.stretched[which] for axis in alignment.axes):
            strides = view_strides(shape, alignment.result, itemsize)
            found.append(_memory(name, shape, alignment.result, strides, memory(shape, alignment.result, itemsize)))
    return found


def _memory(name: str, shape: Shape, result: Shape, strides: Shape, found: Memory) -> str:
    return (
        f"**{name}** {shape} takes {found.taken:,} bytes and is read as {result} with strides {strides}. "
        f"Copied out it would take {found.copied:,} bytes."
    )


def judged(alignment: Alignment, answer: Shape | None) -> tuple[bool, str]:
    """Whether a predicted shape is right (None: "they do not fit"), and why, in a sentence."""
    result = alignment.result
    if result is None:
        verdict = "Right" if answer is None else f"No, there is no result, so not {answer} either"
        return answer is None, f"{verdict}: {alignment.problem}"
    if answer == result:
        return True, f"Right: the result has shape {result}."
    if answer is None:
        return False, f"They do fit: on every axis the sizes are equal or 1. The result has shape {result}."
    if len(answer) != len(result):
        return False, f"No: the result has as many axes as the longest shape, {len(result)}. Its shape is {result}."
    wrong = next(axis for axis in reversed(alignment.axes) if answer[axis.number] != axis.size)
    own = " and ".join(str(1 if size is None else size) for size in wrong.sizes)
    return False, f"No: on axis {wrong.number}, {own} give {wrong.size}. The result has shape {result}."


def size_note(alignment: Alignment, itemsize: int) -> str:
    """A warning to go with the code where the result would take more than 1 GB; else ""."""
    taken = prod(alignment.result) * itemsize
    if taken <= 10**9:
        return ""
    return f"The page computes only the cells it draws. The code computes all: its result takes {taken:,} bytes."
