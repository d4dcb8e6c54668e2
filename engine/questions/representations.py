"""Questions of section 2.2: tensors, data types, slices, batches, real-world data."""

import re
from math import floor, prod
from random import Random

import numpy as np

from engine.questions.kinds import Question, Unlucky, choice, integers, listed, number, shape, sized, written
from engine.tensors import dtypes, slicing, tensors
from engine.typed import literals

DTYPES = ("uint8", "float16", "float32", "int32", "float64")


def nested_shape(random: Random) -> Question:
    """The shape of a nested list: the lengths of its lists, from the outermost inward."""
    sizes = [random.randint(1, 4) for _ in range(random.choice((1, 2, 2, 3)))]
    if not 2 <= prod(sizes) <= 16:
        raise Unlucky
    text = tensors.literal(integers(random, sizes, 0, 9, zero=True))
    description = tensors.describe(literals.parse_array(text))
    inward = "; each of these holds ".join(written(size) for size in description.shape)
    return shape(
        f"What is the shape of this tensor?\n\n`{text}`",
        description.shape,
        [
            (description.shape[::-1], "The sizes stand from the outermost brackets inward."),
            ((description.size,), "That is the number of elements. Every level of brackets is an axis of its own."),
            (description.shape[1:], "The outermost brackets are an axis too."),
            ((1, *description.shape), "Count the brackets at the very beginning: there is one level fewer."),
        ],
        f"The outermost brackets hold {inward}. So the shape is {sized(description.shape)}.",
    )


def rank(random: Random) -> Question:
    """The number of axes, which is not the number of entries."""
    sizes = [random.randint(1, 4) for _ in range(random.choice((0, 1, 2, 3, 3, 4)))]
    if len(sizes) == 1:
        sizes = [random.randint(2, 9)]
    if prod(sizes) > 16:
        raise Unlucky
    array = integers(random, sizes, 0, 9, zero=True)
    description = tensors.describe(literals.parse_array(tensors.literal(array)))
    shown = f"an array of shape {sized(description.shape)}" if description.rank else "a single number"
    return number(
        f"What is the rank, the number of axes, of this tensor?\n\n`{tensors.literal(array)}`",
        description.rank,
        [
            (description.size, "That is how many numbers it holds."),
            *([(description.shape[0], "That is the length of the first axis.")] if description.rank else []),
            *([(description.shape[-1], "That is the length of the last axis.")] if description.rank else []),
            (description.rank + 1, "Count the levels of brackets: there is one fewer."),
        ],
        f"It opens with {description.rank or 'no'} bracket{'s' * (description.rank != 1)}: it is {shown}, of rank "
        f"{description.rank}.",
    )


def bytes_of(random: Random) -> Question:
    """Elements times bytes each."""
    sizes = [random.choice((2, 3, 4, 5, 6, 8, 10, 20, 50, 100)) for _ in range(random.choice((2, 2, 3)))]
    description = tensors.describe_shape(sizes, random.choice(DTYPES))
    each = description.bytes // description.size
    product = " × ".join(written(size) for size in description.shape)
    return number(
        f"A tensor has the shape {sized(description.shape)} and the dtype `{description.dtype}`. How many bytes do its "
        "numbers take?",
        description.bytes,
        [
            (description.size, f"That is the number of elements. How many bytes does each `{description.dtype}` take?"),
            (description.bytes * 8, "That counts bits; 8 bits are a byte."),
            (sum(description.shape) * each, "The sizes are multiplied, not added."),
        ],
        f"It has {product} = {written(description.size)} elements of {each} byte{'s' if each > 1 else ''} each: "
        f"{written(description.bytes)} bytes.",
    )


def wrapped_sum(random: Random) -> Question:
    """A sum of uint8 modulo 256."""
    pixel, amount = random.randint(40, 255), random.randint(20, 255)
    brightened = dtypes.brightened(np.array([pixel], np.uint8), amount)
    exact, right = pixel + amount, int(brightened.wrapped[0])
    about = (
        f"{pixel} + {amount} = {exact} does not fit: uint8 ends at 255, and 256 is 0 again. {exact} − 256 = {right}."
        if exact > 255
        else f"{pixel} + {amount} = {right}, which is at most 255: nothing wraps around."
    )
    return number(
        f"`np.array([{pixel}], np.uint8) + np.uint8({amount})`: which number does the result hold?",
        right,
        [
            (exact, "That number needs more than 8 bits."),
            (255, "NumPy does not stop at the largest value."),
            *([(exact - 255, "There are 256 values, for 0 is one of them.")] if exact > 255 else []),
            (exact - 256, "That would be below 0, where uint8 has nothing: look whether the sum fits."),
        ],
        about,
    )


def converted(random: Random) -> Question:
    """astype: whole numbers wrap around, fractions are cut off toward zero."""
    if random.random() < 0.5:
        name, text = "int32", f"{random.choice((-1, 1)) * random.randint(1, 99)}.{random.randint(1, 9)}"
    else:
        name, text = random.choice(("uint8", "int8")), str(random.randint(-500, 700))
    value = dtypes.parse_numbers(text)[0]
    form, stored = dtypes.FORMATS[name], dtypes.convert(value, dtypes.FORMATS[name])
    right, (low, high) = int(stored.value), form.limits
    mistakes = [(min(max(value.value, low), high), "NumPy does not stop at the end of the range.")]
    if name == "int32":
        mistakes = [(value.value, "int32 holds whole numbers only.")]
        how = f"The digits after the point are cut off, toward 0: {written(right)}."
    elif right == value.value:
        how = f"{name} holds {written(low)} to {written(high)}, so it stays {written(right)}."
    else:
        turns = (right - value.value) // 256
        how = (
            f"{name} holds {written(low)} to {written(high)} and wraps around in steps of 256: {written(value.value)} "
            f"{'+' if turns > 0 else '−'} {'' if abs(turns) == 1 else f'{abs(turns)} × '}256 = {written(right)}."
        )
    return number(
        f"`np.array({text}).astype(np.{name})`: which number is stored?",
        right,
        [
            (round(value.value), "NumPy does not round here." if name == "int32" else "That is outside of the type."),
            (floor(value.value), "Below 0, cutting off is not the same as rounding down."),
            *mistakes,
        ],
        how,
    )


def _item(random: Random, size: int) -> str:
    """One item of an index that takes something of an axis of this size."""
    start = random.randint(0, size - 2)
    stop = random.randint(start + 1, size - 1)
    back = random.randint(1, size - 1)
    return random.choice(
        (":", f"{start}:{stop}", f"{start}:{stop}", f"{start}:", f":{stop}", f":-{back}", f"-{back}:",
         f"{start}:{stop}:2", str(start), f"-{back}")
    )  # fmt: skip


def _step_words(sentence: str) -> str:
    """What the engine says of one axis, with the item as code: Streamlit would make a picture of ``:100:``."""
    axis, _, rest = sentence.partition(": ")
    coded = re.sub(r"(^|means )(-?[0-9]+(?= )|[^ ,]*:[^ ,]*)", r"\1`\2`", rest)
    return f"{axis.capitalize()}: {coded}"


def taken_shape(random: Random) -> Question:
    """The shape of a part of a tensor."""
    sizes = [random.choice((4, 5, 6, 8, 10, 12, 28, 28, 60, 100)) for _ in range(random.choice((2, 3, 3)))]
    count = random.randint(1, len(sizes))
    text = ", ".join(_item(random, size) for size in sizes[:count])
    derivation = slicing.derive(sizes, slicing.parse_index(text))
    if not derivation.result_shape or derivation.result_shape == derivation.shape:
        raise Unlucky
    sentences = ". ".join(_step_words(step.sentence) for step in derivation.steps)
    stops = [isinstance(item, slice) and item.stop is not None for item in derivation.index] + [False] * len(sizes)
    kept = [step.after for step in derivation.steps if step.after is not None]
    ended = [step.after + stops[step.axis] for step in derivation.steps if step.after is not None]
    return shape(
        f"`x` has the shape {sized(sizes)}. What is the shape of `x[{text}]`?",
        derivation.result_shape,
        [
            (ended, "The end of a slice is not taken."),
            ([step.after or 1 for step in derivation.steps], "An axis indexed by a whole number is gone, not 1 long."),
            (kept[: len(kept) - (len(sizes) - count)], "Axes that are not mentioned stay whole."),
            ([step.before for step in derivation.steps if step.after is not None], "Each slice takes only a part."),
        ],
        f"{sentences}. That leaves {sized(derivation.result_shape)}.",
    )


def taken_values(random: Random) -> Question:
    """Which entries a slice of a vector takes."""
    vector = np.array(random.sample(range(10, 100), random.randint(6, 8)))
    size = len(vector)
    start, stop = sorted(random.sample(range(1, size), 2))
    text = random.choice(
        (f"{start}:{stop}", f"{start}:-{size - stop}", f"-{size - start}:-{size - stop}", f"-{start}:")
    )
    derived = slicing.derive((size,), slicing.parse_index(text))
    positions = derived.steps[0].positions
    first, beyond = positions[0] if positions else 0, positions[-1] + 1 if positions else 0
    if beyond - first < 1:
        raise Unlucky
    places = f"the place {first}" if beyond == first + 1 else f"the places {first} to {beyond - 1}"
    others = [
        (first, beyond + 1, "The end of a slice is not taken."),
        (first - 1, beyond - 1, "Places are counted from 0; the last one is −1."),
        (first - 1, beyond, "The place before the colon is the first one taken; the first of all is 0."),
        (first + 1, beyond, "The place before the colon is taken too."),
        (first, first + beyond, "After the colon stands where to stop, not how many to take."),
    ]
    return choice(
        random,
        f"`x` is {listed(vector)}. What is `x[{text}]`?",
        listed(vector[first:beyond]),
        [(listed(vector[low:high]), why) for low, high, why in others if 0 <= low < high],
        f"It takes {places}, counted from 0, so {listed(vector[first:beyond])}.",
    )
