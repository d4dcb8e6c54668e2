"""An address that no page has leads to the page meant; where none is plain, to the first page with the nearest named.

Streamlit answers every such address with its own empty page, which then says "Page not found" in a dialog or, below a
folder, shows nothing at all.
"""

import re
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import quote, quote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shell.chapter import GLOSSARY, LESSONS, Lesson
from viz.components import wayfinding

ASKED = "no-page"
"""The name in the first page's address under which the unknown one is handed on."""
PAGES = {page.stem: page for page in (*LESSONS, GLOSSARY)}
MAX_NAME = 100
ALIKE = 0.6
"""As much of two names must agree for one to be taken for the other: twice the letters in common by all letters."""


class Signpost:
    """ASGI middleware: sends on whoever asks for a page that is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; where Streamlit would answer with its page for an unknown name, redirect."""
        target = direction(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if target is None:
            await self.app(scope, receive, send)
            return
        start: dict[str, Any] = {}

        async def turned(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"")
                start.update(page=message["status"] == 200 and kind.startswith(b"text/html"))
                if start["page"]:
                    headers = [
                        (b"location", target.encode()),
                        (b"content-length", b"0"),
                        (b"cache-control", b"no-store"),
                    ]
                    message = {"type": "http.response.start", "status": 307, "headers": headers}
            elif start["page"]:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self.app(scope, receive, turned)


def direction(scope: Scope) -> str | None:
    """Where a request for a page goes instead; None if it is right, or for no page."""
    headers = dict(scope["headers"])
    path, home = scope["path"], wayfinding.home()
    if b"text/html" not in headers.get(b"accept", b"") or not path.startswith(home):
        return None
    name = path.removeprefix(home).rstrip("/")
    if (name in PAGES and name != LESSONS[0].stem) or not name or name.startswith("_stcore"):
        return None
    query = scope["query_string"].decode("latin-1")
    page = named(name)
    if page is None:
        return f"{home}?{ASKED}={quote_plus(name.rsplit('/', 1)[-1][:MAX_NAME])}"
    last = "" if page is LESSONS[0] else quote(page.stem)
    return f"{home}{last}" + (f"?{query}" if query else "")


def named(name: str) -> Lesson | None:
    """The page whose name, or title, this is but for capitals, signs, folders before and an ending.

    >>> named("chapter/Data-types.html").stem, named("tensrs")
    ('dtypes', None)
    """
    plain = _plain(name)
    return next((page for page in PAGES.values() if plain in (_plain(page.stem), _plain(page.title))), None)


def nearest(name: str) -> Lesson | None:
    """The page whose name or title is most like this one; None if none is like it.

    >>> nearest("tensrs").stem, nearest("batch size").stem, nearest("zzz")
    ('tensors', 'batches', None)
    """

    def likeness(page: Lesson) -> float:
        pair = SequenceMatcher(b=_plain(name))
        found = []
        for text in (page.stem, page.title):
            pair.set_seq1(_plain(text))
            found.append(pair.ratio())
        return max(found)

    best = max(PAGES.values(), key=likeness)
    return best if likeness(best) >= ALIKE else None


def _plain(name: str) -> str:
    last = name.rstrip("/").rsplit("/", 1)[-1][:MAX_NAME].casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"\.(html?|py)$", "", last))
