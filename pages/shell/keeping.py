"""What a reader has running or trained: kept through a lost connection and a reload, for a stated time and number.

Streamlit clears a session's resources as soon as its connection drops, be it for a second. Here they are found again by
a token: the session's state has it while Streamlit keeps that, the browser's tab also after a reload.
"""

import secrets
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from viz.components.reader import Was, reader

Thing = TypeVar("Thing")
PAUSE_SECONDS = 20
"""After so long without a connection what can pause does; a shorter cut goes unnoticed."""
GONE_SECONDS = 15 * 60
"""After so long all of a reader who is gone is ended."""
MOST_GONE = 40
"""Readers who are gone whose things are kept; of more, those gone longest lose theirs."""
READ_SECONDS = 60
STATE = "reader_token"


class _Kept(NamedTuple):
    thing: Any
    close: Callable[[Any], None]
    pause: Callable[[Any], None] | None
    busy: Callable[[Any], bool] | None


class _Reader:
    """gone: since when there is no connection, None while there is one."""

    def __init__(self) -> None:
        self.things: dict[tuple, _Kept] = {}
        self.gone: float | None = None


class Registry:
    """Readers by token. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._change = threading.RLock()
        self._readers: dict[str, _Reader] = {}
        self._clock = clock
        self._timer: threading.Timer | None = None

    def take(self, token: str, key: tuple, make: Callable[[], _Kept]) -> Any:
        """What this reader has under the key; made if there is nothing yet."""
        with self._change:
            things = self._readers.setdefault(token, _Reader()).things
            if key not in things:
                things[key] = make()
            return things[key].thing

    def arrived(self, token: str) -> None:
        """There is a connection."""
        with self._change:
            self._readers.setdefault(token, _Reader()).gone = None

    def left(self, token: str) -> None:
        """The connection is gone; perhaps for a moment."""
        with self._change:
            if token in self._readers:
                self._readers[token].gone = self._clock()
        self.sweep()

    def sweep(self) -> None:
        """Pause and end what is due of readers who are gone; once more later, as long as there are any."""
        with self._change:
            away = sorted((r.gone, token) for token, r in self._readers.items() if r.gone is not None)
            now = self._clock()
            ended = [
                token
                for place, (gone, token) in enumerate(reversed(away))
                if place >= MOST_GONE or now - gone >= GONE_SECONDS
            ]
            over = [kept for token in ended for kept in self._readers.pop(token).things.values()]
            paused = [
                kept
                for gone, token in away
                if token in self._readers and now - gone >= PAUSE_SECONDS
                for kept in self._readers[token].things.values()
            ]
            self._look_again(len(away) > len(ended))
        for kept in over:
            kept.close(kept.thing)
        for kept in paused:
            if kept.pause is not None:
                kept.pause(kept.thing)

    def _look_again(self, needed: bool) -> None:
        if needed and (self._timer is None or not self._timer.is_alive() or self._timer is threading.current_thread()):
            self._timer = threading.Timer(PAUSE_SECONDS, self.sweep)
            self._timer.daemon = True
            self._timer.start()

    def adopt(self, old: str, new: str) -> bool:
        """Whether the reader of the new token may go on as that of the old one: it is known, and nobody else has it."""
        with self._change:
            former = self._readers.get(old)
            if former is None or former.gone is None or old == new:
                return False
            former.gone = None
            given_up = self._readers.pop(new, _Reader()).things.values()
        for kept in given_up:
            kept.close(kept.thing)
        return True

    def busy(self, token: str) -> bool:
        """Whether the reader has something that would be missed."""
        with self._change:
            things = list(self._readers[token].things.values()) if token in self._readers else []
        return any(kept.busy is not None and kept.busy(kept.thing) for kept in things)

    def clear(self) -> None:
        """End everything of everyone."""
        with self._change:
            over = [kept for each in self._readers.values() for kept in each.things.values()]
            self._readers.clear()
        for kept in over:
            kept.close(kept.thing)

    def __len__(self) -> int:
        with self._change:
            return len(self._readers)


registry = Registry()


@st.cache_resource(scope="session", on_release=registry.left, show_spinner=False)
def _presence(token: str) -> str:
    """Made anew with every connection, and released when it is lost: so the registry hears of both."""
    registry.arrived(token)
    return token


def token() -> str:
    """The token of the reader whose script runs."""
    own = st.session_state.setdefault(STATE, secrets.token_urlsafe(16))
    return _presence(own)


def kept(
    *,
    close: Callable[[Any], None],
    pause: Callable[[Any], None] | None = None,
    busy: Callable[[Any], bool] | None = None,
) -> Callable[[Callable[..., Thing]], Callable[..., Thing]]:
    """What the function makes is made once for a reader and for each of its arguments, and ended by ``close``.

    pause: called when the reader has been gone for a while. busy: whether a reader would miss it.
    """

    def decorate(make: Callable[..., Thing]) -> Callable[..., Thing]:
        @wraps(make)
        def held(*values: Any) -> Thing:
            key = (make.__module__, make.__qualname__, *values)
            return registry.take(token(), key, lambda: _Kept(make(*values), close, pause, busy))

        return held

    return decorate


def remember() -> None:
    """At the foot of every run: the tab learns its token, or says whose it was before a reload or a restart."""
    own = token()
    fresh = st.session_state.setdefault("reader_fresh", True)
    reader(token=own, fresh=fresh, busy=registry.busy(own), key="reader", on_change=_return)


def greet() -> None:
    """At the top of every run: a word where something is lost, for as long as it takes to read."""
    if time.monotonic() < st.session_state.get("reader_lost", 0.0):
        st.info(
            "The server began anew: what was being trained or measured is lost. Your drawing, your settings and your "
            "place on the path are still here.",
            icon=":material/restart_alt:",
        )


def _return() -> None:
    state = st.session_state
    was: Was | None = (state.get("reader") or {}).get("was")
    state["reader_fresh"] = False
    if not was:
        return
    if registry.adopt(str(was["token"]), state.get(STATE, "")):
        state[STATE] = str(was["token"])
    elif was["busy"]:
        state["reader_lost"] = time.monotonic() + READ_SECONDS
