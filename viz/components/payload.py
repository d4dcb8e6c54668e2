"""How a component's data travel: small as they are, larger compressed, very large by an address of their own.

A page run's message goes to the reader whatever the browser has already; what has an address the browser keeps for
good, and thirty readers of one picture share one copy of it.
"""

import hashlib
import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

PLAIN, INLINE = 8_000, 60_000
"""Bytes of JSON that travel as they are; compressed bytes that travel with the message."""
MOST_BYTES = 64_000_000
"""Of all that is kept under addresses; the least recently used goes first. A browser asks within a second or two."""


class Shelf:
    """Compressed data by the name of their content, bounded. Every method may be called from any thread."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """most: bytes kept; the newest stays even where it alone is more."""
        self._most = most
        self._change = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def put(self, content: bytes) -> str:
        """Keep it; the name under which ``take`` has it."""
        name = hashlib.blake2b(content, digest_size=16).hexdigest()
        with self._change:
            if name not in self._kept:
                self._size += len(content)
            self._kept[name] = content
            self._kept.move_to_end(name)
            while self._size > self._most and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return name

    def take(self, name: str) -> bytes | None:
        """What was kept under this name; None if it is gone, or never was."""
        with self._change:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)


shelf = Shelf()


def sent(data: Mapping[str, Any], address: Callable[[str], str]) -> Mapping[str, Any] | bytes:
    """What Streamlit is given for these data; ``shared/component.js`` makes them of it again.

    address: of a path of the app's server.

    >>> sent({"x": 1}, str), type(sent({"x": "a" * 10_000}, str))
    ({'x': 1}, <class 'bytes'>)
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) <= PLAIN:
        return data
    content = zlib.compress(text, 1)
    return content if len(content) <= INLINE else {"at": address(f"data/{shelf.put(content)}")}
