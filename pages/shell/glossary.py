"""Terms and their meaning; the first use of each on a page is linked, and its definition opens there."""

import inspect
import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import streamlit as st

from pages.shell import chapter
from pages.shell.terms import OTHER_MEANINGS, TERMS, Term
from viz import streamlit_dom as dom
from viz.components import definition, wayfinding

MOST_LINKS = 12
"""On one page: more would make its text hard to read."""
KEPT = re.compile(
    r"""(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)   # code
    | \$\$.*?\$\$ | \$[^$\n]+\$           # mathematics
    | \[[^\]]*\](?:\([^)]*\))?            # links, and lists of numbers
    | “[^”]*”                             # what stands on a button or in a list
    | <[^>]*> | \w+://\S+ | :material/\w+:
    """,
    re.VERBOSE | re.DOTALL,
)
"""What no link may be put into."""
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
BOUND_BEFORE = re.compile(r"(?:[\w\\!\]:@.$^&<`-]|\]\(|\w[*_]+)$")
BOUND_AFTER = re.compile(r"(?:[\w(\[=^`]|[*_]+\w|-\w)")
"""Beside these a link would change what Markdown makes of the text, or split a name."""


class Use(NamedTuple):
    """A term used at text[start:stop]."""

    start: int
    stop: int
    term: Term


class Page:
    """What a page has linked so far: by term, the place in the page's code that uses it first."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.places: dict[Term, object] = {}
        self.opening = True


def opened(stem: str) -> None:
    """Before the page: no term has been used on it. stem: its opening defines its own terms; "" links nothing."""
    st.session_state.glossary_page = Page(stem)


def linked(text: str) -> str:
    """Markdown with the first use of each term on this page linked to its meaning.

    The same place in the page's code may say another text when only its part of the page runs again: its earlier
    terms are then free.
    """
    page = st.session_state.get("glossary_page")
    if page is None or not page.stem:
        return text
    place = _caller()
    page.places = {term: known for term, known in page.places.items() if known != place}
    opening, page.opening = page.opening, False
    parts, end, room = [], 0, MOST_LINKS - sum(known is not None for known in page.places.values())
    for start, stop, term in uses(text):
        if term in page.places or not term.means_it_on(page.stem):
            continue
        if opening and term.page == page.stem:
            page.places[term] = None
        elif room > 0:
            page.places[term] = place
            room -= 1
            parts += [text[end:start], f"[{text[start:stop]}]({address(term)})"]
            end = stop
    return "".join([*parts, text[end:]])


@lru_cache(maxsize=1024)
def uses(text: str) -> tuple[Use, ...]:
    """Every use of a term in Markdown, outside code, mathematics, links and quotes; the longest name first."""
    found = []
    for start, stop in _plain(text):
        words = list(WORD.finditer(text, start, stop))
        place = 0
        while place < len(words):
            length, term = _longest(text, words, place)
            if term and _may_link(text, words[place].start(), words[place + length - 1].end()):
                found.append(Use(words[place].start(), words[place + length - 1].end(), term))
            place += length
    return tuple(found)


def address(term: Term) -> str:
    """Where the glossary explains it."""
    return f"{wayfinding.home()}glossary#{term.slug}"


@cache
def entries() -> list[dict[str, str]]:
    """All terms as the components show them."""
    return [
        {
            "slug": term.slug,
            "name": term.name,
            "forms": " ".join(term.forms[1:]),
            "meaning": term.meaning,
            "page": term.page,
            "title": chapter.lesson(term.page).title,
            "address": chapter.address(term.page),
        }
        for term in TERMS
    ]


def offer(stem: str) -> None:
    """The definitions, ready to open beside the links of this page."""
    # Out of the page's flow: it shows nothing until a link is followed.
    st.html(f"<style>{dom.BLOCK}:has(> .st-key-glossary_box) {{ position: absolute; }}</style>")
    with st.container(key="glossary_box"):
        definition.definitions(entries(), here=stem, key="glossary_definitions")


def _plain(text: str) -> list[tuple[int, int]]:
    bounds = [0]
    for kept in KEPT.finditer(text):
        bounds += kept.span()
    bounds.append(len(text))
    return list(zip(bounds[::2], bounds[1::2], strict=True))


@cache
def _by_first_word() -> dict[str, list[tuple[list[str], Term | None]]]:
    named = [(form, term) for term in TERMS for form in term.forms]
    table: dict[str, list[tuple[list[str], Term | None]]] = {}
    for form, term in [*named, *((phrase, None) for phrase in OTHER_MEANINGS)]:
        words = form.lower().split()
        table.setdefault(words[0], []).append((words, term))
    for forms in table.values():
        forms.sort(key=lambda form: -len(form[0]))
    return table


def _longest(text: str, words: list[re.Match[str]], place: int) -> tuple[int, Term | None]:
    """How many words from here make the longest known name, and its term; 1 and None if they make none."""
    for name, term in _by_first_word().get(words[place].group().lower(), ()):
        here = words[place : place + len(name)]
        gaps = (text[a.end() : b.start()] for a, b in pairwise(here))
        if [word.group().lower() for word in here] == name and all(gap in (" ", "\n") for gap in gaps):
            return len(name), term
    return 1, None


def _may_link(text: str, start: int, stop: int) -> bool:
    before, after = text[max(0, start - 8) : start], text[stop : stop + 8]
    return not BOUND_BEFORE.search(before) and not BOUND_AFTER.match(after)


def _caller() -> tuple[str, int]:
    """The line of the page's own code that asked."""
    frame = inspect.currentframe()
    while frame and str(frame.f_globals.get("__name__")).startswith("pages.shell"):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)
