"""Component sources, and the addresses under which the app's own server offers what browsers load."""

from collections.abc import Sequence
from pathlib import Path

import plotly
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime import Runtime

PREFIX = "/uncrumple"
SHARED = ("mounting", "packing", "theme")
"""Scripts every component is joined with."""
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_mounted: dict[str, tuple[Runtime | None, ComponentRenderer]] = {}


def address(path: str) -> str:
    """Where the browser finds a path of this app's server, whatever base path it runs under."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{'/' + base if base else ''}{PREFIX}/{path}"


def plotly_address() -> str:
    """The address of plotly.min.js; the version in it lets browsers keep the file for good."""
    return address(f"plotly-{plotly.__version__}.min.js")


def component(name: str, *, more: Sequence[str] = ()) -> ComponentRenderer:
    """The component of ``<name>.js`` and ``<name>.css`` beside this file, registered once per server.

    more: names of further scripts that belong to the same module; they come after it, and export nothing.
    SHARED follows by itself.
    """
    current = Runtime.instance() if Runtime.exists() else None
    known = _mounted.get(name)
    if known is None or known[0] is not current:
        folder = Path(__file__).parent
        scripts = [
            (folder / f"{part}.js").read_text(encoding="utf-8") for part in dict.fromkeys((name, *more, *SHARED))
        ]
        renderer = st.components.v2.component(
            f"uncrumple_{name}",
            js="\n".join(scripts),
            css=(folder / f"{name}.css").read_text(encoding="utf-8"),
            isolate_styles=False,
        )
        known = _mounted[name] = current, renderer
    return known[1]
