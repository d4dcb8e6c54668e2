"""What a page run by Streamlit's test runner shows."""

import json
import re


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
