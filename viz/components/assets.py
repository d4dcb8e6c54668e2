"""The components' scripts and styles as real modules: their addresses, and how Streamlit comes to load them."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import plotly
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from viz import theme
from viz.components import payload, wayfinding

PREFIX = "/uncrumple"
FOLDER = Path(__file__).parent
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
TYPES = {".js": "text/javascript", ".css": "text/css"}
IMPORT = re.compile(r'^((?:import|export)\b[^"\']*?\bfrom |import )"(\.{1,2}/[^"]+)";', re.MULTILINE)
"""A static import of a module beside or above; the linter keeps this form."""


class Asset(NamedTuple):
    """A script or style sheet as the server offers it. path: below FOLDER, with /."""

    path: str
    content: bytes
    compressed: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every script and style sheet by its path; read once, so that all readers of one server get one version."""
    files = sorted(path for path in FOLDER.rglob("*.*") if path.suffix in TYPES)
    return {asset.path: asset for asset in map(_asset, files)}


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    path = file.relative_to(FOLDER).as_posix()
    return Asset(path, content, gzip.compress(content, mtime=0), TYPES[file.suffix])


@cache
def version() -> str:
    """Names the content of all assets: a browser keeps what it has until any of them changes."""
    digest = hashlib.sha256()
    for path, asset in assets().items():
        digest.update(f"{path}\0{len(asset.content)}\0".encode() + asset.content)
    return digest.hexdigest()[:16]


def address(path: str) -> str:
    """Where the browser finds a path of this app's server, whatever base path it runs under."""
    return f"{wayfinding.home().rstrip('/')}{PREFIX}/{path}"


def plotly_address() -> str:
    """The address of plotly.min.js; the version in it lets browsers keep the file for good."""
    return address(f"plotly-{plotly.__version__}.min.js")


def component(name: str, *, taken: Literal["live", "still", "never"] = "live") -> ComponentRenderer:
    """The component whose module is ``<name>/<name>.js``, its style ``<name>/<name>.css``.

    taken: what the reader may take away as HTML: the component itself, a drawing of it where it asks the server at
    every turn, or nothing at all, not even a picture.
    """
    return _component(name, taken, address(""))


def board(
    name: str,
    data: Mapping[str, Any],
    *,
    key: str,
    states: Sequence[str],
    on_change: Callable[[], None] | None = None,
    taken: Literal["live", "still", "never"] = "live",
) -> Any:
    """The component with the palettes, in a container of its own, ``<key>_box``. Returns what it last sent.

    states: names of the values it may send; on_change: called when it has sent one.
    """
    listeners: dict[str, Any] = {f"on_{state}_change": on_change or _nothing for state in states}
    content = payload.sent({**data, "palettes": theme.PALETTES}, address)
    with st.container(key=f"{key}_box"):
        return component(name, taken=taken)(key=key, data=content, **listeners)


def _nothing() -> None:
    """Streamlit registers a state's value only together with a listener."""


@lru_cache(maxsize=128)
def _component(name: str, taken: str, base: str) -> ComponentRenderer:
    entry = f"{base}modules/{version()}/shared/component.js"
    source = {"name": name, "taken": taken, "base": base, "parts": f"{base}parts/{name}.json"}
    # All that travels with a mount: the module itself comes from the app's own server and stays in the browser.
    stub = (
        f"const {{ component }} = await import(new URL({json.dumps(entry)}, location.href));\n"
        f"export default await component({json.dumps(source)});\n"
    )
    return st.components.v2.component(f"uncrumple_{name}", js=stub, isolate_styles=False)


@cache
def parts(name: str) -> dict[str, object] | None:
    """A component for a page without a server; None if there is none of this name.

    "modules": its scripts and all they import, as text by a bare name, imports under such names too; "entry": the
    name of the first; "css": its style.
    """
    entry = f"{name}/{name}.js"
    if entry not in assets():
        return None
    modules = {bare(path): _with_bare_imports(path) for path in _closure(entry)}
    style = assets()[f"{name}/{name}.css"].content.decode()
    return {"entry": bare(entry), "modules": modules, "css": style}


def bare(path: str) -> str:
    """The name of a module in a page of its own: such names, unlike paths, can be mapped to anything."""
    return f"uncrumple/{path}"


def _closure(entry: str) -> list[str]:
    """Paths of a module and all it imports, each once."""
    reached = [entry]
    for path in reached:
        reached += [each for each in _imported(path).values() if each not in reached]
    return reached


def _imported(path: str) -> dict[str, str]:
    """What a module imports: the path of each under the address it writes."""
    folder = (FOLDER / path).parent
    found = IMPORT.findall(assets()[path].content.decode())
    return {written: (folder / written).resolve().relative_to(FOLDER.resolve()).as_posix() for _, written in found}


def _with_bare_imports(path: str) -> str:
    targets = _imported(path)
    return IMPORT.sub(
        lambda found: f'{found.group(1)}"{bare(targets[found.group(2)])}";', assets()[path].content.decode()
    )
