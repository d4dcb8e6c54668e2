"""Drawn digits of writers nobody tuned on: ``python -m tests.bench.drawing`` prints one figure per line.

Pen trajectories of 30 writers (Alimoglu and Alpaydin 1997, UNIPEN format): writers whose number is a multiple of 3 are
held out for these figures, the other 20 served to choose settings. None is training data.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from engine.digits import drawing
from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.training import network, pretrained
from tests.bench import digits, report

TRAJECTORIES = Path(__file__).parents[2].parent / "shared" / "data" / "pendigits-train.txt"
BRUSHES = (12, 16, 22, 28, 34)


class Trajectory(NamedTuple):
    """One digit of one writer; strokes (points, 2) with y upward, in the tablet's units."""

    label: int
    writer: int
    strokes: list[np.ndarray]


def parse_unipen(text: str) -> list[Trajectory]:
    """The label stands in quotes in .SEGMENT, the writer is .COMMENT's second number."""
    trajectories: list[Trajectory] = []
    label, points = 0, None
    for words in (line.split() for line in text.splitlines() if line.strip()):
        if words[0] == ".SEGMENT":
            label = int(words[-1].strip('"'))
        elif words[0] == ".COMMENT":
            trajectories.append(Trajectory(label, int(words[2]), []))
        elif words[0] == ".PEN_DOWN":
            points = []
        elif words[0] == ".PEN_UP" and points:
            trajectories[-1].strokes.append(np.array(points))
            points = None
        elif not words[0].startswith(".") and points is not None:
            points.append([float(value) for value in words])
    return trajectories


def held_out(trajectories: list[Trajectory]) -> list[Trajectory]:
    """The ten writers of the reported figure."""
    return [trajectory for trajectory in trajectories if trajectory.writer % 3 == 0]


def on_canvas(trajectory: Trajectory, rng: np.random.Generator) -> list[np.ndarray]:
    """As drawn on 280 units: y turned downward, aspect kept, 45 to 80 % of the canvas, not quite in the middle."""
    points = np.concatenate(trajectory.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    fill = rng.uniform(0.45, 0.8)
    middle = drawing.CANVAS / 2 * (1 + 0.8 * (1 - fill) * rng.uniform(-1, 1, 2))
    scale = fill * drawing.CANVAS / max((high - low).max(), 1)
    return [(stroke - (low + high) / 2) * [scale, -scale] + middle for stroke in trajectory.strokes]


def rendered(trajectories: list[Trajectory], brush: float) -> np.ndarray:
    """(count, 280, 280) uint8; the same placements for every brush."""
    rng = np.random.default_rng(0)
    return np.array([drawing.rasterize(on_canvas(one, rng), brush=brush) for one in trajectories])


def squeezed(canvas: np.ndarray) -> np.ndarray:
    """The whole canvas shrunk to 28×28: what most canvas apps do."""
    return np.array(Image.fromarray(canvas).resize((28, 28), Image.Resampling.BOX))


def predicted(images: list[np.ndarray]) -> np.ndarray:
    """Digits the shipped network sees in (28, 28) images."""
    logits = network.forward(pretrained.load().params, network.preprocess(np.array(images)))
    return np.asarray(logits).argmax(axis=1)


def figures_of_writers(trajectories: list[Trajectory]) -> Iterator[tuple[str, float, str]]:
    """Accuracy per brush; at the default brush per digit with the commonest mistake; against plain squeezing."""
    labels = np.array([one.label for one in trajectories])
    for brush in BRUSHES:
        seen = predicted([drawing.normalize(canvas).centred for canvas in rendered(trajectories, brush)])
        yield f"accuracy of held-out writers, brush {brush}", float((seen == labels).mean()), "share"
    canvases = rendered(trajectories, drawing.BRUSH)
    seen = predicted([drawing.normalize(canvas).centred for canvas in canvases])
    right = seen == labels
    for digit in range(10):
        mistakes = np.bincount(seen[(labels == digit) & ~right], minlength=10)
        commonest = f", {mistakes.max()} of them for {mistakes.argmax()}" if mistakes.any() else ""
        name = f"accuracy of held-out {digit}s ({mistakes.sum()} mistakes{commonest})"
        yield name, float(right[labels == digit].mean()), "share"
    writers = np.array([one.writer for one in trajectories])
    hardest = min(float(right[writers == writer].mean()) for writer in set(writers))
    yield "accuracy of the hardest held-out writer", hardest, "share"
    naive = float((predicted([squeezed(canvas) for canvas in canvases]) == labels).mean())
    yield "accuracy of held-out writers, canvas squeezed", naive, "share"
    yield "errors squeezed / errors normalized", (1 - naive) / float(1 - right.mean()), "ratio"


def figures_of_speed(trajectories: list[Trajectory]) -> Iterator[tuple[str, float, str]]:
    """Median time from strokes to the centred image, one digit at a time."""
    rng = np.random.default_rng(0)
    times = []
    for strokes in [on_canvas(one, rng) for one in trajectories[:500]]:
        start = time.perf_counter()
        drawing.normalize(drawing.rasterize(strokes))
        times.append(1000 * (time.perf_counter() - start))
    yield "strokes to 28x28, median", float(np.median(times)), "ms"
    yield "strokes to 28x28, p95", float(np.percentile(times, 95)), "ms"


def figures_of_mnist(data: Digits) -> Iterator[tuple[str, float, str]]:
    """The shipped weights on the test set, as it is and by way of the canvas."""
    images, labels = data.test_images, data.test_labels
    yield "accuracy on the MNIST test set", float((predicted(images) == labels).mean()), "share"
    through = [drawing.normalize(drawing.canvas_from_digit(image)).centred for image in images]
    yield "accuracy on the MNIST test set by way of the canvas", float((predicted(through) == labels).mean()), "share"
    same = np.mean([np.array_equal(back, image) for back, image in zip(through, images, strict=True)])
    yield "MNIST test digits the canvas gives back unchanged", float(same), "share"


def main() -> None:
    """Print every figure whose data is at hand."""
    figures: list[Iterator[tuple[str, float, str]]] = []
    if TRAJECTORIES.exists():
        trajectories = held_out(parse_unipen(TRAJECTORIES.read_text()))
        figures += [figures_of_writers(trajectories), figures_of_speed(trajectories)]
    else:
        print(f"skipped the writers: no {TRAJECTORIES.name}", file=sys.stderr)
    try:
        figures.append(figures_of_mnist(digits()))
    except InvalidInput as error:
        print(f"skipped MNIST: {error}", file=sys.stderr)
    for name, value, unit in itertools.chain(*figures):
        report(name, f"{value:.4g}", unit)


if __name__ == "__main__":
    main()
