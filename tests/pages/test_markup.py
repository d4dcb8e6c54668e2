"""Text that came from outside, through every name of a link and every box of a page, is never markup where it shows."""

import re
from urllib.parse import urlencode

import pytest

from pages.shell.chapter import LESSONS
from tests.pages.test_share import opened  # noqa: F401, a fixture

MARKS = (
    "![m](//f.example/i)", "[m](//f.example)", "<img src=//f.example>", ":red[m]", ":material/home:",
    ":material_home:", "$m^2$", "`m`", "**m**", "__m__", "www.f.example", "m@f.example", "http://f.example", "~~m~~",
)  # fmt: skip
"""What something that understands Markdown would make something of; short enough to be quoted whole."""
KINDS = (
    "markdown", "caption", "error", "warning", "info", "success", "title", "header", "subheader", "button", "radio",
    "selectbox", "multiselect", "slider", "select_slider", "text_input", "number_input", "checkbox", "toggle",
    "expander", "progress", "html",
)  # fmt: skip
LIVE = re.compile(
    r"""\[m\]\( | (?<!\\)<img | :red\[ | :material[/_]home | \$m\^ | `m` | \*\*m\*\* | __m__ | www\\?\.f
    | m\\?@f | http\\?: | ~~m~~""",
    re.VERBOSE,
)
"""Any of these as it was sent, or escaped where escaping is not enough: addresses are found in escaped text too."""
QUICK = {"tensors", "broadcasting", "graph"}
STEMS = [pytest.param(lesson.stem, marks=[] if lesson.stem in QUICK else [pytest.mark.slow]) for lesson in LESSONS]
ACCEPTED = {"graph_text": "x * w # ", "derivative_text": "x # ", "tensors_text": "[1] # "}
"""Text that was once accepted with a comment behind it."""


def understood(app):
    """Everything the page hands to something that understands Markdown or HTML."""
    for kind in KINDS:
        for item in app.get(kind):
            for field in ("body", "label", "help", "text"):
                if isinstance(text := getattr(item.proto, field, None), str):
                    yield kind, text


def markup(app, *, ours=frozenset()):
    assert not app.exception
    return [(kind, text) for kind, text in understood(app) if LIVE.search(text) and text not in ours]


@pytest.mark.parametrize("stem", STEMS)
def test_no_parameter_of_a_link_becomes_markup(opened, stem):  # noqa: F811
    app = opened(stem)
    ours = frozenset(text for _, text in understood(app))
    names = [name for names in app.session_state["share_state"].shown.used.values() for name in names]
    names += ["hide", "frozen", "ink", "nobody", MARKS[0]]
    for shift in range(0, len(MARKS), 5):
        sent = {name: MARKS[(number + shift) % len(MARKS)] for number, name in enumerate(names)}
        assert markup(opened(stem, urlencode(sent)), ours=ours) == [], sent


@pytest.mark.parametrize("stem", STEMS)
def test_nothing_typed_becomes_markup(opened, stem):  # noqa: F811
    app = opened(stem)
    ours = frozenset(text for _, text in understood(app))
    for key in [box.key for box in app.text_input]:
        for number in range(0, len(MARKS), 4):
            before = app.text_input(key=key).value
            sent = ACCEPTED.get(key, "") + " ".join(MARKS[number : number + 4])
            app.text_input(key=key).set_value(sent).run()
            assert markup(app, ours=ours) == [], (key, sent)
            app.text_input(key=key).set_value(before).run()
