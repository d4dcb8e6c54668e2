"""Questions of section 2.2 on data: batches, and real-world data as tensors."""

from random import Random

from engine.questions.kinds import (
    Question,
    choice,
    number,
    shape,
    sized,
    written,
)
from engine.tensors import batches, real_world


def last_batch(random: Random) -> Question:
    """What is left for the last batch."""
    size = random.choice((8, 10, 16, 20, 25, 32, 50, 60, 64, 100, 128))
    division = batches.division(random.randint(3, 12) * size + random.randint(1, size), size)
    samples = size * (division.batches - 1) + division.last
    return number(
        f"{written(samples)} samples are cut into batches of {size}. How many samples has the last batch?",
        division.last,
        [
            (size, "They do not divide evenly."),
            (division.batches - 1, "That is the number of full batches."),
            (division.batches, "That is the number of batches."),
            (size - division.last, "That is how many are missing from a full batch."),
        ],
        f"{division.batches - 1} full batches take {division.batches - 1} × {size} = "
        f"{written(size * (division.batches - 1))}; for the last one {division.last} are left.",
    )


def batch_bounds(random: Random) -> Question:
    """Where batch n begins and ends."""
    size, n = random.choice((10, 16, 20, 32, 50, 64, 100, 128, 200, 256)), random.randint(2, 40)
    first, beyond = batches.batch_bounds(n, 60_000, size)

    def cut(low: int, high: int) -> str:
        return f"`train_images[{low}:{high}]`"

    return choice(
        random,
        f"Batches of {size} are counted from 0. Which slice is batch {n}?",
        cut(first, beyond),
        [
            (cut(first - size, first), "That is the batch before: the first batch has the number 0."),
            (cut(first, beyond - 1), f"The end of a slice is not taken: this has {size - 1} samples."),
            (cut(first + 1, beyond + 1), "Samples are counted from 0 too."),
            (cut(n, n + size), f"Batch {n} begins after {n} whole batches, not after {n} samples."),
            (cut(first, size), "After the colon stands where to stop, not how many to take."),
        ],
        f"{n} batches of {size} come before: it begins at {n} × {size} = {first} and stops before "
        f"{n + 1} × {size} = {beyond}: {cut(first, beyond)}.",
    )


def batch_of(random: Random) -> Question:
    """The batch a sample is in."""
    size = random.choice((10, 16, 20, 25, 32, 50, 64, 100, 128))
    sample = random.randint(size, 12 * size - 1)
    right = batches.batch_of(sample, 60_000, size)
    return number(
        f"Samples and batches are counted from 0, and each batch has {size} samples. In which batch is sample "
        f"{sample}?",
        right,
        [
            (right + 1, "The first batch has the number 0."),
            (sample % size, "That is its place within the batch."),
        ],
        f"Batch {right} holds the samples {right * size} to {right * size + size - 1}, for {right} × {size} = "
        f"{right * size}.",
    )


def data_shape(random: Random) -> Question:
    """The shape of a data set from its description."""
    return random.choice((_images, _video, _series, _vectors))(random)


def _images(random: Random) -> Question:
    count, height, width = random.choice((16, 32, 100, 128, 500)), *random.sample((24, 28, 32, 64, 96, 120, 256), 2)
    colour, first = random.choice((1, 3)), random.random() < 0.4
    right = real_world.View("images", (count, height, width, colour), "uint8", first).shape
    other = real_world.View("images", (count, height, width, colour), "uint8", not first).shape
    order = "channels-first" if first else "channels-last"
    return shape(
        f"{count} {'colour' if colour == 3 else 'grey'} images, {height} pixels high and {width} wide, {order}: what "
        "is the shape of the tensor?",
        right,
        [
            (other, f"That is the other order of the axes; this is {order}."),
            ((count, height, width), "The channels are an axis too, even a single one."),
            ((count, width, height, colour), "The height, the number of rows, comes before the width."),
            (right[1:], "The samples are the first axis."),
        ],
        f"Samples come first. {order.capitalize()} puts the {colour} colour channel{'s' if colour > 1 else ''} "
        f"{'before height and width' if first else 'last'}: {sized(right)}.",
    )


def _video(random: Random) -> Question:
    clips, seconds, rate = random.choice((2, 4, 5, 8, 10)), random.choice((5, 10, 20, 30, 60)), random.choice((4, 10))
    height, width = random.choice(((144, 256), (90, 160), (120, 160), (72, 128)))
    right = real_world.View("video", (clips, seconds * rate, height, width, 3)).shape
    return shape(
        f"{clips} colour video clips of {seconds} s, {rate} frames per second, each frame {height} pixels high and "
        f"{width} wide, channels last: what is the shape of the tensor?",
        right,
        [
            ((clips, seconds, height, width, 3), f"One second has {rate} frames."),
            ((clips, seconds, rate, height, width, 3), "The frames of a clip are one axis, not one for each second."),
            (right[:-1], "Three colour channels are an axis of their own."),
            ((clips * seconds * rate, height, width, 3), "That puts all frames in one row; the clips are an axis."),
        ],
        f"Each clip has {seconds} × {rate} = {seconds * rate} frames. Clips, frames, height, width, channels: "
        f"{sized(right)}.",
    )


def _series(random: Random) -> Question:
    samples, steps, features = random.randint(20, 400), random.choice((24, 60, 90, 390)), random.randint(2, 7)
    right = real_world.View("series", (samples, steps, features)).shape
    return shape(
        f"On each of {samples} days, {features} numbers are measured {steps} times. One day is one sample: what is the "
        "shape of the tensor?",
        right,
        [
            ((samples, features, steps), "By convention time is axis 1."),
            ((samples * steps, features), "That loses which day a measurement belongs to."),
            ((steps, samples, features), "The samples are the first axis."),
            ((samples, steps), f"Each time {features} numbers are measured: they are an axis."),
        ],
        f"Samples, timesteps, features: {sized(right)}.",
    )


def _vectors(random: Random) -> Question:
    samples, features = random.choice((100, 500, 1_000, 5_000, 60_000)), random.randint(3, 60)
    right = real_world.View("vectors", (samples, features)).shape
    return shape(
        f"Of each of {written(samples)} people {features} numbers are known. What is the shape of the tensor?",
        right,
        [
            (right[::-1], "The samples are the first axis."),
            ((features,), "That is one person."),
            ((samples * features,), "That puts all numbers in one row: nobody knows whose they are."),
            ((samples, features, 1), "Each person is a plain list of numbers: two axes are enough."),
        ],
        f"Samples first, then features: {sized(right)}.",
    )


def memory(random: Random) -> Question:
    """How much memory a data set takes."""
    count, side = random.choice((10, 50, 100, 200, 500, 1_000)), random.choice((20, 32, 50, 64, 100, 200))
    dtype = random.choice(("float32", "float64", "float16"))
    view = real_world.View("images", (count, side, side, 3), dtype)
    each, text = view.bytes // view.elements, real_world.memory(view.bytes)
    return choice(
        random,
        f"{written(count)} colour images of {side} × {side} pixels, 3 channels, as `{dtype}`. How much memory do their "
        "numbers take?",
        text,
        [
            (real_world.memory(view.elements), f"That would be 1 byte for each number; `{dtype}` takes more."),
            (real_world.memory(view.bytes // 3), "That forgets the three channels."),
            (real_world.memory(view.bytes // count), "That is one image."),
            (real_world.memory(view.bytes * 8), "That counts bits as if they were bytes."),
        ],
        f"{written(count)} × {side} × {side} × 3 = {written(view.elements)} numbers of {each} bytes: "
        f"{written(view.bytes)} bytes, {text}.",
    )
