"""What is declared for the browser and what the browser reads are the same names."""

import importlib
import json
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest

from viz.components import payload

FOLDER = Path(__file__).resolve().parents[2] / "viz" / "components"
DECLARED = {
    "batch_strip": "Data", "code_stepper": "Mounted", "data_blocks": "Data", "descent_board": "Data",
    "digit_gallery": "Data", "drawing_board": "Data", "gradient_board": "Data", "graph_board": "Data",
    "live_cells": "Data", "live_figure": "Data", "loop_board": "Mounted", "noise_board": "Data",
    "noise_race": "RaceData",
    "number_bits": "Data", "paint_board": "Data", "plane_board": "Mapped", "point_cloud": "Mounted", "reader": "Data",
    "stack_board": "Data", "tangent_board": "Data",
}  # fmt: skip
"""Component → the class that says what it gets."""
TWO_FORMS = {"plane_board": ("Vectors", "Mapped")}


def declared(name: str) -> set[str]:
    home = {"noise_race": "noise_board"}.get(name, name)
    module = importlib.import_module(f"viz.components.{home}")
    forms = TWO_FORMS.get(name, (DECLARED[name],))
    return {key for form in forms for key in get_type_hints(getattr(module, form))}


def script(name: str) -> str:
    return "\n".join(path.read_text() for path in sorted((FOLDER / name).glob("*.js")))


def read(text: str) -> set[str]:
    names = set(re.findall(r"\bstate\.data\.([A-Za-z]\w*)", text))
    for group in re.findall(r"const \{([^{}]*)\} = state\.data;", text):
        names |= {re.split(r"[:=]", part)[0].strip() for part in group.split(",") if part.strip()}
    return names


def test_every_component_with_a_state_is_here():
    boards = {path.parent.name for path in FOLDER.glob("*/*.css") if "TypedDict" in _wrapper(path.parent)}
    assert boards | {"noise_race"} == set(DECLARED)


def _wrapper(folder: Path) -> str:
    path = folder / "__init__.py"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("name", DECLARED)
def test_nothing_is_read_that_nothing_sends(name):
    assert read(script(name)) <= declared(name) | {"palettes"}


@pytest.mark.parametrize("name", DECLARED)
def test_nothing_is_sent_that_nothing_reads(name):
    words = set(re.findall(r"[A-Za-z_]\w*", script(name)))
    assert declared(name) - {"palettes"} <= words


def test_data_arrive_whole_however_they_travel():
    for size, way in ((10, dict), (20_000, bytes), (400_000, dict)):
        data = {"numbers": np.random.default_rng(size).integers(0, 10**6, size // 10).tolist(), "text": "1.2·10⁻⁷ ∞"}
        sent = payload.sent(data, lambda path: f"/here/{path}")
        assert isinstance(sent, way)
        if size == 10:
            assert sent == data
            continue
        content = sent if way is bytes else payload.shelf.take(sent["at"].removeprefix("/here/data/"))
        assert json.loads(zlib.decompress(content)) == data


def test_one_content_has_one_name_and_the_least_used_goes_first():
    shelf = payload.Shelf(most=10)
    first, second = shelf.put(b"12345"), shelf.put(b"54321")
    assert shelf.put(b"12345") == first and shelf.take(second) == b"54321" and shelf.take(first) == b"12345"
    third = shelf.put(b"abc")
    assert shelf.take(second) is None and shelf.take(first) == b"12345" and shelf.take(third) == b"abc"
    alone = shelf.put(b"x" * 11)
    assert shelf.take(alone) == b"x" * 11 and shelf.take(first) is shelf.take(third) is None


@pytest.mark.parametrize("threads", [8])
def test_the_shelf_is_filled_from_several_threads_at_once(threads):
    shelf = payload.Shelf(most=50_000)

    def fill(seed):
        for number in range(200):
            shelf.put(bytes(np.random.default_rng((seed, number)).integers(0, 256, 100, dtype=np.uint8)))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(threads)))
    assert shelf._size == sum(map(len, shelf._kept.values())) == 50_000
