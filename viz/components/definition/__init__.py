"""Definitions that open beside the terms linked in a page's text."""

from collections.abc import Mapping, Sequence

from viz.components import assets, wayfinding


def definitions(entries: Sequence[Mapping[str, str]], *, here: str, key: str) -> None:
    """Let links to the glossary open their definition in place, without a rerun. Shows nothing by itself.

    entries: slug, name, meaning, and page, title, address of the page that shows it; here: the stem of this page.
    """
    data = {"entries": list(entries), "here": here, "glossary": f"{wayfinding.home()}glossary"}
    assets.component("definition", taken="never")(key=key, data=data)
