"""Data as a block diagram whose axes have sliders; every figure follows while one is dragged, without the server."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.tensors import real_world
from engine.tensors.descriptions import Description
from engine.tensors.real_world import View
from viz import theme
from viz.components import assets

START = {"vectors": (100_000, 3), "series": (250, 390, 3), "images": (128, 256, 256, 3), "video": (4, 240, 144, 256, 3)}


def data_blocks(
    *, key: str, view: View, words: str, described: Description, refused: bool, on_change: Callable[[], None]
) -> Mapping[str, Any]:
    """Show a view to begin with, later the described one whenever the words change, and whether it is that one.

    refused: whether words newer than these stand in the box, which could not be read.

    Returns the component's state: ``view``, None or what ``real_world.checked_view`` reads, sent when a slider is
    let go or something is chosen.
    """
    data = {
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
    return assets.component("data_blocks")(key=key, data=data, on_view_change=on_change)


def _plain(view: View) -> dict[str, Any]:
    return view._asdict() | {"sizes": list(view.sizes)}
