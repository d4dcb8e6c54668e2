"""What a page run by Streamlit's test runner shows."""

import asyncio
import json
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def component(app, key):
    """The data the newest component of this key was given."""
    found = [item for item in app.get("bidi_component") if key in item.proto.id]
    assert found, f"no component {key}"
    return json.loads(found[-1].proto.mixed.json if found[-1].proto.HasField("mixed") else found[-1].proto.json)


def texts(app):
    """All Markdown of the page."""
    return " ".join(item.value for item in app.markdown)


def progress(app):
    """The words beside the first progress bar."""
    return app.get("progress")[0].proto.text


def plain(item):
    """What a reader sees of an element's Markdown whose text stands there verbatim."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", item.value).replace("\u2060", "")


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it returns; in a thread of its own, because a browser test may have left an event loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()
