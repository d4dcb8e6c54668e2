"""The style sheet of a teacher's link inside the very first answer of the server, so that nothing flashes up.

Streamlit's page is empty at first and fetches what draws it; a style sheet that comes with its elements comes too late.
"""

from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shell import teaching
from pages.shell.chapter import LESSONS

STEMS = [lesson.stem for lesson in LESSONS]
CONDITIONS = (b"if-none-match", b"if-modified-since", b"range")
STALE = (b"content-length", b"etag", b"last-modified", b"accept-ranges", b"cache-control")
END = b"</head>"


class FirstPaint:
    """ASGI middleware: pages asked for with ``hide`` or ``frozen`` get their style sheet into the head."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of a page that hides something, change the answer."""
        sheet = sheet_of(scope) if scope["type"] == "http" and scope["method"] == "GET" else ""
        if not sheet:
            await self.app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = bytearray()

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            whole = bytes(body).replace(END, f"<style>{sheet}\n</style>".encode() + END, 1)
            headers = [(name, value) for name, value in start["headers"] if name.lower() not in STALE]
            headers += [(b"content-length", str(len(whole)).encode()), (b"cache-control", b"no-store")]
            await send({**start, "headers": headers})
            await send({**message, "body": whole})

        headers = [(name, value) for name, value in scope["headers"] if name not in (*CONDITIONS, b"accept-encoding")]
        await self.app({**scope, "headers": headers}, receive, changed)


def sheet_of(scope: Scope) -> str:
    """The style sheet an address asks for; "" where it hides nothing."""
    last = scope["path"].rstrip("/").rsplit("/", 1)[-1]
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    found = teaching.read(asked.get("hide", []), asked.get("frozen", []))
    stem = last if last in STEMS else STEMS[0]
    return teaching.style(stem, found) if found.hidden or found.frozen else ""
