"""All terms of the chapter, in the order of the alphabet, with a search that needs no server."""

from collections.abc import Mapping, Sequence

from viz.components import assets


def term_list(entries: Sequence[Mapping[str, str]], *, key: str) -> None:
    """Show every entry; typing leaves those that match. The address's fragment leads to one.

    entries: slug, name, forms (what else to find it by), meaning, and title, address of the page that shows it.
    """
    assets.component("term_list", taken="never")(key=key, data={"entries": list(entries)})
