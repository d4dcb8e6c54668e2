"""The only place with colours: palettes, the Plotly template, layout helpers.

Figures carry colour *names*, written ``var(--data)``, which Plotly accepts as colours. The live-figure component
puts the reader's light or dark palette in their place in the browser, so switching the theme needs no new figure.
``resolve`` does the same in Python.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from viz import streamlit_dom as dom

LIGHT = {
    "data": "#0072B2",
    "weights": "#B85000",
    "prediction": "#7B3FB5",
    "loss": "#B3261E",
    "gradient": "#00725A",
    "truth": "#1F2328",
    "neutral": "#6F675C",
    "text": "#1F2328",
    "muted": "#59616B",
    "grid": "#E4E0D8",
    "edge": "#B9B2A6",
    "mesh": "#8C857A",
    "surface": "#FFFFFF",
    "panel": "#F3F1EC",
    "ink": "#1F2328",
    "halftone": "#7FB2D6",
    "negative": "#B85000",
    "zero": "#FFFFFF",
    "positive": "#0072B2",
    "digit0": "#115599",
    "digit1": "#440000",
    "digit2": "#BB22EE",
    "digit3": "#992255",
    "digit4": "#114433",
    "digit5": "#776688",
    "digit6": "#3300AA",
    "digit7": "#555500",
    "digit8": "#886655",
    "digit9": "#228800",
}
DARK = {
    "data": "#56B4E9",
    "weights": "#E69F00",
    "prediction": "#C297FF",
    "loss": "#FF8A80",
    "gradient": "#2BD4A4",
    "truth": "#F0F3F6",
    "neutral": "#B3AA9C",
    "text": "#E8ECF1",
    "muted": "#A3ADB9",
    "grid": "#2C333D",
    "edge": "#4C5664",
    "mesh": "#6B7788",
    "surface": "#14171C",
    "panel": "#1E232B",
    "ink": "#F0F3F6",
    "halftone": "#2C6A92",
    "negative": "#E69F00",
    "zero": "#14171C",
    "positive": "#56B4E9",
    "digit0": "#55BBEE",
    "digit1": "#AA7700",
    "digit2": "#DD00FF",
    "digit3": "#EE5577",
    "digit4": "#009977",
    "digit5": "#9988AA",
    "digit6": "#AAFFCC",
    "digit7": "#FFDD77",
    "digit8": "#EEAA88",
    "digit9": "#88BB22",
}
PALETTES = {"light": LIGHT, "dark": DARK}
SYNTAX = {
    "string": ("#1B6B2E", "#7BD88F"),
    "number": ("#A34700", "#E6B45A"),
    "keyword": ("#0B5CAD", "#7CC5F0"),
    "function": ("#7B3FB5", "#C297FF"),
    "operator": (LIGHT["text"], DARK["text"]),
    "comment": (LIGHT["muted"], DARK["muted"]),
}
"""The signs of code, light and dark; a sign of two kinds has the colour of the later one."""
_TOKENS = {
    "string": ("string", "char"),
    "number": ("number",),
    "keyword": ("keyword", "boolean", "builtin"),
    "function": ("function", "class-name", "decorator"),
    "operator": ("operator", "punctuation"),
    "comment": ("comment",),
}
AXES = ("data", "weights", "prediction", "gradient", "neutral")
"""Colour names of tensor axes 0 to 4, kept through every operation."""
DIGITS = tuple(f"digit{digit}" for digit in range(10))
"""Colour names of the ten digits, where a picture needs all at once; each is also written as its numeral.

Searched for: no two are alike, nor like "truth", to readers with or without colour blindness (a test measures it).
"""


def color(name: str) -> str:
    """The name of a colour as figures carry it; KeyError for a name outside the palette.

    >>> color("data")
    'var(--data)'
    """
    LIGHT[name]
    return f"var(--{name})"


DIVERGING = [[0.0, color("negative")], [0.5, color("zero")], [1.0, color("positive")]]
"""Colour scale for signed values, zero in the middle."""
SEQUENTIAL = [[0.0, color("zero")], [1.0, color("prediction")]]
"""Colour scale for counts and probabilities, from nothing to much."""
INK = [[0.0, color("surface")], [1.0, color("ink")]]
"""Colour scale for digits: paper to ink."""


def layout(**changes: Any) -> dict[str, Any]:
    """The house layout as a plain dict, with top-level changes put over it."""
    axis = {
        "gridcolor": color("grid"),
        "zerolinecolor": color("grid"),
        "linecolor": color("grid"),
        "automargin": True,
        "title": {"standoff": 8, "font": {"size": 13}},
        "tickfont": {"size": 12},
    }
    style: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": color("text"), "size": 13},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "hoverlabel": {"bgcolor": color("panel"), "bordercolor": color("grid"), "font": {"color": color("text")}},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "bgcolor": "rgba(0,0,0,0)"},
        "uirevision": "kept",
        "dragmode": "zoom",
        "template": {"layout": {"xaxis": axis | {"ticklabelstandoff": 4}, "yaxis": axis | {"ticklabelstandoff": 4}}},
    }
    return style | changes


def figure(*, x_title: str = "", y_title: str = "", **changes: Any) -> go.Figure:
    """An empty figure in house style, with titled axes; changes are put over the house layout."""
    axes = {"xaxis": {"title": {"text": x_title}}, "yaxis": {"title": {"text": y_title}}}
    return go.Figure(layout=layout(**axes, **changes))


_BESIDE = f":is({dom.ELEMENT}, {dom.BLOCK}, {dom.COLUMN})"
_REFUSED = f'{_BESIDE}:has([class*="_still_shown"])'
_PICTURES = f':is({dom.COMPONENT}, {dom.HTML}):not([class*="st-key-part_"] *)'
_TYPED = (
    # Room for one fraction, so that the page stays where it is while a formula is typed; a taller one takes more.
    '[class*="_typeset"] { min-height: 3.5rem; justify-content: center; }',
    '[class*="_typeset"] .katex-display { margin: 0; padding: 0.1rem 0; overflow: auto hidden; }',
    # Pictures behind a box whose text is refused, up to the next heading: not of what stands in the box.
    f"{_REFUSED} ~ :not({_REFUSED} ~ :has(h2, h3) ~ *) {_PICTURES} {{ opacity: 0.4; filter: grayscale(1); }}",
)


def style() -> str:
    """The style sheet for what Streamlit leaves too pale: signs of code, captions, tracks, what stands on blue.

    Streamlit writes white on the primary colour whatever that is, and the primary colour on its own tint; no blue is
    far enough from both white and a dark page, so what stands on it takes the page's colour.
    """

    def either(light: str, dark: str) -> str:
        return f"light-dark({light}, {dark})"

    page = either(LIGHT["surface"], DARK["surface"])
    rules = [
        f"{dom.APP} :is({dom.PRIMARY_BUTTON}:not(:disabled), {dom.PRIMARY_BUTTON}:not(:disabled) *,"
        f" {dom.CHOSEN_TAG}, {dom.CHOSEN_TAG} *) {{ color: {page}; }}",
        f"{dom.APP} {dom.CAPTION} {{ color: {either(LIGHT['muted'], DARK['muted'])}; opacity: 1; }}",
    ]
    rules.append(
        f"{dom.APP} {dom.SLIDER_TRACK} {{ box-shadow: 0 0 0 1px {either(LIGHT['neutral'], DARK['neutral'])}; }}"
    )
    for kind, tokens in _TOKENS.items():
        names = ", ".join(f"{dom.APP} {dom.CODE} .token.{token}" for token in tokens)
        rules.append(f"{names} {{ color: {either(*SYNTAX[kind])}; }}")
    return "\n".join([*rules, *_TYPED])


def icon() -> Image.Image:
    """The app's own window icon, 32×32: a blue and a vermilion sheet that cross."""
    rows, columns = np.mgrid[0:32, 0:32]
    pixels = np.zeros((32, 32, 4), np.uint8)
    for name, height in (("data", 10 + columns // 3), ("weights", 21 - columns // 3)):
        pixels[np.abs(rows - height) < 5] = [*bytes.fromhex(LIGHT[name][1:]), 255]
    return Image.fromarray(pixels)


def resolve(built: go.Figure, theme: str) -> go.Figure:
    """The same figure with every colour name replaced by its value in the "light" or "dark" palette."""
    return go.Figure(_resolved(built.to_plotly_json(), PALETTES[theme]))


def _resolved(value: Any, palette: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(item, palette) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_resolved(item, palette) for item in value]
    if isinstance(value, str) and value.startswith("var(--"):
        return palette[value[6:-1]]
    return value
