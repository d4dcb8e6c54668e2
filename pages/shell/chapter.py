"""The chapter's path: every page, in order, and what each one needs."""

from collections.abc import Iterator
from typing import NamedTuple

from viz.components import wayfinding

SECTIONS = {
    "2.0": "The whole picture",
    "2.1": "2.1 A first look at a neural network",
    "2.2": "2.2 Data representations",
    "2.3": "2.3 Tensor operations",
    "2.4": "2.4 Gradient-based optimization",
    "2.5": "2.5 From scratch",
}


class Lesson(NamedTuple):
    """A page. script: room and name of its file; offer: what the reader can do there.

    needs: stems of the pages it builds on directly; what those need is not named again.
    """

    script: str
    section: str
    title: str
    icon: str
    offer: str
    needs: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name of the page's file, its address, and what its widgets' keys begin with."""
        return self.script.rpartition("/")[2]

    @property
    def file(self) -> str:
        """The page's script, from the top folder."""
        return f"pages/{self.script}.py"


LESSONS = (
    Lesson(
        "training/whole_picture",
        "2.0",
        "The whole picture",
        "all_inclusive",
        "Run the training loop, one turn at a time.",
    ),
    Lesson("training/network", "2.1", "A first network", "hub", "Train the network live; see what it gets wrong."),
    Lesson("digits/drawing", "2.1", "Draw a digit", "draw", "Draw a digit and watch the prediction move."),
    Lesson("tensors/tensors", "2.2", "Tensors", "grid_on", "Type numbers; see axes, rank, shape and strides."),
    Lesson(
        "tensors/dtypes", "2.2", "Data types", "memory", "Flip the bits of a number and see it change.", ("tensors",)
    ),
    Lesson(
        "tensors/slicing", "2.2", "Slicing", "content_cut", "Type an index; see which cells it takes.", ("tensors",)
    ),
    Lesson(
        "tensors/batches",
        "2.2",
        "Batches",
        "burst_mode",
        "Scrub through all batches of an epoch.",
        ("network", "slicing"),
    ),
    Lesson(
        "tensors/real_world",
        "2.2",
        "Real-world data",
        "movie",
        "Find the shape and memory of your own data.",
        ("dtypes", "batches"),
    ),
    Lesson(
        "operations/elementwise",
        "2.3",
        "Element-wise",
        "drag_indicator",
        "Combine tensors cell by cell; race them with loops.",
        ("dtypes",),
    ),
    Lesson(
        "operations/broadcasting",
        "2.3",
        "Broadcasting",
        "open_in_full",
        "Stretch shapes until they fit.",
        ("elementwise",),
    ),
    Lesson(
        "operations/product",
        "2.3",
        "Tensor product",
        "close",
        "Let rows meet columns, one cell at a time.",
        ("network", "elementwise"),
    ),
    Lesson(
        "operations/reshaping",
        "2.3",
        "Reshape and transpose",
        "transform",
        "Follow each element into its new shape.",
        ("tensors",),
    ),
    Lesson(
        "geometry/geometry",
        "2.3",
        "Geometry",
        "architecture",
        "Drag arrows; turn, skew and fold the plane.",
        ("product",),
    ),
    Lesson(
        "geometry/layer_stack",
        "2.3",
        "Stacked layers",
        "layers",
        "Replace a chain of layers by one, or fail.",
        ("geometry",),
    ),
    Lesson(
        "geometry/folds",
        "2.3",
        "Layers as folds",
        "flip_to_front",
        "Train a small network; watch it fold the plane.",
        ("layer_stack",),
    ),
    Lesson("geometry/uncrumple", "2.3", "Uncrumple", "animation", "Let a network flatten a ball of paper.", ("folds",)),
    Lesson(
        "geometry/digit_layers",
        "2.3",
        "Digits, layer by layer",
        "bubble_chart",
        "Turn a cloud of digits as layers part them.",
        ("uncrumple",),
    ),
    Lesson("descent/derivative", "2.4", "Derivative", "show_chart", "Drag a secant until it is a tangent."),
    Lesson(
        "descent/gradient",
        "2.4",
        "Gradient",
        "north_east",
        "Walk downhill on the loss of a tiny model.",
        ("product", "derivative"),
    ),
    Lesson(
        "descent/descent",
        "2.4",
        "Descent",
        "trending_down",
        "Let SGD, momentum and Adam run down any surface.",
        ("gradient",),
    ),
    Lesson(
        "descent/settings_map",
        "2.4",
        "Which settings arrive",
        "map",
        "Try every learning rate with every momentum.",
        ("descent",),
    ),
    Lesson(
        "descent/noise",
        "2.4",
        "Batch size and noise",
        "scatter_plot",
        "Race one sample, a mini-batch and all samples.",
        ("batches", "descent"),
    ),
    Lesson(
        "backprop/graph",
        "2.4",
        "Computation graph",
        "account_tree",
        "Send values down a graph, and derivatives back up.",
        ("derivative",),
    ),
    Lesson(
        "backprop/network_graph",
        "2.4",
        "The network’s graph",
        "device_hub",
        "See every gradient of the real network.",
        ("product", "graph"),
    ),
    Lesson(
        "backprop/gradient_check",
        "2.4",
        "Gradient check",
        "fact_check",
        "Check any weight’s derivative in three ways.",
        ("product", "graph"),
    ),
    Lesson(
        "backprop/autodiff_modes",
        "2.4",
        "Forward and reverse",
        "swap_vert",
        "Count passes from either end of a computation.",
        ("product", "graph"),
    ),
    Lesson(
        "scratch/from_scratch",
        "2.5",
        "From scratch",
        "construction",
        "Run the whole training program, line by line.",
        ("batches", "broadcasting", "descent"),
    ),
)

GLOSSARY = Lesson("glossary", "", "Glossary", "menu_book", "Look up a term.")
"""No stop on the path: it may be looked into from everywhere."""


def address(stem: str) -> str:
    """Where the browser finds the page of this stem."""
    return wayfinding.home() + ("" if stem == LESSONS[0].stem else stem)


def lesson(stem: str) -> Lesson:
    """The page of this stem. Raises KeyError if there is none."""
    return {each.stem: each for each in LESSONS}[stem]


def following(stem: str) -> Lesson | None:
    """The page after this one; None after the last."""
    place = LESSONS.index(lesson(stem))
    return LESSONS[place + 1] if place + 1 < len(LESSONS) else None


def sections() -> Iterator[tuple[str, list[Lesson]]]:
    """Every section's title and pages, in order."""
    for name, title in SECTIONS.items():
        yield title, [each for each in LESSONS if each.section == name]
    yield "Look up", [GLOSSARY]
