"""The chapter's terms: what each means in a sentence or two, and the page that shows it."""

from typing import NamedTuple

from pages.shell.meanings import MEANINGS


class Term(NamedTuple):
    """A term. page: stem of the page that shows it; forms: its name and its other forms, plurals among them."""

    forms: tuple[str, ...]
    page: str
    meaning: str

    @property
    def name(self) -> str:
        """As the glossary lists it."""
        return self.forms[0]

    @property
    def slug(self) -> str:
        """Its anchor on the glossary's page.

        >>> Term(("learning rate",), "descent", "").slug
        'learning-rate'
        """
        return self.name.lower().replace(" ", "-")

    def means_it_on(self, stem: str) -> bool:
        """Whether this page uses the word in this sense."""
        return stem not in NEVER.get(self.name, ()) and stem in ONLY.get(self.name, (stem,))


ONLY = {
    "bit": ("dtypes", "tensors"),
    "copy": ("reshaping", "slicing"),
    "label": ("whole_picture", "network", "drawing", "batches", "network_graph", "from_scratch"),
    "view": ("reshaping", "slicing"),
}
"""The only pages that use a word in the sense given here."""
NEVER = {
    "axis": ("derivative", "digit_layers", "geometry", "descent", "graph", "noise"),
    "rank": ("geometry",),
    "shape": ("geometry", "folds", "uncrumple", "layer_stack"),
    "slice": ("gradient", "descent", "settings_map"),
    "target": ("reshaping",),
    "weight": ("dtypes",),
}
"""Pages that use the word in another sense."""
OTHER_MEANINGS = ("unit circle", "unit vector", "unit vectors", "held-out points", "out of shape", "best rate")
"""Phrases in which the word of a term stands for something else."""

TERMS = tuple(
    sorted(
        (
            Term(tuple(forms.split(", ")), page, meaning)
            for page, meanings in MEANINGS.items()
            for forms, meaning in meanings.items()
        ),
        key=lambda term: term.name.lower(),
    )
)
"""In the order of the alphabet."""
