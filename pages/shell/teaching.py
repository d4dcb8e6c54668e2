"""A teacher's link: hide=… takes chosen controls and parts off the page, frozen=1 leaves one view of its pictures.

Streamlit gives every keyed element the class ``st-key-<key>``, so a style sheet sent before the page hides what the
link names, and nothing flashes.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from viz import streamlit_dom as dom
from viz.components.teaching import teaching

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
MOST = 100
MARK = "/* uncrumple-teaching */"
"""By this the panel finds the style sheet, whose place it takes in the browser."""
PARTS = {
    "sidebar": ("The sidebar", [dom.SIDEBAR, dom.SIDEBAR_OPENER]),
    "text": ("The opening idea", ['[class*="st-key-part_text_"]']),
    "notice": ("What to notice", ['[class*="st-key-part_notice_"]']),
    "try": ("Try this", ['[class*="st-key-part_try_"]']),
    "code": ("The code", ['[class*="st-key-part_code_"]', f'{dom.TABS}[class*="_code "]']),
    "questions": ("Check yourself", [".st-key-part_questions"]),
    "path": ("The way on", [".st-key-path_back", ".st-key-path_onward"]),
    "teaching": ("This panel (in the link only)", [".st-key-part_teaching"]),
}
"""Name in the link → label, and what it hides. Names that are none of these are keys without the page's stem."""
PICTURES = f":is({dom.COMPONENT}, {dom.HTML}, {dom.ALERT}, {dom.HEADING} h1)"
"""What stays of a frozen page; of headings, the title."""
FROZEN = f"""
{dom.HEADER}, {dom.SIDEBAR}, .uncrumple-take,
[class*="st-key-part_"], [class*="st-key-path_"], [class*="st-key-glossary_"],
{dom.BLOCK}:has(> :is([class*="_address"], [class*="st-key-path_"])), {dom.ELEMENT}:has(.uncrumple-address),
{dom.MAIN} :is({dom.ELEMENT}, {dom.BLOCK}, {dom.COLUMN}, {dom.TABS}, {dom.EXPANDER}):not(:has({PICTURES})) {{
  display: none !important
}}
{dom.MAIN} {dom.COLUMN_OF_PAGE} {{ padding: 1rem 1rem 2rem }}
{dom.MAIN} :is(button, input, select, textarea, a):not([data-scrubs], [data-scrubs] *) {{
  pointer-events: none; opacity: 0.65
}}
"""


class Asked(NamedTuple):
    """What a link asks for. hidden: names that something may have; refused: how many names nothing can have."""

    hidden: tuple[str, ...]
    refused: int
    frozen: bool
    word: str


def read(hide: Sequence[str], frozen: Sequence[str]) -> Asked:
    """The values of both parameters, read as what a stranger may have written."""
    names = [name for text in hide for name in text.split(",") if name]
    hidden = tuple(dict.fromkeys(name for name in names if NAME.fullmatch(name)))[:MOST]
    refused = len(set(names)) - len(hidden)
    said = []
    if refused:
        few = "a name" if refused == 1 else f"{refused} names"
        said.append(f"This link hides {few} that nothing here can have; the rest of it counts.")
    freezes = bool(frozen) and set(frozen) == {"1"}
    if frozen and not freezes:
        said.append("A link freezes a page with frozen=1 and nothing else; this page is not frozen.")
    return Asked(hidden, refused, freezes, " ".join(said))


def style(stem: str, asked: Asked) -> str:
    """The style sheet that takes off the page what the link names."""
    selectors = []
    for name in asked.hidden:
        keys = [f".st-key-{stem}_{name}", f".st-key-{stem}_{name}_box"]
        selectors += PARTS[name][1] if name in PARTS else keys
    rules = [f"{selector}, {dom.BLOCK}:has(> {selector}) {{ display: none !important }}" for selector in selectors]
    return "\n".join([MARK, *rules, *([FROZEN] if asked.frozen else [])])


def opened(stem: str) -> None:
    """Before the page: hide what the address says, without a flash; a word about names nothing can have."""
    found = read(st.query_params.get_all("hide"), st.query_params.get_all("frozen"))
    st.html(f"<style>{style(stem, found)}\n</style>")
    with st.container(key=f"{stem}_teaching_word"):
        if found.word:
            st.warning(found.word, icon=":material/link_off:")


def offer(stem: str) -> None:
    """After the page: where a teacher chooses what to hide, and copies the link."""
    with st.container(key="part_teaching"):
        teaching(stem, PARTS, key=f"{stem}_teaching")
