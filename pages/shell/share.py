"""A page's state in its address: a link rebuilds the view, and what no page could have made is left out, with a word.

What a page asks for by ``default`` is a setting: it may come from the link, and stands in the address while the page
shows it and it is not as usual. Nothing else in a session can be reached by a link.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, update_wrapper
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shell import link_values, signpost
from pages.shell.chapter import GLOSSARY, LESSONS
from pages.shell.link_values import Check, Unfit, between, within
from viz.components.address import address
from viz.components.link_words import link_words
from viz.verbatim import verbatim

__all__ = ["between", "default", "fragment", "guarded", "incomplete", "opened", "parts", "publish", "within"]

OWN = re.compile(r"at-.*|ink")
"""Names in an address that only the browser reads."""
OTHERS = re.compile(rf"{OWN.pattern}|hide|frozen|embed|embed_options|utm_.*|fbclid|gclid|msclkid|{signpost.ASKED}")
"""Names in an address that are not the page's settings: what the browser keeps, what other parts and sites add."""
SAFE = "/,:@*"
"""Signs that stay readable in an address, and break no link where it is pasted."""
MAX_NAMES = 100
STATE = "share_state"
CANVASES = ("whole_picture", "drawing")
"""Pages that can show the drawing of a link."""


class _Setting(NamedTuple):
    """Where a setting is kept: under a key, perhaps as an entry of the dict there. usual: the text of its default.

    accepted: the key of the last value the page could use, where it keeps that.
    """

    key: str
    usual: str
    entry: str | None = None
    accepted: str | None = None

    @property
    def text(self) -> str:
        """Of the setting as it is; of the last value the page could use, where it keeps that."""
        state = st.session_state
        value = state[self.accepted] if self.accepted and self.accepted in state else state.get(self.key)
        return link_values.write(value if self.entry is None else (value or {}).get(self.entry))


class _Page:
    """One page of one reader. part: the fragment that runs now. used: the settings each part asked for, by name.

    link: what is still to be asked for. taken, refused: what was, as texts. twice: names the link gives two values.
    browsers: what only the browser reads of it. astray: the unknown name that led here. before: all keys before the
    link was read. first: opened for the first time. complete: nothing the page needs is missing. running: the whole
    page, not only a fragment. word: to be said of the link; said_at: the serial of the address it was said with.
    """

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.link: dict[str, str] = {}
        self.taken: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.twice: dict[str, list[str]] = {}
        self.browsers: dict[str, list[str]] = {}
        self.before: set[str] = set()
        self.used: dict[str, dict[str, _Setting]] = {}
        self.part = self.word = self.astray = ""
        self.said_at: int | None = None
        self.first = self.complete = self.running = True
        self.place: DeltaGenerator | None = None

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """A part runs anew: what it and the parts inside it asked for before is forgotten."""
        outer, self.part = self.part, f"{self.part}/{part}"
        self.used = {known: names for known, names in self.used.items() if not f"{known}/".startswith(f"{self.part}/")}
        try:
            yield
        finally:
            self.part = outer


class _State:
    """All pages of one reader, the one shown, and what its address was last said to be."""

    def __init__(self) -> None:
        self.pages: dict[str, _Page] = {}
        self.shown: _Page | None = None
        self.token = secrets.token_hex(4)
        self.said = ("", "")
        self.serial = 0


def _shown() -> _Page | None:
    state = st.session_state.get(STATE)
    return state and state.shown


def default(
    key: str, value: Any, check: Check | None = None, *, kind: type | None = None, accepted: str | None = None
) -> Any:
    """What the page keeps under this key: set by the reader, else by the link, else this value. Returns it.

    Call it before the widget of this key, which then has no first value of its own. check: see link_values.read; say
    what may be chosen, since many widgets quietly change what they do not offer. kind: the type where the setting can
    be None. accepted: the key under which the page keeps the last value it could use; the link carries that one.
    """
    page, state = _shown(), st.session_state
    if page is None or not key.startswith(f"{page.stem}_"):
        return state.setdefault(key, value)
    setting = _Setting(key, link_values.write(value), accepted=accepted)
    found = _linked(page, key.removeprefix(f"{page.stem}_"), setting, value, check, kind, new=key not in state)
    return state.setdefault(key, found)


def parts(
    key: str, usual: Mapping[str, Any], checks: Mapping[str, Check] | None = None, *, prefix: str = ""
) -> dict[str, Any]:
    """``default`` for a dict the page keeps under this key: each entry of ``usual`` is a setting of that name.

    The dict may hold other entries too. None stands for a whole number or none. prefix: before all these names.
    """
    page, state = _shown(), st.session_state
    if page is None or not key.startswith(f"{page.stem}_"):
        return state.setdefault(key, dict(usual))
    new = key not in state
    found = {
        entry: _linked(
            page,
            prefix + entry,
            _Setting(key, link_values.write(value), entry),
            value,
            (checks or {}).get(entry),
            None,
            new=new,
        )
        for entry, value in usual.items()
    }
    return state.setdefault(key, found)


def _linked(
    page: _Page, name: str, setting: _Setting, value: Any, check: Check | None, kind: type | None, *, new: bool
) -> Any:
    """The value of the link where it has one that fits, else this one; the page has asked for the setting."""
    page.used.setdefault(page.part, {})[name] = setting
    text = page.link.pop(name, None)
    if text is None or not new:
        return value
    if name in page.twice:
        page.refused[name] = text
        return value
    like = kind or (int if value is None else value.tolist() if hasattr(value, "tolist") else value)
    try:
        found = link_values.read(text, like, check)
    except Unfit:
        page.refused[name] = text
        return value
    page.taken[name] = link_values.write(found)
    return found


def incomplete() -> None:
    """Something this page needs is still on its way: settings not asked for yet may be later."""
    if page := _shown():
        page.complete = False


def fragment(part: Callable | None = None, *, name: str = "", run_every: float | None = None) -> Callable:
    """st.fragment for parts with controls: the address follows them too. name: where one function makes two parts."""
    if part is None:
        return partial(fragment, name=name, run_every=run_every)
    inner = part.func if isinstance(part, partial) else part
    called = re.sub(r"\W+|__+", "_", name or f"{inner.__module__.rpartition('.')[2]}_{inner.__name__}").strip("_")

    def followed(*values: object, **named: object) -> object:
        page = _shown()
        if page is None:
            return part(*values, **named)
        with page.within(called):
            result = _tried(page, partial(part, *values, **named))
        _say(page, called)
        return result

    return st.fragment(update_wrapper(followed, inner), run_every=run_every)


def opened(stem: str) -> None:
    """Before the page: its link, if it is opened just now, and a place for a word about what does not fit."""
    state = st.session_state.setdefault(STATE, _State())
    if state.shown is None or state.shown.stem != stem:
        page = state.shown = state.pages.setdefault(stem, _Page(stem))
        asked = {name: st.query_params.get_all(name) for name in st.query_params if not OTHERS.fullmatch(name)}
        page.link = {name: texts[0] for name, texts in list(asked.items())[:MAX_NAMES]}
        page.twice = {name: list(dict.fromkeys(asked[name])) for name in page.link if len(set(asked[name])) > 1}
        page.astray = "" if page.stem != LESSONS[0].stem else st.query_params.get(signpost.ASKED, "")
        page.browsers = {name: st.query_params.get_all(name) for name in st.query_params if OWN.fullmatch(name)}
        page.before = set(st.session_state)
        page.taken, page.refused, page.word = {}, {}, ""
    page = state.shown
    page.used, page.part, page.complete, page.running = {}, "", True, True
    page.place = st.container(key=f"{stem}_link_word")
    if page.browsers:
        link_words(page.browsers, canvas=stem in CANVASES, key=f"{stem}_link_unread")


def guarded(stem: str, run: Callable[[], None]) -> None:
    """Run the page; settings of a link that break it are dropped, and the page runs without them."""
    page = _shown()
    if page is None or page.stem != stem:
        run()
    else:
        _tried(page, run)


def _tried(page: _Page, run: Callable[[], object]) -> object:
    """Run it. Where it fails with settings of a link, all the page made of them is forgotten, and it begins anew."""
    try:
        return run()
    except Exception:
        if not page.taken:
            raise
    for key in set(st.session_state) - page.before:
        if str(key).startswith(f"{page.stem}_"):
            del st.session_state[key]
    page.taken, page.link, page.refused = {}, {}, {}
    page.word = "The settings of this link do not fit together; the page shows its usual view."
    st.rerun()


def publish(stem: str) -> None:
    """After the page: its address says what it shows, and a word what of its link could not be used."""
    page = _shown()
    if page is None or page.stem != stem:
        return
    page.running = False
    if page.complete:
        word, page.word = page.word or _word(page), ""
        astray, page.astray = page.astray, ""
        page.taken, page.link, page.refused, page.first = {}, {}, {}, False
        if word:
            page.place.warning(word, icon=":material/link_off:")
            page.said_at = _serial(page)
        if astray:
            _direct(page, astray)
    _say(page, "")


def _direct(page: _Page, name: str) -> None:
    """A word about the page that is not there, and the way to the one whose name is nearest."""
    with page.place:
        near = signpost.nearest(name)
        rest = "The nearest by name:" if near else "All pages stand in the chapter’s list, at this page’s foot."
        st.warning(f"There is no page called “{_quiet(name)}”. {rest}", icon=":material/link_off:")
        if near:
            st.page_link(near.file, label=near.title, icon=f":material/{near.icon}:")


def _word(page: _Page) -> str:
    """What could not be used of the link; "" where all was, or where the page has been opened before."""
    if not page.first:
        return ""
    now = {name: setting.text for names in page.used.values() for name, setting in names.items()}
    twice = {name: page.refused.pop(name) for name in page.twice if name in page.refused}
    unfit = page.refused | {name: text for name, text in page.taken.items() if now.get(name, text) != text}
    sentences = []
    if unfit:
        named = [f"{_quiet(name)} ({_quiet(text) or 'empty'})" for name, text in unfit.items()]
        verb, value = ("does", "its usual value is") if len(named) == 1 else ("do", "their usual values are")
        sentences.append(f"This link’s {_listed(named)} {verb} not fit this page; {value} used.")
    if twice:
        named = [
            f"{_quiet(name)} ({_listed([_quiet(text) or 'empty' for text in page.twice[name]])})" for name in twice
        ]
        value = "its usual value is" if len(named) == 1 else "their usual values are"
        sentences.append(f"This link gives more than one {_listed(named)}; {value} used.")
    if page.link:
        unknown = [_quiet(name) or "with an empty name" for name in page.link]
        sentences.append(f"This view has no setting {_listed(unknown, 'or')}.")
    return " ".join(sentences)


def _quiet(text: str) -> str:
    """Short, on one line, and without any sign that Markdown understands."""
    return verbatim(text[:200].strip(), limit=24)


def _listed(parts: list[str], word: str = "and") -> str:
    shown = parts[:3] + ([f"{len(parts) - 3} more"] if len(parts) > 3 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _query(page: _Page) -> str:
    """What the address says: settings that are not as usual, and those of the link that no part has asked for yet."""
    found = dict(page.link)
    for names in page.used.values():
        found |= {name: text for name, setting in names.items() if (text := setting.text) != setting.usual}
    return "&".join(f"{quote_plus(name)}={quote_plus(text, safe=SAFE)}" for name, text in found.items())


def _serial(page: _Page) -> int:
    """The number of this address among all the reader's so far; another query, another number."""
    state, said = st.session_state[STATE], (page.stem, _query(page))
    if state.said != said:
        state.said, state.serial = said, state.serial + 1
    return state.serial


def _say(page: _Page, part: str) -> None:
    """Tell the browser the address, a fragment only of its own runs; at the page's foot also offer to copy it."""
    serial, state = -1 if page.running else _serial(page), st.session_state[STATE]
    stems = [lesson.stem for lesson in (*LESSONS, GLOSSARY)]
    address(
        key=f"{page.stem}_address_{part}" if part else f"{page.stem}_address",
        query=state.said[1],
        serial=serial,
        reader=state.token,
        page="" if page.stem == stems[0] else page.stem,
        pages=stems,
        copies=not part,
        word=f"{page.stem}_link_word" if page.said_at is not None and serial > page.said_at else "",
    )
