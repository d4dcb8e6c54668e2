"""A function's code beside what its lines read and make: stepped through, played and scrubbed in the browser."""

from collections.abc import Mapping
from typing import Any

from viz import theme
from viz.components import assets


def code_stepper(shown: Mapping[str, Any], *, key: str, axes: Mapping[str, str]) -> None:
    """Show what ``viz.scratch.from_scratch_values.stepper`` made. axes: colour name of an axis → what it counts."""
    assets.component("code_stepper")(key=key, data={**shown, "axes": dict(axes), "palettes": theme.PALETTES})
