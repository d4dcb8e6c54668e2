"""Component sources, and the addresses under which the app's own server offers what browsers load."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import plotly
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime import Runtime

from viz.components import wayfinding

PREFIX = "/uncrumple"
SHARED = ("freezing", "mounting", "packing", "place", "takeaway", "theme")
"""Scripts every component is joined with."""
TAKEAWAY = ("menu", "pictures", "elements", "text", "recording", "paths", "tags", "page")
"""Names, after ``takeaway_``, of the scripts a browser loads when a picture is first taken away."""
FOLDER = Path(__file__).parent
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_parts: dict[str, dict[str, str]] = {}
_mounted: dict[str, tuple[Runtime | None, ComponentRenderer]] = {}


def address(path: str) -> str:
    """Where the browser finds a path of this app's server, whatever base path it runs under."""
    return f"{wayfinding.home().rstrip('/')}{PREFIX}/{path}"


def plotly_address() -> str:
    """The address of plotly.min.js; the version in it lets browsers keep the file for good."""
    return address(f"plotly-{plotly.__version__}.min.js")


def component(
    name: str, *, more: Sequence[str] = (), taken: Literal["live", "still", "never"] = "live"
) -> ComponentRenderer:
    """The component of ``<name>.js`` and ``<name>.css`` beside this file, registered once per server.

    more: names of further scripts that belong to the same module; they come after it, and export nothing.
    SHARED follows by itself. taken: what the reader may take away as HTML: the component itself, a drawing of it
    where it asks the server at every turn, or nothing at all, not even a picture.
    """
    current = Runtime.instance() if Runtime.exists() else None
    known = _mounted.get(name)
    if known is None or known[0] is not current:
        _parts[name] = {"script": _joined(name, more), "css": _text(f"{name}.css")}
        source = {"name": name, "live": taken == "live", "base": address(""), "parts": address(f"parts/{name}.json")}
        source["menu"] = address("takeaway/takeaway_menu.js")
        shown = "shownComponent" if taken == "never" else f"takeaway(shownComponent, {json.dumps(source)})"
        renderer = st.components.v2.component(
            f"uncrumple_{name}",
            js=f"{_parts[name]['script']}\nexport default {shown};\n",
            css=_parts[name]["css"] + _text("takeaway.css"),
            isolate_styles=False,
        )
        known = _mounted[name] = current, renderer
    return known[1]


def parts(name: str) -> dict[str, str] | None:
    """Script and style of a registered component; the script exports nothing and calls it ``shownComponent``."""
    return _parts.get(name)


def takeaway_file(name: str) -> Path | None:
    """The file of a script that takes pictures away, if there is one of this name."""
    return FOLDER / f"{name}.js" if name.removeprefix("takeaway_") in TAKEAWAY else None


def _joined(name: str, more: Sequence[str]) -> str:
    scripts = [_text(f"{part}.js") for part in dict.fromkeys((name, *more, *SHARED))]
    return "\n".join(scripts).replace("export default ", "const shownComponent = ", 1)


def _text(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
