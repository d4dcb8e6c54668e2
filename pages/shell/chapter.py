"""The chapter's path: every page, in order, and what each one needs."""

from collections.abc import Iterator
from typing import NamedTuple

SECTIONS = {
    "2.0": "The whole picture",
    "2.1": "2.1 A first look at a neural network",
    "2.2": "2.2 Data representations",
    "2.3": "2.3 Tensor operations",
    "2.4": "2.4 Gradient-based optimization",
    "2.5": "2.5 From scratch",
}


class Lesson(NamedTuple):
    """A page. stem: of its file, its address and its widgets' keys; needs: stems of the pages to read before it."""

    stem: str
    section: str
    title: str
    icon: str
    needs: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The page's script, from the top folder."""
        return f"pages/{self.stem}.py"


LESSONS = (
    Lesson("whole_picture", "2.0", "The whole picture", "all_inclusive"),
    Lesson("network", "2.1", "A first network", "hub"),
    Lesson("drawing", "2.1", "Draw a digit", "draw"),
    Lesson("tensors", "2.2", "Tensors", "grid_on"),
    Lesson("dtypes", "2.2", "Data types", "memory", ("tensors",)),
    Lesson("slicing", "2.2", "Slicing", "content_cut", ("tensors",)),
    Lesson("batches", "2.2", "Batches", "burst_mode", ("slicing",)),
    Lesson("real_world", "2.2", "Real-world data", "movie", ("tensors", "dtypes")),
    Lesson("elementwise", "2.3", "Element-wise", "drag_indicator", ("tensors",)),
    Lesson("broadcasting", "2.3", "Broadcasting", "open_in_full", ("elementwise",)),
    Lesson("product", "2.3", "Tensor product", "close", ("tensors", "elementwise")),
    Lesson("reshaping", "2.3", "Reshape and transpose", "transform", ("tensors",)),
    Lesson("geometry", "2.3", "Geometry", "architecture", ("product",)),
    Lesson("layer_stack", "2.3", "Stacked layers", "layers", ("geometry",)),
    Lesson("folds", "2.3", "Layers as folds", "flip_to_front", ("geometry", "layer_stack")),
    Lesson("uncrumple", "2.3", "Uncrumple", "animation", ("folds",)),
    Lesson("digit_layers", "2.3", "Digits, layer by layer", "bubble_chart", ("network", "uncrumple")),
    Lesson("derivative", "2.4", "Derivative", "show_chart"),
    Lesson("gradient", "2.4", "Gradient", "north_east", ("derivative", "product")),
    Lesson("descent", "2.4", "Descent", "trending_down", ("gradient",)),
    Lesson("settings_map", "2.4", "Which settings arrive", "map", ("descent",)),
    Lesson("noise", "2.4", "Batch size and noise", "scatter_plot", ("batches", "descent")),
    Lesson("graph", "2.4", "Computation graph", "account_tree", ("derivative",)),
    Lesson("network_graph", "2.4", "The network’s graph", "device_hub", ("network", "graph")),
    Lesson("gradient_check", "2.4", "Gradient check", "fact_check", ("graph",)),
    Lesson("autodiff_modes", "2.4", "Forward and reverse", "swap_vert", ("graph",)),
    Lesson("from_scratch", "2.5", "From scratch", "construction", ("batches", "product", "gradient", "descent")),
)

GLOSSARY = Lesson("glossary", "", "Glossary", "menu_book")
"""No stop on the path: it may be looked into from everywhere."""


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
