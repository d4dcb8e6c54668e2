"""A page to take along as a notebook: its text in short, the code of its view, and what that prints."""

import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import NamedTuple

import streamlit as st

from engine.training import pretrained
from engine.typed import programs
from pages.shell import running, session, share, streamlit_seam
from pages.shell.weights import WEIGHTS
from viz import notebook

STATE = "notebook_state"
MNIST = (
    "It reads the four files of MNIST from the folder that the environment variable `UNCRUMPLE_MNIST` names, else "
    "from `~/.cache/uncrumple/mnist`, where the app keeps them."
)
FOLDER = "It imports a module of the app: open it in the app's folder."
HELP = "This page in short, its code, and what that prints: the code is run when you press, which takes a while."


class _Page:
    """What the shown page has said. texts: (fragment, what it is) → Markdown; the fragment is None outside of all."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.texts: dict[tuple[str | None, str], str] = {}


class _View(NamedTuple):
    """What a button was drawn with. made: paths → what makes the files the code reads."""

    page: _Page
    part: str | None
    snippets: Mapping[str, str]
    note: str
    address: Callable[[], str]
    made: Mapping[str, Callable[[], bytes]]


def begin(title: str) -> None:
    """A page begins."""
    st.session_state[STATE] = _Page(title)


def say(text: str) -> None:
    """Text of the page, in Markdown."""
    page, part = st.session_state.get(STATE), streamlit_seam.fragment()
    if page is not None:
        # A fragment that runs again says its piece again, perhaps with other numbers.
        page.texts[part, text if part is None else text.partition("\n")[0]] = text


def offer(
    stem: str, snippets: Mapping[str, str], note: str, files: Mapping[str, Callable[[], bytes]] | None = None
) -> None:
    """The button that makes the notebook. files: what makes the files that the code reads, where it is not usual."""
    page = st.session_state.get(STATE) or _Page("Uncrumple")
    view = _View(page, streamlit_seam.fragment(), snippets, note, _address(), _files(snippets) | dict(files or {}))
    # Made when asked for, in a thread of its own; Streamlit shows the button at work, and nobody else waits for it.
    st.download_button(
        "Notebook",
        lambda: _written(view),
        f"{stem}.ipynb",
        "application/x-ipynb+json",
        key=f"{stem}_notebook",
        icon=":material/book_2:",
        help=HELP,
        on_click="ignore",
    )


def _files(snippets: Mapping[str, str]) -> dict[str, Callable[[], bytes]]:
    """The weights, for code that reads them."""
    usual = {WEIGHTS["pretrained"]: pretrained.PATH.read_bytes, WEIGHTS["yours"]: session.current().weights_file}
    return {path: made for path, made in usual.items() if any(f'"{path}"' in source for source in snippets.values())}


def _address() -> Callable[[], str]:
    """What makes the address of the view as it is then; "" where it is not known."""
    place, state = st.context.url or "", st.session_state.get(share.STATE)

    def now() -> str:
        query = state.said[1] if state else ""
        return f"{place}?{query}" if place and query else place

    return now


def _written(view: _View) -> str:
    text = notebook.Text(view.page.title, _said(view), _origin(view), _needs(view))
    done = running.run(view.snippets, {path: made() for path, made in view.made.items()})
    return notebook.notebook(text, done)


def _said(view: _View) -> tuple[str, ...]:
    """Text outside all fragments, and that of the code's own."""
    return tuple(text for (part, _), text in view.page.texts.items() if part in (None, view.part))


def _origin(view: _View) -> str:
    """Where the notebook comes from, and the versions that computed what it shows."""
    wanted = {name for source in view.snippets.values() for name in programs.imported(source)}
    versions = [f"Python {sys.version.partition(' ')[0]}"]
    for name, called in (("numpy", "NumPy"), ("jax", "JAX"), ("keras", "Keras")):
        try:
            versions += [f"{called} {metadata.version(name)}"] if name in wanted else []
        except metadata.PackageNotFoundError:
            continue
    address = view.address()
    place = f" Its view: <{address}>" if address else ""
    return f"*Made by Uncrumple on its page “{view.page.title}”, with {', '.join(versions)}.*{place}"


def _needs(view: _View) -> str:
    """What the code reads, and how to have it elsewhere."""
    joined = "\n".join(view.snippets.values())
    sentences = [view.note, MNIST if "UNCRUMPLE_MNIST" in joined else "", FOLDER if "from engine" in joined else ""]
    return " ".join(sentence for sentence in sentences if sentence)
