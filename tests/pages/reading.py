"""What a page run by Streamlit's test runner shows."""

import asyncio
import json
import re
import zlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from viz.components import payload


def component(app, key):
    """The data the newest component of this key was given."""
    found = [item for item in app.get("bidi_component") if key in item.proto.id]
    assert found, f"no component {key}"
    return data_of(found[-1])


def data_of(item):
    """The data of a component, however they travelled."""
    proto = item.proto
    if proto.bytes:
        return json.loads(zlib.decompress(proto.bytes))
    data = json.loads(proto.mixed.json if proto.HasField("mixed") else proto.json)
    if isinstance(data, dict) and data.keys() == {"at"}:
        return json.loads(zlib.decompress(payload.shelf.take(data["at"].rpartition("/")[2])))
    return data


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
