"""What the server refuses, and what it asks browsers to refuse: foreign host names, foreign frames, guessed types.

A page on another site could have its own name point at this machine and then drive the app with its visitor's browser
(DNS rebinding). It can do so only under a name of its own: addresses in digits and the names of this machine are safe.
"""

import ipaddress
import os
import socket

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS, FRAMES = "UNCRUMPLE_HOSTS", "UNCRUMPLE_FRAMES"
"""Names of the environment: other host names, and other sites that may show the app in a frame; with commas between."""
NOT_HERE = "This server does not go by that name. Whoever runs it can add the name: see README, “A class and a server”."
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "connect-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""As strict as Streamlit's own page allows: it writes scripts and styles inline, and loads components from blobs."""


def listed(name: str) -> list[str]:
    """What a variable of the environment lists."""
    return [part.strip().lower() for part in os.environ.get(name, "").split(",") if part.strip()]


def is_ours(host: str) -> bool:
    """Whether a Host header can be that of someone who means this server.

    >>> is_ours("localhost:8501"), is_ours("192.168.1.20:8501"), is_ours("[::1]:80"), is_ours("evil.example")
    (True, True, True, False)
    """
    name = host.strip().lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        machine = socket.gethostname().lower()
        usual = {"localhost", machine, f"{machine.partition('.')[0]}.local"}
        asked = str(st.get_option("browser.serverAddress") or "").lower()
        return name in usual | {asked} | set(listed(HOSTS))


def policy() -> str:
    """The Content-Security-Policy of every answer."""
    frames = " ".join(["'self'", *listed(FRAMES)])
    return "; ".join(f"{name} {sources}" for name, sources in {**POLICY, "frame-ancestors": frames}.items())


class Guard:
    """ASGI middleware around everything, websockets among it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a name that is not this server's; else answer, with the headers."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not is_ours(Headers(scope=scope).get("host", "")):
            await self._refuse(scope, receive, send)
        else:
            await self.app(scope, receive, self._heading(send) if scope["type"] == "http" else send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(NOT_HERE, 421)(scope, receive, send)

    def _heading(self, send: Send) -> Send:
        own = {name for name, _ in self.headers}

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in own]
                message = {**message, "headers": [*kept, *self.headers]}
            await send(message)

        return headed
