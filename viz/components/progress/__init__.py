"""The reader's way through the pages, ticked by the browser: a row at a page's foot, an overview, a count."""

from collections.abc import Mapping, Sequence
from typing import Any

from viz.components import assets

Sections = Sequence[Mapping[str, Any]]


def row(sections: Sections, *, here: str, key: str) -> None:
    """A mark for every page, with what has been read; it also notes when this page has been.

    sections: short, title, and pages, each with stem, title, offer and address; here: the stem of this page.
    """
    _mount({"form": "row", "sections": sections, "here": here}, key)


def overview(sections: Sections, *, here: str, key: str) -> None:
    """Every page with what it offers, what has been read, and where to go on; notes as row does."""
    _mount({"form": "overview", "sections": sections, "here": here}, key)


def count(answers: Mapping[str, int], *, here: str, visit: str, key: str) -> None:
    """How many questions the reader has answered right.

    answers: asked and right, on this page in this visit (one session of the server); the browser keeps those of
    earlier visits.
    """
    _mount({"form": "count", "answers": dict(answers), "here": here, "visit": visit}, key)


def _mount(data: Mapping[str, Any], key: str) -> None:
    assets.component("progress", taken="never")(key=key, data=data)
