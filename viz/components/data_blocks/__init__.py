"""Data as a block diagram whose axes have sliders; every figure follows while one is dragged, without the server."""

from collections.abc import Callable
from typing import Any, TypedDict, cast

from engine.tensors import real_world
from engine.tensors.descriptions import Description
from engine.tensors.real_world import View
from viz import theme
from viz.components import assets

START = {"vectors": (100_000, 3), "series": (250, 390, 3), "images": (128, 256, 256, 3), "video": (4, 240, 144, 256, 3)}


class ViewData(TypedDict):
    """A view of data: what ``real_world.View`` holds."""

    kind: str
    sizes: list[int]
    dtype: str
    channels_first: bool


class Words(TypedDict):
    """The words that describe data, the view read from them, and how; refused: newer words could not be read."""

    text: str
    view: ViewData
    read: str
    said: tuple[str, ...]
    refused: bool


class Measures(TypedDict):
    """What sizes are compared with."""

    labels: list[str]
    laptop: float
    mnist: float
    speed: float
    durations: Any


class Data(TypedDict):
    """All a reader may choose from. kinds: of data, with their axes and first sizes. largest: size of an axis."""

    view: ViewData
    words: Words
    kinds: dict[str, dict[str, Any]]
    presets: dict[str, ViewData]
    dtypes: Any
    largest: int
    prefixes: dict[str, Any]
    measures: Measures
    colors: Any
    palettes: dict[str, Any]
    storage: str


class State(TypedDict):
    """What the diagram last sent: a view as ``real_world.checked_view`` reads it, when a slider was let go or
    something was chosen."""

    view: Any


def data_blocks(
    *, key: str, view: View, words: str, described: Description, refused: bool, on_change: Callable[[], None]
) -> State:
    """Show a view to begin with, later the described one whenever the words change, and whether it is that one.

    refused: whether words newer than these stand in the box, which could not be read.
    """
    data: Data = {
        "view": _plain(view),
        "words": {
            "text": words,
            "view": _plain(described.view),
            "read": described.read,
            "said": described.said,
            "refused": refused,
        },
        "kinds": {name: kind._asdict() | {"start": START[name]} for name, kind in real_world.KINDS.items()},
        "presets": {name: _plain(preset) for name, preset in real_world.PRESETS.items()},
        "dtypes": real_world.DTYPES,
        "largest": real_world.MAX_SIZE,
        "prefixes": {"decimal": real_world.DECIMAL, "binary": real_world.BINARY},
        "measures": {
            "labels": [item.label for item in real_world.comparisons(1)],
            "laptop": real_world.LAPTOP_BYTES,
            "mnist": real_world.MNIST_BYTES,
            "speed": real_world.DOWNLOAD_BYTES_PER_SECOND,
            "durations": real_world.DURATIONS,
        },
        "colors": theme.AXES,
        "palettes": theme.PALETTES,
        "storage": f"uncrumple-{key}",
    }
    return cast(State, assets.component("data_blocks")(key=key, data=data, on_view_change=on_change))


def _plain(view: View) -> ViewData:
    return {
        "kind": view.kind,
        "sizes": list(view.sizes),
        "dtype": view.dtype,
        "channels_first": view.channels_first,
    }
